package analyze

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func letter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

func alphanumeric(c byte) bool { return letter(c) || digit(c) }

// foldedPrefix reports whether text begins with prefix, which is lower case,
// when ASCII case is folded.
func foldedPrefix(text, prefix string) bool {
	if len(text) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		if lowerByte(text[i]) != prefix[i] {
			return false
		}
	}
	return true
}

// foldedSuffix is as [foldedPrefix], at the end.
func foldedSuffix(text, suffix string) bool {
	return len(text) >= len(suffix) && foldedPrefix(text[len(text)-len(suffix):], suffix)
}

// foldedIndex returns where the lower-case part stands in text, or -1.
func foldedIndex(text, part string) int {
	first := part[0]
	for i := 0; i+len(part) <= len(text); i++ {
		if lowerByte(text[i]) == first && foldedPrefix(text[i:], part) {
			return i
		}
	}
	return -1
}

// asciiLower folds the ASCII letters of s.
func asciiLower(s string) string {
	for i := 0; i < len(s); i++ {
		if lowerByte(s[i]) != s[i] {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lowerByte(b[i])
			}
			return string(b)
		}
	}
	return s
}

// blank reports whether c separates words.
func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// skip returns the first place from i on whose byte is none of set.
func skip(text string, i int, set string) int {
	for i < len(text) {
		if !contains(set, text[i]) {
			break
		}
		i++
	}
	return i
}

func contains(set string, c byte) bool {
	for i := 0; i < len(set); i++ {
		if set[i] == c {
			return true
		}
	}
	return false
}

// digitsEnd returns the end of the run of digits that begins at i.
func digitsEnd(text string, i int) int {
	for i < len(text) && digit(text[i]) {
		i++
	}
	return i
}
