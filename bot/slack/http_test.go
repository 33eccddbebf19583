package slack

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
)

// A hearer records what it is told, and answers as decide says.
type hearer struct {
	decide func(bot.Message) (bot.Ack, error) // nil: the zero Ack

	mu    sync.Mutex
	heard []bot.Message
}

func (h *hearer) accept(_ context.Context, m bot.Message) (bot.Ack, error) {
	h.mu.Lock()
	h.heard = append(h.heard, m)
	decide := h.decide
	h.mu.Unlock()
	if decide == nil {
		return bot.Ack{}, nil
	}
	return decide(m)
}

func (h *hearer) all() []bot.Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.heard)
}

// nowhere is an API that nobody answers.
const nowhere = "http://127.0.0.1:1/api/"

// overHTTP is a platform that is set to HTTP.
func overHTTP(t *testing.T, lg *slog.Logger) *Platform {
	t.Helper()
	p, err := New(Config{BotToken: "xoxb-test", SigningSecret: testSecret, API: nowhere}, Deps{Log: lg, Suggest: func(_ context.Context, m bot.Message) ([]bot.Choice, error) {
		return []bot.Choice{{ID: m.Command + "/" + m.Text, Label: "Suggestion"}, {ID: "", Label: "nothing"}, {ID: strings.Repeat("x", 76), Label: "too long"}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.spaces.one = Install{Tenant: bot.Tenant{Platform: Name, Workspace: "T1"}, Token: "xoxb-test", BotUser: acmeBot} // so that Slack is not asked
	return p
}

// listening has a platform listen until the test ends, or stop is called.
func listening(t *testing.T, p *Platform, accept bot.Accepter) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Listen(ctx, accept) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Listen = %v", err)
		}
	})
	t.Cleanup(stop)
	for !p.ear.Listening() {
		time.Sleep(time.Millisecond)
	}
	return stop
}

// call makes a request to a platform's handler.
func call(p http.Handler, path string, h http.Header, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header = h
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestHTTPRefuses(t *testing.T) {
	var log bottest.Log
	p := overHTTP(t, log.Logger())
	var h hearer
	listening(t, p, h.accept)
	good := event("Ev1", `{"type":"message","channel":"C1","user":"U1","text":"hunter2","ts":"1.0"}`)
	now := time.Now()
	large := event("Ev1", `{"type":"message","channel":"C1","user":"U1","text":"`+strings.Repeat("hunter2", maxPayload/7)+`","ts":"1.0"}`)
	for name, c := range map[string]struct {
		path   string
		header http.Header
		body   string
		status int
	}{
		"good":               {"/slack/events", signed(testSecret, []byte(good), now), good, 200},
		"not signed":         {"/slack/events", http.Header{}, good, 401},
		"signed by another":  {"/slack/events", signed("another", []byte(good), now), good, 401},
		"another body":       {"/slack/events", signed(testSecret, []byte(good), now), good + " ", 401},
		"stale":              {"/slack/events", signed(testSecret, []byte(good), now.Add(-6*time.Minute)), good, 401},
		"of the future":      {"/slack/events", signed(testSecret, []byte(good), now.Add(6*time.Minute)), good, 401},
		"oversized":          {"/slack/events", signed(testSecret, []byte(large), now), large, 413},
		"unsigned command":   {"/slack/commands", http.Header{}, "text=x", 401},
		"unsigned click":     {"/slack/interactivity", http.Header{}, "payload={}", 401},
		"unsigned options":   {"/slack/options", http.Header{}, "payload={}", 401},
		"unsigned challenge": {"/slack/events", http.Header{}, `{"type":"url_verification","challenge":"x"}`, 401},
		"elsewhere":          {"/slack/other", signed(testSecret, []byte(good), now), good, 404},
	} {
		w := call(p.Handler(), c.path, c.header, c.body)
		if w.Code != c.status || (w.Header().Get("X-Slack-No-Retry") == "1") != (c.status == 413) {
			t.Errorf("%s: %d %v, want %d", name, w.Code, w.Header(), c.status)
		}
	}
	// A chunked body has no length that could be looked at before.
	r := httptest.NewRequest(http.MethodPost, "/slack/events", io.MultiReader(strings.NewReader(large)))
	r.Header, r.ContentLength = signed(testSecret, []byte(large), now), -1
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	if w.Code != 413 {
		t.Errorf("oversized in chunks: %d", w.Code)
	}
	if n := len(h.all()); n != 1 {
		t.Errorf("%d messages were heard, want 1", n)
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log shows what was said:\n%s", log.String())
	}
	if r := call(p.Handler(), "/slack/events", signed(testSecret, []byte(good), now), good); r.Code != 200 || len(h.all()) != 2 || h.all()[0].Delivery != h.all()[1].Delivery {
		t.Errorf("a replay: %d; it is the desk that knows it by its delivery: %+v", r.Code, h.all())
	}
	get := httptest.NewRecorder()
	p.Handler().ServeHTTP(get, httptest.NewRequest(http.MethodGet, "/slack/events", nil))
	if get.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", get.Code)
	}
}

