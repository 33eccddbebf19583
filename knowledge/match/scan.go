package match

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// A Scratch is the memory of one Scan, kept for the next. The zero Scratch is
// ready.
type Scratch struct {
	set   *Set
	text  []byte
	cut   view // what lies before the first line or after the last is not at hand
	hits  []Hit
	state []state  // by pattern
	memo  []uint64 // by literal: twice base + end of the line that was last searched for it, + 1 when it stands there
	base  uint64   // added to offsets, so that no state of an earlier Scan looks like one of this
	work  int      // done in this Scan
	spent bool     // a regexp was not run because too much work was done

	start, end int // the line found last
}

// A state is what is remembered of a pattern.
type state struct {
	scan   uint64 // base of the Scan that the rest belongs to
	line   uint64 // base + end of the line that was tried last
	kept   int
	work   int
	missed [2]int // a line without match that was tried
}

// Bounds of the work of one Scan. A unit is a byte of a line that a regexp is
// run on, some ten nanoseconds.
const (
	workAll      = 16 << 20
	workEach     = 6 << 20 // for one pattern: tens of thousands of lines on which it nearly matches
	workLate     = 3 << 20 // for all late patterns behind their open hits
	workLong     = 4       // a byte costs so much on a line
	longLine     = 4 << 10 // of so many bytes, for which package regexp changes to a slower way
	workTest     = 32      // so many bytes on which a literal is tested cost as much as one
	workTestLate = 8       // that where each of many late patterns tests its literals on every line
)

// Scan returns the matches of all patterns in text, ordered by Start, then
// Pattern: for each pattern and line the first one, or all for Pattern.All,
// up to MaxHits. They are valid until sc is used again. One goroutine uses a
// Scratch at a time; a Set may be used by many.
func (s *Set) Scan(text []byte, sc *Scratch) []Hit { return s.scan(text, sc, whole) }

// Collect returns what Scan returns, but the hits of one pattern alone are in
// order, for a caller that sorts them by pattern.
func (s *Set) Collect(text []byte, sc *Scratch) []Hit { return s.collect(text, sc, whole) }

// Spent reports whether the last Scan left matches out because the text was
// made to keep regexps busy: thousands of long lines on which required
// literals stand, but no match.
func (sc *Scratch) Spent() bool { return sc.spent }

func (s *Set) scan(text []byte, sc *Scratch, cut view) []Hit {
	hits := s.collect(text, sc, cut)
	if !slices.IsSortedFunc(hits, compareHits) {
		slices.SortFunc(hits, compareHits)
	}
	return hits
}

func (s *Set) collect(text []byte, sc *Scratch, cut view) []Hit {
	if len(sc.state) < len(s.patterns) {
		sc.state = make([]state, len(s.patterns))
	}
	if len(sc.memo) < len(s.literals.all) {
		sc.memo = make([]uint64, len(s.literals.all))
	}
	sc.set, sc.text, sc.cut, sc.hits = s, text, cut, sc.hits[:0]
	sc.work, sc.spent = 0, false
	sc.start, sc.end = 0, -1
	if len(s.long.filter) > 0 {
		sc.scanLong(&s.long)
	}
	sc.start, sc.end = 0, -1
	if len(s.short.filter) > 0 {
		sc.scanShort(&s.short)
	}
	if len(s.unanchored) > 0 {
		sc.scanLines()
	}
	sc.set, sc.text = nil, nil // a text may hold secrets: nothing is kept of it
	sc.base += uint64(len(text)) + 2
	return sc.hits
}

// scanLong looks at a gram of five bytes every four.
func (sc *Scratch) scanLong(g *grams) {
	text, filter, shift := sc.text, g.filter, g.shift&63
	last := uint64(len(filter) - 1)
	at := 0
	for ; at+24 <= len(text); at += 16 {
		b := (*[24]byte)(text[at:])
		h0 := hash((binary.LittleEndian.Uint64(b[0:8]) | lowerAll) << longShift)
		h1 := hash((binary.LittleEndian.Uint64(b[4:12]) | lowerAll) << longShift)
		h2 := hash((binary.LittleEndian.Uint64(b[8:16]) | lowerAll) << longShift)
		h3 := hash((binary.LittleEndian.Uint64(b[12:20]) | lowerAll) << longShift)
		t0 := filter[h0>>shift&last]
		t1 := filter[h1>>shift&last]
		t2 := filter[h2>>shift&last]
		t3 := filter[h3>>shift&last]
		if t0|t1|t2|t3 == 0 {
			continue
		}
		if g.pass(h0, t0) {
			sc.places(g, g.at((binary.LittleEndian.Uint64(b[0:8])|lowerAll)<<longShift, h0), at)
		}
		if g.pass(h1, t1) {
			sc.places(g, g.at((binary.LittleEndian.Uint64(b[4:12])|lowerAll)<<longShift, h1), at+4)
		}
		if g.pass(h2, t2) {
			sc.places(g, g.at((binary.LittleEndian.Uint64(b[8:16])|lowerAll)<<longShift, h2), at+8)
		}
		if g.pass(h3, t3) {
			sc.places(g, g.at((binary.LittleEndian.Uint64(b[12:20])|lowerAll)<<longShift, h3), at+12)
		}
	}
	for ; at+longGram <= len(text); at += longStep {
		gram := pack(text[at:at+longGram]) << longShift
		if h := hash(gram); g.pass(h, filter[h>>shift]) {
			sc.places(g, g.at(gram, h), at)
		}
	}
}

