package logline

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func jsonSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// blank returns the first offset from i that is no JSON white space.
func blank(s string, i int) int {
	for i < len(s) && jsonSpace(s[i]) {
		i++
	}
	return i
}

// stringEnd returns the offset of the quote that closes the string whose text
// begins at i, or len(s).
func stringEnd(s string, i int) int {
	for i < len(s) {
		n := strings.IndexByte(s[i:], '"')
		if n < 0 {
			return len(s)
		}
		// An odd number of backslashes in front escapes the quote.
		b := i + n
		for b > i && s[b-1] == '\\' {
			b--
		}
		if (i+n-b)%2 == 0 {
			return i + n
		}
		i += n + 1
	}
	return len(s)
}

// valueEnd returns where the object or array at s[i] ends.
func valueEnd(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '"':
			i = stringEnd(s, i+1)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(s)
}

// unescape decodes the text of a JSON (or Go-quoted) string. What is no escape
// stays as it is, so text that is cut off inside one survives.
func unescape(s string) string {
	n := strings.IndexByte(s, '\\')
	if n < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	b = append(b, s[:n]...)
	for i := n; i < len(s); {
		if s[i] != '\\' {
			b = append(b, s[i])
			i++
			continue
		}
		r, size := escape(s, i)
		b = utf8.AppendRune(b, r)
		i += size
	}
	return string(b)
}

// encodedOffset returns where in s the byte stands that is the k-th of the
// decoded text which begins, encoded, at start.
func encodedOffset(s string, start, k int) int {
	i := start
	for n := 0; n < k && i < len(s); {
		if s[i] != '\\' {
			n, i = n+1, i+1
			continue
		}
		r, size := escape(s, i)
		n, i = n+utf8.RuneLen(r), i+size
	}
	return i
}

// escape decodes the escape at s[i], a backslash, and returns how many bytes
// of s it takes.
func escape(s string, i int) (rune, int) {
	if i+1 >= len(s) {
		return '\\', 1
	}
	switch c := s[i+1]; c {
	case '"', '\\', '/':
		return rune(c), 2
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'r':
		return '\r', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'u':
		r, ok := hex4(s, i+2)
		if !ok {
			return '\\', 1
		}
		if utf16.IsSurrogate(r) {
			if i+8 <= len(s) && s[i+6] == '\\' && s[i+7] == 'u' {
				if low, ok := hex4(s, i+8); ok {
					if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
						return both, 12
					}
				}
			}
			return utf8.RuneError, 6
		}
		return r, 6
	}
	return '\\', 1
}

func hex4(s string, i int) (rune, bool) {
	if i+4 > len(s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i : i+4]) {
		r <<= 4
		switch {
		case digit(c):
			r |= rune(c - '0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r |= rune(c|0x20-'a') + 10
		default:
			return 0, false
		}
	}
	return r, true
}

// epoch returns the nanoseconds since 1970 that a number stands for, by its
// magnitude. Numbers that give no time from 1990 to 2100 are none.
func epoch(v string) (int64, bool) {
	n, frac, scale := int64(0), int64(0), int64(1_000_000_000)
	i := 0
	for ; i < len(v) && digit(v[i]); i++ {
		if i == 19 {
			return 0, false
		}
		n = n*10 + int64(v[i]-'0')
	}
	if i == 0 {
		return 0, false
	}
	if i < len(v) && v[i] == '.' {
		for i++; i < len(v) && digit(v[i]); i++ {
			if scale > 1 {
				scale /= 10
				frac += int64(v[i]-'0') * scale
			}
		}
	}
	if i < len(v) { // Zap writes 1.680819026299e+09
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f > 0 && f < 1e19) {
			return 0, false
		}
		n = int64(f)
		frac = int64((f-float64(n))*1e6+0.5) * 1e3 // a float64 holds microseconds
	}
	switch {
	case n < 1e11:
		n = n*1e9 + frac
	case n < 1e14:
		n = n*1e6 + frac/1e3
	case n < 1e17:
		n *= 1e3
	}
	return n, n >= 631152000e9 && n < 4102444800e9
}
