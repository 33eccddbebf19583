package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A link is the app's end of a web socket.
type link struct {
	ws *websocket.Conn
}

func dialTicket(t *testing.T, s *Server) (*link, *http.Response, error) {
	t.Helper()
	got := callWith(t, s, s.opts.AppToken, "apps.connections.open", nil)
	if got["ok"] != true {
		t.Fatalf("apps.connections.open: %v", got)
	}
	ws, w, err := websocket.DefaultDialer.Dial(got["url"].(string), nil)
	if err != nil {
		return nil, w, err
	}
	t.Cleanup(func() { _ = ws.Close() })
	return &link{ws}, w, nil
}

func dial(t *testing.T, s *Server) *link {
	t.Helper()
	l, _, err := dialTicket(t, s)
	if err != nil {
		t.Fatal(err)
	}
	if hello := l.next(t, "hello"); hello["num_connections"] == nil || hello["debug_info"] == nil {
		t.Errorf("hello = %v", hello)
	}
	return l
}

// next reads until a frame of a type.
func (l *link) next(t *testing.T, kind string) map[string]any {
	t.Helper()
	for {
		_ = l.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, raw, err := l.ws.ReadMessage()
		if err != nil {
			t.Errorf("wait for %s: %v", kind, err)
			return nil
		}
		var f map[string]any
		if json.Unmarshal(raw, &f) == nil && f["type"] == kind {
			return f
		}
	}
}

func (l *link) send(t *testing.T, raw string) {
	t.Helper()
	if err := l.ws.WriteMessage(websocket.TextMessage, []byte(raw)); err != nil {
		t.Error(err)
	}
}

func (l *link) ack(t *testing.T, env map[string]any, payload any) {
	t.Helper()
	a := map[string]any{"envelope_id": env["envelope_id"]}
	if payload != nil {
		a["payload"] = payload
	}
	raw, err := json.Marshal(a)
	if err != nil {
		t.Error(err)
	}
	l.send(t, string(raw))
}

func TestSocketDeliversAndRedelivers(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{SocketMode: true, AckWithin: 200 * time.Millisecond, Scale: 600})
	l := dial(t, s)
	s.Message(Said{Channel: General, Text: "first"})
	env := l.next(t, "events_api")
	if env["retry_attempt"] != 0.0 || env["accepts_response_payload"] != false {
		t.Errorf("envelope = %v", env)
	}
	// Unacknowledged, it comes again at once, as the same envelope.
	again := l.next(t, "events_api")
	if again["envelope_id"] != env["envelope_id"] || again["retry_attempt"] != 1.0 || again["retry_reason"] != "timeout" {
		t.Errorf("redelivery = %v, want the same envelope with retry 1 for timeout", again)
	}
	l.ack(t, again, nil)
	settled(t, s)
	if got := s.Acks(); !slices.Contains(got, env["envelope_id"].(string)) {
		t.Errorf("acks = %v", got)
	}
	d := s.Deliveries()[0]
	if len(d.Attempts) != 2 || d.Attempts[0].Failed != "timeout" || !d.Acked {
		t.Errorf("delivery = %+v", d)
	}
}

func TestSocketWithoutConnection(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{SocketMode: true, Scale: 600})
	s.Message(Said{Text: "while nobody listens"})
	l := dial(t, s)
	l.ack(t, l.next(t, "events_api"), nil)
	settled(t, s)

	// A connection that is cut with an envelope on its way: another gets it.
	s.Message(Said{Text: "cut"})
	first := l.next(t, "events_api")
	s.DropSockets()
	l2 := dial(t, s)
	again := l2.next(t, "events_api")
	if again["envelope_id"] != first["envelope_id"] || again["retry_reason"] != "connection_failed" {
		t.Errorf("after a cut: %v, want %v again", again, first["envelope_id"])
	}
	l2.ack(t, again, nil)
	settled(t, s)
	quiet(t, s)
}

func TestSocketTicketAndTokens(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{SocketMode: true})
	got := callWith(t, s, s.opts.AppToken, "apps.connections.open", nil)
	url := got["url"].(string)
	ws, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if _, _, err := websocket.DefaultDialer.Dial(url, nil); err == nil {
		t.Error("the URL worked twice")
	}
	wantError(t, callWith(t, s, s.opts.BotToken, "apps.connections.open", nil), "not_allowed_token_type")
	wantError(t, callWith(t, s, "xapp-wrong", "apps.connections.open", nil), "invalid_auth")
	wantError(t, callWith(t, s, s.opts.AppToken, "auth.test", nil), "not_allowed_token_type")
}

func TestSocketPayloadsGoToAnyConnection(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{SocketMode: true})
	var links []*link
	for range 3 {
		links = append(links, dial(t, s))
	}
	counts := make(chan int, 300)
	for i, l := range links {
		go func() {
			for {
				_, raw, err := l.ws.ReadMessage()
				if err != nil {
					return
				}
				var f map[string]any
				if json.Unmarshal(raw, &f) == nil && f["type"] == "events_api" {
					counts <- i
					_ = l.ws.WriteJSON(map[string]any{"envelope_id": f["envelope_id"]})
				}
			}
		}()
	}
	for range 60 {
		s.Message(Said{Text: "spread"})
	}
	settled(t, s)
	got := map[int]int{}
	for range 60 {
		got[<-counts]++
	}
	if len(got) != 3 || len(counts) != 0 {
		t.Errorf("60 events went to %v, want each to one of three", got)
	}
}

func TestSocketDisconnect(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{SocketMode: true, Scale: 100})
	l := dial(t, s)
	s.Disconnect("warning")
	if f := l.next(t, "disconnect"); f["reason"] != "warning" {
		t.Errorf("disconnect = %v", f)
	}
	s.WaitFor(t, 10*time.Second, "the connection stays", func() bool { open, _ := s.Connections(); return open == 0 })
	l = dial(t, s)
	s.Disconnect("link_disabled")
	l.next(t, "disconnect")
	s.WaitFor(t, 10*time.Second, "the connection stays", func() bool { open, _ := s.Connections(); return open == 0 })
	wantError(t, callWith(t, s, s.opts.AppToken, "apps.connections.open", nil), "link_disabled")
}

func TestSocketFrames(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{SocketMode: true, Fragments: true, PingEvery: 20 * time.Millisecond})
	l := dial(t, s)
	pinged := make(chan bool, 100)
	l.ws.SetPingHandler(func(string) error {
		select {
		case pinged <- true:
		default:
		}
		return nil
	})
	if !s.Frame("{not json") {
		t.Fatal("no connection")
	}
	_, raw, err := l.ws.ReadMessage()
	if err != nil || string(raw) != "{not json" {
		t.Errorf("frame = %q, %v", raw, err)
	}
	long := strings.Repeat("a long line of a log\n", 200)
	s.Message(Said{Text: long})
	env := l.next(t, "events_api")
	text := env["payload"].(map[string]any)["event"].(map[string]any)["text"]
	if text != long {
		t.Errorf("a fragmented text came as %d bytes, want %d", len(text.(string)), len(long))
	}
	l.ack(t, env, nil)
	settled(t, s)
	l.send(t, `{"payload":{}}`)
	go func() { _, _, _ = l.ws.ReadMessage() }() // pings are seen while reading
	select {
	case <-pinged:
	case <-time.After(10 * time.Second):
		t.Error("no ping")
	}
	s.WaitFor(t, 10*time.Second, "no violation", func() bool { return len(s.Violations()) == 1 })
	if v := s.Violations()[0]; v.Rule != RuleSocket {
		t.Errorf("violation = %v", v)
	}
}
