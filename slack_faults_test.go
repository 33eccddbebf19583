package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot/slack/slacktest"
)

// TestSlackFaults has everything go wrong that can, over both transports: at the
// same time, for most of it is waiting.
func TestSlackFaults(t *testing.T) {
	var all sync.WaitGroup
	for _, transport := range slackTransports {
		for name, try := range map[string]func(*testing.T, bool){
			"killed": slackKilled, "repeated": slackRepeated, "refused": slackRefused, "away": slackAway, "revoked": slackRevoked,
		} {
			all.Go(func() {
				t.Run(name+" "+transport.name, func(t *testing.T) { try(t, transport.socket) })
			})
		}
	}
	all.Wait()
}

// triageIn adds channels in which triage is on from the start.
func (w *slackWorld) triageIn(n int, members ...string) []string {
	var all, heard []string
	for range n {
		ch := w.channel(append(members, slacktest.Bot)...)
		all, heard = append(all, ch), append(heard, "slack:"+ch)
	}
	w.env["AUTHFIX_TRIAGE_CHANNELS"] = strings.Join(heard, ",")
	return all
}

// clockFailure is one of many failures that are alike and not the same: of too many
// of one there would be a notice.
func clockFailure(i int) string {
	return fmt.Sprintf("%s oauth_consumer_key=\"key-%d\"", clockPaste, i)
}

// A saying is a message that is to be answered.
type saying struct{ channel, ts string }

// once fails the test unless each was answered once.
func (w *slackWorld) once(t *testing.T, all []saying) {
	t.Helper()
	w.quiet(t)
	for _, d := range w.Deliveries() {
		if d.Kind == "events_api" && d.GaveUp {
			t.Errorf("%s %s was given up: %+v", d.Type, d.ID, d.Attempts)
		}
	}
	for _, m := range all {
		if n := len(w.Answers(m.channel, m.ts)); n != 1 {
			t.Errorf("%v was answered %d times", m, n)
		}
	}
}

// Each event comes four times, late and out of order, a mention is two, and
// connections break and are replaced meanwhile: all are answered once.
func slackRepeated(t *testing.T, socket bool) {
	w := newSlackWorld(t, socket, slacktest.Options{})
	u := w.person()
	channels := w.triageIn(10, u)
	w.begin()
	w.SetDisorder(slacktest.Disorder{Copies: 4, Shuffle: 300 * time.Millisecond})
	var all []saying
	for i := range 20 {
		m := slacktest.Said{Channel: channels[i%len(channels)], User: u, Text: clockFailure(i)}
		if i%2 == 0 {
			all = append(all, saying{m.Channel, w.Message(m)})
		} else {
			all = append(all, saying{m.Channel, w.Mention(m)})
		}
		if !socket || i%5 != 4 {
			continue
		}
		w.sees(t, "it is connected", func() bool { open, _ := w.Connections(); return open > 0 })
		switch i / 5 {
		case 0:
			w.DropSockets()
		case 1:
			w.Disconnect("refresh_requested")
		case 2:
			w.Disconnect("warning")
		}
	}
	w.sees(t, "all are answered", func() bool { return w.Posted() >= len(all) })
	w.once(t, all)
	for _, d := range w.Deliveries() {
		w.Redeliver(d.ID)
	}
	w.once(t, all)
	w.stop()
}

// Posts that succeed and answer 502, and a storm of 429: one message each, and
// Slack is left alone for as long as it asks.
func slackRefused(t *testing.T, socket bool) {
	w := newSlackWorld(t, socket, slacktest.Options{})
	u := w.person()
	channels := w.triageIn(12, u)
	w.begin()
	var all []saying
	say := func(ch string) {
		all = append(all, saying{ch, w.Message(slacktest.Said{Channel: ch, User: u, Text: clockFailure(len(all))})})
	}

	w.Fault(slacktest.Fault{Method: "chat.postMessage", After: true, Status: 502, Times: 2})
	w.Fault(slacktest.Fault{Method: "chat.postMessage", After: true, Cut: true, Times: 2})
	for _, ch := range channels[:4] {
		say(ch)
	}
	w.sees(t, "all were posted", func() bool { return w.Posted() == 4 })
	w.once(t, all)
	if n := len(w.CallsOf("chat.postMessage")); n != 4 {
		t.Errorf("%d posts for 4 answers", n)
	}

	const storm, wait = 6, 2 * time.Second
	before := len(w.CallsOf("chat.postMessage"))
	w.Fault(slacktest.Fault{Method: "chat.postMessage", RetryAfter: wait, Times: storm})
	for _, ch := range channels[4:] {
		say(ch)
	}
	w.sees(t, "all are answered", func() bool { return w.Posted() == len(all) })
	w.once(t, all)
	calls := w.CallsOf("chat.postMessage")[before:]
	if len(calls) != len(channels[4:])+storm {
		t.Errorf("%d posts for %d answers and %d refusals", len(calls), len(channels[4:]), storm)
	}
	var asked time.Time // when Slack was first asked to wait
	early := 0
	for _, c := range calls {
		if c.Status == 429 && asked.IsZero() {
			asked = c.At
		}
		if !asked.IsZero() && c.At.Sub(asked) > 500*time.Millisecond && c.At.Sub(asked) < wait*9/10 {
			early++
		}
	}
	if asked.IsZero() || early > 0 {
		t.Errorf("%d posts came within the %v for which Slack had asked", early, wait)
	}
	w.stop()
}

