package slacktest

import (
	"slices"
	"time"
)

// The world of a new [Server]: one workspace, in which the app is installed.
const (
	App  = "A0AUTHFIX" // the app's id
	Acme = "T0ACME001" // the workspace

	Bot   = "U0BOTUSER" // the app's user in Acme
	BotID = "B0BOTUSER" // and its bot_id

	Alice = "U0ALICE01" // a member
	Bob   = "U0BOB0001" // another
	Admin = "U0ADMIN01" // an administrator
	Owner = "U0OWNER01" // the owner

	General  = "C0GENERAL" // a public channel with everyone and the bot
	Triage   = "C0TRIAGE1" // another
	Private  = "C0PRIVATE" // a private channel with everyone and the bot
	Outside  = "C0OUTSIDE" // a public channel without the bot
	Secret   = "C0SECRET1" // a private channel without the bot
	Archived = "C0ARCHIVE" // an archived public channel
)

// A Team is a workspace.
type Team struct {
	ID         string
	Name       string
	Domain     string
	Enterprise string // the Enterprise Grid it belongs to, or ""
}

// A User is a person or a bot.
type User struct {
	ID      string
	Team    string
	Name    string
	Email   string
	Admin   bool
	Owner   bool
	Bot     bool
	BotID   string // of a bot
	Deleted bool
}

// A Kind of channel.
type Kind string

// The kinds, as in channel_type.
const (
	PublicChannel  Kind = "channel"
	PrivateChannel Kind = "group"
	DirectMessage  Kind = "im"
	GroupMessage   Kind = "mpim"
)

// A Channel is a conversation.
type Channel struct {
	ID       string
	Team     string
	Name     string
	Kind     Kind
	Members  []string // users' ids, the bot's too
	Archived bool
	Connect  bool // shared with another organisation
}

// An Installation is the app in a workspace or organisation.
type Installation struct {
	Team       string // "" when org-wide
	Enterprise string
	OrgWide    bool
	Bot        string // the bot's user
	BotID      string
	Scopes     []string
	Installer  string
	Removed    bool
}

// A token is what a call is authorised by.
type token struct {
	value   string
	install *Installation
	born    time.Time
	expires time.Time // zero: never
	revoked bool
}

// settle makes the world of a new server.
func (s *Server) settle() {
	s.AddTeam(Team{ID: Acme, Name: "Acme", Domain: "acme"})
	for _, u := range []User{
		{ID: Alice, Name: "alice"}, {ID: Bob, Name: "bob"},
		{ID: Admin, Name: "admin", Admin: true}, {ID: Owner, Name: "owner", Admin: true, Owner: true},
	} {
		u.Team, u.Email = Acme, u.Name+"@acme.example"
		s.AddUser(u)
	}
	people := []string{Alice, Bob, Admin, Owner}
	with := people
	if !s.opts.NoInstall {
		with = append(slices.Clone(people), Bot)
		s.AddInstallation(Installation{Team: Acme, Bot: Bot, BotID: BotID, Scopes: s.opts.Scopes, Installer: Owner}, s.opts.BotToken)
	}
	for _, c := range []Channel{
		{ID: General, Name: "general", Members: with}, {ID: Triage, Name: "triage", Members: with},
		{ID: Private, Name: "private", Kind: PrivateChannel, Members: with},
		{ID: Outside, Name: "outside", Members: people},
		{ID: Secret, Name: "secret", Kind: PrivateChannel, Members: people},
		{ID: Archived, Name: "archived", Members: with, Archived: true},
	} {
		c.Team = Acme
		s.AddChannel(c)
	}
}

// AddTeam adds or replaces a workspace.
func (s *Server) AddTeam(t Team) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teams[t.ID] = &t
	s.core.Change()
}

// AddUser adds or replaces a user.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = &u
	s.core.Change()
}

// AddChannel adds or replaces a channel; without Kind it is public.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Kind == "" {
		c.Kind = PublicChannel
	}
	c.Members = slices.Clone(c.Members)
	s.channels[c.ID] = &c
	s.core.Change()
}

// AddInstallation installs the app, its bot's user with it, and returns the
// token; "" makes one.
func (s *Server) AddInstallation(i Installation, value string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.install(i, value).value
}

// install installs the app, again where it is already. The caller holds the lock.
func (s *Server) install(i Installation, value string) *token {
	in := s.installed(i.Team, i.Enterprise)
	if in == nil {
		if i.Bot == "" {
			i.Bot, i.BotID = s.id("U"), s.id("B")
		}
		i.Scopes = slices.Clone(i.Scopes)
		in = &i
		s.installs = append(s.installs, in)
		s.users[in.Bot] = &User{ID: in.Bot, Team: in.Team, Name: "authfix", Bot: true, BotID: in.BotID}
	} else { // scopes are additive
		for _, scope := range i.Scopes {
			if !slices.Contains(in.Scopes, scope) {
				in.Scopes = append(in.Scopes, scope)
			}
		}
		in.Removed = false
	}
	if value == "" {
		value = "xoxb-" + s.id("")
	}
	t := &token{value: value, install: in, born: s.Now()}
	s.tokens[value] = t
	s.core.Change()
	return t
}

// installed finds the installation of a workspace, or that of its organisation.
func (s *Server) installed(team, enterprise string) *Installation {
	for _, in := range s.installs {
		if in.Team == team && (team != "" || in.Enterprise == enterprise) {
			return in
		}
	}
	return nil
}

// serving finds the installation that serves a workspace.
func (s *Server) serving(team string) *Installation {
	if in := s.installed(team, ""); team != "" && in != nil && !in.Removed {
		return in
	}
	if t := s.teams[team]; t != nil && t.Enterprise != "" {
		if in := s.installed("", t.Enterprise); in != nil && !in.Removed {
			return in
		}
	}
	return nil
}

// covers reports whether the installation may act in a workspace.
func (s *Server) covers(in *Installation, team string) bool {
	if !in.OrgWide {
		return in.Team == team
	}
	t := s.teams[team]
	return t != nil && t.Enterprise == in.Enterprise
}

// DM returns the id of the direct conversation between user and the app's bot,
// which it opens when there is none.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[user]
	if u == nil {
		panic("slacktest: no user " + user)
	}
	in := s.serving(u.Team)
	if in == nil {
		panic("slacktest: the app is not installed for " + user)
	}
	return s.direct(in, u).ID
}

func (s *Server) direct(in *Installation, u *User) *Channel {
	for _, c := range s.channels {
		if c.Kind == DirectMessage && slices.Contains(c.Members, u.ID) && slices.Contains(c.Members, in.Bot) {
			return c
		}
	}
	c := &Channel{ID: s.id("D"), Team: u.Team, Kind: DirectMessage, Members: []string{u.ID, in.Bot}}
	s.channels[c.ID] = c
	return c
}

// The other member of a direct message.
func (c *Channel) partner(bot string) string {
	for _, m := range c.Members {
		if m != bot {
			return m
		}
	}
	return ""
}

func (c *Channel) has(user string) bool { return slices.Contains(c.Members, user) }
