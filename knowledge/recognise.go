package knowledge

import (
	"math"
	"slices"
	"sort"
	"strconv"

	"authfix/knowledge/clean"
	"authfix/knowledge/match"
)

const (
	defaultWithin  = 200      // logical lines a signature may reach over
	maxReach       = 64 << 10 // bytes it may reach over
	maxOccurrences = 64       // places of one signature that are looked at
	anywhere       = -1       // the line of an answer or a derived fact
	messageGap     = 1 << 20  // lines between two messages of one case
)

// A seen is one hit of a clause: what the scan, an analyzer, an answer or an
// earlier message found.
type seen struct {
	line       int          // logical line, or anywhere; earlier messages have lines below anywhere
	start, end int          // in the document's Buf; both -1 when it is not in this paste
	fact       int          // index of the fact, or -1
	pattern    int          // of the layer, or -1
	hit        int          // index into the scan's hits, or -1
	open       bool         // a regexp that is yet to be run on the line
	dead       bool         // it was run and does not match
	prior      *ObservedHit // what an earlier message contributed, or nil
}

// An occurrence is one place at which a node holds: the lines it spans and the
// hits it rests on.
type occurrence struct {
	first, last int // lines; anywhere when it rests on nothing with a place
	seen        []int
}

// evaluation is the state of recognising one paste with one layer.
type evaluation struct {
	p        *paste
	doc      *clean.Document
	layer    *layer
	hits     []match.Hit // of the layer's clauses; seen.hit is an index
	facts    []Fact
	byName   map[string][]int // facts
	all      []seen
	scratch  *layerScratch
	phrases  map[int][]int // phrase → indexes in all; nil when there is none
	factSeen map[int]int   // fact → index in all; made when first needed
	within   int
	inOrder  bool
}

// arrange sorts what was seen by pattern.
func (e *evaluation) arrange() {
	s := e.scratch
	if len(s.slots) < e.layer.own {
		s.slots = make([]slot, e.layer.own)
	}
	s.stamp++
	s.present = s.present[:0]
	for i := range e.all {
		sl := &s.slots[e.all[i].pattern]
		if sl.stamp != s.stamp {
			*sl = slot{stamp: s.stamp}
			s.present = append(s.present, e.all[i].pattern)
		}
		sl.n++
	}
	at := int32(0)
	for _, pattern := range s.present {
		sl := &s.slots[pattern]
		sl.from, at = at, at+sl.n
		sl.n = 0
	}
	s.order = slices.Grow(s.order[:0], int(at))[:at]
	for i := range e.all {
		sl := &s.slots[e.all[i].pattern]
		s.order[sl.from+sl.n] = i
		sl.n++
	}
	s.seen = e.all
}

// A phraseHit is a phrase that stands at Buf[start:end].
type phraseHit struct{ phrase, start, end int }

// phrases finds the phrases of a layer in the skeleton.
func (p *paste) phrases(l *layer) []phraseHit {
	if l.phrases == nil {
		return nil
	}
	bones := &p.scratch.skeleton
	var all []phraseHit
	for _, h := range l.phrases.Collect(bones.Text, &p.scratch.phrases) {
		all = append(all, phraseHit{h.Pattern, int(bones.Place[h.Start]), int(bones.Place[h.End-1]) + 1})
	}
	return all
}

// phraseHits adds the phrases of this message and of earlier ones.
func (e *evaluation) phraseHits() {
	add := func(phrase int, s seen) {
		if e.phrases == nil {
			e.phrases = map[int][]int{}
		}
		if len(e.phrases[phrase]) < maxOccurrences {
			e.phrases[phrase] = append(e.phrases[phrase], len(e.all))
			e.all = append(e.all, s)
		}
	}
	for _, h := range e.p.phrases(e.layer) {
		add(h.phrase, seen{line: e.doc.Rows[e.doc.RowAt(h.start)].First, start: h.start, end: h.end, fact: -1, pattern: -1, hit: -1})
	}
	prior := e.p.in.Prior
	for i := range prior {
		for k := range prior[i].Hits {
			h := &prior[i].Hits[k]
			if n := slices.IndexFunc(e.layer.Phrases, func(bones string) bool { return phraseKey(bones) == h.Clause }); n >= 0 {
				add(n, seen{line: -(len(prior)-i)*messageGap + h.Line, start: -1, end: -1, fact: -1, pattern: -1, hit: -1, prior: h})
			}
		}
	}
}

// of returns the hits of a pattern, as indexes in all.
func (e *evaluation) of(pattern int) []int {
	sl := e.scratch.slots[pattern]
	if sl.stamp != e.scratch.stamp {
		return nil
	}
	return e.scratch.order[sl.from : sl.from+sl.n]
}

