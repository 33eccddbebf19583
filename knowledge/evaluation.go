package knowledge

import "slices"

// maxOwn is how many clause hits of one layer are looked at.
const maxOwn = 20_000

// evaluate gathers what the scan, the analyzers, the answers and the earlier
// messages found for one layer.
func (p *paste) evaluate(l *layer) *evaluation {
	ls := &p.scratch.layers[p.layerOf(l)]
	e := &evaluation{p: p, doc: p.doc, layer: l, hits: ls.hits, scratch: ls, facts: p.facts, byName: make(map[string][]int, 32), all: ls.seen[:0]}
	for i := range e.hits {
		h := &e.hits[i]
		if h.Pattern >= l.own || len(e.all) == maxOwn {
			continue
		}
		e.all = append(e.all, seen{line: p.doc.Rows[p.doc.RowAt(h.Start)].First, start: h.Start, end: h.End, fact: -1, pattern: h.Pattern, hit: i, open: h.Open})
	}
	p.priorHits(l, e)
	e.arrange()
	e.phraseHits()
	for i, f := range p.facts {
		e.byName[f.Name] = append(e.byName[f.Name], i)
	}
	return e
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
