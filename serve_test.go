package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/knowledge"
	"authfix/storage"
)

// A logbook is a log that tests read while it is written.
type logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// running is a server that runs in this process.
type running struct {
	url  string
	log  *logbook
	stop func() error // softly; returns what run returned
}

// newServer returns a server that is configured for a test.
func newServer(t *testing.T, log io.Writer) *server {
	t.Helper()
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e := env{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "desk.db"), "AUTHFIX_LISTEN": "127.0.0.1:0", "AUTHFIX_STOP_WITHIN": "10s"}
	c, _, err := readSettings(e.get, nil, everything)
	if err != nil {
		t.Fatal(err)
	}
	return &server{config: c, base: base, log: newLogger(log, "text", slog.LevelDebug)}
}

// startServer runs s until the test ends.
func startServer(t *testing.T, s *server, log *logbook) running {
	t.Helper()
	at := make(chan net.Addr, 1)
	s.listening = func(a net.Addr) { at <- a }
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	stop := sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(60 * time.Second):
			return errors.New("it does not stop")
		}
	})
	t.Cleanup(func() {
		if err := stop(); err != nil && !t.Failed() {
			t.Logf("stopped with %v", err)
		}
		if t.Failed() {
			t.Logf("the log:\n%s", log)
		}
	})
	select {
	case a := <-at:
		return running{"http://" + a.String(), log, stop}
	case err := <-done:
		t.Fatalf("it does not start: %v\n%s", err, log)
	case <-time.After(60 * time.Second):
		t.Fatalf("it does not start\n%s", log)
	}
	panic("unreachable")
}

// ready asks /readyz until it answers with code.
func (s running) ready(t *testing.T, code int) map[string]string {
	t.Helper()
	var body struct {
		Status string
		Parts  map[string]string
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		r, err := http.Get(s.url + "/readyz")
		if err == nil {
			err = json.NewDecoder(r.Body).Decode(&body)
			r.Body.Close()
			if err == nil && r.StatusCode == code {
				return body.Parts
			}
		}
		if time.Now().After(end) {
			t.Fatalf("/readyz is not %d: %+v, %v", code, body, err)
		}
	}
}

func fetchMetrics(t *testing.T, s running) string {
	t.Helper()
	r, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestServe runs the whole program with a chat platform: a paste is answered,
// counted and logged, without its words.
func TestServe(t *testing.T) {
	chat := bottest.Start(t, bottest.Options{})
	platform := &bottest.Platform{URL: chat.URL, Client: "one"}
	defer platform.Close()
	var log logbook
	s := newServer(t, &log)
	s.platforms = []bot.Platform{bottest.FindingPlatform{Platform: platform}}
	run := startServer(t, s, &log)
	run.ready(t, 200)

	secret := planted()["vendor token"]
	chat.Deliver(bot.Message{Tenant: bot.Tenant{Platform: "test", Workspace: "W1TENANT"}, Delivery: "d1", Kind: bot.Said, Channel: "C1CHANNEL", Place: bot.Public, Key: "m1", Asked: true,
		Author: bot.Author{ID: "U1PERSON"}, Text: "oauth_problem=timestamp_refused " + secret}, 1)
	if err := chat.Wait(30*time.Second, func() bool { return len(chat.Posts()) > 0 && len(chat.Acks()) == 1 }); err != nil {
		t.Fatal(err)
	}
	first := chat.Posts()[0]
	if !strings.Contains(first.Reply.Headline+first.Reply.Footnote, "clock") && !strings.Contains(first.Reply.Headline, "secret") {
		t.Errorf("the answer is %+v", first.Reply)
	}
	var body string
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		body = fetchMetrics(t, run)
		if strings.Contains(body, `authfix_outbox_replies{platform="test"} 0`) && strings.Contains(body, `authfix_sends_total{platform="test",result="sent"}`) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the replies are not counted:\n%s", body)
		}
	}
	for _, want := range []string{`kind="said",platform="test"} 1`, `authfix_diagnoses_total{failure_mode="applinks-timestamp-refused",verdict="likely"} 1`, `authfix_answer_seconds_count{platform="test"}`, "authfix_build_info{"} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %s:\n%s", want, body)
		}
	}
	for _, name := range []string{"W1TENANT", "C1CHANNEL", "U1PERSON"} {
		if strings.Contains(body, name) {
			t.Errorf("the metrics name %s", name)
		}
	}
	if err := run.stop(); err != nil {
		t.Errorf("run = %v", err)
	}
	for _, want := range []string{`msg=serving`, "listen=127.0.0.1:", "database=sqlite:", "failure_modes=", "platforms=[test]", `msg="message decided"`, "msg=stopping", "msg=stopped"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
	for _, no := range []string{"timestamp_refused ", secretPart(secret)} {
		if strings.Contains(log.String(), no) {
			t.Errorf("the log shows %q", no)
		}
	}
}

