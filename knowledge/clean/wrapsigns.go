package clean

import (
	"strings"
	"unicode/utf8"
)

// betweenWords guesses whether the break between a and b fell between words.
func betweenWords(a, b string) bool {
	z, y := a[len(a)-1], b[0]
	if strings.IndexByte("=/%&?_@([{+$\\", z) >= 0 || strings.IndexByte("=/_.,;)]}&?%", y) >= 0 {
		return false
	}
	if !isWord(z) || !isWord(y) {
		return z != '.' || y < 'a' || y > 'z'
	}
	tail := a[strings.LastIndexByte(a, ' ')+1:]
	head := b
	if k := strings.IndexAny(b, " \"'<>,;:()[]{}"); k >= 0 {
		head = b[:k]
	}
	switch {
	case strings.ContainsAny(tail, "=\"'_/%$@") || strings.ContainsAny(head, "_/%=@"):
		return false
	case len(tail) > 24 || len(head) > 24:
		return false
	case len(head) <= 2:
		return isShortWord(head)
	case isLower(z) && y >= 'A' && y <= 'Z', y >= '0' && y <= '9' && !(z >= '0' && z <= '9'):
		return true
	}
	return len(tail) > 2 || isShortWord(tail)
}

// isShortWord reports whether s is a word of English of one or two letters.
func isShortWord(s string) bool {
	switch strings.ToLower(s) {
	case "a", "i", "an", "as", "at", "be", "by", "do", "go", "he", "if", "in", "is", "it", "me", "my", "no", "of", "on", "or", "so", "to", "up", "us", "we":
		return true
	}
	return false
}

// literals reports whether a string literal ends at the end of a and its
// continuation begins b, as Python, JavaScript and Java lay out long strings.
// drop and skip are what lies between their contents.
func literals(a, b string) (drop, skip int, ok bool) {
	end := strings.TrimRight(a, "+ ")
	if end == "" {
		return 0, 0, false
	}
	quote := end[len(end)-1]
	if quote != '\'' && quote != '"' || strings.IndexByte(end[:len(end)-1], quote) < 0 {
		return 0, 0, false
	}
	for skip < len(b) && (b[skip] == '+' || b[skip] == ' ') {
		skip++
	}
	if skip+1 < len(b) && strings.IndexByte("bufr", b[skip]) >= 0 && b[skip+1] == quote {
		skip++
	}
	if skip >= len(b) || b[skip] != quote {
		return 0, 0, false
	}
	return len(a) - len(end) + 1, skip + 1, true
}

// commonMark returns the length of a mark that a program puts before every
// line of its message and that stands before both a and b: "remote: ",
// "npm ERR! ".
func commonMark(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && n < 40 && a[n] == b[n] {
		n++
	}
	for n > 0 && b[n-1] != ' ' {
		n--
	}
	mark := strings.Trim(b[:n], " ")
	if len(mark) < 4 {
		return 0
	}
	if strings.IndexByte(":!]|>", mark[len(mark)-1]) >= 0 || mark == "npm error" || mark == "npm warn" {
		return n
	}
	return 0
}

// isItem reports whether text begins an item of a list.
func isItem(text string) bool {
	if len(text) < 2 {
		return false
	}
	switch b := text[0]; {
	case b == '-' || b == '*' || b == '+' || strings.HasPrefix(text, "•"):
		return text[1] == ' ' || b >= utf8.RuneSelf
	case b >= '0' && b <= '9':
		n := 1
		for n < len(text) && n < 3 && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		return n+1 < len(text) && (text[n] == '.' || text[n] == ')') && text[n+1] == ' '
	}
	return false
}

// isThrown reports whether b names the exception that is logged with the
// message a, and begins its stack trace. A message that goes on in b ends with
// a colon in a.
func isThrown(a, b string) bool {
	if strings.HasSuffix(strings.TrimRight(a, " "), ":") {
		return false
	}
	name, _, _ := strings.Cut(b, ":")
	if k := strings.LastIndexByte(name, '.'); k > 0 && strings.IndexByte(name, ' ') < 0 {
		name = name[k:]
		return strings.HasSuffix(name, "Exception") || strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Throwable")
	}
	return false
}

// isSent reports whether text is a line of a transcript of curl -v.
func isSent(text string) bool {
	return len(text) > 1 && (text[0] == '>' || text[0] == '<') && text[1] == ' ' || text == ">" || text == "<"
}

// isHeader reports whether text looks like a header of HTTP or mail: a name
// with a hyphen in it, or one of the common names without.
func isHeader(text string) bool {
	i := strings.IndexByte(text[:min(len(text), 48)], ':')
	if i < 2 || i+1 < len(text) && text[i+1] != ' ' {
		return false
	}
	hyphen := false
	for k := 0; k < i; k++ {
		if text[k] == '-' {
			hyphen = true
		} else if !isWord(text[k]) {
			return false
		}
	}
	if hyphen {
		return true
	}
	switch strings.ToLower(text[:i]) {
	case "host", "date", "server", "location", "via", "accept", "cookie", "connection", "vary", "age", "expires", "pragma",
		"authorization", "origin", "referer", "allow", "etag", "upgrade", "status", "from", "to", "cc", "sent", "subject":
		return true
	}
	return false
}

func isLower(b byte) bool { return b >= 'a' && b <= 'z' }
