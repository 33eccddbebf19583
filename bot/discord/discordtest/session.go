package discordtest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// fail closes for a mistake of the client's. The caller holds the lock.
func (c *conn) fail(code int, why string) {
	c.s.core.Violate(RuleGateway, "gateway", fmt.Sprintf("closed with %d: %s", code, why))
	c.shut(code, why)
}

func (c *conn) invalid(resumable bool) {
	c.push(encode(object{"op": 9, "d": resumable, "s": nil, "t": nil}))
}

func (s *Server) isToken(t string) bool { return strings.TrimPrefix(t, "Bot ") == s.opts.Token }

// identify begins a session. The caller holds the lock.
// https://docs.discord.com/developers/events/gateway-events#identify
func (c *conn) identify(raw json.RawMessage) {
	var d struct {
		Token      string            `json:"token"`
		Intents    *int              `json:"intents"`
		Shard      []int             `json:"shard"`
		Properties map[string]string `json:"properties"`
	}
	s := c.s
	if err := json.Unmarshal(raw, &d); err != nil || d.Intents == nil || d.Properties == nil {
		c.fail(closeDecode, "Error while decoding payload.")
		return
	}
	now := s.Now()
	g := &s.gateway
	if g.left == 0 || now.Sub(g.day) >= 24*time.Hour {
		g.day, g.left = now, s.opts.Identifies+1
	}
	i, n := 0, 1
	switch {
	case !s.isToken(d.Token):
		c.fail(closeAuth, "Authentication failed.")
		return
	case *d.Intents < 0 || *d.Intents&^knownIntents != 0:
		c.fail(closeIntents, "Invalid intent(s).")
		return
	case s.opts.NoMessageContent && *d.Intents&intentContent != 0,
		s.opts.NoMembers && *d.Intents&(intentMembers|intentPresences) != 0:
		c.shut(closeDisallowed, "Disallowed intent(s).")
		return
	case d.Shard != nil && (len(d.Shard) != 2 || d.Shard[0] < 0 || d.Shard[0] >= d.Shard[1]):
		c.fail(closeShard, "Invalid shard.")
		return
	}
	if d.Shard != nil {
		i, n = d.Shard[0], d.Shard[1]
	}
	if s.opts.MustShard && n < s.opts.Shards {
		c.shut(closeMustShard, "Sharding required.")
		return
	}
	key := i % s.opts.MaxConcurrency
	if last, ok := g.identified[key]; ok && now.Sub(last) < s.opts.IdentifyEvery {
		c.invalid(false)
		return
	}
	g.identified[key] = now
	g.identifies++
	if g.left--; g.left <= 0 {
		g.left = -1
		c.fail(closeAuth, "the token was reset: more session starts than session_start_limit")
		return
	}
	se := &session{id: randomHex(16), shard: i, n: n, intents: *d.Intents, conn: c}
	g.sessions[se.id], c.session = se, se
	guilds := []object{}
	for _, x := range s.guildsOf(se) {
		guilds = append(guilds, object{"id": x.ID, "unavailable": true})
	}
	s.dispatch(se, "READY", "", "", object{"v": 10, "user": userObject(s.users[Bot]), "guilds": guilds, "private_channels": []object{},
		"session_id": se.id, "session_type": "normal", "shard": []int{i, n}, "resume_gateway_url": s.socketURL("/resume/"),
		"application": object{"id": App, "flags": s.appFlags()}})
	if s.opts.LateGuilds || se.intents&intentGuilds == 0 {
		return
	}
	for _, x := range s.guildsOf(se) {
		if x.Outage { // as documented, who was unavailable in READY is said to be so again
			s.dispatch(se, "GUILD_DELETE", x.ID, x.ID, object{"id": x.ID, "unavailable": true})
			continue
		}
		s.dispatch(se, "GUILD_CREATE", x.ID, x.ID, s.guildObject(x, true))
	}
}

// resumeSession goes on with a session. The caller holds the lock.
// https://docs.discord.com/developers/events/gateway#resuming
func (c *conn) resumeSession(raw json.RawMessage) {
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     *int64 `json:"seq"`
	}
	s := c.s
	if err := json.Unmarshal(raw, &d); err != nil || d.Seq == nil {
		c.fail(closeDecode, "Error while decoding payload.")
		return
	}
	if !s.isToken(d.Token) {
		c.fail(closeAuth, "Authentication failed.")
		return
	}
	if !c.resume {
		s.core.Violate(RuleResume, "gateway", "a resume that is not at resume_gateway_url")
		if s.opts.StrictResume {
			c.invalid(false)
			return
		}
	}
	se := s.gateway.sessions[d.Session]
	switch {
	case se == nil || se.dead || se.forgotten || se.conn == nil && s.Now().Sub(se.lost) > s.opts.ResumeFor || *d.Seq < se.dropped:
		if se != nil {
			se.dead = true
		}
		c.invalid(false)
		return
	case *d.Seq > se.seq:
		se.dead = true
		c.fail(closeSeq, "Invalid seq.")
		return
	}
	if old := se.conn; old != nil { // the documentation does not say how the one before ends
		old.session = nil
		old.shut(0, "")
	}
	for _, f := range se.kept {
		if f.seq > *d.Seq {
			c.push(f.data)
		}
	}
	se.conn, c.session = c, se
	s.gateway.resumes++
	s.dispatch(se, "RESUMED", "", "", object{"_trace": []string{}})
}

func (s *Server) socketURL(path string) string {
	return "ws" + strings.TrimPrefix(s.URL, "http") + path
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// each does something with every connection.
func (s *Server) each(f func(*conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		f(c)
	}
	s.core.Change()
}

// DropSockets cuts the connections to the gateway. Their sessions stay.
func (s *Server) DropSockets() {
	s.each(func(c *conn) {
		s.drop(c)
		c.shut(0, "")
	})
}

// CloseSockets closes the connections with a code.
func (s *Server) CloseSockets(code int, why string) {
	s.each(func(c *conn) {
		if se := c.session; se != nil && (code == closeSeq || code == closeTimeout) {
			se.dead = true
		}
		s.drop(c)
		c.shut(code, why)
	})
}

// Reconnect asks the clients to connect again and resume (op 7), as Discord does
// when it restarts a node.
func (s *Server) Reconnect() {
	s.each(func(c *conn) { c.push([]byte(`{"op":7,"d":null,"s":null,"t":null}`)) })
}

// InvalidSession tells the clients that their sessions are invalid (op 9), for good
// unless they are resumable.
func (s *Server) InvalidSession(resumable bool) {
	s.each(func(c *conn) {
		if se := c.session; se != nil {
			se.dead = !resumable
			se.conn, se.lost, c.session = nil, s.Now(), nil
		}
		c.invalid(resumable)
	})
}

// ForgetSessions makes every session of now unresumable.
func (s *Server) ForgetSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, se := range s.gateway.sessions {
		se.forgotten = true
	}
	s.core.Change()
}

// Silence has heartbeats unacknowledged, or acknowledged again.
func (s *Server) Silence(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.silent = on
}

// AskHeartbeat asks the clients for a heartbeat at once (op 1).
func (s *Server) AskHeartbeat() {
	s.each(func(c *conn) { c.push([]byte(`{"op":1,"d":null,"s":null,"t":null}`)) })
}

// Frame sends a frame of any content to every connection.
func (s *Server) Frame(data []byte) { s.each(func(c *conn) { c.push(data) }) }
