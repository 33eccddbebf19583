package discord

import (
	"context"
	"net/http"
)

// A guildInfo is what is believed of a guild.
// https://docs.discord.com/developers/resources/guild#guild-object
type guildInfo struct {
	Owner string `json:"owner_id"`
	Roles []role `json:"roles"`

	here bool // the bot is in it
}

// guildInfo asks what a guild is.
func (p *Platform) guildInfo(ctx context.Context, guild string) (guildInfo, error) {
	if g, ok := p.guilds.Get(guild, p.now()); ok {
		return g, nil
	}
	if !idLike(guild) {
		return guildInfo{}, nil
	}
	var g guildInfo
	err := p.rest.call(ctx, call{method: http.MethodGet, route: "/guilds/{}", path: "/guilds/" + guild, into: &g})
	if absent(err) {
		g, err = guildInfo{}, nil
	} else {
		g.here = true
	}
	if err != nil {
		return guildInfo{}, err
	}
	p.guilds.Put(guild, g, p.now())
	return g, nil
}

// A memberInfo is what is believed of a person in a guild.
// https://docs.discord.com/developers/resources/guild#guild-member-object
type memberInfo struct {
	Roles []string `json:"roles"`

	in bool // the person is in the guild
}

// may is what a person may do in a guild: nothing when they are not in it, or the
// bot is not.
func (p *Platform) may(ctx context.Context, guild, person string) (memberInfo, permission, guildInfo, error) {
	g, err := p.guildInfo(ctx, guild)
	if err != nil || !g.here || !idLike(person) {
		return memberInfo{}, 0, g, err
	}
	key := guild + " " + person
	m, ok := p.people.Get(key, p.now())
	if !ok {
		m = memberInfo{}
		err := p.rest.call(ctx, call{method: http.MethodGet, route: "/guilds/{}/members/{}", path: "/guilds/" + guild + "/members/" + person, into: &m})
		if absent(err) {
			m, err = memberInfo{}, nil
		} else {
			m.in = true
		}
		if err != nil {
			return memberInfo{}, 0, g, err
		}
		p.people.Put(key, m, p.now())
	}
	if !m.in {
		return m, 0, g, nil
	}
	return m, inGuild(guild, g.Owner, g.Roles, person, m.Roles), g, nil
}

// A channelInfo is what is believed of a channel.
// https://docs.discord.com/developers/resources/channel#channel-object
type channelInfo struct {
	Type       int         `json:"type"`
	Guild      string      `json:"guild_id"`
	Parent     string      `json:"parent_id"`
	Name       string      `json:"name"`
	Overwrites []overwrite `json:"permission_overwrites"`
	Recipients []struct {
		ID string `json:"id"`
	} `json:"recipients"`

	known bool // the bot can see that there is such a channel
}

func (c *channelInfo) thread() bool {
	return c.Type >= threadAnnouncement && c.Type <= threadPrivate
}
func (c *channelInfo) voice() bool { return c.Type == channelVoice || c.Type == channelStage }

// forum reports whether what is said in it stands in posts, which are threads.
func (c *channelInfo) forum() bool { return c.Type == channelForum || c.Type == channelMedia }

// with reports whether a person is in a direct message.
func (c *channelInfo) with(person string) bool {
	for _, r := range c.Recipients {
		if r.ID == person {
			return true
		}
	}
	return false
}

// channelInfo is what the gateway told of a channel, else what Discord says when it
// is asked.
func (p *Platform) channelInfo(ctx context.Context, channel string) (channelInfo, error) {
	if c, _, ok := p.world.place(channel); ok {
		return c, nil
	}
	if c, ok := p.channels.Get(channel, p.now()); ok {
		return c, nil
	}
	if !idLike(channel) {
		return channelInfo{}, nil
	}
	var c channelInfo
	err := p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}", path: "/channels/" + channel, into: &c})
	if absent(err) {
		c, err = channelInfo{}, nil
	} else {
		c.known = true
	}
	if err != nil {
		return channelInfo{}, err
	}
	p.channels.Put(channel, c, p.now())
	return c, nil
}

// insideThread reports whether a person is in a thread.
func (p *Platform) insideThread(ctx context.Context, thread, person string) (bool, error) {
	key := thread + " " + person
	if in, ok := p.inside.Get(key, p.now()); ok {
		return in, nil
	}
	err := p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}/thread-members/{}", path: "/channels/" + thread + "/thread-members/" + person})
	in := err == nil
	if err != nil && !absent(err) {
		return false, err
	}
	p.inside.Put(key, in, p.now())
	return in, nil
}
