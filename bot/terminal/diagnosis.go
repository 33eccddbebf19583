package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"authfix/knowledge"
)

// indent is where the text of every section begins.
const indent = 9

// printer writes sections with a hanging indent.
type printer struct {
	*bufio.Writer
	Style
}

// Diagnosis prints d: the headline, why, causes, the statement ready to copy,
// steps and references of each answer, then what else it may be.
func Diagnosis(w io.Writer, d knowledge.Diagnosis, s Style) error {
	p := printer{bufio.NewWriter(w), s}
	p.leak(&d)
	answers := 0
	for i := range d.Candidates {
		if c := &d.Candidates[i]; c.Role == knowledge.AnswerRole && (c.Verdict.Spoken() || i == 0) {
			if answers > 0 {
				p.WriteString("\n")
			}
			p.answer(&d, c)
			answers++
		}
	}
	if answers == 0 {
		p.unknown(&d)
	}
	p.others(&d)
	p.findings(&d)
	p.next(&d)
	for _, note := range d.Notes {
		p.section("Note", note)
	}
	return p.Flush()
}

// section prints a label and a text that hangs beside it.
func (p printer) section(label, text string) {
	for i, line := range fold(text, p.Columns-indent) {
		if i > 0 {
			label = ""
		}
		p.line(label, line)
	}
}

func (p printer) line(label, text string) {
	pad := strings.Repeat(" ", max(0, indent-columns(label)))
	p.WriteString(strings.TrimRight(p.paint(blue, label)+pad+text, " ") + "\n")
}

func (p printer) leak(d *knowledge.Diagnosis) {
	said := map[string]bool{}
	for _, r := range d.Redactions {
		if r.Revoke == "" || said[r.Kind] {
			continue
		}
		said[r.Kind] = true
		p.line("Warning", p.paint(red, fold(fmt.Sprintf("Line %d holds a secret (%s). Treat it as leaked: revoke it.", r.Line, r.Placeholder), p.Columns-indent)[0]))
		p.section("", r.Revoke)
	}
	if len(said) > 0 {
		p.WriteString("\n")
	}
}

func (p printer) answer(d *knowledge.Diagnosis, c *knowledge.Candidate) {
	verdict := string(c.Verdict)
	title := fold(c.Title, p.Columns-len(verdict)-2)
	for i, line := range title {
		if i == 0 {
			gap := max(2, p.Columns-columns(line)-len(verdict))
			p.WriteString(p.paint(bold, line) + strings.Repeat(" ", gap) + p.verdict(c.Verdict) + "\n")
			continue
		}
		p.WriteString(p.paint(bold, line) + "\n")
	}
	p.WriteString(p.paint(faint, fmt.Sprintf("%s@%d · %s", c.ID, c.Version, strings.Join(c.Systems, ", "))) + "\n\n")
	p.evidence(c)
	if c.Stance != knowledge.Reported {
		p.section("Stance", "The text reads as "+string(c.Stance)+", not as a report; so this is no more than unsure.")
	}
	p.causes(c)
	for i := range c.Checks {
		p.check(i, &c.Checks[i])
	}
	p.remedies(c)
	for i, r := range c.References {
		label := ""
		if i == 0 {
			label = "More"
		}
		p.section(label, r.Title)
		p.line("", p.paint(faint, plain(r.URL)))
	}
	p.line("", p.paint(faint, "authfix show "+c.ID))
}

func (p printer) verdict(v knowledge.Verdict) string {
	switch v {
	case knowledge.Certain:
		return p.paint(green, string(v))
	case knowledge.Likely:
		return p.paint(amber, string(v))
	}
	return p.paint(faint, string(v))
}

// maxSeen is how many lines of evidence are printed.
const maxSeen = 5

func (p printer) evidence(c *knowledge.Candidate) {
	label, shown := "Seen", 0
	seen := map[string]bool{}
	for _, e := range c.Evidence {
		where, text := strconv.Itoa(e.Line), string(e.Around)
		if e.Line == 0 {
			where, text = e.Source, string(e.Text)
		}
		if text == "" || seen[where] && e.Line > 0 {
			continue
		}
		seen[where] = true
		if shown++; shown > maxSeen {
			break
		}
		for i, line := range fold(text, p.Columns-indent-6) {
			if i > 0 {
				where = ""
			}
			p.line(label, p.paint(faint, fmt.Sprintf("%4s", where))+"  "+line)
			label = ""
		}
	}
}

