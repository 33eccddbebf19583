package discordtest

import (
	"net/http"
	"strings"
	"time"

	"authfix/bot/fake"
)

// A Fault makes calls go wrong.
type Fault struct {
	Route string          // as [Call].Route, or how it begins; "": every one
	Match func(Call) bool // nil: every call; it must not call the server's methods
	Times int             // how many calls; 0: one, -1: until it is removed

	After      bool          // the effect takes place first: the post succeeds, but …
	Delay      time.Duration // the answer comes so much later, by the system's clock
	Status     int           // it is answered with this status, such as 502
	Code       int           // … and this code of Discord, in JSON
	RetryAfter time.Duration // with status 429, which it implies
	Global     bool          // of the 429
	Scope      string        // of the 429: user, global or shared; "": user, or global
	Body       string        // it is answered with this body (and Status, else 200)
	Cut        bool          // the connection is closed without an answer
}

// Fault adds a fault, which goes before those that are there, and returns what
// removes it. A Fault with a Delay alone is a slow answer.
func (s *Server) Fault(f Fault) (remove func()) {
	if f.Status == 0 && f.Code == 0 && f.Body == "" && !f.Cut && f.RetryAfter == 0 {
		f.After = true // slow, but right
	}
	return s.faults.Add(f, f.Times)
}

// Outage answers every call with 503 until restore is called. The gateway goes on.
func (s *Server) Outage() (restore func()) {
	return s.Fault(Fault{Status: http.StatusServiceUnavailable, Times: -1})
}

// faultFor finds the fault of a call, and uses one of its times up.
func (s *Server) faultFor(c *Call) *Fault {
	return s.faults.Take(func(f Fault) bool {
		return strings.HasPrefix(c.Route, f.Route) && (f.Match == nil || f.Match(*c))
	})
}

// apply answers a call as the fault says, and reports whether it did.
func (f *Fault) apply(s *Server, w http.ResponseWriter, r *http.Request, c *call) bool {
	s.core.Pause(r, f.Delay)
	status := f.Status
	if status == 0 && f.RetryAfter > 0 {
		status = http.StatusTooManyRequests
	}
	switch {
	case f.Cut:
		s.finish(c, 0, 0)
		fake.HangUp(w)
	case status == http.StatusTooManyRequests && f.Body == "":
		scope := f.Scope
		if scope == "" {
			scope = "user"
			if f.Global {
				scope = "global"
			}
		}
		s.reply(w, c, nil, &apiError{status: status, code: f.Code, retry: f.RetryAfter, global: f.Global, scope: scope})
	case f.Code != 0:
		if status == 0 {
			status = http.StatusBadRequest
		}
		s.reply(w, c, nil, &apiError{status: status, code: f.Code, message: "as the test asked for"})
	case f.Body != "" || status != 0:
		if status == 0 {
			status = http.StatusOK
		}
		s.finish(c, status, 0)
		fake.Page(w, status, f.Body)
	default:
		return false
	}
	return true
}

func (s *Server) finish(c *call, status, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Code = code
	s.answered(c, status)
}