// settle runs the regexp of an open hit, once, and reports whether it matches.
// Most signatures fail for want of a literal, so most regexps are never run.
func (e *evaluation) settle(i int) bool {
	s := &e.all[i]
	if !s.open {
		return !s.dead
	}
	s.open = false
	h, ok := e.layer.set.Settle(e.doc.Buf, e.hits[s.hit], &e.p.work)
	if s.dead = !ok; ok {
		e.hits[s.hit] = h
		s.start, s.end = h.Start, h.End
	}
	return ok
}

// possible reports whether n may hold, without running a regexp.
func (e *evaluation) possible(n *node) bool {
	switch n.Kind {
	case patternNode:
		for _, i := range e.of(n.Pattern) {
			if !e.all[i].dead {
				return true
			}
		}
		return false
	case phraseNode:
		return len(e.phrases[n.Pattern]) > 0
	case factNode:
		for _, f := range e.byName[n.Fact] {
			if n.accepts(e.facts[f].Value) {
				return true
			}
		}
		return false
	case anyNode:
		for i := range n.Kids {
			if e.possible(&n.Kids[i]) {
				return true
			}
		}
		return false
	case allNode:
		for i := range n.Kids {
			if !e.possible(&n.Kids[i]) {
				return false
			}
		}
	}
	return true
}

// settled reports whether n can be judged without running a regexp.
func (e *evaluation) settled(n *node) bool {
	if n.Kind == patternNode {
		for _, i := range e.of(n.Pattern) {
			if e.all[i].open {
				return false
			}
		}
	}
	for i := range n.Kids {
		if !e.settled(&n.Kids[i]) {
			return false
		}
	}
	return true
}

// holds returns the occurrences of n, at most maxOccurrences.
func (e *evaluation) holds(n *node) []occurrence {
	switch n.Kind {
	case patternNode:
		return e.ofPattern(n)
	case phraseNode:
		var out []occurrence
		for _, i := range e.phrases[n.Pattern] {
			out = append(out, occurrence{e.all[i].line, e.all[i].line, []int{i}})
		}
		return bounded(out)
	case factNode:
		return e.ofFact(n)
	case anyNode:
		var out []occurrence
		for i := range n.Kids {
			out = append(out, e.holds(&n.Kids[i])...)
		}
		return bounded(out)
	case noneNode:
		for i := range n.Kids {
			if len(e.holds(&n.Kids[i])) > 0 {
				return nil
			}
		}
		return []occurrence{{first: anywhere, last: anywhere}}
	case allNode:
		return e.together(n)
	}
	return nil
}

func bounded(o []occurrence) []occurrence {
	if len(o) > maxOccurrences {
		o = o[:maxOccurrences]
	}
	return o
}

func (e *evaluation) ofPattern(n *node) []occurrence {
	hits := e.of(n.Pattern)
	if n.Times > 1 {
		lines := map[int]bool{}
		for _, i := range hits {
			if e.settle(i) {
				lines[e.all[i].line] = true
			}
		}
		if len(lines) < n.Times {
			return nil
		}
	}
	out := make([]occurrence, 0, min(len(hits), maxOccurrences))
	for _, i := range hits {
		if len(out) == maxOccurrences {
			break
		}
		if e.settle(i) {
			out = append(out, occurrence{e.all[i].line, e.all[i].line, []int{i}})
		}
	}
	return out
}

func (e *evaluation) ofFact(n *node) []occurrence {
	var out []occurrence
	for _, f := range e.byName[n.Fact] {
		if !n.accepts(e.facts[f].Value) || len(out) == maxOccurrences {
			continue
		}
		i, ok := e.factSeen[f]
		if !ok {
			i = len(e.all)
			e.all = append(e.all, e.place(f))
			if e.factSeen == nil {
				e.factSeen = map[int]int{}
			}
			e.factSeen[f] = i
		}
		out = append(out, occurrence{e.all[i].line, e.all[i].line, []int{i}})
	}
	return out
}

func (e *evaluation) place(f int) seen {
	fact := e.facts[f]
	s := seen{line: anywhere, start: fact.Start, end: fact.End, fact: f, pattern: -1, hit: -1}
	switch {
	case fact.Start >= 0:
		s.line = e.doc.Rows[e.doc.RowAt(fact.Start)].First
	case fact.message > 0:
		s.line = -fact.message*messageGap + fact.line
	}
	return s
}

