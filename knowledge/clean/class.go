package clean

// A class is a set of bytes that damage shows itself by. Nearly all lines lack
// nearly all of them, so most steps are settled by one test.
type class uint32

const (
	high       class = 1 << iota // not ASCII
	control                      // controls but tab
	tab                          // tab
	amp                          // &
	angle                        // <
	tick                         // `
	star                         // *
	bracket                      // [
	pipe                         // |
	percent                      // %
	backslash                    // \
	plus                         // +
	hash                         // #
	underscore                   // _
	tilde                        // ~
	caret                        // ^
)

var classes = [256]class{
	'\t': control, '&': amp, '<': angle, '`': tick, '*': star, '[': bracket, '|': pipe,
	'%': percent, '\\': backslash, '+': plus, '#': hash, '_': underscore, '~': tilde, '^': caret,
	0: control, 1: control, 2: control, 3: control, 4: control, 5: control, 6: control, 7: control,
	8: control, 10: control, 11: control, 12: control, 13: control, 14: control, 15: control,
	16: control, 17: control, 18: control, 19: control, 20: control, 21: control, 22: control,
	23: control, 24: control, 25: control, 26: control, 27: control, 28: control, 29: control,
	30: control, 31: control, 127: control,
}

// classify returns the classes of the bytes of text.
func classify[T string | []byte](text T) (c class) {
	for i := 0; i < len(text); i++ {
		b := text[i]
		c |= classes[b] | class(b>>7) // high is 1
	}
	return c
}
