package match

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
)

// Naive does what Scan does by trying every pattern on every line: the meaning
// of Scan, and what it is measured against. The patterns must be valid.
func Naive(ps []Pattern, text []byte) []Hit {
	var hits []Hit
	for i, p := range ps {
		src := p.source()
		if p.Literal != "" {
			src = regexp.QuoteMeta(p.Literal)
			if !p.Exact {
				src = "(?i)" + src
			}
		}
		re := regexp.MustCompile(src)
		at, kept := 0, 0
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			n := 1
			if p.All {
				n = -1
			}
			for _, g := range re.FindAllSubmatchIndex(line, n) {
				if kept++; kept > MaxHits {
					break
				}
				for k := range g {
					if g[k] >= 0 {
						g[k] += at
					}
				}
				h := Hit{Pattern: i, Start: g[0], End: g[1]}
				if len(g) > 2 {
					h.Groups = g
				}
				hits = append(hits, h)
			}
			at += len(line) + 1
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pattern, b.Pattern))
	})
	return hits
}
