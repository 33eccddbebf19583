package discord

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/bot"
)

// Ids of the world in which interactions happen. They are of the time when they
// are made, as Discord's are.
const (
	testApplication = "1111111111111111111"
	testGuild       = "2222222222222222222"
	testChannel     = "3333333333333333333"
	testThread      = "4444444444444444444"
	testPerson      = "5555555555555555555"
	testMessage     = "6666666666666666666"
	testEveryone    = "66560" // VIEW_CHANNEL and READ_MESSAGE_HISTORY
)

// A told is a call of the REST API.
type told struct {
	method, path string
	body         map[string]any
	auth         string
}

// An interactionWorld is a platform with a desk and a REST API that notes what is
// called.
type interactionWorld struct {
	*Platform
	mu    sync.Mutex
	heard []bot.Message
	calls []told
	said  chan told
}

// newInteractionWorld has accept decide; nil: a reply follows.
func newInteractionWorld(t *testing.T, d Deps, c Config, accept bot.Accepter) *interactionWorld {
	t.Helper()
	w := &interactionWorld{said: make(chan told, 100)}
	api := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		one := told{method: r.Method, path: strings.TrimPrefix(r.URL.Path, "/api/v10"), auth: r.Header.Get("Authorization")}
		_ = json.Unmarshal(data, &one.body)
		w.mu.Lock()
		w.calls = append(w.calls, one)
		w.mu.Unlock()
		w.said <- one
		if strings.HasSuffix(r.URL.Path, "/callback") {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"id":"8000000000000000000","channel_id":"`+testChannel+`"}`)
	}))
	t.Cleanup(api.Close)
	c.API = api.URL + "/"
	c.Token = base64.RawURLEncoding.EncodeToString([]byte(testApplication)) + ".abcdef.0123456789"
	p, err := New(c, d)
	if err != nil {
		t.Fatal(err)
	}
	w.Platform = p
	p.world.begin(0, &wireGuild{ID: testGuild, Roles: []wireRole{{ID: testGuild, Permissions: testEveryone}}, Channels: []wireChannel{{ID: testChannel, Guild: testGuild}},
		Threads: []wireChannel{{ID: testThread, Guild: testGuild, Type: threadPrivate - 1, Parent: testChannel}}})
	if accept == nil {
		accept = func(context.Context, bot.Message) (bot.Ack, error) { return bot.Ack{Later: true}, nil }
	}
	err = p.ear.Open(func(ctx context.Context, m bot.Message) (bot.Ack, error) {
		w.mu.Lock()
		w.heard = append(w.heard, m)
		w.mu.Unlock()
		return accept(ctx, m)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.ear.Close)
	return w
}

// use has an interaction decided as the gateway does, without its callback.
func (w *interactionWorld) use(t *testing.T, data []byte, received time.Time) (*interactionAnswer, error) {
	t.Helper()
	accept, leave, ok := w.ear.Enter()
	if !ok {
		t.Fatal("nobody listens")
	}
	defer leave()
	answer, _, err := w.interaction(t.Context(), accept, data, received)
	return answer, err
}

// last is the message that was heard last.
func (w *interactionWorld) last(t *testing.T) bot.Message {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.heard) == 0 {
		t.Fatal("nothing was heard")
	}
	return w.heard[len(w.heard)-1]
}

// next is the next call of the REST API.
func (w *interactionWorld) next(t *testing.T) told {
	t.Helper()
	select {
	case one := <-w.said:
		return one
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was called")
		return told{}
	}
}

type object = map[string]any

// interactionOf is an interaction of a person in a guild's channel, with some
// fields of its own.
func interactionOf(t testing.TB, kind int, fields object) []byte {
	t.Helper()
	b := object{"id": "7000000000000000000", "application_id": testApplication, "type": kind, "token": "aW50ZXJhY3Rpb24", "version": 1,
		"guild_id": testGuild, "channel_id": testChannel, "channel": object{"id": testChannel, "type": 0}, "context": 0,
		"authorizing_integration_owners": object{"0": testGuild}, "app_permissions": "66560",
		"member": object{"user": object{"id": testPerson}, "permissions": "1024", "roles": []string{}}}
	maps.Copy(b, fields)
	for k, v := range b {
		if v == nil {
			delete(b, k)
		}
	}
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sub is what Discord sends of a subcommand.
func sub(name string, options ...object) object {
	return object{"name": commandName, "type": 1, "options": []object{{"name": name, "type": 1, "options": options}}}
}

func filled(name string, kind int, value any) object {
	return object{"name": name, "type": kind, "value": value}
}

func with(o object, fields object) object {
	o = maps.Clone(o)
	maps.Copy(o, fields)
	return o
}

var testCommands = []bot.Command{
	{Name: "diagnose", Summary: "say what an error means", Options: []bot.Option{{Name: "text", Summary: "the error"}, {Name: "file", Summary: "a file", File: true}}},
	{Name: "show", Summary: "show one", Options: []bot.Option{{Name: "id", Summary: "its id", Suggest: true}}},
	{Name: "triage", Summary: "read this channel", Options: []bot.Option{{Name: "setting", Summary: "what", Required: true, Choices: []string{"on", "off", "escalate"}},
		{Name: "value", Summary: "to what", Suggest: true}, {Name: "person", Summary: "who", Person: true}, {Name: "channel", Summary: "where", Channel: true}}},
	{Name: "stats", Summary: "figures"},
}

func TestReadInteraction(t *testing.T) {
	inThread := object{"channel_id": testThread, "channel": object{"id": testThread, "type": 11, "parent_id": testChannel}}
	direct := object{"guild_id": nil, "member": nil, "user": object{"id": testPerson}, "context": 1, "channel": object{"id": testChannel, "type": 1}}
	attached := object{"attachments": object{"900000000000000001": object{"id": "900000000000000001", "filename": "a.log", "size": 7, "content_type": "text/plain",
		"url": "https://cdn.discordapp.com/ephemeral-attachments/1/2/a.log?ex=1"}}}
	file := bot.File{ID: "s/sealed 63", Name: "a.log", Size: 7, Type: "text/plain"}
	target := object{"id": testMessage, "channel_id": testChannel, "content": "invalid_grant", "author": object{"id": "77"},
		"attachments": []object{{"id": "900000000000000001", "filename": "a.log", "size": 7, "url": "https://cdn.discordapp.com/attachments/1/2/a.log?ex=1&is=2&hm=3"}}}
	pointed := object{"name": "Diagnose this", "type": 3, "target_id": testMessage, "resolved": object{"messages": object{testMessage: target}}}
	pressed := object{"custom_id": "v1:case:helped", "component_type": 2}

	base := bot.Message{Tenant: bot.Tenant{Platform: Name, Workspace: testGuild}, Delivery: "7000000000000000000", Kind: bot.Commanded, Channel: testChannel, Place: bot.Public,
		Asked: true, Author: bot.Author{ID: testPerson}, ReplyTo: testApplication + "/aW50ZXJhY3Rpb24"}
	change := func(f func(m *bot.Message)) bot.Message {
		m := base
		f(&m)
		return m
	}
	for _, x := range []struct {
		name string
		kind int
		body object
		want bot.Message
	}{
		{"a text", 2, object{"data": sub("diagnose", filled("text", 3, "invalid_grant: 400"))},
			change(func(m *bot.Message) { m.Command, m.Text = "diagnose", "invalid_grant: 400" })},
		{"the command alone", 2, object{"data": sub("diagnose")}, base},
		{"blanks", 2, object{"data": sub("diagnose", filled("text", 3, "  "))}, base},
		{"a file", 2, object{"data": with(sub("diagnose", filled("file", 11, "900000000000000001")), object{"resolved": attached})},
			change(func(m *bot.Message) { m.Command, m.Files = "diagnose", []bot.File{file} })},
		{"a file that is not there", 2, object{"data": sub("diagnose", filled("file", 11, "900000000000000002"))}, base},
		{"a file elsewhere", 2, object{"data": with(sub("diagnose", filled("file", 11, "1")),
			object{"resolved": object{"attachments": object{"1": object{"id": "1", "filename": "a", "size": -1, "url": "https://example.org/a"}}}})},
			change(func(m *bot.Message) { m.Command, m.Files = "diagnose", []bot.File{{ID: "s/", Name: "a"}} })},
		{"options in any order", 2, object{"data": sub("triage", filled("channel", 7, "88"), filled("person", 6, "99"), filled("value", 3, "<@44>"), filled("setting", 3, "escalate"))},
			change(func(m *bot.Message) { m.Command, m.Text = "triage", "escalate <@44> <@99> <#88>" })},
		{"a number and a switch", 2, object{"data": sub("search", filled("words", 4, 401), filled("more", 5, true), filled("none", 3, nil))},
			change(func(m *bot.Message) { m.Command, m.Text = "search", "401 true" })},
		{"an administrator", 2, object{"data": sub("stats"), "member": object{"user": object{"id": testPerson}, "permissions": "2251799813685279"}},
			change(func(m *bot.Message) { m.Command, m.Author.Admin = "stats", true })},
		{"a manager", 2, object{"data": sub("stats"), "member": object{"user": object{"id": testPerson}, "permissions": "32"}},
			change(func(m *bot.Message) { m.Command, m.Author.Admin = "stats", true })},
		{"permissions of another type", 2, object{"data": sub("stats"), "member": object{"user": object{"id": testPerson}, "permissions": 8}},
			change(func(m *bot.Message) { m.Command = "stats" })},
		{"in a thread", 2, with(inThread, object{"data": sub("stats")}),
			change(func(m *bot.Message) { m.Command, m.Thread = "stats", testThread })},
		{"in a thread that does not say of what", 2, object{"data": sub("stats"), "channel_id": testThread, "channel": object{"id": testThread, "type": 11}},
			change(func(m *bot.Message) { m.Command, m.Thread = "stats", testThread })},
		{"in a channel that is not known", 2, object{"data": sub("stats"), "channel_id": "12345678901234567", "channel": object{"id": "12345678901234567", "type": 0}},
			change(func(m *bot.Message) { m.Command, m.Channel, m.Place = "stats", "12345678901234567", bot.Private })},
		{"to the bot", 2, with(direct, object{"data": sub("stats")}),
			change(func(m *bot.Message) { m.Command, m.Tenant.Workspace, m.Place = "stats", "", bot.Direct })},
		{"to the bot, without a context", 2, with(direct, object{"context": nil, "data": sub("stats")}),
			change(func(m *bot.Message) { m.Command, m.Tenant.Workspace, m.Place = "stats", "", bot.Direct })},
		{"between people", 2, with(direct, object{"context": 2, "data": sub("stats")}),
			change(func(m *bot.Message) { m.Command, m.Tenant.Workspace, m.Place = "stats", "", bot.Private })},
		{"a message", 2, object{"data": pointed},
			change(func(m *bot.Message) {
				m.Command, m.Key, m.Text = "diagnose", testMessage, "invalid_grant"
				m.Files = []bot.File{{ID: "m/" + testChannel + "/" + testMessage + "/900000000000000001", Name: "a.log", Size: 7}}
			})},
		{"a message in a thread", 2, with(inThread, object{"data": pointed}),
			change(func(m *bot.Message) {
				m.Command, m.Thread, m.Key, m.Text = "diagnose", testThread, testMessage, "invalid_grant"
				m.Files = []bot.File{{ID: "m/" + testThread + "/" + testMessage + "/900000000000000001", Name: "a.log", Size: 7}}
			})},
		{"a message where the bot is not", 2, object{"data": pointed, "authorizing_integration_owners": object{"1": testPerson}},
			change(func(m *bot.Message) {
				m.Command, m.Key, m.Text = "diagnose", testMessage, "invalid_grant"
				m.Files = []bot.File{{ID: "s/sealed 63", Name: "a.log", Size: 7}}
			})},
		{"the opening post of a forum", 2, object{"channel_id": testMessage, "channel": object{"id": testMessage, "type": 11, "parent_id": testChannel}, "data": pointed},
			change(func(m *bot.Message) {
				m.Command, m.Key, m.Text, m.Place = "diagnose", testMessage, "invalid_grant", bot.Private
				m.Files = []bot.File{{ID: "m/" + testMessage + "/" + testMessage + "/900000000000000001", Name: "a.log", Size: 7}}
			})},
		{"a button", 3, object{"data": pressed, "message": object{"id": testMessage, "channel_id": testChannel}},
			change(func(m *bot.Message) { m.Kind, m.Choice, m.Key = bot.Clicked, "v1:case:helped", testMessage })},
		{"a menu", 3, object{"data": object{"custom_id": "menu", "component_type": 3, "values": []string{"v1:case:a:x=y"}}, "message": object{"id": testMessage}},
			change(func(m *bot.Message) { m.Kind, m.Choice, m.Key = bot.Clicked, "v1:case:a:x=y", testMessage })},
		{"a component of a type that is not known", 3, object{"data": object{"custom_id": "v1::help", "component_type": 99, "values": []string{}}, "message": object{"id": testMessage}},
			change(func(m *bot.Message) { m.Kind, m.Choice, m.Key = bot.Clicked, "v1::help", testMessage })},
		{"a button in a thread", 3, with(inThread, object{"data": pressed, "message": object{"id": testMessage}}),
			change(func(m *bot.Message) {
				m.Kind, m.Choice, m.Key, m.Thread = bot.Clicked, "v1:case:helped", testMessage, testThread
			})},
		{"a button of an answer that stands for a thread", 3, object{"data": pressed, "message": object{"id": testMessage, "message_reference": object{"message_id": "88"}}},
			change(func(m *bot.Message) {
				m.Kind, m.Choice, m.Key, m.Thread = bot.Clicked, "v1:case:helped", testMessage, "88"
			})},
		{"a button of what followed an interaction", 3, object{"data": pressed, "message": object{"id": testMessage, "flags": 64, "webhook_id": testApplication, "message_reference": object{"message_id": "88"}}},
			change(func(m *bot.Message) { m.Kind, m.Choice, m.Key = bot.Clicked, "v1:case:helped", testMessage })},
		{"a form", 5, object{"data": object{"custom_id": "diagnose", "components": []object{
			{"type": 18, "id": 1, "component": object{"type": 4, "custom_id": "text", "value": "one\ntwo"}},
			{"type": 18, "component": object{"type": 19, "custom_id": "file", "values": []string{"900000000000000001"}}}}, "resolved": attached}},
			change(func(m *bot.Message) { m.Command, m.Text, m.Files = "diagnose", "one\ntwo", []bot.File{file} })},
		{"a form of old", 5, object{"data": object{"custom_id": "diagnose", "components": []object{{"type": 1, "components": []object{{"type": 4, "custom_id": "text", "value": "one"}}}}}},
			change(func(m *bot.Message) { m.Command, m.Text = "diagnose", "one" })},
		{"a form of parts that are not known", 5, object{"data": object{"custom_id": "diagnose", "components": []object{{"type": 77, "component": "what"}, {"type": 18, "component": object{"type": 4, "value": "one"}}}}},
			change(func(m *bot.Message) { m.Command, m.Text = "diagnose", "one" })},
	} {
		t.Run(x.name, func(t *testing.T) {
			seal := func(plain string) (string, error) { return "sealed " + itoa(len(plain)), nil }
			w := newInteractionWorld(t, Deps{Commands: testCommands, Seal: seal}, Config{}, nil)
			began := time.Now()
			answer, err := w.use(t, interactionOf(t, x.kind, x.body), time.Now())
			if err != nil || answer == nil {
				t.Fatalf("interaction = %v, %v", answer, err)
			}
			got := w.last(t)
			if got.Sent.Before(began) || !got.ReplyBy.Equal(got.Sent.Add(replyFor)) {
				t.Errorf("it was sent at %v and can be answered until %v", got.Sent, got.ReplyBy)
			}
			got.Sent, got.ReplyBy = time.Time{}, time.Time{}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Errorf("heard (-want +got):\n%s", diff)
			}
		})
	}
}

func itoa(n int) string {
	data, _ := json.Marshal(n)
	return string(data)
}

// TestInteractionTime has the time of an interaction be that of its id.
func TestInteractionTime(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		made time.Duration // before now
		sent time.Duration
	}{{0, 0}, {2 * time.Second, 2 * time.Second}, {20 * time.Minute, 20 * time.Minute}, {-time.Minute, 0}, {2 * time.Hour, 0}} {
		w := newInteractionWorld(t, Deps{Commands: testCommands, Now: func() time.Time { return now }}, Config{}, nil)
		id := idAt(now.Add(-x.made))
		if _, err := w.use(t, interactionOf(t, 2, object{"id": itoa(int(id)), "data": sub("stats")}), time.Now()); err != nil {
			t.Fatal(err)
		}
		if m := w.last(t); now.Sub(m.Sent).Round(time.Millisecond) != x.sent || m.ReplyBy.Sub(m.Sent) != replyFor {
			t.Errorf("made %v ago: sent %v ago, to be answered for %v", x.made, now.Sub(m.Sent), m.ReplyBy.Sub(m.Sent))
		}
	}
}

// TestIgnoredInteractions are of types and commands that are not ours.
func TestIgnoredInteractions(t *testing.T) {
	for name, data := range map[string][]byte{
		"a new type":           interactionOf(t, 6, nil),
		"another command":      interactionOf(t, 2, object{"data": object{"name": "other", "type": 1}}),
		"another menu":         interactionOf(t, 2, object{"data": object{"name": "authfix", "type": 3, "target_id": "1"}}),
		"a command for people": interactionOf(t, 2, object{"data": object{"name": "Diagnose this", "type": 2, "target_id": "1"}}),
	} {
		w := newInteractionWorld(t, Deps{}, Config{}, nil)
		answer, err := w.use(t, data, time.Now())
		if answer != nil || err != nil || len(w.heard) != 0 {
			t.Errorf("%s: answered with %v, %v, and %d heard", name, answer, err, len(w.heard))
		}
	}
}

// TestBrokenInteractions are recorded without their content, and answered.
func TestBrokenInteractions(t *testing.T) {
	const secret = "xoxb-secret-of-someone"
	for name, x := range map[string]struct {
		data     []byte
		delivery string
	}{
		"no JSON":       {[]byte(`{"id":"7", "token":"` + secret), "sha256:"},
		"a list":        {[]byte(`["` + secret + `"]`), "sha256:"},
		"no type":       {interactionOf(t, 0, nil), "7000000000000000000"},
		"no user":       {interactionOf(t, 2, object{"member": nil, "data": sub("diagnose", filled("text", 3, secret))}), "7000000000000000000"},
		"a strange id":  {interactionOf(t, 2, object{"id": "../../" + secret, "data": sub("stats")}), "sha256:"},
		"a bad token":   {interactionOf(t, 2, object{"token": "../" + secret, "data": sub("stats")}), "7000000000000000000"},
		"a bad channel": {interactionOf(t, 2, object{"channel": object{"id": "/" + secret}, "data": sub("stats")}), "7000000000000000000"},
		"a bad guild":   {interactionOf(t, 2, object{"guild_id": secret, "data": sub("stats")}), "7000000000000000000"},
		"no custom_id":  {interactionOf(t, 3, object{"data": object{}, "message": object{"id": testMessage}}), "7000000000000000000"},
		"no message":    {interactionOf(t, 3, object{"data": object{"custom_id": "v1::help"}}), "7000000000000000000"},
		"no target":     {interactionOf(t, 2, object{"data": object{"name": "Diagnose this", "type": 3, "target_id": testMessage}}), "7000000000000000000"},
		"a nameless form": {interactionOf(t, 5, object{"data": object{"components": []object{{"type": 18, "component": object{"type": 4, "value": secret}}}}}),
			"7000000000000000000"},
		"too long": {interactionOf(t, 2, object{"data": sub("diagnose", filled("text", 3, strings.Repeat(secret, maxInteraction/len(secret)+1)))}), "sha256:"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newInteractionWorld(t, Deps{}, Config{}, nil)
			answer, err := w.use(t, x.data, time.Now())
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("interaction = %v", err)
			}
			if answer == nil || answer.Type != answerMessage {
				t.Errorf("answered with %+v, want a message", answer)
			}
			m := w.last(t)
			if m.Kind != bot.Broken || !strings.HasPrefix(m.Delivery, x.delivery) || m.Size != int64(len(x.data)) || m.Error == "" || strings.Contains(m.Error, secret) || m.Type != "interaction" {
				t.Errorf("recorded %+v", m)
			}
		})
	}
}

