package discordtest

import (
	"regexp"
	"slices"
	"strings"

	"authfix/bot/fake"
)

// Said is what a person, or another bot, writes.
type Said struct {
	Channel string
	User    string // "": [Alice]
	Text    string // a mention is <@id>
	Thread  string // the thread in which it is written, a thread of Channel
	ReplyTo string // the message that it replies to, which mentions its author unless Quiet
	Quiet   bool
	Files   []File
	Title   string   // of a post in a forum
	Tags    []string // ids, of a post in a forum
	Type    int      // of the message; 0: 0, or 19 for a reply
	Embeds  []map[string]any
	// Components may be of any type, also of one that does not exist.
	Components []map[string]any
	Fields     map[string]any // further fields of the message as the events show them
}

var (
	userMention = regexp.MustCompile(`<@!?([0-9]{15,20})>`)
	roleMention = regexp.MustCompile(`<@&([0-9]{15,20})>`)
	loudMention = regexp.MustCompile(`@(everyone|here)\b`)
)

// Message has a person write a message, and returns its id. In a forum it opens a
// post, whose id is that of its thread and of its first message.
func (s *Server) Message(m Said) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.say(m).ID
}

// Mention is Message with a mention of the bot at the head.
func (s *Server) Mention(m Said) string {
	m.Text = strings.TrimSpace("<@" + Bot + "> " + m.Text)
	return s.Message(m)
}

// Direct has a person write to the bot in their direct conversation.
func (s *Server) Direct(user, what string, files ...File) string {
	return s.Message(Said{Channel: s.DM(user), User: user, Text: what, Files: files})
}

// say does what Message does. The caller holds the lock.
func (s *Server) say(x Said) *Message {
	if x.User == "" {
		x.User = Alice
	}
	ch := s.channels[x.Channel]
	if x.Thread != "" {
		ch = s.channels[x.Thread]
	}
	if ch == nil || ch.Deleted || s.users[x.User] == nil {
		panic("discordtest: no channel or user for " + x.User + " in " + x.Channel + " " + x.Thread)
	}
	m := &Message{ID: s.id(), Guild: ch.Guild, Channel: ch.ID, User: x.User, Type: x.Type, Text: x.Text, ReplyTo: x.ReplyTo, Raw: x.Fields, At: s.core.Wall(),
		Embeds: x.Embeds, Components: x.Components}
	switch {
	case ch.isForum():
		title := x.Title
		if title == "" {
			title = fake.Cut(strings.TrimSpace(strings.SplitN(x.Text, "\n", 2)[0]), 90)
		}
		ch = s.newThread(ch, m.ID, title, PublicThread, x.User, x.Tags, 0)
		m.Channel, m.Parent = ch.ID, ch.Parent
	case ch.isThread():
		m.Parent = ch.Parent
		s.wake(ch, x.User)
	}
	if x.ReplyTo != "" && x.Type == 0 {
		m.Type = 19
	}
	for _, f := range x.Files {
		if kept := s.files[f.ID]; kept != nil {
			f = *kept
		}
		f.channel = m.Channel
		m.Files = append(m.Files, s.addFile(f))
	}
	s.mentionAll(m)
	if r := s.byID[x.ReplyTo]; r != nil && !x.Quiet && r.User != x.User && !slices.Contains(m.Mentions, r.User) {
		m.Mentions = append(m.Mentions, r.User)
	}
	s.put(m)
	s.messageEvent("MESSAGE_CREATE", m, s.messageObject(m))
	return m
}

// mentionAll reads the mentions of a person's message.
func (s *Server) mentionAll(m *Message) {
	live := outside(m.Text)
	m.Mentions, m.Pings = nil, nil
	for _, x := range userMention.FindAllStringSubmatch(live, -1) {
		if s.users[x[1]] != nil && !slices.Contains(m.Mentions, x[1]) {
			m.Mentions = append(m.Mentions, x[1])
		}
	}
	m.Pings = slices.Clone(m.Mentions)
	if loudMention.MatchString(live) && s.may(m.User, s.channels[m.Channel]).has(MentionEveryone) {
		m.Pings = append(m.Pings, "@everyone")
	}
}

// messageEvent tells the bot of a message that it may view.
func (s *Server) messageEvent(name string, m *Message, o object) {
	ch := s.channels[m.Channel]
	if !s.may(Bot, ch).has(ViewChannel) {
		return
	}
	o = clone(o)
	intents := intentDirects
	if m.Guild != "" {
		intents, o["guild_id"] = intentMessages, m.Guild
		if mem := s.members[pair{m.Guild, m.User}]; mem != nil && (name == "MESSAGE_CREATE" || o["author"] != nil) {
			o["member"] = s.memberObject(mem, false)
		}
	}
	s.emitFor(name, m.Guild, intents, func(se *session) object {
		if se.intents&intentContent != 0 {
			return o
		}
		return s.bare(m, o)
	}, m.ID)
}

// Event sends any event to the sessions that serve a guild ("": direct messages).
func (s *Server) Event(name, guild string, data map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(name, guild, 0, clone(data))
	s.core.Change()
}

// MessageLater is like Message, in the world alone: the event does not come, as
// when it was lost. It returns the id.
func (s *Server) MessageLater(m Said) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.mute = true
	defer func() { s.gateway.mute = false }()
	return s.say(m).ID
}

// Redeliver sends the event of a message again.
func (s *Server) Redeliver(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.known(id)
	s.messageEvent("MESSAGE_CREATE", m, s.messageObject(m))
	s.core.Change()
}
