package slack

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"authfix/bot/bottest"
)

// self is the bot's user in these tests.
const testSelf = "U0AUTHFIX"

// A readCase is a message as Slack tells it, and what was typed.
type readCase struct {
	name        string
	text        string
	blocks      string // "" for none
	attachments string
	want        string
	mentioned   bool
}

// rich is a rich_text block with these parts; section one with these runs.
func rich(parts ...string) string {
	return `[{"type":"rich_text","block_id":"b","elements":[` + strings.Join(parts, ",") + `]}]`
}

func section(runs ...string) string {
	return `{"type":"rich_text_section","elements":[` + strings.Join(runs, ",") + `]}`
}

func run(s string) string {
	data, _ := json.Marshal(s)
	return `{"type":"text","text":` + string(data) + `}`
}

func part(kind string, runs ...string) string {
	return `{"type":"` + kind + `","elements":[` + strings.Join(runs, ",") + `]}`
}

var readCases = []readCase{
	// From the field text.
	{name: "plain", text: "oauth_problem=timestamp_refused", want: "oauth_problem=timestamp_refused"},
	{name: "escaped", text: "a &lt; b &amp;&amp; c &gt; d", want: "a < b && c > d"},
	{name: "escaped once only", text: "&amp;lt;script&amp;gt; &amp;amp;", want: "&lt;script&gt; &amp;"},
	{name: "other entities stay", text: "&quot;x&quot; &#39; &nbsp;", want: "&quot;x&quot; &#39; &nbsp;"},
	{name: "bare address", text: "see <https://jira.example/x?a=1&amp;b=2>", want: "see https://jira.example/x?a=1&b=2"},
	{name: "host that was linked", text: "dial tcp: lookup <http://db.internal|db.internal>: no such host", want: "dial tcp: lookup db.internal: no such host"},
	{name: "host with port and path", text: "GET <http://db.internal:8443/rest/x|db.internal:8443/rest/x> 401", want: "GET db.internal:8443/rest/x 401"},
	{name: "class that was linked", text: "at <http://java.net|java.net>.SocketInputStream.read(<http://SocketInputStream.java|SocketInputStream.java>:150)",
		want: "at java.net.SocketInputStream.read(SocketInputStream.java:150)"},
	{name: "mail address", text: "user <mailto:jane@corp.example|jane@corp.example> refused", want: "user jane@corp.example refused"},
	{name: "mail address without label", text: "<mailto:jane@corp.example>", want: "jane@corp.example"},
	{name: "telephone", text: "call <tel:+4930123|+49 30 123>", want: "call +49 30 123 (+4930123)"},
	{name: "labelled link", text: "the <https://login.example/cb?error=access_denied|login page> fails", want: "the login page (https://login.example/cb?error=access_denied) fails"},
	{name: "link with an escaped label", text: "<https://x.example/?a=1&amp;b=2|https://x.example/?a=1&amp;b=2>", want: "https://x.example/?a=1&b=2"},
	{name: "percent escapes", text: "<https://x.example/%7Bid%7D|https://x.example/{id}>", want: "https://x.example/{id}"},
	{name: "own mention first", text: "<@U0AUTHFIX> why 401?", want: "why 401?", mentioned: true},
	{name: "own mention with name", text: "<@U0AUTHFIX|authfix>: why 401?", want: "why 401?", mentioned: true},
	{name: "own mention within", text: "hey <@U0AUTHFIX> why", want: "hey why", mentioned: true},
	{name: "own mention last", text: "why 401? <@U0AUTHFIX>", want: "why 401?", mentioned: true},
	{name: "own mention alone", text: "<@U0AUTHFIX>", want: "", mentioned: true},
	{name: "other mention", text: "<@U024BE7LH> look", want: "<@U024BE7LH> look"},
	{name: "mention of a target", text: "triage escalate <@U024BE7LH> <#C024BE91L|ops>", want: "triage escalate <@U024BE7LH> <#C024BE91L>"},
	{name: "broadcasts", text: "<!here> <!channel> <!everyone>", want: "@here @channel @everyone"},
	{name: "group", text: "<!subteam^S1|@oncall> <!subteam^S2>", want: "@oncall <!subteam^S2>"},
	{name: "date", text: "<!date^1700000000^{date}|14 November>", want: "14 November"},
	{name: "emoji codes", text: "status:100:ok :tada:", want: "status:100:ok :tada:"},
	{name: "code block in text", text: "```\n&lt;saml2p:Response ID=\"x\"&gt;\n```", want: "```\n<saml2p:Response ID=\"x\">\n```"},
	{name: "mention in code", text: "`&lt;@U0AUTHFIX&gt;`", want: "`<@U0AUTHFIX>`"},
	{name: "raw angle brackets", text: "if a < b then c", want: "if a < b then c"},
	{name: "raw tag", text: "<saml2p:Status> <html lang=\"en\"> <>", want: "<saml2p:Status> <html lang=\"en\"> <>"},
	{name: "quote", text: "&gt; oauth_problem\nthat again", want: "> oauth_problem\nthat again"},
	{name: "smart quotes stay", text: "“Bad credentials” — it’s", want: "“Bad credentials” — it’s"},
	{name: "not-a-link", text: "<foo|bar> <|> <@> <#>", want: "<foo|bar> <|> <@> <#>"},

	// From rich text.
	{name: "rich wins", text: "wrong", blocks: rich(section(run("right"))), want: "right"},
	{name: "rich is raw", text: "&lt;a&gt;", blocks: rich(section(run("<a> &amp; <@U0AUTHFIX> <http://x|y>"))), want: "<a> &amp; <@U0AUTHFIX> <http://x|y>"},
	{name: "code", blocks: rich(section(run("it says\n")), part("rich_text_preformatted", run("<saml2p:Status>\n  <x/>\n</saml2p:Status>")), section(run("why?"))),
		want: "it says\n<saml2p:Status>\n  <x/>\n</saml2p:Status>\nwhy?"},
	{name: "code with links", blocks: rich(part("rich_text_preformatted", run("lookup "), `{"type":"link","url":"http://db.internal","text":"db.internal"}`, run(" on "), `{"type":"link","url":"https://jira.example/x"}`)),
		want: "lookup db.internal on https://jira.example/x"},
	{name: "code with a language", blocks: rich(`{"type":"rich_text_preformatted","language":"json","border":0,"elements":[` + run(`{"error":"invalid_grant"}`) + `]}`), want: `{"error":"invalid_grant"}`},
	{name: "inline code", blocks: rich(section(run("got "), `{"type":"text","text":"invalid_client","style":{"code":true}}`, run(" again"))), want: "got invalid_client again"},
	{name: "mail in rich text", blocks: rich(section(`{"type":"link","url":"mailto:jane@corp.example","text":"jane@corp.example"}`, run(" "), `{"type":"link","url":"mailto:joe@corp.example"}`)),
		want: "jane@corp.example joe@corp.example"},
	{name: "labelled in rich text", blocks: rich(section(`{"type":"link","url":"https://x.example/cb?error=server_error","text":"callback"}`)), want: "callback (https://x.example/cb?error=server_error)"},
	{name: "bullets", blocks: rich(`{"type":"rich_text_list","style":"bullet","indent":0,"elements":[`+section(run("one"))+`,`+section(run("two"))+`]}`,
		`{"type":"rich_text_list","style":"bullet","indent":1,"elements":[`+section(run("deep"))+`]}`), want: "- one\n- two\n    - deep"},
	{name: "numbers", blocks: rich(`{"type":"rich_text_list","style":"ordered","offset":4,"elements":[` + section(run("five")) + `,` + section(run("six")) + `]}`), want: "5. five\n6. six"},
	{name: "quote in rich text", blocks: rich(part("rich_text_quote", run("oauth_problem=token_rejected\nsecond line")), section(run("that again"))),
		want: "> oauth_problem=token_rejected\n> second line\nthat again"},
	{name: "emoji that was typed", blocks: rich(section(run("status"), `{"type":"emoji","name":"100","unicode":"1f4af"}`, run("ok "), `{"type":"emoji","name":"wave","skin_tone":3}`)),
		want: "status:100:ok :wave::skin-tone-3:"},
	{name: "own mention in rich text", blocks: rich(section(`{"type":"user","user_id":"U0AUTHFIX"}`, run(" explain 3LO"))), want: "explain 3LO", mentioned: true},
	{name: "mention and colon", blocks: rich(section(`{"type":"user","user_id":"U0AUTHFIX"}`, run(", help"))), want: "help", mentioned: true},
	{name: "people and channels", blocks: rich(section(`{"type":"user","user_id":"U024BE7LH"}`, run(" in "), `{"type":"channel","channel_id":"C024BE91L"}`, run(" "), `{"type":"usergroup","usergroup_id":"S1"}`, run(" "), `{"type":"broadcast","range":"here"}`)),
		want: "<@U024BE7LH> in <#C024BE91L> <!subteam^S1> @here"},
	{name: "date in rich text", blocks: rich(section(`{"type":"date","timestamp":1700000000,"format":"{date}","fallback":"14 Nov"}`, run(" "), `{"type":"date","timestamp":1700000000,"format":"{date}"}`)), want: "14 Nov 2023-11-14T22:13:20Z"},
	{name: "color", blocks: rich(section(run("x "), `{"type":"color","value":"#ff0000"}`)), want: "x #ff0000"},
	{name: "several blocks", blocks: `[{"type":"rich_text","elements":[` + section(run("first")) + `]},{"type":"divider"},{"type":"rich_text","elements":[` + section(run("second")) + `]}]`, want: "first\nsecond"},
	{name: "empty rich text", text: "said", blocks: rich(), want: "said"},

	// What is unknown or broken.
	{name: "unknown block", text: "all of it", blocks: `[{"type":"hologram","text":{"x":1}}]`, want: "all of it"},
	{name: "unknown block beside a known one", text: "first and second", blocks: `[{"type":"rich_text","elements":[` + section(run("first")) + `]},{"type":"hologram"}]`, want: "first and second"},
	{name: "broken block keeps the rest", text: "summary", blocks: `[{"type":"rich_text","elements":[` + section(run("401 from the log")) + `]},42]`, want: "summary\n401 from the log"},
	{name: "broken run", text: "see token_rejected here", blocks: rich(section(run("see "), `7`, run("token_rejected"))), want: "see token_rejected here"},
	{name: "unknown run", text: "", blocks: rich(section(run("a "), `{"type":"hologram","text":"shown"}`, run(" b"))), want: "a shown b"},
	{name: "mistyped fields", blocks: rich(section(`{"type":"text","text":"kept","style":"bold","url":5,"user_id":[]}`)), want: "kept"},
	{name: "blocks are no list", text: "text", blocks: `{"type":"rich_text"}`, want: "text"},
	{name: "null blocks", text: "text", blocks: `null`, want: "text"},
	{name: "elements are no list", text: "text", blocks: `[{"type":"rich_text","elements":"x"}]`, want: "text"},

	// What programs post.
	{name: "sections", text: "summary", blocks: `[{"type":"header","text":{"type":"plain_text","text":"Alert <1>"}},{"type":"section","text":{"type":"mrkdwn","text":"*401* from &lt;db&gt; <http://db.internal|db.internal>"},"fields":[{"type":"plain_text","text":"host: a"},{"type":"mrkdwn","text":"b &amp; c"}]},{"type":"context","elements":[{"type":"image","image_url":"x","alt_text":"logo"},{"type":"plain_text","text":"now"}]},{"type":"actions","elements":[]}]`,
		want: "Alert <1>\n*401* from <db> db.internal\nhost: a\nb & c\nlogo now"},
	{name: "markdown block", blocks: `[{"type":"markdown","text":"# Failed\n<a> & b"}]`, want: "# Failed\n<a> & b"},
	{name: "table", blocks: `[{"type":"table","rows":[[{"type":"raw_text","text":"code"},{"type":"raw_text","text":"n"}],[{"type":"rich_text","elements":[` + section(run("invalid_grant")) + `]},{"type":"raw_number","value":7,"text":"7"}]]}]`,
		want: "code | n\ninvalid_grant | 7"},
	{name: "old attachment", text: "", attachments: `[{"fallback":"fb","pretext":"Deploy &lt;1&gt;","title":"Failed","text":"HTTP 401 from <http://db.internal|db.internal>","fields":[{"title":"host","value":"a &amp; b","short":true}]}]`,
		want: "Deploy <1>\nFailed\nHTTP 401 from db.internal\nhost: a & b"},
	{name: "fallback alone", text: "", attachments: `[{"fallback":"HTTP 401"}]`, want: "HTTP 401"},

	// What was forwarded, and what was not.
	{name: "forwarded", text: "anyone?", attachments: `[{"is_share":true,"is_msg_unfurl":true,"from_url":"https://t.slack.com/archives/C1/p1","author_name":"Jane","fallback":"x","text":"oauth &lt;b&gt;","message_blocks":[{"message":{"blocks":` + rich(section(run("oauth <b> "), `{"type":"user","user_id":"U0AUTHFIX"}`)) + `}}]}]`,
		want: "anyone?\noauth <b>"},
	{name: "forwarded without blocks", text: "", attachments: `[{"is_share":true,"text":"Bad &lt;credentials&gt;"}]`, want: "Bad <credentials>"},
	{name: "forwarded in a newer form", text: "look", attachments: `[{"is_msg_unfurl":true,"from_url":"https://t.slack.com/archives/C1/p1","text":"401"}]`, want: "look\n401"},
	{name: "a link to a message", text: "<https://t.slack.com/archives/C1/p1>", attachments: `[{"is_msg_unfurl":true,"from_url":"https://t.slack.com/archives/C1/p1","text":"401"}]`, want: "https://t.slack.com/archives/C1/p1"},
	{name: "preview of a page", text: "<https://docs.example>", attachments: `[{"from_url":"https://docs.example","original_url":"https://docs.example","title":"Docs","text":"Preview"}]`, want: "https://docs.example"},
	{name: "broken attachment", text: "text", attachments: `[7,{"text":"kept","fields":9}]`, want: "text\nkept"},
	{name: "attachments are no list", text: "text", attachments: `{}`, want: "text"},
}

