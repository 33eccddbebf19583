package slack

import (
	"slices"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

// up is the checkup of a fake Slack as lines, the wrong ones marked.
func up(t *testing.T, c Checkup) string { return bottest.Checkup(t, c.Run(t.Context())) }

func TestCheckup(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{SocketMode: true})
	s.AddInstallation(slacktest.Installation{Team: slacktest.Acme}, "xoxe.xoxb-1-rotating")
	without := func(scopes ...string) []string {
		return slices.DeleteFunc(slacktest.DefaultScopes(), func(one string) bool { return slices.Contains(scopes, one) })
	}
	good := Config{BotToken: "xoxb-acme", AppToken: "xapp-1-acme", API: s.API()}
	for name, c := range map[string]struct {
		change func(*Checkup)
		scopes []string
		want   []string
		no     string
	}{
		"well": {func(c *Checkup) {
			c.Channels = []TriageChannel{{ID: slacktest.Triage}, {Workspace: slacktest.Acme, ID: slacktest.Private}}
		}, nil,
			[]string{"ok SLACK_BOT_TOKEN: it is of the workspace Acme", "ok scopes: all", "ok SLACK_APP_TOKEN", "ok channel " + slacktest.Triage + ": the bot is in #triage", "ok channel " + slacktest.Private}, "WRONG"},
		"wrong bot token":   {func(c *Checkup) { c.Config.BotToken = "xoxb-wrong" }, nil, []string{"WRONG SLACK_BOT_TOKEN: Slack does not take it: invalid_auth. copy"}, "scope"},
		"one that rotates":  {func(c *Checkup) { c.Config.BotToken = "xoxe.xoxb-1-rotating" }, nil, []string{"WRONG SLACK_BOT_TOKEN: it is one that rotates"}, ""},
		"wrong app token":   {func(c *Checkup) { c.Config.AppToken = "xapp-wrong" }, nil, []string{"WRONG SLACK_APP_TOKEN: Slack does not take it: invalid_auth", "ok SLACK_BOT_TOKEN"}, ""},
		"one for the other": {func(c *Checkup) { c.Config.AppToken = "xoxb-acme" }, nil, []string{"WRONG SLACK_APP_TOKEN: Slack does not take it: not_allowed_token_type"}, ""},
		"missing scopes": {func(*Checkup) {}, without("users:read", "reactions:write"),
			[]string{"WRONG scope users:read: it is missing", "ok scope reactions:write: it was not granted"}, "scope files:read"},
		"not in the channel": {func(c *Checkup) { c.Channels = []TriageChannel{{ID: slacktest.Outside}} }, nil, []string{"WRONG channel " + slacktest.Outside + ": the bot is not in #outside", "/invite @authfix"}, ""},
		"a secret channel":   {func(c *Checkup) { c.Channels = []TriageChannel{{ID: slacktest.Secret}} }, nil, []string{"WRONG channel " + slacktest.Secret + ": the bot sees no such channel"}, ""},
		"an archived one":    {func(c *Checkup) { c.Channels = []TriageChannel{{ID: slacktest.Archived}} }, nil, []string{"WRONG channel " + slacktest.Archived + ": #archived is archived"}, ""},
		"no scope for it":    {func(c *Checkup) { c.Channels = []TriageChannel{{ID: slacktest.Triage}} }, without("channels:read", "groups:read", "im:read"), []string{"WRONG channel " + slacktest.Triage + ": whether the bot is in it cannot be told", "missing_scope"}, ""},
		"another workspace":  {func(c *Checkup) { c.Channels = []TriageChannel{{Workspace: "T0ELSEWHERE", ID: slacktest.Triage}} }, nil, []string{"WRONG channel " + slacktest.Triage}, ""},
		"not there":          {func(c *Checkup) { c.Config.API = "http://127.0.0.1:1/api/" }, nil, []string{"WRONG SLACK_BOT_TOKEN: Slack does not answer", "SLACK_API_URL"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.scopes == nil {
				c.scopes = slacktest.DefaultScopes()
			}
			s.SetScopes(slacktest.Acme, c.scopes...)
			check := Checkup{Config: good}
			c.change(&check)
			got := up(t, check)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			if c.no != "" && strings.Contains(got, c.no) {
				t.Errorf("%q in\n%s", c.no, got)
			}
			if strings.Contains(got, "xoxb-acme") || strings.Contains(got, "xapp-1-acme") || strings.Contains(got, "xoxb-wrong") {
				t.Errorf("a token is shown:\n%s", got)
			}
		})
	}
}

func TestCheckupInstalls(t *testing.T) {
	s, shelf, clock := installed(t, slacktest.Options{})
	c := Checkup{Config: byOAuth, Installs: shelf, Now: clock.Now, PublicURL: "https://authfix.example.com", Channels: []TriageChannel{{Workspace: slacktest.Acme, ID: slacktest.General}}}
	c.Config.API = s.API()
	if got := up(t, c); strings.Contains(got, "WRONG") || !strings.Contains(got, "ok installs: 1 of 1 workspaces") || !strings.Contains(got, "the bot is in #general") {
		t.Errorf("well:\n%s", got)
	}
	s.Fault(slacktest.Fault{Method: "conversations.info", Error: "token_revoked"})
	if got := up(t, c); !strings.Contains(got, "WRONG channel "+slacktest.General+": it cannot be told: conversations.info: token_revoked") {
		t.Errorf("a channel that is refused:\n%s", got)
	}
	if err := shelf.Put(t.Context(), Install{Tenant: bot.Tenant{Platform: Name, Workspace: "T0BROKEN1"}, Broken: "token_revoked"}); err != nil {
		t.Fatal(err)
	}
	s.TokensRevoked(slacktest.Acme)
	got := up(t, c)
	for _, want := range []string{"WRONG workspace T0BROKEN1: its token no longer works: token_revoked. install the app again at https://authfix.example.com/slack/install", "WRONG workspace " + slacktest.Acme + ": Slack does not take it: token_revoked"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	clock.Turn(13 * 3600e9)
	if got := up(t, c); !strings.Contains(got, "WRONG workspace "+slacktest.Acme+": its token has ended") {
		t.Errorf("ended:\n%s", got)
	}
	// It changes nothing.
	if i, err := shelf.Get(t.Context(), acmeTenant); err != nil || i.Broken != "" || i.Version != 1 {
		t.Errorf("the install was written: %v, broken %q, version %d", err, i.Broken, i.Version)
	}
}