func TestURLVerification(t *testing.T) {
	p := overHTTP(t, nil) // Slack asks before anybody listens
	body := `{"token":"x","challenge":"3eZbrw1aB<&>","type":"url_verification"}`
	w := call(p.Handler(), "/slack/events", signed(testSecret, []byte(body), time.Now()), body)
	var got map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); w.Code != 200 || err != nil || got["challenge"] != "3eZbrw1aB<&>" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// send makes a signed request and returns status and body.
func send(p *Platform, path, body string) (int, string) {
	w := call(p.Handler(), path, signed(testSecret, []byte(body), time.Now()), body)
	return w.Code, strings.TrimSpace(w.Body.String())
}

// What cannot be read is recorded without its content, and acknowledged.
func TestHTTPBroken(t *testing.T) {
	var log bottest.Log
	p := overHTTP(t, log.Logger())
	var h hearer
	listening(t, p, h.accept)
	for _, c := range []struct{ path, body, delivery, kind string }{
		{"/slack/events", `{"type":"event_callback","event_id":"Ev0ABC","event":{"type":"message","text":"hunter2`, "Ev0ABC", "event"},
		{"/slack/events", `hunter2`, "sha256:" + hashOf([]byte("hunter2")), "event"},
		{"/slack/events", event("Ev2", `{"type":"message","text":"hunter2"}`), "Ev2", "event"},
		{"/slack/events", "\xff\xfe\x00hunter2", "sha256:" + hashOf([]byte("\xff\xfe\x00hunter2")), "event"},
		{"/slack/events", strings.Repeat("[", 100000), "", "event"},
		{"/slack/commands", "text=hunter2", "", "command"},
		{"/slack/commands", "%%%hunter2", "", "command"},
		{"/slack/interactivity", "hunter2", "", "interaction"},
		{"/slack/interactivity", "payload=" + url.QueryEscape(`{"type":"block_actions","value":"hunter2"`), "", "interaction"},
		{"/slack/options", "payload=hunter2", "", "interaction"},
	} {
		before := len(h.all())
		status, body := send(p, c.path, c.body)
		got := h.all()
		if status != 200 || body != "" || len(got) != before+1 {
			t.Errorf("%s: %d %q, and %d were recorded", c.body[:min(50, len(c.body))], status, body, len(got)-before)
			continue
		}
		m := got[before]
		if m.Kind != bot.Broken || m.Type != c.kind || m.Size != int64(len(c.body)) || m.Error == "" || c.delivery != "" && m.Delivery != c.delivery || m.Delivery == "" || len(m.Delivery) > bot.MaxDelivery {
			t.Errorf("%s: %+v", c.body[:min(50, len(c.body))], m)
		}
		if fmt.Sprintf("%+v", m) != strings.ReplaceAll(fmt.Sprintf("%+v", m), "hunter2", "") {
			t.Errorf("it has content: %+v", m)
		}
	}
	if !strings.Contains(log.String(), "a delivery cannot be read") || strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log is\n%s", log.String())
	}
	h.mu.Lock()
	h.decide = func(bot.Message) (bot.Ack, error) { return bot.Ack{}, errors.New("the database is away") }
	h.mu.Unlock()
	if status, _ := send(p, "/slack/events", "hunter2"); status != 503 {
		t.Errorf("what could not be recorded is answered with %d", status)
	}
}

