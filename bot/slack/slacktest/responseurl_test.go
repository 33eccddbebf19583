package slacktest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// useURL posts to a response_url.
func useURL(t *testing.T, url string, body map[string]any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	got := do(t, r)
	if got["raw"] == "ok" {
		got["ok"] = true
	}
	return got
}

func TestResponseURL(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	if r := s.Command(Alice, Outside, "/authfix", `Bad "credentials" <x> & y`); r.Err != nil || !r.Acked {
		t.Fatal(r.Err)
	}
	req := a.requests()[0]
	if got, want := req.form(t, "text"), `Bad "credentials" &lt;x&gt; &amp; y`; got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
	for _, k := range []string{"command", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "response_url", "trigger_id", "api_app_id"} {
		if req.form(t, k) == "" {
			t.Errorf("the command has no %s", k)
		}
	}
	url := req.form(t, "response_url")
	useURL(t, url, map[string]any{"text": "private"})
	if got := s.Ephemerals(Alice); len(got) != 1 || got[0].Text != "private" || got[0].Channel != Outside {
		t.Fatalf("ephemerals = %+v", got)
	}
	if got := s.Ephemerals(Bob); len(got) != 0 {
		t.Errorf("Bob sees %v", got)
	}
	useURL(t, url, map[string]any{"text": "changed", "replace_original": true})
	if got := s.Ephemerals(Alice); len(got) != 1 || got[0].Text != "changed" {
		t.Errorf("replaced = %+v", got)
	}
	useURL(t, url, map[string]any{"text": "loud", "response_type": "in_channel"})
	if got := s.Messages(Outside); len(got) != 2 || !strings.HasPrefix(got[0].Text, "/authfix Bad") || got[1].Text != "loud" {
		t.Errorf("in the channel = %+v, want the command and the answer", got)
	}
	if got := useURL(t, url, map[string]any{"blocks": []any{map[string]any{"type": "nothing"}}}); got["status"] != 400 || got["error"] != "invalid_blocks" {
		t.Errorf("invalid blocks: %v", got)
	}
	if got := useURL(t, url, map[string]any{"delete_original": true}); got["ok"] != true {
		t.Errorf("delete: %v", got)
	}
	s.Advance(30 * time.Minute)
	if got := useURL(t, url, map[string]any{"text": "late"}); got["error"] != "expired_url" || got["status"] != 404 {
		t.Errorf("after 30 minutes: %v", got)
	}
	quiet(t, s)
}

func TestResponseURLOfButton(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	got := must(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "blocks": arr{button(obj{"text": pt("Helped"), "action_id": "v1:1:helped", "value": "7"})}})
	ts := got["ts"].(string)
	settled(t, s)
	if r := s.Click(Bob, ts, "Helped"); r.Err != nil {
		t.Fatal(r.Err)
	}
	var p map[string]any
	reqs := a.requests()
	if err := json.Unmarshal([]byte(reqs[len(reqs)-1].form(t, "payload")), &p); err != nil {
		t.Fatal(err)
	}
	act := p["actions"].([]any)[0].(map[string]any)
	if p["type"] != "block_actions" || act["action_id"] != "v1:1:helped" || act["value"] != "7" || p["user"].(map[string]any)["id"] != Bob ||
		p["message"].(map[string]any)["ts"] != ts || p["container"].(map[string]any)["message_ts"] != ts {
		t.Errorf("payload = %v", p)
	}
	url := p["response_url"].(string)
	useURL(t, url, obj{"text": "thanks", "replace_original": false, "thread_ts": ts})
	if e := s.Ephemerals(Bob); len(e) != 1 || e[0].Thread != ts {
		t.Errorf("ephemerals = %+v", e)
	}
	useURL(t, url, obj{"text": "done", "replace_original": true})
	if m, _ := s.MessageAt(General, ts); m.Text != "done" || len(m.Blocks) != 0 {
		t.Errorf("message = %+v", m)
	}
	if r := s.Click(Bob, ts, "Helped"); r.Err == nil {
		t.Error("a button that is gone was pressed")
	}
}
