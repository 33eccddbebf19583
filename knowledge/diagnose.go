package knowledge

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"authfix/knowledge/analyze"
	"authfix/knowledge/clean"
	"authfix/knowledge/match"
	"authfix/knowledge/redact"
)

// paste is everything known about one paste while it is diagnosed: the state
// that the steps hand on.
type paste struct {
	base     *Base
	in       *Input
	doc      *clean.Document
	secrets  []redact.Found
	facts    []Fact
	read     []Fact // those before the answers, of which some took the place: for the observation
	findings []analyze.Finding
	redactor *redact.Redactor
	notes    []string
	found    []candidate
	evals    []*evaluation // by layer
	work     int           // what settling regexps has cost
	scratch  *scratch
}

// Diagnose says what a paste shows. It reads, cleans, scans, analyzes,
// recognises (in its stance), ranks, asks and renders, in this order; the raw
// text goes no further. The error is one of clean's (an empty or a binary
// paste) or tells that an answer names no known fact or value; any other text
// gives a diagnosis, if only "unknown".
func (b *Base) Diagnose(in Input) (Diagnosis, error) {
	s := b.scratch.Get().(*scratch)
	defer b.scratch.Put(s)
	p, err := b.examine(&in, s)
	if err != nil {
		return Diagnosis{}, err
	}
	p.recognise()
	p.rank()
	return p.render()
}

// examine does the steps up to the facts.
func (b *Base) examine(in *Input, s *scratch) (*paste, error) {
	var text string
	var notes []string
	if len(in.Text) > 0 || len(in.Prior) == 0 {
		var err error
		if text, notes, err = clean.Read(in.Text); err != nil {
			return nil, err
		}
	}
	p := &paste{base: b, in: in, scratch: s, notes: notes, doc: clean.Clean(text), redactor: redact.New(in.redaction())}
	p.notes = append(p.notes, p.doc.Notes...)
	p.doc.Skeleton(&s.skeleton)
	p.scan()
	p.analyze()
	p.read = p.facts
	return p, p.answer()
}

// redaction is the numbering of placeholders that the case has reached. A
// message that was edited may know more of it than those behind it.
func (in *Input) redaction() redact.State {
	state := redact.State{Key: in.Key, Mark: in.Mark}
	known := map[string]bool{}
	for i := range in.Prior {
		for _, s := range in.Prior[i].Placeholders {
			if !known[string(s.MAC)] {
				known[string(s.MAC)] = true
				state.Seen = append(state.Seen, s)
			}
		}
	}
	return state
}

// scan is the one pass over all rows: clauses, keywords, secrets' rules.
func (p *paste) scan() {
	s := p.scratch
	for i, l := range p.base.layers {
		ls := &s.layers[i]
		ls.hits = l.set.Collect(p.doc.Buf, &ls.scan)
		if i > 0 {
			continue
		}
		s.keywords, s.secrets = s.keywords[:0], s.secrets[:0]
		for _, h := range ls.hits {
			switch {
			case h.Pattern < l.own:
			case h.Pattern < l.own+len(l.keywords):
				s.keywords = append(s.keywords, place{h.Start, h.Pattern - l.own})
			default:
				s.secrets = append(s.secrets, h)
			}
		}
		slices.SortFunc(s.keywords, func(a, b place) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.number, b.number)) })
		slices.SortFunc(s.secrets, func(a, b match.Hit) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pattern, b.Pattern))
		})
		p.secrets = redact.Find(p.doc.Buf, s.secrets, l.own+len(l.keywords))
	}
	p.learn()
}

// analyze runs the analyzers whose keyword stands in a record on that record.
func (p *paste) analyze() {
	l := p.base.layers[0]
	type run struct{ record, analyzer int }
	record := analyze.Records(p.doc)
	made := map[int]analyze.Record{}
	done := map[run]bool{}
	for _, k := range p.scratch.keywords {
		r := run{p.doc.Rows[p.doc.RowAt(k.start)].Record, int(l.keywords[k.number])}
		if done[r] {
			continue
		}
		done[r] = true
		rec, ok := made[r.record]
		if !ok {
			rec = record(r.record)
			made[r.record] = rec
		}
		facts, findings := p.base.analyzers[r.analyzer].Run(rec, p.in.Now)
		p.keep(facts, findings)
	}
	p.prior()
	var known []analyze.Fact
	for _, a := range p.base.analyzers {
		if a.Conclude == nil || len(p.facts) == 0 {
			continue
		}
		if len(known) != len(p.facts) {
			known = p.plainFacts()
		}
		facts, findings := a.Conclude(known, p.in.Now)
		p.keep(facts, findings)
	}
}

// maxFacts bounds the facts of one paste.
const maxFacts = 1000

