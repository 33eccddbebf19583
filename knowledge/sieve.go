package knowledge

import (
	"fmt"
	"slices"
	"strings"

	"authfix/knowledge/clean"
	"authfix/knowledge/match"
)

// A Sieve tells in passing which stretches of a long log cannot show anything,
// so that a whole file need not be cleaned and diagnosed. It looks for the words
// of each clause in the text as it is: encodings, quotes and blanks between them
// do not matter, a word that a line's end cuts is found for phrases alone.
// Signatures that are for pastes only are not looked for.
//
// A Sieve is for one goroutine at a time.
type Sieve struct {
	layers   []sieveLayer
	keywords map[string][]int // analyzer → patterns of the first mesh
	known    map[string]bool  // facts that earlier messages or answers gave
	meshes   [2]mesh          // the first looks for the longest words, the second for all
	bones    clean.Skeleton
	scratch  match.Scratch
}

// A mesh is one pass over a text.
type mesh struct {
	patterns []match.Pattern
	set      *match.Set
	scratch  match.Scratch
	hits     []match.Hit
	first    []int32 // by pattern: the index in hits of its first, or -1
	next     []int32 // by hit: that of its pattern's next, or -1
	work     int
}

// cast looks for the patterns in text.
func (m *mesh) cast(text []byte) {
	m.hits, m.work = m.set.Collect(text, &m.scratch), 0
	for i := range m.first {
		m.first[i] = -1
	}
	m.next = slices.Grow(m.next[:0], len(m.hits))[:len(m.hits)]
	for i := len(m.hits) - 1; i >= 0; i-- {
		p := m.hits[i].Pattern
		m.next[i], m.first[p] = m.first[p], int32(i)
	}
}

// caught reports whether the pattern stands in the text; an open hit is settled
// now, when other clauses have held.
func (m *mesh) caught(text []byte, pattern int) bool {
	for i := m.first[pattern]; i >= 0; i = m.next[i] {
		if !m.hits[i].Open {
			return true
		}
		h, ok := m.set.Settle(text, m.hits[i], &m.work)
		if m.first[pattern] = m.next[i]; ok || match.Spent(m.work) {
			m.hits[i], m.first[pattern] = h, i
			m.hits[i].Open = false
			return true
		}
	}
	return m.scratch.Spent()
}

type sieveLayer struct {
	*layer
	words   [2][]int // of each mesh: pattern of the layer → pattern of the mesh, or -1 when it may stand anywhere
	phrases []bool   // those that were seen
	left    []int    // signatures that may hold by what the first mesh saw
}

// Sieve returns a sieve for texts that are diagnosed with in.
func (b *Base) Sieve(in Input) (*Sieve, error) {
	s := &Sieve{keywords: map[string][]int{}, known: map[string]bool{}}
	first := &s.meshes[0]
	for _, a := range b.analyzers {
		for _, k := range a.Keywords {
			s.keywords[a.Name] = append(s.keywords[a.Name], len(first.patterns))
			first.patterns = append(first.patterns, match.Pattern{Literal: k})
		}
	}
	prior := map[uint64]bool{}
	for i := range in.Prior {
		for _, f := range in.Prior[i].Facts {
			s.known[f.Name] = true
		}
		for _, h := range in.Prior[i].Hits {
			prior[h.Clause] = true
		}
	}
	for _, a := range in.Answers {
		s.known[a.Fact] = true
	}
	for _, l := range b.layers {
		s.layers = append(s.layers, s.layer(l, prior))
	}
	for i := range s.meshes {
		m := &s.meshes[i]
		var err error
		if m.set, err = match.Compile(m.patterns); err != nil {
			return nil, fmt.Errorf("compile sieve: %w", err)
		}
		m.first = make([]int32, len(m.patterns))
	}
	return s, nil
}

// layer adds the patterns of a layer, but for those that an earlier message hit.
func (s *Sieve) layer(l *layer, prior map[uint64]bool) sieveLayer {
	sl := sieveLayer{layer: l, phrases: make([]bool, len(l.Phrases))}
	words := make([]match.Pattern, len(l.Patterns))
	anchors := make([]int, len(l.Patterns)) // 0 for what may stand anywhere
	for i, p := range l.Patterns {
		words[i] = loose(p)
		if words[i].Regexp == "" || prior[clauseKey(p.Literal, p.Regexp)] {
			continue
		}
		// What would be tried on every line is no use.
		if set, err := match.Compile(words[i : i+1]); err == nil && len(set.Unanchored()) == 0 {
			anchors[i] = max(1, match.Anchor(words[i]))
		}
	}
	var asked [2]map[int]bool
	for i := range asked {
		asked[i] = map[int]bool{}
	}
	for i := range l.Sigs {
		if l.Sigs[i].PasteOnly {
			continue
		}
		rarest(&l.Sigs[i].Root, anchors, asked[0])
		walkPositive(&l.Sigs[i].Root, func(n *node) { asked[1][n.Pattern] = true })
	}
	for k := range s.meshes {
		m := &s.meshes[k]
		sl.words[k] = make([]int, len(l.Patterns))
		for i := range l.Patterns {
			sl.words[k][i] = -1
			if asked[k][i] && anchors[i] > 0 {
				sl.words[k][i] = len(m.patterns)
				p := words[i]
				p.Late = k == 1 // most need not be run
				m.patterns = append(m.patterns, p)
			}
		}
	}
	return sl
}

