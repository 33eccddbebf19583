package discordtest

import "slices"

// wake takes a thread out of the archive, as a message in it does.
func (s *Server) wake(t *Channel, user string) {
	if !t.joined(user) {
		t.Joined = append(t.Joined, user)
	}
	if t.Archived {
		t.Archived = false
		s.threadUpdate(t)
	}
}

// StartThread has a person start a thread from a message, and returns its id.
func (s *Server) StartThread(user, message, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.known(message)
	return s.threadFrom(m, name, user, 0).ID
}

// StartThreadAlone has a person start a thread without a message.
func (s *Server) StartThreadAlone(user, channel, name string, private bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := PublicThread
	if private {
		kind = PrivateThread
	}
	return s.newThread(s.channels[channel], s.id(), name, kind, user, nil, 0).ID
}

// threadFrom starts a thread from a message. The caller holds the lock.
func (s *Server) threadFrom(m *Message, name, user string, minutes int) *Channel {
	parent, kind := s.channels[m.Channel], PublicThread
	if parent.Kind == NewsChannel {
		kind = NewsThread
	}
	t := s.newThread(parent, m.ID, name, kind, user, nil, minutes)
	m.thread, m.Flags = t.ID, m.Flags|1<<5
	starter := &Message{ID: s.id(), Guild: t.Guild, Channel: t.ID, Parent: t.Parent, User: m.User, Type: 21, ReplyTo: m.ID, At: s.core.Wall()}
	s.put(starter)
	s.messageEvent("MESSAGE_UPDATE", m, s.messageObject(m))
	s.messageEvent("MESSAGE_CREATE", starter, s.messageObject(starter))
	return t
}

// newThread makes a thread, and tells the bot if it may view it.
func (s *Server) newThread(parent *Channel, id, name string, kind Kind, user string, tags []string, minutes int) *Channel {
	if minutes == 0 {
		minutes = 4320
	}
	t := &Channel{ID: id, Guild: parent.Guild, Name: name, Kind: kind, Parent: parent.ID, Creator: user, AutoArchive: minutes,
		Applied: slices.Clone(tags), Joined: []string{user}, created: s.core.Wall()}
	s.channels[id] = t
	if s.may(Bot, t).has(ViewChannel) {
		o := s.channelObject(t)
		o["newly_created"] = true
		s.emit("THREAD_CREATE", t.Guild, intentGuilds, o)
	}
	s.core.Change()
	return t
}

func (s *Server) threadUpdate(t *Channel) {
	if s.may(Bot, t).has(ViewChannel) {
		s.emit("THREAD_UPDATE", t.Guild, intentGuilds, s.channelObject(t))
	}
	s.core.Change()
}

// SetThread archives and locks a thread, or opens it again.
func (s *Server) SetThread(id string, archived, locked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.channels[id]
	t.Archived, t.Locked = archived, locked
	s.threadUpdate(t)
}
