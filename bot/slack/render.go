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
		d.section(r.Sections[i].Plain())
	}
	if words := r.Mark.Words(); words != "" {
		d.group++
		d.prose("", words)
	}
	head := d.body
	d.body = nil
	if l := r.Link; l != nil && !bot.Blank(bot.PlainLine(l.Label+l.URL+l.Message)) {
		d.group++
		d.links("More", []bot.Link{*l})
	}
	d.choices(r.Choices, textOf(head) == "")
	d.footnote(bot.PlainLines(r.Footnote))
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
	u.size = objectChars + bot.Chars(u.header) + bot.Chars(u.note)
	if u.rich != nil {
		u.size += richChars(u.rich.Elements)
	}
	if b := u.button; b != nil {
		u.size += objectChars + bot.Chars(b.Text.Text) + bot.Chars(b.ActionID) + bot.Chars(b.Value)
	}
	u.length = bot.Chars(escapeText(u.text)) + 1
}

// richChars counts runs and what holds them.
func richChars(elements []any) int {
	n := 0
	for _, e := range elements {
		n += objectChars
		switch e := e.(type) {
		case richRun:
			n += bot.Chars(e.Text) + bot.Chars(e.URL)
		case richPart:
			n += richChars(e.Elements)
		}
	}
	return n
}

// headline draws the headline as a header, or as bold text when it is too long
// for one.
func (d *drawing) headline(r *bot.Reply) {
	head := bot.PlainLine(r.Headline)
	if bot.Blank(head) {
		return
	}
	sign, words := r.Tone.Lead()
	text := words + head
	shown := text
	if sign != "" {
		shown = sign + " " + text
	}
	d.group++
	if bot.Chars(shown) <= maxHeader {
		d.add(unit{header: shown, text: text})
		return
	}
	for i, piece := range bot.Pieces(shown, maxTextObject, bot.RuneChars) {
		said := piece
		if i == 0 {
			said = strings.TrimPrefix(piece, sign+" ")
		}
		d.add(unit{rich: paragraph(boldRun(piece)), text: said, glue: i > 0})
	}
}

func paragraph(runs ...any) *richPart { return &richPart{Type: "rich_text_section", Elements: runs} }

// section draws all bodies of a plain section, the label before the first.
func (d *drawing) section(s bot.Section) {
	d.group++
	once := func() string { l := s.Label; s.Label = ""; return l }
	if s.Prose != "" {
		d.prose(once(), s.Prose)
	}
	if s.Code != "" {
		d.heading(once())
		d.code(s.Code)
	}
	if len(s.List) > 0 {
		d.heading(once())
		d.list(s.List, s.Number)
	}
	for _, f := range s.Fields {
		d.heading(once())
		d.prose(f.Name, f.Value)
	}
	d.links(once(), s.Links)
}

// heading draws a label on a line of its own.
func (d *drawing) heading(label string) {
	if label == "" {
		return
	}
	for i, piece := range bot.Pieces(label, maxTextObject, bot.RuneChars) {
		d.add(unit{rich: paragraph(boldRun(piece)), text: piece, glue: i > 0, leads: true})
	}
}

// prose draws text behind its label, which stands on a line of its own when the
// text has several or the label is long.
func (d *drawing) prose(label, text string) {
	if bot.Blank(text) {
		d.heading(label)
		return
	}
	lead := ""
	switch {
	case bot.Blank(label):
	case strings.Contains(text, "\n") || bot.Chars(label) > maxHeader:
		d.heading(label)
	default:
		lead = label + ": "
	}
	for i, piece := range bot.Pieces(text, maxTextObject, bot.RuneChars) {
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
	for i, piece := range bot.Pieces(text, maxTextObject, bot.RuneChars) {
		d.add(unit{rich: &richPart{Type: "rich_text_preformatted", Elements: []any{textRun(piece)}}, text: piece, glue: i > 0})
	}
}

// list draws a list with its numbers, of which a blank entry keeps its own.
func (d *drawing) list(all []string, numbered bool) {
	for i, item := range all {
		if item == "" {
			continue
		}
		part, lead := richPart{Type: "rich_text_list", Style: "bullet"}, "• "
		if numbered {
			part.Style, part.Offset = "ordered", i
			lead = fmt.Sprintf("%d. ", i+1)
		}
		pieces := bot.Pieces(item, maxTextObject, bot.RuneChars)
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
	if bot.Blank(text) {
		return
	}
	d.group++
	for i, piece := range bot.Pieces(text, maxTextObject, bot.RuneChars) {
		d.add(unit{note: piece, text: piece, glue: i > 0})
	}
}
