package slack

import (
	"fmt"
	"strings"

	"authfix/bot"
)

// A permalinker gives the address of a message, "" when it has none.
type permalinker func(channel, message string) string

// render draws a reply as the messages that it takes, at least one: the first
// with the headline and the choices, then what has no room there. A reply that
// is nothing but a mark is a [reaction]; here it is said in words. The key, if
// any, is what the messages are found again by; without address, messages are
// named and not linked to.
func render(r *bot.Reply, key string, address permalinker) []payload {
	d := newDrawing(r, address)
	pages := d.pages(messageChars, maxMessageText)
	all := make([]payload, len(pages))
	for i, page := range pages {
		p := &all[i]
		p.Parse = "none"
		p.Blocks = blocksOf(page, maxMessageBlocks)
		p.plain = textOf(page)
		p.Text = escapeText(p.plain)
		if key != "" {
			p.Metadata = &replyMetadata{Type: metaType, Payload: replyMetadataBody{Key: key, Part: i + 1, Parts: len(pages)}}
		}
	}
	return all
}

// emojis are the reactions that show marks.
var emojis = map[bot.Mark]string{
	bot.Unread:    "grey_question",
	bot.Answered:  "speech_balloon",
	bot.Unknown:   "question",
	bot.Escalated: "sos",
	bot.Resolved:  "white_check_mark",
}

// onlyMarks reports whether a reply is nothing but marks that can be shown as
// reactions.
func onlyMarks(r *bot.Reply) bool {
	if r.Headline != "" || len(r.Sections) > 0 || len(r.Choices) > 0 || r.Mark == "" && r.Unmark == "" {
		return false
	}
	return (r.Mark == "" || emojis[r.Mark] != "") && (r.Unmark == "" || emojis[r.Unmark] != "")
}

// markWords says a mark in words, where no reaction can be put.
func markWords(m bot.Mark) string {
	if m == bot.Unread {
		return "A file was not read."
	}
	return plainLine(string(m))
}

// toneWords say how a reply is meant, with a sign in front for those who see it.
var toneWords = map[bot.Tone]struct{ sign, words string }{
	bot.Sure:    {"✅", "Certain: "},
	bot.Guess:   {"❔", "Likely: "},
	bot.Warning: {"⚠️", "Warning: "},
	bot.Done:    {"✔️", "Done: "},
	bot.Sorry:   {"✖️", "Sorry: "},
}

// A drawing is a reply taken apart into units, which are as small as they can
// come to stand in different messages.
type drawing struct {
	address permalinker
	body    []unit
	tail    []unit // what belongs to the end of the first message
	group   int
}

// A unit is the least part of a drawing: exactly one of its bodies is set.
type unit struct {
	group  int       // units of one group share a block
	header string    // a headline
	rich   *richPart // parts of a list and of code that follow one another are put together
	button *buttonElement
	note   string // small print
	text   string // for screen readers
	leads  bool   // it is the label of what follows
	glue   bool   // it goes on where the unit before ended, in the same paragraph
	size   int    // characters in blocks
	length int    // characters of text, escaped
}

func newDrawing(r *bot.Reply, address permalinker) *drawing {
	d := &drawing{address: address}
	d.headline(r)
	for i := range r.Sections {
		d.section(&r.Sections[i])
	}
	if words := markWords(r.Mark); words != "" {
		d.group++
		d.prose("", words)
	}
	head := d.body
	d.body = nil
	if l := r.Link; l != nil && !blankText(plainLine(l.Label+l.URL+l.Message)) {
		d.group++
		d.links("More", []bot.Link{*l})
	}
	d.choices(r.Choices, textOf(head) == "")
	d.footnote(plainLines(r.Footnote))
	d.body, d.tail = head, d.body
	if len(d.body)+len(d.tail) == 0 { // a message must say something
		d.prose("", "Nothing to say.")
	}
	return d
}

// add completes a unit and adds it.
func (d *drawing) add(u unit) {
	u.group = d.group
	u.measure()
	d.body = append(d.body, u)
}

// measure sets the sizes of u.
func (u *unit) measure() {
	u.size = objectChars + chars(u.header) + chars(u.note)
	if u.rich != nil {
		u.size += richChars(u.rich.Elements)
	}
	if b := u.button; b != nil {
		u.size += objectChars + chars(b.Text.Text) + chars(b.ActionID) + chars(b.Value)
	}
	u.length = chars(escapeText(u.text)) + 1
}

// richChars counts runs and what holds them.
func richChars(elements []any) int {
	n := 0
	for _, e := range elements {
		n += objectChars
		switch e := e.(type) {
		case richRun:
			n += chars(e.Text) + chars(e.URL)
		case richPart:
			n += richChars(e.Elements)
		}
	}
	return n
}

