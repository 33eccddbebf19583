package discord

import (
	"fmt"
	"strings"

	"authfix/bot"
)

// An addresser gives the address of a message, "" when it has none.
type addresser func(channel, message string) string

// addressIn gives the addresses of messages in a guild; "" is direct messages.
// https://docs.discord.com/developers/reference#message-formatting
func addressIn(guild string) addresser {
	if guild == "" {
		guild = "@me"
	}
	return func(channel, message string) string {
		if !idLike(channel) || !idLike(message) {
			return ""
		}
		return "https://discord.com/channels/" + guild + "/" + channel + "/" + message
	}
}

// render draws a reply as the messages that it takes, at least one. The first has
// the headline as its text, which notifications show and screen readers begin
// with, the sections as embeds, and the choices; then comes what has no room
// there. A reply that is nothing but marks is shown as reactions; here it is said
// in words.
func render(r *bot.Reply, address addresser) []payload {
	d := newDrawing(r, address)
	return d.pages()
}

// toneColors say how a reply is meant by the colour of its embeds, beside the
// words before its headline.
var toneColors = map[bot.Tone]int{bot.Sure: 0x2E7D32, bot.Guess: 0x1565C0, bot.Warning: 0xE65100, bot.Done: 0x2E7D32, bot.Sorry: 0x757575}

const (
	maxPiece     = 1_800 // of a unit: two of them have room in an embed
	maxHead      = 1_850 // of the headline in the text of the message; the note has room behind it
	maxInline    = 150   // characters of a label that stands before its text
	maxLinkLabel = 300   // characters of what a link is shown by; a longer label comes before it
)

// A drawing is a reply taken apart into units, which are as small as they can
// come to stand in different messages.
type drawing struct {
	address addresser
	color   int
	head    string // the text of the first message
	body    []unit
	more    []unit // the link to the full answer, which belongs to the end of the first message
	buttons []button
	footer  string
	group   int
}

// A unit is the least part of a drawing.
type unit struct {
	group    int    // units of one section stand close together
	text     string // markdown; or
	code     string // of a fence, with its fences broken
	language string
	leads    bool // it is the label of what follows
	glue     bool // it goes on where the unit before ended
	size     int  // the most characters that it takes
}

func newDrawing(r *bot.Reply, address addresser) *drawing {
	d := &drawing{address: address, color: toneColors[r.Tone]}
	d.headline(r)
	for i := range r.Sections {
		d.section(r.Sections[i].Plain())
	}
	if words := r.Mark.Words(); words != "" {
		d.group++
		d.prose("", words)
	}
	body := d.body
	d.body = nil
	if l := r.Link; l != nil && !bot.Blank(bot.PlainLine(l.Label+l.URL+l.Message)) {
		d.group++
		d.links("More", []bot.Link{*l})
	}
	d.body, d.more = body, d.body
	d.choices(r.Choices)
	d.footnote(strings.TrimSpace(bot.PlainLines(r.Footnote)))
	if d.head == "" && len(d.body)+len(d.more) == 0 { // a message must say something
		d.head = "Nothing to say\\."
		if len(d.buttons) > 0 {
			d.head = "Please choose:"
		}
	}
	return d
}

// add adds text of markdown.
func (d *drawing) add(u unit) {
	u.group = d.group
	u.size = bot.Chars(u.text) + 2
	if u.code != "" {
		u.size = fenceChars
		for _, r := range u.code {
			u.size += codeSize(r)
		}
	}
	d.body = append(d.body, u)
}

// headline draws the headline. What has no room in the text of the message
// follows in the embed.
func (d *drawing) headline(r *bot.Reply) {
	head := bot.PlainLine(r.Headline)
	if bot.Blank(head) {
		return
	}
	sign, lead := r.Tone.Lead()
	if sign != "" {
		lead = sign + " " + lead
	}
	pieces := textPieces(lead+head, maxHead)
	d.head = bold(pieces[0])
	d.group++
	for i, piece := range pieces[1:] {
		d.add(unit{text: bold(piece), glue: i > 0})
	}
}

