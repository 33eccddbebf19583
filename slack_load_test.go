package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"authfix/bot/slack/slacktest"
)

// A slackLoad is a number of messages that come at a rate, each in a channel that
// has been silent for more than a second: nothing waits for a channel's pace.
type slackLoad struct {
	name    string
	rate    int // messages a second; 0: as fast as they are acknowledged
	seconds int // with a rate of 0, the thousands of messages
}

// TestSlackLoad measures, from outside, how long the program takes from the
// delivery of a message until chat.postMessage is called with its answer, and
// until the delivery is acknowledged, on SQLite with synchronous = FULL. Every
// message is answered once at any rate. What the figures must be is asked of the
// long version alone, which wants a quiet machine and no race detector:
//
//	SOAK=1 go test -count=1 -v -run TestSlackLoad .
func TestSlackLoad(t *testing.T) {
	loads := []slackLoad{{"50 a second", 50, 1}}
	if soak() {
		loads = []slackLoad{{"50 a second", 50, 20}, {"500 a second", 500, 20}, {"flood", 0, 10}}
	}
	for _, transport := range slackTransports {
		for _, l := range loads {
			t.Run(transport.name+" "+l.name, func(t *testing.T) { l.run(t, transport.socket) })
		}
	}
}

func (l slackLoad) run(t *testing.T, socket bool) {
	// Slack's own echo of what the bot says is left out: a message is one event.
	w := newSlackWorld(t, socket, slacktest.Options{NoEcho: true})
	u := w.person()
	channels := w.triageIn(4*max(l.rate, 500), u)
	w.begin()
	n := l.rate * l.seconds
	if l.rate == 0 {
		n = 1000 * l.seconds
	}
	// Each is another failure, or there would be notices of a surge.
	say := func(i int) {
		w.Message(slacktest.Said{Channel: channels[i%len(channels)], User: u, Text: fmt.Sprintf("%soauth_consumer_key=\"consumer-%d\"", recognisedPaste, i)})
	}
	began := time.Now()
	if l.rate > 0 {
		for i := range n {
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(l.rate))))
			say(i)
		}
	} else {
		// No more are unacknowledged than Slack would leave so.
		for i := range n {
			if i >= 64 {
				w.sees(t, "some are acknowledged", func() bool { return w.Undelivered() < 64 })
			}
			say(i)
		}
	}
	w.sees(t, "all are acknowledged", func() bool { return w.Undelivered() == 0 })
	acked := time.Since(began)
	w.WaitFor(t, patience, "all are answered", func() bool { return w.Posted() >= n })
	said := time.Since(began)
	peak := w.memory(t, "VmHWM")

	received, acks := map[string]time.Time{}, []time.Duration(nil)
	for _, d := range w.Deliveries() {
		if !d.Acked {
			t.Errorf("%s: %+v", d.ID, d.Attempts)
			continue
		}
		acks = append(acks, d.Attempts[0].Took)
		received[eventTS(t, d.Payload())] = d.Attempts[0].At
	}
	var answers []time.Duration
	for _, c := range w.CallsOf("chat.postMessage") {
		at, ok := received[c.Args["thread_ts"]]
		if !ok {
			t.Errorf("an answer to %s is one too many", c.Args["thread_ts"])
		}
		delete(received, c.Args["thread_ts"])
		answers = append(answers, c.At.Sub(at))
	}
	if len(received) > 0 {
		t.Errorf("%d messages were not answered", len(received))
	}
	slices.Sort(acks)
	slices.Sort(answers)
	t.Logf("%d messages in %v (%.0f/s; the last post after %v): answered after p50 %v, p99 %v; acknowledged after p50 %v, p99 %v; peak memory %.1f MiB; load of the machine %s",
		n, acked.Round(time.Millisecond), float64(n)/acked.Seconds(), said.Round(time.Millisecond), percentile(answers, 50), percentile(answers, 99),
		percentile(acks, 50), percentile(acks, 99), float64(peak)/(1<<20), machineLoad())
	if soak() && l.rate > 0 {
		most := map[int]time.Duration{50: 25 * time.Millisecond, 500: 100 * time.Millisecond}[l.rate]
		if got := percentile(answers, 99); got > most {
			t.Errorf("answered after p99 %v, want at most %v", got, most)
		}
		if got := percentile(acks, 99); got > 50*time.Millisecond {
			t.Errorf("acknowledged after p99 %v, want at most 50 ms", got)
		}
		if peak > 64<<20 {
			t.Errorf("%d bytes of memory, want at most 64 MiB", peak)
		}
	}
	w.stop()
}

// eventTS is the timestamp of the message of an event.
func eventTS(t *testing.T, payload []byte) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(payload), `"ts":"`)
	ts, _, closed := strings.Cut(rest, `"`)
	if !ok || !closed {
		t.Fatalf("an event without ts: %s", payload)
	}
	return ts
}

// percentile is the p-th percentile of what is sorted.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*p/100)].Round(10 * time.Microsecond)
}

// memory is a figure of the process's memory, in bytes.
func (w *served) memory(t *testing.T, what string) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, what+":"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatalf("no %s", what)
	return 0
}

// machineLoad is how busy the machine was of late.
func machineLoad() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	load, _, _ := strings.Cut(string(text), " ")
	return load
}
