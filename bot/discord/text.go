package discord

import (
	"encoding/json"
	"slices"
	"strings"

	"authfix/bot"
)

// Bounds of what is read of a message. Discord's own are lower: 10 files, 4,000
// characters of content and 6,000 of embeds, 40 components.
const (
	maxTyped   = 256 << 10 // bytes
	maxFiles   = 20
	maxParts   = 200 // embeds, components and forwarded messages
	maxNesting = 8
)

// messageText is what a person or program wrote in a message, and whether it
// mentions the bot or its own role. Mentions of these are left out; others stay as Discord
// writes them (<@id>, <#id>).
//
// What a program said is also read where programs write: in embeds and
// components. Of a person they hold previews of links, and are not read. What was
// forwarded follows; whoever mentions the bot in it does not ask now.
func (p *Platform) messageText(m *wireMessage) (text string, mentioned bool) {
	self := p.gate.self()
	r := &textReader{}
	own := p.world.roleOf(m.Guild, self)
	said, mentioned := withoutMention(m.Content, self, own)
	for _, u := range m.Mentions { // among them who is pinged by a reply
		mentioned = mentioned || self != "" && u.ID == self
	}
	mentioned = mentioned || own != "" && slices.Contains(m.Roles, own)
	r.line(said)
	if m.byProgram() {
		r.embeds(m.Embeds)
		r.components(m.Components, 0)
	}
	for _, raw := range array(m.Snapshots) {
		var s struct {
			Message wireMessage `json:"message"`
		}
		if bot.Decode(raw, &s) == nil && r.more() {
			r.line(s.Message.Content)
			r.embeds(s.Message.Embeds)
			r.components(s.Message.Components, 0)
		}
	}
	return strings.TrimSpace(r.out.String()), mentioned
}

// messageFiles are what is attached to a message, and to what was forwarded in
// it. Stickers are none.
func (p *Platform) messageFiles(m *wireMessage) []bot.File {
	var all []bot.File
	add := func(some []wireAttachment) {
		for _, a := range some {
			if idLike(a.ID) && len(all) < maxFiles {
				all = append(all, bot.File{ID: fileOf(m.Channel, m.ID, a.ID), Name: a.Name, Size: max(a.Size, 0), Type: a.Type})
			}
		}
	}
	add(m.Attachments)
	for _, raw := range array(m.Snapshots) {
		var s struct {
			Message struct {
				Attachments []wireAttachment `json:"attachments"`
			} `json:"message"`
		}
		if bot.Decode(raw, &s) == nil {
			add(s.Message.Attachments)
		}
	}
	return all
}

// byProgram reports whether no person wrote it.
func (m *wireMessage) byProgram() bool { return m.Author.Bot || m.Webhook != "" }

// A textReader collects the text of one message.
type textReader struct {
	out   strings.Builder
	parts int
}

// more reports whether another part may be read.
func (r *textReader) more() bool {
	r.parts++
	return r.parts <= maxParts && r.out.Len() < maxTyped
}

// line adds a text on a line of its own.
func (r *textReader) line(s string) {
	s = strings.Trim(s, "\n")
	if strings.TrimSpace(s) == "" || r.out.Len() >= maxTyped {
		return
	}
	if r.out.Len() > 0 {
		r.out.WriteByte('\n')
	}
	if room := maxTyped - r.out.Len(); len(s) > room {
		s = strings.ToValidUTF8(s[:room], "")
	}
	r.out.WriteString(s)
}

// embeds reads embeds, one by one.
// https://docs.discord.com/developers/resources/message#embed-object
func (r *textReader) embeds(data json.RawMessage) {
	for _, raw := range array(data) {
		if !r.more() {
			return
		}
		var e struct {
			Type   string `json:"type"`
			Title  string `json:"title"`
			Text   string `json:"description"`
			Author struct {
				Name string `json:"name"`
			} `json:"author"`
			Fields json.RawMessage `json:"fields"`
			Footer struct {
				Text string `json:"text"`
			} `json:"footer"`
		}
		if bot.Decode(raw, &e) != nil || e.Type != "" && e.Type != "rich" { // others preview a link
			continue
		}
		r.line(e.Author.Name)
		r.line(e.Title)
		r.line(e.Text)
		for _, raw := range array(e.Fields) {
			var f struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			}
			if bot.Decode(raw, &f) == nil && r.more() {
				r.line(f.Name)
				r.line(f.Value)
			}
		}
		r.line(e.Footer.Text)
	}
}

// componentText is the type of a component that holds text.
// https://docs.discord.com/developers/components/reference#text-display
const componentText = 10

// components reads the text in components, whatever else they are: one of an
// unknown type may hold others.
func (r *textReader) components(data json.RawMessage, depth int) {
	if depth > maxNesting {
		return
	}
	for _, raw := range array(data) {
		if !r.more() {
			return
		}
		var c struct {
			Type    int             `json:"type"`
			Content string          `json:"content"`
			Inside  json.RawMessage `json:"components"`
		}
		if bot.Decode(raw, &c) != nil {
			continue
		}
		if c.Type == componentText {
			r.line(c.Content)
		}
		r.components(c.Inside, depth+1)
	}
}

// withoutMention is a text without the mentions of a user and a role, and whether
// there were any. In code they mention nobody.
// https://docs.discord.com/developers/reference#message-formatting
func withoutMention(s, user, role string) (text string, mentioned bool) {
	var marks []string
	if user != "" {
		marks = append(marks, "<@"+user+">", "<@!"+user+">")
	}
	if role != "" {
		marks = append(marks, "<@&"+role+">")
	}
	if !slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(s, mark) }) {
		return s, false
	}
	var out strings.Builder
	for s != "" {
		at := strings.IndexAny(s, "`<")
		if at < 0 {
			break
		}
		out.WriteString(s[:at])
		s = s[at:]
		if s[0] == '`' {
			n := codeLength(s)
			out.WriteString(s[:n])
			s = s[n:]
			continue
		}
		var rest string
		found := false
		for _, how := range marks {
			if after, ok := strings.CutPrefix(s, how); ok {
				rest, found = after, true
			}
		}
		if !found {
			out.WriteByte('<')
			s = s[1:]
			continue
		}
		mentioned = true
		// The blank or the colon that set it off goes too.
		if so := out.String(); so == "" || strings.HasSuffix(so, "\n") {
			rest = strings.TrimLeft(strings.TrimLeft(rest, ",:"), " \u00a0")
		} else if strings.HasSuffix(so, " ") {
			rest = strings.TrimPrefix(rest, " ")
		}
		s = rest
	}
	out.WriteString(s)
	return out.String(), mentioned
}

// codeLength is how long the code is that s begins with, with its back-ticks; when
// it does not end, those alone.
func codeLength(s string) int {
	ticks := len(s) - len(strings.TrimLeft(s, "`"))
	if ticks > 3 {
		ticks = 3
	}
	if end := strings.Index(s[ticks:], s[:ticks]); end >= 0 {
		return ticks + end + ticks
	}
	return ticks
}

// array is a list, element by element, nil when it is none.
func array(data json.RawMessage) []json.RawMessage {
	var all []json.RawMessage
	if len(data) == 0 || json.Unmarshal(data, &all) != nil {
		return nil
	}
	return all
}