// Whatever matters not is acknowledged and not told.
func TestHTTPIgnores(t *testing.T) {
	p := overHTTP(t, nil)
	var h hearer
	listening(t, p, h.accept)
	for _, c := range []struct{ path, body string }{
		{"/slack/events", event("Ev1", `{"type":"member_joined_channel"}`)},
		{"/slack/events", event("Ev1", `{"type":"brain_shared"}`)},
		{"/slack/events", `{"type":"app_rate_limited","team_id":"T1","minute_rate_limited":1}`},
		{"/slack/events", `{"type":"brain_callback"}`},
		{"/slack/commands", "ssl_check=1&token=x"},
		{"/slack/interactivity", "payload=" + url.QueryEscape(`{"type":"view_closed"}`)},
		{"/slack/interactivity", "payload=" + url.QueryEscape(`{"type":"brain_action"}`)},
	} {
		if status, body := send(p, c.path, c.body); status != 200 || body != "" || len(h.all()) != 0 {
			t.Errorf("%s: %d %q, told %v", c.body, status, body, h.all())
		}
	}
}

// An event is acknowledged when it was decided, and else comes again.
func TestHTTPAcknowledges(t *testing.T) {
	p := overHTTP(t, nil)
	body := event("Ev1", `{"type":"message","channel":"C1","user":"U1","text":"x","ts":"1.0"}`)
	if status, _ := send(p, "/slack/events", body); status != 503 {
		t.Errorf("before anybody listens: %d", status)
	}
	var h hearer
	stop := listening(t, p, h.accept)
	if err := p.Ready(t.Context()); err != nil {
		t.Errorf("Ready = %v", err)
	}
	h.decide = func(bot.Message) (bot.Ack, error) { return bot.Ack{}, errors.New("the database is away") }
	if status, _ := send(p, "/slack/events", body); status != 503 {
		t.Errorf("not decided: %d", status)
	}
	h.mu.Lock()
	h.decide = nil
	h.mu.Unlock()
	if status, _ := send(p, "/slack/events", body); status != 200 {
		t.Errorf("decided: %d", status)
	}
	stop()
	if status, _ := send(p, "/slack/events", body); status != 503 {
		t.Errorf("after listening has ended: %d", status)
	}
	if err := p.Ready(t.Context()); err == nil {
		t.Error("Ready = nil after listening has ended")
	}
}

// What takes too long is answered in time with "come again", and is finished; the
// end of listening waits for it.
func TestHTTPLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := overHTTP(t, nil)
		release, decided := make(chan struct{}), make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- p.Listen(ctx, func(ctx context.Context, _ bot.Message) (bot.Ack, error) {
				<-release
				if ctx.Err() != nil {
					t.Error("the decision was interrupted")
				}
				close(decided)
				return bot.Ack{}, nil
			})
		}()
		synctest.Wait()
		began := time.Now()
		status, _ := send(p, "/slack/events", event("Ev1", `{"type":"message","channel":"C1","user":"U1","text":"x","ts":"1.0"}`))
		if took := time.Since(began); status != 503 || took > 3*time.Second || took < 2*time.Second {
			t.Errorf("%d after %v", status, took)
		}
		cancel()
		synctest.Wait()
		select {
		case <-ended:
			t.Error("Listen returned before what is in hand was decided")
		default:
		}
		close(release)
		<-decided
		if err := <-ended; err != nil {
			t.Errorf("Listen = %v", err)
		}
		p.api.close()
	})
}

// No more is in hand than is bounded; what has no place is to come again.
func TestHTTPFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := overHTTP(t, nil)
		release := make(chan struct{})
		var deciding atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- p.Listen(ctx, func(context.Context, bot.Message) (bot.Ack, error) {
				deciding.Add(1)
				<-release
				return bot.Ack{}, nil
			})
		}()
		synctest.Wait()
		handler := p.Handler()
		var late atomic.Int64
		var all sync.WaitGroup
		for i := range maxInHand + 50 {
			all.Go(func() {
				body := event(fmt.Sprint("Ev", i), `{"type":"message","channel":"C1","user":"U1","text":"x","ts":"1.0"}`)
				if w := call(handler, "/slack/events", signed(testSecret, []byte(body), time.Now()), body); w.Code == 503 {
					late.Add(1)
				}
			})
		}
		all.Wait()
		if n, m := deciding.Load(), late.Load(); n != maxInHand || m != maxInHand+50 {
			t.Errorf("%d are being decided and %d are late, want %d and %d", n, m, maxInHand, maxInHand+50)
		}
		close(release)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Listen = %v", err)
		}
		p.api.close()
	})
}

