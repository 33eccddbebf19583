package slacktest

import (
	"fmt"
	"time"

	"golang.org/x/time/rate"
)

// A pacer keeps one published rate.
type pacer struct{ limit *rate.Limiter }

// perMinute are the calls a minute of each tier, which may come in one burst.
var perMinute = [...]int{0, 1, 20, 50, 100}

// perWorkspace are the messages a minute in all channels of a workspace.
const perWorkspace = 300

// pace refuses a call over its method's rate. The caller holds the lock.
func (s *Server) pace(c *call, name string, m method) error {
	if strict := name == "conversations.history" || name == "conversations.replies"; s.opts.StrictHistory && strict {
		return s.take(name+" "+c.Team, 1, 1)
	}
	if !s.opts.Pace {
		return nil
	}
	if name == "chat.postMessage" {
		return s.take(name+" "+c.Team, perWorkspace, perWorkspace)
	}
	if m.tier == 0 {
		return nil
	}
	return s.take(name+" "+c.Team, perMinute[m.tier], perMinute[m.tier])
}

// paceChannel refuses a message over one a second in its channel.
func (s *Server) paceChannel(ch *Channel) error {
	if !s.opts.Pace {
		return nil
	}
	return s.take("chat.postMessage "+ch.ID, 60, s.opts.Burst)
}

// take uses one call of a rate up.
func (s *Server) take(key string, minute, burst int) error {
	p := s.limits[key]
	if p == nil {
		p = &pacer{rate.NewLimiter(rate.Limit(float64(minute)/60), burst)}
		s.limits[key] = p
	}
	now := s.Now()
	r := p.limit.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	s.core.Violate(RuleRate, key, fmt.Sprintf("over %d a minute", minute))
	return &apiError{code: "ratelimited", wait: max(wait, time.Second)}
}

// An hour counts the deliveries to a workspace.
type hour struct {
	since time.Time
	n     int
	told  time.Time
}

// tooMany counts a delivery, and reports whether it is over the hourly limit;
// tell says that it is time for app_rate_limited.
func (s *Server) tooMany(team string) (over, tell bool) {
	if s.opts.HourlyEvents == 0 {
		return false, false
	}
	now := s.Now()
	h := s.hourly[team]
	if h == nil || now.Sub(h.since) >= time.Hour {
		h = &hour{since: now}
		s.hourly[team] = h
	}
	h.n++
	if h.n <= s.opts.HourlyEvents {
		return false, false
	}
	if h.told.IsZero() || now.Sub(h.told) >= time.Minute {
		h.told = now
		return true, true
	}
	return true, false
}