func (p printer) causes(c *knowledge.Candidate) {
	p.section("Cause", c.Cause)
	for _, cause := range c.Causes {
		mark := "· "
		if cause.Established {
			mark = p.paint(green, "✓ ")
		}
		for i, text := range fold(cause.Text, p.Columns-indent-4) {
			if i > 0 {
				mark = "  "
			}
			p.line("", "  "+mark+text)
		}
	}
	p.section("Effect", c.Effect)
}

func (p printer) check(i int, c *knowledge.ShownCheck) {
	label := ""
	if i == 0 {
		label = "Check"
	}
	for k, text := range fold(c.Text, p.Columns-indent-3) {
		number := fmt.Sprintf("%d  ", i+1)
		if k > 0 {
			number = "   "
		}
		p.line(label, number+text)
		label = ""
	}
	for k, q := range c.Queries {
		if k == 0 {
			dialects := make([]string, len(c.Queries))
			for n := range c.Queries {
				dialects[n] = c.Queries[n].Dialect
			}
			if len(dialects) > 1 {
				p.line("", "   "+p.paint(faint, dialects[0]+" (also "+strings.Join(dialects[1:], ", ")+": --format json)"))
			}
			for text := range strings.Lines(strings.TrimRight(string(q.Query), "\n")) {
				p.line("", "       "+p.paint(bold, plain(strings.TrimRight(text, "\n"))))
			}
		}
	}
	for _, parameter := range c.Parameters {
		if parameter.Value == nil {
			p.section("", "   needs "+parameter.Name+": "+parameter.How)
		}
	}
	if c.Reads != "" {
		for _, text := range fold(c.Reads, p.Columns-indent-3) {
			p.line("", "   "+p.paint(faint, text))
		}
	}
}

func (p printer) remedies(c *knowledge.Candidate) {
	labels := map[knowledge.RemedyKind]string{knowledge.Workaround: "Now", knowledge.Fix: "Fix", knowledge.Escalation: "Else"}
	for _, r := range c.Remedies {
		label := labels[r.Kind]
		for i, step := range r.Steps {
			number := fmt.Sprintf("%d  ", i+1)
			if len(r.Steps) == 1 {
				number = "   "
			}
			for k, text := range fold(step, p.Columns-indent-3) {
				if k > 0 {
					number = "   "
				}
				p.line(label, number+text)
				label = ""
			}
		}
	}
}

func (p printer) unknown(d *knowledge.Diagnosis) {
	p.WriteString(p.paint(bold, "I don't recognise this.") + "\n")
	for i, n := range d.Nearest {
		if i == 0 {
			p.line("Nearest", "by words only; none of them is recognised here:")
		}
		p.section("", "· "+n.ID+": "+n.Title)
	}
}

func (p printer) others(d *knowledge.Diagnosis) {
	label := "Else"
	for i := range d.Candidates {
		c := &d.Candidates[i]
		switch {
		case c.Role == knowledge.ConsequenceRole:
			p.section("Follows", c.ID+": "+c.Title+" (a consequence of "+c.Of+")")
		case c.Role == knowledge.AlternativeRole || i > 0 && !c.Verdict.Spoken():
			p.section(label, fmt.Sprintf("or %s (%s): %s", c.ID, c.Verdict, c.Title))
			label = ""
		}
	}
}

func (p printer) findings(d *knowledge.Diagnosis) {
	label := "Found"
	for _, f := range d.Findings {
		where := ""
		if f.Line > 0 {
			where = fmt.Sprintf(" (line %d)", f.Line)
		}
		p.section(label, string(f.Text)+where)
		label = ""
	}
}

// next says what to answer or to paste next.
func (p printer) next(d *knowledge.Diagnosis) {
	if q := d.Question; q != nil {
		p.section("Question", q.Text)
		var choices []string
		for _, c := range q.Choices {
			choices = append(choices, c.Value)
		}
		if len(choices) > 0 {
			p.section("", fmt.Sprintf("authfix diagnose … --answer %s=%s", q.ID, strings.Join(choices, "|")))
		}
	}
	if d.Missing != nil {
		p.section("Next", d.Missing.How)
	}
}
