package discord

import (
	"context"
	"strconv"
	"sync"

	"authfix/bot"
)

// Bounds of what is remembered of guilds. Discord shows a connection 2,500
// guilds at most, of 500 channels and 1,000 threads each.
const (
	maxWorldGuilds   = 20_000
	maxWorldChannels = 200_000
	maxOverwrites    = 500
	maxRoles         = 500
	maxWorldName     = 100
)

// A world is what the gateway tells of guilds, their channels and threads. What
// it tells stays true while it is heard; what a world does not know is asked by
// REST. It is safe for concurrent use.
type world struct {
	mu       sync.RWMutex
	guilds   map[string]*worldGuild
	channels map[string]channelInfo
}

// A worldGuild is what is known of one guild.
type worldGuild struct {
	guildInfo
	shard    int
	channels map[string]bool // its channels and threads
}

func newWorld() *world {
	return &world{guilds: make(map[string]*worldGuild), channels: make(map[string]channelInfo)}
}

// begin takes in a guild as it is now, in place of what was known of it.
func (w *world) begin(shard int, g *wireGuild) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(g.ID)
	if !idLike(g.ID) || len(w.guilds) >= maxWorldGuilds {
		return
	}
	one := &worldGuild{guildInfo: guildInfo{Owner: g.Owner, here: true}, shard: shard, channels: make(map[string]bool)}
	for _, r := range g.Roles {
		one.role(r)
	}
	w.guilds[g.ID] = one
	for i := range g.Channels {
		w.put(g.ID, &g.Channels[i])
	}
	for i := range g.Threads {
		w.put(g.ID, &g.Threads[i])
	}
}

// guild takes in what is new of a guild, its channels aside.
func (w *world) guild(g *wireGuild) {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.guilds[g.ID]
	if one == nil {
		return
	}
	one.Owner = g.Owner
	if g.Roles != nil {
		one.Roles = nil
		for _, r := range g.Roles {
			one.role(r)
		}
	}
}

// role takes in a role as it is now.
func (g *worldGuild) role(r wireRole) {
	is := role{ID: r.ID, Permissions: permissionOf(r.Permissions), Bot: r.Tags.Bot}
	for i := range g.Roles {
		if g.Roles[i].ID == r.ID {
			g.Roles[i] = is
			return
		}
	}
	if idLike(r.ID) && len(g.Roles) < maxRoles {
		g.Roles = append(g.Roles, is)
	}
}

// roleIs takes in a role of a guild; with gone, that there is none of its id any
// more.
func (w *world) roleIs(guild string, r wireRole, gone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guilds[guild]
	if g == nil {
		return
	}
	// Whoever was given the roles before goes on reading them.
	old := g.Roles
	g.Roles = make([]role, 0, len(old)+1)
	for _, one := range old {
		if !gone || one.ID != r.ID {
			g.Roles = append(g.Roles, one)
		}
	}
	if !gone {
		g.role(r)
	}
}

// roleOf is a bot's own role in a guild: Discord gives it the bot's name, so people
// who mean the bot may mention it instead.
func (w *world) roleOf(guild, bot string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if g := w.guilds[guild]; g != nil && bot != "" {
		for _, r := range g.Roles {
			if r.Bot == bot {
				return r.ID
			}
		}
	}
	return ""
}

// channel takes in a channel or thread as it is now.
func (w *world) channel(c *wireChannel) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(c.Guild, c)
}

func (w *world) put(guild string, c *wireChannel) {
	g := w.guilds[guild]
	_, known := w.channels[c.ID]
	if g == nil || !idLike(c.ID) || !known && len(w.channels) >= maxWorldChannels {
		return
	}
	is := channelInfo{Type: c.Type, Guild: guild, Parent: c.Parent, Name: shortName(c.Name), known: true}
	for _, o := range c.Overwrites {
		if len(is.Overwrites) < maxOverwrites {
			is.Overwrites = append(is.Overwrites, overwrite{ID: o.ID, Type: overwriteType(o.Type), Allow: permissionOf(o.Allow), Deny: permissionOf(o.Deny)})
		}
	}
	w.channels[c.ID] = is
	g.channels[c.ID] = true
}

