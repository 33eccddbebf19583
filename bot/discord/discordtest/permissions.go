package discordtest

import "strconv"

// Permissions is a set of permissions.
// https://docs.discord.com/developers/topics/permissions
type Permissions uint64

// The permissions that this server knows.
const (
	Administrator       Permissions = 1 << 3
	ManageChannels      Permissions = 1 << 4
	ManageGuild         Permissions = 1 << 5
	AddReactions        Permissions = 1 << 6
	ViewChannel         Permissions = 1 << 10
	SendMessages        Permissions = 1 << 11
	ManageMessages      Permissions = 1 << 13
	EmbedLinks          Permissions = 1 << 14
	AttachFiles         Permissions = 1 << 15
	ReadMessageHistory  Permissions = 1 << 16
	MentionEveryone     Permissions = 1 << 17
	UseCommands         Permissions = 1 << 31
	ManageThreads       Permissions = 1 << 34
	CreatePublicThreads Permissions = 1 << 35
	CreatePrivateThread Permissions = 1 << 36
	SendInThreads       Permissions = 1 << 38

	allPermissions Permissions = 1<<53 - 1
)

// DefaultPermissions are those of the bot's role in a new [Server].
const DefaultPermissions = AddReactions | ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | CreatePublicThreads | SendInThreads

// everyone is what @everyone may in a new guild.
const everyone = DefaultPermissions | UseCommands | CreatePrivateThread

func (p Permissions) has(q Permissions) bool { return p&q == q }

func (p Permissions) String() string { return strconv.FormatUint(uint64(p), 10) }

// An Overwrite changes the permissions of a role or member in a channel.
type Overwrite struct {
	ID     string // of the role, which is the guild's for @everyone, or of the user
	Member bool
	Allow  Permissions
	Deny   Permissions
}

// Can returns what user may in a channel.
func (s *Server) Can(user, channel string) Permissions {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.may(user, s.channels[channel])
}

// may computes the permissions of a user in a channel. The caller holds the lock.
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
func (s *Server) may(user string, ch *Channel) Permissions {
	if ch == nil || ch.Deleted {
		return 0
	}
	if ch.Kind == DirectMessage {
		if ch.Recipient == user || user == Bot {
			return everyone
		}
		return 0
	}
	thread := ch
	if ch.isThread() {
		ch = s.channels[ch.Parent]
		if ch == nil {
			return 0
		}
	}
	base := s.base(user, ch.Guild)
	if base == allPermissions {
		return base
	}
	m := s.members[pair{ch.Guild, user}]
	if m == nil {
		return 0
	}
	var roles, member Overwrite
	for _, o := range ch.Overwrites {
		switch {
		case o.ID == ch.Guild:
			base = base&^o.Deny | o.Allow
		case o.Member && o.ID == user:
			member = o
		case !o.Member && m.has(o.ID):
			roles.Allow, roles.Deny = roles.Allow|o.Allow, roles.Deny|o.Deny
		}
	}
	base = base&^roles.Deny | roles.Allow
	base = base&^member.Deny | member.Allow
	if !base.has(ViewChannel) {
		return 0
	}
	if thread.Kind == PrivateThread && !base.has(ManageThreads) && !thread.joined(user) {
		return 0
	}
	return base
}

// base is what a member may in a guild, before overwrites.
func (s *Server) base(user, guild string) Permissions {
	g, m := s.guilds[guild], s.members[pair{guild, user}]
	if g == nil || m == nil {
		return 0
	}
	if g.Owner == user {
		return allPermissions
	}
	p := s.roles[guild].Permissions
	for _, id := range m.Roles {
		if r := s.roles[id]; r != nil {
			p |= r.Permissions
		}
	}
	if p.has(Administrator) {
		return allPermissions
	}
	return p
}

// Allow gives a role or user permissions in a channel, and tells the bot.
func (s *Server) Allow(channel, id string, p Permissions) { s.overwrite(channel, id, p, 0) }

// Deny takes permissions from a role or user in a channel, and tells the bot.
func (s *Server) Deny(channel, id string, p Permissions) { s.overwrite(channel, id, 0, p) }

func (s *Server) overwrite(channel, id string, allow, deny Permissions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channel]
	if ch == nil {
		panic("discordtest: no channel " + channel)
	}
	saw := s.may(Bot, ch).has(ViewChannel)
	set := false
	for i := range ch.Overwrites {
		if o := &ch.Overwrites[i]; o.ID == id {
			o.Allow, o.Deny, set = o.Allow&^deny|allow, o.Deny&^allow|deny, true
		}
	}
	if !set {
		ch.Overwrites = append(ch.Overwrites, Overwrite{ID: id, Member: s.users[id] != nil, Allow: allow, Deny: deny})
	}
	if saw || s.may(Bot, ch).has(ViewChannel) {
		s.emit("CHANNEL_UPDATE", ch.Guild, intentGuilds, s.channelObject(ch))
	}
	if !saw && s.may(Bot, ch).has(ViewChannel) {
		s.syncThreads(ch)
	}
	s.core.Change()
}
