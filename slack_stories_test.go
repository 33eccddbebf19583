package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"authfix/bot/slack/slacktest"
)

const (
	githubPaste = "2026-07-01 09:58:12,101 ERROR [c.a.j.p.dvcs] GithubClientWithTimeout Failed to execute request [GET /users/ORG1234] response code: 401, errors:\n" +
		"Bad credentials (401)"
	githubTitle  = "Jira's GitHub account was connected with a token that dies after 8 hours"
	unknownTitle = "I don't recognise this"

	// leakedToken is a token as people paste them, and leakedPassword what stands
	// beside it.
	leakedToken    = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
	leakedPassword = "Tr0ub4dorAndXyz"
	// warnedToken is in one message only: its author is warned once for each.
	warnedToken = "ghp_29A7e42F292c6912E7710c838347Ae178Q7x"
)

// loudPaste holds what would call people and lead elsewhere if it were not
// escaped.
const loudPaste = clockPaste + " <!channel> <@" + slacktest.Bob + "> <https://evil.example/x|click here> [link](https://evil.example/y) @here"

// slackStories are what people do in Slack. Each has people and channels of its
// own, so that all go on at the same time.
var slackStories = []struct {
	name string
	tell func(t *testing.T, w *slackWorld)
}{
	{"command", tellCommand},
	{"form", tellForm},
	{"lookups", tellLookups},
	{"case by commands", tellCase},
	{"mention", tellMention},
	{"mention of a secret", tellSecret},
	{"direct message", tellDirect},
	{"message shortcut", tellMessageShortcut},
	{"global shortcut", tellGlobalShortcut},
	{"triage", tellTriage},
	{"marks", tellMarks},
	{"edit before the answer", tellEarlyEdit},
	{"edit after the answer", tellLateEdit},
	{"deletion", tellDeletion},
	{"files", tellFiles},
	{"unreadable files", tellUnreadable},
	{"follow-ups", tellFollowUps},
	{"question", tellQuestion},
	{"buttons", tellButtons},
	{"escalation", tellEscalation},
	{"home", tellHome},
	{"settings", tellSettings},
}

// TestSlackStories tells every story over both transports, by a process that is
// stopped softly at the end. Nothing that Slack would complain of may happen, and
// the planted secrets are nowhere.
func TestSlackStories(t *testing.T) {
	for _, transport := range slackTransports {
		t.Run(transport.name, func(t *testing.T) {
			w := newSlackWorld(t, transport.socket, slacktest.Options{AnswersDoNotUnfurl: true, Pace: true})
			w.Plant(leakedToken, leakedPassword, warnedToken)
			w.PlantPaste(loudPaste)
			w.begin()
			// They wait most of the time, so all are told at once, however many cores
			// there are.
			var all sync.WaitGroup
			for _, s := range slackStories {
				all.Go(func() { t.Run(s.name, func(t *testing.T) { s.tell(t, w) }) })
			}
			all.Wait()
			w.quiet(t)
			for _, d := range w.Deliveries() {
				if d.GaveUp {
					t.Errorf("%s %s was not acknowledged: %+v", d.Kind, d.Type, d.Attempts)
				}
			}
			w.stop()
			w.searchFiles(leakedToken, leakedPassword, warnedToken, "xoxb-acme", "hooks.slack", "/commands/")
		})
	}
}

// did fails the test unless an interaction was acknowledged without words.
func did(t *testing.T, r slacktest.Result) {
	t.Helper()
	if !r.Acked || r.Err != nil {
		t.Fatalf("not acknowledged: %+v", r)
	}
}

// told waits for the n-th message that only user sees, and returns it.
func (w *slackWorld) told(t *testing.T, user string, n int, holds string) slacktest.Message {
	t.Helper()
	w.sees(t, fmt.Sprintf("%s is told privately for the %dth time", user, n), func() bool { return len(w.Ephemerals(user)) >= n })
	m := w.Ephemerals(user)[n-1]
	if !strings.Contains(m.Shown(), holds) || !strings.Contains(m.Text, holds) {
		t.Fatalf("%s is told\n%s\nand to screen readers\n%s\nwant %q", user, m.Shown(), m.Text, holds)
	}
	return m
}

// answer waits for the n-th answer in a thread, or in a direct conversation, that
// holds something: also when it is changed to that.
func (w *slackWorld) answer(t *testing.T, channel, ts string, n int, holds string) slacktest.Message {
	t.Helper()
	var m slacktest.Message
	defer func() {
		if t.Failed() && m.TS == "" {
			for i, m := range w.Answers(channel, ts) {
				t.Logf("answer %d is\n%s", i+1, m.Shown())
			}
		}
	}()
	w.sees(t, fmt.Sprintf("answer %d to %s in %s holds %q", n, ts, channel, holds), func() bool {
		all := w.Answers(channel, ts)
		if len(all) < n || !strings.Contains(all[n-1].Shown(), holds) {
			return false
		}
		m = all[n-1]
		return true
	})
	if !strings.Contains(m.Text, holds) {
		t.Errorf("screen readers read %q, want %q in it", m.Text, holds)
	}
	return m
}

// only fails the test unless there are exactly so many answers once everything
// that was begun in the channel has come to an end: the command that is given
// there now is answered after it.
func (w *slackWorld) only(t *testing.T, channel, ts string, n int) {
	t.Helper()
	w.settle(t, channel)
	if got := w.Answers(channel, ts); len(got) != n {
		t.Errorf("%d answers to %s, want %d:", len(got), ts, n)
		for _, m := range got {
			t.Log(m.Shown())
		}
	}
}

// settle waits until everything before it in the channel has come to an end.
func (w *slackWorld) settle(t *testing.T, channel string) {
	t.Helper()
	w.sees(t, "every event is acknowledged", func() bool { return w.Undelivered() == 0 })
	db := w.look()
	defer db.Close()
	w.until("all in "+channel+" is sent", func() bool {
		return number(t, db, `SELECT count(*) FROM outbox WHERE channel = ? AND state IN ('pending', 'leased')`, channel) == 0
	})
}

// listeningChannel is a channel of people in which triage is on.
func (w *slackWorld) listeningChannel(t *testing.T, members ...string) string {
	t.Helper()
	admin := w.admin()
	ch := w.channel(append(members, admin, slacktest.Bot)...)
	did(t, w.Command(admin, ch, "/authfix", "triage on"))
	w.told(t, admin, 1, "Triage is on here")
	return ch
}

// admin adds an administrator of the workspace.
func (w *slackWorld) admin() string {
	id := fmt.Sprintf("U1ADMIN%d", w.n.Add(1))
	w.AddUser(slacktest.User{ID: id, Team: slacktest.Acme, Name: strings.ToLower(id), Admin: true})
	return id
}

// press has user press a button, which is there.
func (w *slackWorld) press(t *testing.T, user string, m slacktest.Message, label string) {
	t.Helper()
	did(t, w.Click(user, m.TS, label))
}
