package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"authfix/knowledge"
)

// escape makes text safe to stand in Markdown: nothing of a paste becomes
// markup, a link or a mention.
func escape(text string) string {
	var b strings.Builder
	for _, r := range plain(text) {
		if strings.ContainsRune("\\`*_{}[]()<>#+-!|~@&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fence is a code block that its content cannot end.
func fence(language, text string) string {
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	return ticks + language + "\n" + strings.TrimRight(text, "\n") + "\n" + ticks + "\n"
}

// Markdown prints d as Markdown, for a ticket or a page.
func Markdown(w io.Writer, d knowledge.Diagnosis) error {
	b := bufio.NewWriter(w)
	for _, r := range d.Redactions {
		if r.Revoke != "" {
			fmt.Fprintf(b, "> **Line %d holds a secret (%s).** Treat it as leaked. %s\n\n", r.Line, escape(r.Placeholder), escape(r.Revoke))
		}
	}
	if len(d.Candidates) == 0 {
		b.WriteString("**I don't recognise this.**\n")
		for _, n := range d.Nearest {
			fmt.Fprintf(b, "- nearest by words: `%s` %s\n", n.ID, escape(n.Title))
		}
	}
	for i := range d.Candidates {
		c := &d.Candidates[i]
		if c.Role == knowledge.AnswerRole {
			markdownAnswer(b, c)
			continue
		}
		word := "Or"
		if c.Role == knowledge.ConsequenceRole {
			word = "Follows from it:"
		}
		fmt.Fprintf(b, "\n%s `%s` (%s): %s\n", word, c.ID, c.Verdict, escape(c.Title))
	}
	if len(d.Findings) > 0 {
		b.WriteString("\n**Found**\n\n")
		for _, f := range d.Findings {
			fmt.Fprintf(b, "- %s\n", escape(string(f.Text)))
		}
	}
	if d.Question != nil {
		fmt.Fprintf(b, "\n**Question** %s\n", escape(d.Question.Text))
	}
	if d.Missing != nil {
		fmt.Fprintf(b, "\n**Next** %s\n", escape(d.Missing.How))
	}
	return b.Flush()
}

func markdownAnswer(b *bufio.Writer, c *knowledge.Candidate) {
	fmt.Fprintf(b, "## %s\n\n`%s@%d` · %s · %s\n\n", escape(c.Title), c.ID, c.Version, c.Verdict, escape(strings.Join(c.Systems, ", ")))
	var lines []string
	for _, e := range c.Evidence {
		if e.Line > 0 {
			lines = append(lines, fmt.Sprintf("%4d  %s", e.Line, plain(string(e.Text))))
		}
	}
	if len(lines) > 0 {
		b.WriteString(fence("", strings.Join(lines, "\n")) + "\n")
	}
	fmt.Fprintf(b, "**Cause** %s\n\n", escape(c.Cause))
	for _, cause := range c.Causes {
		mark := ""
		if cause.Established {
			mark = " **(seen here)**"
		}
		fmt.Fprintf(b, "- %s%s\n", escape(cause.Text), mark)
	}
	b.WriteString("\n**Check**\n\n")
	for i, check := range c.Checks {
		fmt.Fprintf(b, "%d. %s\n", i+1, escape(check.Text))
		for _, q := range check.Queries {
			fmt.Fprintf(b, "\n%s:\n\n%s\n", q.Dialect, fence(string(check.Language), string(q.Query)))
		}
	}
	titles := map[knowledge.RemedyKind]string{knowledge.Workaround: "Now", knowledge.Fix: "Fix", knowledge.Escalation: "Escalate"}
	for _, r := range c.Remedies {
		fmt.Fprintf(b, "\n**%s**\n\n", titles[r.Kind])
		for i, s := range r.Steps {
			fmt.Fprintf(b, "%d. %s\n", i+1, escape(s))
		}
	}
	b.WriteString("\n**More**\n\n")
	for _, r := range c.References {
		fmt.Fprintf(b, "- [%s](%s)\n", escape(r.Title), r.URL)
	}
}
