package terminal

import (
	"fmt"
	"io"
	"strings"

	"authfix/knowledge"
)

// Bounds of what is printed unless all is asked for.
const (
	maxSeen     = 5 // lines of evidence
	maxCauses   = 3
	maxChecks   = 2
	maxFound    = 4
	maxOthers   = 3
	maxSources  = 1
	maxEscalate = 1 // steps of handing it over
)

// Diagnosis prints d: a warning of secrets, then headline, evidence, causes,
// the statement ready to copy, steps and sources of each answer, then what else
// it may be, what was computed, and what to answer or paste next.
func Diagnosis(w io.Writer, d knowledge.Diagnosis, s Style) error {
	p := newPrinter(w, s)
	p.leak(&d)
	var answers []*knowledge.Candidate
	for i := range d.Candidates {
		if c := &d.Candidates[i]; c.Role == knowledge.AnswerRole && (c.Verdict.Spoken() || i == 0) {
			answers = append(answers, c)
		}
	}
	if len(answers) > 1 {
		p.put(p.paint(faint, fmt.Sprintf("%d separate failures", len(answers))))
		p.put("")
	}
	for i, c := range answers {
		if i > 0 {
			p.put("")
		}
		p.answer(&d, c, len(answers) == 1)
	}
	if len(answers) == 0 {
		p.unknown(&d)
	}
	p.others(&d)
	if len(answers) != 1 {
		p.findings(&d)
	}
	p.next(&d)
	for _, note := range d.Notes {
		p.section("Note", note)
	}
	return p.Flush()
}

// leak warns of secrets that somebody has to revoke, a kind at a time.
func (p printer) leak(d *knowledge.Diagnosis) {
	type kind struct {
		lines  []string
		holder string
		revoke string
	}
	var kinds []*kind
	byName := map[string]*kind{}
	for _, r := range d.Redactions {
		if r.Revoke == "" {
			continue
		}
		k := byName[r.Kind]
		if k == nil {
			k = &kind{holder: r.Placeholder, revoke: r.Revoke}
			byName[r.Kind] = k
			kinds = append(kinds, k)
		}
		if line := fmt.Sprint(r.Line); r.Line > 0 && (len(k.lines) == 0 || k.lines[len(k.lines)-1] != line) {
			k.lines = append(k.lines, line)
		}
	}
	for _, k := range kinds {
		where := "The text holds"
		switch {
		case len(k.lines) == 1:
			where = "Line " + k.lines[0] + " holds"
		case len(k.lines) > maxSeen:
			where = fmt.Sprintf("Lines %s and %d more hold", strings.Join(k.lines[:maxSeen], ", "), len(k.lines)-maxSeen)
		case len(k.lines) > 1:
			where = "Lines " + strings.Join(k.lines, ", ") + " hold"
		}
		p.item(item{label: "Warning", code: red, text: where + " a secret, " + k.holder + ". Treat it as leaked and revoke it."})
		p.section("", k.revoke)
	}
	if len(kinds) > 0 {
		p.put("")
	}
}

func (p printer) unknown(d *knowledge.Diagnosis) {
	p.headline("I don't recognise this", string(knowledge.Unknown), faint)
	p.put("")
	label := "Nearest"
	for _, n := range d.Nearest {
		p.item(item{label: once(&label), text: n.ID + ": " + n.Title})
	}
	if len(d.Nearest) > 0 {
		p.item(item{code: faint, text: "By shared words only: nothing in the text is known to be one of these."})
	}
}

// others lists what follows from an answer and what else it may be.
func (p printer) others(d *knowledge.Diagnosis) {
	follows, or := "Follows", "Or"
	hidden := 0
	for i := range d.Candidates {
		c := &d.Candidates[i]
		if c.Role == knowledge.ConsequenceRole {
			text := c.ID + ": " + c.Title
			if c.Of != "" && c.Of != d.Candidates[0].ID {
				text += " (from " + c.Of + ")"
			}
			p.item(item{label: once(&follows), text: text})
		}
	}
	for i := range d.Candidates {
		c := &d.Candidates[i]
		if c.Role != knowledge.AlternativeRole && (c.Role != knowledge.AnswerRole || i == 0 || c.Verdict.Spoken()) {
			continue
		}
		if or == "" {
			hidden++
			if hidden >= maxOthers && !p.Full {
				continue
			}
		}
		p.item(item{label: once(&or), text: c.ID + ": " + c.Title + " (" + string(c.Verdict) + ")"})
	}
	if n := hidden - maxOthers + 1; n > 0 && !p.Full {
		p.item(item{code: faint, text: fmt.Sprintf("%d more: --full", n)})
	}
}

// findings prints what was computed from the text.
func (p printer) findings(d *knowledge.Diagnosis) {
	label := "Found"
	for i, f := range d.Findings {
		if i == maxFound && !p.Full {
			p.item(item{code: faint, text: fmt.Sprintf("%d more: --full", len(d.Findings)-i)})
			return
		}
		text := string(f.Text)
		if f.Line > 0 {
			text += fmt.Sprintf(" (line %d)", f.Line)
		}
		p.item(item{label: once(&label), text: text})
	}
}

// next says what to answer or to paste next.
func (p printer) next(d *knowledge.Diagnosis) {
	if q := d.Question; q != nil {
		p.section("Question", q.Text)
		var choices []string
		for _, c := range q.Choices {
			choices = append(choices, c.Value+": "+c.Label)
		}
		value := "…"
		if len(choices) > 0 {
			p.section("", strings.Join(choices, " · "))
			value = q.Choices[0].Value
		}
		p.item(item{code: faint, text: "authfix diagnose … --answer " + q.ID + "=" + value})
	}
	if d.Missing != nil {
		p.section("Next", d.Missing.How)
	}
}
