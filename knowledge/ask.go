package knowledge

import (
	"slices"
	"strings"
)

// Question returns the guided question about a fact.
func (b *Base) Question(fact string) (*Question, bool) {
	for n := len(b.layers) - 1; n >= 0; n-- {
		for i := range b.layers[n].questions {
			if q := &b.layers[n].questions[i]; q.Fact == fact {
				return q, true
			}
		}
	}
	return nil, false
}

func (b *Base) questionFacts() []string {
	var all []string
	for _, l := range b.layers {
		for i := range l.questions {
			all = appendNew(all, l.questions[i].Fact)
		}
	}
	slices.Sort(all)
	return all
}

func (q *Question) values() []string {
	var all []string
	for _, c := range q.Choices {
		all = append(all, c.Value)
	}
	return all
}

// ask finds the question whose answer would help most and the one piece of
// evidence that would settle the matter: among the facts that the leaders say
// they need and that are not known, the one that most leaders need.
func (p *paste) ask() (*Asked, *Missing) {
	if len(p.found) == 0 {
		return nil, nil
	}
	known := map[string]bool{}
	for _, f := range p.facts {
		known[f.Name] = true
	}
	var facts []string
	votes := map[string]int{}
	for i := range p.found {
		c := &p.found[i]
		if c.verdict.rank() < p.found[0].verdict.rank() && i > 0 || c.role == ConsequenceRole {
			continue
		}
		for _, fact := range c.entry().Needs {
			if !known[fact] {
				facts = appendNew(facts, fact)
				votes[fact]++
			}
		}
	}
	slices.SortStableFunc(facts, func(a, b string) int { return votes[b] - votes[a] })
	var asked *Asked
	var missing *Missing
	for _, fact := range facts {
		if asked == nil {
			if q, ok := p.base.Question(fact); ok {
				asked = &Asked{ID: q.Fact, Text: oneLine(q.Text), Choices: []Option{}}
				for _, c := range q.Choices {
					asked.Choices = append(asked.Choices, Option(c))
				}
			}
		}
		if missing == nil {
			if how := p.how(fact); how != "" {
				missing = &Missing{fact, oneLine(how)}
			}
		}
	}
	return asked, missing
}

// how says how to get a fact, for the product that the paste is about.
func (p *paste) how(fact string) string {
	for i := range p.found {
		m, err := p.found[i].layer.mode(p.found[i].mode)
		if err != nil {
			continue
		}
		for _, n := range m.Needs {
			if n.Fact != fact {
				continue
			}
			for _, f := range p.facts {
				if how := n.Per[f.Value]; how != "" && strings.HasPrefix(f.Name, "product.") {
					return how
				}
			}
			if how := n.Per[p.in.Source.Product]; how != "" {
				return how
			}
			return n.How
		}
	}
	return ""
}
