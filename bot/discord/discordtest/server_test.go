package discordtest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

type (
	obj = map[string]any
	arr = []any
)

func TestMentionAndAnswer(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, ready := connect(t, s, allIntents)
	if got := text(ready["resume_gateway_url"]); !strings.Contains(got, "/resume/") {
		t.Errorf("resume_gateway_url = %q", got)
	}
	guild := k.event("GUILD_CREATE")
	if guild["id"] != Acme || len(list(guild["channels"])) != 9 || text(list(guild["members"])[0]["user"].(obj)["id"]) != Bot {
		t.Errorf("GUILD_CREATE = %v", guild)
	}
	id := s.Mention(Said{Channel: General, Text: "help"})
	m := k.event("MESSAGE_CREATE")
	if m["id"] != id || m["content"] != "<@"+Bot+"> help" || m["guild_id"] != Acme || text(m["author"].(obj)["id"]) != Alice || m["member"] == nil {
		t.Errorf("MESSAGE_CREATE = %v", m)
	}
	if got := list(m["mentions"]); len(got) != 1 || got[0]["id"] != Bot {
		t.Errorf("mentions = %v, want the bot", got)
	}
	th := must(t, s, "POST", "/channels/"+General+"/messages/"+id+"/threads", obj{"name": "help"})
	if th.status != http.StatusCreated || th.id() != id {
		t.Fatalf("thread = %d %s, want it to have the message's id", th.status, th.raw)
	}
	if e := k.event("THREAD_CREATE"); e["id"] != id || e["newly_created"] != true || e["parent_id"] != General {
		t.Errorf("THREAD_CREATE = %v", e)
	}
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/messages/"+id+"/threads", obj{"name": "again"}), 400, 160004)
	got := must(t, s, "POST", "/channels/"+id+"/messages", quietly(obj{"content": "**answer**",
		"embeds":     arr{obj{"title": "T", "description": "D", "fields": arr{obj{"name": "N", "value": "V"}}, "footer": obj{"text": "F"}}},
		"components": arr{obj{"type": 1, "components": arr{obj{"type": 2, "style": 1, "label": "Helpful", "custom_id": "v1:a:b"}}}}}))
	answers := s.Answers(General, id)
	if len(answers) != 1 || answers[0].ID != got.id() || answers[0].Shown() != "**answer**\nT\nD\nN\nV\nF\nHelpful\n" {
		t.Fatalf("answers = %+v", answers)
	}
	if b := answers[0].Buttons(); len(b) != 1 || b[0].ID != "v1:a:b" || b[0].Label != "Helpful" {
		t.Errorf("buttons = %+v", b)
	}
	if got := s.Thread(General, id); len(got) != 2 {
		t.Errorf("thread = %d messages, want the question and the answer", len(got))
	}
	must(t, s, "PATCH", "/channels/"+id+"/messages/"+got.id(), quietly(obj{"content": "better"}))
	if m, _ := s.MessageByID(got.id()); m.Text != "better" || len(m.Edits) != 1 || len(m.Embeds) != 1 || m.Edits[0].Shown() == m.Shown() {
		t.Errorf("message = %+v, want one edit of its text alone", m)
	}
	must(t, s, "PUT", "/channels/"+General+"/messages/"+id+"/reactions/%F0%9F%91%80/@me", nil)
	if m, _ := s.MessageByID(id); len(m.Reactions) != 1 || m.Reactions[0] != (Reaction{"👀", Bot}) {
		t.Errorf("reactions = %v", m.Reactions)
	}
	must(t, s, "DELETE", "/channels/"+id+"/messages/"+got.id(), nil)
	if left := s.Answers(General, id); len(left) != 0 {
		t.Errorf("answers after deletion = %v", left)
	}
	if s.Posted() != 1 || len(s.CallsOf("POST /channels/{channel}/messages")) != 1 {
		t.Errorf("posted = %d", s.Posted())
	}
	quiet(t, s)
}

