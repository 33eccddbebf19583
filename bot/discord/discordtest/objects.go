package discordtest

import (
	"strconv"
	"time"
)

func roleObject(r *Role) object {
	o := object{"id": r.ID, "name": r.Name, "permissions": r.Permissions.String(), "position": 0, "color": 0,
		"hoist": false, "managed": false, "mentionable": false, "flags": 0}
	if r.Name == "authfix" { // the bot's own
		o["managed"], o["tags"] = true, object{"bot_id": Bot}
	}
	return o
}

func userObject(u *User) object {
	o := object{"id": u.ID, "username": u.Name, "discriminator": "0", "global_name": nil, "avatar": nil, "public_flags": 0}
	if u.GlobalName != "" {
		o["global_name"] = u.GlobalName
	}
	if u.Bot {
		o["bot"] = true
	}
	return o
}

// memberObject is a member, with its user unless the message says who that is.
func (s *Server) memberObject(m *Member, user bool) object {
	o := object{"roles": append([]string{}, m.Roles...), "nick": nil, "joined_at": stamp(time.UnixMilli(epoch)), "deaf": false, "mute": false, "flags": 0}
	if m.Nick != "" {
		o["nick"] = m.Nick
	}
	if user {
		o["user"] = userObject(s.users[m.User])
	}
	return o
}

// channelObject is a channel as the API and the gateway show it. The caller holds
// the lock.
func (s *Server) channelObject(c *Channel) object {
	o := object{"id": c.ID, "type": c.Kind, "last_message_id": nil, "flags": 0}
	if c.last != "" {
		o["last_message_id"] = c.last
	}
	if c.Kind == DirectMessage {
		o["recipients"] = []object{userObject(s.users[c.Recipient])}
		return o
	}
	o["guild_id"], o["name"], o["parent_id"] = c.Guild, c.Name, nil
	if c.Parent != "" {
		o["parent_id"] = c.Parent
	}
	if c.isThread() {
		o["owner_id"], o["message_count"], o["member_count"] = c.Creator, s.count(c.ID), len(c.Joined)
		o["thread_metadata"] = object{"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": c.AutoArchive,
			"archive_timestamp": stamp(c.created), "create_timestamp": stamp(c.created)}
		if p := s.channels[c.Parent]; p != nil && p.isForum() {
			o["applied_tags"] = append([]string{}, c.Applied...)
		}
		if c.joined(Bot) {
			o["member"] = object{"id": c.ID, "user_id": Bot, "join_timestamp": stamp(c.created), "flags": 0}
		}
		return o
	}
	o["position"], o["topic"], o["nsfw"], o["rate_limit_per_user"] = 0, nil, false, 0
	over := []object{}
	for _, w := range c.Overwrites {
		kind := 0
		if w.Member {
			kind = 1
		}
		over = append(over, object{"id": w.ID, "type": kind, "allow": w.Allow.String(), "deny": w.Deny.String()})
	}
	o["permission_overwrites"] = over
	if c.isForum() {
		tags := []object{}
		for _, t := range c.Tags {
			tags = append(tags, object{"id": t.ID, "name": t.Name, "moderated": t.Moderated, "emoji_id": nil, "emoji_name": nil})
		}
		o["available_tags"], o["default_reaction_emoji"], o["default_sort_order"] = tags, nil, nil
		if c.RequireTag {
			o["flags"] = 1 << 4
		}
	}
	return o
}

// count is how many messages stand in a channel.
func (s *Server) count(channel string) int {
	n := 0
	for _, m := range s.inChannel[channel] {
		if !m.Deleted && !m.Ephemeral {
			n++
		}
	}
	return n
}

// stamp is a time as Discord writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

// shardOf is the shard of a guild among n; that of direct messages is 0.
// https://docs.discord.com/developers/events/gateway#sharding
func shardOf(guild string, n int) int {
	id, err := strconv.ParseUint(guild, 10, 64)
	if err != nil || n < 1 {
		return 0
	}
	return int(id >> 22 % uint64(n))
}
