package fake

// Copies returns what each pointer points to.
func Copies[T any](all []*T) []T {
	out := make([]T, len(all))
	for i, x := range all {
		out[i] = *x
	}
	return out
}
