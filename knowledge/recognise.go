package knowledge

import (
	"slices"
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

// possible reports whether n may hold, without running a regexp; facts that are
// assumed may have any value.
func (e *evaluation) possible(n *node, assumed map[string]bool) bool {
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
		if assumed[n.Fact] {
			return true
		}
		for _, f := range e.byName[n.Fact] {
			if n.accepts(e.facts[f].Value) {
				return true
			}
		}
		return false
	case anyNode:
		for i := range n.Kids {
			if e.possible(&n.Kids[i], assumed) {
				return true
			}
		}
		return false
	case allNode:
		for i := range n.Kids {
			if !e.possible(&n.Kids[i], assumed) {
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
