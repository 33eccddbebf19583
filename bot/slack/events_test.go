package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/bot"
)

// inT1 is the tenant of most events in these tests, and its bot.
var inT1 = bot.Tenant{Platform: Name, Workspace: "T1"}

const acmeBot = "UBOT"

// botInT1 knows the one install.
func botInT1(t bot.Tenant) Install {
	if t.Workspace != "T1" {
		return Install{}
	}
	return Install{Tenant: bot.Tenant{Platform: Name, Enterprise: t.Enterprise, Workspace: "T1"}, BotUser: acmeBot}
}

// event is an event of the tenant inT1 as Slack delivers it.
func event(id, inner string) string {
	return fmt.Sprintf(`{"type":"event_callback","token":"x","team_id":"T1","api_app_id":"A1","event_id":%q,"event_time":1700000100,`+
		`"authorizations":[{"enterprise_id":null,"team_id":"T1","user_id":%q,"is_bot":true,"is_enterprise_install":false}],"event":%s}`, id, acmeBot, inner)
}

func at(micros int64) time.Time { return time.UnixMicro(micros) }

// Each kind of event becomes the message that it is, or nothing.
func TestReadEvent(t *testing.T) {
	said := bot.Message{Tenant: inT1, Delivery: "Ev1", Kind: bot.Said, Channel: "C1", Place: bot.Public, Key: "1700000000.000100",
		Author: bot.Author{ID: "U1"}, Text: "oauth_problem=timestamp_refused", Sent: at(1700000000000100)}
	with := func(change func(*bot.Message)) *bot.Message {
		m := said
		change(&m)
		return &m
	}
	const head = `"channel":"C1","channel_type":"channel","event_ts":"1700000050.000200"`
	const body = `"type":"message","user":"U1","text":"oauth_problem=timestamp_refused","ts":"1700000000.000100"`
	file := `{"id":"F1","name":"jira.log","mimetype":"text/plain","size":12,"mode":"hosted"}`
	for _, c := range []struct {
		name, inner string
		want        *bot.Message
		ignored     string
	}{
		{"root", `{` + head + `,` + body + `}`, &said, ""},
		{"unknown fields and types", `{` + head + `,` + body + `,"blocks":17,"files":"no","edited":[],"hidden":"x","new":{"a":[1]}}`, &said, ""},
		{"parent of a thread", `{` + head + `,` + body + `,"thread_ts":"1700000000.000100"}`, &said, ""},
		{"in a thread", `{` + head + `,` + body + `,"thread_ts":"1690000000.000100"}`, with(func(m *bot.Message) { m.Thread = "1690000000.000100" }), ""},
		{"broadcast", `{` + head + `,` + body + `,"subtype":"thread_broadcast","thread_ts":"1690000000.000100"}`, with(func(m *bot.Message) { m.Thread = "1690000000.000100" }), ""},
		{"me", `{` + head + `,` + body + `,"subtype":"me_message"}`, &said, ""},
		{"direct", `{` + strings.Replace(head, `"channel"`, `"channel"`, 1) + `,` + body + `}`, &said, ""},
		{"in a direct message", `{"channel":"D1","channel_type":"im","event_ts":"1",` + body + `}`, with(func(m *bot.Message) { m.Channel, m.Place, m.Asked = "D1", bot.Direct, true }), ""},
		{"in a private channel", `{"channel":"C1","channel_type":"group",` + body + `}`, with(func(m *bot.Message) { m.Place = bot.Private }), ""},
		{"in a group's direct message", `{"channel":"C1","channel_type":"mpim",` + body + `}`, with(func(m *bot.Message) { m.Place = bot.Private }), ""},
		{"mention as a message", `{` + head + `,` + strings.Replace(body, `"oauth`, `"<@UBOT> oauth`, 1) + `}`, with(func(m *bot.Message) { m.Asked = true }), ""},
		{"mention", `{"type":"app_mention","channel":"C1","event_ts":"1700000000.000100",` + strings.Replace(strings.Replace(body, `"oauth`, `"<@UBOT> oauth`, 1), `"type":"message",`, "", 1) + `}`,
			with(func(m *bot.Message) { m.Asked, m.Place = true, bot.Private }), ""},
		{"mention by an edit", `{"type":"app_mention","channel":"C1","edited":{"user":"U1","ts":"1700000040.000000"},` + strings.Replace(strings.Replace(body, `"oauth`, `"<@UBOT> oauth`, 1), `"type":"message",`, "", 1) + `}`,
			with(func(m *bot.Message) {
				m.Asked, m.Place, m.Kind, m.Revision, m.Sent = true, bot.Private, bot.Edited, 1700000040000000, at(1700000040000000)
			}), ""},
		{"mention of another", `{` + head + `,` + strings.Replace(body, `"oauth`, `"<@UBOT2> oauth`, 1) + `}`, with(func(m *bot.Message) { m.Text = "<@UBOT2> oauth_problem=timestamp_refused" }), ""},
		{"pasted mention", `{` + head + `,` + strings.Replace(body, `"oauth`, `"&lt;@UBOT&gt; oauth`, 1) + `}`, with(func(m *bot.Message) { m.Text = "<@UBOT> oauth_problem=timestamp_refused" }), ""},
		{"file", `{` + head + `,` + body + `,"subtype":"file_share","files":[` + file + `,{"id":"F2","mode":"tombstone"},{"id":"F3","mode":"file_access","file_access":"check_file_info"}]}`,
			with(func(m *bot.Message) {
				m.Files = []bot.File{{ID: "F1", Name: "jira.log", Size: 12, Type: "text/plain"}, {ID: "F3"}}
			}), ""},
		{"another bot", `{` + head + `,` + body + `,"bot_id":"B9","app_id":"A9"}`, with(func(m *bot.Message) { m.Author.Bot = true }), ""},
		{"a bot without a user", `{` + head + `,` + strings.Replace(body, `"user":"U1",`, "", 1) + `,"bot_id":"B9"}`, with(func(m *bot.Message) { m.Author = bot.Author{ID: "B9", Bot: true} }), ""},
		{"slackbot", `{` + head + `,` + strings.Replace(body, `U1`, "USLACKBOT", 1) + `}`, with(func(m *bot.Message) { m.Author = bot.Author{ID: "USLACKBOT", Bot: true} }), ""},
		{"own by user", `{` + head + `,` + strings.Replace(body, `U1`, acmeBot, 1) + `,"bot_id":"B1"}`, nil, ignoreOwn},
		{"own by app", `{` + head + `,` + body + `,"bot_id":"B1","app_id":"A1"}`, nil, ignoreOwn},
		{"own, changed", `{` + head + `,"type":"message","subtype":"message_changed","message":{"user":"UBOT","bot_id":"B1","ts":"1.0","text":"b"},"previous_message":{"text":"a"}}`, nil, ignoreOwn},
		{"own, deleted", `{` + head + `,"type":"message","subtype":"message_deleted","deleted_ts":"1.0","previous_message":{"user":"UBOT","ts":"1.0"}}`, nil, ignoreOwn},
		{"legacy bot", `{` + head + `,` + body + `,"subtype":"bot_message"}`, nil, ignoreSubtype},
		{"join", `{` + head + `,` + body + `,"subtype":"channel_join"}`, nil, ignoreSubtype},
		{"topic", `{` + head + `,` + body + `,"subtype":"channel_topic"}`, nil, ignoreSubtype},
		{"replied", `{` + head + `,"type":"message","subtype":"message_replied","hidden":true,"message":{` + body + `}}`, nil, ignoreSubtype},
		{"hidden", `{` + head + `,` + body + `,"hidden":true}`, nil, ignoreSubtype},
		{"edit", `{` + head + `,"type":"message","subtype":"message_changed","hidden":true,"message":{` + body + `,"edited":{"ts":"1700000040.000000"}},"previous_message":{"text":"other"}}`,
			with(func(m *bot.Message) {
				m.Kind, m.Revision, m.Sent = bot.Edited, 1700000040000000, at(1700000040000000)
			}), ""},
		{"edit told at once", `{"channel":"C1","channel_type":"channel","event_ts":"1700000040.000700","type":"message","subtype":"message_changed","message":{` + body + `,"edited":{"ts":"1700000040.000000"}},"previous_message":{"text":"other"}}`,
			with(func(m *bot.Message) {
				m.Kind, m.Revision, m.Sent = bot.Edited, 1700000040000700, at(1700000040000700)
			}), ""},
		{"edit in a thread", `{` + head + `,"type":"message","subtype":"message_changed","message":{` + body + `,"thread_ts":"1690000000.000100","edited":{"ts":"1700000040.000009"}},"previous_message":{"text":"other"}}`,
			with(func(m *bot.Message) {
				m.Kind, m.Revision, m.Sent, m.Thread = bot.Edited, 1700000040000009, at(1700000040000009), "1690000000.000100"
			}), ""},
		{"unfurl", `{` + head + `,"type":"message","subtype":"message_changed","message":{` + body + `,"attachments":[{"title":"x"}]},"previous_message":{` + body + `}}`, nil, ignoreUnchanged},
		{"a change without what was", `{` + head + `,"type":"message","subtype":"message_changed","message":{` + body + `}}`, nil, ignoreUnchanged},
		{"file taken away", `{` + head + `,"type":"message","subtype":"message_changed","message":{` + body + `,"edited":{"ts":"1700000001.000000"},"files":[{"id":"F1","mode":"tombstone"}]},"previous_message":{` + body + `,"files":[` + file + `]}}`,
			with(func(m *bot.Message) {
				m.Kind, m.Revision, m.Sent = bot.Edited, 1700000050000200, at(1700000050000200)
			}), ""},
		{"deleted", `{` + head + `,"type":"message","subtype":"message_deleted","hidden":true,"deleted_ts":"1700000000.000100","previous_message":{` + body + `,"thread_ts":"1690000000.000100"}}`,
			with(func(m *bot.Message) {
				m.Kind, m.Revision, m.Sent, m.Text, m.Thread = bot.Deleted, 1700000050000200, at(1700000050000200), "", "1690000000.000100"
			}), ""},
		{"deleted above a thread", `{` + head + `,"type":"message","subtype":"message_changed","hidden":true,"message":{"subtype":"tombstone","user":"USLACKBOT","text":"This message was deleted.","ts":"1700000000.000100","thread_ts":"1700000000.000100"},"previous_message":{` + body + `}}`,
			with(func(m *bot.Message) {
				m.Kind, m.Revision, m.Sent, m.Text = bot.Deleted, 1700000050000200, at(1700000050000200), ""
			}), ""},
		{"home", `{"type":"app_home_opened","user":"U1","channel":"D1","tab":"home","event_ts":"1700000000.000100"}`,
			&bot.Message{Tenant: inT1, Delivery: "Ev1", Kind: bot.Opened, Place: bot.Direct, Asked: true, Author: bot.Author{ID: "U1"}, Sent: at(1700000000000100)}, ""},
		{"messages tab", `{"type":"app_home_opened","user":"U1","tab":"messages"}`, nil, ignoreType},
		{"joined", `{"type":"member_joined_channel","user":"U1","channel":"C1"}`, nil, ignoreType},
		{"file alone", `{"type":"file_shared","file_id":"F1"}`, nil, ignoreType},
		{"one of the future", `{"type":"brain_shared","brain":[]}`, nil, ignoreType},
	} {
		got, err := readEvent([]byte(event("Ev1", c.inner)), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got.message); diff != "" || got.ignored != c.ignored {
			t.Errorf("%s: ignored %q, want %q (-want +got):\n%s", c.name, got.ignored, c.ignored, diff)
		}
	}
}

