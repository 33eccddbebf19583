package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot/discord/discordtest"
)

// TestDiscordFaults has everything go wrong that can, each in a world of its own:
// many at the same time, for most of it is waiting.
func TestDiscordFaults(t *testing.T) {
	t.Parallel()
	alone := func(try func(*discordWorld, *testing.T)) func(*testing.T) {
		return func(t *testing.T) { try(newDiscordWorld(t, false, discordtest.Options{}), t) }
	}
	all := []discordFault{{"replicas", discordReplicas}, {"removed", discordRemoved}}
	for _, way := range discordWays { // what takes longest is first
		all = append(all, discordFault{"killed, " + way.name, func(t *testing.T) { newDiscordWorld(t, way.http, discordtest.Options{}).killed(t) }},
			discordFault{"busy, " + way.name, func(t *testing.T) { newDiscordWorld(t, way.http, discordtest.Options{}).busy(t) }})
	}
	all = append(append(all, contentlessFaults()...), gatewayFaults()...)
	for name, try := range map[string]func(*discordWorld, *testing.T){
		"repeated": (*discordWorld).repeated, "lost answers": (*discordWorld).lostAnswers, "storm": (*discordWorld).storm, "global storm": (*discordWorld).globalStorm,
		"errors": (*discordWorld).serverErrors, "slow": (*discordWorld).slowAnswers, "away": (*discordWorld).restAway, "revoked": (*discordWorld).revoked,
		"interactions": (*discordWorld).lateInteractions, "expired": (*discordWorld).expired, "away, resumed": (*discordWorld).awayResumed, "away, anew": (*discordWorld).awayAnew,
		"killed, resumed": (*discordWorld).killedResumed, "the first start": (*discordWorld).firstStart,
	} {
		all = append(all, discordFault{name, alone(try)})
	}
	var running sync.WaitGroup
	worlds := make(chan struct{}, 12)
	for _, f := range all {
		worlds <- struct{}{}
		running.Go(func() {
			defer func() { <-worlds }()
			t.Run(f.name, f.try)
		})
	}
	running.Wait()
}

// A discordFault is something that goes wrong.
type discordFault struct {
	name string
	try  func(*testing.T)
}

const (
	createRoute = "POST /channels/{channel}/messages"
	threadRoute = "POST /channels/{channel}/messages/{message}/threads"
)

// onlyRoute matches calls of one route, and not of those that begin like it.
func onlyRoute(route string) func(discordtest.Call) bool {
	return func(c discordtest.Call) bool { return c.Route == route }
}

// talked has people paste in channels, one message each.
func (w *discordWorld) talked(u string, channels []string, from, n int) (all []saying) {
	for i := range n {
		ch := channels[i%len(channels)]
		m := discordtest.Said{Channel: ch, User: u, Text: clockFailure(from + i)}
		if i%3 == 0 {
			all = append(all, saying{ch, w.Mention(m)})
		} else {
			all = append(all, saying{ch, w.Message(m)})
		}
	}
	return all
}

// repeated has each event come four times, and connections break and come back
// meanwhile: all are answered once.
func (w *discordWorld) repeated(t *testing.T) {
	u := w.person()
	channels := w.triageIn(8)
	w.begin()
	var all []saying
	for i := range 16 {
		all = append(all, w.talked(u, channels[i%8:i%8+1], i, 1)...)
		for range 3 {
			w.Redeliver(all[len(all)-1].ts)
		}
		switch i {
		case 5:
			w.DropSockets()
		case 10:
			w.Reconnect()
		}
	}
	w.once(t, all)
	for _, m := range all {
		w.Redeliver(m.ts)
	}
	w.once(t, all)
	w.stop()
}

