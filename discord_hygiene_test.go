package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot/discord/discordtest"
)

// discordRequest is an interaction that the fake did not make; id counts.
func discordRequest(id int, more map[string]any) []byte {
	all := map[string]any{"id": fmt.Sprint(1575000000000000000 + id), "application_id": discordtest.App, "type": 2, "token": "aW50ZXJhY3Rpb24" + fmt.Sprint(id), "version": 1,
		"guild_id": discordtest.Acme, "channel_id": discordtest.General, "channel": map[string]any{"id": discordtest.General, "type": 0}, "context": 0,
		"member": map[string]any{"user": map[string]any{"id": discordtest.Bob, "username": "bob"}, "permissions": "0"},
		"data":   map[string]any{"id": "1", "name": "authfix", "type": 1, "options": []any{map[string]any{"name": "help", "type": 1}}}}
	for k, v := range more {
		all[k] = v
	}
	body, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return body
}

// Requests that Discord did not make are refused, and those that it made and that
// make no sense are recorded or ignored; the program goes on.
func TestDiscordRequests(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, true, discordtest.Options{})
	w.Plant(malformedMark)
	w.begin()
	now := time.Now()
	valid := discordRequest(1, nil)
	large := bytes.Repeat([]byte("x"), 1<<20+1)
	for name, c := range map[string]struct {
		body   []byte
		at     time.Time
		how    discordtest.Signed
		status int
	}{
		"no signature":        {valid, now, discordtest.SignedNot, 401},
		"another key":         {valid, now, discordtest.SignedBadly, 401},
		"a short signature":   {valid, now, discordtest.SignedShort, 401},
		"another time":        {valid, now, discordtest.SignedElsewhen, 401},
		"six minutes old":     {valid, now.Add(-6 * time.Minute), discordtest.SignedWell, 401},
		"of the future":       {valid, now.Add(6 * time.Minute), discordtest.SignedWell, 401},
		"oversized":           {large, now, discordtest.SignedWell, 413},
		"oversized, unsigned": {large, now, discordtest.SignedNot, 401},
		"an unknown type":     {discordRequest(2, map[string]any{"type": 99}), now, discordtest.SignedWell, 400},
		"no JSON":             {[]byte(`{"id":"1575000000000000003","type":2,"data":{"name":"` + malformedMark), now, discordtest.SignedWell, 200},
		"not UTF-8":           {[]byte("\xff\xfe\x00" + malformedMark), now, discordtest.SignedWell, 200},
		"nothing":             {nil, now, discordtest.SignedWell, 200},
		"an array":            {[]byte(`["` + malformedMark + `"]`), now, discordtest.SignedWell, 200},
		"deep":                {[]byte(strings.Repeat(`{"data":`, 100000)), now, discordtest.SignedWell, 200},
		"wrong types":         {discordRequest(4, map[string]any{"data": map[string]any{"name": 7, "options": malformedMark}}), now, discordtest.SignedWell, 400},
		"nobody":              {discordRequest(5, map[string]any{"member": nil}), now, discordtest.SignedWell, 200},
		"a wild token":        {discordRequest(6, map[string]any{"token": "../../" + malformedMark}), now, discordtest.SignedWell, 200},
		"a wild id":           {discordRequest(7, map[string]any{"id": "../" + malformedMark}), now, discordtest.SignedWell, 200},
		"no component":        {discordRequest(8, map[string]any{"type": 3, "data": map[string]any{}}), now, discordtest.SignedWell, 200},
		"a form of nothing":   {discordRequest(9, map[string]any{"type": 5, "data": map[string]any{"components": []any{7, "x", map[string]any{"type": 99}}}}), now, discordtest.SignedWell, 200},
		"completion of what":  {discordRequest(10, map[string]any{"type": 4, "data": map[string]any{"name": "authfix", "options": 7}}), now, discordtest.SignedWell, 200},
		"no message":          {discordRequest(11, map[string]any{"data": map[string]any{"name": "Diagnose this", "type": 3, "target_id": "1"}}), now, discordtest.SignedWell, 200},
		"another command":     {discordRequest(12, map[string]any{"data": map[string]any{"name": "other", "type": 1}}), now, discordtest.SignedWell, 400},
	} {
		status, header, answer, err := w.PostInteraction(t.Context(), c.body, c.at, c.how)
		if err != nil || status != c.status {
			t.Errorf("%s: %d %s, %v; want %d", name, status, answer, err, c.status)
			continue
		}
		if status == http.StatusOK && (!json.Valid(answer) || !strings.HasPrefix(header.Get("Content-Type"), "application/json")) {
			t.Errorf("%s is answered with %q of %s", name, answer, header.Get("Content-Type"))
		}
		if bytes.Contains(answer, []byte(malformedMark)) {
			t.Errorf("%s: the answer repeats what was sent: %s", name, answer)
		}
	}
	if err := w.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]int{"/discord/interactions": http.StatusMethodNotAllowed, "/discord/other": http.StatusNotFound} {
		answer, err := http.Get(w.at + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, answer.StatusCode, want)
		}
	}
	if log := w.output(); !strings.Contains(log, "an interaction cannot be read") || strings.Contains(log, malformedMark) {
		t.Errorf("what could not be read is not in the log, or too much of it is:\n%s", log)
	}
	db := w.look()
	defer db.Close()
	rows := table(t, db, `SELECT id FROM deliveries WHERE error <> ''`)
	for _, n := range []int{5, 8, 9, 11} {
		if id := strconv.Itoa(1575000000000000000 + n); !slices.ContainsFunc(rows, func(row []string) bool { return row[0] == id }) {
			t.Errorf("%s is not recorded as broken: %v", id, rows)
		}
	}
	// One that is repeated word for word is decided once.
	body := discordRequest(20, nil)
	for range 3 {
		if status, _, answer, err := w.PostInteraction(t.Context(), body, time.Now(), discordtest.SignedWell); status != 200 || err != nil {
			t.Errorf("%d %s, %v", status, answer, err)
		}
	}
	if n := number(t, db, `SELECT count(*) FROM outbox WHERE person = $1`, discordtest.Bob); n != 1 {
		t.Errorf("an interaction that came three times has %d replies", n)
	}
	u := w.person()
	w.command(t, u, discordtest.General, "help", nil)
	w.told(t, u, 1, "help NAME shows one command.")
	if n := len(w.Answers(discordtest.General, "")); n != 0 {
		t.Errorf("%d messages were said for everyone", n)
	}
	w.stop()
	w.searchFiles(append(w.sealed(), malformedMark)...)
}