// What cannot be read is an error that has nothing of it.
func TestReadEventErrors(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"empty":                {"", "no JSON"},
		"no JSON":              {`{"type":"event_callback","event_id":"Ev1","secret`, "no JSON: at byte"},
		"a list":               {`["secret"]`, "no object"},
		"no type":              {`{"event":{"text":"secret"}}`, "no type"},
		"no event":             {`{"type":"event_callback","event_id":"Ev1"}`, "no event"},
		"no id":                {`{"type":"event_callback","event":{"type":"message","text":"secret"}}`, "no event_id"},
		"an event of no type":  {event("Ev1", `{"text":"secret"}`), "no event with a type"},
		"an event of no kind":  {event("Ev1", `"secret"`), "no event with a type"},
		"no channel":           {event("Ev1", `{"type":"message","user":"U1","ts":"1.0","text":"secret"}`), "no channel"},
		"no ts":                {event("Ev1", `{"type":"message","user":"U1","channel":"C1","ts":5,"text":"secret"}`), "no message"},
		"a change of nothing":  {event("Ev1", `{"type":"message","subtype":"message_changed","channel":"C1","text":"secret"}`), "without the message"},
		"deletion of nothing":  {event("Ev1", `{"type":"message","subtype":"message_deleted","channel":"C1","text":"secret"}`), "no message"},
		"home of nobody":       {event("Ev1", `{"type":"app_home_opened","tab":"home"}`), "no user"},
		"a message of nowhere": {`{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1","ts":"1.0","text":"secret"}}`, "no workspace"},
	} {
		got, err := readEvent([]byte(c.data), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") || got.message != nil {
			t.Errorf("%s: %+v, %v; want an error with %q", name, got, err, c.want)
		}
	}
}

