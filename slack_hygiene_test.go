package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot/slack/slacktest"
)

// malformedMark stands in what cannot be read: it must not be kept.
const malformedMark = "c0ntentOfTheMalformed"

// ask sends a request to the program and returns the status and the body of the
// answer.
func (w *slackWorld) ask(t *testing.T, method, path string, header map[string]string, body []byte) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.at+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// signed are the headers of a body that was signed at a time.
func signed(secret string, at time.Time, body []byte) map[string]string {
	stamp, signature := slacktest.Sign(secret, at, body)
	return map[string]string{"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": "application/json"}
}

// mentionEvent is the body of an event that was not delivered by the fake.
func mentionEvent(id, channel, user, text string, blocks any) []byte {
	ts := fmt.Sprintf("%d.000100", time.Now().Unix())
	event := map[string]any{"type": "app_mention", "channel": channel, "user": user, "text": "<@" + slacktest.Bot + "> " + text, "ts": ts, "event_ts": ts}
	if blocks != nil {
		event["blocks"] = blocks
	}
	body, err := json.Marshal(map[string]any{"type": "event_callback", "event_id": id, "team_id": slacktest.Acme, "api_app_id": slacktest.App, "event_time": time.Now().Unix(),
		"authorizations": []any{map[string]any{"team_id": slacktest.Acme, "user_id": slacktest.Bot, "is_bot": true}}, "event": event})
	if err != nil {
		panic(err)
	}
	return body
}

