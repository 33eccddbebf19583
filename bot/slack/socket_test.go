package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

// socketMode starts a fake Slack and a platform on Socket Mode, with its log.
func socketMode(t *testing.T, o slacktest.Options, h *hearer) (*slacktest.Server, *Platform, *bottest.Log) {
	t.Helper()
	o.SocketMode = true
	s := slacktest.Start(t, o)
	l := &bottest.Log{}
	p := platformFor(t, s, true, l)
	listening(t, p, h.accept)
	until(t, "the platform is ready", func() bool { return p.Ready(t.Context()) == nil })
	t.Cleanup(func() {
		for _, v := range s.Violations() {
			t.Errorf("violation: %v", v)
		}
	})
	return s, p, l
}

// texts are what was heard, once each.
func texts(all []bot.Message) map[string]int {
	got := map[string]int{}
	for _, m := range all {
		got[m.Text]++
	}
	return got
}

// say has Alice write n messages.
func say(s *slacktest.Server, from, n int) {
	for i := range n {
		s.Message(slacktest.Said{Channel: slacktest.Triage, Text: fmt.Sprint("message ", from+i)})
	}
}

// However a connection ends, what was said meanwhile is heard.
func TestSocketReconnects(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*slacktest.Server){
		"cut":     (*slacktest.Server).DropSockets,
		"warning": func(s *slacktest.Server) { s.Disconnect("warning") },
		"refresh": func(s *slacktest.Server) { s.Disconnect("refresh_requested") },
		"down":    func(s *slacktest.Server) { s.Down(); time.Sleep(50 * time.Millisecond); _ = s.Up() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hearer{}
			s, p, _ := socketMode(t, slacktest.Options{Scale: 20}, h)
			for round := range 3 {
				say(s, round*20, 10)
				end(s)
				say(s, round*20+10, 10)
				until(t, "it is connected again", func() bool { _, ever := s.Connections(); return ever >= round+2 && p.Ready(t.Context()) == nil })
			}
			settled(t, s)
			got := texts(h.all())
			for i := range 60 {
				if got[fmt.Sprint("message ", i)] == 0 {
					t.Errorf("message %d was not heard", i)
				}
			}
			until(t, "the old connections are closed", func() bool { open, _ := s.Connections(); return open == 1 })
		})
	}
}

// When Slack says that it will close the connection, there is another one before
// it does.
func TestSocketOverlaps(t *testing.T) {
	t.Parallel()
	h := &hearer{}
	s, p, l := socketMode(t, slacktest.Options{Scale: 1}, h) // ten seconds are left
	s.Disconnect("warning")
	until(t, "there are two connections", func() bool { open, _ := s.Connections(); return open == 2 })
	if err := p.Ready(t.Context()); err != nil {
		t.Errorf("Ready = %v", err)
	}
	say(s, 0, 20) // over either
	settled(t, s)
	if n := len(h.all()); n != 20 {
		t.Errorf("%d messages were heard, want 20 once each: %v", n, texts(h.all()))
	}
	if !strings.Contains(l.String(), "slack asks to connect anew") {
		t.Errorf("the log is\n%s", l.String())
	}
}

// While Socket Mode is switched off the platform says so, and it goes on when
// that is undone.
func TestSocketDisabled(t *testing.T) {
	t.Parallel()
	h := &hearer{}
	s, p, l := socketMode(t, slacktest.Options{Scale: 6000}, h)
	s.Disconnect("link_disabled")
	until(t, "it is not ready", func() bool { return p.Ready(t.Context()) != nil })
	until(t, "the log says why", func() bool { return strings.Contains(l.String(), "socket mode is switched off in the app's settings") })
	s.EnableLink()
	until(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil })
	say(s, 0, 1)
	settled(t, s)
}

// A token that Slack refuses ends listening, with what to do; the token is not
// in the error.
func TestSocketToken(t *testing.T) {
	for _, word := range []string{"invalid_auth", "account_inactive", "token_revoked", "missing_scope", "not_allowed_token_type"} {
		s := slacktest.Start(t, slacktest.Options{SocketMode: true})
		s.Fault(slacktest.Fault{Method: "apps.connections.open", Error: word, Times: -1})
		p := platformFor(t, s, true, nil)
		err := p.Listen(t.Context(), (&hearer{}).accept)
		if err == nil || !strings.Contains(err.Error(), "SLACK_APP_TOKEN") || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "xapp") {
			t.Errorf("%s: Listen = %v", word, err)
		}
	}
}

// Slack that does not answer is tried again, and Retry-After is honoured.
func TestSocketTriesAgain(t *testing.T) {
	t.Parallel()
	s := slacktest.Start(t, slacktest.Options{SocketMode: true})
	for _, f := range []slacktest.Fault{{Status: 503}, {Body: "<html>"}, {RetryAfter: time.Second}} {
		f.Method = "apps.connections.open"
		s.Fault(f)
	}
	l := &bottest.Log{}
	p := platformFor(t, s, true, l)
	h := &hearer{}
	began := time.Now()
	listening(t, p, h.accept)
	if err := p.Ready(t.Context()); err == nil {
		t.Error("Ready = nil before it is connected")
	}
	until(t, "it is connected", func() bool { return p.Ready(t.Context()) == nil })
	if took := time.Since(began); took < time.Second {
		t.Errorf("connected after %v, though Slack asked to wait a second", took)
	}
	if strings.Contains(l.String(), "ticket=") || strings.Contains(l.String(), "xapp") {
		t.Errorf("the log has a secret:\n%s", l.String())
	}
}