func TestTypedText(t *testing.T) {
	if len(readCases) < 40 {
		t.Errorf("only %d cases", len(readCases))
	}
	for _, c := range readCases {
		t.Run(c.name, func(t *testing.T) {
			got, mentioned := typedText(c.text, json.RawMessage(c.blocks), json.RawMessage(c.attachments), testSelf)
			if got != c.want || mentioned != c.mentioned {
				t.Errorf("typedText = %q, %t; want %q, %t", got, mentioned, c.want, c.mentioned)
			}
		})
	}
}

// TestTypedTextOfEdit reads both halves of a change: a preview that Slack adds
// later changes nothing of what was typed.
func TestTypedTextOfEdit(t *testing.T) {
	blocks := json.RawMessage(rich(section(run("see "), `{"type":"link","url":"https://docs.example"}`)))
	before, _ := typedText("see <https://docs.example>", blocks, nil, testSelf)
	after, _ := typedText("see <https://docs.example>", blocks, json.RawMessage(`[{"original_url":"https://docs.example","from_url":"https://docs.example","text":"preview"}]`), testSelf)
	if before != after {
		t.Errorf("with the preview %q, before it %q", after, before)
	}
	edited, _ := typedText("see &lt;docs&gt;", json.RawMessage(rich(section(run("see <docs>")))), nil, testSelf)
	if edited == before {
		t.Errorf("the edit reads as before: %q", edited)
	}
}