// Requests that Slack did not make are refused, and those that it made and that
// make no sense are recorded or ignored; the program goes on.
func TestSlackRequests(t *testing.T) {
	w := newSlackWorld(t, false, slacktest.Options{})
	w.Plant(malformedMark)
	w.begin()
	u := w.person()
	ch := w.channel(u, slacktest.Bot)
	now := time.Now()
	valid := mentionEvent("Ev0REFUSED", ch, u, githubPaste, nil)
	large := bytes.Repeat([]byte("x"), 1<<20+1)
	other := signed("signing-secret", now, []byte(`{}`))
	for name, c := range map[string]struct {
		header map[string]string
		body   []byte
		status int
	}{
		"no signature":        {nil, valid, 401},
		"signature alone":     {map[string]string{"X-Slack-Signature": signed("signing-secret", now, valid)["X-Slack-Signature"]}, valid, 401},
		"another secret":      {signed("other-secret-x", now, valid), valid, 401},
		"of another body":     {other, valid, 401},
		"six minutes old":     {signed("signing-secret", now.Add(-6*time.Minute), valid), valid, 401},
		"of the future":       {signed("signing-secret", now.Add(6*time.Minute), valid), valid, 401},
		"a wild timestamp":    {map[string]string{"X-Slack-Request-Timestamp": "-1e9", "X-Slack-Signature": "v0=00"}, valid, 401},
		"oversized":           {signed("signing-secret", now, large), large, 413},
		"oversized, unsigned": {nil, large, 401},
	} {
		for _, path := range []string{"/slack/events", "/slack/commands", "/slack/interactivity", "/slack/options"} {
			if got, header, text := w.ask(t, "POST", path, c.header, c.body); got != c.status || c.status == 413 && header.Get("X-Slack-No-Retry") != "1" {
				t.Errorf("%s to %s: %d %v %s, want %d", name, path, got, header, text, c.status)
			}
		}
	}
	if got, _, _ := w.ask(t, "GET", "/slack/events", nil, nil); got != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", got)
	}
	if got, _, _ := w.ask(t, "POST", "/slack/nothing", signed("signing-secret", now, valid), valid); got != http.StatusNotFound {
		t.Errorf("an unknown path: %d", got)
	}
	if err := w.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	w.settle(t, ch)
	if n := len(w.Messages(ch)); n != 0 {
		t.Fatalf("%d messages were said to requests that were refused", n)
	}

	// What Slack signed is acknowledged, whatever it is: it would come again.
	form := "application/x-www-form-urlencoded"
	for name, c := range map[string]struct{ path, kind, body string }{
		"no JSON":                {"/slack/events", "application/json", `{"type":"event_callback","event_id":"Ev0BROKEN1","event":{"text":"` + malformedMark},
		"not UTF-8":              {"/slack/events", "application/json", "\xff\xfe\x00" + malformedMark},
		"nothing":                {"/slack/events", "application/json", ""},
		"an array":               {"/slack/events", "application/json", `["` + malformedMark + `"]`},
		"deep":                   {"/slack/events", "application/json", strings.Repeat("[", 100000)},
		"no event":               {"/slack/events", "application/json", `{"type":"event_callback","event_id":"Ev0BROKEN2","team_id":"T0ACME001"}`},
		"wrong types":            {"/slack/events", "application/json", `{"type":"event_callback","event_id":"Ev0BROKEN3","team_id":"T0ACME001","event":{"type":"message","channel":7,"text":{"` + malformedMark + `":1},"ts":[]}}`},
		"no team":                {"/slack/events", "application/json", `{"type":"event_callback","event_id":"Ev0BROKEN4","event":{"type":"message","channel":"C1","ts":"1.2"}}`},
		"an unknown outer type":  {"/slack/events", "application/json", `{"type":"something_new"}`},
		"a command without all":  {"/slack/commands", form, "command=%2Fauthfix&text=" + malformedMark},
		"a command with junk":    {"/slack/commands", form, "%zz&&=;" + malformedMark},
		"no payload":             {"/slack/interactivity", form, "x=" + malformedMark},
		"a payload without JSON": {"/slack/interactivity", form, "payload=" + malformedMark},
		"a click on nothing":     {"/slack/interactivity", form, `payload={"type":"block_actions","trigger_id":"1","team":{"id":"T0ACME001"},"user":{"id":"U1"},"actions":[]}`},
		"an unknown interaction": {"/slack/interactivity", form, `payload={"type":"something_new"}`},
		"a form of nobody":       {"/slack/interactivity", form, `payload={"type":"view_submission","view":{"id":"V1","callback_id":"diagnose"}}`},
		"options of nothing":     {"/slack/options", form, `payload={"type":"block_suggestion","action_id":"x","value":"y"}`},
		"options without JSON":   {"/slack/options", form, "payload={"},
	} {
		status, _, answer, err := w.Post(t.Context(), w.at+c.path, c.kind, []byte(c.body), 0, "")
		if err != nil || status != http.StatusOK {
			t.Errorf("%s: %d %s, %v", name, status, answer, err)
		}
	}
	if log := w.output(); !strings.Contains(log, "delivery=Ev0BROKEN1") || !strings.Contains(log, "a delivery cannot be read") {
		t.Error("what could not be read is not in the log")
	}
	db := w.look()
	rows := table(t, db, `SELECT id FROM deliveries WHERE error <> ''`)
	db.Close()
	for _, id := range []string{"Ev0BROKEN1", "Ev0BROKEN2", "Ev0BROKEN3", "Ev0BROKEN4"} {
		if !slices.ContainsFunc(rows, func(row []string) bool { return row[0] == id }) {
			t.Errorf("%s is not recorded as broken", id)
		}
	}

	// A request that is repeated word for word is answered once.
	body := mentionEvent("Ev0TWICE", ch, u, clockPaste, nil)
	header := signed("signing-secret", time.Now(), body)
	for range 3 {
		if got, _, text := w.ask(t, "POST", "/slack/events", header, body); got != http.StatusOK {
			t.Errorf("%d %s", got, text)
		}
	}
	w.sees(t, "it is answered", func() bool { return len(w.Messages(ch)) > 0 })
	w.settle(t, ch)
	if n := len(w.Messages(ch)); n != 1 {
		t.Errorf("a request that came three times is answered %d times", n)
	}
	w.stop()
	w.searchFiles(malformedMark)
}

