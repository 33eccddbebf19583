package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// Join makes user, who may be the bot, a member of the channel. The app is told
// of it.
func (s *Server) Join(channel, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(channel)
	if !c.has(user) {
		c.Members = append(c.Members, user)
	}
	s.announce(c, "member_joined_channel", map[string]any{"type": "member_joined_channel", "user": user,
		"channel": channel, "channel_type": c.letter(), "team": c.Team})
	s.core.Change()
}

// Leave takes user, who may be the bot, out of the channel.
func (s *Server) Leave(channel, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(channel)
	if in := s.serving(c.Team); in != nil && in.Bot == user {
		s.announce(c, "channel_left", map[string]any{"type": "channel_left", "channel": channel, "actor_id": user})
	}
	c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == user })
	s.core.Change()
}

// Archive archives the channel.
func (s *Server) Archive(channel, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(channel)
	s.announce(c, "channel_archive", map[string]any{"type": "channel_archive", "channel": channel, "user": user})
	c.Archived = true
	s.core.Change()
}

// Rename gives the channel another name.
func (s *Server) Rename(channel, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(channel)
	c.Name = name
	s.announce(c, "channel_rename", map[string]any{"type": "channel_rename",
		"channel": map[string]any{"id": channel, "name": name, "created": 1}})
	s.core.Change()
}

func (s *Server) mustChannel(id string) *Channel {
	c := s.channels[id]
	if c == nil {
		panic(fmt.Sprintf("slacktest: no channel %q", id))
	}
	return c
}

// letter is the channel_type of events that are not messages.
func (c *Channel) letter() string {
	if c.Kind == PrivateChannel {
		return "G"
	}
	return strings.ToUpper(string(c.Kind[0]))
}
