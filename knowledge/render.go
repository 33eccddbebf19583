package knowledge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"authfix/knowledge/clean"
	"authfix/knowledge/redact"
	"authfix/knowledge/statement"
)

const (
	maxEvidence     = 12  // places shown of one candidate
	maxEvidenceText = 300 // bytes shown of one line
	maxShownFacts   = 100
	maxFindings     = 50
	maxRedactions   = 200
)

// render makes the diagnosis: the only way out, through which every string of
// the paste goes redacted.
func (p *paste) render() (Diagnosis, error) {
	d := Diagnosis{Verdict: Unknown, Base: p.base.generation, Candidates: []Candidate{}, Findings: []Finding{}, Facts: []ShownFact{},
		Redactions: []Redaction{}, Notes: p.notes}
	for i := range p.found {
		c, err := p.candidate(&p.found[i])
		if err != nil {
			return d, err
		}
		d.Candidates = append(d.Candidates, c)
	}
	if len(p.found) > 0 {
		d.Verdict = p.found[0].verdict
	}
	for _, f := range p.findings {
		if len(d.Findings) == maxFindings {
			break
		}
		d.Findings = append(d.Findings, Finding{f.Analyzer, p.redactor.Text(f.Text), f.Data, p.line(f.Start, f.End)})
	}
	for _, f := range p.facts {
		if len(d.Facts) == maxShownFacts {
			break
		}
		d.Facts = append(d.Facts, ShownFact{f.Name, p.redactor.Text(f.Value), p.line(f.Start, f.End)})
	}
	type listed struct {
		placeholder string
		line        int
	}
	seen := map[listed]bool{}
	for _, f := range p.secrets {
		rule := &redact.Rules()[f.Rule]
		r := Redaction{rule.Kind, p.redactor.Learn(rule.Kind, p.doc.Text[f.Start:f.End]), p.line(f.Start, f.End), "", ""}
		if !rule.Personal {
			r.Revoke = rule.Revoke
		}
		if at := (listed{r.Placeholder, r.Line}); !seen[at] {
			if len(d.Redactions) == maxRedactions {
				d.Notes = append(d.Notes, fmt.Sprintf("More than %d secrets were replaced; the first of them are listed.", maxRedactions))
				break
			}
			seen[at] = true
			d.Redactions = append(d.Redactions, r)
		}
	}
	p.mark(d.Redactions)
	d.Question, d.Missing = p.ask()
	if d.Verdict == Unknown {
		d.Nearest = p.nearest()
		d.Missing = p.nextPaste()
		if p.in.Observe != NotObserved {
			d.Template = p.template()
		}
	}
	d.Fingerprint = p.fingerprint(d.Candidates)
	if p.in.Observe == Observed || p.in.Observe == IfSpoken && d.Verdict.Spoken() {
		d.Observation = p.observe()
	}
	return d, nil
}

// mark gives each redaction its secret's mark, if there is a key for it.
func (p *paste) mark(all []Redaction) {
	if len(p.in.Mark) == 0 || len(all) == 0 {
		return
	}
	marks := map[string]string{}
	for _, e := range p.redactor.Ledger() {
		marks[e.Placeholder] = e.Mark
	}
	for i := range all {
		all[i].Mark = marks[all[i].Placeholder]
	}
}

// line is the original line of a place in the buffer, 0 when it has none.
func (p *paste) line(start, end int) int {
	if spans := p.spans(start, end); len(spans) > 0 {
		return spans[0].Line
	}
	return 0
}

func (p *paste) spans(start, end int) []clean.Span {
	if start < 0 {
		return nil
	}
	return p.doc.Spans(start, end)
}