// lostAnswers has creates succeed whose answer is lost: what is repeated is the same
// message, by its nonce.
func (w *discordWorld) lostAnswers(t *testing.T) {
	u := w.person()
	channels := w.triageIn(8)
	w.begin()
	for _, route := range []string{createRoute, threadRoute} {
		w.Fault(discordtest.Fault{Match: onlyRoute(route), After: true, Status: 502, Times: 3})
		w.Fault(discordtest.Fault{Match: onlyRoute(route), After: true, Cut: true, Times: 3})
	}
	all := w.talked(u, channels, 0, 8)
	w.once(t, all)
	if n := w.Posted(); n != len(all) {
		t.Errorf("%d messages were posted for %d answers", n, len(all))
	}
	if n := len(w.CallsOf(createRoute)); n != len(all)+6 {
		t.Errorf("%d creates for %d answers and 6 that were lost", n, len(all))
	}
	// An edit whose answer is lost is made again.
	w.Fault(discordtest.Fault{Route: "PATCH /channels/{channel}/messages/{message}", After: true, Status: 502, Times: 2})
	w.Edit(all[0].ts, consumerPaste)
	w.answer(t, all[0].channel, all[0].ts, 1, consumerTitle)
	w.once(t, all)
	w.stop()
}

// storm has Discord ask to wait with threads and messages: it is left alone for as
// long as it asks, and all is said once.
func (w *discordWorld) storm(t *testing.T) {
	const wait = 2 * time.Second
	u := w.person()
	channels := w.triageIn(6)
	w.begin()
	refuse := func(route, channel string) {
		w.Fault(discordtest.Fault{Match: func(c discordtest.Call) bool { return c.Route == route && strings.Contains(c.Path, "/"+channel+"/") }, RetryAfter: wait})
	}
	for _, ch := range channels {
		refuse(threadRoute, ch)
	}
	all := w.talked(u, channels, 0, 12)
	w.once(t, all)
	for _, m := range all[:6] { // and once more in the thread
		refuse(createRoute, m.ts)
		w.Mention(discordtest.Said{Channel: m.channel, Thread: m.ts, User: u, Text: "help"})
	}
	for _, m := range all[:6] {
		w.answer(t, m.channel, m.ts, 2, "help NAME shows one command.")
	}
	w.settle(t, "")
	if n := w.Posted(); n != len(all)+6 {
		t.Errorf("%d messages were posted for %d answers", n, len(all)+6)
	}
	// Nothing of the same bucket came while it was to wait.
	asked := map[string]time.Time{}
	refused := 0
	for _, c := range w.Calls() {
		if c.Route != threadRoute && c.Route != createRoute {
			continue
		}
		key := c.Route + strings.Split(c.Path, "/")[2]
		if since := c.At.Sub(asked[key]); since > 300*time.Millisecond && since < wait*9/10 {
			t.Errorf("%s %s came %v after Discord had asked to wait %v", c.Route, c.Path, since, wait)
		}
		if c.Status == 429 {
			asked[key] = c.At
			refused++
		}
	}
	if refused != 12 {
		t.Errorf("%d calls were refused, want 12", refused)
	}
	w.stop()
}

// globalStorm has Discord ask the whole bot to wait.
func (w *discordWorld) globalStorm(t *testing.T) {
	const wait = 2 * time.Second
	u := w.person()
	channels := w.triageIn(6)
	w.begin()
	w.Fault(discordtest.Fault{Match: onlyRoute(threadRoute), RetryAfter: wait, Global: true})
	all := w.talked(u, channels, 0, 6)
	w.sees(t, "the bot is asked to wait", func() bool {
		return slices.ContainsFunc(w.Calls(), func(c discordtest.Call) bool { return c.Status == 429 })
	})
	// What needs no call of the bot goes on.
	began := time.Now()
	r := w.did(t, w.Command(u, channels[0], "authfix help", nil))
	w.told(t, u, 1, "help NAME shows one command.")
	if took := time.Since(began); r.Took > 1500*time.Millisecond {
		t.Errorf("a command is acknowledged after %v, and answered after %v", r.Took, took)
	}
	w.once(t, all)
	var asked time.Time
	for _, c := range w.Calls() {
		if since := c.At.Sub(asked); c.Bot && !asked.IsZero() && since > 300*time.Millisecond && since < wait*9/10 {
			t.Errorf("%s came %v after Discord had asked the bot to wait %v", c.Route, since, wait)
		}
		if c.Status == 429 {
			asked = c.At
		}
	}
	w.stop()
}

