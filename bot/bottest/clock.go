package bottest

import (
	"sync"
	"time"
)

// A Clock is one that a test turns. Its methods may be called concurrently.
type Clock struct {
	mu    sync.Mutex
	base  func() time.Time
	ahead time.Duration
}

// NewClock returns a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{base: func() time.Time { return at }} }

// NewRunningClock returns a clock that runs with the system's.
func NewRunningClock() *Clock { return &Clock{base: time.Now} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.ahead)
}

// Turn moves the clock forward.
func (c *Clock) Turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
