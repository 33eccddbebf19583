package knowledge

import (
	"cmp"
	"slices"
	"strings"
)

// maxCandidates is how many candidates a diagnosis shows.
const maxCandidates = 6

// A candidate is a failure mode of which a signature holds.
type candidate struct {
	layer   *layer
	eval    *evaluation
	mode    int
	sig     int
	place   occurrence // the one that speaks loudest
	stance  Stance
	verdict Verdict // the signature's, lowered by the stance
	weight  int     // bytes of the evidence
	depth   int     // how deep in a chain of causes the evidence stands
	score   float64
	role    Role
	of      string
}

func (c *candidate) entry() *entry { return &c.layer.Modes[c.mode] }

// judge chooses the place with the surest stance.
func (p *paste) judge(c *candidate, places []occurrence, reader *stanceReader) {
	gives := c.layer.Sigs[c.sig].Gives
	for k, place := range places {
		stance := reader.of(c.eval, place)
		verdict := stance.lower(gives)
		weight := c.eval.weight(place)
		if k == 0 || verdict.rank() > c.verdict.rank() || verdict == c.verdict && weight > c.weight {
			c.place, c.stance, c.verdict, c.weight = place, stance, verdict, weight
		}
	}
	c.depth = p.depth(c.eval, c.place)
}

// weight is how many bytes of this paste the evidence covers.
func (e *evaluation) weight(o occurrence) int {
	n := 0
	for _, i := range o.seen {
		if s := &e.all[i]; s.start >= 0 {
			n += s.end - s.start
		}
	}
	return n
}

// depth counts the links of the chain of causes above the evidence in its
// record: the deepest cause leads.
func (p *paste) depth(e *evaluation, o occurrence) int {
	deepest := 0
	for _, i := range o.seen {
		s := &e.all[i]
		if s.start < 0 {
			continue
		}
		row := p.doc.Rows[p.doc.RowAt(s.start)]
		n := 0
		for line := p.doc.Records[row.Record].First; line <= row.First; line++ {
			text := strings.TrimLeft(p.doc.RowText(line), " \t")
			if strings.HasPrefix(text, "Caused by") || strings.HasPrefix(text, "Caused: ") {
				n++
			}
		}
		deepest = max(deepest, n)
	}
	return deepest
}

// rank drops what a more specific failure mode stands over, lists consequences under their cause and orders the rest.
func (p *paste) rank() {
	var kept []*candidate
	for i := range p.found {
		if p.found[i].verdict != Unknown {
			kept = append(kept, &p.found[i])
		}
	}
	kept = slices.DeleteFunc(kept, func(c *candidate) bool {
		return slices.ContainsFunc(kept, func(o *candidate) bool {
			return o != c && slices.Contains(o.entry().Over, c.entry().ID) && o.verdict.rank() >= c.verdict.rank()
		})
	})
	for _, c := range kept {
		c.role = AlternativeRole
		c.score = [...]float64{0, 0.4, 0.8, 0.95}[c.verdict.rank()] + float64(min(c.weight, 200))/200*0.03 + float64(min(c.depth, 10))*0.001
	}
	slices.SortStableFunc(kept, better)
	var answers []*candidate
	for _, c := range kept {
		for _, o := range kept {
			if o != c && o.of != c.entry().ID && slices.Contains(o.entry().Explains, c.entry().ID) && o.verdict.rank() >= c.verdict.rank() {
				c.role, c.of = ConsequenceRole, o.entry().ID
			}
		}
		if c.role != ConsequenceRole && (len(answers) == 0 || c.verdict.Spoken() && p.apart(c, answers)) {
			c.role = AnswerRole
			answers = append(answers, c)
		}
	}
	slices.SortStableFunc(kept, func(a, b *candidate) int { return cmp.Compare(order(a.role), order(b.role)) })
	if len(kept) > maxCandidates {
		kept = kept[:maxCandidates]
	}
	p.found = p.found[:0:0]
	for _, c := range kept {
		p.found = append(p.found, *c)
	}
}

func order(r Role) int {
	switch r {
	case AnswerRole:
		return 0
	case ConsequenceRole:
		return 1
	}
	return 2
}

// better orders candidates: the surer verdict, the deeper cause, the more
// evidence, then the id.
func better(a, b *candidate) int {
	return cmp.Or(
		cmp.Compare(b.verdict.rank(), a.verdict.rank()),
		cmp.Compare(b.depth, a.depth),
		cmp.Compare(b.weight, a.weight),
		strings.Compare(a.entry().ID, b.entry().ID),
	)
}

// apart reports whether c rests on lines that no answer so far rests on: then
// it is a second, unrelated failure.
func (p *paste) apart(c *candidate, before []*candidate) bool {
	lines := c.lines()
	if len(lines) == 0 {
		return false
	}
	for _, o := range before {
		for line := range o.lines() {
			if lines[line] {
				return false
			}
		}
		if c.depth != o.depth && p.recordOf(c) == p.recordOf(o) {
			return false // links of one chain of causes
		}
	}
	return true
}

// recordOf is the record in which the evidence ends, or -1.
func (p *paste) recordOf(c *candidate) int {
	if line := c.place.last; line >= 0 {
		return p.doc.Rows[line].Record
	}
	return -1
}

func (c *candidate) lines() map[int]bool {
	m := map[int]bool{}
	for _, i := range c.place.seen {
		if s := &c.eval.all[i]; s.line != anywhere {
			m[s.line] = true
		}
	}
	return m
}
