package fake

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Faults are what is to go wrong with calls, of a platform's own kind F. The zero
// Faults is ready; its methods may be called concurrently.
type Faults[F any] struct {
	mu  sync.Mutex
	all []*fault[F]
}

type fault[F any] struct {
	what F
	left int // -1: until it is removed
}

// Add adds a fault for so many calls (0: one; -1: until it is removed), which goes
// before those that are there, and returns what removes it.
func (l *Faults[F]) Add(f F, times int) (remove func()) {
	x := &fault[F]{f, max(times, 1)}
	if times < 0 {
		x.left = -1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append([]*fault[F]{x}, l.all...)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.all = slices.DeleteFunc(l.all, func(o *fault[F]) bool { return o == x })
	}
}

// Take finds the first fault that hits a call, and uses one of its times up; nil:
// none does. hits must not call these methods.
func (l *Faults[F]) Take(hits func(F) bool) *F {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.all {
		if !hits(f.what) {
			continue
		}
		if f.left > 0 {
			if f.left--; f.left == 0 {
				l.all = slices.Delete(l.all, i, i+1)
			}
		}
		return &f.what
	}
	return nil
}

// Pause keeps the answer to a request back for d by the system's clock, unless who
// asked goes away or the server is closed.
func (k *Core) Pause(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-k.ctx.Done():
	}
}

// HangUp closes the connection without an answer.
func HangUp(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

// Page answers with a body; "": a page that names the status, as what stands in
// front of a platform answers.
func Page(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	if body == "" {
		body = fmt.Sprintf("<html><body>%d %s</body></html>\n", status, http.StatusText(status))
	}
	_, _ = io.WriteString(w, body)
}

// Deliver sends a request to the app, and returns the answer, of whose body it
// reads the first most bytes.
func (k *Core) Deliver(r *http.Request, most int64) (int, http.Header, []byte, error) {
	w, err := k.Client.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer w.Body.Close()
	body, err := io.ReadAll(io.LimitReader(w.Body, most))
	return w.StatusCode, w.Header, body, err
}