// rarest marks the patterns of which one must stand where n holds: of clauses
// that must all hold, those of the one with the longest words.
func rarest(n *node, anchors []int, marked map[int]bool) {
	switch n.Kind {
	case patternNode:
		marked[n.Pattern] = true
	case anyNode:
		for i := range n.Kids {
			rarest(&n.Kids[i], anchors, marked)
		}
	case allNode:
		best := -1
		for i := range n.Kids {
			if best < 0 || longest(&n.Kids[i], anchors) > longest(&n.Kids[best], anchors) {
				best = i
			}
		}
		if best >= 0 {
			rarest(&n.Kids[best], anchors, marked)
		}
	}
}

// longest is how long the words are that stand where n holds, at the least.
func longest(n *node, anchors []int) int {
	switch n.Kind {
	case patternNode:
		return anchors[n.Pattern]
	case phraseNode:
		return minLiteral + 1 // they are looked for anyway
	case factNode:
		return minLiteral
	case anyNode:
		least := never
		for i := range n.Kids {
			least = min(least, longest(&n.Kids[i], anchors))
		}
		return least
	case allNode:
		best := 0
		for i := range n.Kids {
			best = max(best, longest(&n.Kids[i], anchors))
		}
		return best
	}
	return 0
}

// walkPositive visits the patterns that may have to stand where n holds.
func walkPositive(n *node, visit func(*node)) {
	if n.Kind == patternNode {
		visit(n)
	}
	if n.Kind == noneNode {
		return
	}
	for i := range n.Kids {
		walkPositive(&n.Kids[i], visit)
	}
}

// May reports whether a diagnosis of text may recognise something by a
// signature that is not for pastes only.
func (s *Sieve) May(text []byte) bool {
	s.seek(text)
	for k := range s.meshes {
		s.meshes[k].cast(text)
		if !s.holds(text, k) {
			return false
		}
	}
	return true
}

// holds reports whether a signature may hold by what mesh k sees. What did not
// by the mesh before is not looked at again.
func (s *Sieve) holds(text []byte, k int) bool {
	any := false
	for i := range s.layers {
		l := &s.layers[i]
		if k == 0 {
			l.left = l.left[:0]
			for j := range l.Sigs {
				if sig := &l.Sigs[j]; !sig.PasteOnly && !l.hidden[l.Modes[sig.Mode].ID] && s.possible(text, l, k, &sig.Root) {
					l.left = append(l.left, j)
					any = true
				}
			}
			continue
		}
		for _, j := range l.left {
			if s.possible(text, l, k, &l.Sigs[j].Root) {
				return true
			}
		}
	}
	return any
}

// seek finds the phrases. A skeleton covers the beginning of a document alone,
// so a long text has several.
func (s *Sieve) seek(text []byte) {
	for i := range s.layers {
		clear(s.layers[i].phrases)
	}
	for from := 0; from < len(text); from += sievePart {
		part := text[from:min(len(text), from+sievePart+maxReach)]
		doc := clean.Document{Buf: part, Rows: []clean.Row{{End: len(part)}}, Plain: 1}
		doc.Skeleton(&s.bones)
		for i := range s.layers {
			l := &s.layers[i]
			if l.layer.phrases == nil {
				continue
			}
			for _, h := range l.layer.phrases.Collect(s.bones.Text, &s.scratch) {
				l.phrases[h.Pattern] = true
			}
		}
	}
}

// sievePart and what the parts overlap by are no more than a skeleton covers.
const sievePart = 128 << 10

func (s *Sieve) possible(text []byte, l *sieveLayer, k int, n *node) bool {
	switch n.Kind {
	case patternNode:
		i := l.words[k][n.Pattern]
		return i < 0 || s.meshes[k].caught(text, i)
	case phraseNode:
		return l.phrases[n.Pattern]
	case factNode:
		analyzer, _, _ := strings.Cut(n.Fact, ".")
		patterns, ok := s.keywords[analyzer]
		if !ok || s.known[n.Fact] {
			return true
		}
		for _, i := range patterns {
			if s.meshes[0].caught(text, i) {
				return true
			}
		}
		return false
	case anyNode:
		for i := range n.Kids {
			if s.possible(text, l, k, &n.Kids[i]) {
				return true
			}
		}
		return false
	case allNode:
		for i := range n.Kids {
			if !s.possible(text, l, k, &n.Kids[i]) {
				return false
			}
		}
	}
	return true
}
