package slacktest

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// A clock runs with the system's or a test's, plus what [Server.Advance] added.
// Signatures and timestamps show the time without the addition, since the app
// has no part in it.
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

// wall is the time that the app sees.
func (c *clock) wall() time.Time { return c.base() }

// now is the time by which things expire.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.ahead)
}

// sleep waits, and reports whether ctx did not end first.
func (c *clock) sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	return c.sleepUntil(ctx, c.now().Add(d))
}

// sleepUntil is sleep until a time of this clock.
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
// happens now, and tokens, triggers and response_urls get older by d. The times
// in signatures and messages do not change.
func (s *Server) Advance(d time.Duration) {
	s.clock.mu.Lock()
	s.clock.ahead += d
	s.clock.mu.Unlock()
	s.clock.nudge()
}

// Now is the server's clock, with what [Server.Advance] added.
func (s *Server) Now() time.Time { return s.clock.now() }

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