// Slack is away for ten minutes by its schedule of retries, which runs a hundred
// times faster but in the long version: what was decided is said afterwards, in
// the order of each thread.
func slackAway(t *testing.T, socket bool) {
	away, scale := 6*time.Second, 100.0
	if soak() {
		away, scale = 10*time.Minute, 1
	}
	w := newSlackWorld(t, socket, slacktest.Options{Scale: scale})
	if soak() { // the longest wait between two attempts comes on top
		w.patient = 6 * time.Minute
	}
	u := w.person()
	ch := w.channel(u, slacktest.Bot)
	w.begin()
	root := w.Mention(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.answer(t, ch, root, 1, clockTitle)
	restore := w.Outage()
	steps := []struct{ text, holds string }{
		{"help", "help NAME shows one command."}, {"explain 2lo", "2-legged OAuth (2LO)"}, {"logs jira", "Where the logs are"}, {"search github token", "Failure modes that fit"},
	}
	say := func(text string) {
		w.Mention(slacktest.Said{Channel: ch, User: u, Thread: root, Text: text})
		w.sees(t, "it is decided", func() bool { return w.Undelivered() == 0 })
	}
	began := time.Now()
	say(steps[0].text)
	w.sees(t, "a post is refused", func() bool { return len(w.CallsOf("chat.postMessage")) >= 2 })
	w.Down()
	restore()
	if !socket { // over a socket nothing is delivered meanwhile
		say(steps[1].text)
	}
	time.Sleep(away - time.Since(began)) // as long as Slack is away
	if err := w.Up(); err != nil {
		t.Fatal(err)
	}
	if socket {
		w.sees(t, "it connects again", func() bool { open, _ := w.Connections(); return open > 0 })
		say(steps[1].text)
	}
	for _, s := range steps[2:] {
		say(s.text)
	}
	for i, s := range steps {
		w.answer(t, ch, root, i+2, s.holds)
	}
	w.only(t, ch, root, len(steps)+1)
	w.stop()
}

// When its token is revoked the program says so and ends; with a wrong one it
// does not begin.
func slackRevoked(t *testing.T, socket bool) {
	w := newSlackWorld(t, socket, slacktest.Options{})
	u := w.person()
	ch := w.channel(u, slacktest.Bot)
	w.begin()
	ts := w.Mention(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.answer(t, ch, ts, 1, clockTitle)
	w.TokensRevoked(slacktest.Acme)
	w.endsWith(t, "SLACK_BOT_TOKEN")
	w.launch()
	w.endsWith(t, "SLACK_BOT_TOKEN")
	if socket {
		w.env["SLACK_APP_TOKEN"] = "xapp-1-wrong"
		w.AddInstallation(slacktest.Installation{Team: slacktest.Acme}, "xoxb-another")
		w.env["SLACK_BOT_TOKEN"] = "xoxb-another"
		w.launch()
		w.endsWith(t, "SLACK_APP_TOKEN")
	}
}

// endsWith waits until the program has ended by itself, with a sentence about a
// setting.
func (w *slackWorld) endsWith(t *testing.T, setting string) {
	t.Helper()
	select {
	case <-w.ended:
	case <-time.After(slackPatience):
		t.Fatalf("it has not ended:\n%s", w.output())
	}
	var exit *exec.ExitError
	if !errors.As(w.err, &exit) || exit.ExitCode() != trouble {
		t.Errorf("it ended with %v, want status %d", w.err, trouble)
	}
	if log := w.output(); !strings.Contains(log, setting) {
		t.Errorf("the log does not name %s:\n%s", setting, log)
	}
}
