package slacktest

import (
	"slices"
	"time"
)

// Said is a message that a person, or another app, writes. The zero values of
// Channel and User are [General] and [Alice].
type Said struct {
	Channel   string
	User      string
	Text      string // as typed: see [Compose]
	Thread    string // the parent's ts
	Broadcast bool   // of a reply: also to the channel
	Files     []string
	Subtype   string // of the event; "": file_share with Files, thread_broadcast with Broadcast
	BotID     string // another app's bot_id
	Blocks    []map[string]any
	Bare      bool   // without blocks, as messages that are not written in a client
	Wire      string // the event's text instead of the composed one
	Fields    map[string]any
}

// Message has a person write a message, and returns its ts. When it mentions the
// bot the app is told twice, by message and app_mention.
func (s *Server) Message(m Said) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.say(m).TS
}

// Mention is Message with a mention of the bot at the head.
func (s *Server) Mention(m Said) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.mustChannel(defaulted(m.Channel, General))
	bot := Bot
	if in := s.hearing(ch); len(in) > 0 {
		bot = in[0].Bot
	}
	m.Text = "<@" + bot + "> " + m.Text
	return s.say(m).TS
}

func defaulted(v, otherwise string) string {
	if v == "" {
		return otherwise
	}
	return v
}

func (s *Server) say(w Said) *Message {
	ch := s.mustChannel(defaulted(w.Channel, General))
	m := &Message{User: defaulted(w.User, Alice), Thread: w.Thread, Files: slices.Clone(w.Files), BotID: w.BotID, Subtype: w.Subtype, Raw: w.Fields}
	if w.BotID != "" && w.User == "" {
		m.User = ""
	}
	if m.Subtype == "" && len(m.Files) > 0 {
		m.Subtype = "file_share"
	}
	if m.Subtype == "" && w.Broadcast {
		m.Subtype = "thread_broadcast"
	}
	m.Text, m.Blocks = s.compose(w.Text)
	if w.Bare {
		m.Blocks = nil
	}
	if w.Blocks != nil {
		m.Blocks = w.Blocks
	}
	if w.Wire != "" {
		m.Text = w.Wire
	}
	for _, id := range m.Files {
		if f := s.files[id]; f != nil && !slices.Contains(f.Channels, ch.ID) {
			f.Channels = append(f.Channels, ch.ID)
		}
	}
	s.post(ch, m)
	return m
}

// Edit has a person change a message: the app gets message_changed. Text is as
// typed.
func (s *Server) Edit(channel, ts, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m := s.mustMessage(channel, ts)
	before := s.show(m, false)
	t, blocks := s.compose(text)
	if before["blocks"] == nil {
		blocks = nil
	}
	m.become(t, blocks, m.User, s.ts())
	s.emitChanged(ch, m, before)
}

// Unfurl has Slack add a preview to a message: message_changed with the same
// text.
func (s *Server) Unfurl(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m := s.mustMessage(channel, ts)
	before := s.show(m, false)
	m.Raw = merge(clone(object{}), object{"attachments": []object{{"id": 1, "fallback": "a preview", "title": "a preview", "from_url": "https://example.com/"}}})
	s.emitChanged(ch, m, before)
}

// Delete has a person delete a message: the app gets message_deleted, or, where
// it has replies, message_changed to a tombstone, as Slack does.
func (s *Server) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m := s.mustMessage(channel, ts)
	before := s.show(m, false)
	s.remove(m)
	if s.replies[place{ch.ID, ts}] == 0 {
		s.emitDeleted(ch, m, before)
		return
	}
	tomb := &Message{Team: m.Team, Channel: m.Channel, TS: m.TS, User: "USLACKBOT", Subtype: "tombstone", Text: "This message was deleted."}
	s.emitChanged(ch, tomb, before)
}

func (s *Server) mustMessage(channel, ts string) (*Channel, *Message) {
	ch := s.mustChannel(channel)
	m := s.byTS[place{channel, ts}]
	if m == nil || m.Ephemeral {
		panic("slacktest: no message " + ts + " in " + channel)
	}
	return ch, m
}

// FileShared tells the app of a file by file_shared alone, and nothing of a
// message.
func (s *Server) FileShared(channel, user, file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.mustChannel(channel)
	if f := s.files[file]; f != nil && !slices.Contains(f.Channels, channel) {
		f.Channels = append(f.Channels, channel)
	}
	s.announce(ch, "file_shared", fileShared(channel, user, file, s.ts()))
}

func fileShared(channel, user, file, ts string) object {
	return object{"type": "file_shared", "file_id": file, "user_id": user, "file": object{"id": file}, "channel_id": channel, "event_ts": ts}
}

// HomeOpened has a person look at the app's Home, or with tab "messages" at its
// messages.
func (s *Server) HomeOpened(user, tab string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[user]
	if u == nil {
		panic("slacktest: no user " + user)
	}
	in := s.serving(u.Team)
	if in == nil {
		return
	}
	e := object{"type": "app_home_opened", "user": user, "channel": s.direct(in, u).ID, "tab": defaulted(tab, "home"), "event_ts": s.ts()}
	if v := s.homes[user]; v != nil && e["tab"] == "home" {
		e["view"] = s.viewObject(v, nil)
	}
	s.emit(in, u.Team, "app_home_opened", e, nil)
}

// Uninstall removes the app from a workspace, or from an organisation by its id:
// its tokens stop working, and app_uninstalled and tokens_revoked come, in this
// order or, when revokedFirst, the other.
func (s *Server) Uninstall(team string, revokedFirst bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.installs {
		if in.Team == team || in.Team == "" && in.Enterprise == team {
			s.uninstall(in, revokedFirst)
		}
	}
}

func (s *Server) uninstall(in *Installation, revokedFirst bool) {
	if in.Removed {
		return
	}
	for _, t := range s.tokens {
		if t.install == in {
			t.revoked = true
		}
	}
	if revokedFirst {
		s.emitRevoked(in)
	}
	s.emit(in, in.Team, "app_uninstalled", object{"type": "app_uninstalled", "event_ts": s.ts()}, nil)
	if !revokedFirst {
		s.emitRevoked(in)
	}
	in.Removed = true
	for _, c := range s.channels {
		c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == in.Bot })
	}
	s.core.Change()
}

// TokensRevoked revokes the tokens of a workspace, and tells the app.
func (s *Server) TokensRevoked(team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.installs {
		if in.Team == team || in.Team == "" && in.Enterprise == team {
			for _, t := range s.tokens {
				if t.install == in {
					t.revoked = true
				}
			}
			s.emitRevoked(in)
		}
	}
}

// Event sends an event to the app as it is, in the envelope of the workspace,
// whatever is subscribed. It returns the event_id.
func (s *Server) Event(team string, event map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.serving(team)
	if in == nil {
		panic("slacktest: the app is not installed in " + team)
	}
	return s.emit(in, team, "", clone(event), nil)
}

// RateLimited tells the app that a workspace has had too many events.
func (s *Server) RateLimited(team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(&Delivery{Kind: "events_api", Type: "app_rate_limited", Team: team, payload: object{"token": "legacy", "type": "app_rate_limited",
		"team_id": team, "minute_rate_limited": s.core.Wall().Truncate(time.Minute).Unix(), "api_app_id": App}})
}