// Whose event it is: also in an Enterprise Grid and in shared channels.
func TestEventTenant(t *testing.T) {
	for name, c := range map[string]struct {
		outside string
		want    bot.Tenant
	}{
		"workspace":               {`"team_id":"T1","authorizations":[{"enterprise_id":null,"team_id":"T1"}]`, bot.Tenant{Workspace: "T1"}},
		"no authorization":        {`"team_id":"T1"`, bot.Tenant{Workspace: "T1"}},
		"workspace of a grid":     {`"team_id":"T1","authorizations":[{"enterprise_id":"E1","team_id":"T1"}]`, bot.Tenant{Enterprise: "E1", Workspace: "T1"}},
		"whole grid":              {`"team_id":"T2","context_team_id":"T1","context_enterprise_id":"E1","authorizations":[{"enterprise_id":"E1","team_id":null,"is_enterprise_install":true}]`, bot.Tenant{Enterprise: "E1", Workspace: "T1"}},
		"whole grid, named twice": {`"team_id":"E1","context_team_id":"E1","authorizations":[{"enterprise_id":"E1","team_id":"E1","is_enterprise_install":true}]`, bot.Tenant{Enterprise: "E1"}},
		"shared channel":          {`"team_id":"T9","context_team_id":"T1","is_ext_shared_channel":true,"authorizations":[{"enterprise_id":null,"team_id":"T1"}]`, bot.Tenant{Workspace: "T1"}},
		"shared, context alone":   {`"team_id":"T9","context_team_id":"T1","context_enterprise_id":"E1"`, bot.Tenant{Enterprise: "E1", Workspace: "T1"}},
		"strange ids":             {`"team_id":"T1","authorizations":[{"enterprise_id":"../..","team_id":"T 1"}]`, bot.Tenant{Workspace: "T1"}},
	} {
		c.want.Platform = Name
		data := `{"type":"event_callback","event_id":"Ev1",` + c.outside + `,"event":{"type":"message","channel":"C1","user":"U1","ts":"1.0"}}`
		got, err := readEvent([]byte(data), botInT1)
		if err != nil || got.message == nil || got.message.Tenant != c.want {
			t.Errorf("%s: %+v, %v; want %v", name, got.message, err, c.want)
		}
	}
}