// Without a public key nothing is answered over HTTP.
func TestDiscordNoEndpoint(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, false, discordtest.Options{})
	w.begin()
	answer, err := http.Post(w.at+"/discord/interactions", "application/json", bytes.NewReader(discordRequest(1, nil)))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("status %d, want 404", answer.StatusCode)
	}
	w.stop()
}

// Events of unknown types and frames that make no sense are ignored or recorded,
// and messages with components, embeds and other parts of unknown types are read.
func TestDiscordUnknownTypes(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, false, discordtest.Options{})
	w.Plant(malformedMark)
	ch := w.triageIn(1)[0]
	w.begin()
	u := w.person()
	for _, kind := range []string{"SOMETHING_NEW", "TYPING_START", "PRESENCE_UPDATE", "VOICE_STATE_UPDATE", "GUILD_MEMBER_ADD", "MESSAGE_POLL_VOTE_ADD", "MESSAGE_REACTION_ADD"} {
		w.Event(kind, discordtest.Acme, map[string]any{"user_id": u, "channel_id": ch, "guild_id": discordtest.Acme, "item": []any{1, "x"}})
	}
	for _, c := range []struct {
		kind string
		data map[string]any
	}{
		{"MESSAGE_CREATE", map[string]any{"id": 7, "content": []any{malformedMark}}},
		{"MESSAGE_CREATE", map[string]any{"id": "1575000000000000100", "channel_id": "../" + malformedMark, "content": malformedMark}},
		{"MESSAGE_CREATE", map[string]any{"id": "1575000000000000101", "channel_id": ch, "guild_id": discordtest.Acme, "author": malformedMark}},
		{"MESSAGE_UPDATE", map[string]any{"id": "1575000000000000102"}},
		{"MESSAGE_DELETE", map[string]any{"id": malformedMark}},
		{"MESSAGE_DELETE_BULK", map[string]any{"ids": malformedMark, "channel_id": ch}},
		{"INTERACTION_CREATE", map[string]any{"id": "1575000000000000103", "type": 2, "data": malformedMark}},
		{"INTERACTION_CREATE", map[string]any{"id": "1575000000000000104", "type": 99, "token": "x"}},
		{"GUILD_CREATE", map[string]any{"id": malformedMark, "channels": malformedMark}},
		{"GUILD_DELETE", map[string]any{"id": malformedMark}},
		{"CHANNEL_UPDATE", map[string]any{"id": ch, "type": malformedMark}},
		{"THREAD_CREATE", map[string]any{"id": []any{}}},
		{"THREAD_DELETE", map[string]any{"id": malformedMark}},
		{"THREAD_LIST_SYNC", map[string]any{"threads": malformedMark}},
	} {
		w.Event(c.kind, discordtest.Acme, c.data)
	}
	for _, raw := range []string{malformedMark, "", "null", "[]", "7", `{"op":99,"d":"` + malformedMark + `"}`, `{"op":0}`, `{"op":0,"t":7,"s":"x","d":1}`, `{"op":11,"d":{"deep":[[]]}}`, strings.Repeat("{", 5000)} {
		w.Frame([]byte(raw))
	}
	// Parts of unknown types beside a text that is known.
	odd := []map[string]any{{"type": 99, "content": map[string]any{"deep": []any{1}}}, {"type": 17, "components": []any{map[string]any{"type": "novel"}, 7}}}
	fields := map[string]any{"poll": map[string]any{"question": 7}, "something_new": []any{1}, "sticker_items": "x", "message_snapshots": []any{7}}
	id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: clockPaste, Components: odd, Embeds: []map[string]any{{"type": "novel", "fields": 7}}, Fields: fields})
	w.answer(t, ch, id, 1, clockTitle)
	// What another application says in components and embeds is read, where that is
	// wanted.
	other := w.person()
	w.AddUser(discordtest.User{ID: other, Name: "another app", Bot: true})
	w.triage(t, w.admin(), ch, 1, "on", "bots", "value", "on")
	id = w.Message(discordtest.Said{Channel: ch, User: other, Components: []map[string]any{{"type": 17, "components": []any{map[string]any{"type": 99}, map[string]any{"type": 10, "content": githubPaste}}}}})
	w.answer(t, ch, id, 1, githubTitle)
	id = w.Message(discordtest.Said{Channel: ch, User: other, Embeds: []map[string]any{{"type": "rich", "title": "An alert", "description": consumerPaste}}})
	w.answer(t, ch, id, 1, consumerTitle)
	// The system's messages are not people's.
	for _, kind := range []int{6, 7, 18, 46, 999} {
		w.Message(discordtest.Said{Channel: ch, User: u, Text: clockPaste, Type: kind})
	}
	w.only(t, ch, "", 3)
	log := w.output()
	if strings.Contains(log, malformedMark) || strings.Count(log, "an event cannot be read") < 4 {
		t.Errorf("what could not be read is not in the log, or too much of it is:\n%s", log)
	}
	w.stop()
	w.searchFiles(malformedMark)
}

