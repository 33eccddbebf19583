package knowledge

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"authfix/knowledge/redact"
)

// A Why tells clause by clause why a failure mode did or did not match.
type Why struct {
	ID         string         `json:"id"`
	Verdict    Verdict        `json:"verdict"` // what it came to in the diagnosis
	Beaten     string         `json:"beaten,omitempty"`
	Signatures []WhySignature `json:"signatures"`
}

// A WhySignature is one signature and how it fared.
type WhySignature struct {
	Gives  Verdict   `json:"gives"`
	Holds  bool      `json:"holds"`
	Stance Stance    `json:"stance,omitempty"` // what lowered it
	Reach  string    `json:"reach,omitempty"`  // said when every clause holds, but not within reach or in order
	Clause WhyClause `json:"clause"`
}

// A WhyClause is one clause: where it holds, or what came nearest.
type WhyClause struct {
	What    string      `json:"what"` // literal "…", regexp …, fact name is value, all of, any of, none of
	Holds   bool        `json:"holds"`
	At      []Evidence  `json:"at,omitempty"`
	Nearest string      `json:"nearest,omitempty"` // for a clause that does not hold: what of it stands in the paste
	Kids    []WhyClause `json:"kids,omitempty"`
}

// UnknownID says that no failure mode has an id.
type UnknownID struct {
	ID   string
	Near []string // ids that search finds
}

// Error names the id and what may have been meant.
func (e *UnknownID) Error() string {
	text := fmt.Sprintf("no failure mode is called %q", e.ID)
	if len(e.Near) > 0 {
		text += "; did you mean " + strings.Join(e.Near, " or ") + "?"
	}
	return text
}

// NoSuchID returns the error for an id that the base does not have.
func (b *Base) NoSuchID(id string) error {
	e := &UnknownID{ID: string(redact.New(redact.State{}).Text(cut(id, 80)))}
	for _, r := range b.Search(strings.ReplaceAll(cut(id, 80), "-", " "), 3) {
		e.Near = append(e.Near, r.ID)
	}
	return e
}

// Why explains how the failure mode called id fared with a paste.
func (b *Base) Why(in Input, id string) (Why, error) {
	l, n, ok := b.find(id)
	if !ok {
		return Why{}, b.NoSuchID(id)
	}
	s := b.scratch.Get().(*scratch)
	defer b.scratch.Put(s)
	p, err := b.examine(&in, s)
	if err != nil {
		return Why{}, err
	}
	e := p.evaluate(l)
	reader, held := newStanceReader(p), false
	w := Why{ID: l.Modes[n].ID, Verdict: Unknown}
	for i := range l.Sigs {
		if l.Sigs[i].Mode != n {
			continue
		}
		ws := WhySignature{Gives: l.Sigs[i].Gives, Clause: p.why(e, &l.Sigs[i].Root)}
		e.within, e.inOrder = l.Sigs[i].Within, l.Sigs[i].InOrder
		if places := e.holds(&l.Sigs[i].Root); len(places) > 0 {
			c := candidate{layer: l, eval: e, mode: n, sig: i}
			p.judge(&c, places, reader)
			ws.Holds, ws.Stance, held = true, c.stance, true
		} else if ws.Clause.Holds {
			ws.Reach = fmt.Sprintf("every clause holds, but not within %d lines", orDefault(e.within))
			if e.inOrder {
				ws.Reach += " in this order"
			}
		}
		w.Signatures = append(w.Signatures, ws)
	}
	p.recognise()
	p.rank()
	for i := range p.found {
		if p.found[i].layer == l && p.found[i].mode == n {
			w.Verdict = p.found[i].verdict
		}
	}
	if w.Verdict == Unknown && held && len(p.found) > 0 {
		w.Beaten = p.found[0].entry().ID
	}
	return w, nil
}

func orDefault(within int) int {
	if within > 0 {
		return within
	}
	return defaultWithin
}

// maxWhyPlaces is how many places of one clause are shown.
const maxWhyPlaces = 5

