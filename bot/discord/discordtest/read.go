package discordtest

import (
	"slices"

	"authfix/bot/fake"
)

// Calls returns the calls of the REST API and of files' downloads, in the order in
// which they arrived.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fake.Copies(s.calls)
}

// CallsOf returns the calls of one route, such as
// "POST /channels/{channel}/messages".
func (s *Server) CallsOf(route string) []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return c.Route != route })
}

// Messages returns what everyone sees in a channel, with its threads, in order.
func (s *Server) Messages(channel string) []Message {
	return s.pick(func(m *Message) bool {
		return (m.Channel == channel || m.Parent == channel) && m.said()
	})
}

// Thread returns the message from which a thread of a channel was started and what
// is in it, in order.
func (s *Server) Thread(channel, thread string) []Message {
	return s.pick(func(m *Message) bool {
		return m.said() && (m.Channel == thread && m.Parent == channel || m.ID == thread && (m.Channel == channel || m.Parent == channel))
	})
}

// Answers returns what the app said, for everyone, in the thread of a message or
// thread id and as replies to it; when id is "", in the channel and its threads.
// Deleted messages are not among them.
func (s *Server) Answers(channel, id string) []Message {
	return s.pick(func(m *Message) bool {
		return m.User == Bot && m.said() && (m.Channel == channel || m.Parent == channel) &&
			(id == "" || m.Channel == id || m.ReplyTo == id)
	})
}

// said reports whether a message is one that somebody said and everyone sees.
func (m *Message) said() bool {
	return !m.Deleted && !m.Ephemeral && m.Type != 18 && m.Type != 21
}

// Ephemerals returns what only user sees, direct messages apart, in all channels,
// in order.
func (s *Server) Ephemerals(user string) []Message {
	return s.pick(func(m *Message) bool { return m.Ephemeral && !m.Deleted && m.To == user })
}

// Privates returns what the app said to user alone: ephemerally and in direct
// messages.
func (s *Server) Privates(user string) []Message {
	return s.pick(func(m *Message) bool {
		c := s.channels[m.Channel]
		direct := m.User == Bot && c != nil && c.Kind == DirectMessage && c.Recipient == user
		return !m.Deleted && (m.Ephemeral && m.To == user || direct)
	})
}

// All returns every message that there was, deleted ones too.
func (s *Server) All() []Message {
	return s.pick(func(*Message) bool { return true })
}

// MessageByID returns a message, also when it is ephemeral or deleted.
func (s *Server) MessageByID(id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.byID[id]; m != nil {
		return m.copy(), true
	}
	return Message{}, false
}

func (s *Server) pick(keep func(*Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if keep(m) {
			out = append(out, m.copy())
		}
	}
	return out
}

// Posted returns how many messages the app has posted for everyone, without
// edits: cheap enough to be asked after everything that happens.
func (s *Server) Posted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posted
}

// Threads returns the threads of a channel, in no order.
func (s *Server) Threads(channel string) []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Channel
	for _, c := range s.channels {
		if c.isThread() && c.Parent == channel && !c.Deleted {
			out = append(out, c.copy())
		}
	}
	return out
}