// headline draws the headline as a header, or as bold text when it is too long
// for one.
func (d *drawing) headline(r *bot.Reply) {
	head := plainLine(r.Headline)
	if blankText(head) {
		return
	}
	tone := toneWords[r.Tone]
	text := tone.words + head
	shown := text
	if tone.sign != "" {
		shown = tone.sign + " " + text
	}
	d.group++
	if chars(shown) <= maxHeader {
		d.add(unit{header: shown, text: text})
		return
	}
	for i, piece := range piecesOf(shown, maxTextObject) {
		said := piece
		if i == 0 {
			said = strings.TrimPrefix(piece, tone.sign+" ")
		}
		d.add(unit{rich: paragraph(boldRun(piece)), text: said, glue: i > 0})
	}
}

func paragraph(runs ...any) *richPart { return &richPart{Type: "rich_text_section", Elements: runs} }

// section draws all bodies of a section, the label before the first.
func (d *drawing) section(s *bot.Section) {
	d.group++
	label := plainLine(s.Label)
	if blankText(label) {
		label = ""
	}
	once := func() string { l := label; label = ""; return l }
	if prose := strings.Trim(plainLines(s.Prose), "\n"); !blankText(prose) {
		d.prose(once(), prose)
	}
	if code := plainLines(s.Code); !blankText(code) {
		d.heading(once())
		d.code(code)
	}
	if anyShown(s.List) {
		d.heading(once())
		d.list(s.List, s.Number)
	}
	for _, f := range s.Fields {
		if name, value := plainLine(f.Name), strings.Trim(plainLines(f.Value), "\n"); !blankText(name) || !blankText(value) {
			d.heading(once())
			d.prose(name, value)
		}
	}
	d.links(once(), s.Links)
}

// anyShown reports whether one of all shows anything.
func anyShown(all []string) bool {
	for _, s := range all {
		if !blankText(plainLines(s)) {
			return true
		}
	}
	return false
}

// heading draws a label on a line of its own.
func (d *drawing) heading(label string) {
	if label == "" {
		return
	}
	for i, piece := range piecesOf(label, maxTextObject) {
		d.add(unit{rich: paragraph(boldRun(piece)), text: piece, glue: i > 0, leads: true})
	}
}

// prose draws text behind its label, which stands on a line of its own when the
// text has several or the label is long.
func (d *drawing) prose(label, text string) {
	if blankText(text) {
		d.heading(label)
		return
	}
	lead := ""
	switch {
	case blankText(label):
	case strings.Contains(text, "\n") || chars(label) > maxHeader:
		d.heading(label)
	default:
		lead = label + ": "
	}
	for i, piece := range piecesOf(text, maxTextObject) {
		u := unit{glue: i > 0}
		shown := piece
		if strings.HasSuffix(piece, "\n") { // the next paragraph begins on a new line anyway
			shown = piece[:len(piece)-1]
		}
		if shown == "" {
			shown = " "
		}
		if i == 0 && lead != "" {
			u.rich, u.text = paragraph(boldRun(lead), textRun(shown)), lead+piece
		} else {
			u.rich, u.text = paragraph(textRun(shown)), piece
		}
		d.add(u)
	}
}

// code draws text as it is.
func (d *drawing) code(text string) {
	text = strings.TrimRight(text, "\n \t")
	for strings.HasPrefix(text, "\n") {
		text = text[1:]
	}
	for i, piece := range piecesOf(text, maxTextObject) {
		d.add(unit{rich: &richPart{Type: "rich_text_preformatted", Elements: []any{textRun(piece)}}, text: piece, glue: i > 0})
	}
}

// list draws a list with its numbers, of which a blank entry keeps its own.
func (d *drawing) list(all []string, numbered bool) {
	for i, item := range all {
		item = strings.TrimSpace(plainLines(item))
		if blankText(item) {
			continue
		}
		part, lead := richPart{Type: "rich_text_list", Style: "bullet"}, "• "
		if numbered {
			part.Style, part.Offset = "ordered", i
			lead = fmt.Sprintf("%d. ", i+1)
		}
		pieces := piecesOf(item, maxTextObject)
		part.Elements = []any{*paragraph(textRun(pieces[0]))}
		d.add(unit{rich: &part, text: lead + pieces[0]})
		for _, more := range pieces[1:] {
			d.add(unit{rich: paragraph(textRun(more)), text: more, glue: true})
		}
	}
}

// footnote draws small print, or plain text when it is long.
func (d *drawing) footnote(text string) {
	text = strings.TrimSpace(text)
	if blankText(text) {
		return
	}
	d.group++
	for i, piece := range piecesOf(text, maxTextObject) {
		d.add(unit{note: piece, text: piece, glue: i > 0})
	}
}
