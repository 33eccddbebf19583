package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// oneLine joins a text that was folded in its YAML file into one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// goesOn reports whether a name that ends before rest has only begun there: a
// statement about o must not be made of o'brien. A mark ends a name unless a
// letter or the like stands right behind it.
func goesOn(rest string) bool {
	r, n := utf8.DecodeRuneInString(rest)
	switch {
	case r == '_' || unicode.In(r, unicode.Letter, unicode.Digit, unicode.Mark):
		return true
	case !strings.ContainsRune("'’`%\\$&*+~!^@{", r):
		return false
	case r == '\\' && len(rest) > 1 && strings.IndexByte("nrt", rest[1]) >= 0:
		return false // the end of a line within JSON
	case r == '&':
		return strings.HasPrefix(rest, "&#")
	}
	next, _ := utf8.DecodeRuneInString(rest[n:])
	return unicode.In(next, unicode.Letter, unicode.Digit) || strings.ContainsRune("({'", next)
}
