package discord

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"authfix/bot"
)

// Bounds of what is filled in. Discord's own are 25 options, and 5 components with
// 10 files each.
const (
	maxFilledFiles = 10 // of one command or form
	maxDepth       = 4  // of components in a form
)

// filled is the subcommand, and what is filled in of it.
func (d *interactionData) filled() (name string, all []interactionOption) {
	for _, o := range d.Options {
		if o.Type == optionSubcommand {
			return o.Name, o.Options
		}
	}
	return "", d.Options
}

// typed is what was filled in as it would be typed: in the order of the command's
// options, up to one when it is named, whatever the order in which Discord has
// them.
func (p *Platform) typed(name string, filled []interactionOption, upTo string) string {
	rank := map[string]int{}
	for _, c := range p.deps.Commands {
		if c.Name == name {
			for i, o := range c.Options {
				rank[o.Name] = i
			}
		}
	}
	filled = slices.Clone(filled)
	slices.SortStableFunc(filled, func(a, b interactionOption) int { return rank[a.Name] - rank[b.Name] })
	var parts []string
	for _, o := range filled {
		if v := o.text(); o.Type != optionFile && v != "" || o.Name == upTo {
			parts = append(parts, v)
		}
		if o.Name == upTo {
			break
		}
	}
	return strings.Join(parts, " ")
}

// text is what was filled into an option: a person and a channel as they are
// mentioned, a file by its id.
func (o *interactionOption) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		s = strings.Trim(string(o.Value), " \t\r\n") // a number, or true or false
		if s == "null" || strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			return ""
		}
	}
	switch {
	case o.Type == optionUser && idLike(s):
		return "<@" + s + ">"
	case o.Type == optionChannel && idLike(s):
		return "<#" + s + ">"
	}
	return s
}

// attach adds a file that came with the interaction itself: there is no message
// from which it could be had again.
func (p *Platform) attach(b *interactionBody, m *bot.Message, id string) {
	a, ok := b.Data.Resolved.Attachments[id]
	if !ok || len(m.Files) == maxFilledFiles {
		return
	}
	m.Files = append(m.Files, bot.File{ID: p.sealed(a.URL), Name: a.Name, Size: max(a.Size, 0), Type: a.Type})
}

// maxFileID is what the id of a file may have, in bytes: see [bot.File].
const maxFileID = 1024

// sealed is the id of a file of which nothing but its address is known. One whose
// address is not Discord's, or cannot be kept, cannot be opened, and the desk says
// so.
func (p *Platform) sealed(address string) string {
	if _, err := p.fileAddress(address); err != nil || p.deps.Seal == nil {
		return fileSealed
	}
	id, err := p.deps.Seal(address)
	switch {
	case err != nil:
		p.log.Error("the address of a file cannot be sealed", "err", err)
		return fileSealed
	case len(fileSealed)+len(id) > maxFileID:
		p.log.Warn("the address of a file is too long", "size", len(address))
		return fileSealed
	}
	return fileSealed + id
}

// readForm reads a form that was sent.
func (p *Platform) readForm(b *interactionBody, m *bot.Message) error {
	if b.Data.CustomID == "" {
		return errors.New("its form has no custom_id")
	}
	m.Command = b.Data.CustomID
	var text []string
	var walk func(all []filledComponent, depth int)
	walk = func(all []filledComponent, depth int) {
		for i := range all {
			c := &all[i]
			switch {
			case c.Type == componentUpload:
				for _, id := range c.Values {
					p.attach(b, m, id)
				}
			case c.Type == componentTextInput && strings.TrimSpace(c.Value) != "":
				text = append(text, c.Value)
			}
			if depth < maxDepth {
				if c.Component != nil {
					walk([]filledComponent{*c.Component}, depth+1)
				}
				walk(c.Components, depth+1)
			}
		}
	}
	walk(b.Data.Components, 1)
	m.Text = strings.Join(text, "\n")
	return nil
}
