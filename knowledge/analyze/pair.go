package analyze

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxValue bounds how many bytes of a row a value may take.
const maxValue = 2048

// nextIdent returns the first identifier of low[from:] that holds an
// underscore, without the bytes of an escape that stand before it (%26, %2526,
// \n, \u0026). At the end, start is -1.
func nextIdent(low string, from int) (start, end int) {
	u := strings.IndexByte(low[from:], '_')
	if u < 0 {
		return -1, -1
	}
	u += from
	start, end = u, u+1
	for start > from && isWord(low[start-1]) {
		start--
	}
	for end < len(low) && isWord(low[end]) {
		end++
	}
	if start == 0 {
		return start, end
	}
	escaped := start
	switch low[start-1] {
	case '%':
		for strings.HasPrefix(low[escaped:end], "25") {
			escaped += 2
		}
		if escaped+2 < end && isHex(low[escaped]) && isHex(low[escaped+1]) {
			escaped += 2
		}
	case '\\':
		switch {
		case low[escaped] == 'u' && escaped+5 < end && isHex(low[escaped+1]) && isHex(low[escaped+4]):
			escaped += 5
		case low[escaped] == 'n' || low[escaped] == 't' || low[escaped] == 'r':
			escaped++
		}
	}
	return escaped, end
}

// A pair is the value that stands after a key: in a query, a form, a header,
// JSON (escaped or not), a hash of some language, XML or prose.
type pair struct {
	raw        string // as it stands in the row
	start, end int    // of raw in the row
	next       int    // behind the value and its closing mark
	sep        byte   // '=', ':' (also =>), '>' (XML) or 'w' (a word: was, is)
	quoted     bool
	open       bool // the row ends before the value does
}

// value reads the pair whose key ends at text[at]. free says that a value
// without quotes may hold blanks. low is text in lower case.
func value(text, low string, at int, free bool) (p pair, ok bool) {
	i := at
	if n := quoteLen(low, i); n > 0 {
		i += n
	}
	if i < len(low) && low[i] == ']' {
		i++
	}
	i = skipBlanks(low, i)
	if i >= len(low) {
		return p, false
	}
	rest := low[i:]
	switch {
	case strings.HasPrefix(rest, "=>"), strings.HasPrefix(rest, "->"):
		p.sep, i = ':', i+2
	case strings.HasPrefix(rest, "=&gt;"):
		p.sep, i = ':', i+5
	case rest[0] == '=', rest[0] == ':':
		p.sep, i = rest[0], i+1
	case rest[0] == '>' && i == at:
		p.sep, i = '>', i+1
	case rest[0] == '%':
		j := 1
		for strings.HasPrefix(rest[j:], "25") {
			j += 2
		}
		switch {
		case strings.HasPrefix(rest[j:], "3d"):
			p.sep = '='
		case strings.HasPrefix(rest[j:], "3a"):
			p.sep = ':'
		default:
			return p, false
		}
		i += j + 2
	case strings.HasPrefix(rest, `\u003d`):
		p.sep, i = '=', i+6
	case i > at && (strings.HasPrefix(rest, "was ") || strings.HasPrefix(rest, "is ")):
		p.sep, i = 'w', i+strings.IndexByte(rest, ' ')
	default:
		return p, false
	}
	i = skipBlanks(low, i)
	limit := min(len(text), i+maxValue)
	if n := quoteLen(low, i); n > 0 {
		p.quoted, p.start = true, i+n
		p.end = closing(low[:limit], i+n, low[i:i+n])
		if p.end < 0 {
			p.end, p.open = limit, true
			n = 0
		}
		p.next = p.end + n
	} else {
		p.start = i
		p.end = i + bareLen(low[i:limit], free)
		p.open = p.end == len(text)
		p.next = p.end
	}
	p.raw = text[p.start:p.end]
	return p, p.raw != ""
}

// decoded returns the value without URL encoding and JSON escapes, its blanks
// trimmed.
func (p pair) decoded() string {
	s := p.raw
	if strings.IndexByte(s, '\\') >= 0 {
		s = unescape(s)
		for i := 0; i < 2 && strings.Contains(s, `\"`); i++ {
			s = unescape(s) // JSON within JSON
		}
	}
	return oneLine(unpercent(s, !p.quoted))
}

// oneLine makes every run of blanks and control characters one blank.
func oneLine(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] > ' ' && s[i] != 0x7F || s[i] == ' ' && i > 0 && s[i-1] != ' '
	}
	if clean && !strings.HasSuffix(s, " ") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7F }), " ")
}

// skipBlanks returns the first index from i on that is neither a blank nor a tab.
func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// quoteLen returns the length of the quotation mark at low[i], escaped in some
// way or not; 0 when there is none.
func quoteLen(low string, i int) int {
	j := i
	for j < len(low) && low[j] == '\\' && j-i < 8 {
		j++
	}
	if j >= len(low) {
		return 0
	}
	switch low[j] {
	case '"', '\'', '`':
		return j + 1 - i
	case '&':
		for _, q := range [...]string{"&quot;", "&#34;", "&#39;", "&apos;"} {
			if j == i && strings.HasPrefix(low[j:], q) {
				return len(q)
			}
		}
	case '%':
		if j == i && (strings.HasPrefix(low[j:], "%22") || strings.HasPrefix(low[j:], "%27")) {
			return 3
		}
	}
	return 0
}

// closing returns where the mark quote stands in low from i on, not escaped; -1
// when it does not.
func closing(low string, i int, quote string) int {
	if n := len(quote) - 1; n > 0 {
		for at := i; ; {
			k := strings.Index(low[at:], quote)
			if k < 0 {
				return -1
			}
			at += k
			// More backslashes: a mark that is escaped once more.
			if quote[0] != '\\' || at == i || low[at-1] != '\\' {
				return at
			}
			at += n + 1
		}
	}
	for ; i < len(low); i++ {
		switch low[i] {
		case '\\':
			i++
		case quote[0]:
			return i
		}
	}
	return -1
}

// bareLen returns how much of low is a value without quotes.
func bareLen(low string, free bool) int {
	for i := 0; i < len(low); i++ {
		switch c := low[i]; c {
		case '&', ';', '"', '`', '<', '>', '}', '|', '\\', '\n':
			return i
		case ' ', '\t', ',', '\'', '(', ')', '{', '[', ']':
			if !free {
				return i
			}
		case '%':
			j := i + 1
			for strings.HasPrefix(low[j:], "25") {
				j += 2
			}
			if strings.HasPrefix(low[j:], "26") {
				return i
			}
		}
	}
	return len(low)
}

// unpercent undoes URL encoding, up to three layers of it; plus says that '+'
// stands for a blank. What is no valid escape stays.
func unpercent(s string, plus bool) string {
	if plus && strings.IndexByte(s, '+') >= 0 {
		s = strings.ReplaceAll(s, "+", " ")
	}
	for range 3 {
		if strings.IndexByte(s, '%') < 0 {
			break
		}
		b := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
				b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
				i += 2
				continue
			}
			b = append(b, s[i])
		}
		if len(b) == len(s) {
			break
		}
		s = string(b)
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func unhex(c byte) byte {
	if digit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// unescape undoes the escapes of JSON strings and of the common languages.
func unescape(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'r', 't':
			b = append(b, ' ')
		case 'u':
			if i+4 < len(s) {
				if r, err := strconv.ParseUint(s[i+1:i+5], 16, 16); err == nil {
					b = utf8.AppendRune(b, rune(r))
					i += 4
					continue
				}
			}
			b = append(b, 'u')
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}