func TestForum(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, _ := connect(t, s, allIntents)
	id := s.Message(Said{Channel: Forum, Text: "it fails\nwith 401", Title: "Help", Tags: []string{TagOpen}, Files: []File{{Name: "message.txt", Content: []byte("log")}}})
	th := k.event("THREAD_CREATE")
	m := k.event("MESSAGE_CREATE")
	if th["id"] != id || m["id"] != id || m["channel_id"] != id || th["name"] != "Help" || th["parent_id"] != Forum {
		t.Errorf("the post's thread %v and message %v, want one id", th, m)
	}
	file := list(m["attachments"])[0]
	a := get(t, s, text(file["url"]))
	if string(a.raw) != "log" {
		t.Errorf("download = %d %s", a.status, a.raw)
	}
	s.Advance(25 * time.Hour)
	if a := get(t, s, text(file["url"])); a.status != http.StatusNotFound {
		t.Errorf("the download of an expired address = %d, want 404", a.status)
	}
	again := must(t, s, "GET", "/channels/"+id+"/messages/"+id, nil)
	if a := get(t, s, text(list(again.obj["attachments"])[0]["url"])); string(a.raw) != "log" {
		t.Errorf("download by a fresh address = %d %s", a.status, a.raw)
	}
	active := must(t, s, "GET", "/guilds/"+Acme+"/threads/active", nil)
	if got := list(active.obj["threads"]); len(got) != 1 || got[0]["id"] != id {
		t.Errorf("active threads = %s", active.raw)
	}
	wantCode(t, rest(t, s, "PATCH", "/channels/"+id, obj{"applied_tags": arr{TagSolved}}), 403, 50013)
	s.Allow(Forum, Bot, ManageThreads)
	must(t, s, "PATCH", "/channels/"+id, obj{"applied_tags": arr{TagSolved}})
	if c, _ := s.Channel(id); len(c.Applied) != 1 || c.Applied[0] != TagSolved {
		t.Errorf("applied = %v", c.Applied)
	}
	quiet(t, s)
}

func get(t testing.TB, s *Server, url string) answer {
	t.Helper()
	q, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, q)
}

func TestHistory(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	var ids []string
	for range 7 {
		ids = append(ids, s.Message(Said{Channel: General, Text: "t"}))
	}
	page := func(query string) string {
		var got []string
		for _, x := range must(t, s, "GET", "/channels/"+General+"/messages?"+query, nil).list {
			id := x.(obj)["id"]
			for i, want := range ids {
				if id == want {
					got = append(got, string(rune('0'+i)))
				}
			}
		}
		return strings.Join(got, "")
	}
	for query, want := range map[string]string{
		"limit=3": "654", "": "6543210", "limit=3&after=" + ids[1]: "432", "limit=2&before=" + ids[3]: "21",
		"limit=3&around=" + ids[3]: "432", "after=" + ids[6]: "", "limit=100&after=0": "6543210",
	} {
		if got := page(query); got != want {
			t.Errorf("messages?%s = %s, want %s", query, got, want)
		}
	}
}

func TestNonce(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	body := quietly(obj{"content": "once", "nonce": "n1", "enforce_nonce": true})
	path := "/channels/" + General + "/messages"
	first := must(t, s, "POST", path, body)
	body["content"] = "twice"
	if again := must(t, s, "POST", path, body); again.id() != first.id() || again.obj["content"] != "once" || s.Posted() != 1 {
		t.Errorf("the same nonce made %s, want the first message", again.raw)
	}
	s.Advance(2*time.Minute + 59*time.Second)
	must(t, s, "POST", path, body)
	if s.Posted() != 1 {
		t.Error("a nonce was forgotten within 3 minutes")
	}
	s.Advance(2 * time.Second)
	must(t, s, "POST", path, body)
	if s.Posted() != 2 {
		t.Error("a nonce was not forgotten after 3 minutes")
	}
	delete(body, "enforce_nonce")
	must(t, s, "POST", path, body)
	if s.Posted() != 3 {
		t.Error("a nonce was enforced that was not to be")
	}
}

func TestSnowflakesGrow(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Now: func() time.Time { return time.UnixMilli(1_800_000_000_000) }})
	last := "0"
	for range 1000 {
		id := s.Message(Said{Channel: General, Text: "t"})
		if order(id, last) <= 0 {
			t.Fatalf("the id %s came after %s", id, last)
		}
		last = id
	}
	if got := time.UnixMilli(int64(snowflake(last)>>22) + epoch); got.UnixMilli() != 1_800_000_000_000 {
		t.Errorf("the time in an id = %v", got)
	}
}

func snowflake(id string) uint64 {
	n := uint64(0)
	for _, c := range id {
		n = n*10 + uint64(c-'0')
	}
	return n
}

func TestWaitReportsWhatHappened(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	must(t, s, "GET", "/users/@me", nil)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	err := s.Wait(ctx, func() bool { return false })
	if err == nil || !strings.Contains(err.Error(), "the last call was GET /users/@me") {
		t.Errorf("Wait = %v, want the last call named", err)
	}
}

