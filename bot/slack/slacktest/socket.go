package slacktest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// sockets are the connections of Socket Mode.
type sockets struct {
	tickets  map[string]time.Time // until when each may be used
	conns    []*conn
	waiting  map[string][]chan []byte // envelope_id: where its acknowledgement goes
	acked    []string
	made     int
	disabled bool
}

type conn struct {
	id   int
	ws   *websocket.Conn
	out  chan []byte
	done chan struct{} // closed when it is
}

// connectionsOpen gives the URL of a web socket, good for one connection.
func (c *call) connectionsOpen() (map[string]any, error) {
	s := c.s
	switch {
	case !s.opts.SocketMode:
		return nil, refuse("socket_mode_not_enabled")
	case s.socket.disabled:
		return nil, refuse("link_disabled")
	}
	ticket := random()
	s.socket.tickets[ticket] = s.Now().Add(30 * time.Second)
	return map[string]any{"url": strings.Replace(s.URL, "http:", "ws:", 1) + "/link/?ticket=" + ticket + "&app_id=" + App}, nil
}

// link serves a web socket.
func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	until, ok := s.socket.tickets[ticket]
	delete(s.socket.tickets, ticket)
	ok = ok && s.Now().Before(until) && !s.core.Closed()
	full := len(s.socket.conns) >= at("socket.connections")
	s.mu.Unlock()
	if !ok {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	if full {
		http.Error(w, "too_many_websockets", http.StatusTooManyRequests)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	if s.opts.Fragments {
		up.WriteBufferSize = 128
	}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{ws: ws, out: make(chan []byte, 64), done: make(chan struct{})}
	life := time.Duration(0)
	if r.URL.Query().Get("debug_reconnects") == "true" {
		life = 360 * time.Second
	}
	s.mu.Lock()
	if s.core.Closed() {
		s.mu.Unlock()
		_ = ws.Close()
		return
	}
	s.socket.made++
	c.id = s.socket.made
	hello, _ := json.Marshal(object{"type": "hello", "num_connections": len(s.socket.conns) + 1, "connection_info": object{"app_id": App},
		"debug_info": object{"host": "slacktest", "started": "2026-01-01 00:00:00.000", "build_number": 1, "approximate_connection_time": 18060}})
	c.out <- hello
	s.socket.conns = append(s.socket.conns, c)
	s.core.Go(func() { s.write(c) })
	s.core.Go(func() { s.read(c) })
	if life > 0 {
		s.core.Go(func() { s.expire(c, life) })
	}
	s.core.Change()
	s.mu.Unlock()
}

func (s *Server) expire(c *conn, life time.Duration) {
	if s.core.Sleep(life) {
		s.drop(c)
	}
}

// write sends what is in c.out, and pings.
func (s *Server) write(c *conn) {
	tick := time.NewTicker(s.opts.PingEvery)
	defer tick.Stop()
	for {
		select {
		case raw := <-c.out:
			_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
			if c.ws.WriteMessage(websocket.TextMessage, raw) != nil {
				s.drop(c)
				return
			}
		case <-tick.C:
			_ = c.ws.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(5*time.Second))
		case <-c.done:
			return
		}
	}
}

// read takes acknowledgements.
func (s *Server) read(c *conn) {
	defer s.drop(c)
	for {
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		s.acknowledge(raw)
	}
}

func (s *Server) acknowledge(raw []byte) {
	var a struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(raw, &a)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(raw) > at("socket.response"):
		s.core.Violate(RuleSocket, "answer", fmt.Sprintf("an answer of %d bytes is dropped", len(raw)))
		return
	case err != nil || a.EnvelopeID == "":
		s.core.Violate(RuleSocket, "answer", "an answer without an envelope_id")
		return
	}
	s.socket.acked = append(s.socket.acked, a.EnvelopeID)
	for _, c := range s.socket.waiting[a.EnvelopeID] {
		select {
		case c <- a.Payload:
		default: // acknowledged twice
		}
	}
	s.core.Change()
}

// drop closes a connection.
func (s *Server) drop(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropLocked(c)
}

func (s *Server) dropLocked(c *conn) {
	if i := slices.Index(s.socket.conns, c); i >= 0 {
		s.socket.conns = slices.Delete(s.socket.conns, i, i+1)
		close(c.done)
		_ = c.ws.Close()
		s.core.Change()
	}
}

// DropSockets cuts all web sockets without a word.
func (s *Server) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.socket.conns) > 0 {
		s.dropLocked(s.socket.conns[0])
	}
}

// Connections returns how many web sockets are open, and how many were ever.
func (s *Server) Connections() (open, ever int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.socket.conns), s.socket.made
}

// Acks returns the envelope_ids that were acknowledged, in order.
func (s *Server) Acks() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.socket.acked)
}

// Disconnect says goodbye on all web sockets. Reason is warning (they are closed
// 10 s later, by the scaled clock), refresh_requested (at once) or link_disabled
// (at once, and no new ones are given).
func (s *Server) Disconnect(reason string) {
	raw, _ := json.Marshal(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "slacktest"}})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket.disabled = s.socket.disabled || reason == "link_disabled"
	for _, c := range slices.Clone(s.socket.conns) {
		select {
		case c.out <- raw:
		default:
		}
		wait := time.Duration(0)
		if reason == "warning" {
			wait = time.Duration(float64(10*time.Second) / s.opts.Scale)
		}
		s.core.Go(func() {
			if s.core.Sleep(wait + 50*time.Millisecond) { // after the goodbye was written
				s.drop(c)
			}
		})
	}
}

// EnableLink undoes a Disconnect for link_disabled.
func (s *Server) EnableLink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket.disabled = false
}

// Frame writes a text frame as it is to one of the web sockets: something that
// is not JSON, say, or an envelope that an app does not know. It reports whether
// there was one.
func (s *Server) Frame(raw string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.anyConn()
	if c == nil {
		return false
	}
	select {
	case c.out <- []byte(raw):
		return true
	default:
		return false
	}
}

func (s *Server) anyConn() *conn {
	if len(s.socket.conns) == 0 {
		return nil
	}
	return s.socket.conns[rand.IntN(len(s.socket.conns))]
}
