package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"authfix/knowledge"
)

// escape makes text safe to stand in Markdown: nothing of it becomes markup, a
// link, a mention or a line of its own.
func escape(text string) string {
	text = strings.Join(strings.Fields(Plain(text)), " ")
	var b strings.Builder
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>#|~@&$", r), // markup, references and mentions
			i == 0 && (r == '-' || r == '+'), // a list
			(r == '.' || r == ')') && i > 0 && i < 10 && strings.Trim(text[:i], "0123456789") == "",
			strings.HasPrefix(text[i:], "://"),                          // a bare URL is a link
			r == '.' && i >= 3 && strings.EqualFold(text[i-3:i], "www"): // and so is www.
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fence is a code block that its content cannot end. A line of it holds no
// control character.
func fence(language, text, pad string) string {
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	var b strings.Builder
	b.WriteString(pad + ticks + language + "\n")
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		b.WriteString(strings.TrimRight(pad+Plain(strings.TrimRight(line, "\r\n")), " ") + "\n")
	}
	b.WriteString(pad + ticks + "\n")
	return b.String()
}

// Markdown prints d as Markdown, for a ticket or a page: everything of the
// answers, every dialect of a statement or the one that s chooses.
func Markdown(w io.Writer, d knowledge.Diagnosis, s Style) error {
	m := markdown{bufio.NewWriter(w), s}
	said := map[knowledge.Redaction]bool{}
	for _, r := range d.Redactions {
		once := knowledge.Redaction{Placeholder: r.Placeholder, Line: r.Line}
		if r.Revoke != "" && !said[once] {
			said[once] = true
			m.printf("> **Line %d holds a secret, %s.** Treat it as leaked and revoke it. %s\n\n", r.Line, escape(r.Placeholder), escape(r.Revoke))
		}
	}
	if len(d.Candidates) == 0 {
		m.WriteString("**I don't recognise this.**\n")
		for i, n := range d.Nearest {
			if i == 0 {
				m.WriteString("\nNearest, by shared words only:\n\n")
			}
			m.printf("- `%s` %s\n", n.ID, escape(n.Title))
		}
	}
	answers := 0
	for i := range d.Candidates {
		c := &d.Candidates[i]
		if c.Role != knowledge.AnswerRole || i > 0 && !c.Verdict.Spoken() {
			continue
		}
		if answers++; answers > 1 {
			m.WriteString("\n")
		}
		m.answer(c)
	}
	m.others(&d)
	if len(d.Findings) > 0 {
		m.WriteString("\n**Found**\n\n")
	}
	for _, f := range d.Findings {
		m.printf("- %s\n", escape(string(f.Text)))
	}
	if d.Question != nil {
		m.printf("\n**Question** %s\n", escape(d.Question.Text))
	}
	if d.Missing != nil {
		m.printf("\n**Next** %s\n", escape(d.Missing.How))
	}
	for _, note := range d.Notes {
		m.printf("\n**Note** %s\n", escape(note))
	}
	return m.Flush()
}

type markdown struct {
	*bufio.Writer
	Style
}

func (m markdown) printf(format string, args ...any) { fmt.Fprintf(m.Writer, format, args...) }

func (m markdown) others(d *knowledge.Diagnosis) {
	head := "\n"
	for i := range d.Candidates {
		c := &d.Candidates[i]
		word := "Or"
		switch {
		case c.Role == knowledge.ConsequenceRole:
			word = "Follows"
		case c.Role == knowledge.AnswerRole && (i == 0 || c.Verdict.Spoken()):
			continue
		}
		m.printf("%s- %s: `%s` %s (%s)\n", head, word, c.ID, escape(c.Title), c.Verdict)
		head = ""
	}
}

func (m markdown) answer(c *knowledge.Candidate) {
	m.printf("## %s\n\n`%s@%d` · %s · %s\n", escape(c.Title), c.ID, c.Version, c.Verdict, escape(strings.Join(c.Systems, ", ")))
	m.evidence(c)
	if c.Stance != knowledge.Reported {
		m.printf("\nThe text reads as %s, not as a report of this failure: no more than unsure.\n", c.Stance)
	}
	m.printf("\n**Cause** %s\n", escape(c.Cause))
	for i, cause := range c.Causes {
		if i == 0 {
			m.WriteString("\n")
		}
		mark := ""
		if cause.Established {
			mark = " **(seen here)**"
		}
		m.printf("- %s%s\n", escape(cause.Text), mark)
	}
	if c.Effect != "" {
		m.printf("\n**Effect** %s\n", escape(c.Effect))
	}
	if len(c.Checks) > 0 {
		m.WriteString("\n**Check**\n\n")
	}
	for i := range c.Checks {
		m.check(i, &c.Checks[i])
	}
	for _, t := range turns() {
		for _, r := range c.Remedies {
			if r.Kind == t.kind {
				m.list(t.label, r.Steps)
				t.label = t.other
			}
		}
	}
	m.list("Prevent", c.Prevention)
	for i, r := range c.References {
		if i == 0 {
			m.WriteString("\n**More**\n\n")
		}
		m.printf("- [%s](<%s>)%s\n", escape(r.Title), strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(Plain(r.URL)), read(r.Read))
	}
}

// evidence shows the lines as they were pasted, redacted, in a code block.
func (m markdown) evidence(c *knowledge.Candidate) {
	var lines []string
	seen := map[int]bool{}
	for _, e := range c.Evidence {
		switch {
		case e.Line == 0 && e.Text != "":
			lines = append(lines, e.Source+": "+Plain(string(e.Text)))
		case e.Line > 0 && !seen[e.Line]:
			seen[e.Line] = true
			text := e.Around
			if text == "" {
				text = e.Text
			}
			lines = append(lines, fmt.Sprintf("%d  %s", e.Line, Plain(string(text))))
		}
	}
	if len(lines) > 0 {
		m.WriteString("\n" + fence("", strings.Join(lines, "\n"), ""))
	}
}

func (m markdown) check(i int, c *knowledge.ShownCheck) {
	lead := fmt.Sprintf("%d. ", i+1)
	pad := strings.Repeat(" ", len(lead))
	m.WriteString(lead + escape(c.Text) + "\n")
	for _, p := range c.Parameters {
		if p.Value == nil {
			m.printf("\n%sneeds %s\n", pad, escape(missing(p)))
		}
	}
	queries := c.Queries
	if len(m.Dialects) > 0 && len(queries) > 0 {
		q, _ := printer{Style: m.Style}.chosen(queries)
		queries = []knowledge.Query{q}
	}
	for _, q := range queries {
		m.printf("\n%s%s\n\n%s", pad, escape(q.Dialect), fence(string(c.Language), string(q.Query), pad))
	}
	if c.Reads != "" {
		m.printf("\n%s%s\n", pad, escape(c.Reads))
	}
}

func (m markdown) list(title string, steps []string) {
	if len(steps) == 1 {
		m.printf("\n**%s** %s\n", title, escape(steps[0]))
		return
	}
	for i, s := range steps {
		if i == 0 {
			m.printf("\n**%s**\n\n", title)
		}
		m.printf("%d. %s\n", i+1, escape(s))
	}
}