// failing is a platform that cannot go on.
type failing struct {
	fail chan error
}

func (failing) Name() string { return "failing" }

func (f failing) Listen(ctx context.Context, _ func(context.Context, bot.Message) (bot.Ack, error)) error {
	select {
	case err := <-f.fail:
		return err
	case <-ctx.Done():
		return nil
	}
}

func (failing) Send(context.Context, bot.Destination, bot.Reply) (bot.Sent, error) {
	return bot.Sent{}, bot.ErrPermanent
}

// A part that fails stops all, and the log names it.
func TestServeStopsWithAPart(t *testing.T) {
	var log logbook
	s := newServer(t, &log)
	f := failing{make(chan error, 1)}
	s.platforms = []bot.Platform{f}
	run := startServer(t, s, &log)
	run.ready(t, 200)
	f.fail <- errors.New("the token was revoked: " + planted()["slack token"])
	for end := time.Now().Add(30 * time.Second); !strings.Contains(log.String(), "msg=stopped"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not stop:\n%s", log.String())
		}
	}
	if err := run.stop(); err != status(trouble) {
		t.Errorf("run = %v, want status %d", err, trouble)
	}
	if got := log.String(); !strings.Contains(got, `level=ERROR msg=stopped err="chat: platform failing: the token was revoked`) || secretPart(got) != "" {
		t.Errorf("the log is\n%s", got)
	}
	if _, err := http.Get(run.url + "/healthz"); err == nil {
		t.Error("HTTP is still answered")
	}
}

// absent is a store whose database is away.
type absent struct{ storage.Store }

func (absent) Ping(context.Context) error { return storage.ErrUnavailable }

func TestNotReady(t *testing.T) {
	var log logbook
	s := newServer(t, &log)
	s.wrapStore = func(inner storage.Store) storage.Store { return absent{inner} }
	run := startServer(t, s, &log)
	parts := run.ready(t, 503)
	if !strings.Contains(parts["database"], "does not answer") || parts["program"] != "ok" {
		t.Errorf("the parts are %v", parts)
	}
	if err := run.stop(); err != nil {
		t.Errorf("run = %v", err)
	}
	if !strings.Contains(log.String(), "no chat platform is configured") {
		t.Errorf("the log is\n%s", log.String())
	}
}

// stuck is a platform that does not let go.
type stuck struct{ failing }

func (stuck) Listen(context.Context, func(context.Context, bot.Message) (bot.Ack, error)) error {
	select {}
}

// What does not stop is left behind after the stated time.
func TestStopIsBounded(t *testing.T) {
	var log logbook
	s := newServer(t, &log)
	s.config.StopWithin = time.Second
	s.platforms = []bot.Platform{stuck{}}
	run := startServer(t, s, &log)
	run.ready(t, 200)
	began := time.Now()
	if err := run.stop(); err != status(trouble) {
		t.Errorf("run = %v", err)
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("it took %v", d)
	}
	if !strings.Contains(log.String(), "not stopped within") {
		t.Errorf("the log is\n%s", log.String())
	}
}

// What keeps it from starting is one sentence each.
func TestServeCannotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		name   string
		change func(*config)
		want   string
	}{
		{"busy port", func(c *config) { c.Listen = taken.Addr().String() }, "AUTHFIX_LISTEN: " + taken.Addr().String() + " is in use: stop what listens there, or set another address"},
		{"strange address", func(c *config) { c.Listen = "192.0.2.1:0" }, "AUTHFIX_LISTEN: 192.0.2.1:0 is no address of this machine"},
		{"no folder", func(c *config) { c.Database.path = filepath.Join(t.TempDir(), "absent", "desk.db") }, "no such file or directory"},
		{"no server", func(c *config) {
			c.Database = database{engine: "postgres", url: "postgres://anna:hunter2@127.0.0.1:1/desk?connect_timeout=5"}
			c.SecretKey = storage.NewKey()
		}, "DATABASE_URL postgres://anna:xxxxx@127.0.0.1:1/desk"},
		{"no key", func(c *config) { c.Database = database{engine: "postgres", url: "postgres://anna@127.0.0.1:1/desk"} }, "AUTHFIX_SECRET_KEY is not set, and PostgreSQL requires it"},
	} {
		var log logbook
		s := newServer(t, &log)
		c.change(&s.config)
		err := s.run(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("%s: the error is logged besides:\n%s", c.name, log.String())
		}
	}
}
