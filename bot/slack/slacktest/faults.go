package slacktest

import (
	"net/http"
	"time"

	"authfix/bot/fake"
)

// A Fault makes calls go wrong. Methods are those of the Web API, "response_url"
// and "file.download".
type Fault struct {
	Method string          // "": every one
	Match  func(Call) bool // nil: every call; it must not call the server's methods
	Times  int             // how many calls; 0: one, -1: until it is removed

	After      bool          // the effect takes place first: the post succeeds, but …
	Delay      time.Duration // the answer comes so much later, by the system's clock
	Status     int           // it is answered with this status, such as 502
	RetryAfter time.Duration // with status 429, which it implies
	Error      string        // it is answered with status 200 and this error of Slack
	Body       string        // it is answered with this body (and Status, else 200)
	Cut        bool          // the connection is closed without an answer
}

// Fault adds a fault, which goes before those that are there, and returns what
// removes it. A Fault with a Delay alone is a slow answer.
func (s *Server) Fault(f Fault) (remove func()) {
	if f.Status == 0 && f.Error == "" && f.Body == "" && !f.Cut && f.RetryAfter == 0 {
		f.After = true // slow, but right
	}
	return s.faults.Add(f, f.Times)
}

// Outage answers every call with 503 until restore is called.
func (s *Server) Outage() (restore func()) {
	return s.Fault(Fault{Status: http.StatusServiceUnavailable, Times: -1})
}

// faultFor finds the fault of a call, and uses one of its times up.
func (s *Server) faultFor(c *Call) *Fault {
	return s.faults.Take(func(f Fault) bool {
		return (f.Method == "" || f.Method == c.Method) && (f.Match == nil || f.Match(*c))
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
		s.finish(c, 0, "")
		fake.HangUp(w)
	case f.Error != "":
		s.finish(c, http.StatusOK, f.Error)
		writeJSON(w, http.StatusOK, map[string]any{"ok": false, "error": f.Error})
	case status == http.StatusTooManyRequests:
		s.finish(c, status, "ratelimited")
		w.Header().Set("Retry-After", seconds(f.RetryAfter))
		writeJSON(w, status, map[string]any{"ok": false, "error": "ratelimited"})
	case f.Body != "" || status != 0:
		if status == 0 {
			status = http.StatusOK
		}
		s.finish(c, status, "")
		fake.Page(w, status, f.Body)
	default:
		return false
	}
	return true
}

func (s *Server) finish(c *call, status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Status, c.Error = status, code
	s.core.Change()
}