func (n *node) accepts(value string) bool {
	if len(n.In) > 0 && !slices.Contains(n.In, value) || slices.Contains(n.Not, value) {
		return false
	}
	if n.Above != nil || n.Below != nil {
		v, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n.Above != nil && v <= *n.Above || n.Below != nil && v >= *n.Below {
			return false
		}
	}
	return true
}

// together finds the places where an occurrence of every kid stands within
// reach: the smallest windows, in the order in which they begin.
func (e *evaluation) together(n *node) []occurrence {
	// What costs nothing comes first, what must not stand last.
	found := make([][]occurrence, len(n.Kids))
	for _, turn := range [...]int{0, 1, 2} {
		for i := range n.Kids {
			kid := &n.Kids[i]
			if found[i] != nil || turn < 2 && kid.Kind == noneNode || turn == 0 && !e.settled(kid) {
				continue
			}
			if found[i] = e.holds(kid); len(found[i]) == 0 {
				return nil
			}
		}
	}
	lists := make([][]occurrence, 0, len(n.Kids))
	rest := occurrence{first: anywhere, last: anywhere} // what holds without a place
	for _, list := range found {
		if placeless := slices.IndexFunc(list, func(o occurrence) bool { return o.first == anywhere }); placeless >= 0 {
			rest.seen = append(rest.seen, list[placeless].seen...)
			continue
		}
		lists = append(lists, list)
	}
	if len(lists) == 0 {
		return []occurrence{rest}
	}
	if e.inOrder {
		return e.ordered(lists, rest)
	}
	return e.windows(lists, rest)
}

// windows sweeps over the occurrences of several clauses, ordered by line, and
// keeps the latest of each: whenever all are there, they form a window.
func (e *evaluation) windows(lists [][]occurrence, rest occurrence) []occurrence {
	type event struct {
		occurrence
		list int
	}
	var events []event
	for i, list := range lists {
		for _, o := range list {
			events = append(events, event{o, i})
		}
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].first < events[j].first })
	latest := make([]*occurrence, len(lists))
	have := 0
	var out []occurrence
	for i := range events {
		ev := &events[i]
		if latest[ev.list] == nil {
			have++
		}
		latest[ev.list] = &ev.occurrence
		if have < len(lists) {
			continue
		}
		w := occurrence{first: ev.first, last: ev.last, seen: slices.Clone(rest.seen)}
		for _, o := range latest {
			w.first, w.last = min(w.first, o.first), max(w.last, o.last)
			w.seen = append(w.seen, o.seen...)
		}
		if e.reaches(w.first, w.last) {
			if k := len(out) - 1; k >= 0 && out[k].first == w.first && out[k].last <= w.last {
				continue // the same beginning, reached farther
			}
			if out = append(out, w); len(out) == maxOccurrences {
				break
			}
		}
	}
	return out
}

// ordered finds windows in which the clauses stand one after the other.
func (e *evaluation) ordered(lists [][]occurrence, rest occurrence) []occurrence {
	var out []occurrence
	for _, begin := range lists[0] {
		w := occurrence{first: begin.first, last: begin.last, seen: append(slices.Clone(rest.seen), begin.seen...)}
		at := e.offset(begin)
		complete := true
		for _, list := range lists[1:] {
			next := slices.IndexFunc(list, func(o occurrence) bool { return e.offset(o) > at })
			if next < 0 {
				complete = false
				break
			}
			w.last = max(w.last, list[next].last)
			w.seen = append(w.seen, list[next].seen...)
			at = e.offset(list[next])
		}
		if complete && e.reaches(w.first, w.last) {
			out = append(out, w)
		}
	}
	return bounded(out)
}

// offset orders occurrences by where they stand in the paste. The line of a hit
// in a view of several lines is their first, so it does not tell.
func (e *evaluation) offset(o occurrence) int {
	if len(o.seen) == 0 {
		return math.MinInt
	}
	last := &e.all[o.seen[len(o.seen)-1]]
	if last.prior != nil {
		return last.line<<offsetBits + last.prior.At
	}
	if spans := e.doc.Spans(last.start, last.end); len(spans) > 0 {
		return spans[0].Line<<offsetBits + spans[0].Start
	}
	return last.line<<offsetBits + 1
}

// offsetBits is how many bits the place in a line takes: a paste has no longer
// line.
const offsetBits = 23

// reaches reports whether a window is small enough. Messages of one case are
// far apart by their line numbers; only a signature that states no reach of its
// own may join what several of them said.
func (e *evaluation) reaches(first, last int) bool {
	if e.within > 0 {
		return last-first < e.within
	}
	if first < anywhere {
		return true
	}
	if last-first >= defaultWithin {
		return false
	}
	return e.doc.Rows[last].End-e.doc.Rows[first].Start <= maxReach
}
