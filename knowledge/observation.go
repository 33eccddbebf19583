package knowledge

import (
	"hash/fnv"
	"strings"
	"unicode/utf8"

	"authfix/knowledge/redact"
)

// Bounds of an observation.
const (
	maxObservedFacts = 200
	maxObservedHits  = 200
	maxObservedEach  = 12        // of one clause
	maxObservedWork  = 2 << 20   // bytes on which regexps are run that recognition left open
	maxObservedText  = 240       // bytes of one excerpt
	maxObservedSeen  = 400       // placeholders, beside the last of each kind
	maxObserved      = 160 << 10 // bytes of facts and hits, as JSON
)

// An Observation is what one message contributed to its case: facts, clause
// hits, where they stood. It is bounded and redacted, so it may be stored; with
// the observations of the other messages and the answers it suffices to rank
// again. It can be encoded as JSON.
type Observation struct {
	Base         string         `json:"base"` // generation that made it
	Facts        []ObservedFact `json:"facts,omitempty"`
	Hits         []ObservedHit  `json:"hits,omitempty"`
	Placeholders []redact.Seen  `json:"placeholders,omitempty"` // the numbering so far, for the follow-up
}

// An ObservedFact is a fact with its logical line.
type ObservedFact struct {
	Name  string      `json:"name"`
	Value redact.Text `json:"value"`
	Line  int         `json:"line"`
}

// An ObservedHit is a hit of a clause. Clauses are known by a key over their
// text, so that an observation outlives a change of the base: what the clause
// no longer stands in is passed over.
type ObservedHit struct {
	Clause uint64            `json:"clause"`
	Line   int               `json:"line"`
	At     int               `json:"at,omitempty"` // in its line, to tell the order of hits there
	Text   redact.Text       `json:"text"`
	Values map[string]string `json:"values,omitempty"` // of named groups, redacted
}

// clauseKey is the key of a pattern.
func clauseKey(literal, regexp string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(literal))
	h.Write([]byte{0})
	h.Write([]byte(regexp))
	return h.Sum64()
}

// An observed says of a layer whose hits can matter when the message that holds
// them is gone. Hits of two messages are too far apart for one signature, so
// what a signature did not find in its message an answer alone can complete.
// Beside that, hits establish causes and fill parameters of what other messages
// show.
type observed struct {
	always  map[int]bool // patterns that establish causes, or have groups
	answers []bool       // by signature: it asks for a fact there is a question about
}

// observable fills in answerable and observed.
func (b *Base) observable() {
	b.answerable = map[string]bool{}
	for _, fact := range b.questionFacts() {
		b.answerable[fact] = true
	}
	b.observed = make([]observed, len(b.layers))
	for n, l := range b.layers {
		o := observed{always: map[int]bool{}, answers: make([]bool, len(l.Sigs))}
		for i := range l.Sigs {
			o.answers[i] = l.Sigs[i].Root.asks(b.answerable)
		}
		for i := range l.Modes {
			for k := range l.Modes[i].Causes {
				l.Modes[i].Causes[k].patterns(o.always)
			}
		}
		for i := range l.Patterns {
			if strings.Contains(l.Patterns[i].Regexp, "(?P<") {
				o.always[i] = true
			}
		}
		b.observed[n] = o
	}
}

// wanted are the patterns of layer n whose hits are kept: those of what was
// recognised and of what an answer could complete, and those that forbid what
// could hold by the hits of others.
func (p *paste) wanted(n int) map[int]bool {
	l, e, o := p.base.layers[n], p.evals[n], &p.base.observed[n]
	want := map[int]bool{}
	for i := range p.found {
		if c := &p.found[i]; c.layer == l {
			l.Sigs[c.sig].Root.patterns(want)
		}
	}
	for _, turn := range p.touched(l, e) {
		i := l.turns[turn]
		root := &l.Sigs[i].Root
		switch {
		case !e.possible(root, p.base.answerable):
		case o.answers[i]:
			root.patterns(want)
		default:
			root.forbidden(want)
		}
	}
	return want
}

// patterns adds the patterns of n and of what it combines.
func (n *node) patterns(to map[int]bool) {
	if n.Kind == patternNode {
		to[n.Pattern] = true
	}
	for i := range n.Kids {
		n.Kids[i].patterns(to)
	}
}

// forbidden adds the patterns that stand below a none.
func (n *node) forbidden(to map[int]bool) {
	if n.Kind == noneNode {
		n.patterns(to)
		return
	}
	for i := range n.Kids {
		n.Kids[i].forbidden(to)
	}
}

// asks reports whether n has a condition on one of some facts.
func (n *node) asks(facts map[string]bool) bool {
	if n.Kind == factNode && facts[n.Fact] {
		return true
	}
	for i := range n.Kids {
		if n.Kids[i].asks(facts) {
			return true
		}
	}
	return false
}

// observe makes the observation of this message.
func (p *paste) observe() Observation {
	o := Observation{Base: p.base.generation}
	room := maxObserved
	p.observeFacts(&o, &room)
	for n := range p.base.layers {
		p.observeHits(&o, n, &room)
		p.observePhrases(&o, n, &room)
	}
	o.Placeholders = boundedSeen(p.redactor.State().Seen)
	return o
}

