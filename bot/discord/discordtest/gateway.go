package discordtest

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// The intents of events.
// https://docs.discord.com/developers/events/gateway#gateway-intents
const (
	intentGuilds          = 1 << 0
	intentMembers         = 1 << 1
	intentPresences       = 1 << 8
	intentMessages        = 1 << 9
	intentReactions       = 1 << 10
	intentDirects         = 1 << 12
	intentDirectReactions = 1 << 13
	intentContent         = 1 << 15

	knownIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

// gateway is what a Server remembers of the gateway.
type gateway struct {
	sessions   map[string]*session
	conns      map[*conn]bool
	identified map[int]time.Time // by shard % max_concurrency
	day        time.Time         // since when identifies are counted
	left       int               // identifies of the day
	identifies int
	resumes    int
	deliveries []*Delivery
	mute       bool // events are lost
	silent     bool // heartbeats are not acknowledged
}

// A session is what survives a connection.
type session struct {
	id        string
	shard, n  int
	intents   int
	seq       int64
	dropped   int64 // the highest sequence that is not kept any more
	kept      []frame
	conn      *conn
	lost      time.Time // when it had no connection any more
	dead      bool
	forgotten bool // it goes on, but cannot be resumed
}

type frame struct {
	seq  int64
	data []byte
}

// A Delivery is an event as it was sent, or kept for a resume, in a session.
type Delivery struct {
	Event   string // MESSAGE_CREATE
	ID      string // of the message or interaction that it is about, or ""
	Guild   string
	Session string
	Seq     int64
	Sent    bool // it went out at once; else it waits for a resume
	At      time.Time
}

// A Session is a session of the gateway.
type Session struct {
	ID        string
	Shard, Of int
	Intents   int
	Seq       int64
	Connected bool
	Dead      bool
}

// Deliveries returns what the app was told, in order.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.gateway.deliveries))
	for i, d := range s.gateway.deliveries {
		out[i] = *d
	}
	return out
}

// Sessions returns the sessions that there are, or were, by shard.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Session
	for _, se := range s.gateway.sessions {
		out = append(out, Session{se.id, se.shard, se.n, se.intents, se.seq, se.conn != nil, se.dead})
	}
	slices.SortFunc(out, func(a, b Session) int { return cmp.Or(a.Shard-b.Shard, cmp.Compare(a.ID, b.ID)) })
	return out
}

// Ready reports whether every shard of the highest number of shards that was asked
// for is connected.
func (s *Server) Ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, up := 1, map[int]bool{}
	for _, se := range s.gateway.sessions {
		if se.conn != nil {
			n = max(n, se.n)
			up[se.shard] = true
		}
	}
	return len(up) >= n
}

// Identifies returns how many sessions were begun.
func (s *Server) Identifies() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gateway.identifies
}

// Resumes returns how many sessions were resumed.
func (s *Server) Resumes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gateway.resumes
}

// emit tells an event of a guild, or of direct messages, to the sessions that are
// for it. The caller holds the lock.
func (s *Server) emit(name, guild string, intents int, data object) {
	id := text(data["id"])
	s.emitFor(name, guild, intents, func(*session) object { return data }, id)
}

func (s *Server) emitFor(name, guild string, intents int, data func(*session) object, id string) {
	if s.gateway.mute {
		return
	}
	if g := s.guilds[guild]; guild != "" && (g == nil || g.NoBot) {
		return
	}
	for _, se := range s.gateway.sessions {
		if se.dead || shardOf(guild, se.n) != se.shard || intents != 0 && se.intents&intents == 0 {
			continue
		}
		if se.conn == nil && s.Now().Sub(se.lost) > s.opts.ResumeFor {
			continue
		}
		s.dispatch(se, name, guild, id, data(se))
	}
}

// dispatch puts an event into a session.
func (s *Server) dispatch(se *session, name, guild, id string, data object) {
	se.seq++
	raw, err := json.Marshal(object{"op": 0, "t": name, "s": se.seq, "d": data})
	if err != nil {
		panic("discordtest: " + err.Error())
	}
	se.kept = append(se.kept, frame{se.seq, raw})
	if over := len(se.kept) - s.opts.Replay; over > 0 {
		se.dropped = se.kept[over-1].seq
		se.kept = slices.Delete(se.kept, 0, over)
	}
	if se.conn != nil {
		se.conn.push(raw)
	}
	s.gateway.deliveries = append(s.gateway.deliveries, &Delivery{name, id, guild, se.id, se.seq, se.conn != nil, time.Now()})
	s.core.Change()
}

// sendGuild tells of a guild that the bot is in.
func (s *Server) sendGuild(g *Guild) {
	s.emitFor("GUILD_CREATE", g.ID, intentGuilds, func(*session) object { return s.guildObject(g, true) }, g.ID)
}

// guildObject is a guild, as GUILD_CREATE or as the API shows it.
func (s *Server) guildObject(g *Guild, whole bool) object {
	o := object{"id": g.ID, "name": g.Name, "owner_id": g.Owner, "features": []string{}, "preferred_locale": "en-US", "icon": nil, "nsfw_level": 0, "premium_tier": 0}
	roles := []object{}
	for _, r := range s.sorted(g.ID) {
		roles = append(roles, roleObject(r))
	}
	o["roles"] = roles
	if !whole {
		return o
	}
	channels, threads, members, count := []object{}, []object{}, []object{}, 0
	for _, c := range s.channelsOf(g.ID) {
		switch {
		case c.isThread():
			if !c.Archived && s.may(Bot, c).has(ViewChannel) {
				threads = append(threads, s.channelObject(c))
			}
		default: // channels that it may not view are listed too
			channels = append(channels, s.channelObject(c))
		}
	}
	for k, m := range s.members {
		if k.a == g.ID {
			count++
			if k.b == Bot {
				members = append(members, s.memberObject(m, true))
			}
		}
	}
	o["unavailable"], o["large"], o["joined_at"], o["member_count"] = false, false, stamp(time.UnixMilli(epoch)), count
	o["channels"], o["threads"], o["members"] = channels, threads, members
	for _, k := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "emojis", "stickers"} {
		o[k] = []object{}
	}
	return o
}

func (s *Server) sorted(guild string) []*Role {
	var out []*Role
	for _, r := range s.roles {
		if r.Guild == guild {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *Role) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// channelsOf are the channels and threads of a guild, by their ids.
func (s *Server) channelsOf(guild string) []*Channel {
	var out []*Channel
	for _, c := range s.channels {
		if c.Guild == guild && !c.Deleted {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *Channel) int { return cmp.Or(len(a.ID)-len(b.ID), cmp.Compare(a.ID, b.ID)) })
	return out
}

// guildsOf are the guilds of a shard that the bot is in.
func (s *Server) guildsOf(se *session) []*Guild {
	var out []*Guild
	for _, g := range s.guilds {
		if !g.NoBot && shardOf(g.ID, se.n) == se.shard {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *Guild) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// SendGuilds sends GUILD_CREATE of every guild, for Options.LateGuilds.
func (s *Server) SendGuilds() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.guilds {
		s.sendGuild(g)
	}
}
