package slack

import (
	"net/http/httptest"
	"testing"

	"authfix/bot"
	"authfix/bot/slack/slacktest"
)

// In a channel that is shared with another organisation, whatever anybody does
// belongs to the workspace in which the app is installed.
func TestSharedChannel(t *testing.T) {
	h := &hearer{}
	s, p := connect(t, slacktest.Options{}, h)
	s.AddTeam(slacktest.Team{ID: "T0OTHER01", Name: "Other", Domain: "other"})
	s.AddUser(slacktest.User{ID: "U0OTHER01", Team: "T0OTHER01", Name: "olga"})
	s.AddChannel(slacktest.Channel{ID: "C0SHARED1", Team: "T0OTHER01", Name: "shared", Connect: true, Members: []string{"U0OTHER01", slacktest.Alice, slacktest.Bot}})
	ours := bot.Tenant{Platform: Name, Workspace: slacktest.Acme}

	ts := s.Mention(slacktest.Said{Channel: "C0SHARED1", User: "U0OTHER01", Text: "oauth_problem"})
	settled(t, s)
	sent, err := p.Send(t.Context(), bot.Destination{Tenant: ours, Channel: "C0SHARED1", Thread: ts, Key: "1"},
		bot.Reply{Headline: "An answer", Choices: []bot.Choice{{ID: "v1:c1:helped", Label: "Helped"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"U0OTHER01", slacktest.Alice} {
		if r := s.Click(user, sent.ID, "Helped"); !r.Acked {
			t.Errorf("%+v", r)
		}
	}
	all := h.all()
	if len(all) != 4 {
		t.Fatalf("%d messages were heard, want 4: %+v", len(all), all)
	}
	for _, m := range all {
		if m.Tenant != ours {
			t.Errorf("%s by %s belongs to %v, want %v", m.Kind, m.Author.ID, m.Tenant, ours)
		}
	}
	if last := all[3]; last.Kind != bot.Clicked || last.Thread != ts || last.Key != sent.ID {
		t.Errorf("a click in the thread is %+v", last)
	}
}

// Of an app that is installed in a whole Enterprise Grid, every way in names the
// same workspace of it.
func TestGrid(t *testing.T) {
	h := &hearer{decide: func(m bot.Message) (bot.Ack, error) {
		if m.Command == "" && m.Text == "" && m.Kind == bot.Commanded {
			return bot.Ack{Form: &bot.Form{ID: "diagnose", Title: "Diagnose", Label: "The error"}}, nil
		}
		return bot.Ack{}, nil
	}}
	s := slacktest.Start(t, slacktest.Options{NoInstall: true})
	s.AddTeam(slacktest.Team{ID: "T0GRID002", Name: "Grid 2", Domain: "grid2", Enterprise: "E0GRID001"})
	s.AddUser(slacktest.User{ID: "U0GRID001", Team: "T0GRID002", Name: "gina"})
	s.AddInstallation(slacktest.Installation{Enterprise: "E0GRID001", OrgWide: true, Bot: "U0GRIDBOT", BotID: "B0GRIDBOT", Scopes: slacktest.DefaultScopes()}, "xoxb-acme")
	s.AddChannel(slacktest.Channel{ID: "C0GRID001", Team: "T0GRID002", Name: "grid", Members: []string{"U0GRID001", "U0GRIDBOT"}})
	p := platformFor(t, s, false, nil)
	web := httptest.NewServer(p.Handler())
	t.Cleanup(web.Close)
	s.SetEndpoints(slacktest.At(web.URL))
	listening(t, p, h.accept)
	want := bot.Tenant{Platform: Name, Enterprise: "E0GRID001", Workspace: "T0GRID002"}

	ts := s.Mention(slacktest.Said{Channel: "C0GRID001", User: "U0GRID001", Text: "oauth_problem"})
	s.HomeOpened("U0GRID001", "home")
	settled(t, s)
	sent, err := p.Send(t.Context(), bot.Destination{Tenant: want, Channel: "C0GRID001", Thread: ts, Key: "1"},
		bot.Reply{Headline: "An answer", Choices: []bot.Choice{{ID: "v1:c1:helped", Label: "Helped"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []slacktest.Result{
		s.Click("U0GRID001", sent.ID, "Helped"),
		s.Command("U0GRID001", "C0GRID001", "/authfix", "oauth_problem"),
		s.MessageShortcut("U0GRID001", "C0GRID001", ts, callbackDiagnose),
		s.Shortcut("U0GRID001", "diagnose"),
	} {
		if !r.Acked {
			t.Errorf("%+v", r)
		}
	}
	until(t, "the form is open", func() bool { return len(s.OpenViews("U0GRID001")) == 1 })
	if r := s.Submit("U0GRID001", map[string]string{formAction: "oauth_problem"}); !r.Acked {
		t.Errorf("%+v", r)
	}
	settled(t, s)
	all := h.all()
	if len(all) != 8 {
		t.Errorf("%d messages were heard, want 8", len(all))
	}
	for _, m := range all {
		if m.Tenant != want {
			t.Errorf("%s %s belongs to %v, want %v", m.Kind, m.Command, m.Tenant, want)
		}
	}
}