func (p *paste) observeFacts(o *Observation, room *int) {
	for _, f := range p.read {
		if f.message > 0 || f.Start < 0 {
			continue
		}
		fact := ObservedFact{f.Name, p.redactor.Text(cut(f.Value, maxObservedText)), p.doc.Rows[p.doc.RowAt(f.Start)].First}
		if *room -= encodedLen(fact.Name, string(fact.Value)); *room < 0 || len(o.Facts) == maxObservedFacts {
			return
		}
		o.Facts = append(o.Facts, fact)
	}
}

// observeHits adds the clause hits of layer n.
func (p *paste) observeHits(o *Observation, n int, room *int) {
	l, e, begin, each := p.base.layers[n], p.evals[n], p.work, map[int]int{}
	want, always := p.wanted(n), p.base.observed[n].always
	for i := range e.all {
		s := &e.all[i]
		if s.hit < 0 || s.dead || !want[s.pattern] && !always[s.pattern] || each[s.pattern] == maxObservedEach || s.open && p.work-begin > maxObservedWork {
			continue
		}
		if len(o.Hits) == maxObservedHits {
			return
		}
		if !e.settle(i) {
			continue
		}
		h := &e.hits[s.hit]
		pattern := &l.Patterns[h.Pattern]
		row := &p.doc.Rows[p.doc.RowAt(h.Start)]
		hit := ObservedHit{
			Clause: clauseKey(pattern.Literal, pattern.Regexp),
			Line:   row.First,
			At:     h.Start - row.Start,
			Text:   p.redactor.Text(cut(p.doc.Text[h.Start:h.End], maxObservedText)),
		}
		for i, name := range l.set.Names(h.Pattern) {
			if name == "" || h.Groups == nil || h.Groups[2*i] < 0 {
				continue
			}
			value, rest := p.doc.Text[h.Groups[2*i]:h.Groups[2*i+1]], p.doc.Text[h.Groups[2*i+1]:]
			if len(value) > maxObservedText || goesOn(rest) {
				continue
			}
			if hit.Values == nil {
				hit.Values = map[string]string{}
			}
			hit.Values[name] = string(p.redactor.Text(value))
		}
		*room -= encodedLen(string(hit.Text))
		for name, value := range hit.Values {
			*room -= encodedLen(name, value)
		}
		if *room < 0 {
			return
		}
		each[h.Pattern]++
		o.Hits = append(o.Hits, hit)
	}
}

// phraseKey is the key of a phrase, given as its letters.
func phraseKey(bones string) uint64 { return clauseKey("\x00"+bones, "") }

// observePhrases adds the phrases of layer n.
func (p *paste) observePhrases(o *Observation, n int, room *int) {
	l := p.base.layers[n]
	each := map[int]int{}
	for _, h := range p.phrases(l) {
		if len(o.Hits) == maxObservedHits || each[h.phrase] == maxObservedEach {
			continue
		}
		row := &p.doc.Rows[p.doc.RowAt(h.start)]
		hit := ObservedHit{
			Clause: phraseKey(l.Phrases[h.phrase]),
			Line:   row.First,
			At:     h.start - row.Start,
			Text:   p.redactor.Text(cut(p.doc.Text[h.start:h.end], maxObservedText)),
		}
		if *room -= encodedLen(string(hit.Text)); *room < 0 {
			return
		}
		each[h.phrase]++
		o.Hits = append(o.Hits, hit)
	}
}

// encodedLen is about how many bytes strings take as JSON, with what stands
// around them: no fewer than they do.
func encodedLen(all ...string) int {
	n := 80
	for _, s := range all {
		n += len(s) + 4
		for i := range len(s) {
			switch c := s[i]; {
			case c < ' ', c == '<', c == '>', c == '&', c >= utf8.RuneSelf: // \u0000, also for what is no UTF-8
				n += 5
			case c == '"', c == '\\':
				n++
			}
		}
	}
	return n
}

// boundedSeen keeps the first placeholders of a case and the last of each kind,
// so that no number is given twice.
func boundedSeen(all []redact.Seen) []redact.Seen {
	if len(all) <= maxObservedSeen {
		return all
	}
	kept := all[:maxObservedSeen:maxObservedSeen]
	last := map[string]int{}
	for i, s := range all {
		if k, ok := last[s.Kind]; !ok || s.N >= all[k].N {
			last[s.Kind] = i
		}
	}
	for i, s := range all[maxObservedSeen:] {
		if last[s.Kind] == maxObservedSeen+i {
			kept = append(kept, s)
		}
	}
	return kept
}

// priorHits adds the clause hits of earlier messages.
func (p *paste) priorHits(l *layer, e *evaluation) {
	if len(p.in.Prior) == 0 {
		return
	}
	byKey := map[uint64]int{}
	for i := range l.Patterns {
		byKey[clauseKey(l.Patterns[i].Literal, l.Patterns[i].Regexp)] = i
	}
	for i := range p.in.Prior {
		for k := range p.in.Prior[i].Hits {
			h := &p.in.Prior[i].Hits[k]
			pattern, ok := byKey[h.Clause]
			if !ok {
				continue
			}
			e.all = append(e.all, seen{line: -(len(p.in.Prior)-i)*messageGap + h.Line, start: -1, end: -1, fact: -1, pattern: pattern, hit: -1, prior: h})
		}
	}
}

// cut shortens s to at most n bytes at a rune's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
