package redact

import (
	"bytes"
	"strings"
)

// A value is what stands behind a key: password=…, "password": "…".
type value struct {
	start, end int
	quoted     bool
	spaced     bool // blanks between the separator and the value
}

// How much of a line one value may take.
const (
	longest     = 4 << 10
	longestBlob = 128 << 10 // SAML responses
)

// separators stand between a key and its value; the longer first.
var separators = []string{"=>", ":=", "==", "=", ":", "\uff1a", "\uff1d", "%253d", "%253a", "%3d", "%3a", `\u003d`, "&#61;", "&#x3d;"}

// valueAt reads the value that follows a key ending at i. most bounds its length.
func (s *scan) valueAt(i, most int) (v value, ok bool) {
	t := s.t
	if n, _ := quoteAt(t, i); n > 0 {
		i += n
	} else if i < len(t) && (t[i] == ']' || t[i] == '*') { // [password] => x, **password**: x
		for i < len(t) && (t[i] == ']' || t[i] == '*') {
			i++
		}
	}
	// name="password" value="x" and {"name":"password","value":"x"}
	j := blanks(t, i)
	if j < len(t) && t[j] == ',' {
		j = blanks(t, j+1)
	}
	if n, _ := quoteAt(t, j); n > 0 && j > i {
		j += n
	}
	if j > i && hasFold(t, j, "value") {
		i = j + len("value")
		n, _ := quoteAt(t, i)
		i += n
	}
	i = blanks(t, i)
	sep := ""
	for _, w := range separators {
		if i < len(t) && (t[i] == w[0]) && hasFold(t, i, w) {
			sep = w
			break
		}
	}
	if sep == "" {
		return v, false
	}
	i += len(sep)
	v.start = blanks(t, i)
	v.spaced = v.start > i
	if v.start < len(t) && t[v.start] == '*' && has(t, v.start, "** ") { // **password:** x
		v.start = blanks(t, v.start+2)
	}
	if v.start < len(t) && (t[v.start] == '[' || t[v.start] == '(') && v.start+1 < len(t) && t[v.start+1] != ' ' {
		v.start++
	}
	if v.start+1 < len(t) && strings.IndexByte("ubrUBR", t[v.start]) >= 0 && (t[v.start+1] == '\'' || t[v.start+1] == '"') { // Python's u'…'
		v.start++
	}
	s.take(&v, len(sep) > 1 && sep[0] != '=' && sep[0] != ':', most)
	return v, v.end > v.start
}

// take finds the end of the value at v.start, which may be quoted. encoded says
// that the separator was percent-encoded, so that %26 ends the value.
func (s *scan) take(v *value, encoded bool, most int) {
	t := s.t
	if n, closing := quoteAt(t, v.start); n > 0 {
		v.start += n
		if end := s.closes(v.start, closing, most); end >= 0 {
			v.end, v.quoted = end, true
			return
		}
	}
	v.end = s.unquoted(v.start, encoded)
	if v.end > v.start+most {
		v.end = v.start + most
	}
}

// quoteAt returns the length of the quotation mark at i, 0 when there is none,
// and how it is closed. Marks may be escaped, as JSON in JSON has them.
func quoteAt(t []byte, i int) (n int, closing string) {
	if i >= len(t) {
		return 0, ""
	}
	switch t[i] {
	case '"', '\'', '`':
		return 1, string(t[i : i+1])
	case '\\':
		for n = 1; n < 16 && i+n < len(t) && t[i+n] == '\\'; n++ {
		}
		if i+n < len(t) && (t[i+n] == '"' || t[i+n] == '\'') {
			return n + 1, string(t[i : i+n+1])
		}
		if has(t, i+n, "u0022") || has(t, i+n, "u0027") {
			return n + 5, string(t[i : i+n+5])
		}
	case '&':
		for _, w := range [...]string{"&quot;", "&#34;", "&#39;", "&apos;", "&#x27;", "&#x22;", "&amp;quot;"} {
			if has(t, i, w) {
				return len(w), w
			}
		}
	case '%':
		for _, w := range [...]string{"%22", "%27", "%5C%22", "%2522", "%5c%22"} {
			if has(t, i, w) {
				return len(w), w
			}
		}
	case 0xE2:
		for _, w := range [...]string{"\u201c", "\u201d", "\u201e", "\u2018", "\u2019"} {
			if has(t, i, w) {
				if w == "\u2018" || w == "\u2019" {
					return 3, "\u2019"
				}
				return 3, "\u201d"
			}
		}
	}
	return 0, ""
}

// closes returns where the closing mark stands on the line of i, or -1.
func (s *scan) closes(i int, mark string, most int) int {
	t := s.t
	stop := min(len(t), i+most)
	if s.miss.has(i) && s.miss.end >= stop {
		return -1
	}
	for j := i; j < stop; {
		if t[j] == '\n' {
			stop = j
			break
		}
		switch {
		case t[j] == mark[0] && has(t, j, mark):
			return j
		case t[j] == '\\' && len(mark) == 1:
			j += 2
		case t[j] == '\\':
			// A mark with more backslashes belongs to a deeper layer.
			n := 0
			for j+n < stop && t[j+n] == '\\' {
				n++
			}
			if j+n < len(t) && (t[j+n] == '"' || t[j+n] == '\'') {
				if n < strings.Count(mark, `\`) {
					return -1
				}
				n++
			}
			j += n
		case len(mark) > 1 && mark[0] == '\\' && t[j] == '"':
			return -1 // the string that holds the escaped ones ended first
		default:
			j++
		}
	}
	if len(mark) == 1 {
		s.miss = span{i, stop}
	}
	return -1
}

// unquoted returns where a bare value that begins at i ends.
func (s *scan) unquoted(i int, encoded bool) int {
	k := 0
	if encoded {
		k = 1
	}
	if s.vals[k].has(i) {
		return s.vals[k].end
	}
	t := s.t
	j := i
loop:
	for ; j < len(t); j++ {
		switch c := t[j]; c {
		case ' ', '\t', '\n', '\r', '"', '\'', '`', '<', '>', '&', '|', 0:
			break loop
		case ',', ';', ')', ']', '}':
			if ends(t, j+1) {
				break loop
			}
		case '\\':
			if j+1 < len(t) && (t[j+1] == 'n' || t[j+1] == 'r' || t[j+1] == 't' || t[j+1] == '"' || t[j+1] == '\'' || t[j+1] == '\\' || t[j+1] == 'u') {
				break loop
			}
		case '%':
			if encoded && j+2 < len(t) {
				if d, ok := unhex(t[j+1], t[j+2]); ok && (d <= ' ' || strings.IndexByte("&\"';,<>}])", d) >= 0 && d != 0) {
					break loop
				}
			}
		default:
			if c >= 0xE2 { // a placeholder, an ellipsis, CJK text and its punctuation
				break loop
			}
		}
	}
	s.vals[k] = span{i, j}
	return j
}

// ends reports whether a comma, semicolon or bracket right before i ends a bare
// value: a blank, another delimiter or another key follows.
func ends(t []byte, i int) bool {
	if i >= len(t) || t[i] >= 0xE2 {
		return true
	}
	if bytes.IndexByte([]byte(" \t\r\n\"'`<>&|\\,;)]}."), t[i]) >= 0 {
		return true
	}
	for j := i; j < len(t) && j < i+40; j++ {
		switch {
		case is(t[j], dotted):
		case t[j] == '=' || t[j] == ':':
			return j > i
		default:
			return false
		}
	}
	return false
}
