package discordtest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// The codes with which the gateway closes.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	closeUnknownOp     = 4001
	closeDecode        = 4002
	closeNotIdentified = 4003
	closeAuth          = 4004
	closeIdentified    = 4005
	closeSeq           = 4007
	closeRate          = 4008
	closeTimeout       = 4009
	closeShard         = 4010
	closeMustShard     = 4011
	closeVersion       = 4012
	closeIntents       = 4013
	closeDisallowed    = 4014
)

const (
	maxPayload = 4096             // bytes that a client may send at once
	maxSends   = 120              // payloads that it may send …
	sendWindow = 60 * time.Second // … within
)

// A conn is a connection to the gateway.
type conn struct {
	s       *Server
	ws      *websocket.Conn
	resume  bool // it came to the address for resumes
	session *session
	sends   []time.Time

	// under the server's lock
	queue  []item
	wake   chan struct{}
	closed bool // nothing more is sent
}

// An item is a frame to send, or the code to close with.
type item struct {
	data []byte
	code int
	text string
}

// push queues a frame. The caller holds the server's lock.
func (c *conn) push(data []byte) { c.enqueue(item{data: data}) }

// shut closes the connection with a code, after what is queued; code 0 cuts it at
// once. The caller holds the server's lock.
func (c *conn) shut(code int, why string) {
	if code == 0 {
		c.closed = true
		_ = c.ws.NetConn().Close()
	}
	c.enqueue(item{code: code, text: why})
	c.closed = true
}

func (c *conn) enqueue(i item) {
	if !c.closed {
		c.queue = append(c.queue, i)
	}
	c.nudge()
}

// refuseClient closes for something that a client should not do.
func (c *conn) refuseClient(code int, why string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.fail(code, why)
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }, WriteBufferSize: 32 << 10}

// serveGateway serves a connection to the gateway.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("encoding") != "json" {
		http.Error(w, "encoding must be json", http.StatusBadRequest)
		return
	}
	if !s.core.Enter() {
		return
	}
	defer s.core.Leave()
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{s: s, ws: ws, wake: make(chan struct{}, 1), resume: strings.HasPrefix(r.URL.Path, "/resume")}
	s.mu.Lock()
	s.gateway.conns[c] = true
	c.push(encode(object{"op": 10, "s": nil, "t": nil, "d": object{"heartbeat_interval": s.opts.Heartbeat.Milliseconds()}}))
	if q.Get("v") != "10" && !s.opts.OldVersions {
		s.core.Violate(RuleVersion, "gateway", "version "+q.Get("v")+" of the gateway")
		c.shut(closeVersion, "Invalid API version")
	}
	if s.core.Closed() {
		c.shut(0, "")
	}
	s.core.Change()
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { defer close(done); c.write() }()
	c.read()
	s.mu.Lock()
	c.closed = true
	s.drop(c)
	s.mu.Unlock()
	c.nudge()
	_ = ws.Close()
	<-done
}

func (c *conn) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// drop forgets a connection; its session stays. The caller holds the lock.
func (s *Server) drop(c *conn) {
	delete(s.gateway.conns, c)
	if se := c.session; se != nil && se.conn == c {
		se.conn, se.lost = nil, s.Now()
	}
	s.core.Change()
}

func encode(o object) []byte {
	raw, err := json.Marshal(o)
	if err != nil {
		panic("discordtest: " + err.Error())
	}
	return raw
}

// write sends what is queued until the connection ends.
func (c *conn) write() {
	for range c.wake {
		c.s.mu.Lock()
		batch, over := c.queue, c.closed
		c.queue = nil
		c.s.mu.Unlock()
		for _, i := range batch {
			_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
			if i.data == nil {
				if i.code == 0 {
					_ = c.ws.NetConn().Close()
					return
				}
				_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(i.code, i.text), time.Now().Add(time.Second))
				// The client answers and closes; who does not is cut off.
				_ = c.ws.NetConn().SetReadDeadline(time.Now().Add(2 * time.Second))
				return
			}
			if err := c.ws.WriteMessage(websocket.TextMessage, i.data); err != nil {
				_ = c.ws.NetConn().Close()
				return
			}
		}
		if over {
			return
		}
	}
}

type payload struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
}

// read serves what the client sends until the connection ends.
func (c *conn) read() {
	s := c.s
	for {
		s.mu.Lock()
		if !c.closed { // who sends no heartbeat is gone
			_ = c.ws.SetReadDeadline(time.Now().Add(s.opts.Heartbeat*3/2 + time.Second))
		}
		s.mu.Unlock()
		kind, data, err := c.ws.ReadMessage()
		if err != nil {
			var e *websocket.CloseError
			s.mu.Lock()
			if errors.As(err, &e) && (e.Code == websocket.CloseNormalClosure || e.Code == websocket.CloseGoingAway) && c.session != nil && !c.closed {
				c.session.dead = true // as documented: these two end the session
			}
			s.mu.Unlock()
			return
		}
		if s.core.Leaks(string(data)) {
			s.mu.Lock()
			s.core.Violate(RuleSecret, "gateway", "a payload holds a planted secret")
			s.mu.Unlock()
		}
		now := time.Now()
		for len(c.sends) > 0 && now.Sub(c.sends[0]) > sendWindow {
			c.sends = c.sends[1:]
		}
		if c.sends = append(c.sends, now); len(c.sends) > maxSends {
			c.refuseClient(closeRate, "Rate limited.")
			continue
		}
		var p payload
		if kind != websocket.TextMessage || len(data) > maxPayload || json.Unmarshal(data, &p) != nil {
			c.refuseClient(closeDecode, "Error while decoding payload.")
			continue
		}
		c.handle(p)
	}
}

// handle serves one payload.
func (c *conn) handle(p payload) {
	s := c.s
	switch p.Op {
	case 1:
		s.mu.Lock()
		if !s.gateway.silent {
			c.push([]byte(`{"op":11,"d":null,"s":null,"t":null}`))
		}
		s.mu.Unlock()
	case 2, 6:
		s.mu.Lock()
		defer s.mu.Unlock()
		if c.closed {
			return
		}
		if c.session != nil {
			c.fail(closeIdentified, "Already authenticated.")
			return
		}
		if p.Op == 2 {
			c.identify(p.D)
		} else {
			c.resumeSession(p.D)
		}
		s.core.Change()
	case 3, 4, 8, 31:
		s.mu.Lock()
		defer s.mu.Unlock()
		if c.session == nil {
			c.fail(closeNotIdentified, "Not authenticated.")
		}
	default:
		c.refuseClient(closeUnknownOp, "Unknown opcode.")
	}
}