// drop forgets a channel or thread.
func (w *world) drop(guild, channel string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if g := w.guilds[guild]; g != nil {
		delete(g.channels, channel)
	}
	delete(w.channels, channel)
}

// end forgets a guild.
func (w *world) end(guild string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(guild)
}

func (w *world) forget(guild string) {
	g := w.guilds[guild]
	if g == nil {
		return
	}
	for id := range g.channels {
		delete(w.channels, id)
	}
	delete(w.guilds, guild)
}

// endShard forgets the guilds of a connection that is no longer heard.
func (w *world) endShard(shard int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, g := range w.guilds {
		if g.shard == shard {
			w.forget(id)
		}
	}
}

// place is a channel or thread, and the guild that it is in when that is known.
func (w *world) place(channel string) (c channelInfo, g guildInfo, ok bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	c, ok = w.channels[channel]
	if one := w.guilds[c.Guild]; ok && one != nil {
		g = one.guildInfo
	}
	return c, g, ok
}

// shortName is a name of bounded length.
func shortName(s string) string {
	if r := []rune(s); len(r) > maxWorldName {
		return string(r[:maxWorldName])
	}
	return s
}

// permissionOf is the number that Discord writes as a string; 0 when it is none.
func permissionOf(s string) permission {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return permission(n)
}

// A spot is where a message stands, in the words of a [bot.Message].
type spot struct {
	channel string
	thread  string
	forum   bool // channel is a forum, and its posts are threads
	place   bot.Place
	title   string // of the post, when it is the opening message of one
}

// titleOf is the title of the post that a message opens, or "".
func (w *world) titleOf(message string) string {
	c, _, ok := w.place(message)
	if !ok || !c.thread() {
		return ""
	}
	if parent, _, ok := w.place(c.Parent); !ok || !parent.forum() {
		return ""
	}
	return c.Name
}

// spotOf tells where a message of a channel or thread stands. It asks Discord for
// what the gateway did not tell; what Discord does not show is a private channel.
func (p *Platform) spotOf(ctx context.Context, guild, channel, message string) (spot, error) {
	if guild == "" {
		return spot{channel: channel, place: bot.Direct}, nil
	}
	s := spot{channel: channel, place: bot.Private}
	c, _, ok := p.world.place(channel)
	if !ok {
		var err error
		if c, err = p.channelInfo(ctx, channel); err != nil {
			return s, err
		}
	}
	if !c.known {
		return s, nil
	}
	root := channel
	if c.thread() && idLike(c.Parent) {
		s.channel, s.thread, root = c.Parent, channel, c.Parent
		parent, _, ok := p.world.place(c.Parent)
		if !ok {
			var err error
			if parent, err = p.channelInfo(ctx, c.Parent); err != nil {
				return s, err
			}
		}
		s.forum = parent.Type == channelForum || parent.Type == channelMedia
		if s.forum && message == channel {
			s.thread = "" // the opening post, which begins what becomes its thread
			s.title = c.Name
		}
	}
	if c.Type != threadPrivate && p.open(ctx, guild, root) {
		s.place = bot.Public
	}
	return s, nil
}

// open reports whether everyone in a guild may read a channel.
func (p *Platform) open(ctx context.Context, guild, channel string) bool {
	c, g, ok := p.world.place(channel)
	if !ok || !g.here {
		return p.IsPublic(ctx, bot.Tenant{Platform: Name, Workspace: guild}, channel)
	}
	everyone := inGuild(guild, g.Owner, g.Roles, "", nil)
	return maySee(inChannel(guild, everyone, c.Overwrites, "", nil), c.voice())
}