func (p *paste) keep(facts []analyze.Fact, findings []analyze.Finding) {
	for _, f := range facts {
		line := anywhere
		if f.Start >= 0 {
			line = p.doc.Rows[p.doc.RowAt(f.Start)].First
		}
		if len(p.facts) < maxFacts && !p.has(f.Name, f.Value, line) {
			p.facts = append(p.facts, Fact{Name: f.Name, Value: f.Value, Start: f.Start, End: f.End, line: line})
		}
	}
	if len(p.findings) < maxFacts {
		p.findings = append(p.findings, findings...)
	}
}

// has reports whether the fact was stated on the same logical line already, by
// a view of it or by another analyzer.
func (p *paste) has(name, value string, line int) bool {
	for i := range p.facts {
		if f := &p.facts[i]; f.line == line && f.message == 0 && f.Name == name && f.Value == value {
			return true
		}
	}
	return false
}

func (p *paste) plainFacts() []analyze.Fact {
	all := make([]analyze.Fact, len(p.facts))
	for i, f := range p.facts {
		all[i] = analyze.Fact{Name: f.Name, Value: f.Value, Start: f.Start, End: f.End}
	}
	return all
}

// prior adds the facts that earlier messages of the case gave.
func (p *paste) prior() {
	for i := range p.in.Prior {
		for _, f := range p.in.Prior[i].Facts {
			if len(p.facts) < maxFacts {
				p.facts = append(p.facts, Fact{Name: f.Name, Value: string(f.Value), Start: -1, End: -1, message: len(p.in.Prior) - i, line: f.Line})
			}
		}
	}
}

// ErrAnswer says that an answer names no question or no choice of it.
var ErrAnswer = errors.New("the answer fits no question")

// answer adds what was answered as facts. What a person says of a fact stands
// above what was read.
func (p *paste) answer() error {
	for _, a := range p.in.Answers {
		q, ok := p.base.Question(a.Fact)
		if !ok {
			return &UnknownAnswer{Fact: a.Fact, Known: p.base.questionFacts()}
		}
		value, ok := q.read(a.Value)
		if !ok {
			return &UnknownAnswer{Fact: a.Fact, Value: true, Known: q.values()}
		}
		kept := make([]Fact, 0, len(p.facts)+1)
		for _, f := range p.facts {
			if f.Name != a.Fact {
				kept = append(kept, f)
			}
		}
		p.facts = append(kept, Fact{Name: a.Fact, Value: value, Start: -1, End: -1, line: anywhere})
	}
	return nil
}

// An UnknownAnswer is an answer that fits no question. It never repeats what
// was answered, which may be pasted output.
type UnknownAnswer struct {
	Fact  string   // the question that was named
	Value bool     // the question is known but the value is not
	Known []string // what could have been said
}

// Error names what is wrong and what could be said instead.
func (e *UnknownAnswer) Error() string {
	if e.Value {
		return "the answer to " + e.Fact + " is none of: " + strings.Join(e.Known, ", ")
	}
	return "no question is called that; questions: " + strings.Join(e.Known, ", ")
}

// Unwrap makes the error one of [ErrAnswer].
func (e *UnknownAnswer) Unwrap() error { return ErrAnswer }

// recognise evaluates the signatures of which a clause hit or a fact was
// stated, the surest of each failure mode first, and keeps of each failure mode
// the one that, seen in its stance, is surest. What cannot be surer than what
// was found is not evaluated.
func (p *paste) recognise() {
	reader := newStanceReader(p)
	for _, l := range p.base.layers {
		e := p.evaluate(l)
		p.evals = append(p.evals, e)
		best := map[int]int{} // failure mode → index in found
		for _, turn := range p.touched(l, e) {
			i := l.turns[turn]
			s := &l.Sigs[i]
			if l.hidden[l.Modes[s.Mode].ID] {
				continue
			}
			known, ok := best[s.Mode]
			if ok && p.found[known].verdict.rank() >= s.Gives.rank() {
				continue
			}
			e.within, e.inOrder = s.Within, s.InOrder
			if !e.possible(&s.Root, nil) {
				continue
			}
			places := e.holds(&s.Root)
			if len(places) == 0 {
				continue
			}
			c := candidate{layer: l, eval: e, mode: s.Mode, sig: int(i)}
			p.judge(&c, places, reader)
			if !ok {
				best[s.Mode] = len(p.found)
				p.found = append(p.found, c)
			} else if better(&c, &p.found[known]) < 0 {
				p.found[known] = c
			}
		}
	}
	p.settlePast(reader)
}

// touched lists the signatures with a clause that may hold, as their turns: the
// surest first.
func (p *paste) touched(l *layer, e *evaluation) []int32 {
	list := p.scratch.turns[:0]
	for _, pattern := range e.scratch.present {
		list = append(list, l.byPattern[pattern]...)
	}
	for phrase := range e.phrases {
		list = append(list, l.byPhrase[phrase]...)
	}
	for name := range e.byName {
		list = append(list, l.byFact[name]...)
	}
	slices.Sort(list)
	p.scratch.turns = list
	return slices.Compact(list)
}
