package discordtest

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
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

type fault struct {
	Fault
	left int
}

// Fault adds a fault, which goes before those that are there, and returns what
// removes it. A Fault with a Delay alone is a slow answer.
func (s *Server) Fault(f Fault) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &fault{f, max(f.Times, 1)}
	if f.Times < 0 {
		x.left = -1
	}
	if f.Status == 0 && f.Code == 0 && f.Body == "" && !f.Cut && f.RetryAfter == 0 {
		x.After = true // slow, but right
	}
	s.faults = append([]*fault{x}, s.faults...)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(o *fault) bool { return o == x })
	}
}

// Outage answers every call with 503 until restore is called. The gateway goes on.
func (s *Server) Outage() (restore func()) {
	return s.Fault(Fault{Status: http.StatusServiceUnavailable, Times: -1})
}

// faultFor finds the fault of a call, and uses one of its times up. The caller
// holds the lock.
func (s *Server) faultFor(c *Call) *fault {
	for i, f := range s.faults {
		if !strings.HasPrefix(c.Route, f.Route) || f.Match != nil && !f.Match(*c) {
			continue
		}
		if f.left > 0 {
			if f.left--; f.left == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

// apply answers a call as the fault says, and reports whether it did.
func (f *fault) apply(s *Server, w http.ResponseWriter, r *http.Request, c *call) bool {
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		select {
		case <-t.C:
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		t.Stop()
	}
	status := f.Status
	if status == 0 && f.RetryAfter > 0 {
		status = http.StatusTooManyRequests
	}
	switch {
	case f.Cut:
		s.finish(c, 0, 0)
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
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
		w.WriteHeader(status)
		if f.Body != "" {
			_, _ = io.WriteString(w, f.Body)
		} else {
			_, _ = fmt.Fprintf(w, "<html><body>%d %s</body></html>\n", status, http.StatusText(status))
		}
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
