package slacktest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestRetrySchedule(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Scale: 600}) // a minute is 100 ms
	a := startApp(t, s, func(_ int, _ request, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
	s.Message(Said{Text: "nobody takes it"})
	s.WaitFor(t, 30*time.Second, "it is not given up", func() bool { return s.Deliveries()[0].GaveUp })
	got := a.requests()
	if len(got) != 4 {
		t.Fatalf("%d attempts, want 4", len(got))
	}
	for i, r := range got {
		num, reason := r.header.Get("X-Slack-Retry-Num"), r.header.Get("X-Slack-Retry-Reason")
		if i == 0 && num+reason != "" || i > 0 && (num != fmt.Sprint(i) || reason != "http_error") {
			t.Errorf("attempt %d: retry-num %q, reason %q", i, num, reason)
		}
	}
	for i, least := range []time.Duration{0, 100 * time.Millisecond, 500 * time.Millisecond} {
		if d := got[i+1].at.Sub(got[i].at); d < least {
			t.Errorf("retry %d came after %v, want at least %v", i+1, d, least)
		}
	}
	if s.Undelivered() != 0 {
		t.Errorf("%d undelivered, want none after giving up", s.Undelivered())
	}
}

func TestRetryByAdvance(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, func(n int, _ request, w http.ResponseWriter) {
		if n < 4 {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	s.Message(Said{Text: "the fourth time"})
	attempts := func(n int) func() bool { return func() bool { return len(s.Deliveries()[0].Attempts) == n } }
	s.WaitFor(t, 10*time.Second, "no retry at once", attempts(2))
	s.Advance(59 * time.Second)
	if n := len(a.requests()); n != 2 {
		t.Fatalf("%d requests before a minute, want 2", n)
	}
	s.Advance(time.Second)
	s.WaitFor(t, 10*time.Second, "no retry after a minute", attempts(3))
	s.Advance(5 * time.Minute)
	s.WaitFor(t, 10*time.Second, "no retry after five", attempts(4))
	settled(t, s)
}

func TestRetryReasons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason string
		answer       func(w http.ResponseWriter)
	}{
		{"late", "http_timeout", func(http.ResponseWriter) { time.Sleep(300 * time.Millisecond) }},
		{"redirects", "too_many_redirects", func(w http.ResponseWriter) {
			w.Header().Set("Location", "/slack/events")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}},
		{"cut", "connection_failed", func(w http.ResponseWriter) { panic(http.ErrAbortHandler) }},
	} {
		s := Start(t, Options{AckWithin: 100 * time.Millisecond, Scale: 10000})
		startApp(t, s, func(_ int, _ request, w http.ResponseWriter) { c.answer(w) })
		s.Message(Said{Text: "x"})
		s.WaitFor(t, 20*time.Second, c.name, func() bool { return s.Undelivered() == 0 })
		if got := s.Deliveries()[0].Attempts; len(got) != 4 || got[1].Reason != c.reason {
			t.Errorf("%s: attempts %+v, want 4 with reason %s", c.name, got, c.reason)
		}
	}
}

func TestNoRetry(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Scale: 10000})
	a := startApp(t, s, func(_ int, _ request, w http.ResponseWriter) {
		w.Header().Set("X-Slack-No-Retry", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	s.Message(Said{Text: "x"})
	s.WaitFor(t, 10*time.Second, "it goes on", func() bool { return s.Undelivered() == 0 })
	if n := len(a.requests()); n != 1 {
		t.Errorf("%d attempts, want 1", n)
	}
}

func TestDisorder(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	s.SetDisorder(Disorder{Copies: 3, Shuffle: 20 * time.Millisecond})
	s.Message(Said{Text: "thrice"})
	s.WaitFor(t, 10*time.Second, "not thrice", func() bool { return len(s.Deliveries()[0].Attempts) == 3 })
	ids := map[any]int{}
	for _, e := range a.events(t) {
		ids[e["event_id"]]++
	}
	if len(ids) != 1 {
		t.Errorf("events = %v, want one id three times", ids)
	}
	s.SetDisorder(Disorder{})
	release := s.Hold()
	first := s.Message(Said{Text: "first"})
	s.Edit(General, first, "edited")
	if n := len(a.requests()); n != 3 {
		t.Errorf("%d requests while events are held, want 3", n)
	}
	release(true)
	settled(t, s)
	var subtypes []any
	for _, e := range a.events(t)[3:] {
		subtypes = append(subtypes, e["event"].(map[string]any)["subtype"])
	}
	if !slices.Equal(subtypes, []any{"message_changed", nil}) {
		t.Errorf("events came as %v, want the edit first", subtypes)
	}
	s.Redeliver(s.Deliveries()[1].ID)
	s.WaitFor(t, 10*time.Second, "not again", func() bool { return len(a.requests()) == 6 })
	if got := a.requests()[5].header.Get("X-Slack-Retry-Num"); got != "1" {
		t.Errorf("retry-num = %q, want 1", got)
	}
}

func TestVerifyURL(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, func(_ int, r request, w http.ResponseWriter) { _, _ = w.Write(r.body) })
	if err := s.Verify(context.Background()); err != nil {
		t.Error(err)
	}
	a.mu.Lock()
	a.answer = nil
	a.mu.Unlock()
	if err := s.Verify(context.Background()); err == nil {
		t.Error("verified without the challenge")
	}
}

func TestHourlyEvents(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{HourlyEvents: 2})
	a := startApp(t, s, nil)
	for range 4 {
		s.Message(Said{Text: "x"})
	}
	settled(t, s)
	kinds := map[any]int{}
	for _, e := range a.events(t) {
		kinds[e["type"]]++
	}
	if kinds["event_callback"] != 2 || kinds["app_rate_limited"] != 1 {
		t.Errorf("events = %v, want two and one app_rate_limited", kinds)
	}
	s.Advance(time.Hour)
	s.Message(Said{Text: "x"})
	settled(t, s)
	if n := len(a.requests()); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	last := func() map[string]any {
		settled(t, s)
		all := a.events(t)
		return all[len(all)-1]["event"].(map[string]any)
	}
	ts := s.Message(Said{Channel: Private, User: Bob, Text: "before"})
	if e := last(); e["channel_type"] != "group" || e["user"] != Bob || e["thread_ts"] != nil {
		t.Errorf("message = %v", e)
	}
	s.Unfurl(Private, ts)
	if e := last(); e["subtype"] != "message_changed" || e["hidden"] != true || e["ts"] == ts ||
		e["message"].(map[string]any)["text"] != e["previous_message"].(map[string]any)["text"] {
		t.Errorf("unfurl = %v", e)
	}
	s.Edit(Private, ts, "after")
	e := last()
	m, p := e["message"].(map[string]any), e["previous_message"].(map[string]any)
	if m["text"] != "after" || p["text"] != "before" || m["ts"] != ts || m["edited"].(map[string]any)["user"] != Bob {
		t.Errorf("edit = %v", e)
	}
	s.Delete(Private, ts)
	if e := last(); e["subtype"] != "message_deleted" || e["deleted_ts"] != ts {
		t.Errorf("deletion = %v", e)
	}
	root := s.Message(Said{Text: "root"})
	settled(t, s)
	s.Message(Said{Text: "reply", Thread: root})
	if e := last(); e["thread_ts"] != root || e["parent_user_id"] != Alice {
		t.Errorf("reply = %v", e)
	}
	s.Delete(General, root)
	if e := last(); e["subtype"] != "message_changed" || e["message"].(map[string]any)["subtype"] != "tombstone" {
		t.Errorf("deletion of a parent = %v", e)
	}
	s.Join(Outside, Bot)
	if e := last(); e["type"] != "member_joined_channel" || e["user"] != Bot {
		t.Errorf("joined = %v", e)
	}
	s.Leave(Outside, Bot)
	if e := last(); e["type"] != "channel_left" {
		t.Errorf("left = %v", e)
	}
	s.HomeOpened(Alice, "")
	if e := last(); e["type"] != "app_home_opened" || e["tab"] != "home" || e["channel"] != s.DM(Alice) {
		t.Errorf("home = %v", e)
	}
	if ts := s.Mention(Said{Channel: s.DM(Alice), Text: "hi"}); last()["channel_type"] != "im" {
		t.Errorf("%s is not in a direct message", ts)
	}
	n := len(a.requests())
	s.Message(Said{Channel: Outside, Text: "unheard"})
	settled(t, s)
	if len(a.requests()) != n {
		t.Error("the app heard a channel that it is not in")
	}
}
