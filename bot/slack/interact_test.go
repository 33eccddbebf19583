package slack

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/bot"
)

// interpreting is an interpreter whose response_urls are those of hooks.slack.com.
func interpreting() *interpreter {
	a := newAPI("")
	return &interpreter{now: at(1700000000000000), digest: func(text string) string { return "d" + text[:min(1, len(text))] },
		mayReply: func(address string) bool { u, err := url.Parse(address); return err == nil && a.mayReply(u) },
		who:      botInT1}
}

const hookURL = "https://hooks.slack.com/commands/T1/1/secret"

func TestReadCommand(t *testing.T) {
	form := url.Values{"command": {"/authfix"}, "text": {"  oauth_problem=x &amp; y &lt;z&gt; "}, "team_id": {"T1"}, "channel_id": {"C1"}, "channel_name": {"support"},
		"user_id": {"U1"}, "response_url": {hookURL}, "trigger_id": {"1.2.abc"}}
	with := func(key, value string) url.Values {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		f.Set(key, value)
		return f
	}
	want := bot.Message{Tenant: inT1, Delivery: "1.2.abc", Kind: bot.Commanded, Channel: "C1", Place: bot.Public, Asked: true, Author: bot.Author{ID: "U1"},
		Text: "oauth_problem=x & y <z>", ReplyTo: hookURL, ReplyBy: at(1700001800000000), Sent: at(1700000000000000)}
	but := func(change func(*bot.Message)) *bot.Message {
		m := want
		change(&m)
		return &m
	}
	long := strings.Repeat("1", 300)
	for _, c := range []struct {
		name string
		form url.Values
		want *bot.Message
	}{
		{"a text", form, &want},
		{"alone", with("text", ""), but(func(m *bot.Message) { m.Text = "" })},
		{"in a private channel", with("channel_name", "privategroup"), but(func(m *bot.Message) { m.Place = bot.Private })},
		{"in a direct message", with("channel_name", "directmessage"), but(func(m *bot.Message) { m.Place = bot.Private })},
		{"among some people", with("channel_name", "mpdm-a--b-1"), but(func(m *bot.Message) { m.Place = bot.Private })},
		{"in a grid", with("enterprise_id", "E1"), but(func(m *bot.Message) { m.Tenant.Enterprise = "E1" })},
		{"another address", with("response_url", "https://hooks.slack.com.example.com/x"), but(func(m *bot.Message) { m.ReplyTo, m.ReplyBy = "", time.Time{} })},
		{"a plain address", with("response_url", "http://hooks.slack.com/x"), but(func(m *bot.Message) { m.ReplyTo, m.ReplyBy = "", time.Time{} })},
		{"an address of this machine", with("response_url", "https://127.0.0.1/x"), but(func(m *bot.Message) { m.ReplyTo, m.ReplyBy = "", time.Time{} })},
		{"a long trigger", with("trigger_id", long), but(func(m *bot.Message) { m.Delivery = "sha256:" + hashOf([]byte(long)) })},
		{"no trigger", with("trigger_id", ""), nil},
		{"no user", with("user_id", ""), nil},
		{"no channel", with("channel_id", ""), nil},
		{"no workspace", with("team_id", ""), nil},
		{"nothing", url.Values{}, nil},
	} {
		got, err := interpreting().command(commandForm(c.form))
		if diff := cmp.Diff(c.want, got.message); diff != "" || (err == nil) != (c.want != nil) {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
}

func TestReadInteraction(t *testing.T) {
	const who = `"team":{"id":"T1","domain":"acme"},"enterprise":null,"user":{"id":"U1","username":"x","team_id":"T1"},"trigger_id":"1.2.abc"`
	const where = `"channel":{"id":"C1","name":"support"},"response_url":"` + hookURL + `"`
	click := bot.Message{Tenant: inT1, Delivery: "1.2.abc", Kind: bot.Clicked, Channel: "C1", Place: bot.Public, Key: "1700000000.000100", Asked: true,
		Author: bot.Author{ID: "U1"}, Choice: "v1:c1:more", ReplyTo: hookURL, ReplyBy: at(1700001800000000), Sent: at(1700000000000000)}
	but := func(m bot.Message, change func(*bot.Message)) *bot.Message {
		change(&m)
		return &m
	}
	pointed := *but(click, func(m *bot.Message) {
		m.Kind, m.Command, m.Choice, m.Text = bot.Commanded, "diagnose", "", "oauth_problem=x"
	})
	form := bot.Message{Tenant: inT1, Delivery: "V1:1.h:do", Kind: bot.Commanded, Channel: "C1", Place: bot.Private, Asked: true, Author: bot.Author{ID: "U1"},
		Command: "diagnose", Text: "oauth_problem=x\nline 2", ReplyTo: hookURL, ReplyBy: at(1700000900000000), Sent: at(1700000000000000)}
	const button = `"actions":[{"type":"button","block_id":"b","action_id":"choice-0","value":"v1:c1:more","action_ts":"1.0"}]`
	const container = `"container":{"type":"message","message_ts":"1700000000.000100","channel_id":"C1","is_ephemeral":false}`
	const message = `"message":{"type":"message","user":"U2","ts":"1700000000.000100","text":"oauth_problem=x"}`
	submission := func(private, text string) string {
		return `{"type":"view_submission",` + who + `,"view":{"id":"V1","hash":"1.h","callback_id":"diagnose","app_installed_team_id":"T1","private_metadata":` + private +
			`,"state":{"values":{"text":{"text":{"type":"plain_text_input","value":` + text + `}}}}}}`
	}
	for _, c := range []struct {
		name, data string
		want       *bot.Message
		ignored    string
		form       bool
	}{
		{"button", `{"type":"block_actions",` + who + `,` + where + `,` + container + `,` + button + `}`, &click, "", false},
		{"button in a thread", `{"type":"block_actions",` + who + `,` + where + `,` + strings.Replace(container, `"channel_id"`, `"thread_ts":"1690000000.000100","channel_id"`, 1) + `,` + button + `}`,
			but(click, func(m *bot.Message) { m.Thread = "1690000000.000100" }), "", false},
		{"button of the parent", `{"type":"block_actions",` + who + `,` + where + `,` + container + `,"message":{"ts":"1700000000.000100","thread_ts":"1700000000.000100"},` + button + `}`, &click, "", false},
		{"menu", `{"type":"block_actions",` + who + `,` + where + `,` + container + `,"actions":[{"action_id":"a","selected_option":{"value":"v1:c1:a:x=y"}}]}`,
			but(click, func(m *bot.Message) { m.Choice = "v1:c1:a:x=y" }), "", false},
		{"action_id alone", `{"type":"block_actions",` + who + `,` + where + `,` + container + `,"actions":[{"action_id":"v1::help"}]}`,
			but(click, func(m *bot.Message) { m.Choice = "v1::help" }), "", false},
		{"button in a direct message", `{"type":"block_actions",` + who + `,"channel":{"id":"D1","name":"directmessage"},"container":{"channel_id":"D1","message_ts":"1700000000.000100"},"response_url":"` + hookURL + `",` + button + `}`,
			but(click, func(m *bot.Message) { m.Channel, m.Place = "D1", bot.Direct }), "", false},
		{"button that one person sees in one", `{"type":"block_actions",` + who + `,"channel":{"id":"D1","name":"directmessage"},"container":{"channel_id":"D1","message_ts":"1700000000.000100","is_ephemeral":true},"response_url":"` + hookURL + `",` + button + `}`,
			but(click, func(m *bot.Message) { m.Channel, m.Place = "D1", bot.Private }), "", false},
		{"button at home", `{"type":"block_actions",` + who + `,"container":{"type":"view","view_id":"V1"},"view":{"id":"V1","type":"home","app_installed_team_id":"T1"},` + button + `}`,
			but(click, func(m *bot.Message) {
				m.Channel, m.Key, m.Place, m.ReplyTo, m.ReplyBy = "", "", bot.Private, "", time.Time{}
			}), "", false},
		{"home of another workspace", `{"type":"block_actions","team":{"id":"T2"},"enterprise":{"id":"E1"},"user":{"id":"U1","team_id":"T2"},"trigger_id":"1.2.abc","container":{"type":"view"},"view":{"app_installed_team_id":"T1"},` + button + `}`,
			but(click, func(m *bot.Message) {
				m.Tenant.Enterprise, m.Channel, m.Key, m.Place, m.ReplyTo, m.ReplyBy = "E1", "", "", bot.Private, "", time.Time{}
			}), "", false},
		{"whole grid", `{"type":"block_actions","team":null,"enterprise":{"id":"E1"},"is_enterprise_install":true,"user":{"id":"U1","team_id":"T1"},"trigger_id":"1.2.abc",` + where + `,` + container + `,` + button + `}`,
			but(click, func(m *bot.Message) { m.Tenant.Enterprise = "E1" }), "", false},
		{"button pressed by another organisation", `{"type":"block_actions","api_app_id":"A1","team":{"id":"T9"},"enterprise":null,"user":{"id":"U1","team_id":"T9"},"trigger_id":"1.2.abc",` + where + `,` + container + `,"message":{"ts":"1700000000.000100","app_id":"A1","team":"T1"},` + button + `}`, &click, "", false},
		{"message shortcut", `{"type":"message_action","callback_id":"diagnose_message",` + who + `,` + where + `,"message_ts":"1700000000.000100",` + message + `}`, &pointed, "", false},
		{"message shortcut in a thread", `{"type":"message_action","callback_id":"diagnose_message",` + who + `,` + where + `,` + strings.Replace(message, `"ts"`, `"thread_ts":"1690000000.000100","files":[{"id":"F1","name":"x.log"}],"ts"`, 1) + `}`,
			but(pointed, func(m *bot.Message) { m.Thread, m.Files = "1690000000.000100", []bot.File{{ID: "F1", Name: "x.log"}} }), "", false},
		{"another message shortcut", `{"type":"message_action","callback_id":"other",` + who + `,` + where + `,` + message + `}`, nil, ignoreType, false},
		{"global shortcut", `{"type":"shortcut","callback_id":"diagnose",` + who + `}`,
			&bot.Message{Tenant: inT1, Delivery: "1.2.abc", Kind: bot.Commanded, Place: bot.Private, Asked: true, Author: bot.Author{ID: "U1"}, Sent: at(1700000000000000)}, "", false},
		{"form", submission(`"{\"c\":\"C1\",\"r\":\"`+hookURL+`\",\"b\":1700000900}"`, `"oauth_problem=x\nline 2"`), &form, "", true},
		{"form, too late for its address", submission(`"{\"c\":\"C1\",\"r\":\"`+hookURL+`\",\"b\":1699999999}"`, `"oauth_problem=x\nline 2"`),
			but(form, func(m *bot.Message) { m.ReplyTo, m.ReplyBy = "", time.Time{} }), "", true},
		{"form with another address", submission(`"{\"c\":\"C1\",\"r\":\"https://example.com/\",\"b\":1700000900}"`, `"oauth_problem=x\nline 2"`),
			but(form, func(m *bot.Message) { m.ReplyTo, m.ReplyBy = "", time.Time{} }), "", true},
		{"form from nowhere", submission(`""`, `"oauth_problem=x\nline 2"`), but(form, func(m *bot.Message) { m.Channel, m.ReplyTo, m.ReplyBy = "", "", time.Time{} }), "", true},
		{"empty form", submission(`""`, `null`), but(form, func(m *bot.Message) {
			m.Delivery, m.Channel, m.ReplyTo, m.ReplyBy, m.Text = "V1:1.h:d", "", "", time.Time{}, ""
		}), "", true},
		{"closed form", `{"type":"view_closed",` + who + `,"view":{"id":"V1"}}`, nil, ignoreType, false},
		{"one of the future", `{"type":"telepathy",` + who + `}`, nil, ignoreType, false},
	} {
		got, err := interpreting().interaction([]byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got.message); diff != "" || got.ignored != c.ignored || got.form != c.form {
			t.Errorf("%s: %+v (-want +got):\n%s", c.name, got, diff)
		}
	}
	for name, data := range map[string]string{
		"empty": ``, "a list": `["secret"]`, "no type": `{` + who + `}`,
		"no workspace": `{"type":"shortcut","user":{"id":"U1"},"trigger_id":"1"}`, "no user": `{"type":"shortcut","team":{"id":"T1"},"trigger_id":"1"}`,
		"no trigger": `{"type":"shortcut","team":{"id":"T1"},"user":{"id":"U1"}}`, "no action": `{"type":"block_actions",` + who + `}`,
		"no value": `{"type":"block_actions",` + who + `,"actions":[{}]}`, "a strange channel": `{"type":"block_actions",` + who + `,"container":{"channel_id":"secret/.."},` + button + `}`,
		"no message": `{"type":"message_action","callback_id":"diagnose_message",` + who + `,` + where + `}`, "no view": `{"type":"view_submission",` + who + `}`,
	} {
		got, err := interpreting().interaction([]byte(data))
		if err == nil || got.message != nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
