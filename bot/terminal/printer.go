package terminal

import (
	"bufio"
	"io"
	"strings"
)

// indent is where the text of every section begins; a label is shorter.
const indent = 9

// printer writes sections with a hanging indent. Every text passes Plain on its
// way.
type printer struct {
	*bufio.Writer
	Style
}

func newPrinter(w io.Writer, s Style) printer { return printer{bufio.NewWriter(w), s} }

// measure is the width of running text.
func (p printer) measure() int { return min(p.Columns, maxMeasure) }

// An item is a text that hangs beside its label and its lead, which is a number
// or a bullet.
type item struct {
	label    string
	lead     string
	leadCode string // colour of the lead
	text     string
	code     string // colour of the text
	columns  int    // width of the whole line; 0: the measure
	marked   bool   // the text is plain already and holds marks
}

func (p printer) item(t item) {
	if t.columns == 0 {
		t.columns = p.measure()
	}
	if !t.marked {
		t.text = Plain(t.text)
	}
	pad := strings.Repeat(" ", columns(t.lead))
	for i, text := range p.colour(fold(t.text, t.columns-indent-len(pad)), t.code) {
		lead := p.paint(t.leadCode, t.lead)
		if i > 0 {
			t.label, lead = "", pad
		}
		if text == "" {
			lead = p.paint(t.leadCode, strings.TrimRight(t.lead, " "))
		}
		p.line(t.label, lead+text)
	}
}

// colour turns the marks of folded lines into colours; evidence may go on from
// one line to the next.
func (p printer) colour(lines []string, code string) []string {
	on := false
	for i, line := range lines {
		var b strings.Builder
		for line != "" {
			at := strings.IndexFunc(line, func(r rune) bool { return r == markOn || r == markOff })
			part, next := line, ""
			if at >= 0 {
				part, next = line[:at], line[at+len(string(markOn)):]
			}
			if on {
				b.WriteString(p.paint(mark, part))
			} else {
				b.WriteString(p.paint(code, part))
			}
			if at >= 0 {
				on = strings.HasPrefix(line[at:], string(markOn))
			}
			line = next
		}
		lines[i] = b.String()
	}
	return lines
}

// section is an item without a lead.
func (p printer) section(label, text string) { p.item(item{label: label, text: text}) }

// line writes a line that is ready, beside its label.
func (p printer) line(label, text string) {
	if text == "" {
		p.put(p.paint(blue, label))
		return
	}
	p.put(p.paint(blue, label) + strings.Repeat(" ", max(1, indent-columns(label))) + text)
}

// put writes a line and no blanks at its end.
func (p printer) put(line string) {
	p.WriteString(strings.TrimRight(line, " "))
	p.WriteByte('\n')
}

// headline writes a bold title, with a word at the right edge of its first line.
func (p printer) headline(title, word, code string) {
	room := p.Columns
	if word != "" {
		room -= len(word) + 2
	}
	for i, line := range fold(Plain(title), room) {
		if i > 0 || word == "" {
			p.put(p.paint(bold, line))
			continue
		}
		p.put(p.paint(bold, line) + strings.Repeat(" ", max(2, p.Columns-columns(line)-len(word))) + p.paint(code, word))
	}
}

// statement writes what is to be copied: never folded, never cut.
func (p printer) statement(text string, deeper int) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		p.line("", strings.Repeat(" ", deeper)+p.paint(bold, strings.TrimRight(Plain(strings.TrimRight(line, "\r\n")), " ")))
	}
}

// once returns a label the first time and "" from then on.
func once(label *string) string {
	l := *label
	*label = ""
	return l
}
