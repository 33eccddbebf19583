package slacktest

import (
	"encoding/json"
	"maps"
	"slices"

	"authfix/bot/fake"
)

// A Message is a message as it stands.
type Message struct {
	Team     string
	Channel  string
	TS       string
	Thread   string // the parent's TS, when it is a reply
	User     string // who said it
	BotID    string // when it was an app
	Subtype  string
	Text     string
	Blocks   []map[string]any
	Metadata *Metadata
	Files    []string // ids
	Raw      object   // further fields as the events show them

	Via       string // the method, "response_url", or "" when a person said it
	Ephemeral bool
	To        string    // who alone sees an ephemeral message
	Unfurls   bool      // unfurl_links and unfurl_media are not both false
	Edits     []Version // what it was before, the first first
	Edited    string    // the time of the last edit
	Editor    string
	Deleted   bool
	Reactions []Reaction
}

// Metadata is what an app hid in a message.
type Metadata struct {
	EventType string          `json:"event_type"`
	Payload   json.RawMessage `json:"event_payload"`
}

// A Version is what a message was.
type Version struct {
	Text   string
	Blocks []map[string]any
}

// A Reaction is an emoji of a user.
type Reaction struct{ Name, User string }

// A Button is one of a message or view.
type Button struct {
	Label    string
	ActionID string
	BlockID  string
	Value    string
	Style    string
	URL      string
	Type     string // of the element: button, static_select, …
}

// Buttons returns the interactive elements of the message in order.
func (m *Message) Buttons() []Button { return buttons(m.Blocks) }

func buttons(blocks []map[string]any) []Button {
	var out []Button
	var add func(x any, block string)
	add = func(x any, block string) {
		switch x := x.(type) {
		case []any:
			for _, e := range x {
				add(e, block)
			}
		case object:
			if id, ok := x["block_id"].(string); ok {
				block = id
			}
			if id, ok := x["action_id"].(string); ok {
				b := Button{ActionID: id, BlockID: block}
				b.Value, _ = x["value"].(string)
				b.Style, _ = x["style"].(string)
				b.URL, _ = x["url"].(string)
				b.Type, _ = x["type"].(string)
				if t, ok := x["text"].(object); ok {
					b.Label, _ = t["text"].(string)
				}
				out = append(out, b)
			}
			for _, k := range []string{"accessory", "element", "elements", "actions"} {
				add(x[k], block)
			}
		}
	}
	for _, b := range blocks {
		add(b, "")
	}
	return out
}

// Shown is what one reads in the message: the texts of its blocks, a line each,
// or its text when it has none.
func (m *Message) Shown() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	return shown(m.Blocks)
}

func shown(x any) string {
	var out []byte
	fake.Walk(x, func(key, text string) {
		if key == "text" {
			out = append(out, text...)
			out = append(out, '\n')
		}
	})
	return string(out)
}

// json is the message as events, history and interactions show it.
func (m *Message) json(metadata bool) object {
	o := object{"type": "message", "ts": m.TS, "text": m.Text, "team": m.Team}
	set := func(k, v string) {
		if v != "" {
			o[k] = v
		}
	}
	set("user", m.User)
	set("subtype", m.Subtype)
	set("bot_id", m.BotID)
	if m.BotID != "" && m.Via != "" {
		set("app_id", App)
	}
	set("thread_ts", m.Thread)
	if m.Blocks != nil {
		o["blocks"] = m.Blocks
	}
	if m.Edited != "" {
		o["edited"] = object{"user": m.Editor, "ts": m.Edited}
	}
	if metadata && m.Metadata != nil {
		o["metadata"] = m.Metadata
	}
	maps.Copy(o, m.Raw)
	return o
}

// show adds what needs the server's state. The caller holds its lock.
func (s *Server) show(m *Message, metadata bool) object {
	o := m.json(metadata)
	if len(m.Files) > 0 {
		var files []object
		for _, id := range m.Files {
			if f := s.files[id]; f != nil {
				files = append(files, s.fileObject(f, f.Access == "check_file_info"))
			}
		}
		o["files"] = files
	}
	if parent := s.byTS[place{m.Channel, m.Thread}]; m.Thread != "" && parent != nil {
		o["parent_user_id"] = parent.User
	}
	if m.Thread == "" {
		if n := s.replies[place{m.Channel, m.TS}]; n > 0 {
			o["thread_ts"], o["reply_count"] = m.TS, n
		}
	}
	return o
}

// add keeps a message. The caller holds the lock.
func (s *Server) add(m *Message) {
	s.messages = append(s.messages, m)
	s.byTS[place{m.Channel, m.TS}] = m
	if m.Thread != "" && !m.Ephemeral {
		s.replies[place{m.Channel, m.Thread}]++
	}
	s.core.Change()
}

// become changes a message, and keeps what it was.
func (m *Message) become(text string, blocks []map[string]any, editor, ts string) {
	m.Edits = append(m.Edits, Version{m.Text, m.Blocks})
	m.Text, m.Blocks, m.Editor, m.Edited = text, blocks, editor, ts
}

// remove deletes a message. The caller holds the lock.
func (s *Server) remove(m *Message) {
	m.Deleted = true
	if m.Thread != "" && !m.Ephemeral {
		s.replies[place{m.Channel, m.Thread}]--
	}
	s.core.Change()
}

func (m *Message) copy() Message {
	c := *m
	c.Edits, c.Reactions, c.Files = slices.Clone(m.Edits), slices.Clone(m.Reactions), slices.Clone(m.Files)
	return c
}