// scanShort looks at a gram of three bytes at every one.
func (sc *Scratch) scanShort(g *grams) {
	text, filter, shift := sc.text, g.filter, g.shift&63
	last := uint64(len(filter) - 1)
	at := 0
	for ; at+8 <= len(text); at += 4 {
		w := binary.LittleEndian.Uint64(text[at:]) | lowerAll
		h0 := hash(w << shortShift)
		h1 := hash(w >> 8 << shortShift)
		h2 := hash(w >> 16 << shortShift)
		h3 := hash(w >> 24 << shortShift)
		t0 := filter[h0>>shift&last]
		t1 := filter[h1>>shift&last]
		t2 := filter[h2>>shift&last]
		t3 := filter[h3>>shift&last]
		if t0|t1|t2|t3 == 0 {
			continue
		}
		if g.pass(h0, t0) {
			sc.places(g, g.at(w<<shortShift, h0), at)
		}
		if g.pass(h1, t1) {
			sc.places(g, g.at(w>>8<<shortShift, h1), at+1)
		}
		if g.pass(h2, t2) {
			sc.places(g, g.at(w>>16<<shortShift, h2), at+2)
		}
		if g.pass(h3, t3) {
			sc.places(g, g.at(w>>24<<shortShift, h3), at+3)
		}
	}
	for ; at+shortGram-1 <= len(text); at++ {
		tail := [shortGram]byte{}
		copy(tail[:], text[at:])
		gram := pack(tail[:]) << shortShift
		if h := hash(gram); g.pass(h, filter[h>>shift]) {
			sc.places(g, g.at(gram, h), at)
		}
	}
}

// places looks which literals stand around their gram at text[at:].
func (sc *Scratch) places(g *grams, places []place, at int) {
	ls := &sc.set.literals
	for k := range places {
		p := &places[k]
		start := at - int(p.offset)
		n := int(ls.all[p.literal].n)
		if start < 0 || start+n > len(sc.text) {
			continue
		}
		if n >= 8 && binary.LittleEndian.Uint64(sc.text[start+int(p.rel):])|p.mask != p.word {
			continue
		}
		if !ls.is(p.literal, sc.text, start) {
			continue
		}
		if start < sc.start || start > sc.end {
			sc.line(start)
		}
		for _, i := range g.links[p.from:p.to] {
			sc.found(i, p.literal, start, start+n)
		}
	}
}

// line finds the line around text[at].
func (sc *Scratch) line(at int) {
	sc.start = bytes.LastIndexByte(sc.text[:at], '\n') + 1
	sc.end = at + bytes.IndexByte(sc.text[at:], '\n')
	if sc.end < at {
		sc.end = len(sc.text)
	}
}

// of returns what is remembered of a pattern.
func (sc *Scratch) of(pattern int32) *state {
	st := &sc.state[pattern]
	if st.scan != sc.base {
		*st = state{scan: sc.base}
	}
	return st
}

// found takes note that a trigger of the pattern stands at text[start:end] on
// the current line.
func (sc *Scratch) found(pattern, literal int32, start, end int) {
	st := sc.of(pattern)
	if st.kept >= MaxHits {
		return
	}
	p := &sc.set.patterns[pattern]
	line := sc.base + uint64(sc.end) + 1
	if p.literal >= 0 {
		if (st.line != line || p.all) && start < sc.own() {
			st.line = line
			sc.keep(st, Hit{Pattern: int(pattern), Start: start, End: end})
		}
		return
	}
	if st.line != line {
		st.line = line
		sc.try(pattern, p, st, literal)
	}
}

// own is where the matches begin that belong to the next piece of a cut line.
func (sc *Scratch) own() int {
	if sc.cut&cutRight != 0 {
		return pieceOwn
	}
	return len(sc.text) + 1
}

func (sc *Scratch) keep(st *state, h Hit) {
	st.kept++
	sc.hits = append(sc.hits, h)
}

// scanLines tries the patterns that have no trigger.
func (sc *Scratch) scanLines() {
	for at := 0; at < len(sc.text); at = sc.end + 1 {
		sc.line(at)
		for _, i := range sc.set.unanchored {
			p, st := &sc.set.patterns[i], sc.of(int32(i))
			if p.literal < 0 {
				if st.kept < MaxHits || p.late && st.kept < MaxOpenLines {
					sc.try(int32(i), p, st, -1)
				}
				continue
			}
			n := int(sc.set.literals.all[p.literal].n)
			for from := at; st.kept < MaxHits; {
				start := sc.set.literals.find(p.literal, sc.text, from, sc.end)
				if start < 0 || start >= sc.own() {
					break
				}
				sc.keep(st, Hit{Pattern: i, Start: start, End: start + n})
				if from = start + 1; !p.all {
					break
				}
			}
		}
	}
}