// TestAnswers has each kind of acknowledgement answered as Discord wants it.
func TestAnswers(t *testing.T) {
	command := interactionOf(t, 2, object{"data": sub("stats")})
	press := interactionOf(t, 3, object{"data": object{"custom_id": "v1::help"}, "message": object{"id": testMessage}})
	direct := interactionOf(t, 2, object{"data": sub("stats"), "guild_id": nil, "member": nil, "user": object{"id": testPerson}, "context": 1})
	form := interactionOf(t, 5, object{"data": object{"custom_id": "diagnose"}})
	private := func(text string) string {
		return `{"type":4,"data":{"content":` + quoted(text) + `,"embeds":[],"components":[],"allowed_mentions":{"parse":[],"replied_user":false},"flags":64}}`
	}
	for _, x := range []struct {
		name string
		data []byte
		ack  bot.Ack
		err  error
		want string
	}{
		{"a command with a reply", command, bot.Ack{Later: true}, nil, `{"type":5,"data":{"flags":64}}`},
		{"a command to the bot with a reply", direct, bot.Ack{Later: true}, nil, `{"type":5}`},
		{"a command without", command, bot.Ack{}, nil, private(textDone)},
		{"a button with a reply", press, bot.Ack{Later: true}, nil, `{"type":6}`},
		{"a button without", press, bot.Ack{}, nil, `{"type":6}`},
		{"errors", command, bot.Ack{Errors: map[string]string{"b": "Two is wrong.", "a": "One is wrong."}}, nil,
			private("One is wrong.\nTwo is wrong.\nUse the command again to correct it.")},
		{"not decided", command, bot.Ack{}, errors.New("the database is away"), private(textNotTaken)},
		{"stopping", press, bot.Ack{}, bot.ErrStopping, private(textNotTaken)},
		{"a form after a form", form, bot.Ack{Form: &bot.Form{ID: "diagnose"}}, nil, private(textLateForm)},
		{"a form", command, bot.Ack{Form: &bot.Form{ID: "diagnose", Title: strings.Repeat("é", 50), Label: "The error", Hint: "Log lines."}}, nil,
			`{"type":9,"data":{"components":[` +
				`{"component":{"custom_id":"text","max_length":4000,"required":false,"style":2,"type":4},"description":"Log lines.","label":"The error","type":18},` +
				`{"component":{"custom_id":"file","max_values":1,"min_values":0,"required":false,"type":19},"description":"` + fileHint + `","label":"Or a file","type":18}],` +
				`"custom_id":"diagnose","title":"` + strings.Repeat("é", 44) + `…"}}`},
	} {
		t.Run(x.name, func(t *testing.T) {
			w := newInteractionWorld(t, Deps{Commands: testCommands}, Config{}, func(context.Context, bot.Message) (bot.Ack, error) { return x.ack, x.err })
			answer, err := w.use(t, x.data, time.Now())
			if !errors.Is(err, x.err) {
				t.Errorf("interaction = %v, want %v", err, x.err)
			}
			got, err := json.Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != x.want {
				t.Errorf("answered with\n%s, want\n%s", got, x.want)
			}
		})
	}
}

