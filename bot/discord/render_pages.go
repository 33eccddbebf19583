package discord

import (
	"fmt"
	"strings"

	"authfix/bot"
)

// pages parts a drawing among messages, and their text among embeds. The first
// has the link to the full answer, the footnote and the first choices: those
// come before the rest.
func (d *drawing) pages() []payload {
	tail := sizeOf(d.more)
	if tail > maxEmbedChars/2 { // it is not worth the room
		d.body, d.more, tail = append(d.body, d.more...), nil, 0
	}
	p := packer{room: maxEmbedChars - tail - bot.Chars(d.footer)}
	for _, u := range d.body {
		p.add(u)
	}
	if p.page == 0 {
		p.finish(d.more)
	}
	pages := p.all()
	if len(pages) > 1 {
		pages[0] = appendUnits(pages[0], d.more)
	}

	out := make([]payload, max(1, len(pages), (len(d.buttons)+maxButtons-1)/maxButtons))
	for i := range out {
		part := &out[i]
		if i < len(pages) {
			for _, units := range pages[i] {
				part.Embeds = append(part.Embeds, embed{Description: markdown(units), Color: d.color})
			}
		}
		if n := len(part.Embeds); i == 0 && d.footer != "" {
			if n == 0 {
				part.Embeds = append(part.Embeds, embed{Color: d.color})
				n = 1
			}
			part.Embeds[n-1].Footer = &embedFooter{Text: d.footer}
		}
		if from := i * maxButtons; from < len(d.buttons) {
			part.Components = rowsOf(d.buttons[from:min(from+maxButtons, len(d.buttons))])
		}
		switch {
		case i == 0 && len(out) > 1:
			part.Content = strings.TrimPrefix(fmt.Sprintf("%s\n*Part 1 of %d: the rest follows*", d.head, len(out)), "\n")
		case i == 0:
			part.Content = d.head
		default:
			part.Content = fmt.Sprintf("*Part %d of %d*", i+1, len(out))
		}
	}
	return out
}

// rowsOf are buttons in rows.
func rowsOf(all []button) []row {
	var rows []row
	for len(all) > 0 {
		n := min(len(all), maxRowButtons)
		rows = append(rows, row{Type: typeRow, Components: all[:n:n]})
		all = all[n:]
	}
	return rows
}

// sizeOf is the most characters that units take.
func sizeOf(all []unit) int {
	n := 0
	for _, u := range all {
		n += u.size
	}
	return n
}

// A packer puts units into embeds, and embeds into pages.
type packer struct {
	room  int // left on this page
	page  int // which it is, from 0
	pages [][][]unit
	embed int // characters of the embed that is being filled
}

// add puts a unit where the one before it is, or into a new embed or page. A
// label goes where its text goes.
func (p *packer) add(u unit) {
	if len(p.pages) == 0 {
		p.pages = [][][]unit{{nil}}
	}
	if u.size <= p.room && p.embed+u.size <= maxDescription {
		p.put(u)
		return
	}
	embeds := p.pages[p.page]
	last := &embeds[len(embeds)-1]
	var moved []unit
	if n := len(*last) - 1; n >= 0 && (*last)[n].leads && (n > 0 || len(embeds) > 1) {
		moved = []unit{(*last)[n]}
		*last = (*last)[:n:n]
		p.room += moved[0].size
	}
	if len(*last) > 0 && u.size+sizeOf(moved) <= p.room && len(embeds) < maxEmbeds {
		p.pages[p.page] = append(embeds, nil)
	} else if len(*last) > 0 || len(embeds) > 1 {
		p.pages = append(p.pages, [][]unit{nil})
		p.page++
		p.room = maxEmbedChars
	}
	p.embed = 0
	for _, m := range moved {
		p.put(m)
	}
	p.put(u)
}

func (p *packer) put(u unit) {
	embeds := p.pages[p.page]
	embeds[len(embeds)-1] = append(embeds[len(embeds)-1], u)
	p.room -= u.size
	p.embed += u.size
}

// finish adds units that room was kept for on the only page.
func (p *packer) finish(all []unit) {
	p.room += sizeOf(all)
	for _, u := range all {
		p.add(u)
	}
}

// all are the pages, without embeds that are empty.
func (p *packer) all() [][][]unit {
	for i, embeds := range p.pages {
		var kept [][]unit
		for _, units := range embeds {
			if len(units) > 0 {
				kept = append(kept, units)
			}
		}
		p.pages[i] = kept
	}
	return p.pages
}

// appendUnits adds units to the last embed of a page, or in one of their own.
func appendUnits(page [][]unit, all []unit) [][]unit {
	if len(all) == 0 {
		return page
	}
	if n := len(page); n > 0 && sizeOf(page[n-1])+sizeOf(all) <= maxDescription {
		page[n-1] = append(page[n-1][:len(page[n-1]):len(page[n-1])], all...)
		return page
	}
	return append(page, all)
}

// markdown is the text of units. Those of different sections are parted by an
// empty line, unless a fence parts them.
func markdown(all []unit) string {
	var b strings.Builder
	for i := 0; i < len(all); i++ {
		u := all[i]
		switch {
		case i == 0:
		case u.glue && u.code == "":
			// What was cut apart could get a meaning where it is put together.
			if before := b.String(); !strings.HasSuffix(before, " ") && !strings.HasSuffix(before, "\n") {
				b.WriteString(zeroWidth)
			}
		case u.group != all[i-1].group && u.code == "" && all[i-1].code == "":
			b.WriteString("\n\n")
		default:
			b.WriteString("\n")
		}
		if u.code == "" {
			b.WriteString(u.text)
			continue
		}
		code := u.code
		for i+1 < len(all) && all[i+1].code != "" && all[i+1].glue {
			i++
			code += all[i].code
		}
		b.WriteString(fence(breakFences(strings.TrimRight(code, "\n")), u.language))
	}
	return strings.TrimRight(b.String(), "\n")
}

// partOf reads which part of a reply a message is by its text; 0 when it does not
// say.
func partOf(content string) int {
	var n, of int
	if _, err := fmt.Sscanf(content, "*Part %d of %d*", &n, &of); err != nil || n < 1 || n > of {
		return 0
	}
	return n
}
