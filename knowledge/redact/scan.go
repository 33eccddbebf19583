package redact

import "bytes"

// A reader looks at the anchor t[start:end] of rule and reports, through add,
// the secrets that belong to it.
type reader func(s *scan, rule, start, end int)

// A scan is one search of one text. Its memos keep the readers linear: a run or
// value that contains many anchors is measured once.
type scan struct {
	tab   *tables
	t     []byte
	found []Found
	runs  [classes]span
	vals  [2]span
	miss  span // no closing quote within

	// Where readers need not look again.
	fieldTo, cookieTo, twilioTo, base64To int
	spent                                 int  // bytes of values that were looked at
	columns                               int  // bytes of tables that were looked at
	table                                 span // the table that was read last
}

type span struct{ start, end int }

func (p span) has(i int) bool { return p.start <= i && i < p.end }

// add reports t[start:end] unless the rule's check refuses it.
func (s *scan) add(rule, start, end int) {
	if end <= start {
		return
	}
	if check := s.tab.rules[rule].Check; check != nil && !check(string(s.t[start:end])) {
		return
	}
	s.found = append(s.found, Found{rule, start, end})
}

// A class is a set of bytes that secrets are written in.
type class uint8

const (
	alnum   class = iota // A-Z a-z 0-9
	word                 // alnum and _
	url64                // alnum and - _
	dotted               // alnum and - _ .
	base64s              // alnum and + / = - _
	hex                  // 0-9 a-f A-F
	wide                 // dotted and ~ + / =, as RFC 6750 section 2.1 writes bearer tokens
	crypt                // alnum and . / + = $ , as password hashes are written
	classes
)

var members = func() (m [256]uint8) {
	for b := range 256 {
		c := byte(b)
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		set := func(k class, ok bool) {
			if ok {
				m[b] |= 1 << k
			}
		}
		set(alnum, letter || digit)
		set(word, letter || digit || c == '_')
		set(url64, letter || digit || c == '_' || c == '-')
		set(dotted, letter || digit || c == '_' || c == '-' || c == '.')
		set(base64s, letter || digit || bytes.IndexByte([]byte("+/=-_"), c) >= 0)
		set(hex, digit || 'a' <= c|0x20 && c|0x20 <= 'f')
		set(wide, letter || digit || bytes.IndexByte([]byte("-_.~+/="), c) >= 0)
		set(crypt, letter || digit || bytes.IndexByte([]byte("./+=$,-_"), c) >= 0)
	}
	return m
}()

func is(c byte, k class) bool { return members[c]&(1<<k) != 0 }

// run returns where the run of bytes of k from i ends. A percent-encoded byte of
// the class ("%3D") belongs to the run of a class that has it.
func (s *scan) run(i int, k class) int {
	if s.runs[k].has(i) {
		return s.runs[k].end
	}
	j := i
	for j < len(s.t) {
		if is(s.t[j], k) {
			j++
			continue
		}
		if s.t[j] == '%' && (k == base64s || k == wide) && j+2 < len(s.t) {
			if c, ok := unhex(s.t[j+1], s.t[j+2]); ok && (c == '=' || c == '/' || c == '+') {
				j += 3
				continue
			}
		}
		break
	}
	s.runs[k] = span{i, j}
	return j
}

func unhex(a, b byte) (byte, bool) {
	if !is(a, hex) || !is(b, hex) {
		return 0, false
	}
	return nibble(a)<<4 | nibble(b), true
}

func nibble(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// starts reports whether a token may begin at i: the byte before is no part of a
// longer word, or is the end of an escape such as %3D, \n or \u003d.
func (s *scan) starts(i int) bool {
	t := s.t
	if i == 0 || !is(t[i-1], word) {
		return true
	}
	if i >= 3 && t[i-3] == '%' && is(t[i-2], hex) && is(t[i-1], hex) {
		return true
	}
	if i >= 2 && t[i-2] == '\\' && (t[i-1] == 'n' || t[i-1] == 'r' || t[i-1] == 't') {
		return true
	}
	return i >= 6 && t[i-6] == '\\' && t[i-5] == 'u'
}

// hasFold reports whether t has the lower-case ASCII string low at i, case folded.
func hasFold(t []byte, i int, low string) bool {
	if i < 0 || i+len(low) > len(t) {
		return false
	}
	for k := range len(low) {
		c := t[i+k]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != low[k] {
			return false
		}
	}
	return true
}

// has reports whether t has the string want at i.
func has(t []byte, i int, want string) bool {
	return i >= 0 && i+len(want) <= len(t) && string(t[i:i+len(want)]) == want
}

// lineEnd returns the offset of the first '\n' at or after i, or len(t).
func lineEnd(t []byte, i int) int {
	if n := bytes.IndexByte(t[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(t)
}

// lineEndWithin is lineEnd, or i+n where the line goes on behind that: what looks
// a little ahead must not search a whole long line each time.
func lineEndWithin(t []byte, i, n int) int {
	return lineEnd(t[:min(len(t), i+n)], i)
}

// blanks returns the first offset from i that holds neither space nor tab.
func blanks(t []byte, i int) int {
	for i < len(t) && (t[i] == ' ' || t[i] == '\t') {
		i++
	}
	return i
}
