package main

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot/slack"
	"authfix/bot/slack/slacktest"
)

// onBoth runs the whole program in Slack and in Discord, with triage on in C1 and
// an administrator U9, and tells the same there.
func onBoth(t *testing.T, tell func(t *testing.T, p *play)) {
	for on, stage := range map[string]func() stage{"slack": newSlackStage, "discord": newDiscordStage} {
		t.Run(on, func(t *testing.T) {
			var log logbook
			s := newServer(t, &log)
			p := &play{t: t, stage: stage(), began: time.Now(), heard: map[string]bool{}}
			s.now = p.now
			s.config.PersonRate, s.config.ChannelRate = 10_000, 10_000
			s.config.TriageChannels = []string{"story:C1"}
			p.stage.start(t, s, []string{"U1", "U2", "U9"}, []string{"U9"}, []string{"C1", "C2"})
			db, err := sql.Open("sqlite3", "file:"+s.config.Database.path+"?mode=ro&_busy_timeout=10000")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			p.db = db
			tell(t, p)
			p.stage.finish()
		})
	}
}

// sets has the administrator set something in C1, and waits until that is said.
func (p *play) sets(setting, says string) {
	p.t.Helper()
	before := len(p.stage.shown())
	p.stage.command("U9", "C1", "triage "+setting, nil)
	p.settle()
	if all := p.stage.shown()[before:]; len(all) != 1 || all[0].person != "U9" || !strings.Contains(squeeze(all[0].text), squeeze(says)) {
		p.t.Fatalf("triage %s is answered with %+v", setting, all)
	}
}

// says has somebody say something in C1 as the beginning of a thread, waits until
// that is decided, and returns what is said in the thread.
func (p *play) says(by, key, text string) (answers []shownMessage) {
	p.t.Helper()
	p.hear(by, "C1", "", key, text, false, nil)
	p.settle()
	return slices.DeleteFunc(p.stage.shown(), func(m shownMessage) bool { return m.thread != key })
}

// Another program's messages are read where a channel allows it, and nowhere else.
func TestParityBots(t *testing.T) {
	onBoth(t, func(t *testing.T, p *play) {
		if all := p.says("bot", "100.1", clockPaste); len(all) != 0 {
			t.Errorf("at first it is answered with %+v", all)
		}
		p.sets("bots on", "other programs' messages are read as people's")
		if all := p.says("bot", "100.2", clockPaste); len(all) != 1 || !strings.Contains(all[0].text, clockTitle) {
			t.Errorf("with bots on it is answered with %+v", all)
		}
		p.sets("bots off", "other programs' messages are ignored")
		if all := p.says("bot", "100.3", consumerPaste); len(all) != 0 {
			t.Errorf("with bots off it is answered with %+v", all)
		}
	})
}

// Of what is not recognised a redacted excerpt is kept, unless a channel does not
// want that.
func TestParityExcerpts(t *testing.T) {
	onBoth(t, func(t *testing.T, p *play) {
		kept := func(word string) string {
			t.Helper()
			for _, row := range table(t, p.db, `SELECT excerpt FROM unrecognised`) {
				if strings.Contains(row[0], word) {
					return row[0]
				}
			}
			return ""
		}
		if all := p.says("U1", "100.1", "java.lang.IllegalStateException: the gizmo is stuck, token="+leakedToken); len(all) != 0 {
			t.Errorf("it is answered with %+v", all)
		}
		if got := kept("gizmo"); got == "" || strings.Contains(got, leakedToken) {
			t.Errorf("kept is %q", got)
		}
		p.sets("excerpts off", "no excerpts of what I do not recognise are kept")
		p.says("U1", "100.2", "java.lang.IllegalStateException: the widget is stuck")
		n := number(t, p.db, `SELECT count(*) FROM unrecognised`)
		if got := kept("widget"); got != "" || n != 2 {
			t.Errorf("kept is %q, of %d failures", got, n)
		}
		p.sets("excerpts on", "redacted excerpts of what I do not recognise are kept")
		p.says("U1", "100.3", "java.lang.IllegalStateException: the doodad is stuck")
		if kept("doodad") == "" {
			t.Error("nothing is kept any more")
		}
	})
}

