package fake

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// A clock runs with the system's or a test's, plus what [Server.Advance] added.
// What the app sees is without the addition, in which it has no part.
type clock struct {
	base func() time.Time
	poll time.Duration // how often base is looked at when timers wait; 0: it is the system's

	mu     sync.Mutex
	ahead  time.Duration
	timers timers
	wake   chan struct{}
}

type timer struct {
	due time.Time
	c   chan struct{}
	at  int
}

func (c *clock) start(now func() time.Time) {
	c.base, c.wake = now, make(chan struct{}, 1)
	if now == nil {
		c.base = time.Now
	} else {
		c.poll = 10 * time.Millisecond
	}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.ahead)
}

// sleepUntil waits, and reports whether ctx did not end first.
func (c *clock) sleepUntil(ctx context.Context, due time.Time) bool {
	c.mu.Lock()
	t := &timer{due: due, c: make(chan struct{})}
	heap.Push(&c.timers, t)
	c.mu.Unlock()
	c.nudge()
	select {
	case <-t.c:
		return true
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.at >= 0 {
			heap.Remove(&c.timers, t.at)
		}
		return false
	}
}

// Advance moves the server's clock: everything that was to happen within d
// happens now, and whatever expires gets older by d. The times that the app sees
// do not change.
func (s *Server) Advance(d time.Duration) {
	c := &s.core.clock
	c.mu.Lock()
	c.ahead += d
	c.mu.Unlock()
	c.nudge()
	s.core.Mu.Lock()
	defer s.core.Mu.Unlock()
	s.core.Change()
}

// Now is the server's clock, with what [Server.Advance] added: the time by which
// things expire.
func (s *Server) Now() time.Time { return s.core.clock.now() }

// Wall is the time that the app sees, in timestamps and signatures: without what
// [Server.Advance] added.
func (k *Core) Wall() time.Time { return k.clock.base() }

// Sleep waits for d of the server's clock, and reports whether the server was not
// closed before.
func (k *Core) Sleep(d time.Duration) bool {
	if d <= 0 {
		return k.ctx.Err() == nil
	}
	return k.clock.sleepUntil(k.ctx, k.clock.now().Add(d))
}

// SleepUntil is Sleep until a time of the server's clock.
func (k *Core) SleepUntil(due time.Time) bool { return k.clock.sleepUntil(k.ctx, due) }

func (c *clock) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run fires the timers until ctx ends.
func (c *clock) run(ctx context.Context) {
	for {
		c.mu.Lock()
		now, next := c.base().Add(c.ahead), time.Hour
		for len(c.timers) > 0 {
			if wait := c.timers[0].due.Sub(now); wait > 0 {
				next = wait
				break
			}
			close(heap.Pop(&c.timers).(*timer).c)
		}
		if c.poll > 0 && len(c.timers) > 0 {
			next = c.poll
		}
		c.mu.Unlock()
		t := time.NewTimer(next)
		select {
		case <-t.C:
		case <-c.wake:
		case <-ctx.Done():
			t.Stop()
			return
		}
		t.Stop()
	}
}

type timers []*timer

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].due.Before(t[j].due) }
func (t timers) Swap(i, j int)      { t[i], t[j] = t[j], t[i]; t[i].at, t[j].at = i, j }
func (t *timers) Push(x any)        { x.(*timer).at = len(*t); *t = append(*t, x.(*timer)) }
func (t *timers) Pop() any {
	old := *t
	x := old[len(old)-1]
	x.at = -1
	*t = old[:len(old)-1]
	return x
}
