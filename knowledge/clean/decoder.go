package clean

import (
	"bytes"
	"unicode/utf8"
)

// A decoder undoes one layer of escapes, URL encoding, entities and
// quoted-printable in text, which stands at offset at of a layer.
type decoder struct {
	text      []byte
	at        int
	strings   bool // only the escapes of strings
	printable bool // quoted-printable
	csv       bool // the doubled quotes of CSV
	start     int  // where the view begins in the out layer
	breaks    int  // how many line ends may still be written
}

func (d *decoder) run(e *edit) {
	form := !d.strings && isForm(d.text)
	value := form // inside the value of a form, name=value
	for i := 0; i < len(d.text); {
		b := d.text[i]
		s, n := "", 0
		switch {
		case b == '\\':
			s, n = d.escape(i)
		case b == '"':
			if d.csv && d.strings && i+1 < len(d.text) && d.text[i+1] == '"' {
				s, n = `"`, 2
			}
		case b == '#':
			s, n = syslogEscape(d.text[i:])
		case d.strings:
		case b == '%':
			s, n = d.bytes(i)
		case b == '&':
			s, n = entity(d.text[i:])
		case b == '+':
			if value && i > 0 && endsFormWord(d.text[i-1]) && i+1 < len(d.text) && beginsFormWord(d.text[i+1]) {
				s, n = " ", 1
			}
		case b == '=':
			if d.printable {
				s, n = d.bytes(i)
			}
			value = true
		case b <= ' ' || b == '&' || b == '"' || b == '<' || b == '>' || b == '{' || b == '}' || b == '[' || b == ']' || b == '|' || b == '`':
			// What browsers leave as it is in an address ends no value.
			value = form
		}
		if n == 0 {
			i++
			continue
		}
		if s == "\n" {
			if s = " "; d.breaks > 0 {
				s = "\n"
				d.breaks--
			}
			// No empty rows.
			if e.keep(e.done, d.at+i); e.out.ends(d.start) {
				s = ""
			}
			e.done = d.at + i
		}
		e.replace(d.at+i, d.at+i+n, s)
		i += n
	}
}

// isForm reports whether the whole of text is encoded as the value of a form
// is (application/x-www-form-urlencoded): every blank a plus sign.
func isForm(text []byte) bool {
	if bytes.IndexByte(text, '%') < 0 || bytes.IndexByte(text, ' ') >= 0 {
		return false
	}
	first := bytes.IndexByte(text, '+')
	if first < 0 || bytes.IndexByte(text[first+1:], '+') < 0 {
		return false
	}
	for i, b := range text {
		if b == '%' {
			_, ok := hex(text, i+1, 2)
			return ok
		}
	}
	return false
}

// endsFormWord reports whether a plus sign behind b may stand for a blank.
func endsFormWord(b byte) bool {
	return isWord(b) || bytes.IndexByte([]byte(".,;:!?)'-*"), b) >= 0
}

// beginsFormWord reports whether a plus sign before b may stand for a blank.
func beginsFormWord(b byte) bool {
	return isWord(b) || bytes.IndexByte([]byte("%('-*./"), b) >= 0
}

// escape reads a backslash escape at i: of JSON, and what C, Python and shells
// add. n is 0 when there is none.
func (d *decoder) escape(i int) (s string, n int) {
	if i+1 >= len(d.text) {
		return "", 0
	}
	switch b := d.text[i+1]; b {
	case '"', '\'', '/', '\\', '`', '_', '*', '[', ']', '~', '|', '#', '<', '>':
		// The last are Markdown's, which chat programs and issue trackers add
		// when text is pasted as rich text: oauth\_problem.
		return asciiBytes[b : b+1], 2
	case 'n', 'r':
		if b == 'r' && bytes.HasPrefix(d.text[i+2:], []byte(`\n`)) {
			return "", 2
		}
		return "\n", 2
	case 't':
		return " ", 2
	case 'b', 'f':
		return "", 2
	case 'u':
		r, ok := hex(d.text, i+2, 4)
		if !ok {
			return "", 0
		}
		n = 6
		if r >= 0xd800 && r < 0xdc00 && bytes.HasPrefix(d.text[i+6:], []byte(`\u`)) {
			if low, ok := hex(d.text, i+8, 4); ok && low >= 0xdc00 && low < 0xe000 {
				r, n = (r-0xd800)<<10+(low-0xdc00)+0x10000, 12
			}
		}
		return shown(rune(r)), n
	case 'x', '0', '1', '2', '3':
		return d.bytes(i)
	}
	return "", 0
}

