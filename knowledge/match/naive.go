package match

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
)

// Naive does what Scan does by trying every pattern on every line: the meaning
// of Scan, and what it is measured against. It panics when a pattern is not
// valid.
func Naive(ps []Pattern, text []byte) []Hit {
	return newNaive(ps).scan(text)
}

type naive struct {
	patterns []Pattern
	regexps  [][views]*regexp.Regexp
}

func newNaive(ps []Pattern) *naive {
	n := &naive{patterns: ps, regexps: make([][views]*regexp.Regexp, len(ps))}
	for i, p := range ps {
		if p.Regexp == "" {
			continue
		}
		prog := program{source: p.Regexp, exact: p.Exact}
		for v := range views {
			n.regexps[i][v] = prog.regexp(view(v))
		}
	}
	return n
}

func (n *naive) scan(text []byte) []Hit {
	var hits []Hit
	kept := make([]int, len(n.patterns))
	folded := []byte(lower(string(text)))
	for at := 0; at < len(text); {
		end := at + bytes.IndexByte(text[at:], '\n')
		if end < at {
			end = len(text)
		}
		for i, p := range n.patterns {
			var found []Hit
			switch {
			case p.Regexp != "":
				found = n.regexp(i, text, at, end)
			case p.Exact:
				found = naiveLiteral(p.Literal, text[at:end], p.All)
			default:
				found = naiveLiteral(lower(p.Literal), folded[at:end], p.All)
			}
			for _, h := range found {
				if kept[i]++; kept[i] > MaxHits {
					break
				}
				if p.Literal != "" {
					h.Start, h.End = h.Start+at, h.End+at
				}
				h.Pattern = i
				hits = append(hits, h)
			}
		}
		at = end + 1
	}
	slices.SortFunc(hits, compareHits)
	return hits
}

func naiveLiteral(lit string, line []byte, all bool) []Hit {
	var found []Hit
	for at := 0; ; {
		i := bytes.Index(line[at:], []byte(lit))
		if i < 0 {
			return found
		}
		found = append(found, Hit{Start: at + i, End: at + i + len(lit)})
		if !all {
			return found
		}
		at += i + 1
	}
}

func (n *naive) regexp(i int, text []byte, start, end int) []Hit {
	var found []Hit
	most := 1
	if n.patterns[i].All {
		most = -1
	}
	for p, ok := partAt(start, end, whole), true; ok; p, ok = p.next(end, whole) {
		for _, m := range n.regexps[i][p.view].FindAllSubmatchIndex(text[p.start:p.end], most) {
			if p.start+m[0] >= p.own {
				break
			}
			for k := range m {
				if m[k] >= 0 {
					m[k] += p.start
				}
			}
			h := Hit{Start: m[0], End: m[1]}
			if len(m) > 2 {
				h.Groups = m
			}
			found = append(found, h)
			if most == 1 {
				return found
			}
		}
	}
	return found
}

func compareHits(a, b Hit) int {
	if a.Start != b.Start {
		return cmp.Compare(a.Start, b.Start)
	}
	return cmp.Compare(a.Pattern, b.Pattern)
}
