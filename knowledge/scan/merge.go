package scan

import (
	"cmp"
	"errors"
	"slices"

	"authfix/knowledge"
)

// A standing is what the diagnosis of one block is worth.
type standing struct {
	verdict  int
	score    float64
	findings int
	error    bool // it has a line that reads like an error
}

func (a standing) over(b standing) bool {
	return cmp.Or(cmp.Compare(a.verdict, b.verdict), cmp.Compare(a.score, b.score), cmp.Compare(a.findings, b.findings), compareBool(a.error, b.error)) > 0
}

func worth(d *knowledge.Diagnosis) standing {
	w := standing{verdict: rank(d.Verdict), error: d.Fingerprint != ""}
	if len(d.Candidates) > 0 {
		w.score = d.Candidates[0].Score
	} else {
		w.findings = len(d.Findings)
	}
	return w
}

// better reports whether d is surer than what was found before.
func (s *scanner) better(d *knowledge.Diagnosis) bool {
	return s.result.Diagnosis.Base == "" || worth(d).over(s.best)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// verdicts from the least sure.
var verdicts = []knowledge.Verdict{knowledge.Unknown, knowledge.Unsure, knowledge.Likely, knowledge.Certain}

func rank(v knowledge.Verdict) int { return slices.Index(verdicts, v) }

// A finding is a failure mode as it is counted.
type finding struct {
	Found
	entry string // of the last place
	last  int    // the line of the last place
}

// add merges the diagnosis of a block into the result.
func (s *scanner) add(d knowledge.Diagnosis, b block, entry string) {
	s.count(&d, b, entry)
	s.secret(&d, b, entry)
	for _, n := range d.Notes {
		s.note(entry, errors.New(n))
	}
	if !s.better(&d) {
		return
	}
	s.best = worth(&d)
	shift(&d, b)
	if !s.observes(&d) {
		d.Observation = knowledge.Observation{}
	}
	if s.observe == knowledge.NotObserved {
		d.Template = ""
	}
	s.result.Diagnosis, s.result.Entry = d, entry
}

// count takes note of the failure modes that a block shows.
func (s *scanner) count(d *knowledge.Diagnosis, b block, entry string) {
	if s.found == nil {
		s.found = map[string]*finding{}
	}
	for i := range d.Candidates {
		c := &d.Candidates[i]
		if c.Role == knowledge.AlternativeRole {
			continue
		}
		lines := linesOf(c, d)
		f := s.found[c.ID]
		if f == nil {
			f = &finding{Found: Found{ID: c.ID, Title: c.Title, Verdict: c.Verdict, Entry: entry}}
			if len(lines) > 0 {
				f.Line = lines[0] + int(b.line)
			} else {
				f.Count = 1
			}
			s.found[c.ID] = f
		}
		if rank(c.Verdict) > rank(f.Verdict) {
			f.Verdict = c.Verdict
		}
		if f.entry != entry {
			f.entry, f.last = entry, 0
		}
		for _, line := range lines {
			// Lines of the overlap have been counted.
			if line += int(b.line); line > f.last {
				f.Count++
				f.last = line
			}
		}
	}
}

// linesOf returns the lines of a block on which a candidate was seen, at least
// in part: those of the clause of its evidence that hit least often.
func linesOf(c *knowledge.Candidate, d *knowledge.Diagnosis) []int {
	evidence := map[int]bool{}
	first := 0
	for _, e := range c.Evidence {
		if e.Line > 0 {
			evidence[e.Line] = true
			if first == 0 || e.Line < first {
				first = e.Line
			}
		}
	}
	if first == 0 {
		return nil
	}
	hits := map[uint64][]int{}
	on := map[uint64]bool{}
	for _, h := range d.Observation.Hits {
		line := h.Line + 1
		hits[h.Clause] = append(hits[h.Clause], line)
		on[h.Clause] = on[h.Clause] || evidence[line]
	}
	var least []int
	for clause, here := range on {
		if !here {
			continue
		}
		lines := apart(hits[clause])
		if least == nil || cmp.Or(cmp.Compare(len(lines), len(least)), slices.Compare(lines, least)) < 0 {
			least = lines
		}
	}
	if least == nil {
		return []int{first}
	}
	return least
}

// joint is how many lines a view may begin before the line that a hit in it
// stands on.
const joint = 3

// apart returns the lines of one clause's hits, sorted. Behind the hits in the
// lines themselves come those in views, which are the same places again.
func apart(hits []int) []int {
	var lines []int
	views := false
	for i, line := range hits {
		views = views || i > 0 && line <= hits[i-1]
		if views && slices.ContainsFunc(lines, func(n int) bool { return line-joint <= n && n <= line+joint }) {
			continue
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// secret takes note of the secrets that a block holds.
func (s *scanner) secret(d *knowledge.Diagnosis, b block, entry string) {
	for _, r := range d.Redactions {
		if r.Revoke == "" {
			continue
		}
		if s.secrets == nil {
			s.secrets = map[string]*secret{}
		}
		key := r.Kind + "\x00" + r.Mark
		line := r.Line + int(b.line)
		k := s.secrets[key]
		if k == nil {
			if len(s.secrets) == maxSecrets {
				continue
			}
			k = &secret{Secret: Secret{Kind: r.Kind, Revoke: r.Revoke, Mark: r.Mark, Entry: entry, Line: line}, order: len(s.secrets)}
			s.secrets[key] = k
		}
		if k.entry != entry {
			k.entry, k.last = entry, 0
		}
		if line > k.last {
			k.Count++
			k.last = line
		}
	}
}

// A secret is a secret as it is counted.
type secret struct {
	Secret
	order int
	entry string
	last  int
}

// finish orders what was counted.
func (s *scanner) finish() {
	for _, f := range s.found {
		s.result.Found = append(s.result.Found, f.Found)
	}
	slices.SortFunc(s.result.Found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(rank(b.Verdict), rank(a.Verdict)), cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID))
	})
	if len(s.result.Found) > maxFound {
		s.result.Found = s.result.Found[:maxFound]
	}
	var all []*secret
	for _, k := range s.secrets {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b *secret) int { return cmp.Compare(a.order, b.order) })
	for _, k := range all {
		s.result.Secrets = append(s.result.Secrets, k.Secret)
	}
}

// shift makes the lines of a block's diagnosis lines of the whole text.
func shift(d *knowledge.Diagnosis, b block) {
	by := int(b.line)
	line := func(n *int) {
		if *n > 0 {
			*n += by
		}
	}
	for i := range d.Candidates {
		c := &d.Candidates[i]
		for k := range c.Evidence {
			e := &c.Evidence[k]
			if e.Line == 1 {
				e.Start += b.column
				e.End += b.column
			}
			line(&e.Line)
		}
		for k := range c.Checks {
			for p := range c.Checks[k].Parameters {
				line(&c.Checks[k].Parameters[p].Line)
			}
		}
	}
	for i := range d.Findings {
		line(&d.Findings[i].Line)
	}
	for i := range d.Facts {
		line(&d.Facts[i].Line)
	}
	for i := range d.Redactions {
		line(&d.Redactions[i].Line)
	}
}