func (p *paste) candidate(f *candidate) (Candidate, error) {
	m, err := f.layer.mode(f.mode)
	if err != nil {
		return Candidate{}, err
	}
	c := Candidate{ID: m.ID, Title: m.Title, Score: f.score, Verdict: f.verdict, Version: m.Version, Severity: m.Severity, Systems: m.Systems,
		Role: f.role, Of: f.of, Stance: f.stance, Evidence: p.evidence(f), Cause: m.cause, Effect: m.effect,
		Causes: make([]ShownCause, len(m.causes)), Checks: make([]ShownCheck, 0, len(m.checks)),
		Remedies: m.remedies, Prevention: m.prevention, References: m.references}
	copy(c.Causes, m.causes)
	for i := range c.Causes {
		c.Causes[i].Established = f.entry().Causes[i].Kind != noNode && len(f.eval.holdsWide(&f.entry().Causes[i])) > 0
	}
	slices.SortStableFunc(c.Causes, func(a, b ShownCause) int { return b2i(b.Established) - b2i(a.Established) })
	for i := range m.checks {
		c.Checks = append(c.Checks, p.check(f, &m.Checks[i], &m.checks[i]))
	}
	return c, nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// holdsWide evaluates a cause's condition, which reaches over the whole paste.
func (e *evaluation) holdsWide(n *node) []occurrence {
	e.within, e.inOrder = 0, false
	return e.holds(n)
}

// evidence lists the places a candidate rests on, in the order of the paste.
func (p *paste) evidence(f *candidate) []Evidence {
	out := []Evidence{}
	known := map[clean.Span]bool{}
	for _, i := range f.place.seen {
		s := &f.eval.all[i]
		switch {
		case s.start >= 0:
			for _, span := range p.doc.Spans(s.start, s.end) {
				if known[span] || len(out) == maxEvidence {
					continue
				}
				known[span] = true
				out = append(out, p.shown(span))
			}
		case s.prior != nil:
			out = append(out, Evidence{Source: "earlier message", Text: s.prior.Text})
		case s.fact >= 0 && p.facts[s.fact].message > 0:
			out = append(out, Evidence{Source: "earlier message", Text: p.redactor.Text(p.facts[s.fact].Name + " = " + p.facts[s.fact].Value)})
		case s.fact >= 0:
			out = append(out, Evidence{Source: "answer", Text: p.redactor.Text(p.facts[s.fact].Name + " = " + p.facts[s.fact].Value)})
		}
	}
	slices.SortStableFunc(out, func(a, b Evidence) int { return a.Line*1_000_000 + a.Start - b.Line*1_000_000 - b.Start })
	return out
}

// shown is the original text of a span and of the line around it, redacted.
func (p *paste) shown(s clean.Span) Evidence {
	e := Evidence{Source: p.in.Source.Name, Line: s.Line, Start: s.Start, End: s.End}
	line := p.doc.Line(s.Line)
	if s.End > len(line) || s.Start > s.End {
		return e
	}
	e.Text = p.redactor.Text(cut(line[s.Start:s.End], maxEvidenceText))
	e.Around = p.redactor.Text(around(line, s.Start, s.End))
	return e
}

// around cuts a long line to what stands near [start, end), at words.
func around(line string, start, end int) string {
	from, to := 0, len(line)
	if to <= maxEvidenceText {
		return line
	}
	if start > maxEvidenceText/3 {
		from = start - maxEvidenceText/3
		if i := strings.IndexByte(line[from:start], ' '); i >= 0 {
			from += i + 1
		}
	}
	if to > from+maxEvidenceText {
		to = max(from+maxEvidenceText, min(end, from+2*maxEvidenceText))
		if i := strings.LastIndexByte(line[from:to], ' '); i > end-from {
			to = from + i
		}
	}
	for from < to && line[from]&0xC0 == 0x80 {
		from++
	}
	text := cut(line[from:], to-from)
	if from > 0 {
		text = "…" + text
	}
	if from+len(text) < len(line) {
		text += "…"
	}
	return text
}

// check fills a check's statements in.
func (p *paste) check(f *candidate, c *Check, ready *preparedCheck) ShownCheck {
	shown := ShownCheck{Text: ready.text, Language: c.Language, Queries: []Query{}, Parameters: []ShownParameter{}, Reads: ready.reads}
	var values map[string]statement.Value
	complete := true
	for i := range c.Parameters {
		parameter := &c.Parameters[i]
		value, line, ok := p.value(f, parameter)
		sp := ShownParameter{Name: parameter.Name, Line: line}
		if ok {
			text := p.redactor.Text(value)
			sp.Value = &text
			if values == nil {
				values = map[string]statement.Value{}
			}
			values[parameter.Name] = statement.Value{Type: parameter.Type, Text: value}
		} else {
			sp.How = ready.hows[i]
			complete = false
		}
		shown.Parameters = append(shown.Parameters, sp)
	}
	if !complete {
		return shown
	}
	for i, t := range ready.templates {
		text, err := t.Render(values)
		if err != nil {
			continue // a value that this dialect cannot quote safely: its statement is withheld
		}
		shown.Queries = append(shown.Queries, Query{c.Statements[i].Dialect, p.redactor.Text(text)})
	}
	return shown
}

// value finds a parameter's value: the first that its pattern accepts and that
// holds no secret.
func (p *paste) value(f *candidate, parameter *Parameter) (value string, line int, ok bool) {
	accept := func(v string) bool {
		return v != "" && wholly(parameter.Pattern, v) && string(p.redactor.Text(v)) == v && statement.Check(statement.Value{Type: parameter.Type, Text: v}) == nil
	}
	if parameter.Fact != "" {
		for _, fact := range p.facts {
			if fact.Name == parameter.Fact && accept(fact.Value) {
				return fact.Value, p.line(fact.Start, fact.End), true
			}
		}
		return "", 0, false
	}
	for _, near := range []bool{true, false} { // first where the evidence stands
		for i := range f.eval.all {
			s := &f.eval.all[i]
			if s.pattern < 0 || !slices.Contains(f.entry().Reaches, s.pattern) || near && !slices.Contains(f.place.seen, i) {
				continue
			}
			if s.prior != nil {
				if v := s.prior.Values[parameter.Name]; accept(v) {
					return v, 0, true
				}
				continue
			}
			if !f.eval.settle(i) {
				continue
			}
			h := &f.eval.hits[s.hit]
			for g, name := range f.layer.set.Names(h.Pattern) {
				if name != parameter.Name || h.Groups == nil || h.Groups[2*g] < 0 {
					continue
				}
				if v := p.doc.Text[h.Groups[2*g]:h.Groups[2*g+1]]; accept(v) && !goesOn(p.doc.Text[h.Groups[2*g+1]:]) {
					return v, p.line(h.Groups[2*g], h.Groups[2*g+1]), true
				}
			}
		}
	}
	return "", 0, false
}

func (p *paste) layerOf(l *layer) int { return slices.Index(p.base.layers, l) }

var wholePatterns sync.Map // pattern → *regexp.Regexp; as many as there are parameters

// wholly reports whether v as a whole matches pattern; an empty pattern takes
// everything.
func wholly(pattern, v string) bool {
	if pattern == "" {
		return true
	}
	re, ok := wholePatterns.Load(pattern)
	if !ok {
		re, _ = wholePatterns.LoadOrStore(pattern, regexp.MustCompile(`^(?:`+pattern+`)$`))
	}
	return re.(*regexp.Regexp).MatchString(v)
}
