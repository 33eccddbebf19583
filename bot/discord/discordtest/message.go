package discordtest

import (
	"slices"
	"strings"
	"time"
)

// A Message is a message as it stands.
type Message struct {
	ID         string
	Guild      string
	Channel    string // where it stands; the thread's id when it stands in a thread
	Parent     string // of a message in a thread: the thread's channel
	User       string // who said it
	Type       int    // 0, 19 for a reply, 18 and 21 of threads, 20 and 23 for an answer to a command
	Text       string // content
	Embeds     []map[string]any
	Components []map[string]any
	Files      []File
	Flags      int
	Nonce      string
	ReplyTo    string // the message that it refers to
	Raw        object // further fields as the events show them

	Mentions  []string // users that it shows as mentioned
	Pings     []string // who is notified of it: users, roles, "@everyone"
	Via       string   // the route by which the app said it; "" when a person did
	Loading   bool     // it shows that the app is thinking
	To        string   // who alone sees an ephemeral message
	Ephemeral bool
	Edits     []Version // what it was before, the first first
	Edited    time.Time
	Deleted   bool
	Reactions []Reaction
	At        time.Time

	thread      string // the id of the thread that was started from it
	interaction *interaction
}

// A Version is what a message was.
type Version struct {
	Text       string
	Embeds     []map[string]any
	Components []map[string]any
}

// A Reaction is an emoji of a user.
type Reaction struct{ Name, User string }

// A Button is a button or select of a message.
type Button struct {
	Label    string // or placeholder
	ID       string // custom_id
	URL      string
	Style    int
	Disabled bool
	Type     int // 2 of a button, 3 of a select
	Options  []Option
}

// An Option is one of a select, or a choice of an autocompletion.
type Option struct{ Label, Value string }

// Buttons returns the interactive components of the message in order.
func (m *Message) Buttons() []Button {
	var out []Button
	eachComponent(m.Components, func(c object) {
		t := integer(c["type"])
		if t == 1 {
			return
		}
		b := Button{ID: text(c["custom_id"]), URL: text(c["url"]), Label: text(c["label"]), Style: integer(c["style"]), Type: t}
		if b.Label == "" {
			b.Label = text(c["placeholder"])
		}
		b.Disabled, _ = c["disabled"].(bool)
		for _, o := range list(c["options"]) {
			b.Options = append(b.Options, Option{text(o["label"]), text(o["value"])})
		}
		out = append(out, b)
	})
	return out
}

func eachComponent(cs []object, f func(object)) {
	for _, c := range cs {
		f(c)
		eachComponent(list(c["components"]), f)
	}
}

// Shown is what one reads in the message: its text, its embeds unless they are
// suppressed, and the labels of its components, a line each.
func (m *Message) Shown() string {
	var b strings.Builder
	line := func(t string) {
		if t != "" {
			b.WriteString(t)
			b.WriteByte('\n')
		}
	}
	line(m.Text)
	embeds := m.Embeds
	if m.Flags&flagSuppressEmbeds != 0 {
		embeds = nil
	}
	for _, e := range embeds {
		author, _ := e["author"].(object)
		line(text(author["name"]))
		line(text(e["title"]))
		line(text(e["description"]))
		for _, f := range list(e["fields"]) {
			line(text(f["name"]))
			line(text(f["value"]))
		}
		footer, _ := e["footer"].(object)
		line(text(footer["text"]))
	}
	eachComponent(m.Components, func(c object) {
		line(text(c["label"]))
		line(text(c["placeholder"]))
		for _, o := range list(c["options"]) {
			line(text(o["label"]))
			line(text(o["description"]))
		}
	})
	return b.String()
}

// Shown is what one reads in this version.
func (v Version) Shown() string {
	m := Message{Text: v.Text, Embeds: v.Embeds, Components: v.Components}
	return m.Shown()
}

// put keeps a message. The caller holds the lock.
func (s *Server) put(m *Message) {
	s.messages = append(s.messages, m)
	s.byID[m.ID] = m
	s.inChannel[m.Channel] = append(s.inChannel[m.Channel], m)
	if c := s.channels[m.Channel]; c != nil && !m.Ephemeral {
		c.last = m.ID
	}
	if m.Via != "" && !m.Ephemeral {
		s.posted++
	}
	s.core.Change()
}

// known is a message that a test names.
func (s *Server) known(id string) *Message {
	m := s.byID[id]
	if m == nil {
		panic("discordtest: no message " + id)
	}
	return m
}

// become changes a message, and keeps what it was.
func (m *Message) become(v Version, at time.Time) {
	m.Edits = append(m.Edits, Version{m.Text, m.Embeds, m.Components})
	m.Text, m.Embeds, m.Components = v.Text, v.Embeds, v.Components
	if !at.After(m.Edited) {
		at = m.Edited.Add(time.Millisecond)
	}
	m.Edited = at
}

func (m *Message) copy() Message {
	c := *m
	c.Edits, c.Reactions, c.Files = slices.Clone(m.Edits), slices.Clone(m.Reactions), slices.Clone(m.Files)
	c.Mentions, c.Pings = slices.Clone(m.Mentions), slices.Clone(m.Pings)
	return c
}
