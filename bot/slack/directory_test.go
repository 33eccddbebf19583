package slack

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/slack/slacktest"
)

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestRole(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	s.AddTeam(slacktest.Team{ID: "T0STRANGE", Name: "Strange", Domain: "strange"})
	s.AddUser(slacktest.User{ID: "U0STRANGE", Team: "T0STRANGE", Admin: true, Owner: true})
	s.AddUser(slacktest.User{ID: "U0DELETED", Team: slacktest.Acme, Admin: true, Deleted: true})
	s.AddChannel(slacktest.Channel{ID: "C0CONNECT", Team: slacktest.Acme, Members: []string{slacktest.Bot, "U0STRANGE"}, Connect: true})
	for range 3 {
		for who, want := range map[string]bot.Role{
			slacktest.Alice: bot.Viewer, slacktest.Admin: bot.Admin, slacktest.Owner: bot.Admin,
			"U0STRANGE": bot.Viewer, "U0DELETED": bot.Viewer, "U0NOSUCH1": bot.Viewer, "": bot.Viewer,
		} {
			if got, err := p.Role(t.Context(), acmeTenant, bot.Author{ID: who}); err != nil || got != want {
				t.Errorf("Role(%q) = %v, %v; want %v", who, got, err, want)
			}
		}
	}
	if n := len(s.CallsOf("users.info")); n != 6 {
		t.Errorf("users.info was called %d times for 6 people", n)
	}
	s.Outage()
	if role, err := p.Role(t.Context(), acmeTenant, bot.Author{ID: slacktest.Bob}); err == nil || role != bot.Viewer {
		t.Errorf("Role while Slack is away = %v, %v", role, err)
	}
}

func TestRoleIsBelievedForMinutes(t *testing.T) {
	s, shelf, clock := installed(t, slacktest.Options{})
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	role := func() bot.Role {
		t.Helper()
		r, err := p.Role(t.Context(), acmeTenant, bot.Author{ID: slacktest.Alice})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	before := role()
	s.AddUser(slacktest.User{ID: slacktest.Alice, Team: slacktest.Acme, Admin: true})
	soon := role()
	clock.Turn(believeRole)
	if later := role(); before != bot.Viewer || soon != bot.Viewer || later != bot.Admin {
		t.Errorf("roles %v, %v, %v", before, soon, later)
	}
}

func TestCanSee(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	s.AddTeam(slacktest.Team{ID: "T0STRANGE", Name: "Strange", Domain: "strange"})
	s.AddUser(slacktest.User{ID: "U0STRANGE", Team: "T0STRANGE"})
	s.AddChannel(slacktest.Channel{ID: "C0CONNECT", Team: slacktest.Acme, Members: []string{slacktest.Bot, "U0STRANGE"}, Connect: true})
	s.AddChannel(slacktest.Channel{ID: "C0BOBSOWN", Team: slacktest.Acme, Kind: slacktest.PrivateChannel, Members: []string{slacktest.Bot, slacktest.Bob}})
	for _, c := range []struct {
		who, channel string
		want         bool
	}{
		{slacktest.Alice, slacktest.General, true},
		{slacktest.Alice, slacktest.Outside, true}, // public, though the bot is not in it
		{slacktest.Alice, slacktest.Private, true},
		{slacktest.Alice, slacktest.Secret, false}, // the bot cannot tell
		{slacktest.Alice, "C0BOBSOWN", false},
		{slacktest.Bob, "C0BOBSOWN", true},
		{slacktest.Alice, "C0NOSUCH1", false},
		{"U0STRANGE", slacktest.General, false},
		{"U0STRANGE", "C0CONNECT", true},
		{"", slacktest.General, false},
		{"U0NOSUCH1", slacktest.Private, false},
	} {
		if got, err := p.CanSee(t.Context(), acmeTenant, bot.Author{ID: c.who}, c.channel); err != nil || got != c.want {
			t.Errorf("CanSee(%s, %s) = %t, %v; want %t", c.who, c.channel, got, err, c.want)
		}
	}
	for channel, want := range map[string]bool{slacktest.General: true, slacktest.Outside: true, slacktest.Private: false, slacktest.Secret: false, "C0NOSUCH1": false, s.DM(slacktest.Alice): false} {
		if got := p.IsPublic(t.Context(), acmeTenant, channel); got != want {
			t.Errorf("IsPublic(%s) = %t", channel, got)
		}
	}
	before := len(s.Calls())
	for range 5 {
		p.IsPublic(t.Context(), acmeTenant, slacktest.General)
		p.CanSee(t.Context(), acmeTenant, bot.Author{ID: slacktest.Alice}, slacktest.Private)
	}
	if n := len(s.Calls()) - before; n != 0 {
		t.Errorf("%d calls for what is known", n)
	}
	s.Outage()
	if got, err := p.CanSee(t.Context(), acmeTenant, bot.Author{ID: slacktest.Bob}, slacktest.Triage); got || err == nil {
		t.Errorf("CanSee while Slack is away = %t, %v", got, err)
	}
	if p.IsPublic(t.Context(), acmeTenant, slacktest.Triage) {
		t.Error("IsPublic while Slack is away")
	}
}

// The members of a large channel are read page by page, to a bound.
func TestCanSeeLargeChannel(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	members := []string{slacktest.Bot}
	for i := range 2500 {
		members = append(members, fmt.Sprintf("U0CROWD%04d", i))
	}
	s.AddChannel(slacktest.Channel{ID: "C0CROWDED", Team: slacktest.Acme, Kind: slacktest.PrivateChannel, Members: append(members, slacktest.Alice)})
	if got, err := p.CanSee(t.Context(), acmeTenant, bot.Author{ID: slacktest.Alice}, "C0CROWDED"); err != nil || !got {
		t.Errorf("CanSee = %t, %v", got, err)
	}
	if n := len(s.CallsOf("conversations.members")); n != 3 {
		t.Errorf("%d calls", n)
	}
}

// A link to a message of the workspace gets the workspace's address.
func TestPermalinks(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	r := answerOf("Again")
	r.Sections = append(r.Sections, bot.Section{Label: "Earlier", Links: []bot.Link{{Label: "last week", Channel: slacktest.General, Message: "1700000000.000100"}}})
	for range 2 {
		sent, err := p.Send(t.Context(), into(slacktest.General, "k"), r)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := s.MessageAt(slacktest.General, sent.ID)
		const want = "https://acme.slack.com/archives/" + slacktest.General + "/p1700000000000100"
		if !strings.Contains(fmt.Sprint(m.Blocks), want) {
			t.Errorf("no %s in %v", want, m.Blocks)
		}
	}
	if n := len(s.CallsOf("auth.test")); n != 2 { // who the bot is, and the address
		t.Errorf("auth.test was called %d times", n)
	}
	s.Fault(slacktest.Fault{Method: "auth.test", Status: 503, Times: -1})
	q, _ := speakTo(t, s, Config{BotToken: "xoxb-acme"}, Deps{})
	if _, err := q.Send(t.Context(), into(slacktest.General, "k"), r); err == nil || errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send of a bot that does not know who it is = %v", err)
	}
}
