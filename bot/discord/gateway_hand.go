package discord

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A ledger knows which events of a shard are not decided yet. It is safe for
// concurrent use.
type ledger struct {
	mu      sync.Mutex
	session int       // counts the sessions: each numbers its events anew
	last    int64     // of the present session
	heard   time.Time // when the last frame came; zero: none yet
	open    map[uint64]openEvent
	next    uint64
}

type openEvent struct {
	session int
	seq     int64
	at      time.Time
}

// anew begins a session, of which all up to seq is decided.
func (l *ledger) anew(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session++
	l.last = seq
}

// touch says that something came.
func (l *ledger) touch(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = at
}

// begin takes an event in hand.
func (l *ledger) begin(seq int64, at time.Time) (id uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	if l.open == nil {
		l.open = make(map[uint64]openEvent)
	}
	l.open[l.next] = openEvent{l.session, seq, at}
	l.last = max(l.last, seq)
	return l.next
}

// done says that an event is decided.
func (l *ledger) done(id uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, id)
}

// received is the number of the last event that came.
func (l *ledger) received() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// mark is the number up to which every event of the present session is decided,
// and the time up to which everything is.
func (l *ledger) mark() (seq int64, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq, at = l.last, l.heard
	for _, e := range l.open {
		if e.session == l.session && e.seq <= seq {
			seq = e.seq - 1
		}
		if e.at.Before(at) {
			at = e.at
		}
	}
	return seq, at
}

const (
	// inLane is how often an event is tried while those behind it wait.
	inLane = 5
	// An event that is tried so often and for so long, while others are decided, is
	// given up.
	hopelessTries = 10
	hopelessAfter = 15 * time.Minute
	// longestRetry is between two attempts.
	longestRetry = 30 * time.Second
)

// A carrier has events decided that are in hand, each until it is.
type carrier struct {
	try    func(context.Context, event) bool
	giveUp func(event)
	busy   *sync.WaitGroup
	last   atomic.Int64 // when an event was last decided, in nanoseconds
}

// carry tries an event until it is decided or ctx ends, then calls done with
// which. After some attempts it goes on beside its caller, who is kept waiting no
// longer.
func (c *carrier) carry(ctx context.Context, e event, done func(decided bool)) {
	began := time.Now()
	if ok := c.tries(ctx, e, began, 0, inLane); ok || ctx.Err() != nil {
		done(ok)
		return
	}
	c.busy.Go(func() { done(c.tries(ctx, e, began, inLane, 1<<30)) })
}

// whole tries an event until it is decided, and reports whether it is.
func (c *carrier) whole(ctx context.Context, e event) bool {
	return c.tries(ctx, e, time.Now(), 0, 1<<30)
}

func (c *carrier) tries(ctx context.Context, e event, began time.Time, from, to int) bool {
	for n := from; n < to; n++ {
		if ctx.Err() != nil {
			return false
		}
		if c.try(context.WithoutCancel(ctx), e) {
			c.last.Store(time.Now().UnixNano())
			return true
		}
		if n >= hopelessTries && time.Since(began) > hopelessAfter && time.Since(time.Unix(0, c.last.Load())) < time.Minute {
			c.giveUp(e)
			return true
		}
		if !pause(ctx, backoff(n, longestRetry)) {
			return false
		}
	}
	return false
}