// An edit of a direct message changes its answer in its place, also to one that
// says that it is not known.
func TestParityDirectEdit(t *testing.T) {
	onBoth(t, func(t *testing.T, p *play) {
		p.hear("U1", "DU1", "", "1", clockPaste, false, nil)
		p.settle()
		first := p.stage.shown()
		if len(first) != 1 || first[0].person != "U1" || !strings.Contains(first[0].text, clockTitle) {
			t.Fatalf("it is answered with %+v", first)
		}
		for _, step := range []struct{ text, holds string }{{consumerPaste, consumerTitle}, {"never mind", unknownTitle}} {
			p.stage.edit("DU1", "1", step.text)
			var all []shownMessage
			for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
				if all = p.stage.shown(); len(all) != 1 || strings.Contains(all[0].text, step.holds) || time.Now().After(end) {
					break
				}
			}
			if len(all) != 1 || all[0].id != first[0].id || !strings.Contains(all[0].text, step.holds) {
				t.Errorf("after the edit to %q it reads %+v", step.text, all)
			}
		}
	})
}

// Diagnose this reads the files of a message too, for whoever asked alone.
func TestParityShortcutFile(t *testing.T) {
	onBoth(t, func(t *testing.T, p *play) {
		log := strings.Repeat("2026-07-01 09:50:00,000 INFO [c.a.j.startup] Jira is ready\n", 200) + githubPaste + "\n"
		p.hear("U1", "C2", "", "100.1", "the log is attached", false, []playFile{{"jira.log", log}})
		p.settle()
		p.stage.shortcut("U2", "C2", "100.1")
		for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
			all := p.stage.shown()
			if slices.ContainsFunc(all, func(m shownMessage) bool { return m.person != "U2" }) {
				t.Fatalf("others see %+v", all)
			}
			if slices.ContainsFunc(all, func(m shownMessage) bool { return strings.Contains(m.text, githubTitle) }) {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the file is answered with %+v", all)
			}
		}
		p.settle() // at once: that the file is read is said no more
		if all := p.stage.shown(); len(all) != 1 {
			t.Errorf("it is answered with %+v", all)
		}
	})
}

// What the configuration says of channels and people counts for Slack: a channel
// is triaged, and a person administers.
func TestServeSlackConfiguration(t *testing.T) {
	fake := slacktest.Start(t, slacktest.Options{})
	var log logbook
	s := newServer(t, &log)
	s.config.Slack = slack.Config{BotToken: "xoxb-acme", SigningSecret: "signing-secret", API: fake.API()}
	s.config.TriageChannels = []string{"slack:" + slacktest.Acme + "/" + slacktest.General, "slack:" + slacktest.Triage}
	s.config.Admins = []string{"slack:" + slacktest.Bob}
	run := startServer(t, s, &log)
	fake.SetEndpoints(slacktest.At(run.url))
	run.ready(t, 200)
	for i, channel := range []string{slacktest.General, slacktest.Triage} {
		ts := fake.Message(slacktest.Said{Channel: channel, User: slacktest.Alice, Text: fmt.Sprintf("%s oauth_consumer_key=%q", clockPaste, fmt.Sprint("key-", i))})
		fake.WaitFor(t, 30*time.Second, "a message in "+channel+" is answered", func() bool {
			all := fake.Answers(channel, ts)
			return len(all) == 1 && strings.Contains(all[0].Shown(), clockTitle)
		})
	}
	for _, step := range []struct{ user, holds string }{{slacktest.Alice, "Only an administrator can do that."}, {slacktest.Bob, "Triage is off here"}} {
		did(t, fake.Command(step.user, slacktest.Triage, "/authfix", "triage off"))
		fake.WaitFor(t, 30*time.Second, step.user+" is answered", func() bool {
			return slices.ContainsFunc(fake.Ephemerals(step.user), func(m slacktest.Message) bool { return strings.Contains(m.Shown(), step.holds) })
		})
	}
	if err := run.stop(); err != nil {
		t.Errorf("run = %v", err)
	}
	for _, v := range fake.Violations() {
		t.Errorf("violation: %v", v)
	}
}
