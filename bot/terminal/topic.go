package terminal

import (
	"io"
	"strings"

	"authfix/knowledge"
)

// Topics prints what there is to explain, one a line.
func Topics(w io.Writer, all []*knowledge.Topic, s Style) error {
	p := newPrinter(w, s)
	widest := 0
	for _, t := range all {
		widest = max(widest, columns(t.Names[0]))
	}
	for _, t := range all {
		name := t.Names[0]
		p.put(p.paint(blue, Plain(name)) + strings.Repeat(" ", widest-columns(name)+2) + Plain(t.Title))
	}
	return p.Flush()
}

// Topic prints a topic.
func Topic(w io.Writer, t *knowledge.Topic, s Style) error {
	p := newPrinter(w, s)
	p.headline(t.Title, "", "")
	for paragraph := range strings.SplitSeq(strings.TrimSpace(t.Text), "\n\n") {
		p.put("")
		for _, line := range fold(Plain(paragraph), p.measure()) {
			p.put(line)
		}
	}
	if t.Warning != "" {
		p.put("")
		p.item(item{label: "Warning", text: t.Warning, code: amber})
	}
	if t.Table != nil {
		p.put("")
		p.table(t.Table)
	}
	for i := range t.Products {
		p.put("")
		p.product(&t.Products[i])
	}
	p.put("")
	if len(t.Related) > 0 {
		p.section("See", "authfix explain "+strings.Join(t.Related, " · authfix explain "))
	}
	p.more(t.References)
	return p.Flush()
}

// Logs prints where products write their logs.
func Logs(w io.Writer, products []knowledge.Product, references []knowledge.Reference, s Style) error {
	p := newPrinter(w, s)
	for i := range products {
		if i > 0 {
			p.put("")
		}
		p.product(&products[i])
	}
	p.put("")
	p.more(references)
	return p.Flush()
}

func (p printer) product(t *knowledge.Product) {
	p.headline(t.Title, "", "")
	list := func(label string, texts []string) {
		for _, text := range texts {
			p.item(item{label: once(&label), text: text})
		}
	}
	list("Log", t.Application)
	list("Tomcat", t.Tomcat)
	p.list("Steps", t.Steps)
	if t.Note != "" {
		p.section("Note", t.Note)
	}
}

// table prints a table whose columns share the width; a cell that is too long is
// folded.
func (p printer) table(t *knowledge.Table) {
	const gap = 2
	rows := append([][]string{t.Columns}, t.Rows...)
	widths := make([]int, len(t.Columns))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(Plain(cell)))
		}
	}
	last := len(widths) - 1
	room := p.Columns - gap*last
	for i := range widths[:last] {
		widths[i] = min(widths[i], max(8, room/2))
		room -= widths[i]
	}
	widths[last] = room
	for n, row := range rows {
		cells := make([][]string, len(widths))
		height := 1
		for i := range widths {
			if i < len(row) {
				cells[i] = fold(Plain(row[i]), widths[i])
			}
			height = max(height, len(cells[i]))
		}
		for k := range height {
			var line strings.Builder
			for i, lines := range cells {
				text := ""
				if k < len(lines) {
					text = lines[k]
				}
				line.WriteString(text)
				if i < last {
					line.WriteString(strings.Repeat(" ", max(0, widths[i]-columns(text))+gap))
				}
			}
			if text := strings.TrimRight(line.String(), " "); n == 0 {
				p.put(p.paint(bold, text))
			} else {
				p.put(text)
			}
		}
	}
}
