package discordtest

import (
	"strconv"
	"sync"
	"time"
)

// epoch is the first millisecond of snowflakes.
// https://docs.discord.com/developers/reference#snowflakes
const epoch = 1420070400000

// id makes a snowflake, above all before. The caller holds the lock.
func (s *Server) id() string {
	milli := s.clock.wall().UnixMilli()
	if milli > s.lastMilli {
		s.lastMilli, s.ids = milli, 0
	} else if s.ids++; s.ids == 1<<22 {
		s.lastMilli, s.ids = s.lastMilli+1, 0
	}
	return strconv.FormatInt((s.lastMilli-epoch)<<22|s.ids, 10)
}

// A clock runs with the system's or a test's, plus what [Server.Advance] added.
type clock struct {
	base  func() time.Time
	mu    sync.Mutex
	ahead time.Duration
}

// wall is the time that the app sees.
func (c *clock) wall() time.Time { return c.base() }

// now is the time by which things expire.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.ahead)
}

// Advance moves the server's clock: tokens, addresses of files, nonces, sessions
// and rate limits get older by d. Ids and timestamps do not change.
func (s *Server) Advance(d time.Duration) {
	s.clock.mu.Lock()
	s.clock.ahead += d
	s.clock.mu.Unlock()
	s.mu.Lock()
	s.change()
	s.mu.Unlock()
}

// Now is the server's clock, with what [Server.Advance] added.
func (s *Server) Now() time.Time { return s.clock.now() }
