package redact

import (
	"cmp"
	"slices"
	"sync"

	"authfix/knowledge/match"
)

// Patterns returns what Find needs of the pass over the text: literals, in an
// order that Find knows. The caller puts them into its own set, in one piece.
func Patterns() []match.Pattern {
	ps := make([]match.Pattern, 0, len(table().anchors))
	for _, a := range table().anchors {
		ps = append(ps, match.Pattern{Literal: a.text, Exact: a.exact, All: true})
	}
	return ps
}

// Find returns the secrets in text, ordered and without overlaps. hits are what
// the pass over all of text found, those of Patterns numbered from base; others
// among them are ignored. A text is one or many lines: secrets that span lines
// are found too. The time is linear in the text.
func Find(text []byte, hits []match.Hit, base int) []Found {
	tab := table()
	s := scan{tab: tab, t: text}
	last := base + len(tab.anchors)
	if kept := mostHits(hits, base, last); kept >= match.MaxHits {
		// The pass keeps the first hits only; the rest is looked for here.
		tab.each(text, func(anchor, start int) { s.visit(anchor, start) })
	} else {
		for _, h := range hits {
			if h.Pattern >= base && h.Pattern < last {
				s.visit(h.Pattern-base, h.Start)
			}
		}
	}
	s.shapes()
	return resolve(text, s.found)
}

// find does what Find does, without a pass of the caller's, and looks through so
// many layers of encoding too.
func find(text []byte, depth int) []Found {
	s := scans.Get().(*scan)
	*s = scan{tab: table(), t: text}
	s.tab.each(text, func(anchor, start int) { s.visit(anchor, start) })
	s.shapes()
	s.layers(depth)
	found := resolve(text, s.found)
	*s = scan{} // a text may hold secrets: nothing is kept of it
	scans.Put(s)
	return found
}

var scans = sync.Pool{New: func() any { return new(scan) }}

func (s *scan) visit(anchor, start int) {
	a := &s.tab.anchors[anchor]
	s.tab.rules[a.rule].read(s, a.rule, start, start+len(a.text))
}

// mostHits returns how many hits the pattern in [base,last) with most of them has.
func mostHits(hits []match.Hit, base, last int) int {
	if len(hits) < match.MaxHits {
		return 0
	}
	n := make([]int, last-base)
	most := 0
	for _, h := range hits {
		if h.Pattern >= base && h.Pattern < last {
			n[h.Pattern-base]++
			most = max(most, n[h.Pattern-base])
		}
	}
	return most
}

// resolve orders found and removes overlaps: the earlier rule keeps its bytes, of
// the others what is left over.
func resolve(t []byte, found []Found) []Found {
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Rule, b.Rule), cmp.Compare(b.End, a.End))
	})
	var out []Found
	for i := 0; i < len(found); {
		j, end := i+1, found[i].End
		for j < len(found) && found[j].Start < end {
			end = max(end, found[j].End)
			j++
		}
		out = settle(t, out, found[i:j], end)
		i = j
	}
	return out
}

// settle resolves one cluster of finds that overlap and end at end.
func settle(t []byte, out, cluster []Found, end int) []Found {
	if len(cluster) == 1 {
		return append(out, cluster[0])
	}
	start := cluster[0].Start
	slices.SortStableFunc(cluster, func(a, b Found) int { return cmp.Compare(a.Rule, b.Rule) })
	if len(cluster) > 64 {
		return append(out, Found{cluster[0].Rule, start, end})
	}
	var placed []Found
	for _, f := range cluster {
		rest := []Found{f}
		for _, p := range placed {
			var next []Found
			for _, r := range rest {
				if r.End <= p.Start || r.Start >= p.End {
					next = append(next, r)
					continue
				}
				if r.Start < p.Start {
					next = append(next, Found{r.Rule, r.Start, p.Start})
				}
				if r.End > p.End {
					next = append(next, Found{r.Rule, p.End, r.End})
				}
			}
			rest = next
		}
		for _, r := range rest {
			if r == f || telling(t[r.Start:r.End]) {
				placed = append(placed, r)
			}
		}
	}
	slices.SortFunc(placed, func(a, b Found) int { return cmp.Compare(a.Start, b.Start) })
	return append(out, placed...)
}

// telling reports whether a rest of a secret is worth hiding: at least four
// letters or digits.
func telling(b []byte) bool {
	n := 0
	for _, c := range b {
		if is(c, alnum) || c >= 0x80 {
			n++
		}
	}
	return n >= 4
}

// An anchor is one literal of one rule.
type anchor struct {
	text  string // lower case unless exact
	exact bool
	rule  int
}

// tables are the rules with their anchors, and what finds the anchors in texts
// that are no part of the shared pass.
type tables struct {
	rules   []Rule
	index   map[string]int // by kind
	anchors []anchor
	bits    [1 << 13 / 64]uint64 // whether heads has any: small enough to stay in the cache
	heads   [1 << 13][]uint16    // anchors by the hash of their first three bytes
}

var table = sync.OnceValue(func() *tables {
	t := &tables{index: map[string]int{}}
	t.rules = slices.Concat(vendorTokens(), blockSecrets(), shapeSecrets(), contextSecrets(), headerSecrets(), fieldSecrets(), personal())
	for i, r := range t.rules {
		t.index[r.Kind] = i
		for _, text := range r.anchors {
			h := head(gram(text[0], text[1], text[2]))
			t.bits[h/64] |= 1 << (h % 64)
			t.heads[h] = append(t.heads[h], uint16(len(t.anchors)))
			t.anchors = append(t.anchors, anchor{text, r.exact, i})
		}
	}
	return t
})

func gram(a, b, c byte) uint32 {
	return uint32(a|0x20) | uint32(b|0x20)<<8 | uint32(c|0x20)<<16
}

func head(g uint32) uint32 { return g * 0x9E3779B1 >> 19 }

// each calls visit for every place where an anchor stands, in order.
func (t *tables) each(text []byte, visit func(anchor, start int)) {
	if len(text) < 3 {
		return
	}
	g := gram(0, text[0], text[1])
	for i := 2; i < len(text); i++ {
		g = g>>8 | uint32(text[i]|0x20)<<16
		h := head(g)
		if t.bits[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, k := range t.heads[h] {
			a := &t.anchors[k]
			if a.exact && has(text, i-2, a.text) || !a.exact && hasFold(text, i-2, a.text) {
				visit(int(k), i-2)
			}
		}
	}
}
