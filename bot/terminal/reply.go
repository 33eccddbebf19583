package terminal

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"authfix/bot"
)

// Reply draws what the bot says. Its choices are numbered from 1, in the order
// in which they are in r.
func Reply(w io.Writer, r *bot.Reply, s Style) error {
	p := newPrinter(w, s)
	if r.Headline != "" {
		for _, line := range fold(Plain(r.Headline), p.measure()) {
			p.put(p.paint(toneCode(r.Tone), line))
		}
	}
	gap := r.Headline != ""
	for i := range r.Sections {
		if empty(&r.Sections[i]) {
			continue
		}
		if gap {
			p.put("")
			gap = false
		}
		p.replySection(&r.Sections[i])
	}
	if r.Link != nil {
		p.links("More", []bot.Link{*r.Link})
	}
	if words := markWords(r.Mark); words != "" {
		p.put(p.paint(faint, words))
	}
	if len(r.Choices) > 0 {
		p.put("")
		p.choices(r.Choices)
	}
	if r.Footnote != "" {
		p.put("")
		for _, line := range fold(Plain(r.Footnote), p.measure()) {
			p.put(p.paint(faint, line))
		}
	}
	return p.Flush()
}

func toneCode(t bot.Tone) string {
	switch t {
	case bot.Sure, bot.Done:
		return bold + ";" + green
	case bot.Guess:
		return bold + ";" + amber
	case bot.Warning, bot.Sorry:
		return bold + ";" + red
	}
	return bold
}

// empty reports whether a section has nothing to show.
func empty(s *bot.Section) bool {
	blank := func(text string) bool { return strings.TrimSpace(text) == "" }
	return blank(s.Prose) && blank(s.Code) && !slices.ContainsFunc(s.List, func(text string) bool { return !blank(text) }) &&
		!slices.ContainsFunc(s.Fields, func(f bot.Field) bool { return !blank(f.Name + f.Value) }) &&
		!slices.ContainsFunc(s.Links, func(l bot.Link) bool { return !blank(linkText(l)) })
}

// markWords says a mark in words.
func markWords(m bot.Mark) string {
	switch m {
	case "":
		return ""
	case bot.Unread:
		return "A file was not read."
	}
	return "(" + Plain(string(m)) + ")"
}

// linkText is a link that can be read and, where it leads to a page, copied. A
// message of the conversation is only named: it stands further up.
func linkText(l bot.Link) string {
	switch {
	case l.URL == "":
		return l.Label
	case l.Label == "":
		return l.URL
	}
	return l.Label + ": " + l.URL
}

func (p printer) links(label string, all []bot.Link) {
	for _, l := range all {
		if text := linkText(l); strings.TrimSpace(text) != "" {
			p.item(item{label: once(&label), text: text, code: faint})
		}
	}
}

// replySection draws one section beside its label, or below one that has no room.
func (p printer) replySection(s *bot.Section) {
	label := Plain(s.Label)
	if columns(label) >= indent {
		for _, line := range fold(label, p.measure()) {
			p.put(p.paint(blue, line))
		}
		label = ""
	}
	switch {
	case s.Code != "" && label != "":
		for line := range strings.Lines(strings.TrimRight(s.Code, "\n")) {
			p.line(once(&label), p.paint(bold, strings.TrimRight(Plain(strings.TrimRight(line, "\r\n")), " ")))
		}
	case s.Code != "":
		p.statement(s.Code, 4)
	case len(s.List) > 0:
		for i, text := range s.List {
			lead := "· "
			if s.Number {
				lead = number(i, len(s.List))
			}
			p.item(item{label: once(&label), lead: lead, text: text})
		}
	case len(s.Fields) > 0:
		p.fields(label, s.Fields)
	case len(s.Links) > 0:
		p.links(label, s.Links)
	default:
		for line := range strings.SplitSeq(strings.TrimRight(s.Prose, "\n"), "\n") {
			p.item(item{label: once(&label), text: line})
		}
	}
}

// Columns of the names of fields, at most, and of their values, at least.
const (
	maxName  = 24
	minValue = 20
)

// fields draws names and values in two columns.
func (p printer) fields(label string, all []bot.Field) {
	widest := 0
	for _, f := range all {
		widest = max(widest, min(columns(Plain(f.Name)), maxName, p.measure()-indent-2-minValue))
	}
	for _, f := range all {
		name := Plain(f.Name)
		if columns(name) > widest {
			p.item(item{label: once(&label), text: name, code: faint})
			name = ""
		}
		lead := name + strings.Repeat(" ", widest-columns(name)+2)
		p.item(item{label: once(&label), lead: lead, leadCode: faint, text: f.Value})
	}
}

// choices writes as many numbered choices on a line as have room.
func (p printer) choices(all []bot.Choice) {
	var line strings.Builder
	used := 0
	end := func() {
		if used > 0 {
			p.put(line.String())
		}
		line.Reset()
		used = 0
	}
	for i, c := range all {
		mark := fmt.Sprintf("%d) ", i+1)
		label := strings.Join(strings.Fields(Plain(c.Label)), " ")
		room := p.measure() - len(mark)
		if columns(label) > room {
			label = pieces(label, room-1)[0] + "…"
		}
		n := len(mark) + columns(label)
		if used > 0 && used+3+n > p.measure() {
			end()
		}
		if used > 0 {
			line.WriteString("   ")
			used += 3
		}
		code := ""
		switch c.Style {
		case bot.Primary:
			code = bold
		case bot.Danger:
			code = red
		}
		line.WriteString(p.paint(blue, mark) + p.paint(code, label))
		used += n
	}
	end()
}