// callback matches first answers to interactions.
func callback(c discordtest.Call) bool { return strings.HasSuffix(c.Route, "/callback") }

// lateInteractions has the first answer to interactions be lost, late or refused:
// the person is answered all the same, and once.
func (w *discordWorld) lateInteractions(t *testing.T) {
	ch := w.channel()
	w.begin()
	for i, f := range []discordtest.Fault{{After: true, Status: 502}, {After: true, Cut: true}, {Delay: 700 * time.Millisecond}} {
		t.Run([]string{"502", "cut", "slow"}[i], func(t *testing.T) {
			u := w.person()
			f.Match = callback
			remove := w.Fault(f)
			w.command(t, u, ch, "diagnose", map[string]any{"text": clockPaste})
			m := w.told(t, u, 1, clockTitle)
			remove()
			w.press(t, u, m, "Copy query")
			w.told(t, u, 2, "date -u")
			if n := len(w.Privates(u)); n != 2 {
				t.Errorf("%d messages are told", n)
			}
		})
	}
	// The first answer never arrives: what the desk says comes as a direct message.
	u := w.person()
	remove := w.Fault(discordtest.Fault{Match: callback, Status: 500, Times: -1})
	w.Command(u, ch, "authfix diagnose", map[string]any{"text": clockPaste})
	w.sees(t, "the person is answered", func() bool {
		return slices.ContainsFunc(w.Privates(u), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), clockTitle) })
	})
	remove()
	w.settle(t, "")
	w.stop()
}