func quoted(s string) string {
	data, _ := json.Marshal(s)
	return string(data)
}

// TestPutOff has decisions that take too long answered in time, and what they led
// to said afterwards.
func TestPutOff(t *testing.T) {
	command := interactionOf(t, 2, object{"data": sub("stats")})
	press := interactionOf(t, 3, object{"data": object{"custom_id": "v1::help"}, "message": object{"id": testMessage}})
	for _, x := range []struct {
		name string
		data []byte
		ack  bot.Ack
		err  error
		want int
		said string // "" for nothing
	}{
		{"a reply follows", command, bot.Ack{Later: true}, nil, answerDefer, ""},
		{"no reply follows", command, bot.Ack{}, nil, answerDefer, textDone},
		{"a form", command, bot.Ack{Form: &bot.Form{ID: "diagnose"}}, nil, answerDefer, textLateForm},
		{"errors", command, bot.Ack{Errors: map[string]string{"text": "It is empty."}}, nil, answerDefer, "It is empty.\nUse the command again to correct it."},
		{"not decided", command, bot.Ack{}, errors.New("the database is away"), answerDefer, textNotTaken},
		{"a button", press, bot.Ack{Later: true}, nil, answerNothing, ""},
		{"a button without a reply", press, bot.Ack{}, nil, answerNothing, ""},
		{"a button, not decided", press, bot.Ack{}, errors.New("the database is away"), answerNothing, textNotTaken},
	} {
		t.Run(x.name, func(t *testing.T) {
			decide := make(chan struct{})
			w := newInteractionWorld(t, Deps{Commands: testCommands}, Config{}, func(ctx context.Context, _ bot.Message) (bot.Ack, error) {
				select {
				case <-decide:
				case <-ctx.Done():
					return bot.Ack{}, ctx.Err()
				}
				return x.ack, x.err
			})
			answer, err := w.use(t, x.data, time.Now().Add(-deferAfter+20*time.Millisecond))
			if err != nil || answer == nil || answer.Type != x.want {
				t.Fatalf("interaction = %+v, %v, want an answer of type %d", answer, err, x.want)
			}
			close(decide)
			if x.said == "" {
				w.ear.Close() // waits for what is said afterwards
				w.mu.Lock()
				defer w.mu.Unlock()
				if len(w.calls) > 0 {
					t.Errorf("called %+v, want nothing", w.calls)
				}
				return
			}
			said := w.next(t)
			if said.method != "POST" || said.path != "/webhooks/"+testApplication+"/aW50ZXJhY3Rpb24" || said.auth != "" {
				t.Errorf("called %s %s with %q", said.method, said.path, said.auth)
			}
			if said.body["content"] != x.said || said.body["flags"] != 64.0 || said.body["allowed_mentions"] == nil {
				t.Errorf("said %v, want %q", said.body, x.said)
			}
		})
	}
}

