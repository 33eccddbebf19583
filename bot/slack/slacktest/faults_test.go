package slacktest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	post := obj{"channel": General, "text": "t"}
	s.Fault(Fault{Method: "chat.postMessage", Status: 502, After: true})
	if got := callAPI(t, s, "chat.postMessage", post); got["status"] != 502 || s.Posted() != 1 {
		t.Errorf("the post that succeeds but answers 502: %v, %d posts", got, s.Posted())
	}
	s.Fault(Fault{Method: "chat.postMessage", Status: 500})
	if got := callAPI(t, s, "chat.postMessage", post); got["status"] != 500 || s.Posted() != 1 {
		t.Errorf("500 before the effect: %v, %d posts", got, s.Posted())
	}
	for i, after := range []bool{false, true} {
		s.Fault(Fault{Method: "chat.postMessage", Cut: true, After: after})
		r, _ := http.NewRequest(http.MethodPost, s.API()+"chat.postMessage", strings.NewReader("channel="+General+"&text=t"))
		r.Header.Set("Authorization", "Bearer xoxb-acme")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.GetBody = nil
		if _, err := http.DefaultTransport.RoundTrip(r); err == nil {
			t.Error("the connection was not cut")
		}
		if s.Posted() != 1+i {
			t.Errorf("cut, effect %v: %d posts", after, s.Posted())
		}
	}
	s.Fault(Fault{RetryAfter: 1500 * time.Millisecond, Times: 2})
	for range 2 {
		if got := callAPI(t, s, "chat.postMessage", post); got["status"] != 429 || got["retry_after"] != "2" || got["error"] != "ratelimited" {
			t.Errorf("429: %v", got)
		}
	}
	s.Fault(Fault{Error: "fatal_error"})
	wantError(t, callAPI(t, s, "chat.postMessage", post), "fatal_error")
	s.Fault(Fault{Delay: 30 * time.Millisecond})
	start := time.Now()
	must(t, s, "chat.postMessage", post)
	if d := time.Since(start); d < 30*time.Millisecond {
		t.Errorf("a slow answer came after %v", d)
	}
	restore := s.Outage()
	if got := callAPI(t, s, "auth.test", nil); got["status"] != 503 {
		t.Errorf("outage: %v", got)
	}
	restore()
	must(t, s, "auth.test", nil)
	s.Fault(Fault{Match: func(c Call) bool { return c.Args["channel"] == Triage }, Status: 500})
	must(t, s, "chat.postMessage", post)
	calls := s.CallsOf("chat.postMessage")
	if c := calls[len(calls)-1]; c.Status != 200 || c.TS == "" || c.Args["text"] != "t" || c.Args["token"] != "" {
		t.Errorf("call = %+v", c)
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := Start(t, Options{Pace: true, Now: func() time.Time { return now }})
	post := func(channel string) map[string]any {
		return callAPI(t, s, "chat.postMessage", obj{"channel": channel, "text": "t"})
	}
	for range 3 {
		if got := post(General); got["ok"] != true {
			t.Fatalf("in the burst: %v", got)
		}
	}
	got := post(General)
	if got["status"] != 429 || got["retry_after"] != "1" {
		t.Errorf("over the burst: %v", got)
	}
	if got := post(Triage); got["ok"] != true {
		t.Errorf("in another channel: %v", got)
	}
	s.Advance(time.Second)
	if got := post(General); got["ok"] != true {
		t.Errorf("a second later: %v", got)
	}
	for i := range 21 {
		if got := callAPI(t, s, "users.list", nil); (got["ok"] == true) != (i < 20) {
			t.Errorf("tier 2, call %d: %v", i+1, got)
		}
	}
	if v := s.Violations(); len(v) != 2 || v[0].Rule != RuleRate {
		t.Errorf("violations = %v, want two of rate", v)
	}
	strict := Start(t, Options{StrictHistory: true})
	for range 20 {
		strict.Message(Said{Text: "x"})
	}
	if got := must(t, strict, "conversations.history", obj{"channel": General, "limit": "100"}); len(got["messages"].([]any)) != 15 {
		t.Errorf("%d messages of history, want 15", len(got["messages"].([]any)))
	}
	if got := callAPI(t, strict, "conversations.history", obj{"channel": General}); got["status"] != 429 {
		t.Errorf("the second call for history: %v", got)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	s.AddUser(User{ID: "U0GONE001", Team: Acme, Name: "gone", Deleted: true})
	theirs := s.Message(Said{Text: "theirs"})
	reply := s.Message(Said{Text: "reply", Thread: theirs})
	mine := must(t, s, "chat.postMessage", obj{"channel": General, "text": "mine"})["ts"]
	for _, c := range []struct {
		method string
		args   obj
		want   string
	}{
		{"chat.postMessage", obj{"channel": "C0NOWHERE", "text": "t"}, "channel_not_found"},
		{"chat.postMessage", obj{"channel": Secret, "text": "t"}, "channel_not_found"},
		{"chat.postMessage", obj{"channel": Outside, "text": "t"}, "not_in_channel"},
		{"chat.postMessage", obj{"channel": Archived, "text": "t"}, "is_archived"},
		{"chat.postMessage", obj{"channel": "U0GONE001", "text": "t"}, "channel_not_found"},
		{"chat.postMessage", obj{"channel": General, "text": "t", "thread_ts": "yesterday"}, "invalid_thread_ts"},
		{"chat.postMessage", obj{"channel": General, "text": "t", "metadata": obj{"event_type": "x"}}, "invalid_metadata_format"},
		{"chat.postEphemeral", obj{"channel": General, "text": "t", "user": "U0GONE001"}, "user_not_found"},
		{"chat.postEphemeral", obj{"channel": s.DM(Alice), "text": "t", "user": Bob}, "user_not_in_channel"},
		{"chat.update", obj{"channel": General, "text": "t", "ts": theirs}, "cant_update_message"},
		{"chat.update", obj{"channel": General, "text": "t", "ts": "1.000000"}, "message_not_found"},
		{"chat.delete", obj{"channel": General, "ts": theirs}, "cant_delete_message"},
		{"conversations.replies", obj{"channel": General, "ts": "1.000000"}, "thread_not_found"},
		{"conversations.open", obj{"users": "U0GONE001"}, "user_disabled"},
		{"conversations.open", obj{"users": "U0NOBODY1"}, "user_not_found"},
		{"users.info", obj{"user": "U0NOBODY1"}, "user_not_found"},
		{"reactions.add", obj{"channel": General, "timestamp": "1.000000", "name": "eyes"}, "message_not_found"},
		{"bots.info", obj{"bot": "B0NOBODY1"}, "bot_not_found"},
		{"files.info", obj{"file": "F0NOTHING"}, "file_not_found"},
		{"chat.nothing", obj{}, "unknown_method"},
	} {
		if got := callAPI(t, s, c.method, c.args); got["error"] != c.want {
			t.Errorf("%s %v: %v, want %s", c.method, c.args, got, c.want)
		}
	}
	must(t, s, "reactions.add", obj{"channel": General, "timestamp": theirs, "name": "eyes"})
	wantError(t, callAPI(t, s, "reactions.add", obj{"channel": General, "timestamp": theirs, "name": "eyes"}), "already_reacted")
	must(t, s, "reactions.remove", obj{"channel": General, "timestamp": theirs, "name": "eyes"})
	wantError(t, callAPI(t, s, "reactions.remove", obj{"channel": General, "timestamp": theirs, "name": "eyes"}), "no_reaction")
	link := must(t, s, "chat.getPermalink", obj{"channel": General, "message_ts": mine})["permalink"].(string)
	if want := "https://acme.slack.com/archives/" + General + "/p" + strings.Replace(mine.(string), ".", "", 1); link != want {
		t.Errorf("permalink = %s, want %s", link, want)
	}
	must(t, s, "conversations.members", obj{"channel": General})
	must(t, s, "team.info", nil)
	must(t, s, "users.list", nil)
	must(t, s, "conversations.open", obj{"users": Bob})
	quiet(t, s)
	must(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "thread_ts": reply})
	if v := s.Violations(); len(v) != 1 || v[0].Rule != RuleThread {
		t.Errorf("violations = %v, want one of thread", v)
	}
	must(t, s, "chat.postMessage", obj{"channel": Bob, "text": "direct"})
	if got := s.Answers(s.DM(Bob), ""); len(got) != 1 {
		t.Errorf("direct messages = %v", got)
	}
	wantError(t, callWith(t, s, "", "auth.test", nil), "not_authed")
	wantError(t, callWith(t, s, "xoxb-wrong", "auth.test", nil), "invalid_auth")
	must(t, s, "auth.revoke", nil)
	wantError(t, callAPI(t, s, "auth.test", nil), "token_revoked")
}
