package discord

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The mark never passes an event that is not decided, whatever the order in which
// events are, and the numbers of an earlier session say nothing of the present one.
func TestLedger(t *testing.T) {
	t.Parallel()
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	var l ledger
	check := func(what string, seq, second int64) {
		t.Helper()
		if gotSeq, gotAt := l.mark(); gotSeq != seq || gotAt.Unix() != second {
			t.Errorf("%s: mark = %d, %v, want %d, %v", what, gotSeq, gotAt, seq, at(second))
		}
	}
	if _, got := l.mark(); !got.IsZero() {
		t.Errorf("of nothing: mark at %v", got)
	}
	l.anew(4)
	l.touch(at(10))
	check("at its beginning", 4, 10)
	five, six, seven := l.begin(5, at(11)), l.begin(6, at(12)), l.begin(7, at(13))
	l.touch(at(13))
	check("with three in hand", 4, 11)
	l.done(six)
	check("when the second is decided", 4, 11)
	l.done(five)
	check("when the first is", 6, 13)
	if got := l.received(); got != 7 {
		t.Errorf("received = %d, want 7", got)
	}
	l.anew(1)
	l.touch(at(20))
	check("in another session", 1, 13)
	l.done(seven)
	l.done(seven)
	check("when what was left is decided", 1, 20)
}

// What concerns one channel happens in order, and channels do not wait for one
// another.
func TestLanes(t *testing.T) {
	t.Parallel()
	var busy sync.WaitGroup
	l := newLanes(&busy)
	var mu sync.Mutex
	got := map[string][]int{}
	gate := make(chan struct{})
	for i := range 50 {
		for _, channel := range []string{"a", "b", "held"} {
			if channel == "held" && i == 0 {
				l.hold(channel)
			}
			if channel == "held" && i >= maxHeld {
				continue
			}
			l.add(channel, func() {
				if channel == "a" {
					<-gate
				}
				mu.Lock()
				defer mu.Unlock()
				got[channel] = append(got[channel], i)
			})
		}
	}
	eventually(t, "b is done", func() bool { mu.Lock(); defer mu.Unlock(); return len(got["b"]) == 50 })
	mu.Lock()
	if len(got["a"]) != 0 || len(got["held"]) != 0 {
		t.Errorf("done are %d and %d, want none", len(got["a"]), len(got["held"]))
	}
	mu.Unlock()
	close(gate)
	l.release("held")
	busy.Wait()
	for channel, all := range got {
		if !slices.IsSorted(all) {
			t.Errorf("channel %s: in the order %v", channel, all)
		}
	}
	if len(got["a"]) != 50 || len(got["held"]) != maxHeld || len(l.all) != 0 {
		t.Errorf("done are %d and %d, and %d lanes are left", len(got["a"]), len(got["held"]), len(l.all))
	}
}

// When too much waits for a channel to be read back, it waits no longer.
func TestLanesFull(t *testing.T) {
	t.Parallel()
	var busy sync.WaitGroup
	l := newLanes(&busy)
	l.hold("a")
	done, gate := make(chan struct{}, 2*maxHeld+1), make(chan struct{})
	for range 2 * maxHeld {
		l.add("a", func() { <-gate; done <- struct{}{} })
	}
	close(gate)
	busy.Wait()
	if len(done) != 2*maxHeld {
		t.Errorf("done are %d, want %d", len(done), 2*maxHeld)
	}
	l.add("a", func() { done <- struct{}{} })
	if busy.Wait(); len(done) != 2*maxHeld || !l.urgent("a") {
		t.Error("once there is room, it does not wait again")
	}
	l.release("a")
	if busy.Wait(); len(done) != 2*maxHeld+1 || len(l.all) != 0 {
		t.Errorf("done are %d, and %d lanes are left", len(done), len(l.all))
	}
}

// A message in hand can be waited for.
func TestLanesPending(t *testing.T) {
	t.Parallel()
	l := newLanes(new(sync.WaitGroup))
	done := l.begin("root")
	c := l.pending("root")
	if c == nil || l.pending("other") != nil {
		t.Fatal("what is in hand is not pending, or what is not is")
	}
	l.begin("root")() // the same once more
	select {
	case <-c:
		t.Fatal("it is done before it is")
	default:
	}
	done()
	<-c
	if l.pending("root") != nil {
		t.Error("it is still pending")
	}
}

// An event is tried until it is decided; those behind it do not wait for ever; and
// when others are decided and it never is, it is given up.
func TestCarrier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var busy sync.WaitGroup
		var mu sync.Mutex
		var given []string
		well := true
		tries := map[string]int{}
		c := carrier{busy: &busy, giveUp: func(e event) {
			mu.Lock()
			defer mu.Unlock()
			given = append(given, e.kind)
		}}
		c.try = func(_ context.Context, e event) bool {
			mu.Lock()
			defer mu.Unlock()
			tries[e.kind]++
			return e.kind != "never" && (e.kind != "late" || tries["late"] > inLane+3) && (e.kind != "well" || well)
		}
		ctx, cancel := context.WithCancel(context.Background())
		decided := map[string]bool{}
		began := time.Now()
		for _, kind := range []string{"once", "late", "never"} {
			c.carry(ctx, event{kind: kind}, func(ok bool) {
				mu.Lock()
				defer mu.Unlock()
				decided[kind] = ok
			})
		}
		synctest.Wait()
		mu.Lock()
		if since := time.Since(began); since > time.Minute || !decided["once"] || len(decided) != 1 {
			t.Errorf("after %v decided are %v", since, decided)
		}
		mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		if !decided["late"] {
			t.Error("what is decided late is not")
		}
		mu.Unlock()
		time.Sleep(2 * time.Hour) // nothing else is decided: the desk is away
		synctest.Wait()
		mu.Lock()
		if len(given) > 0 {
			t.Error("it is given up while nothing is decided")
		}
		mu.Unlock()
		for range 3 {
			c.carry(ctx, event{kind: "well"}, func(bool) {})
			time.Sleep(20 * time.Second)
		}
		synctest.Wait()
		mu.Lock()
		if !decided["never"] || len(given) != 1 {
			t.Errorf("given up are %v", given)
		}
		well = false
		mu.Unlock()
		time.AfterFunc(time.Second, cancel)
		c.carry(ctx, event{kind: "well"}, func(ok bool) { decided["stopped"] = ok })
		busy.Wait()
		if ok, told := decided["stopped"]; ok || !told {
			t.Errorf("what was not decided when the program stops is decided: %t", ok)
		}
	})
}
