package logline

func digit(c byte) bool    { return '0' <= c && c <= '9' }
func letter(c byte) bool   { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func upper(c byte) bool    { return 'A' <= c && c <= 'Z' }
func wordByte(c byte) bool { return letter(c) || digit(c) || c == '_' }
func space(c byte) bool    { return c == ' ' || c == '\t' }

// wordAt reports whether a letter, digit or underscore stands at s[i].
func wordAt(s string, i int) bool { return i < len(s) && wordByte(s[i]) }

// at reports whether c stands at s[i].
func at(s string, i int, c byte) bool { return i < len(s) && s[i] == c }

// two returns the number of two digits at s[i:], or -1.
func two(s string, i int) int {
	if i+2 > len(s) || !digit(s[i]) || !digit(s[i+1]) {
		return -1
	}
	return int(s[i]-'0')*10 + int(s[i+1]-'0')
}

// oneOrTwo returns the number of one or two digits at s[i:] and where it ends,
// or -1.
func oneOrTwo(s string, i int) (n, end int) {
	if i >= len(s) || !digit(s[i]) {
		return -1, i
	}
	n, end = int(s[i]-'0'), i+1
	if end < len(s) && digit(s[end]) {
		n, end = n*10+int(s[end]-'0'), end+1
	}
	if end < len(s) && digit(s[end]) {
		return -1, i
	}
	return n, end
}

// four returns the number of four digits at s[i:], or -1.
func four(s string, i int) int {
	a, b := two(s, i), two(s, i+2)
	if a < 0 || b < 0 {
		return -1
	}
	return a*100 + b
}

// number reports whether w is digits only.
func number(w string) bool {
	for i := 0; i < len(w); i++ {
		if !digit(w[i]) {
			return false
		}
	}
	return w != ""
}

// skip returns the first offset from i that is no blank.
func skip(s string, i int) int {
	for i < len(s) && space(s[i]) {
		i++
	}
	return i
}

// token returns where the word that begins at s[i] ends: at a blank or at the
// end, and within 512 bytes.
func token(s string, i int) int {
	limit := min(len(s), i+512)
	for i < limit && !space(s[i]) {
		i++
	}
	return i
}

// group returns the content of the brackets that open at s[i] and the offset
// behind them. It must be closed within 300 bytes.
func group(s string, i int, closing byte) (content string, end int, ok bool) {
	opening := s[i]
	depth := 0
	for j := i; j < len(s) && j < i+300; j++ {
		switch s[j] {
		case opening:
			depth++
		case closing:
			depth--
			if depth == 0 {
				return s[i+1 : j], j + 1, true
			}
		case '"', '\n':
			return "", i, false
		}
	}
	return "", i, false
}

// dotted reports whether w may be the name of a logger that has a dot, as
// com.example.Class, c.e.Class or fisheye.app. Addresses are none.
func dotted(w string) bool {
	if len(w) < 3 || len(w) > 200 || !letter(w[0]) || !wordByte(w[len(w)-1]) {
		return false
	}
	dots := 0
	for i := 1; i < len(w); i++ {
		switch c := w[i]; {
		case wordByte(c), c == '$', c == '-', c == '#':
		case c == '.':
			if w[i-1] == '.' {
				return false
			}
			dots++
		default:
			return false
		}
	}
	return dots > 0
}

// identifier reports whether w is one word of a programming language.
func identifier(w string) bool {
	if w == "" || len(w) > 100 || !letter(w[0]) && w[0] != '_' {
		return false
	}
	for i := 1; i < len(w); i++ {
		if c := w[i]; !wordByte(c) && c != '$' && c != '-' {
			return false
		}
	}
	return true
}

// javaName reports whether w is the dotted name of a class, perhaps
// abbreviated and perhaps with a method, and not that of a host.
func javaName(w string) bool {
	if !dotted(w) {
		return false
	}
	first := 0
	for w[first] != '.' {
		first++
	}
	if upper(w[0]) {
		return false
	}
	for i := first; i+1 < len(w); i++ {
		if w[i] == '.' && upper(w[i+1]) {
			return true
		}
	}
	switch w[:first] {
	case "com", "org", "net":
		return !hostEnd(w)
	case "atlassian", "fisheye", "crowd", "java", "javax", "jakarta":
		return true
	}
	return first == 1
}

// hostEnd reports whether a dotted name ends as hosts do.
func hostEnd(w string) bool {
	n := len(w) - 1
	for w[n] != '.' {
		n--
	}
	switch w[n+1:] {
	case "com", "net", "org", "io", "de", "local", "internal":
		return true
	}
	return false
}

// methodCut returns a logger without the method that follows its class, as in
// org.example.Class.method.
func methodCut(w string) string {
	for i := len(w) - 1; i > 0; i-- {
		if w[i] != '.' {
			continue
		}
		if upper(w[i+1]) {
			return w
		}
		for j := i - 1; j >= 0; j-- {
			if w[j] == '.' {
				if upper(w[j+1]) {
					return w[:i]
				}
				return w
			}
		}
		return w
	}
	return w
}