// What cannot be read is recorded, acknowledged and said; what is not known is
// acknowledged.
func TestSocketFrames(t *testing.T) {
	t.Parallel()
	h := &hearer{}
	s, _, l := socketMode(t, slacktest.Options{}, h)
	acked := func(id string) bool {
		for _, a := range s.Acks() {
			if a == id {
				return true
			}
		}
		return false
	}
	long := `{"type":"events_api","envelope_id":"long","payload":{"type":"event_callback","event_id":"Ev0LONG","event":{"type":"message","text":"` + strings.Repeat("hunter2 ", maxPayload/4) + `"}}}`
	for _, c := range []struct{ frame, envelope, delivery, kind string }{
		{`hunter2`, "", "sha256:" + hashOf([]byte("hunter2")), "envelope"},
		{`{"type":"events_api","envelope_id":"cut","payload":{"event_id":"Ev0CUT","text":"hunter2`, "cut", "Ev0CUT", "envelope"},
		{`{"envelope_id":"typeless","text":"hunter2"}`, "typeless", "", "envelope"},
		{long, "long", "Ev0LONG", "envelope"},
		{`{"type":"events_api","envelope_id":"empty"}`, "empty", "", "event"},
		{`{"type":"events_api","envelope_id":"list","payload":["hunter2"]}`, "list", "", "event"},
		{`{"type":"events_api","envelope_id":"lacking","payload":{"type":"event_callback","event_id":"Ev0LACK","team_id":"T1","event":{"type":"message","text":"hunter2"}}}`, "lacking", "Ev0LACK", "event"},
		{`{"type":"slash_commands","envelope_id":"command","payload":{"text":"hunter2"}}`, "command", "", "command"},
		{`{"type":"interactive","envelope_id":"click","payload":{"type":"block_actions","value":"hunter2"}}`, "click", "", "interaction"},
	} {
		before := len(h.all())
		if !s.Frame(c.frame) {
			t.Fatal("there is no connection")
		}
		until(t, "it is recorded", func() bool { return len(h.all()) == before+1 })
		until(t, "it is acknowledged", func() bool { return c.envelope == "" || acked(c.envelope) })
		m := h.all()[before]
		if m.Kind != bot.Broken || m.Type != c.kind || m.Size == 0 && c.envelope != "empty" || m.Error == "" || c.delivery != "" && m.Delivery != c.delivery || m.Delivery == "" || strings.Contains(fmt.Sprintf("%+v", m), "hunter2") {
			t.Errorf("%s: %+v", c.frame[:min(60, len(c.frame))], m)
		}
	}
	before := len(h.all())
	for _, c := range []struct{ frame, envelope string }{
		{`{"type":"brain_api","envelope_id":"brain","payload":{}}`, "brain"},
		{`{"type":"events_api","envelope_id":"future","payload":{"type":"event_callback","event_id":"Ev1","team_id":"T1","event":{"type":"brain"}}}`, "future"},
		{`{"type":"brain_without_id"}`, ""},
		{`{"type":"hello"}`, ""},
	} {
		s.Frame(c.frame)
		until(t, "it is acknowledged", func() bool { return c.envelope == "" || acked(c.envelope) })
	}
	if n := len(h.all()); n != before {
		t.Errorf("%d of what is unknown were told", n-before)
	}
	say(s, 0, 1) // the connection lives
	settled(t, s)
	if _, ever := s.Connections(); ever != 1 {
		t.Errorf("%d connections, want 1", ever)
	}
	if log := l.String(); !strings.Contains(log, "a delivery cannot be read") || !strings.Contains(log, "unknown type") || strings.Contains(log, "hunter2") {
		t.Errorf("the log is\n%s", log)
	}
}

// Frames may come in pieces.
func TestSocketFragments(t *testing.T) {
	h := &hearer{}
	s, _, _ := socketMode(t, slacktest.Options{Fragments: true, PingEvery: 5 * time.Millisecond}, h)
	say(s, 0, 20)
	settled(t, s)
	if got := texts(h.all()); len(got) != 20 {
		t.Errorf("heard %v", got)
	}
}

// Nothing is acknowledged before it is decided, and what was begun when listening
// ends is still acknowledged.
func TestSocketEnds(t *testing.T) {
	t.Parallel()
	s := slacktest.Start(t, slacktest.Options{SocketMode: true})
	p := platformFor(t, s, true, nil)
	begun, release := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- p.Listen(ctx, func(context.Context, bot.Message) (bot.Ack, error) {
			close(begun)
			<-release
			return bot.Ack{}, nil
		})
	}()
	say(s, 0, 1)
	<-begun
	cancel()
	select {
	case err := <-ended:
		t.Fatalf("Listen = %v before the message was decided", err)
	case <-time.After(50 * time.Millisecond):
	}
	if n := len(s.Acks()); n != 0 {
		t.Error("acknowledged before it was decided")
	}
	close(release)
	if err := <-ended; err != nil {
		t.Errorf("Listen = %v", err)
	}
	settled(t, s)
	if n := len(s.Acks()); n != 1 {
		t.Errorf("%d acknowledgements, want 1", n)
	}
}

