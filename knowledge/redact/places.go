package redact

import (
	"bytes"
	"strings"
)

// element reads the value of an element whose attribute names it: <entry
// key="password">x</entry>, <param name="secret"><![CDATA[x]]></param>. end is
// where the name ends.
func (s *scan) element(end int) (v value, ok bool) {
	t := s.t
	n, _ := quoteAt(t, end)
	if n == 0 {
		return v, false
	}
	i := end + n
	if i >= len(t) || t[i] != '>' {
		return v, false
	}
	v.start = i + 1
	if has(t, v.start, "<![CDATA[") {
		v.start += len("<![CDATA[")
	}
	stop := bytes.IndexAny(t[v.start:min(len(t), v.start+longest)], "<]\n")
	if stop < 0 {
		return v, false
	}
	v.end, v.quoted = v.start+stop, true
	return v, v.end > v.start
}

// below reads a value that stands alone on the line below its key: a block of
// YAML (password: >-), a setting that was wrapped, a form's label. What stands
// behind the key on its own line may be no more than a separator.
func (s *scan) below(start, end int) (v value, ok bool) {
	t := s.t
	i := end
	if n, _ := quoteAt(t, i); n > 0 {
		i += n
	}
	i = blanks(t, i)
	separated := i < len(t) && (t[i] == ':' || t[i] == '=')
	if separated {
		i = blanks(t, i+1)
		for i < len(t) && strings.IndexByte(">|-+", t[i]) >= 0 {
			i++
		}
		i = blanks(t, i)
	}
	if i < len(t) && t[i] == '\r' {
		i++
	}
	if i >= len(t) || t[i] != '\n' || !separated && start > 0 && t[start-1] != '\n' {
		return v, false
	}
	v.start = blanks(t, i+1)
	stop := lineEndWithin(t, v.start, longest)
	v.end = v.start + len(bytes.TrimRight(t[v.start:stop], " \t\r"))
	w := string(t[v.start:v.end])
	v.quoted = true
	return v, len(w) >= 6 && !letters(w) && !digits(w) && !strings.ContainsAny(w, " \t:=<>|/") && strings.ContainsAny(w, "0123456789!$%^#@")
}

// padded reads a value that only blanks part from its key, as tables of
// settings have it: two or more, and nothing behind it.
func (s *scan) padded(end int) (v value, ok bool) {
	t := s.t
	v.start = blanks(t, end)
	if v.start < end+2 {
		return v, false
	}
	s.take(&v, false, longest)
	next := blanks(t, v.end)
	last := next == len(t) || t[next] == '\n' || t[next] == '\r'
	return v, last && v.end > v.start && drawn(string(t[v.start:v.end]))
}

// maxCells is how many lines below a table's head are looked at.
const maxCells = 100

// column reports the cells below a key that is the head of a table's column, as
// clients of databases print it: a | b, "a","b".
func (s *scan) column(rule, start, end int, ok look) {
	t := s.t
	// The key must be a whole cell.
	next, before := end, start
	for next < len(t) && strings.IndexByte(" \t\"'`\r", t[next]) >= 0 {
		next++
	}
	for before > 0 && (is(t[before-1], dotted) || strings.IndexByte(" \t\"'`", t[before-1]) >= 0) && start-before < 64 {
		before--
	}
	if next == len(t) || strings.IndexByte("|;,\n", t[next]) < 0 || before > 0 && strings.IndexByte("|;,\n", t[before-1]) < 0 {
		return
	}
	from := max(0, start-1024)
	line := from + bytes.LastIndexByte(t[from:start], '\n') + 1
	stop := lineEndWithin(t, end, 1024)
	s.columns += stop - line
	if stop == len(t) || line == from && from > 0 || s.columns > 4*len(t)+64<<10 ||
		s.table.has(line-1) { // a cell of a table whose head was read
		return
	}
	defer func(line int) { s.table = span{line, max(stop, s.table.end)} }(line)
	head := t[line:stop]
	separator := byte(0)
	for _, c := range [...]byte{'|', ';', ','} {
		if bytes.IndexByte(head, c) >= 0 {
			separator = c
			break
		}
	}
	if separator == 0 {
		return
	}
	cells, n := bytes.Count(head, []byte{separator}), bytes.Count(t[line:start], []byte{separator})
	if name := bytes.Trim(cell(head, separator, n), " \t\"'`\r"); bytes.IndexByte(name, ' ') >= 0 || bytes.IndexByte(name, ':') >= 0 {
		return
	}
	for range maxCells {
		line = stop + 1
		if line >= len(t) || s.columns > 4*len(t)+64<<10 {
			return
		}
		stop = lineEndWithin(t, line, 4<<10)
		s.columns += stop - line + 64
		row := t[line:stop]
		if bytes.Count(row, []byte{separator}) != cells {
			if bytes.IndexByte(row, '-') >= 0 && len(bytes.Trim(row, "-+|= \r")) == 0 {
				continue
			}
			return
		}
		c := cell(row, separator, n)
		w := bytes.Trim(c, " \t\"'`\r")
		if len(w) == 0 || !ok(string(w), false) {
			continue
		}
		at := line + cap(row) - cap(c) + bytes.Index(c, w)
		s.add(rule, at, at+len(w))
	}
}

// cell returns the part of row behind n separators.
func cell(row []byte, separator byte, n int) []byte {
	for range n {
		row = row[bytes.IndexByte(row, separator)+1:]
	}
	if k := bytes.IndexByte(row, separator); k >= 0 {
		return row[:k]
	}
	return row
}