// bold is a plain text in bold; blanks around it stay outside.
func bold(s string) string {
	inner := strings.TrimSpace(s)
	if inner == "" {
		return s
	}
	before, after, _ := strings.Cut(s, inner)
	return before + "**" + escapeText(inner) + "**" + after
}

// section draws all bodies of a plain section, the label before the first.
func (d *drawing) section(s bot.Section) {
	d.group++
	once := func() string { l := s.Label; s.Label = ""; return l }
	if s.Prose != "" {
		d.prose(once(), s.Prose)
	}
	if s.Code != "" {
		d.heading(once())
		d.code(s.Code, languages[s.Syntax])
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
	for i, piece := range textPieces(label, maxPiece) {
		d.add(unit{text: bold(piece), glue: i > 0, leads: true})
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
	case strings.Contains(text, "\n") || bot.Chars(label) > maxInline:
		d.heading(label)
	default:
		lead = bold(label+":") + " "
	}
	for i, piece := range textPieces(text, maxPiece) {
		d.add(unit{text: lead + escapeText(piece), glue: i > 0})
		lead = ""
	}
}

// code draws text as it is.
func (d *drawing) code(text, language string) {
	text = strings.TrimRight(text, "\n \t")
	for strings.HasPrefix(text, "\n") {
		text = text[1:]
	}
	for i, piece := range bot.Pieces(text, maxPiece, codeSize) {
		d.add(unit{code: piece, language: language, glue: i > 0})
	}
}

// list draws a list with its numbers, of which a blank entry keeps its own.
func (d *drawing) list(all []string, numbered bool) {
	lead := func(int) string { return "- " }
	if numbered {
		// Discord counts on from the first number of a list by itself.
		gap := false
		lead = func(i int) string {
			gap = gap || i > 0 && all[i-1] == ""
			if gap {
				return fmt.Sprintf("%d\\. ", i+1)
			}
			return fmt.Sprintf("%d. ", i+1)
		}
	}
	for i, item := range all {
		mark := lead(i)
		if item == "" {
			continue
		}
		for n, piece := range textPieces(item, maxPiece) {
			text := strings.ReplaceAll(escapeText(piece), "\n", "\n  ")
			if n == 0 {
				text = mark + text
			}
			d.add(unit{text: text, glue: n > 0})
		}
	}
}

// footnote draws small print; what is too long for the footer of an embed is
// text.
func (d *drawing) footnote(text string) {
	switch {
	case bot.Blank(text):
	case bot.Chars(text) <= maxFooter/2:
		d.footer = text
	default:
		d.group++
		for i, piece := range textPieces(text, maxPiece) {
			d.add(unit{text: escapeText(piece), glue: i > 0})
		}
	}
}

// choices draws choices as buttons. A label that is too long for one is shown
// before them in full.
func (d *drawing) choices(all []bot.Choice) {
	known := map[string]bool{}
	for i, c := range all {
		label := bot.PlainLine(c.Label)
		if bot.Blank(label) {
			label = fmt.Sprintf("Choice %d", i+1)
		}
		// A press says what was chosen by nothing but the id, which must be unique in
		// a message.
		if c.ID == "" || bot.Chars(c.ID) > maxCustomID || known[c.ID] || strings.TrimSpace(c.ID) != c.ID || strings.ToValidUTF8(c.ID, "") != c.ID {
			d.group++
			d.prose("", label)
			continue
		}
		known[c.ID] = true
		if bot.Chars(label) > maxButtonLabel {
			d.group++
			d.prose("", label)
			label = bot.Brief(label, maxButtonLabel)
		}
		b := button{Type: typeButton, Style: styleSecondary, Label: label, CustomID: c.ID}
		switch c.Style {
		case bot.Primary:
			b.Style = stylePrimary
		case bot.Danger:
			b.Style = styleDanger
		}
		d.buttons = append(d.buttons, b)
	}
}