// A body that does not arrive holds nobody up.
func TestHTTPSlowBody(t *testing.T) {
	t.Parallel()
	p := overHTTP(t, nil)
	listening(t, p, (&hearer{}).accept)
	web := httptest.NewServer(p.Handler())
	defer web.Close()
	c, err := net.Dial("tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	h := signed(testSecret, nil, time.Now())
	fmt.Fprintf(c, "POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nX-Slack-Signature: %s\r\nX-Slack-Request-Timestamp: %s\r\n\r\nhalf", h.Get("X-Slack-Signature"), h.Get("X-Slack-Request-Timestamp"))
	began := time.Now()
	_ = c.SetReadDeadline(began.Add(20 * time.Second))
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest || time.Since(began) > 15*time.Second {
		t.Errorf("%d after %v", answer.StatusCode, time.Since(began))
	}
}

// The form's errors and the options of a menu are answers.
func TestHTTPAnswers(t *testing.T) {
	p := overHTTP(t, nil)
	h := hearer{decide: func(bot.Message) (bot.Ack, error) {
		return bot.Ack{Errors: map[string]string{"text": "There is no text."}}, nil
	}}
	listening(t, p, h.accept)
	form := func(payload string) string { return "payload=" + url.QueryEscape(payload) }
	const who = `"team":{"id":"T1"},"user":{"id":"U1"},"trigger_id":"1"`
	status, body := send(p, "/slack/interactivity", form(`{"type":"view_submission",`+who+`,"view":{"id":"V1","hash":"h","callback_id":"diagnose"}}`))
	if want := `{"errors":{"text":"There is no text."},"response_action":"errors"}`; status != 200 || body != want {
		t.Errorf("a form: %d %s, want %s", status, body, want)
	}
	// Only a form shows errors.
	if status, body := send(p, "/slack/interactivity", form(`{"type":"block_actions",`+who+`,"actions":[{"value":"v1::help"}]}`)); status != 200 || body != "" {
		t.Errorf("a button: %d %s", status, body)
	}
	for _, path := range []string{"/slack/options", "/slack/interactivity"} {
		status, body := send(p, path, form(`{"type":"block_suggestion",`+who+`,"action_id":"suggest:show","value":"dv"}`))
		if want := `{"options":[{"text":{"type":"plain_text","text":"Suggestion","emoji":false},"value":"show/dv"}]}`; status != 200 || body != want {
			t.Errorf("%s: %d %s, want %s", path, status, body, want)
		}
	}
	if status, body := send(p, "/slack/options", form(`{"type":"block_suggestion"}`)); status != 200 || body != `{"options":[]}` {
		t.Errorf("options for nobody: %d %s", status, body)
	}
	if n := len(h.all()); n != 2 {
		t.Errorf("%d were told, want 2", n)
	}
}

// BenchmarkAck is the time from a request to its acknowledgement, without the
// decision.
func BenchmarkAck(b *testing.B) {
	p, err := New(Config{BotToken: "xoxb-test", SigningSecret: testSecret, API: nowhere}, Deps{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() {
		done <- p.Listen(ctx, func(context.Context, bot.Message) (bot.Ack, error) { return bot.Ack{}, nil })
	}()
	defer func() { cancel(); <-done }()
	for !p.ear.Listening() {
		time.Sleep(time.Millisecond)
	}
	h := p.Handler()
	body := event("Ev1", `{"type":"message","channel":"C1","channel_type":"channel","user":"U1","ts":"1700000000.000100","text":"`+strings.Repeat("oauth_problem=timestamp_refused ", 60)+`"}`)
	header := signed(testSecret, []byte(body), time.Now())
	var took []time.Duration
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		began := time.Now()
		if w := call(h, "/slack/events", header, body); w.Code != 200 {
			b.Fatal(w.Code)
		}
		took = append(took, time.Since(began))
	}
	reportTimes(b, took)
}

// reportTimes reports percentiles.
func reportTimes(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
