package clean

import (
	"slices"
	"sort"
)

// A layer is text with its way back to Source: segments ordered by at that
// cover the text.
type layer struct {
	text []byte
	segs []segment
}

// set makes l the bytes of source from offset from.
func (l *layer) set(source string, from int) {
	l.text = append(l.text[:0], source...)
	l.segs = append(l.segs[:0], segment{0, int32(len(source)), int32(from), int32(len(source))})
}

// push says that the n bytes to be appended next came from [src, src+m).
func (l *layer) push(n, src, m int32) {
	if n == 0 {
		return
	}
	if k := len(l.segs); k > 0 {
		last := &l.segs[k-1]
		if last.n == last.m && n == m && last.src+last.m == src {
			last.n += n
			last.m += m
			return
		}
	}
	if len(l.segs) == cap(l.segs) {
		// Twice the room, where append would give a quarter more: a layer of
		// nothing but replacements grows to millions.
		l.segs = slices.Grow(l.segs, len(l.segs)+4)
	}
	l.segs = append(l.segs, segment{int32(len(l.text)), n, src, m})
}

// keepSource appends source[i:j] as it is.
func (l *layer) keepSource(source string, i, j int) {
	l.push(int32(j-i), int32(i), int32(j-i))
	l.text = append(l.text, source[i:j]...)
}

// putSource appends s, which stands for the source bytes [i, j).
func (l *layer) putSource(s string, i, j int) {
	l.push(int32(len(s)), int32(i), int32(j-i))
	l.text = append(l.text, s...)
}

// An edit writes a changed copy of in to the end of out, which may be the same
// layer. Reading forwards is linear; a jump back costs a binary search.
type edit struct {
	in, out *layer
	size    int // how much replace and finish will write at most
	done    int // how far in is dealt with, for replace and finish
	changed bool
	cursor  int // a segment at or before the one that is read next
}

// seek moves the cursor to the segment that holds offset i of in.
func (e *edit) seek(i int) {
	segs := e.in.segs
	if e.cursor < len(segs) && int(segs[e.cursor].at) <= i {
		for steps := 0; steps < 8; steps++ {
			if s := segs[e.cursor]; i < int(s.at+s.n) || e.cursor+1 == len(segs) {
				return
			}
			e.cursor++
		}
	}
	e.cursor = max(0, sort.Search(len(segs), func(k int) bool { return int(segs[k].at) > i })-1)
}

// keep copies in[i:j].
func (e *edit) keep(i, j int) {
	if i >= j {
		return
	}
	e.seek(i)
	start := i
	for k := e.cursor; k < len(e.in.segs) && i < j; k++ {
		s := e.in.segs[k]
		upTo := min(j, int(s.at+s.n))
		n := int32(upTo - i)
		src, m := s.src, s.m
		if s.n == s.m {
			src, m = s.src+int32(i)-s.at, n
		}
		e.out.pushAt(int32(len(e.out.text)+i-start), n, src, m)
		i, e.cursor = upTo, k
	}
	e.out.text = append(e.out.text, e.in.text[start:j]...)
}

// pushAt is push for bytes that will stand at at.
func (l *layer) pushAt(at, n, src, m int32) {
	k := len(l.segs)
	l.push(n, src, m)
	if len(l.segs) > k {
		l.segs[k].at = at
	}
}

// put writes s, which stands for in[i:j].
func (e *edit) put(s string, i, j int) {
	if s == "" {
		return
	}
	from, to := e.source(i, j)
	e.out.push(int32(len(s)), from, to-from)
	e.out.text = append(e.out.text, s...)
}

// source returns the range of Source that in[i:j] came from.
func (e *edit) source(i, j int) (from, to int32) {
	if len(e.in.segs) == 0 {
		return 0, 0
	}
	e.seek(i)
	s := e.in.segs[e.cursor]
	from = s.src
	if s.n == s.m {
		from += int32(i) - s.at
	}
	if j <= i {
		return from, from
	}
	e.seek(j - 1)
	s = e.in.segs[e.cursor]
	to = s.src + s.m
	if s.n == s.m {
		to = s.src + int32(j) - s.at
	}
	return from, max(from, to)
}

// replace copies what lies between the last replacement and i, and writes s
// for in[i:j].
func (e *edit) replace(i, j int, s string) {
	if !e.changed {
		e.out.text = slices.Grow(e.out.text, e.size)
	}
	e.keep(e.done, i)
	e.put(s, i, j)
	e.done, e.changed = j, true
}

// finish copies the rest up to end and reports whether anything was replaced;
// without a replacement it writes nothing.
func (e *edit) finish(end int) bool {
	if e.changed {
		e.keep(e.done, end)
	}
	return e.changed
}

// ends reports whether the text from start on is empty or ends with a line
// end.
func (l *layer) ends(start int) bool {
	return len(l.text) == start || l.text[len(l.text)-1] == '\n'
}