// The end of an installation is told by two events, in either order.
func TestRemovals(t *testing.T) {
	for inner, want := range map[string]bool{
		`{"type":"app_uninstalled","event_ts":"1700000000.000100"}`:                                     true,
		`{"type":"tokens_revoked","event_ts":"1700000000.000100","tokens":{"oauth":[],"bot":["UBOT"]}}`: true,
		`{"type":"tokens_revoked","event_ts":"1700000000.000100","tokens":{"oauth":["U1"],"bot":[]}}`:   false,
		`{"type":"tokens_revoked","event_ts":"1700000000.000100","tokens":"none"}`:                      false,
	} {
		got, err := readEvent([]byte(event("Ev1", inner)), nil)
		if err != nil || (got.removed != nil) != want {
			t.Errorf("%s: %+v, %v", inner, got, err)
		}
		if want && (got.removed.tenant != inT1 || !got.removed.at.Equal(at(1700000000000100))) {
			t.Errorf("%s: %+v", inner, got.removed)
		}
	}
}

func TestMicros(t *testing.T) {
	for ts, want := range map[string]int64{"1700000000.000100": 1700000000000100, "1700000000.5": 1700000000500000, "1.0": 1000000,
		"": 0, "1700000000": 0, "x.1": 0, "1.0000001": 0, "-1.0": 0, "9999999999999.0": 0} {
		if got := micros(ts); got != want {
			t.Errorf("micros(%q) = %d, want %d", ts, got, want)
		}
	}
}

