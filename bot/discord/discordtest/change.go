package discordtest

import "slices"

// AddGuild adds a guild, with the bot in it unless it says NoBot, and tells the
// bot. Its @everyone has what a new guild gives.
func (s *Server) AddGuild(g Guild) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[g.ID] = &g
	s.roles[g.ID] = &Role{ID: g.ID, Guild: g.ID, Name: "@everyone", Permissions: everyone}
	if g.Owner != "" {
		s.members[pair{g.ID, g.Owner}] = &Member{Guild: g.ID, User: g.Owner}
	}
	if !g.NoBot {
		s.join(&g)
	}
	s.core.Change()
}

// join lets the bot in. The caller holds the lock.
func (s *Server) join(g *Guild) {
	role := BotRole
	if g.ID != Acme {
		role = s.id()
	}
	s.roles[role] = &Role{ID: role, Guild: g.ID, Name: "authfix", Permissions: s.opts.Permissions}
	s.members[pair{g.ID, Bot}] = &Member{Guild: g.ID, User: Bot, Roles: []string{role}}
	s.sendGuild(g)
}

// Invite adds the bot to a guild that it is not in.
func (s *Server) Invite(guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guild]
	g.NoBot, g.Removed = false, false
	s.join(g)
	s.core.Change()
}

// Kick removes the bot from a guild, and tells it.
func (s *Server) Kick(guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit("GUILD_DELETE", guild, intentGuilds, object{"id": guild})
	s.guilds[guild].NoBot = true
	delete(s.members, pair{guild, Bot})
	s.core.Change()
}

// GuildOutage makes a guild unavailable, or available again, and tells the bot.
func (s *Server) GuildOutage(guild string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guild]
	g.Outage = on
	if on {
		s.emit("GUILD_DELETE", guild, intentGuilds, object{"id": guild, "unavailable": true})
	} else {
		s.sendGuild(g)
	}
	s.core.Change()
}

// AddRole adds or replaces a role.
func (s *Server) AddRole(r Role) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, was := s.roles[r.ID]
	s.roles[r.ID] = &r
	name := "GUILD_ROLE_CREATE"
	if was {
		name = "GUILD_ROLE_UPDATE"
	}
	s.emit(name, r.Guild, intentGuilds, object{"guild_id": r.Guild, "role": roleObject(&r)})
	s.core.Change()
}

// AddUser adds or replaces a user.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = &u
	s.core.Change()
}

// AddMember adds a user to a guild, or replaces their roles; the bot is told with
// the intent GUILD_MEMBERS, and of itself in any case.
func (s *Server) AddMember(m Member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Roles = slices.Clone(m.Roles)
	_, was := s.members[pair{m.Guild, m.User}]
	s.members[pair{m.Guild, m.User}] = &m
	o := s.memberObject(&m, true)
	o["guild_id"] = m.Guild
	intents := intentMembers
	if m.User == Bot {
		intents = 0
	}
	if was {
		s.emit("GUILD_MEMBER_UPDATE", m.Guild, intents, o)
	} else {
		s.emit("GUILD_MEMBER_ADD", m.Guild, intents, o)
	}
	s.core.Change()
}

// AddChannel adds or replaces a channel, and tells the bot if it may view it.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c = c.copy()
	name := "CHANNEL_CREATE"
	if old := s.channels[c.ID]; old != nil {
		name, c.last, c.created = "CHANNEL_UPDATE", old.last, old.created
	} else {
		c.created = s.core.Wall()
	}
	if c.ID == "" {
		panic("discordtest: a channel without an id")
	}
	s.channels[c.ID] = &c
	if s.may(Bot, &c).has(ViewChannel) {
		s.emit(name, c.Guild, intentGuilds, s.channelObject(&c))
	}
	s.core.Change()
}

// RemoveChannel deletes a channel or thread with what is in it, and tells the bot.
func (s *Server) RemoveChannel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	saw := s.may(Bot, c).has(ViewChannel)
	c.Deleted = true
	for _, t := range s.channels {
		if t.isThread() && t.Parent == id {
			t.Deleted = true
		}
	}
	for _, m := range s.messages {
		if m.Channel == id || m.Parent == id {
			m.Deleted = true
		}
	}
	if !saw {
		return
	}
	if c.isThread() {
		s.emit("THREAD_DELETE", c.Guild, intentGuilds, object{"id": c.ID, "guild_id": c.Guild, "parent_id": c.Parent, "type": c.Kind})
	} else {
		s.emit("CHANNEL_DELETE", c.Guild, intentGuilds, s.channelObject(c))
	}
	s.core.Change()
}
