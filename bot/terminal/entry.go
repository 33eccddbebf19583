package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"authfix/knowledge"
)

// Listed prints one line of a list of failure modes.
func Listed(w io.Writer, m knowledge.Listed, s Style) error {
	p := printer{bufio.NewWriter(w), s}
	fmt.Fprintf(p, "%s  %s\n", p.paint(blue, fmt.Sprintf("%-42s", m.ID)), m.Title)
	return p.Flush()
}

// FailureMode prints a failure mode whole, as it is without a paste.
func FailureMode(w io.Writer, m *knowledge.FailureMode, s Style) error {
	p := printer{bufio.NewWriter(w), s}
	p.WriteString(p.paint(bold, m.Title) + "\n")
	p.WriteString(p.paint(faint, fmt.Sprintf("%s@%d · %s · severity %s", m.ID, m.Version, strings.Join(m.Systems, ", "), m.Severity)) + "\n\n")
	p.section("Cause", m.Cause)
	for _, c := range m.Causes {
		p.section("", "· "+c.Text)
	}
	p.section("Effect", m.Effect)
	for i, c := range m.Checks {
		label := ""
		if i == 0 {
			label = "Check"
		}
		p.section(label, fmt.Sprintf("%d  %s", i+1, c.Text))
		for _, st := range c.Statements {
			p.line("", "   "+p.paint(faint, st.Dialect))
			for text := range strings.Lines(strings.TrimRight(st.Statement, "\n")) {
				p.line("", "       "+plain(strings.TrimRight(text, "\n")))
			}
		}
		if c.Reads != "" {
			p.section("", c.Reads)
		}
	}
	var remedies []knowledge.ShownRemedy
	for _, r := range m.Remedies {
		remedies = append(remedies, knowledge.ShownRemedy(r))
	}
	p.remedies(&knowledge.Candidate{Remedies: remedies})
	for i, text := range m.Prevention {
		label := ""
		if i == 0 {
			label = "Prevent"
		}
		p.section(label, text)
	}
	for _, v := range m.Versions {
		text := v.Product + ": " + v.Affected
		if len(v.FixedIn) > 0 {
			text += "; fixed in " + strings.Join(v.FixedIn, ", ")
		}
		p.section("Version", text)
	}
	for i, r := range m.References {
		label := ""
		if i == 0 {
			label = "More"
		}
		p.section(label, r.Title+" (read "+r.Read+")")
		p.line("", p.paint(faint, r.URL))
	}
	return p.Flush()
}

// Topic prints a topic.
func Topic(w io.Writer, t *knowledge.Topic, s Style) error {
	p := printer{bufio.NewWriter(w), s}
	p.WriteString(p.paint(bold, t.Title) + "\n\n")
	for i, paragraph := range strings.Split(strings.TrimSpace(t.Text), "\n\n") {
		if i > 0 {
			p.WriteString("\n")
		}
		for _, line := range fold(paragraph, p.Columns) {
			p.WriteString(line + "\n")
		}
	}
	if t.Warning != "" {
		p.WriteString("\n")
		p.section("Warning", t.Warning)
	}
	if t.Table != nil {
		p.WriteString("\n")
		p.table(t.Table)
	}
	for _, product := range t.Products {
		p.WriteString("\n")
		p.product(&product)
	}
	p.more(t.References)
	return p.Flush()
}

func (p printer) more(list []knowledge.Reference) {
	p.WriteString("\n")
	for i, r := range list {
		label := ""
		if i == 0 {
			label = "More"
		}
		p.section(label, r.Title)
		p.line("", p.paint(faint, r.URL))
	}
}

// table prints a table whose last column is folded.
func (p printer) table(t *knowledge.Table) {
	widths := make([]int, len(t.Columns))
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	room := p.Columns
	for _, n := range widths[:len(widths)-1] {
		room -= n + 2
	}
	for n, row := range append([][]string{t.Columns}, t.Rows...) {
		last := fold(row[len(row)-1], room)
		for k, text := range last {
			line := ""
			for i, cell := range row[:len(row)-1] {
				if k > 0 {
					cell = ""
				}
				line += cell + strings.Repeat(" ", widths[i]+2-columns(cell))
			}
			if line += text; n == 0 {
				line = p.paint(bold, line)
			}
			p.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
}

// Logs prints where products write their logs.
func Logs(w io.Writer, products []knowledge.Product, references []knowledge.Reference, s Style) error {
	p := printer{bufio.NewWriter(w), s}
	for i := range products {
		if i > 0 {
			p.WriteString("\n")
		}
		p.product(&products[i])
	}
	p.more(references)
	return p.Flush()
}

func (p printer) product(t *knowledge.Product) {
	p.WriteString(p.paint(bold, t.Title) + "\n")
	const room = 13
	list := func(label string, texts []string) {
		for i, text := range texts {
			if i > 0 {
				label = ""
			}
			for k, line := range fold(text, p.Columns-room) {
				if k > 0 {
					label = ""
				}
				p.WriteString(p.paint(blue, fmt.Sprintf("%-*s", room, label)) + line + "\n")
			}
		}
	}
	list("application", t.Application)
	list("Tomcat", t.Tomcat)
	list("steps", t.Steps)
	if t.Note != "" {
		list("note", []string{t.Note})
	}
}
