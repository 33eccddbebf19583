package bot

import (
	"slices"
	"time"
)

// How long leased replies wait in this process, and when those come back that
// are handed back because their channel has more of them than it can take.
const (
	patience    = 2 * time.Second       // that a reply waits for its channel, beside the pace
	shortest    = 50 * time.Millisecond // that one is handed back for
	blockedStep = 5 * time.Second       // between two, at most, when a send is stuck
	farthest    = 2 * time.Minute       // none is sent away for longer
	laneDepth   = 16                    // replies of one channel that wait, without a pace
)

// lanes are the channels that replies go to. In each, one reply is sent at a
// time and the next no sooner than the pace allows, so one that is slow, or that
// the platform asks to leave alone, takes neither senders nor room from the
// others. The replies that cannot start soon are handed back to the outbox, with
// a time at which there is room for them. The caller keeps it to one goroutine
// and gives it the time of the machine's own clock.
type lanes struct {
	pace     time.Duration
	patience time.Duration // that a reply waits, beside the pace
	depth    int           // replies of one channel that wait
	random   func() float64
	usual    time.Duration // that a send takes, of late
	waiting  []*item       // in order
	by       map[laneKey]*lane
	held     map[Tenant]time.Time // by the platform's word
	sweepAt  int                  // how many lanes there may be before idle ones are forgotten
}

type laneKey struct {
	tenant  Tenant
	channel string
}

// A lane is one channel.
type lane struct {
	busy     bool
	began    time.Time // when what is being sent began
	next     time.Time // no start before
	promised time.Time // to when replies were handed back
}

// An item is a reply in hand.
type item struct {
	Outgoing
	leased time.Time // when it was asked for, by the machine's own clock
}

// newLanes returns the lanes of a sender that has so many replies in hand.
func newLanes(pace, patience time.Duration, capacity int, random func() float64) *lanes {
	l := &lanes{
		pace: pace, patience: patience, depth: laneDepth, random: random,
		by: make(map[laneKey]*lane), held: make(map[Tenant]time.Time), sweepAt: 256,
	}
	if pace > 0 {
		// What waits for the pace takes room for long.
		l.depth = max(2, capacity/16)
	}
	return l
}

// of returns the lane of a reply.
func (l *lanes) of(to *Destination, now time.Time) *lane {
	key := laneKey{to.Tenant, to.Channel}
	n, ok := l.by[key]
	if !ok {
		if len(l.by) >= l.sweepAt {
			l.sweep(now)
		}
		n = new(lane)
		l.by[key] = n
	}
	return n
}

// sweep forgets lanes that nothing depends on.
func (l *lanes) sweep(now time.Time) {
	for key, n := range l.by {
		if !n.busy && n.next.Before(now) && n.promised.Before(now) {
			delete(l.by, key)
		}
	}
	for t, until := range l.held {
		if until.Before(now) {
			delete(l.held, t)
		}
	}
	l.sweepAt = 256 + 2*len(l.by)
}

// add lets a reply wait for its channel if it can start soon; else it says after
// which time to come back.
func (l *lanes) add(it *item, now time.Time) (after time.Duration, ok bool) {
	n := l.of(&it.To, now)
	ahead := 0
	for _, w := range l.waiting {
		if w.To.Tenant == it.To.Tenant && w.To.Channel == it.To.Channel {
			ahead++
		}
	}
	start := l.start(it, n, now)
	if n.busy {
		ahead++
	}
	start = start.Add(time.Duration(ahead) * l.step(n, now))
	// A reply that comes back has its time; a fresh one queues up behind those
	// that were promised theirs.
	fresh := it.Attempt <= 1 && n.promised.After(now)
	if fresh || ahead > l.depth || start.Sub(now) > l.patience+l.pace {
		return l.later(it, now), false
	}
	l.waiting = append(l.waiting, it)
	return 0, true
}

// start is when a reply can be sent if nothing is before it.
func (l *lanes) start(it *item, n *lane, now time.Time) time.Time {
	return latest(now, n.next, l.held[it.To.Tenant])
}

// step is the time between two replies of a lane, as far as one can tell.
func (l *lanes) step(n *lane, now time.Time) time.Duration {
	step := max(l.pace, l.usual)
	if n.busy {
		step = max(step, now.Sub(n.began))
	}
	return step
}

// later promises a time to a reply that is handed back.
func (l *lanes) later(it *item, now time.Time) time.Duration {
	n := l.of(&it.To, now)
	step := max(time.Millisecond, l.pace, min(l.step(n, now), blockedStep))
	n.promised = latest(n.promised, l.start(it, n, now)).Add(step)
	after := n.promised.Sub(now)
	if hold := l.held[it.To.Tenant].Sub(now); after > max(farthest, hold) {
		// The end of a long queue: spread it, so that it does not come back at once.
		n.promised = now.Add(max(farthest, hold))
		after = max(hold, time.Duration((1+l.random())/2*float64(farthest)))
	}
	return max(after, shortest)
}

// ready returns the first reply that can be sent now, or nil.
func (l *lanes) ready(now time.Time) *item {
	for _, it := range l.waiting {
		if n := l.of(&it.To, now); !n.busy && !l.start(it, n, now).After(now) {
			return it
		}
	}
	return nil
}

// begin takes a ready reply out.
func (l *lanes) begin(it *item, now time.Time) {
	l.remove(it)
	n := l.of(&it.To, now)
	n.busy, n.began = true, now
}

// end frees the lane of a reply that began.
//
// What counts as usual is what the platform took: a database that is away for a
// while must not make its channels look slow.
func (l *lanes) end(it *item, now time.Time, took time.Duration) {
	n := l.of(&it.To, now)
	n.busy = false
	l.usual += (took - l.usual) / 8
	// The pace counts from the end: only then is it known that the platform has
	// seen the last one.
	n.next = latest(n.next, now.Add(l.pace))
}

// hold leaves the channel or the whole tenant of a reply alone until a time.
func (l *lanes) hold(to *Destination, channel bool, until, now time.Time) {
	if channel {
		n := l.of(to, now)
		n.next = latest(n.next, until)
		return
	}
	l.held[to.Tenant] = latest(l.held[to.Tenant], until)
}

// overdue takes out the replies that have waited too long.
func (l *lanes) overdue(now time.Time) []*item {
	var out []*item
	for _, it := range l.waiting {
		if now.Sub(it.leased) > l.patience+l.pace {
			out = append(out, it)
		}
	}
	for _, it := range out {
		l.remove(it)
	}
	return out
}

// all takes out every reply that waits.
func (l *lanes) all() []*item {
	out := l.waiting
	l.waiting = nil
	return out
}

// soonest is the next time at which a reply is ready or overdue; zero when none
// waits.
func (l *lanes) soonest(now time.Time) time.Time {
	var at time.Time
	for _, it := range l.waiting {
		t := it.leased.Add(l.patience + l.pace + time.Millisecond)
		if n := l.of(&it.To, now); !n.busy {
			if s := l.start(it, n, now); s.Before(t) {
				t = s
			}
		}
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	return at
}

func (l *lanes) remove(it *item) {
	i := slices.Index(l.waiting, it)
	l.waiting = slices.Delete(l.waiting, i, i+1)
}

// latest is the last of some times.
func latest(t time.Time, more ...time.Time) time.Time {
	for _, m := range more {
		if m.After(t) {
			t = m
		}
	}
	return t
}
