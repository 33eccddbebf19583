package terminal

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
)

// replies are what every rendering must draw, by name.
func replies() map[string]bot.Reply {
	return map[string]bot.Reply{
		"reply-answer": {
			Headline: "Jira's GitHub account was connected with a token that dies after 8 hours", Tone: bot.Sure,
			Sections: []bot.Section{
				{Label: "Seen", Prose: "GithubClientWithTimeout] Failed to execute request [GET /users/harbour] response code: 401\nBad credentials (401)"},
				{Label: "Line", Code: "oauth_problem=timestamp_refused\n  at x"},
				{Label: "Cause", Prose: "The account was added through a GitHub App, so GitHub gave a user-to-server token that the connector cannot refresh."},
				{Label: "Check", Prose: "Which kind of token does Jira hold?"},
				{Code: "SELECT om.\"NAME\", substr(om.\"ACCESS_TOKEN\", 1, 4) AS token_kind, om.\"LAST_SYNC\", om.\"CREATED\"\n  FROM \"AO_EXAMPLE\" om;\n", Syntax: "sql"},
				{Label: "First", List: []string{"Register an OAuth app at GitHub (not a GitHub App).", "Connect the account again."}, Number: true},
				{Label: "It may also be", List: []string{"the token was revoked", "認証に失敗しました。トークンの有効期限が切れています。管理者に連絡してください。トークンの有効期限が切れています。管理者に連絡してください。"}},
				{Label: "Figures", Fields: []bot.Field{{Name: "cases", Value: "12"}, {Name: "median time to answer", Value: "0.4 s"}, {Name: "a name that is much longer than any column that it could have", Value: "1"}}},
			},
			Link:     &bot.Link{Label: "The whole answer", URL: "https://authfix.example.com/cases/0123456789abcdef"},
			Choices:  []bot.Choice{{ID: "a", Label: "It is ghu_", Style: bot.Primary}, {ID: "b", Label: "It is gho_"}, {ID: "c", Label: "Helped"}, {ID: "d", Label: "Did not help"}, {ID: "e", Label: "Wrong"}, {ID: "f", Label: "Escalate", Style: bot.Danger}, {ID: "g", Label: strings.Repeat("long ", 30)}},
			Footnote: "jira-dvcs-example@2 · certain",
		},
		"reply-warning": {Headline: "Your message held a secret that still works for whoever copies it.", Tone: bot.Warning, Sections: []bot.Section{{Prose: "Make it worthless now."}}},
		"reply-short":   {Headline: "Noted, thank you.", Tone: bot.Done},
		"reply-sorry":   {Headline: "I cannot read that.", Tone: bot.Sorry, Choices: []bot.Choice{{ID: "h", Label: "Help"}}},
		"reply-bare":    {Sections: []bot.Section{{Label: "A label of some length", Code: "one\ttwo\nthree"}, {}}},
	}
}

func TestReply(t *testing.T) {
	for name, r := range replies() {
		for ending, style := range map[string]Style{
			"100.golden":    {Columns: 100},
			"40.golden":     {Columns: 40, Terminal: true},
			"colour.golden": {Columns: 80, Terminal: true, Colour: true},
		} {
			var b bytes.Buffer
			if err := Reply(&b, &r, style); err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+ending, b.Bytes())
			checkReply(t, name+"."+ending, b.String(), style)
		}
	}
}

// checkReply is checkTerminal for replies, whose statements are less deep.
func checkReply(t *testing.T, name, text string, s Style) {
	t.Helper()
	var rest []string
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, strings.Repeat(" ", indent+4)) {
			rest = append(rest, strings.ReplaceAll(strings.ReplaceAll(line, "\x1b["+bold+";", "\x1b["), "\x1b[31mm", ""))
		}
	}
	checkTerminal(t, name, strings.Join(rest, "\n"), s)
}

// FuzzReply draws a reply of which every string is a stranger's.
func FuzzReply(f *testing.F) {
	for _, s := range []string{"plain", "\x1b]0;title\a\x1b[2J", "a\nb\r\nc", "\u202Eevil", "日本語の長い文字列です。日本語の長い文字列です。", strings.Repeat("long", 60), "\uFDD0\uFDD1", "a\u0301", "\xff\xfe", "👩‍💻", "1) x   2) y"} {
		f.Add(s, 80)
	}
	f.Fuzz(func(t *testing.T, text string, wide int) {
		if len(text) > 4096 {
			text = text[:4096]
		}
		r := bot.Reply{Headline: text, Tone: bot.Tone(text), Footnote: text, Link: &bot.Link{Label: text, URL: text},
			Sections: []bot.Section{{Label: text, Prose: text}, {Code: text}, {Label: text, List: []string{text, text}, Number: true}, {Fields: []bot.Field{{Name: text, Value: text}, {Name: "a", Value: text}}}},
			Choices:  []bot.Choice{{Label: text, Style: bot.Danger}, {Label: text}}}
		s := Style{Columns: max(minColumns, min(wide, maxColumns))}
		var b bytes.Buffer
		if err := Reply(&b, &r, s); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsRune(b.String(), '\x1b') {
			t.Errorf("an escape of %q is printed", text)
		}
		checkReply(t, "text", b.String(), s)
	})
}

// TestCanonicalReplies draws what every platform must draw.
func TestCanonicalReplies(t *testing.T) {
	var all bytes.Buffer
	s := Style{Columns: 80}
	for _, c := range bottest.Replies() {
		var b bytes.Buffer
		if err := Reply(&b, &c.Reply, s); err != nil {
			t.Fatal(err)
		}
		checkReply(t, c.Name, b.String(), s)
		if n := strings.Count(b.String(), "\n"); n > 60 {
			lines := strings.SplitAfter(b.String(), "\n")
			b.Reset()
			b.WriteString(strings.Join(lines[:20], "") + fmt.Sprintf("… %d lines …\n", n-40) + strings.Join(lines[len(lines)-21:], ""))
		}
		fmt.Fprintf(&all, "== %s\n%s", c.Name, b.String())
	}
	golden(t, "replies.80.golden", all.Bytes())
}

// TestEveryPart: whatever a reply says, the screen shows.
func TestEveryPart(t *testing.T) {
	for _, c := range bottest.Replies() {
		var b bytes.Buffer
		if err := Reply(&b, &c.Reply, Style{Columns: maxColumns}); err != nil {
			t.Fatal(err)
		}
		shown := strings.Join(strings.Fields(b.String()), "")
		texts := []string{c.Reply.Headline, c.Reply.Footnote}
		for _, s := range c.Reply.Sections {
			texts = append(texts, s.Prose, s.Code)
			texts = append(texts, s.List...)
			for _, f := range s.Fields {
				texts = append(texts, f.Name, f.Value)
			}
			for _, l := range s.Links {
				texts = append(texts, l.Label, l.URL)
			}
		}
		if c.Reply.Link != nil {
			texts = append(texts, c.Reply.Link.Label, c.Reply.Link.URL)
		}
		for i, choice := range c.Reply.Choices {
			if !strings.Contains(shown, fmt.Sprintf("%d)", i+1)) {
				t.Errorf("%s: choice %d is not numbered", c.Name, i+1)
			}
			texts = append(texts, choice.Label)
		}
		if c.Reply.Mark != "" && shown == "" {
			t.Errorf("%s: the mark is not shown", c.Name)
		}
		for _, text := range texts {
			want := strings.Join(strings.Fields(Plain(text)), "")
			if !strings.Contains(shown, want) {
				t.Errorf("%s: the screen lacks %.80q", c.Name, text)
			}
		}
	}
}
