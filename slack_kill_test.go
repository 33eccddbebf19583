package main

import (
	"strings"
	"testing"
	"time"

	"authfix/bot/slack/slacktest"
)

// The program is killed twice in the middle of its work, and twenty times in the
// long version. Nothing is lost: every
// event is answered, once, for what was posted is found again; a private answer
// is given up at most when its sender was killed.
func slackKilled(t *testing.T, socket bool) {
	messages, kills := 120, 2
	if soak() {
		messages, kills = 1260, 20
	}
	// Slack's three retries must outlast a start on a busy machine.
	w := newSlackWorld(t, socket, slacktest.Options{Scale: 20})
	u := w.person()
	channels := w.triageIn(30, u)
	w.begin()
	// Answers are slow, so that posts are in flight when it is killed.
	slow := w.Fault(slacktest.Fault{Method: "chat.postMessage", After: true, Delay: 40 * time.Millisecond, Times: -1})
	var all []saying
	acked := make(map[string]bool) // commands, by person
	killed := 0
	for i := range messages {
		m := slacktest.Said{Channel: channels[i%len(channels)], User: u, Text: clockFailure(i)}
		if i%3 == 0 {
			all = append(all, saying{m.Channel, w.Mention(m)})
		} else {
			all = append(all, saying{m.Channel, w.Message(m)})
		}
		if i%10 == 5 {
			who := w.person()
			w.AddChannel(slacktest.Channel{ID: "C1OF" + who, Team: slacktest.Acme, Name: strings.ToLower(who), Members: []string{who, slacktest.Bot}})
			acked[who] = w.Command(who, "C1OF"+who, "/authfix", clockFailure(messages+i)).Acked
		}
		if every := messages / (kills + 1); i > 0 && i%every == 0 && killed < kills {
			killed++
			w.sees(t, "it is in the middle of its work", func() bool { return w.Posted() > 10*killed })
			w.kill()
			t.Logf("killed after %d of %d messages, with %d answers", i, messages, w.Posted())
			w.launch()
			if i%2 == 0 {
				w.awaitReady()
			}
		}
	}
	w.awaitReady()
	slow()
	w.WaitFor(t, patience, "all are answered", func() bool { return w.Posted() >= len(all) })
	w.once(t, all)
	if n := w.Posted(); n != len(all) {
		t.Errorf("%d messages were posted for %d answers", n, len(all))
	}
	db := w.look()
	defer db.Close()
	lost := number(t, db, `SELECT count(*) FROM outbox WHERE private AND state = 'lost'`)
	if n := number(t, db, `SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'lost') OR state = 'lost' AND NOT private`); n != 0 {
		t.Errorf("%d replies are in another state than sent", n)
	}
	silent := int64(0)
	for who, heard := range acked {
		switch n := len(w.Ephemerals(who)); {
		case n > 1:
			t.Errorf("%s was answered %d times", who, n)
		case n == 0 && heard:
			silent++
		}
	}
	if silent > lost {
		t.Errorf("%d commands were acknowledged and not answered; %d private answers were given up", silent, lost)
	}
	w.stop()
}