// Events of unknown types are ignored, and messages with unknown or broken blocks
// are read from their text, over both transports.
func TestSlackUnknownTypes(t *testing.T) {
	for _, transport := range slackTransports {
		t.Run(transport.name, func(t *testing.T) {
			w := newSlackWorld(t, transport.socket, slacktest.Options{})
			w.begin()
			u := w.person()
			ch := w.channel(u, slacktest.Bot)
			for _, kind := range []string{"something_new", "reaction_added", "team_join", "message_metadata_posted", "assistant_thread_started"} {
				w.Event(slacktest.Acme, map[string]any{"type": kind, "user": u, "channel": ch, "item": []any{1, "x"}})
			}
			for _, subtype := range []string{"channel_topic", "bot_message", "message_replied", "something_new"} {
				w.Event(slacktest.Acme, map[string]any{"type": "message", "subtype": subtype, "channel": ch, "channel_type": "channel", "user": u, "text": clockPaste, "ts": "1795645540.020463"})
			}
			odd := []map[string]any{{"type": "something_new", "content": map[string]any{"deep": []any{1}}}, {"type": "rich_text", "elements": []any{map[string]any{"type": "novel", "elements": 7}}}}
			ts := w.Mention(slacktest.Said{Channel: ch, User: u, Text: clockPaste, Blocks: odd, Wire: "<@" + slacktest.Bot + "> " + clockPaste})
			w.answer(t, ch, ts, 1, clockTitle)
			w.only(t, ch, ts, 1)
			if n := len(w.Messages(ch)); n != 2 {
				t.Errorf("%d messages are in the channel, want 2", n)
			}
			if transport.socket {
				w.frames(t)
			}
			w.quiet(t)
			for _, d := range w.Deliveries() {
				if !d.Acked || len(d.Attempts) != 1 {
					t.Errorf("%s %s: %+v", d.Kind, d.Type, d.Attempts)
				}
			}
			w.stop()
			w.searchFiles(malformedMark)
		})
	}
}

// frames sends frames that make no sense over the socket. It stays open, and what
// has an envelope_id is acknowledged.
func (w *slackWorld) frames(t *testing.T) {
	t.Helper()
	w.Plant(malformedMark)
	var ids []string
	for i, raw := range []string{
		`{"type":"something_new","envelope_id":"%s","payload":{}}`,
		`{"type":"events_api","envelope_id":"%s","payload":{"event_id":"Ev0FRAME","event":"` + malformedMark,
		`{"type":"events_api","envelope_id":"%s"}`,
		`{"type":"interactive","envelope_id":"%s","payload":"` + malformedMark + `"}`,
		`{"type":"slash_commands","envelope_id":"%s","payload":[1]}`,
		`{"type":7,"envelope_id":"%s"}`,
		`{"type":"events_api","envelope_id":"%s","payload":"` + strings.Repeat(malformedMark, 60000) + `"}`,
	} {
		ids = append(ids, fmt.Sprintf("frame-%d", i))
		if !w.Frame(fmt.Sprintf(raw, ids[i])) {
			t.Fatal("there is no connection")
		}
	}
	for _, raw := range []string{malformedMark, "", "null", "[]", `{"type":"hello"}`, strings.Repeat("{", 5000)} {
		w.Frame(raw)
	}
	w.sees(t, "every frame is acknowledged", func() bool {
		acks := w.Acks()
		return !slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(acks, id) })
	})
	u := w.person()
	ch := w.channel(u, slacktest.Bot)
	ts := w.Mention(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.answer(t, ch, ts, 1, clockTitle)
	if _, ever := w.Connections(); ever != 1 {
		t.Errorf("%d connections were opened, want 1", ever)
	}
	if log := w.output(); strings.Count(log, "a delivery cannot be read") < 5 {
		t.Error("what could not be read is not in the log")
	}
}
