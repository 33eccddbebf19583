package knowledge

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// withoutURLs leaves out addresses: their words say nothing of the text.
func withoutURLs(line string) string {
	for from := 0; ; {
		i := strings.Index(line[from:], "://")
		if i < 0 {
			return line
		}
		i += from
		begin, end := i, i
		for begin > 0 && line[begin-1] > ' ' && line[begin-1] < utf8.RuneSelf {
			begin--
		}
		for end < len(line) && line[end] > ' ' && line[end] < utf8.RuneSelf {
			end++
		}
		line = line[:begin] + " " + line[end:]
		from = begin
	}
}

// headerNames are how the headers begin that stand in transcripts of HTTP.
var headerNames = []string{"www-", "x-", "content-", "set-cookie", "proxy-", "user-agent", "cache-", "transfer-", "strict-", "access-control-", "accept-", "last-modified", "retry-after", "keep-alive"}

// isHeader reports whether a line is a header of an HTTP message, such as
// WWW-Authenticate: OAuth realm="…", perhaps behind the mark of a transcript.
func isHeader(line string) bool {
	line = strings.TrimLeft(line, "<>* \t")
	name, _, ok := strings.Cut(line, ":")
	if !ok || len(name) > 40 {
		return false
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc(headerNames, func(begin string) bool { return strings.HasPrefix(name, begin) })
}

// isThrown reports whether a line begins as that of a thrown exception does.
func isThrown(line string) bool {
	line = strings.TrimLeft(line, " \t>|")
	first, _, _ := strings.Cut(line, " ")
	return strings.HasPrefix(line, "Caused by") || strings.Contains(first, "Exception") || strings.HasSuffix(first, "Error:")
}

// isProse reports whether a line reads like something a person wrote: words
// rather than fields, braces and paths.
func isProse(line string) bool {
	if isHeader(line) || isThrown(line) || isEntry(line) {
		return false
	}
	words, others, wide := wordsOf(line)
	return words >= 3 && words >= others || wide >= 5 && others <= wide
}

// isHeading reports whether a line is of a word or two, as a title is.
func isHeading(line string) bool {
	if len(line) > 80 || isHeader(line) || isThrown(line) || isEntry(line) {
		return false
	}
	words, others, wide := wordsOf(line)
	return words+wide > 0 && words+wide >= others
}

// isEntry reports whether a line is an object of JSON, or begins as an entry of
// a log does: with the time of day and, perhaps behind a column's rule, a level.
func isEntry(line string) bool {
	line = strings.TrimLeft(line, " \t>|")
	if strings.HasPrefix(line, "{\"") || strings.HasPrefix(line, "[{\"") {
		return true
	}
	timed := false
	for token := range strings.FieldsSeq(cut(line, 80)) {
		token = strings.Trim(token, "[]|:,")
		switch {
		case token == "":
		case isClock(token):
			timed = true
		case timed:
			return slices.Contains(levelNames, strings.ToLower(token))
		case token[0] < '0' || token[0] > '9':
			return false
		}
	}
	return false
}

var levelNames = []string{"trace", "debug", "info", "notice", "ok", "warn", "warning", "error", "err", "severe", "crit", "critical", "fatal"}

// isClock reports whether a word is a time of day, such as 10:02 or 10:02:11.5.
func isClock(word string) bool {
	return len(word) >= 5 && word[2] == ':' && strings.Trim(word, "0123456789:.,Z") == ""
}

// wordsOf counts the words of a line, what else stands between blanks, and the
// letters of scripts that put no blanks between words.
func wordsOf(line string) (words, others, wide int) {
	for token := range strings.FieldsSeq(line) {
		token = strings.Trim(token, `.,:;!?"'()«»„“”‘’…-–—`)
		if token == "" {
			continue
		}
		letters := 0
		plain := true
		for _, c := range token {
			switch {
			case c >= 0x2E80 && unicode.IsLetter(c):
				wide++ // Chinese, Japanese and Korean put no blanks between words
			case unicode.IsLetter(c):
				letters++
			case c != '\'' && c != '-' && c != '/' && c != '.' && c != '’':
				plain = false
			}
		}
		switch {
		case plain && letters > 0:
			words++
		case !plain:
			others++
		}
	}
	return words, others, wide
}
