package knowledge

import (
	"fmt"
	"slices"
	"strings"

	"authfix/knowledge/clean"
	"authfix/knowledge/match"
)

// An index is the part of a set of failure modes that recognition needs; the
// texts stay encoded until they are shown. It is written by `make generate`
// and decoded at start.
type index struct {
	Patterns []match.Pattern // of all clauses, each once
	Phrases  []string        // skeletons of all phrases, each once
	Modes    []entry         // ordered by id
	Sigs     []sig
}

// An entry is a failure mode without its texts.
type entry struct {
	ID       string
	Formerly []string
	Title    string
	Systems  []string
	Severity Severity
	Version  int
	Over     []string
	Explains []string
	Needs    []string // facts, in order
	Causes   []node   // the condition that establishes each cause; Kind none when there is none
	Text     [2]int   // offset and length of its text among the layer's texts
	Reaches  []int    // patterns with named groups, whose captures may fill parameters
}

type sig struct {
	Mode      int
	Gives     Verdict
	Within    int // 0: the default
	InOrder   bool
	PasteOnly bool
	Root      node
}

type nodeKind uint8

const (
	noNode nodeKind = iota
	patternNode
	phraseNode
	factNode
	allNode
	anyNode
	noneNode
)

// A node is one clause, compiled.
type node struct {
	Kind    nodeKind
	Pattern int // of a phrase, its number
	Times   int
	Fact    string
	In      []string
	Not     []string
	Above   *int64
	Below   *int64
	Kids    []node
}

// indexer collects the patterns of many clauses.
type indexer struct {
	index
	known map[match.Pattern]int
}

// buildIndex compiles failure modes, which must be valid and ordered by id.
func buildIndex(modes []FailureMode) (*index, error) {
	x := &indexer{known: map[match.Pattern]int{}}
	for i := range modes {
		if err := x.add(&modes[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", modes[i].ID, err)
		}
	}
	return &x.index, nil
}

func (x *indexer) add(m *FailureMode) error {
	number := len(x.Modes)
	e := entry{ID: m.ID, Formerly: m.Formerly, Title: m.Title, Systems: m.Systems, Severity: m.Severity, Version: m.Version,
		Over: m.Over, Explains: m.Explains}
	for _, n := range m.Needs {
		e.Needs = append(e.Needs, n.Fact)
	}
	for _, c := range m.Causes {
		var n node
		if c.When != nil {
			var err error
			if n, err = x.condition(c.When.All, c.When.Any, c.When.None); err != nil {
				return err
			}
		}
		e.Causes = append(e.Causes, n)
	}
	for _, s := range m.Signatures {
		root, err := x.condition(s.All, s.Any, s.None)
		if err != nil {
			return err
		}
		x.Sigs = append(x.Sigs, sig{Mode: number, Gives: s.Gives, Within: s.Within, InOrder: s.InOrder, PasteOnly: s.PasteOnly, Root: root})
		walk(&root, func(n *node) {
			if n.Kind == patternNode && x.Patterns[n.Pattern].Regexp != "" {
				e.Reaches = appendNew(e.Reaches, n.Pattern)
			}
		})
	}
	x.Modes = append(x.Modes, e)
	return nil
}

func (x *indexer) condition(all, any, none []Clause) (node, error) {
	return x.clause(Clause{All: all, Any: any, None: none})
}

// clause compiles one clause; several of All, Any, None together mean all of
// them.
func (x *indexer) clause(c Clause) (node, error) {
	switch {
	case c.Literal != "" || c.Regexp != "":
		p := match.Pattern{Literal: c.Literal, Regexp: c.Regexp}
		i, ok := x.known[p]
		if !ok {
			need, err := match.Needs(p)
			if err != nil {
				return node{}, err
			}
			i = len(x.Patterns)
			x.known[p] = i
			p.Need = need
			x.Patterns = append(x.Patterns, p)
		}
		return node{Kind: patternNode, Pattern: i, Times: c.Times}, nil
	case c.Phrase != "":
		bones := clean.Bones(c.Phrase)
		i := slices.Index(x.Phrases, bones)
		if i < 0 {
			i = len(x.Phrases)
			x.Phrases = append(x.Phrases, bones)
		}
		return node{Kind: phraseNode, Pattern: i}, nil
	case c.Fact != "":
		n := node{Kind: factNode, Fact: c.Fact, In: c.In, Not: c.Not, Above: c.Above, Below: c.Below}
		if c.Is != "" {
			n.In = []string{c.Is}
		}
		return n, nil
	}
	var parts []node
	for _, group := range []struct {
		kind    nodeKind
		clauses []Clause
	}{{allNode, c.All}, {anyNode, c.Any}, {noneNode, c.None}} {
		if len(group.clauses) == 0 {
			continue
		}
		n := node{Kind: group.kind}
		for _, k := range group.clauses {
			kid, err := x.clause(k)
			if err != nil {
				return node{}, err
			}
			n.Kids = append(n.Kids, kid)
		}
		if group.kind == allNode {
			parts = append(parts, n.Kids...)
		} else {
			parts = append(parts, n)
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return node{Kind: allNode, Kids: parts}, nil
}

// walk visits n and all below it.
func walk(n *node, visit func(*node)) {
	visit(n)
	for i := range n.Kids {
		walk(&n.Kids[i], visit)
	}
}

// A trigger is something of which one must be seen for a signature to hold.
type trigger struct {
	kind    nodeKind // patternNode, phraseNode or factNode
	pattern int
	fact    string
}

// never is the cost of what cannot be waited for.
const never = 1 << 20

// cost is how often what n waits for is seen in vain: exact words seldom, facts
// that most pastes have often.
func (x *index) cost(n *node) int {
	switch n.Kind {
	case patternNode:
		if p := &x.Patterns[n.Pattern]; len(p.Literal) >= minLiteral {
			return 1
		}
		return 4
	case phraseNode:
		return 1
	case factNode:
		if strings.HasPrefix(n.Fact, "product.") || strings.HasPrefix(n.Fact, "http.") || strings.HasPrefix(n.Fact, "url.") {
			return 200
		}
		return 20
	case anyNode:
		sum := 0
		for i := range n.Kids {
			sum = min(never, sum+x.cost(&n.Kids[i]))
		}
		return sum
	case allNode:
		least := never
		for i := range n.Kids {
			least = min(least, x.cost(&n.Kids[i]))
		}
		return least
	}
	return never
}

// triggers appends what n waits for: of clauses that must all hold, the one
// that is seen in vain least.
func (x *index) triggers(to []trigger, n *node) []trigger {
	switch n.Kind {
	case patternNode, phraseNode, factNode:
		to = append(to, trigger{n.Kind, n.Pattern, n.Fact})
	case anyNode:
		for i := range n.Kids {
			to = x.triggers(to, &n.Kids[i])
		}
	case allNode:
		best := -1
		for i := range n.Kids {
			if c := x.cost(&n.Kids[i]); c < never && (best < 0 || c < x.cost(&n.Kids[best])) {
				best = i
			}
		}
		if best >= 0 {
			to = x.triggers(to, &n.Kids[best])
		}
	}
	return to
}

func appendNew[T comparable](list []T, v T) []T {
	for _, have := range list {
		if have == v {
			return list
		}
	}
	return append(list, v)
}