// TestPutOffInTime measures the wait with a decision that never ends in time.
func TestPutOffInTime(t *testing.T) {
	t.Parallel()
	decide := make(chan struct{})
	w := newInteractionWorld(t, Deps{Commands: testCommands}, Config{}, func(context.Context, bot.Message) (bot.Ack, error) {
		<-decide
		return bot.Ack{Later: true}, nil
	})
	defer close(decide)
	began := time.Now()
	answer, err := w.use(t, interactionOf(t, 2, object{"data": sub("stats")}), began)
	took := time.Since(began)
	if err != nil || answer.Type != answerDefer {
		t.Fatalf("interaction = %+v, %v", answer, err)
	}
	if took < deferAfter || took > 3*time.Second {
		t.Errorf("it was put off after %v, want %v", took, deferAfter)
	}
}

// TestTooManyInteractions has no more wait for decisions than there is room for.
func TestTooManyInteractions(t *testing.T) {
	w := newInteractionWorld(t, Deps{Commands: testCommands}, Config{}, nil)
	w.deciding.taken.Store(maxDeciding)
	answer, err := w.use(t, interactionOf(t, 2, object{"data": sub("stats")}), time.Now())
	if !errors.Is(err, errBusy) || answer == nil || answer.Type != answerMessage || len(w.heard) != 0 {
		t.Errorf("interaction = %+v, %v, and %d heard", answer, err, len(w.heard))
	}
	w.deciding.taken.Store(maxDeciding - 1)
	if _, err := w.use(t, interactionOf(t, 2, object{"data": sub("stats")}), time.Now()); err != nil {
		t.Errorf("with a place: %v", err)
	}
}

