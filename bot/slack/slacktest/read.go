package slacktest

import (
	"slices"

	"authfix/bot/fake"
)

// Calls returns the calls of the Web API, of response_urls and of files'
// downloads, in the order in which they arrived.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fake.Copies(s.calls)
}

// CallsOf returns the calls of one method.
func (s *Server) CallsOf(method string) []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return c.Method != method })
}

// Messages returns what everyone sees in a channel, with threads, in order.
func (s *Server) Messages(channel string) []Message {
	return s.pick(func(m *Message) bool { return m.Channel == channel && !m.Deleted && !m.Ephemeral })
}

// Thread returns the message with ts and its replies, in order.
func (s *Server) Thread(channel, ts string) []Message {
	return s.pick(func(m *Message) bool {
		return m.Channel == channel && !m.Deleted && !m.Ephemeral && (m.TS == ts || m.Thread == ts)
	})
}

// Answers returns what the app said in a thread, or in its direct messages when
// ts is "": without what people said.
func (s *Server) Answers(channel, ts string) []Message {
	return s.pick(func(m *Message) bool {
		return m.Channel == channel && !m.Deleted && !m.Ephemeral && m.Via != "" && (ts == "" || m.Thread == ts)
	})
}

// Ephemerals returns what only user sees, in all channels, in order.
func (s *Server) Ephemerals(user string) []Message {
	return s.pick(func(m *Message) bool { return m.Ephemeral && !m.Deleted && m.To == user })
}

// All returns every message that there was, deleted ones too.
func (s *Server) All() []Message {
	return s.pick(func(*Message) bool { return true })
}

// MessageAt returns a message by its ts, also when it is ephemeral or deleted.
func (s *Server) MessageAt(channel, ts string) (Message, bool) {
	all := s.pick(func(m *Message) bool { return m.Channel == channel && m.TS == ts })
	if len(all) == 0 {
		return Message{}, false
	}
	return all[0], true
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

// FileByID returns a file with what happened to it.
func (s *Server) FileByID(id string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[id]; f != nil {
		c := *f
		c.Channels = slices.Clone(f.Channels)
		return c, true
	}
	return File{}, false
}

// Installations returns where the app is, or was, installed.
func (s *Server) Installations() []Installation {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Installation, len(s.installs))
	for i, in := range s.installs {
		out[i] = *in
		out[i].Scopes = slices.Clone(in.Scopes)
	}
	return out
}

// SetScopes changes what the app may do in a workspace, or in an organisation by
// its id.
func (s *Server) SetScopes(team string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.installs {
		if in.Team == team || in.Team == "" && in.Enterprise == team {
			in.Scopes = slices.Clone(scopes)
		}
	}
}
