package slacktest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// call calls a method with a form, as the app in Acme, and returns the answer.
func callAPI(t *testing.T, s *Server, method string, args map[string]any) map[string]any {
	t.Helper()
	return callWith(t, s, s.opts.BotToken, method, args)
}

func callWith(t *testing.T, s *Server, token, method string, args map[string]any) map[string]any {
	t.Helper()
	form := url.Values{}
	for k, v := range args {
		if text, ok := v.(string); ok {
			form.Set(k, text)
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		form.Set(k, string(raw))
	}
	r, err := http.NewRequest(http.MethodPost, s.API()+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+token)
	return do(t, r)
}

func do(t *testing.T, r *http.Request) map[string]any {
	t.Helper()
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		out["raw"] = string(raw)
	}
	out["status"] = w.StatusCode
	out["retry_after"] = w.Header.Get("Retry-After")
	out["scopes"] = w.Header.Get("X-OAuth-Scopes")
	return out
}

// must calls a method that has to succeed.
func must(t *testing.T, s *Server, method string, args map[string]any) map[string]any {
	t.Helper()
	got := callAPI(t, s, method, args)
	if got["ok"] != true {
		t.Fatalf("%s: %v", method, got)
	}
	return got
}

func wantError(t *testing.T, got map[string]any, want string) {
	t.Helper()
	if got["ok"] != false || got["error"] != want {
		t.Fatalf("got %v, want error %s", got, want)
	}
}

// A request is one that an app got.
type request struct {
	path   string
	header http.Header
	body   []byte
	at     time.Time
}

// form reads a form's field.
func (r request) form(t *testing.T, key string) string {
	t.Helper()
	v, err := url.ParseQuery(string(r.body))
	if err != nil {
		t.Fatal(err)
	}
	return v.Get(key)
}

// An app answers requests and keeps them.
type app struct {
	url    string
	mu     sync.Mutex
	got    []request
	answer func(n int, r request, w http.ResponseWriter) // nil: 200
}

func startApp(t *testing.T, s *Server, answer func(n int, r request, w http.ResponseWriter)) *app {
	t.Helper()
	a := &app{answer: answer}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		q := request{r.URL.Path, r.Header.Clone(), body, time.Now()}
		a.mu.Lock()
		a.got = append(a.got, q)
		n := len(a.got)
		a.mu.Unlock()
		if a.answer != nil {
			a.answer(n, q, w)
		}
	}))
	t.Cleanup(srv.Close)
	a.url = srv.URL
	s.SetEndpoints(At(srv.URL))
	return a
}

func (a *app) requests() []request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]request(nil), a.got...)
}

// events returns what the app got, by the type of the event.
func (a *app) events(t *testing.T) (out []map[string]any) {
	t.Helper()
	for _, r := range a.requests() {
		if strings.HasSuffix(r.path, "/events") {
			var e map[string]any
			if err := json.Unmarshal(r.body, &e); err != nil {
				t.Fatal(err)
			}
			out = append(out, e)
		}
	}
	return out
}

func quiet(t *testing.T, s *Server) {
	t.Helper()
	for _, v := range s.Violations() {
		t.Errorf("violation: %v", v)
	}
}

func settled(t *testing.T, s *Server) {
	t.Helper()
	s.WaitFor(t, 20*time.Second, "events are not acknowledged", func() bool { return s.Undelivered() == 0 })
}

func TestSignTestVector(t *testing.T) {
	// The example of Slack's documentation on verifying requests.
	body := "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands" +
		"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	ts, got := Sign("8f742231b10e8888abcd99yyyzzz85a5", time.Unix(1531420618, 0), []byte(body))
	want := "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	if ts != "1531420618" || got != want {
		t.Errorf("Sign = %s, %s, want %s", ts, got, want)
	}
}

func TestPostAndThread(t *testing.T) {
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	ts := s.Mention(Said{Text: "Bad credentials (401) from db.internal"})
	settled(t, s)
	kinds := map[string]map[string]any{}
	for _, e := range a.events(t) {
		ev := e["event"].(map[string]any)
		kinds[ev["type"].(string)] = e
	}
	if len(kinds) != 2 || kinds["message"] == nil || kinds["app_mention"] == nil || kinds["message"]["event_id"] == kinds["app_mention"]["event_id"] {
		t.Fatalf("a mention came as %v, want message and app_mention with ids of their own", kinds)
	}
	for _, field := range []string{"team_id", "api_app_id", "event_id", "event_time", "event_context", "authorizations",
		"is_ext_shared_channel", "context_team_id", "context_enterprise_id", "type"} {
		if _, there := kinds["message"][field]; !there {
			t.Errorf("the envelope has no %s", field)
		}
	}
	ev := kinds["message"]["event"].(map[string]any)
	if got, want := ev["text"], "<@U0BOTUSER> Bad credentials (401) from <http://db.internal|db.internal>"; got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
	for _, r := range a.requests() {
		stamp, sig := r.header.Get("X-Slack-Request-Timestamp"), r.header.Get("X-Slack-Signature")
		var sec int64
		_ = json.Unmarshal([]byte(stamp), &sec)
		if _, want := Sign("signing-secret", time.Unix(sec, 0), r.body); sig != want {
			t.Errorf("signature = %s, want %s", sig, want)
		}
	}
	got := must(t, s, "chat.postMessage", map[string]any{"channel": General, "thread_ts": ts, "text": "answer",
		"blocks":   []any{map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": "*answer*"}}},
		"metadata": map[string]any{"event_type": "reply", "event_payload": map[string]any{"key": "k1"}}})
	answers := s.Answers(General, ts)
	if len(answers) != 1 || answers[0].TS != got["ts"] || string(answers[0].Metadata.Payload) != `{"key":"k1"}` || answers[0].Shown() != "*answer*\n" {
		t.Fatalf("answers = %+v", answers)
	}
	back := must(t, s, "conversations.replies", map[string]any{"channel": General, "ts": ts, "include_all_metadata": "true"})
	list := back["messages"].([]any)
	if len(list) != 2 || list[1].(map[string]any)["metadata"] == nil {
		t.Fatalf("replies = %v, want two, with metadata", list)
	}
	must(t, s, "chat.update", map[string]any{"channel": General, "ts": got["ts"], "text": "better"})
	m, _ := s.MessageAt(General, got["ts"].(string))
	if m.Text != "better" || len(m.Edits) != 1 || m.Edits[0].Text != "answer" {
		t.Errorf("message = %+v, want an edit", m)
	}
	settled(t, s)
	own := 0
	for _, e := range a.events(t) {
		ev := e["event"].(map[string]any)
		if ev["bot_id"] == BotID {
			own++
		}
	}
	if own != 1 {
		t.Errorf("the app heard itself %d times, want once", own)
	}
	must(t, s, "chat.delete", map[string]any{"channel": General, "ts": got["ts"]})
	if left := s.Answers(General, ts); len(left) != 0 {
		t.Errorf("answers after deletion = %v", left)
	}
	quiet(t, s)
}

func TestWaitReportsWhatHappened(t *testing.T) {
	s := Start(t, Options{})
	must(t, s, "auth.test", nil)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	err := s.Wait(ctx, func() bool { return false })
	if err == nil || !strings.Contains(err.Error(), "the last call was auth.test") {
		t.Errorf("Wait = %v, want the last call named", err)
	}
}

func TestDownAndUp(t *testing.T) {
	s := Start(t, Options{})
	s.Down()
	if _, err := http.Post(s.API()+"auth.test", "", bytes.NewReader(nil)); err == nil {
		t.Fatal("somebody answers while Slack is down")
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	must(t, s, "auth.test", nil)
}