func TestDownAndUp(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, _ := connect(t, s, allIntents)
	s.Down()
	if _, err := http.Get(s.API() + "api/v10/gateway"); err == nil {
		t.Fatal("somebody answers while Discord is down")
	}
	if code := k.closed(); code == 1000 {
		t.Errorf("the gateway closed with %d, want it cut", code)
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	must(t, s, "GET", "/gateway", nil)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	q, _ := http.NewRequest("GET", s.API()+"api/v10/users/@me", nil)
	q.Header.Set("User-Agent", "Go-http-client/1.1")
	q.Header.Set("Authorization", "Bot wrong")
	wantCode(t, do(t, q), 401, 0)
	wantRule(t, s, RuleAgent)
	q, _ = http.NewRequest("GET", s.API()+"api/v9/gateway", nil)
	q.Header.Set("User-Agent", userAgent)
	wantCode(t, do(t, q), 400, 50041)
	wantRule(t, s, RuleVersion)
	wantCode(t, rest(t, s, "GET", "/nowhere", nil), 404, 0)
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": ""})), 400, 50006)
	wantCode(t, rest(t, s, "GET", "/channels/1", nil), 404, 10003)
	wantCode(t, rest(t, s, "GET", "/channels/"+General+"/messages/1", nil), 404, 10008)
	wantCode(t, rest(t, s, "PATCH", "/channels/"+General+"/messages/"+s.Message(Said{Channel: General, Text: "t"}), quietly(obj{"content": "x"})), 403, 50005)
	wantCode(t, rest(t, s, "POST", "/channels/"+Forum+"/messages", quietly(obj{"content": "x"})), 400, 50008)
	wantCode(t, rest(t, s, "POST", "/channels/"+Voice+"/messages/1/threads", obj{"name": "x"}), 400, 50024)
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "x", "message_reference": obj{"message_id": "1"}})), 400, 50035)
	must(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "x", "message_reference": obj{"message_id": "1", "fail_if_not_exists": false}}))
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "x", "flags": 1 << 15})), 400, 50035)
	wantCode(t, rest(t, s, "GET", "/guilds/1", nil), 404, 10004)
	s.AddGuild(Guild{ID: Globex, Name: "Globex", Owner: Bob, NoBot: true})
	wantCode(t, rest(t, s, "GET", "/guilds/"+Globex, nil), 403, 50001)
}

func TestDirectMessages(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, _ := connect(t, s, intentGuilds|intentDirects)
	s.Direct(Alice, "my token is refused")
	m := k.event("MESSAGE_CREATE")
	if m["guild_id"] != nil || m["content"] != "my token is refused" || m["channel_id"] != s.DM(Alice) {
		t.Errorf("MESSAGE_CREATE = %v", m)
	}
	dm := must(t, s, "POST", "/users/@me/channels", obj{"recipient_id": Alice})
	if dm.id() != s.DM(Alice) {
		t.Errorf("the direct channel = %s", dm.raw)
	}
	post(t, s, dm.id(), "answer")
	if got := s.Privates(Alice); len(got) != 1 || got[0].Text != "answer" {
		t.Errorf("privates = %+v", got)
	}
	s.AddUser(User{ID: Bob, Name: "bob", NoDMs: true})
	path := "/channels/" + s.DM(Bob) + "/messages"
	wantCode(t, rest(t, s, "POST", path, quietly(obj{"content": "x"})), 403, 50007)
	s.AddUser(User{ID: "1100000000000000299", Name: "stranger"})
	path = "/channels/" + s.DM("1100000000000000299") + "/messages"
	wantCode(t, rest(t, s, "POST", path, quietly(obj{"content": "x"})), 403, 50278)
	quiet(t, s)
}

func TestFilesOfTheApp(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := upload(t, s, General, 2)
	files := list(a.obj["attachments"])
	if len(files) != 2 || files[0]["filename"] != "a.txt" || string(get(t, s, text(files[0]["url"])).raw) != "content" {
		t.Fatalf("message = %s", a.raw)
	}
	path := "/channels/" + General + "/messages/" + a.id()
	must(t, s, "PATCH", path, quietly(obj{"content": "c2"}))
	if m, _ := s.MessageByID(a.id()); len(m.Files) != 2 {
		t.Errorf("an edit of the text left %d files", len(m.Files))
	}
	must(t, s, "PATCH", path, quietly(obj{"attachments": arr{obj{"id": files[1]["id"]}}}))
	if m, _ := s.MessageByID(a.id()); len(m.Files) != 1 || m.Files[0].ID != files[1]["id"] {
		t.Errorf("an edit that keeps the second left %v", m.Files)
	}
	must(t, s, "PATCH", path, quietly(obj{"content": "c", "flags": 4, "embeds": arr{obj{"title": "hidden"}}}))
	if m, _ := s.MessageByID(a.id()); m.Shown() != "c\n" {
		t.Errorf("with suppressed embeds one reads %q", m.Shown())
	}
	s.Deny(General, Bot, AttachFiles)
	wantCode(t, upload(t, s, General, 1), 403, 50013)
	quiet(t, s)
}
