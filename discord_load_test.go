package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot/discord/discordtest"
)

// A discordLoad is a number of messages that come at a rate.
type discordLoad struct {
	name    string
	rate    int  // messages a second; 0: all at once
	seconds int  // with a rate of 0, the thousands of messages
	oneOf   int  // so many is to be answered
	limited bool // the program keeps to the 50 calls a second that Discord takes; else to many more
}

// A discordGround is where the messages of a load are said.
type discordGround struct {
	name  string
	kind  discordtest.Kind
	http  bool // interactions come over HTTP, not by the gateway
	calls int  // that an answer takes
}

// discordGrounds are a channel, where each answer begins a thread, and a forum,
// where each message is a post and so has one.
var discordGrounds = []discordGround{{"channels", discordtest.TextChannel, false, 2}, {"posts", discordtest.ForumChannel, true, 1}}

// TestDiscordLoad measures, from outside, how long the program takes from the event
// of a message until the call that creates its answer, and until it completes what
// a person types meanwhile, on SQLite with synchronous = FULL. Each message that is
// to be answered is answered once at any rate. The fake has no limit: what the
// program can do is measured as if Discord had raised its own, and once within that.
// What the figures must be is asked of the long version alone, which wants a quiet
// machine and no race detector:
//
//	SOAK=1 go test -count=1 -v -run TestDiscordLoad .
func TestDiscordLoad(t *testing.T) {
	loads := []discordLoad{{"50 a second", 50, 1, 1, false}}
	if soak() {
		loads = []discordLoad{
			{"50 a second", 50, 20, 1, false}, {"500 a second", 500, 20, 1, false}, {"flood", 0, 10, 1, false},
			{"500 a second within the limit", 500, 20, 25, true}, // 20 answers a second take 40 calls at most
		}
	}
	for _, ground := range discordGrounds {
		for _, l := range loads {
			t.Run(ground.name+" "+l.name, func(t *testing.T) { l.run(t, ground) })
		}
	}
}

// manyChannels is over how many channels a load is spread: in each, one reply is
// sent at a time.
const manyChannels = 200

func (l discordLoad) run(t *testing.T, on discordGround) {
	w := newDiscordWorld(t, on.http, discordtest.Options{})
	var channels, heard []string
	for range manyChannels {
		ch := w.channelOf(on.kind)
		channels, heard = append(channels, ch), append(heard, "discord:"+ch)
	}
	w.env["AUTHFIX_TRIAGE_CHANNELS"] = strings.Join(heard, ",")
	if !l.limited {
		w.env["DISCORD_RATE"] = "10000"
	}
	w.begin()
	idle := w.memory(t, "VmHWM")
	n := l.rate * l.seconds
	if l.rate == 0 {
		n = 1000 * l.seconds
	}
	began := time.Now()
	typed := w.typeWhile(t)
	asked := l.tell(w, on, channels, n)
	db := w.look()
	defer db.Close()
	w.until("all are decided", func() bool { return number(t, db, `SELECT count(*) FROM deliveries`) >= int64(n) })
	decided := time.Since(began)
	w.WaitFor(t, patience, "all are answered", func() bool { return w.Posted() >= len(asked) })
	said := time.Since(began)
	typing, late := typed()
	peak := w.memory(t, "VmHWM")

	answers := w.answerTimes(t, asked)
	calls := w.callsSince(t, began, l.limited)
	if late > 0 && l.rate > 0 { // in a flood what is typed waits behind the messages before it
		t.Errorf("what was typed was completed too late %d times", late)
	}
	if calls < on.calls*len(asked) {
		t.Errorf("%d calls for %d answers, of which each takes %d", calls, len(asked), on.calls)
	}
	t.Logf("%d messages, %d of them answered: all decided after %v (%.0f/s), the last answer after %v, %d calls; answered after p50 %v, p99 %v; completed what was typed %d times after p50 %v, p99 %v, and %d times too late; memory %.1f MiB at the start and %.1f at most; load of the machine %s",
		n, len(asked), decided.Round(time.Millisecond), float64(n)/decided.Seconds(), said.Round(time.Millisecond), calls, percentile(answers, 50), percentile(answers, 99),
		len(typing), percentile(typing, 50), percentile(typing, 99), late, float64(idle)/(1<<20), float64(peak)/(1<<20), machineLoad())
	if soak() {
		if got := percentile(typing, 99); l.rate > 0 && got > 50*time.Millisecond {
			t.Errorf("completed after p99 %v, want at most 50 ms", got)
		}
		// A thread is begun before its answer is created.
		most := map[int]time.Duration{50: 25 * time.Millisecond, 500: 100 * time.Millisecond}[l.rate] * time.Duration(on.calls)
		if got := percentile(answers, 99); l.rate > 0 && got > most {
			t.Errorf("answered after p99 %v, want at most %v", got, most)
		}
		if peak > idle+96<<20 {
			t.Errorf("%d bytes of memory, want at most 96 MiB more than the %d at the start", peak, idle)
		}
	}
	w.stop()
}

