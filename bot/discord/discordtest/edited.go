package discordtest

// Edit has the author change a message's text.
func (s *Server) Edit(id, newText string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.known(id)
	m.become(Version{newText, m.Embeds, m.Components}, s.core.Wall())
	s.mentionAll(m)
	s.messageEvent("MESSAGE_UPDATE", m, s.messageObject(m))
	s.core.Change()
}

// EditPartly is Edit with an event that has no more than ids, content and the time
// of the edit, as the documentation allows.
func (s *Server) EditPartly(id, newText string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.known(id)
	m.become(Version{newText, m.Embeds, m.Components}, s.core.Wall())
	s.mentionAll(m)
	s.messageEvent("MESSAGE_UPDATE", m, object{"id": m.ID, "channel_id": m.Channel, "content": m.Text, "edited_timestamp": stamp(m.Edited)})
	s.core.Change()
}

// Unfurl has Discord add an embed for a link of a message: an update with neither
// another text nor a time of edit.
func (s *Server) Unfurl(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.known(id)
	m.Embeds = append(m.Embeds, object{"type": "link", "url": "https://example.com/", "title": "Example"})
	s.messageEvent("MESSAGE_UPDATE", m, s.messageObject(m))
	s.core.Change()
}

// Delete deletes a message.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(s.known(id))
}

// remove deletes a message, and tells the bot. The caller holds the lock.
func (s *Server) remove(m *Message) {
	m.Deleted = true
	if !m.Ephemeral {
		s.messageEvent("MESSAGE_DELETE", m, object{"id": m.ID, "channel_id": m.Channel})
	}
	s.core.Change()
}

// DeleteBulk deletes messages of one channel with one event.
func (s *Server) DeleteBulk(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.known(ids[0])
	for _, id := range ids {
		s.known(id).Deleted = true
	}
	s.messageEvent("MESSAGE_DELETE_BULK", m, object{"ids": ids, "channel_id": m.Channel})
	s.core.Change()
}

// React has a person react to a message.
func (s *Server) React(user, id, emoji string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.react(user, s.known(id), emoji)
}

func (s *Server) react(user string, m *Message, emoji string) {
	m.Reactions = append(m.Reactions, Reaction{emoji, user})
	o := object{"user_id": user, "channel_id": m.Channel, "message_id": m.ID, "message_author_id": m.User, "emoji": object{"id": nil, "name": emoji}, "burst": false, "type": 0}
	intents := intentReactions
	if m.Guild != "" {
		o["guild_id"] = m.Guild
	} else {
		intents = intentDirectReactions
	}
	if s.may(Bot, s.channels[m.Channel]).has(ViewChannel) {
		s.emit("MESSAGE_REACTION_ADD", m.Guild, intents, o)
	}
	s.core.Change()
}