// serverErrors has calls fail without effect, of all kinds.
func (w *discordWorld) serverErrors(t *testing.T) {
	u := w.person()
	channels := w.triageIn(6)
	w.begin()
	for i, f := range []discordtest.Fault{{Status: 500}, {Status: 503, Body: "<html>"}, {Cut: true}, {Status: 504, Times: 2}} {
		f.Match = onlyRoute([]string{createRoute, threadRoute}[i%2])
		w.Fault(f)
	}
	all := w.talked(u, channels, 0, 12)
	w.once(t, all)
	w.stop()
}

// slowAnswers has each call take its time: nothing is given up or said twice.
func (w *discordWorld) slowAnswers(t *testing.T) {
	u := w.person()
	channels := w.triageIn(10)
	w.begin()
	w.Fault(discordtest.Fault{Route: "POST /channels", Delay: 1500 * time.Millisecond, Times: -1})
	all := w.talked(u, channels, 0, 10)
	r := w.did(t, w.Command(u, channels[0], "authfix help", nil))
	w.told(t, u, 1, "help NAME shows one command.")
	if r.Took > 2*time.Second {
		t.Errorf("a command is acknowledged after %v", r.Took)
	}
	w.once(t, all)
	w.stop()
}

// restAway has the API be out of reach while people talk, first with the gateway and
// then without it: what was decided is said afterwards, in the order of the thread.
func (w *discordWorld) restAway(t *testing.T) {
	u := w.person()
	channels := w.triageIn(4)
	ch := channels[0]
	w.begin()
	root := w.Mention(discordtest.Said{Channel: ch, User: u, Text: clockPaste})
	w.answer(t, ch, root, 1, clockTitle)
	steps := []struct{ text, holds string }{
		{"help", "help NAME shows one command."}, {"explain 2lo", "2-legged OAuth (2LO)"}, {"logs jira", "Where the logs are"}, {"search github token", "Failure modes that fit"},
	}
	say := func(i int) {
		w.Mention(discordtest.Said{Channel: ch, Thread: root, User: u, Text: steps[i].text})
	}
	restore := w.Outage()
	say(0)
	all := w.talked(u, channels[1:], 0, 6)
	w.until("all is decided", func() bool {
		db := w.look()
		defer db.Close()
		return len(w.undecided(t, db, "")) == 0
	})
	w.sees(t, "a call is refused", func() bool {
		return slices.ContainsFunc(w.Calls(), func(c discordtest.Call) bool { return c.Status == 503 })
	})
	w.Down()
	restore()
	say(1)
	all = append(all, w.talked(u, channels[1:], 6, 6)...)
	time.Sleep(2 * time.Second) // as long as Discord is away
	if err := w.Up(); err != nil {
		t.Fatal(err)
	}
	say(2)
	say(3)
	for i, s := range steps {
		w.answer(t, ch, root, i+2, s.holds)
	}
	w.once(t, all)
	w.only(t, ch, root, len(steps)+1)
	w.stop()
}

// revoked has the token refused while the program runs: it says so, asks Discord no
// more, and is not ready.
func (w *discordWorld) revoked(t *testing.T) {
	u := w.person()
	ch := w.channel()
	w.begin()
	id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: clockPaste})
	w.answer(t, ch, id, 1, clockTitle)
	w.Fault(discordtest.Fault{Status: 401, Times: -1, Body: `{"message": "401: Unauthorized", "code": 0}`})
	w.Mention(discordtest.Said{Channel: ch, User: u, Text: githubPaste})
	w.until("the log names the token", func() bool { return strings.Contains(w.output(), "DISCORD_TOKEN") })
	calls := len(w.Calls())
	for range 5 {
		w.Mention(discordtest.Said{Channel: ch, User: u, Text: githubPaste})
	}
	time.Sleep(time.Second) // in which it could ask
	if n := len(w.Calls()) - calls; n > 3 {
		t.Errorf("%d calls were made with a token that is refused", n)
	}
	answer, err := http.Get(w.at + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d", answer.StatusCode)
	}
}
