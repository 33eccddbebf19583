package slacktest

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
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
	if f.Status == 0 && f.Error == "" && f.Body == "" && !f.Cut && f.RetryAfter == 0 {
		x.After = true // slow, but right
	}
	s.faults = append([]*fault{x}, s.faults...)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(o *fault) bool { return o == x })
	}
}

// Outage answers every call with 503 until restore is called.
func (s *Server) Outage() (restore func()) {
	return s.Fault(Fault{Status: http.StatusServiceUnavailable, Times: -1})
}

// faultFor finds the fault of a call, and uses one of its times up. The caller
// holds the lock.
func (s *Server) faultFor(c *Call) *fault {
	for i, f := range s.faults {
		if f.Method != "" && f.Method != c.Method || f.Match != nil && !f.Match(*c) {
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
		s.finish(c, 0, "")
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
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

func (s *Server) finish(c *call, status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Status, c.Error = status, code
	s.change()
}
