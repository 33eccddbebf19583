package bottest

import (
	"net/http"
	"strconv"
	"time"

	"authfix/bot"
	"authfix/bot/fake"
)

// post takes what a client says.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	var q postRequest
	if !read(w, r, &q) {
		return
	}
	p := &Post{Client: q.Client, To: q.To, Reply: q.Reply, At: time.Now()}
	s.mu.Lock()
	s.attempts++
	held, arrived, recorded := s.held, s.hooks.Arrived, s.hooks.Recorded
	s.core.Change()
	s.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
			return
		case <-s.core.Context().Done():
			return
		}
	}
	var a Answer
	if arrived != nil {
		a = arrived(*p)
	}
	if a == (Answer{}) {
		a = s.nextAnswer()
	}
	if a.Status == 0 && !a.Close {
		a.Record = true
	}
	if a.Record {
		if limit := s.record(p); limit != (Answer{}) {
			a = limit
		} else if recorded != nil {
			recorded(*p)
		}
	}
	s.respond(w, a, postAnswer{ID: p.ID, Found: true})
}

func (s *Server) nextAnswer() Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) == 0 {
		return Answer{}
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	return a
}

// record records a post and sets its id, or says why it does not.
func (s *Server) record(p *Post) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for _, o := range s.posts {
		if s.opts.Window > 0 && o.To.Key == p.To.Key && o.To.Tenant == p.To.Tenant && now.Sub(o.At) < s.opts.Window {
			o.Repeats++
			p.ID = o.ID
			s.core.Change()
			return Answer{}
		}
	}
	where := place{p.To.Tenant, p.To.Channel}
	if wait := s.opts.Pace - p.At.Sub(s.last[where]); wait > 0 && s.opts.Pace > 0 {
		s.violations = append(s.violations, *p)
		return Limited(wait, false)
	}
	s.last[where] = p.At
	p.ID = strconv.Itoa(len(s.posts) + 1)
	if p.To.Replaces != "" {
		if !s.known(p.To.Tenant, p.To.Replaces) {
			return Gone
		}
		p.ID = p.To.Replaces
	}
	s.posts = append(s.posts, p)
	s.core.Change()
	return Answer{}
}

// known reports whether there is a post of that id.
func (s *Server) known(t bot.Tenant, id string) bool {
	for _, p := range s.posts {
		if p.ID == id && p.To.Tenant == t {
			return true
		}
	}
	return false
}

// find looks for a post by its key. A private one cannot be found.
func (s *Server) find(w http.ResponseWriter, r *http.Request) {
	var q postRequest
	if !read(w, r, &q) {
		return
	}
	s.mu.Lock()
	hook := s.hooks.Sought
	s.mu.Unlock()
	var a Answer
	if hook != nil {
		a = hook(q.To)
	}
	var found postAnswer
	s.mu.Lock()
	for _, p := range s.posts {
		if p.To.Key == q.To.Key && p.To.Tenant == q.To.Tenant && p.To.Person == "" {
			found = postAnswer{ID: p.ID, Found: true}
		}
	}
	s.mu.Unlock()
	s.respond(w, a, found)
}

// respond answers as a says.
func (s *Server) respond(w http.ResponseWriter, a Answer, ok postAnswer) {
	switch {
	case a.Close:
		fake.HangUp(w)
	case a.Status == http.StatusTooManyRequests:
		w.WriteHeader(a.Status)
		write(w, limitAnswer{After: a.After, Tenant: a.Tenant})
	case a.Status != 0 && a.Status != http.StatusOK:
		w.WriteHeader(a.Status)
	default:
		write(w, ok)
	}
}
