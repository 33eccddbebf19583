package slack

import (
	"fmt"
	"strings"
)

// noteChars is the room for the note that a reply goes on.
const noteChars = 100

// pages parts a drawing among messages of at most so many characters, in their
// blocks and in their text. The first has the tail, as far as that takes no more
// than half of it: the choices before the rest.
func (d *drawing) pages(size, length int) [][]unit {
	all, n := sizeOf(d.body)
	tailSize, tailLength := sizeOf(d.tail)
	body := d.body[:len(d.body):len(d.body)]
	if all+tailSize <= size && n+tailLength <= length {
		return [][]unit{append(body, d.tail...)}
	}
	tail, late := d.fitting(size/2, length/2)
	body = append(body, late...)
	tailSize, tailLength = sizeOf(tail)
	var pages [][]unit
	var page []unit
	roomSize, roomLength := size-noteChars-tailSize, length-noteChars-tailLength
	group := -1
	for _, u := range body {
		needs := u.size
		if u.group != group {
			needs += objectChars
		}
		if len(page) > 0 && (needs > roomSize || u.length > roomLength) {
			var moved []unit
			if n := len(page) - 1; n > 0 && page[n].leads { // a label goes where its text goes
				moved, page = page[n:], page[:n]
			}
			pages, page = append(pages, page), moved
			movedSize, movedLength := sizeOf(moved)
			roomSize, roomLength = size-noteChars-movedSize, length-noteChars-movedLength
			needs = u.size + objectChars
		}
		page = append(page, u)
		roomSize, roomLength, group = roomSize-needs, roomLength-u.length, u.group
	}
	pages = append(pages, page)
	for i := range pages {
		note := fmt.Sprintf("Part %d of %d", i+1, len(pages))
		if i == 0 {
			note += ": the rest follows"
			pages[i] = append(append(pages[i][:len(pages[i]):len(pages[i])], noteUnit(note)), tail...)
			continue
		}
		pages[i] = append([]unit{noteUnit(note)}, pages[i]...)
	}
	return pages
}

// fitting parts the tail into what has room and what has not.
func (d *drawing) fitting(size, length int) (tail, late []unit) {
	fits := map[int]bool{}
	for _, buttons := range []bool{true, false} {
		for _, u := range d.tail {
			if _, known := fits[u.group]; known || (u.button != nil) != buttons {
				continue
			}
			var of []unit
			for _, v := range d.tail {
				if v.group == u.group {
					of = append(of, v)
				}
			}
			s, n := sizeOf(of)
			if fits[u.group] = s <= size && n <= length; fits[u.group] {
				size, length = size-s, length-n
			}
		}
	}
	for _, u := range d.tail {
		if fits[u.group] {
			tail = append(tail, u)
		} else {
			late = append(late, u)
		}
	}
	return tail, late
}

// noteUnit is a note of ours among the units.
func noteUnit(text string) unit {
	u := unit{group: -1, note: text, text: text}
	u.measure()
	return u
}

// sizeOf is how many characters units take together, in blocks and in text.
func sizeOf(all []unit) (size, length int) {
	group := -1
	for _, u := range all {
		size, length = size+u.size, length+u.length
		if u.group != group {
			size, group = size+objectChars, u.group
		}
	}
	return size, length
}

// textOf is what units say, for screen readers.
func textOf(all []unit) string {
	var b strings.Builder
	for _, u := range all {
		if u.text == "" {
			continue
		}
		if b.Len() > 0 && !u.glue && !strings.HasSuffix(b.String(), "\n") {
			b.WriteByte('\n')
		}
		b.WriteString(u.text)
	}
	return strings.TrimSpace(b.String())
}

// blocksOf puts units into blocks, a block for a group; when that would be more
// than most, groups share them.
func blocksOf(all []unit, most int) []any {
	blocks := join(all, false)
	if len(blocks) > most {
		blocks = join(all, true)
	}
	return blocks
}

func join(all []unit, across bool) []any {
	var blocks []any
	group := -2
	for i, u := range all {
		same := i > 0 && (u.group == group || across)
		group = u.group
		var last any
		if len(blocks) > 0 {
			last = blocks[len(blocks)-1]
		}
		switch {
		case u.header != "":
			blocks = append(blocks, headerBlock{Type: "header", Text: plainText(u.header)})
		case u.rich != nil:
			if b, ok := last.(*richBlock); ok && same {
				b.add(*u.rich, u.glue, u.group == all[i-1].group)
			} else {
				b := &richBlock{Type: "rich_text"}
				b.add(*u.rich, false, false)
				blocks = append(blocks, b)
			}
		case u.button != nil:
			if b, ok := last.(*actionsBlock); ok && len(b.Elements) < maxActions {
				b.Elements = append(b.Elements, *u.button)
			} else {
				blocks = append(blocks, &actionsBlock{Type: "actions", Elements: []buttonElement{*u.button}})
			}
		case u.note != "":
			if b, ok := last.(*contextBlock); ok && same && len(b.Elements) < maxContextElements {
				b.Elements = append(b.Elements, plainText(u.note))
			} else {
				blocks = append(blocks, &contextBlock{Type: "context", Elements: []textObject{plainText(u.note)}})
			}
		}
	}
	for _, b := range blocks {
		if b, ok := b.(*richBlock); ok {
			b.trim()
		}
	}
	return blocks
}

// add adds a part to a block: code goes on in the code before it, and an item in
// the list before it, when they are of one group.
func (b *richBlock) add(part richPart, glue, grouped bool) {
	if n := len(b.Elements); n > 0 && grouped {
		last := &b.Elements[n-1]
		switch {
		case part.Type != last.Type:
		case part.Type == "rich_text_preformatted" && glue,
			part.Type == "rich_text_list" && part.Style == last.Style && (part.Style == "bullet" || part.Offset == last.Offset+len(last.Elements)):
			last.Elements = append(last.Elements[:len(last.Elements):len(last.Elements)], part.Elements...)
			return
		}
	}
	b.Elements = append(b.Elements, part)
}

// trim takes the line break off the end of code that goes on in another message.
func (b *richBlock) trim() {
	for i := range b.Elements {
		part := &b.Elements[i]
		if part.Type != "rich_text_preformatted" {
			continue
		}
		n := len(part.Elements) - 1
		run := part.Elements[n].(richRun)
		if text := strings.TrimRight(run.Text, "\n"); text != "" && text != run.Text {
			run.Text = text
			part.Elements = append(append([]any{}, part.Elements[:n]...), run)
		}
	}
}
