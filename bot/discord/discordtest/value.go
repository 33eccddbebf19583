package discordtest

// text, integer and list read a decoded JSON value.
func text(x any) string { t, _ := x.(string); return t }

func integer(x any) int {
	switch x := x.(type) {
	case float64:
		return int(x)
	case int:
		return x
	}
	return 0
}

func list(x any) []object {
	switch x := x.(type) {
	case []object:
		return x
	case []any:
		out := make([]object, 0, len(x))
		for _, e := range x {
			if o, ok := e.(object); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}