// Several replicas share what comes, and one that ends loses nothing.
func TestSocketReplicas(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{SocketMode: true, Scale: 6000, AckWithin: 500 * time.Millisecond})
	var hearers [3]hearer
	var stops []func()
	for i := range hearers {
		p := platformFor(t, s, true, nil)
		stops = append(stops, listening(t, p, hearers[i].accept))
		until(t, "it is connected", func() bool { return p.Ready(t.Context()) == nil })
	}
	hearers[1].mu.Lock()
	hearers[1].decide = func(bot.Message) (bot.Ack, error) { return bot.Ack{}, errors.New("the database is away") }
	hearers[1].mu.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() { say(s, 0, 60) })
	stops[2]()
	wg.Wait()
	until(t, "the second replica was asked", func() bool { return len(hearers[1].all()) > 0 })
	stops[1]() // what it did not decide comes to the first
	settled(t, s)
	got := texts(append(hearers[0].all(), hearers[2].all()...))
	if len(got) != 60 {
		t.Errorf("%d of 60 messages were decided", len(got))
	}
}

// An answer that would be dropped for its length is left out, and the envelope
// acknowledged.
func TestSocketLongAnswer(t *testing.T) {
	h := &hearer{decide: func(bot.Message) (bot.Ack, error) {
		return bot.Ack{Errors: map[string]string{formBlock: strings.Repeat("x", 30000)}}, nil
	}}
	s, p, l := socketMode(t, slacktest.Options{}, h)
	s.Frame(`{"type":"interactive","envelope_id":"long","accepts_response_payload":true,"payload":{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"id":"V1","callback_id":"diagnose"}}}`)
	until(t, "it is acknowledged", func() bool { return len(s.Acks()) == 1 })
	if !strings.Contains(l.String(), "too long for socket mode") || p.Ready(t.Context()) != nil {
		t.Errorf("the log is\n%s", l.String())
	}
}

// Suggestions are answered over the connection.
func TestSocketOptions(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{SocketMode: true})
	p, err := New(Config{BotToken: "xoxb-acme", AppToken: "xapp-1-acme", API: s.API()}, Deps{Suggest: func(_ context.Context, m bot.Message) ([]bot.Choice, error) {
		var all []bot.Choice
		for i := range 200 {
			all = append(all, bot.Choice{ID: fmt.Sprintf("%s-%d-%s", m.Text, i, strings.Repeat("日", 60)), Label: strings.Repeat("\"日", 100)})
		}
		return all, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.api.close)
	listening(t, p, (&hearer{}).accept)
	until(t, "it is connected", func() bool { return p.Ready(t.Context()) == nil })
	s.Frame(`{"type":"interactive","envelope_id":"menu","accepts_response_payload":true,"payload":{"type":"block_suggestion","team":{"id":"T1"},"user":{"id":"U1"},"action_id":"suggest:show","value":"dv"}}`)
	until(t, "it is answered", func() bool { return len(s.Acks()) == 1 })
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

// An address that is none of a secure socket is refused, and not repeated.
func TestSocketAddress(t *testing.T) {
	for _, address := range []string{"", "http://127.0.0.1/", "ws://slack.example.com/", "%zz", "wss:///x"} {
		s := slacktest.Start(t, slacktest.Options{SocketMode: true})
		s.Fault(slacktest.Fault{Method: "apps.connections.open", Body: `{"ok":true,"url":"` + address + `"}`, Status: http.StatusOK})
		p := platformFor(t, s, true, nil)
		if c, _, err := p.connect(t.Context()); err == nil || c != nil || !strings.Contains(err.Error(), "no address") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// A connection over which nothing comes any more is given up; one over which only
// answers to our own pings come is not.
func TestSocketSilence(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{true, false} {
		closed := make(chan struct{})
		up := websocket.Upgrader{}
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := up.Upgrade(w, r, nil)
			if err != nil {
				return
			}
			defer ws.Close()
			if silent {
				<-closed
				return
			}
			for err == nil {
				_, _, err = ws.NextReader() // answers pings
			}
		}))
		ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(web.URL, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		p := overHTTP(t, nil)
		c := newConn(p, ws)
		c.inHand, c.silence = make(chan struct{}, 1), 300*time.Millisecond
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { c.run(ctx); close(ended) }()
		select {
		case <-ended:
			if !silent {
				t.Error("a connection that answers pings was given up")
			}
		case <-time.After(1500 * time.Millisecond):
			if silent {
				t.Error("a silent connection was not given up")
			}
		}
		cancel()
		<-ended
		close(closed)
		web.Close()
	}
}