// TestCallback has an interaction of the gateway answered by a call without the
// bot's token, before a reply to it is sent.
func TestCallback(t *testing.T) {
	w := newInteractionWorld(t, Deps{Commands: testCommands}, Config{}, nil)
	accept, leave, _ := w.ear.Enter()
	defer leave()
	waited := make(chan int, 1)
	err := w.interacted(t.Context(), func(ctx context.Context, m bot.Message) (bot.Ack, error) {
		go func() { // as the sender does, which a decision wakes
			w.answering.wait(context.WithoutCancel(ctx), m.ReplyTo)
			w.mu.Lock()
			defer w.mu.Unlock()
			waited <- len(w.calls)
		}()
		return accept(ctx, m)
	}, interactionOf(t, 2, object{"data": sub("stats")}), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	said := w.next(t)
	if said.path != "/interactions/7000000000000000000/aW50ZXJhY3Rpb24/callback" || said.auth != "" || said.body["type"] != 5.0 {
		t.Errorf("called %+v", said)
	}
	if n := <-waited; n != 1 {
		t.Errorf("the reply could leave when %d answers had left, want 1", n)
	}
}

// TestCallbackPutOff has the event of an interaction that was put off done with
// only when it is decided: Discord tells it again when the program ends before.
func TestCallbackPutOff(t *testing.T) {
	decide := make(chan struct{})
	w := newInteractionWorld(t, Deps{Commands: testCommands}, Config{}, nil)
	accept, leave, _ := w.ear.Enter()
	defer leave()
	done := make(chan error, 1)
	go func() {
		done <- w.interacted(t.Context(), func(ctx context.Context, m bot.Message) (bot.Ack, error) {
			<-decide
			return accept(ctx, m)
		}, interactionOf(t, 2, object{"data": sub("stats")}), time.Now().Add(-deferAfter))
	}()
	if said := w.next(t); said.body["type"] != 5.0 {
		t.Errorf("called %+v, want a deferral", said)
	}
	w.answering.wait(t.Context(), "1/aW50ZXJhY3Rpb24") // what is said may go out
	select {
	case err := <-done:
		t.Errorf("it is done with (%v) before it is decided", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(decide)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestAnsweringWait does not wait for what nobody answers here.
func TestAnsweringWait(t *testing.T) {
	var a answering
	began := time.Now()
	a.wait(t.Context(), "1/other")
	done := a.begin("token")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a.wait(ctx, "1/token")
	done()
	a.wait(t.Context(), "1/token")
	if took := time.Since(began); took > answerWait/2 {
		t.Errorf("it waited %v", took)
	}
	if len(a.now) != 0 {
		t.Errorf("%d are still being answered", len(a.now))
	}
}

// FuzzReadInteraction has no interaction end the program, or give a message that
// breaks a promise of bot.Message.
func FuzzReadInteraction(f *testing.F) {
	f.Add(interactionOf(f, 2, object{"data": sub("triage", filled("setting", 3, "escalate"), filled("person", 6, "99"))}))
	f.Add(interactionOf(f, 2, object{"data": sub("diagnose", filled("file", 11, "1"))}))
	f.Add(interactionOf(f, 2, object{"data": object{"name": "Diagnose this", "type": 3, "target_id": "1", "resolved": object{"messages": object{"1": object{"content": "x", "attachments": []object{{"id": "2"}}}}}}}))
	f.Add(interactionOf(f, 3, object{"data": object{"custom_id": "v1::help", "values": []any{1, "x"}}, "message": object{"id": testMessage, "message_reference": object{"message_id": "1"}}}))
	f.Add(interactionOf(f, 4, object{"data": sub("show", object{"name": "id", "type": 3, "value": "app", "focused": true})}))
	f.Add(interactionOf(f, 5, object{"data": object{"custom_id": "diagnose", "components": []object{{"type": 1, "components": []object{{"type": 4, "value": "x"}}}, {"type": 18, "component": object{"type": 19, "values": []string{"1"}}}}}}))
	f.Add([]byte(`{"type":1}`))
	f.Add([]byte(`{"type":2,"data":{"options":[{"options":[{"options":{}}]}]}}`))
	f.Add([]byte(`[]`))
	p, err := New(Config{Token: base64.RawURLEncoding.EncodeToString([]byte(testApplication)) + ".abcdef.0123456789"}, Deps{Commands: testCommands})
	if err != nil {
		f.Fatal(err)
	}
	look := func(_, channel string) spot { return spot{channel: channel, place: bot.Public} }
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := p.readInteraction(data, look)
		m := in.message
		if err != nil || m == nil {
			return
		}
		switch {
		case !idLike(m.Delivery), !idLike(m.Author.ID), m.Channel != "" && !idLike(m.Channel), m.Key != "" && !idLike(m.Key), m.Thread != "" && !idLike(m.Thread):
			t.Errorf("ids of %+v", m)
		case m.Kind == bot.Clicked && (m.Choice == "" || m.Key == ""):
			t.Errorf("a click of nothing: %+v", m)
		case strings.Count(m.ReplyTo, "/") != 1, len(m.ReplyTo) > 1100, !m.Asked, len(m.Files) > maxFiles, m.Key != "" && m.Key == m.Thread:
			t.Errorf("read %+v", m)
		}
		for _, file := range m.Files {
			if len(file.ID) > maxFileID || file.Size < 0 {
				t.Errorf("a file %+v", file)
			}
		}
	})
}
