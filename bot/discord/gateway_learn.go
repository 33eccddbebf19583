package discord

import (
	"context"
	"runtime/debug"

	"authfix/bot"
)

// learn takes in what an event tells of guilds and channels. What cannot be read
// must not end the program, whatever it is.
func (sh *shard) learn(ctx context.Context, e event) {
	defer func() {
		if recover() != nil {
			sh.log.Error("panic while reading an event", "type", shortName(e.kind), "stack", string(debug.Stack()))
		}
	}()
	p := sh.p
	w := p.world
	switch e.kind {
	case "GUILD_CREATE":
		var g wireGuild
		if bot.Decode(e.data, &g) != nil || g.Unavailable {
			return
		}
		w.begin(sh.index, &g)
		p.guilds.Drop(g.ID)
		sh.readGuild(ctx, &g)
	case "GUILD_UPDATE":
		var g wireGuild
		if bot.Decode(e.data, &g) == nil {
			w.guild(&g)
			p.guilds.Drop(g.ID)
		}
	case "GUILD_DELETE":
		var g wireGuild
		if bot.Decode(e.data, &g) == nil {
			w.end(g.ID)
			p.guilds.Drop(g.ID)
			if g.Unavailable {
				sh.skipGuild(g.ID)
			} else {
				sh.leaveGuild(g.ID)
			}
		}
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		var r struct {
			Guild string   `json:"guild_id"`
			Role  wireRole `json:"role"`
			ID    string   `json:"role_id"` // of one that is gone
		}
		if bot.Decode(e.data, &r) == nil {
			if r.ID != "" {
				r.Role.ID = r.ID
			}
			w.roleIs(r.Guild, r.Role, e.kind == "GUILD_ROLE_DELETE")
			p.guilds.Drop(r.Guild)
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		var c wireChannel
		if bot.Decode(e.data, &c) == nil {
			w.channel(&c)
			p.channels.Drop(c.ID)
		}
	case "CHANNEL_DELETE", "THREAD_DELETE":
		var c wireChannel
		if bot.Decode(e.data, &c) == nil {
			w.drop(c.Guild, c.ID)
			p.channels.Drop(c.ID)
		}
	case "THREAD_LIST_SYNC":
		var l struct {
			Guild   string        `json:"guild_id"`
			Threads []wireChannel `json:"threads"`
		}
		if bot.Decode(e.data, &l) == nil {
			for i := range l.Threads {
				l.Threads[i].Guild = l.Guild
				w.channel(&l.Threads[i])
			}
		}
	}
}