func TestSlashText(t *testing.T) {
	for in, want := range map[string]string{
		" HTTP/1.1 401 &lt;b&gt; &amp; more ": "HTTP/1.1 401 <b> & more",
		"&amp;lt;":                            "&lt;",
		"<@U1|jane> stays":                    "<@U1|jane> stays",
		"":                                    "",
	} {
		if got := slashText(in); got != want {
			t.Errorf("slashText(%q) = %q, want %q", in, got, want)
		}
	}
}

// escapeAsSlack is what Slack does to a text that was typed.
func escapeAsSlack(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// TestTextComesBack checks that a text which was typed is read as it was, both
// from rich text and from the field text.
func TestTextComesBack(t *testing.T) {
	for _, typed := range []string{bottest.Hostile, "<saml2p:Status>\n\tindented &amp; twice &amp;amp;\n", "a\n\n\nb", "| a | b |\n> q"} {
		want := strings.ToValidUTF8(strings.TrimSpace(typed), "\uFFFD")
		if got, _ := typedText("", json.RawMessage(rich(part("rich_text_preformatted", run(typed)))), nil, testSelf); got != want {
			t.Errorf("from rich text %q, want %q", got, want)
		}
		if got, _ := typedText(escapeAsSlack(typed), nil, nil, testSelf); got != want {
			t.Errorf("from text %q, want %q", got, want)
		}
	}
}

func FuzzTypedText(f *testing.F) {
	for _, c := range readCases {
		f.Add(c.text, c.blocks, c.attachments)
	}
	f.Add("<<<>>>", `[[[[`, strings.Repeat(`{"a":[`, 100))
	f.Fuzz(func(t *testing.T, text, blocks, attachments string) {
		got, _ := typedText(text, json.RawMessage(blocks), json.RawMessage(attachments), testSelf)
		if most := 20*(len(text)+len(blocks)+len(attachments)) + 64; len(got) > most {
			t.Errorf("%d bytes were read from %d", len(got), len(text)+len(blocks)+len(attachments))
		}
		if utf8.ValidString(text) && !strings.Contains(text, "<") && blocks == "" && attachments == "" && strings.TrimSpace(unescapeText(text)) != got {
			t.Errorf("typedText(%q) = %q", text, got)
		}
		// What was typed comes back, whatever it is.
		typed := strings.ToValidUTF8(text, "\uFFFD")
		want := strings.TrimSpace(typed)
		data, err := json.Marshal([]any{richBlock{Type: "rich_text", Elements: []richPart{{Type: "rich_text_preformatted", Elements: []any{textRun(typed)}}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := typedText(escapeAsSlack(typed), data, nil, testSelf); got != want {
			t.Errorf("from rich text %q, want %q", got, want)
		}
		if got, _ := typedText(escapeAsSlack(typed), nil, nil, testSelf); got != want {
			t.Errorf("from text %q, want %q", got, want)
		}
	})
}
