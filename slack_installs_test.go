package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/slack"
	"authfix/bot/slack/slacktest"
	"authfix/storage/queue"
)

// Installs are kept whole in a real database, one replica at a time changes one,
// and its file shows no token.
func TestSlackInstalls(t *testing.T) {
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "authfix.db")
	db, err := openDatabase(ctx, config{Database: database{engine: "sqlite", path: file}}, queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var kept slack.Installs = installs{db}
	tenant := bot.Tenant{Platform: slack.Name, Enterprise: "E0GRID001", Workspace: "T0GRIDONE"}
	if _, err := kept.Get(ctx, tenant); !errors.Is(err, slack.ErrNoInstall) {
		t.Errorf("Get of none = %v", err)
	}
	nothing := func(i slack.Install) (slack.Install, error) { return i, nil }
	if err := kept.With(ctx, tenant, nothing); !errors.Is(err, slack.ErrNoInstall) {
		t.Errorf("With of none = %v", err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	want := slack.Install{Tenant: tenant, Name: "One", BotUser: "U1", Bot: "B1", Scopes: "commands,chat:write", Token: "xoxe.xoxb-planted-token", Refresh: "xoxe-1-planted-refresh",
		Expires: now.Add(12 * time.Hour), Updated: now}
	if err := kept.Put(ctx, want); err != nil {
		t.Fatal(err)
	}
	if err := kept.Put(ctx, want); !errors.Is(err, slack.ErrChanged) {
		t.Errorf("Put over an unread one = %v", err)
	}
	want.Version = 1
	if got, err := kept.Get(ctx, tenant); err != nil || got != want {
		t.Errorf("Get = %+v, %v; want %+v", got, err, want)
	}
	listed := want
	listed.Token, listed.Refresh = "", ""
	if all, err := kept.List(ctx); err != nil || len(all) != 1 || all[0] != listed {
		t.Errorf("List = %+v, %v", all, err)
	}

	// Each of ten finds what the one before wrote.
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			err := kept.With(ctx, tenant, func(i slack.Install) (slack.Install, error) {
				i.Token += "x"
				return i, nil
			})
			if err != nil {
				t.Errorf("With = %v", err)
			}
		})
	}
	wg.Wait()
	got, err := kept.Get(ctx, tenant)
	if err != nil || got.Token != want.Token+strings.Repeat("x", 10) {
		t.Errorf("Get = %q, %v", got.Token, err)
	}
	refusal := errors.New("no")
	if err := kept.With(ctx, tenant, func(i slack.Install) (slack.Install, error) { i.Token = "lost"; return i, refusal }); !errors.Is(err, refusal) {
		t.Errorf("With = %v", err)
	}
	// An installation that comes meanwhile wins.
	err = kept.With(ctx, tenant, func(i slack.Install) (slack.Install, error) {
		again := i
		again.Token = "xoxe.xoxb-again"
		if err := kept.Put(ctx, again); err != nil {
			t.Errorf("Put meanwhile = %v", err)
		}
		i.Token = "lost"
		return i, nil
	})
	if !errors.Is(err, slack.ErrChanged) {
		t.Errorf("With = %v", err)
	}
	if got, err = kept.Get(ctx, tenant); err != nil || got.Token != "xoxe.xoxb-again" {
		t.Errorf("Get = %q, %v", got.Token, err)
	}
	for range 2 {
		if err := kept.Drop(ctx, tenant); err != nil {
			t.Errorf("Drop = %v", err)
		}
	}
	if _, err := kept.Get(ctx, tenant); !errors.Is(err, slack.ErrNoInstall) {
		t.Errorf("Get of one that was dropped = %v", err)
	}
	names, err := filepath.Glob(file + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"planted-token", "planted-refresh", "xoxb-again"} {
			if bytes.Contains(data, []byte(token)) {
				t.Errorf("%s holds %s", filepath.Base(name), token)
			}
		}
	}
}

// The doctor names a wrong token, a missing scope and a channel that the bot is
// not in.
func TestDoctorSlack(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{SocketMode: true})
	t.Setenv("DATABASE_URL", "sqlite:"+filepath.Join(t.TempDir(), "authfix.db"))
	t.Setenv("AUTHFIX_LISTEN", "127.0.0.1:0")
	t.Setenv("AUTHFIX_TRIAGE_CHANNELS", "slack:"+slacktest.Triage+",slack:"+slacktest.Acme+"/"+slacktest.Outside)
	t.Setenv("SLACK_API_URL", s.API())
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-acme")
	t.Setenv("SLACK_APP_TOKEN", "xapp-1-acme")
	doctor := func(code int, want ...string) {
		t.Helper()
		var out, complaints bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		got := run(ctx, []string{"doctor"}, strings.NewReader(""), &out, &complaints)
		if got != code {
			t.Errorf("doctor = %d, want %d: %s", got, code, complaints.String())
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("no %q in\n%s", w, out.String())
			}
		}
		for _, token := range []string{"xoxb-", "xapp-1"} {
			if strings.Contains(out.String()+complaints.String(), token+"acme") {
				t.Errorf("a token is shown in\n%s%s", out.String(), complaints.String())
			}
		}
	}
	doctor(1, "workspace Acme", "the bot is in #triage", "the bot is not in #outside", "/invite @authfix")
	s.Join(slacktest.Outside, slacktest.Bot)
	doctor(0, "the bot is in #outside", "all 14 are granted")
	s.SetScopes(slacktest.Acme, "commands", "chat:write", "channels:read")
	doctor(1, "scope users:read", "scope files:read")
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
	doctor(1, "SLACK_BOT_TOKEN: Slack does not take it: invalid_auth")
	t.Setenv("SLACK_BOT_TOKEN", "")
	doctor(1, "SLACK_BOT_TOKEN: set it")
}

func TestManifestCommand(t *testing.T) {
	for args, want := range map[string]string{
		"slack":          "socket_mode_enabled: true",
		"slack --socket": "socket_mode_enabled: true",
		"slack --http https://authfix.example.com":                  "request_url: https://authfix.example.com/slack/events",
		"slack --http https://authfix.example.com/ --one-workspace": "token_rotation_enabled: false",
		"slack --http http://authfix.example.com":                   "https",
		"slack --one-workspace":                                     "--http",
		"slack --socket --http https://authfix.example.com":         "--",
	} {
		var out, complaints bytes.Buffer
		code := run(t.Context(), append([]string{"manifest"}, strings.Fields(args)...), strings.NewReader(""), &out, &complaints)
		where := out.String()
		if code != recognised {
			where = complaints.String()
		}
		if !strings.Contains(where, want) {
			t.Errorf("manifest %s = %d: no %q in %s%s", args, code, want, out.String(), complaints.String())
		}
	}
}