// tell has n messages said, and returns the ids of those that are to be answered.
func (l discordLoad) tell(w *discordWorld, on discordGround, channels []string, n int) (asked map[string]bool) {
	asked = map[string]bool{}
	began := time.Now()
	for i := range n {
		if l.rate > 0 {
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(l.rate))))
		}
		m := discordtest.Said{Channel: channels[i%len(channels)], User: discordtest.Bob, Text: fmt.Sprintf("good morning, deploy %d went well", i)}
		if on.kind == discordtest.ForumChannel {
			m.Title = fmt.Sprintf("Post %d", i)
		}
		if i%l.oneOf != 0 {
			w.Message(m)
			continue
		}
		// Each is another failure, or there would be notices of a surge.
		m.Text = fmt.Sprintf("%soauth_consumer_key=\"consumer-%d\"", recognisedPaste, i)
		asked[w.Message(m)] = true
	}
	return asked
}

// callsSince counts the calls with the bot's token. Where that is asked for, it
// fails the test when they are more than Discord takes.
func (w *discordWorld) callsSince(t *testing.T, began time.Time, limited bool) (calls int) {
	t.Helper()
	var at []time.Time
	for _, c := range w.Calls() {
		if c.Bot && !c.At.Before(began) {
			at = append(at, c.At)
		}
	}
	for i := range at {
		if j := i + 50; limited && j < len(at) && at[j].Sub(at[i]) < 900*time.Millisecond {
			t.Errorf("51 calls within %v", at[j].Sub(at[i]))
			break
		}
	}
	return len(at)
}

// typeWhile has a person type into an option while messages come, ten letters a
// second. What it returns waits for the end, and gives how long each took, sorted,
// and how many were not completed within the 3 s in which Discord takes an answer.
func (w *discordWorld) typeWhile(t *testing.T) (stop func() (took []time.Duration, late int)) {
	const id = "applinks-timestamp-refused"
	var took []time.Duration
	late := 0
	var typing sync.WaitGroup
	done := make(chan struct{})
	typing.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			typed := id[:1+i%len(id)]
			switch r := w.Autocomplete(discordtest.Alice, discordtest.General, "authfix show", "id", typed, nil); {
			case !r.Acked:
				late++
			case r.Err != nil || len(r.Choices) == 0:
				t.Errorf("%q is completed with %+v", typed, r)
			default:
				took = append(took, r.Took)
			}
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	stop = sync.OnceValues(func() ([]time.Duration, int) {
		close(done)
		typing.Wait()
		slices.Sort(took)
		return took, late
	})
	t.Cleanup(func() { stop() })
	return stop
}

// answerTimes returns, sorted, how long after the event of each message its answer
// was created: in its thread, which has its id.
func (w *discordWorld) answerTimes(t *testing.T, asked map[string]bool) []time.Duration {
	t.Helper()
	told := map[string]time.Time{}
	for _, d := range w.Deliveries() {
		if d.Event == "MESSAGE_CREATE" && asked[d.ID] {
			told[d.ID] = d.At
		}
	}
	var all []time.Duration
	for _, c := range w.CallsOf("POST /channels/{channel}/messages") {
		thread, _, _ := strings.Cut(strings.TrimPrefix(c.Path, "/channels/"), "/")
		at, ok := told[thread]
		if !ok {
			t.Errorf("an answer in %s is one too many: %s", thread, c.Body)
			continue
		}
		delete(told, thread)
		all = append(all, c.At.Sub(at))
	}
	if len(all) != len(asked) {
		t.Errorf("%d of %d messages were answered", len(all), len(asked))
	}
	slices.Sort(all)
	return all
}