// bytes reads one character that is written as bytes at i: %C3%BC, \xc3\xbc,
// \303\274, =C3=BC.
func (d *decoder) bytes(i int) (s string, n int) {
	var buf [utf8.UTFMax]byte
	first, width := d.byte(i)
	if width == 0 {
		return "", 0
	}
	if first < utf8.RuneSelf {
		if first == '\r' {
			if next, _ := d.byte(i + width); next == '\n' {
				return "", width
			}
		}
		return shown(rune(first)), width
	}
	buf[0] = first
	n = width
	for k := 1; k < len(buf); k++ {
		b, w := d.byte(i + n)
		if w == 0 {
			break
		}
		buf[k] = b
		n += w
		if r, size := utf8.DecodeRune(buf[:k+1]); r != utf8.RuneError && size == k+1 {
			return shown(r), n
		}
	}
	return "\uFFFD", width
}

// byte reads one written byte.
func (d *decoder) byte(i int) (b byte, width int) {
	if i >= len(d.text) {
		return 0, 0
	}
	switch d.text[i] {
	case '%':
		if v, ok := hex(d.text, i+1, 2); ok {
			return byte(v), 3
		}
	case '=':
		if v, ok := hex(d.text, i+1, 2); ok && d.printable && upperHex(d.text[i+1]) && upperHex(d.text[i+2]) {
			return byte(v), 3
		}
	case '\\':
		if i+3 < len(d.text) && d.text[i+1] == 'x' {
			if v, ok := hex(d.text, i+2, 2); ok {
				return byte(v), 4
			}
			return 0, 0
		}
		v := 0
		for k := i + 1; k < i+4; k++ {
			if k >= len(d.text) || d.text[k] < '0' || d.text[k] > '7' {
				return 0, 0
			}
			v = v*8 + int(d.text[k]-'0')
		}
		if v < 256 {
			return byte(v), 4
		}
	}
	return 0, 0
}

// shown returns what a view shows for r.
func shown(r rune) string {
	switch {
	case r == '\n' || r == '\r':
		return "\n"
	case r == '\t':
		return " "
	case r < ' ' || r == 0x7f:
		return ""
	case r < utf8.RuneSelf:
		return asciiBytes[r : r+1]
	}
	if s, ok := ascii(r, nil, 0, 0); ok && s != "\r" {
		return s
	} else if ok {
		return "\n"
	}
	return string(r)
}

// syslogEscape reads the controls as rsyslog escapes them: #012 for a line
// end, #011 for a tab.
func syslogEscape(text []byte) (s string, n int) {
	if len(text) < 4 {
		return "", 0
	}
	switch string(text[:4]) {
	case "#012":
		return "\n", 4
	case "#011":
		return " ", 4
	case "#015":
		return "", 4
	}
	return "", 0
}

func hex(text []byte, i, digits int) (v int, ok bool) {
	if i+digits > len(text) {
		return 0, false
	}
	for _, b := range text[i : i+digits] {
		switch {
		case b >= '0' && b <= '9':
			b -= '0'
		case b >= 'a' && b <= 'f':
			b -= 'a' - 10
		case b >= 'A' && b <= 'F':
			b -= 'A' - 10
		default:
			return 0, false
		}
		v = v<<4 | int(b)
	}
	return v, true
}

func upperHex(b byte) bool { return b >= '0' && b <= '9' || b >= 'A' && b <= 'F' }

// isWord reports whether b is a letter, digit or underscore.
func isWord(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}