// busy has the database be busy for longer than Discord waits for a first answer:
// answers are put off and come later, and what is typed is completed meanwhile.
func (w *discordWorld) busy(t *testing.T) {
	ch := w.channel()
	w.begin()
	late, former, clicker, typist := w.person(), w.person(), w.person(), w.person()
	w.command(t, clicker, ch, "diagnose", map[string]any{"text": clockPaste})
	m := w.told(t, clicker, 1, clockTitle)
	w.settle(t, "")

	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.dir, "authfix.db")+"?_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	held, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for what, c := range map[string]struct {
		kind int
		try  func() discordtest.Result
	}{
		"a command": {5, func() discordtest.Result {
			return w.Command(late, ch, "authfix diagnose", map[string]any{"text": clockPaste})
		}},
		"a form":  {5, func() discordtest.Result { return w.Command(former, ch, "authfix diagnose", nil) }},
		"a click": {6, func() discordtest.Result { return w.Click(clicker, m.ID, "Copy query") }},
		"completion": {8, func() discordtest.Result {
			return w.Autocomplete(typist, ch, "authfix show", "id", "applinks-time", nil)
		}},
	} {
		all.Go(func() {
			if r := c.try(); !r.Acked || r.Err != nil || r.Type != c.kind {
				t.Errorf("%s while the database is busy: %+v, want an answer of type %d", what, r, c.kind)
			}
		})
	}
	all.Wait()
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.told(t, late, 1, clockTitle)
	w.told(t, former, 1, "use the command again")
	w.told(t, clicker, 2, "date -u")
	w.settle(t, "")
	for who, want := range map[string]int{late: 1, former: 1, clicker: 2} {
		if n := len(w.Privates(who)); n != want {
			t.Errorf("%d messages are told, want %d", n, want)
		}
	}
	w.stop()
}

// expired has the token of an interaction expire before the answer could be said:
// it comes as a direct message.
func (w *discordWorld) expired(t *testing.T) {
	ch := w.channel()
	w.begin()
	for _, options := range []map[string]any{{"text": clockPaste}, {"file": discordtest.File{Name: "jira.log", Content: []byte(clockPaste)}}} {
		u := w.person()
		refused := len(w.CallsOf("POST /webhooks/{app}/{token}"))
		w.Fault(discordtest.Fault{Route: "POST /webhooks/", RetryAfter: 2 * time.Second})
		if options["file"] != nil { // a file is read by a job, whose answer may go by the token
			w.Fault(discordtest.Fault{Match: func(c discordtest.Call) bool { return strings.HasPrefix(c.Route, "GET /attachments/") }, Delay: time.Second})
		}
		w.command(t, u, ch, "diagnose", options)
		w.sees(t, "the answer is refused", func() bool { return len(w.CallsOf("POST /webhooks/{app}/{token}")) > refused })
		w.Advance(16 * time.Minute)
		w.written(t, u, 1, clockTitle)
		w.settle(t, "")
		if n := len(w.Answers(w.DM(u), "")); n != 1 {
			t.Errorf("%d direct messages are written", n)
		}
	}
	w.stop()
}