// No bytes whatever make the reader panic or give a message that is out of
// bounds, and no text gets into an error.
func FuzzReadEvent(f *testing.F) {
	f.Add([]byte(event("Ev1", `{"type":"message","channel":"C1","channel_type":"channel","user":"U1","text":"<@UBOT> x","ts":"1.0","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"UBOT"},{"type":"text","text":" x"}]}]}]}`)))
	f.Add([]byte(event("Ev2", `{"type":"message","subtype":"message_changed","channel":"C1","event_ts":"3.0","message":{"user":"U1","text":"b","ts":"1.0","edited":{"ts":"2.0"}},"previous_message":{"text":"a"}}`)))
	f.Add([]byte(event("Ev3", `{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1.0"}`)))
	f.Add([]byte(event("Ev4", `{"type":"app_home_opened","user":"U1","tab":"home"}`)))
	f.Add([]byte(`{"type":"block_actions","trigger_id":"1.2.a","team":{"id":"T1"},"user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"value":"v1:x:more"}]}`))
	f.Add([]byte(`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"id":"V1","hash":"h","callback_id":"diagnose","private_metadata":"{\"c\":\"C1\"}","state":{"values":{"text":{"text":{"value":"x"}}}}}}`))
	f.Add([]byte(`{"type":"message_action","callback_id":"diagnose_message","trigger_id":"1","team":{"id":"T1"},"user":{"id":"U1"},"channel":{"id":"C1"},"message":{"ts":"1.0","text":"x","attachments":[{"text":"y"}]}}`))
	f.Add([]byte(`{"command":"/authfix","team_id":"T1","user_id":"U1","channel_id":"C1","trigger_id":"1","text":"a &amp; b"}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := interpreter{now: time.Unix(1700000000, 0), mayReply: func(string) bool { return true }, digest: func(string) string { return "d" }, who: botInT1}
		var b commandBody
		_ = json.Unmarshal(data, &b)
		for _, read := range []func() (received, error){
			func() (received, error) { return readEvent(data, in.who) },
			func() (received, error) { return in.interaction(data) },
			func() (received, error) { return in.command(b) },
		} {
			got, err := read()
			if err != nil {
				if got.message != nil || got.removed != nil || len(err.Error()) > 100 {
					t.Fatalf("%+v, %v", got, err)
				}
				continue
			}
			if m := got.message; m != nil && (m.Tenant.Platform != Name || m.Tenant.Workspace+m.Tenant.Enterprise == "" || m.Delivery == "" || len(m.Files) > maxFiles ||
				m.Kind == "" || m.Author.Self || len(m.Channel) > 64 || m.Kind != bot.Clicked && m.Key != "" && micros(m.Key) == 0) {
				t.Fatalf("%+v", m)
			}
		}
	})
}
