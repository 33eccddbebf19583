package discordtest

import (
	"net/http"
	"time"

	"authfix/bot/fake"
)

// A nonced is a message made with a nonce.
type nonced struct {
	message *Message
	at      time.Time
}

// createMessage is POST /channels/{channel}/messages.
// https://docs.discord.com/developers/resources/message#create-message
func (c *call) createMessage() (any, error) {
	s := c.s
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	d, err := s.draft(c.Route, c.body, c.files, false)
	if err != nil {
		return nil, err
	}
	f := &form{}
	nonce := toText(c.body["nonce"])
	f.over("nonce", "message.nonce", fake.Length(nonce))
	if d.flags&flagEphemeral != 0 {
		f.add("flags", "BASE_TYPE_BAD", "Only an answer to an interaction is ephemeral.")
	}
	if err := c.maySend(ch, d); err != nil {
		return nil, err
	}
	key := pair{Bot, nonce}
	if enforce, _ := c.body["enforce_nonce"].(bool); enforce && nonce != "" {
		if n, ok := s.nonces[key]; ok && s.Now().Sub(n.at) < s.opts.NonceFor {
			c.Message = n.message.ID
			return s.messageObject(n.message), nil
		}
	}
	m := &Message{ID: s.id(), Guild: ch.Guild, Channel: ch.ID, User: Bot, Flags: d.flags, Nonce: nonce, Via: c.Route, At: s.core.Wall()}
	if ch.isThread() {
		m.Parent = ch.Parent
	}
	if ref, ok := c.body["message_reference"].(object); ok {
		if err := c.refer(f, m, ch, ref); err != nil {
			return nil, err
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if d.empty() {
		return nil, refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
	}
	if ch.isThread() {
		s.wake(ch, Bot)
	}
	s.fill(c.Route, m, d)
	s.put(m)
	if nonce != "" {
		s.nonces[key] = nonced{m, s.Now()}
	}
	o := s.messageObject(m)
	s.messageEvent("MESSAGE_CREATE", m, o)
	c.Message = m.ID
	return o, nil
}

// refer makes a message a reply.
func (c *call) refer(f *form, m *Message, ch *Channel, ref object) error {
	s := c.s
	f.only("message_reference.", ref, "type", "message_id", "channel_id", "guild_id", "fail_if_not_exists")
	id := toText(ref["message_id"])
	if ch.Guild != "" && !s.may(Bot, ch).has(ReadMessageHistory) {
		return refuse(http.StatusBadRequest, 160002, "Cannot reply without permission to read message history")
	}
	r := s.byID[id]
	if r != nil && !r.Deleted && !r.Ephemeral && r.Channel == ch.ID {
		if r.Type != 0 && r.Type != 19 && r.Type != 20 && r.Type != 23 {
			f.add("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
		}
		m.ReplyTo, m.Type = id, 19
		return nil
	}
	if fail, ok := ref["fail_if_not_exists"].(bool); !ok || fail {
		f.add("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
	}
	return nil
}

// maySend checks that the bot may write in a channel.
func (c *call) maySend(ch *Channel, d *draft) error {
	s := c.s
	if ch.Kind == DirectMessage {
		switch {
		case s.users[ch.Recipient].NoDMs || s.users[ch.Recipient].Bot:
			return refuse(http.StatusForbidden, 50007, "Cannot send messages to this user")
		case !s.mutual(ch.Recipient):
			return refuse(http.StatusForbidden, 50278, "Cannot send messages to this user due to having no mutual guilds")
		}
		return nil
	}
	p := SendMessages
	if ch.isThread() {
		p = SendInThreads
	}
	if len(d.embeds) > 0 {
		p |= EmbedLinks
	}
	if len(d.files) > 0 {
		p |= AttachFiles
	}
	if err := c.need(ch, p); err != nil {
		return err
	}
	if !ch.takesMessages() {
		return refuse(http.StatusBadRequest, 50008, "Cannot send messages in a non-text channel")
	}
	if ch.Locked && !s.may(Bot, ch).has(ManageThreads) {
		return refuse(http.StatusForbidden, 160005, "This thread is locked")
	}
	return nil
}

// mutual reports whether a user and the bot are in one guild.
func (s *Server) mutual(user string) bool {
	for k := range s.members {
		if k.b == user && s.members[pair{k.a, Bot}] != nil {
			return true
		}
	}
	return false
}

// editMessage is PATCH /channels/{channel}/messages/{message}.
func (c *call) editMessage() (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	m, err := c.message(ch)
	if err != nil {
		return nil, err
	}
	if m.User != Bot {
		return nil, refuse(http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
	}
	d, err := c.s.draft(c.Route, c.body, c.files, false)
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, refuse(http.StatusBadRequest, 50083, "Thread is archived")
	}
	if len(d.embeds) > 0 && ch.Kind != DirectMessage {
		if err := c.need(ch, EmbedLinks); err != nil {
			return nil, err
		}
	}
	if err := c.s.amend(c.Route, m, d); err != nil {
		return nil, err
	}
	o := c.s.messageObject(m)
	c.s.messageEvent("MESSAGE_UPDATE", m, o)
	c.Message = m.ID
	return o, nil
}

func (c *call) deleteMessage() (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	m, err := c.message(ch)
	if err != nil {
		return nil, err
	}
	if m.User != Bot {
		if err := c.need(ch, ManageMessages); err != nil {
			return nil, err
		}
	}
	if ch.Archived {
		return nil, refuse(http.StatusBadRequest, 50083, "Thread is archived")
	}
	c.Message = m.ID
	c.s.remove(m)
	return nil, nil
}
