package redact

import "bytes"

// deepest is how many layers of encoding Text looks through.
const deepest = 3

// layers looks at the lines of s that hold percent-encoding or JSON escapes as if
// they were decoded, and reports what is found there at the place it came from.
func (s *scan) layers(depth int) {
	if depth == 0 {
		return
	}
	if at := bytes.IndexByte(s.t, '%'); at >= 0 && escaped(s.t[at:], '%') || spaced(s.t) {
		t, from := percentDecoded(s.t)
		s.layer(t, from, depth)
	}
	if at := bytes.IndexByte(s.t, '\\'); at >= 0 && escaped(s.t[at:], '\\') {
		t, from := jsonDecoded(s.t)
		s.layer(t, from, depth)
	}
}

// spaced reports whether a word of t has a query with '+' for a blank.
func spaced(t []byte) bool {
	for {
		at := bytes.IndexByte(t, '?')
		if at < 0 {
			return false
		}
		t = t[at+1:]
		end := bytes.IndexAny(t, " \n\"\t")
		if end < 0 {
			end = len(t)
		}
		if bytes.IndexByte(t[:end], '+') >= 0 {
			return true
		}
		t = t[end:]
	}
}

// escaped reports whether t has an escape that begins with mark.
func escaped(t []byte, mark byte) bool {
	for i := 0; i+2 < len(t); i++ {
		n := bytes.IndexByte(t[i:len(t)-2], mark)
		if n < 0 {
			return false
		}
		i += n
		if mark == '%' && is(t[i+1], hex) && is(t[i+2], hex) || mark == '\\' && bytes.IndexByte([]byte(`nrtu"\/`), t[i+1]) >= 0 {
			return true
		}
	}
	return false
}

// layer searches one decoded layer. from[i] is where its byte i came from, and
// from[len] where it ends.
func (s *scan) layer(t []byte, from []int32, depth int) {
	if bytes.Equal(t, s.t) {
		return
	}
	in := scan{tab: s.tab, t: t}
	in.tab.each(t, func(anchor, start int) { in.visit(anchor, start) })
	in.shapes()
	in.layers(depth - 1)
	for _, f := range in.found {
		s.found = append(s.found, Found{f.Rule, int(from[f.Start]), int(from[f.End])})
	}
}

// percentDecoded undoes %XX, and '+' for a blank in the words that have any, or
// that have a query.
func percentDecoded(t []byte) ([]byte, []int32) {
	out, from := make([]byte, 0, len(t)), make([]int32, 0, len(t)+1)
	word, plus := -1, false
	for i := 0; i < len(t); i++ {
		c, at := t[i], int32(i)
		switch {
		case c == ' ' || c == '\n' || c == '"' || c == '\t':
			word = -1
		case word < 0:
			word, plus = i, false
			for j := i; j+2 < len(t) && t[j] != ' ' && t[j] != '\n' && t[j] != '"' && t[j] != '\t'; j++ {
				if t[j] == '?' || t[j] == '%' && is(t[j+1], hex) && is(t[j+2], hex) {
					plus = true
					break
				}
			}
		}
		switch {
		case c == '%' && i+2 < len(t) && is(t[i+1], hex) && is(t[i+2], hex):
			c, _ = unhex(t[i+1], t[i+2])
			i += 2
		case c == '+' && plus && word >= 0:
			c = ' '
		}
		out, from = append(out, c), append(from, at)
	}
	return out, append(from, int32(len(t)))
}

// jsonDecoded undoes the escapes of JSON strings.
func jsonDecoded(t []byte) ([]byte, []int32) {
	out, from := make([]byte, 0, len(t)), make([]int32, 0, len(t)+1)
	for i := 0; i < len(t); i++ {
		c, at := t[i], int32(i)
		if c == '\\' && i+1 < len(t) {
			switch n := t[i+1]; n {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case '"', '\\', '/':
				c = n
			case 'u':
				if i+5 < len(t) && t[i+2] == '0' && t[i+3] == '0' && is(t[i+4], hex) && is(t[i+5], hex) {
					c, _ = unhex(t[i+4], t[i+5])
					i += 4
				} else {
					i--
				}
			default:
				i--
			}
			i++
		}
		out, from = append(out, c), append(from, at)
	}
	return out, append(from, int32(len(t)))
}