// why explains one node, each clause by itself, without regard to reach.
func (p *paste) why(e *evaluation, n *node) WhyClause {
	e.within, e.inOrder = 0, false
	w := WhyClause{What: p.what(e.layer, n)}
	for i := range n.Kids {
		w.Kids = append(w.Kids, p.why(e, &n.Kids[i]))
	}
	switch n.Kind {
	case allNode:
		w.Holds = true
		for _, k := range w.Kids {
			w.Holds = w.Holds && k.Holds
		}
	case anyNode:
		for _, k := range w.Kids {
			w.Holds = w.Holds || k.Holds
		}
	case noneNode:
		w.Holds = true
		for _, k := range w.Kids {
			w.Holds = w.Holds && !k.Holds
		}
	default:
		places := e.holds(n)
		w.Holds = len(places) > 0
		for _, o := range places {
			for _, at := range p.evidence(&candidate{eval: e, place: o}) {
				if len(w.At) < maxWhyPlaces && !slices.Contains(w.At, at) { // a view shows the same places again
					w.At = append(w.At, at)
				}
			}
			if len(w.At) == maxWhyPlaces {
				break
			}
		}
		if !w.Holds {
			w.Nearest = string(p.redactor.Text(p.near(e, n)))
		}
	}
	return w
}

func (p *paste) what(l *layer, n *node) string {
	switch n.Kind {
	case patternNode:
		pattern := &l.Patterns[n.Pattern]
		text := "literal " + fmt.Sprintf("%q", pattern.Literal)
		if pattern.Regexp != "" {
			text = "regexp " + pattern.Regexp
		}
		if n.Times > 1 {
			text += fmt.Sprintf(" on at least %d lines", n.Times)
		}
		return text
	case phraseNode:
		return "phrase (letters alone) " + l.Phrases[n.Pattern]
	case factNode:
		text := "fact " + n.Fact
		switch {
		case len(n.In) == 1:
			text += " is " + n.In[0]
		case len(n.In) > 1:
			text += " is one of " + strings.Join(n.In, ", ")
		case len(n.Not) > 0:
			text += " is there and none of " + strings.Join(n.Not, ", ")
		}
		if n.Above != nil {
			text += fmt.Sprintf(" above %d", *n.Above)
		}
		if n.Below != nil {
			text += fmt.Sprintf(" below %d", *n.Below)
		}
		return text
	case anyNode:
		return "any of"
	case noneNode:
		return "none of"
	}
	return "all of"
}

// near says what of a clause that does not hold stands in the paste: the
// longest beginning of a literal's words, the regexp's literals, or the values
// that the fact has.
func (p *paste) near(e *evaluation, n *node) string {
	l := e.layer
	if n.Kind == factNode {
		var values []string
		for _, f := range p.facts {
			if f.Name == n.Fact {
				values = appendNew(values, f.Value)
			}
		}
		if len(values) == 0 {
			return "the fact was not read"
		}
		return "its value is " + strings.Join(values, ", ")
	}
	if n.Kind == phraseNode {
		return ""
	}
	if n.Times > 1 {
		lines := map[int]bool{}
		for _, o := range e.holds(&node{Kind: patternNode, Pattern: n.Pattern}) {
			lines[o.first] = true
		}
		if len(lines) > 0 {
			return fmt.Sprintf("it stands on %d", len(lines))
		}
	}
	pattern := &l.Patterns[n.Pattern]
	text := pattern.Literal
	if pattern.Regexp != "" {
		text = longestLiteral(pattern.Regexp)
	}
	if text == "" {
		return ""
	}
	folded := foldASCII(cut(p.doc.Text, maxNear))
	text = foldASCII(text)
	best, at := "", -1
	for from := 0; from < len(text); from++ {
		for len(best) < len(text)-from {
			i := strings.Index(folded, text[from:from+len(best)+1])
			if i < 0 {
				break
			}
			best, at = text[from:from+len(best)+1], i
		}
	}
	if len(best) < 3 || len(best)*3 < len(text) {
		return "nothing of it stands in the paste"
	}
	return fmt.Sprintf("line %d has %q of %q", p.line(at, at+len(best)), redact.Text(best), text)
}

// maxNear is how much of a paste is searched for what comes nearest.
const maxNear = 128 << 10

func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// longestLiteral is the longest run of plain characters that a regexp asks for,
// as it is written or in one of its alternatives.
func longestLiteral(re string) string {
	tree, err := syntax.Parse(re, syntax.Perl)
	if err != nil {
		return ""
	}
	best := ""
	var visit func(*syntax.Regexp)
	visit = func(n *syntax.Regexp) {
		if n.Op == syntax.OpLiteral && len(string(n.Rune)) > len(best) {
			best = string(n.Rune)
		}
		for _, s := range n.Sub {
			visit(s)
		}
	}
	visit(tree)
	return best
}
