package discord

import (
	"context"
	"fmt"
	"time"

	"authfix/bot"
)

var (
	_ bot.Directory = (*Platform)(nil)
	_ bot.Viewpoint = (*Platform)(nil)
	_ bot.Resident  = (*Platform)(nil)
)

// For how long what Discord said of guilds, members and channels is believed, and
// how much of it is remembered of each kind.
const (
	believeGuild   = 5 * time.Minute
	believeMember  = 5 * time.Minute
	believeChannel = 5 * time.Minute
	maxBelieved    = 10000
	maxPlaces      = 2000 // guilds with their roles, channels with their overwrites
)

// Role implements [bot.Directory]: the owner of a guild, and who may administer or
// manage it, are [bot.Admin]. In a direct message nobody is.
func (p *Platform) Role(ctx context.Context, t bot.Tenant, who bot.Author) (bot.Role, error) {
	if t.Workspace == "" || who.ID == "" || who.Bot {
		return bot.Viewer, nil
	}
	_, can, _, err := p.may(ctx, t.Workspace, who.ID)
	if err != nil {
		return bot.Viewer, fmt.Errorf("role of a person: %w", repeatableError(err))
	}
	if can.has(permAdministrator) || can.has(permManageGuild) {
		return bot.Admin, nil
	}
	return bot.Viewer, nil
}

// CanSee implements [bot.Viewpoint]: who may view a channel and read what was said
// in it before. A thread is seen by who sees its parent; a private one by who is
// in it, or manages threads there.
func (p *Platform) CanSee(ctx context.Context, t bot.Tenant, who bot.Author, channel string) (bool, error) {
	if who.ID == "" {
		return false, nil
	}
	can, err := p.canSee(ctx, t, who.ID, channel)
	if err != nil {
		return false, fmt.Errorf("who can see a channel: %w", repeatableError(err))
	}
	return can, nil
}

func (p *Platform) canSee(ctx context.Context, t bot.Tenant, who, channel string) (bool, error) {
	c, err := p.channelInfo(ctx, channel)
	if err != nil || !c.known || c.Guild != t.Workspace {
		return false, err
	}
	if c.Guild == "" {
		return c.with(who), nil
	}
	place := c
	if c.thread() {
		if place, err = p.channelInfo(ctx, c.Parent); err != nil || !place.known || place.Guild != c.Guild {
			return false, err
		}
	}
	m, can, _, err := p.may(ctx, c.Guild, who)
	if err != nil || !m.in {
		return false, err
	}
	can = inChannel(c.Guild, can, place.Overwrites, who, m.Roles)
	if !maySee(can, place.voice()) {
		return false, nil
	}
	if c.Type != threadPrivate || can.has(permManageThreads) {
		return true, nil
	}
	return p.insideThread(ctx, channel, who)
}

// IsPublic implements [bot.Viewpoint].
func (p *Platform) IsPublic(ctx context.Context, t bot.Tenant, channel string) bool {
	c, err := p.channelInfo(ctx, channel)
	if err != nil || !c.known || c.Guild == "" || c.Guild != t.Workspace || c.Type == threadPrivate {
		return false
	}
	if c.thread() {
		guild := c.Guild
		if c, err = p.channelInfo(ctx, c.Parent); err != nil || !c.known || c.Guild != guild {
			return false
		}
	}
	g, err := p.guildInfo(ctx, c.Guild)
	if err != nil || !g.here {
		return false
	}
	everyone := inGuild(c.Guild, g.Owner, g.Roles, "", nil)
	return maySee(inChannel(c.Guild, everyone, c.Overwrites, "", nil), c.voice())
}

// Here implements [bot.Resident]: whether the bot is in a guild. It is always
// there for direct messages.
func (p *Platform) Here(ctx context.Context, t bot.Tenant) (bool, error) {
	if t.Workspace == "" {
		return true, nil
	}
	p.guilds.Drop(t.Workspace) // what it leads to cannot be undone
	g, err := p.guildInfo(ctx, t.Workspace)
	if err != nil {
		return false, fmt.Errorf("whether the bot is in a guild: %w", repeatableError(err))
	}
	return g.here, nil
}

// absent reports whether Discord said in so many words that there is no such
// thing, or none that the bot may see. A refusal without them may come from what
// stands between.
func absent(err error) bool {
	switch codeOf(err) {
	case codeUnknownChannel, codeUnknownGuild, codeUnknownMember, codeUnknownUser, codeMissingAccess:
		return true
	}
	return false
}

// codeUnknownMember is Discord's code for a person who is not in a guild, or not
// in a thread.
const codeUnknownMember = 10007
