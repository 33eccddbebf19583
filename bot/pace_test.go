package bot

import (
	"fmt"
	"testing"
	"time"
)

// half is the middle of every random choice.
func half() float64 { return 0.5 }

// reply is a reply that was just leased.
func reply(channel string, attempt int, now time.Time) *item {
	return &item{Outgoing: Outgoing{To: Destination{Tenant: Tenant{Platform: "test"}, Channel: channel}, Attempt: attempt}, leased: now}
}

func TestLanesPromiseTimesInOrder(t *testing.T) {
	now := time.Now()
	l := newLanes(time.Second, patience, 64, half)
	kept, last := 0, time.Duration(0)
	for range 100 {
		after, ok := l.add(reply("c", 1, now), now)
		switch {
		case ok && last > 0:
			t.Fatal("a fresh reply got ahead of those that were handed back")
		case ok:
			kept++
		case after != last+time.Second && last > 0:
			t.Fatalf("handed back for %v after one for %v, want a second more", after, last)
		default:
			last = after
		}
	}
	if kept < 2 || kept > 5 {
		t.Errorf("%d replies wait for a channel of one a second, want a few", kept)
	}
	if last < 90*time.Second || last > farthest {
		t.Errorf("the last comes back after %v, want about 100 s", last)
	}
	// One that comes back is not sent to the end of the queue again.
	for l.ready(now) != nil || len(l.waiting) > 0 {
		it := l.ready(now)
		if it == nil {
			now = l.soonest(now)
			continue
		}
		l.begin(it, now)
		l.end(it, now, 0)
	}
	now = now.Add(time.Second)
	if _, ok := l.add(reply("c", 1, now), now); ok {
		t.Error("a fresh reply takes the turn of one that was handed back")
	}
	if _, ok := l.add(reply("c", 2, now), now); !ok {
		t.Error("a reply that has come back in its time does not get its turn")
	}
}

func TestLanesSpreadTheEndOfALongQueue(t *testing.T) {
	now := time.Now()
	l := newLanes(time.Second, patience, 64, half)
	for range 5000 {
		if after, ok := l.add(reply("c", 1, now), now); !ok && (after < shortest || after > farthest) {
			t.Fatalf("handed back for %v, want from %v to %v", after, shortest, farthest)
		}
	}
}

func TestLanesKeepThePaceFromTheEnd(t *testing.T) {
	now := time.Now()
	l := newLanes(time.Second, patience, 64, half)
	first, second, other := reply("c", 1, now), reply("c", 1, now), reply("d", 1, now)
	for _, it := range []*item{first, second, other} {
		if _, ok := l.add(it, now); !ok {
			t.Fatal("there is no room")
		}
	}
	if got := l.ready(now); got != first {
		t.Fatalf("ready = %v, want the first", got)
	}
	l.begin(first, now)
	if got := l.ready(now); got != other {
		t.Errorf("ready = %v, want that of the other channel", got)
	}
	l.begin(other, now)
	now = now.Add(1500 * time.Millisecond)
	if got := l.ready(now); got != nil {
		t.Errorf("ready = %v while the channel is busy", got)
	}
	l.end(first, now, 1500*time.Millisecond)
	if got := l.ready(now.Add(999 * time.Millisecond)); got != nil {
		t.Errorf("ready = %v before the pace allows", got)
	}
	if got := l.ready(now.Add(time.Second)); got != second {
		t.Errorf("ready = %v, want the second", got)
	}
}

func TestLanesHandBackWhatWaitsTooLong(t *testing.T) {
	now := time.Now()
	l := newLanes(0, patience, 64, half)
	for i := range 2 {
		if _, ok := l.add(reply("c", 1, now), now); !ok {
			t.Fatalf("there is no room for reply %d", i)
		}
	}
	l.begin(l.ready(now), now) // and it hangs
	if got := l.overdue(now.Add(patience)); len(got) != 0 {
		t.Errorf("%d are overdue too soon", len(got))
	}
	at := l.soonest(now)
	if at.Sub(now) > patience+10*time.Millisecond {
		t.Errorf("nothing is to happen for %v", at.Sub(now))
	}
	if got := l.overdue(at); len(got) != 1 || len(l.waiting) != 0 {
		t.Errorf("%d are overdue and %d wait, want 1 and 0", len(got), len(l.waiting))
	}
	// While it hangs no other is kept waiting.
	later := now.Add(10 * time.Second)
	if _, ok := l.add(reply("c", 2, later), later); ok {
		t.Error("a reply waits for a channel that is stuck")
	}
}

func TestLanesHoldATenant(t *testing.T) {
	now := time.Now()
	l := newLanes(0, patience, 64, half)
	to := reply("c", 1, now).To
	l.hold(&to, false, now.Add(10*time.Minute), now)
	for _, channel := range []string{"c", "d"} {
		if after, ok := l.add(reply(channel, 1, now), now); ok || after < 10*time.Minute || after > 11*time.Minute {
			t.Errorf("%s: handed back for %v (%v), want until the hold is over", channel, after, ok)
		}
	}
	stranger := reply("c", 1, now)
	stranger.To.Tenant.Workspace = "stranger"
	if _, ok := l.add(stranger, now); !ok {
		t.Error("another tenant is held too")
	}
}

func TestLanesForgetIdleChannels(t *testing.T) {
	now := time.Now()
	l := newLanes(time.Second, patience, 64, half)
	for i := range 100_000 {
		it := reply(fmt.Sprint(i), 1, now)
		if _, ok := l.add(it, now); !ok {
			t.Fatal("there is no room in a channel of its own")
		}
		l.begin(it, now)
		l.end(it, now, 0)
		l.hold(&Destination{Tenant: Tenant{Platform: "test", Workspace: fmt.Sprint(i)}}, false, now.Add(time.Second), now)
		now = now.Add(100 * time.Millisecond)
	}
	if len(l.by) > 1000 || len(l.held) > 1000 {
		t.Errorf("%d channels and %d tenants are remembered", len(l.by), len(l.held))
	}
}

func TestGateForgetsKeys(t *testing.T) {
	g := newGate(2)
	for i := range 1000 {
		leave, err := g.enter(t.Context(), fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		leave()
	}
	if len(g.queues) != 0 || len(g.outside) != 0 || g.free != 2 {
		t.Errorf("%d keys, %d outside, %d places free", len(g.queues), len(g.outside), g.free)
	}
}

// A send that was quick, though its settlement had to wait for the database,
// does not make the channels look slow.
func TestLanesCountTheSendAlone(t *testing.T) {
	now := time.Now()
	l := newLanes(0, patience, 64, half)
	it := reply("c", 1, now)
	if _, ok := l.add(it, now); !ok {
		t.Fatal("there is no room in an idle channel")
	}
	l.begin(it, now)
	now = now.Add(time.Minute)
	l.end(it, now, time.Millisecond)
	if n := l.of(&it.To, now); l.step(n, now) > time.Millisecond {
		t.Errorf("step = %v after a send of 1 ms", l.step(n, now))
	}
}
