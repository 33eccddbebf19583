package bottest

import (
	"math/rand/v2"
	"net/http"
	"time"

	"authfix/bot"
	"authfix/bot/fake"
)

// poll answers with the next message, when there is one.
func (s *Server) poll(w http.ResponseWriter, r *http.Request) {
	var q pollRequest
	if !read(w, r, &q) {
		return
	}
	late := time.NewTimer(min(q.Wait, 30*time.Second))
	defer late.Stop()
	for {
		s.mu.Lock()
		now := time.Now()
		c, next := s.due(now)
		if c != nil {
			c.times++
			c.next = now.Add(s.opts.Redeliver)
			d := Delivery{Message: c.message, Client: q.Client, Times: c.times}
			answer, hook := pollAnswer{Receipt: c.receipt, Message: c.message}, s.hooks.Delivered
			s.mu.Unlock()
			write(w, answer)
			if hook != nil {
				_ = http.NewResponseController(w).Flush()
				hook(d)
			}
			return
		}
		changed := s.core.Changed()
		s.mu.Unlock()
		again := time.NewTimer(next.Sub(now))
		select {
		case <-changed:
		case <-again.C:
		case <-late.C:
			again.Stop()
			w.WriteHeader(http.StatusNoContent)
			return
		case <-r.Context().Done():
			again.Stop()
			return
		case <-s.core.Context().Done():
			again.Stop()
			return
		}
		again.Stop()
	}
}

// due returns a copy to be delivered now, or when to look again.
func (s *Server) due(now time.Time) (*copied, time.Time) {
	next := now.Add(time.Minute)
	var all []*copied
	for _, c := range s.copies {
		if c.next.After(now) {
			if c.next.Before(next) {
				next = c.next
			}
			continue
		}
		if !s.opts.Shuffle {
			return c, next
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, next
	}
	return all[rand.IntN(len(all))], next
}

// ack takes an acknowledgement.
func (s *Server) ack(w http.ResponseWriter, r *http.Request) {
	var q ackRequest
	if !read(w, r, &q) {
		return
	}
	s.mu.Lock()
	var m bot.Message
	for _, c := range s.copies {
		if c.receipt == q.Receipt {
			m = c.message
		}
	}
	hook := s.hooks.Acked
	s.mu.Unlock()
	a := Acked{Message: m, Client: q.Client, Ack: q.Ack, At: time.Now()}
	if hook != nil && !hook(a) {
		fake.HangUp(w)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, c := range s.copies {
		if c.receipt == q.Receipt {
			s.copies = append(s.copies[:i:i], s.copies[i+1:]...)
			s.acked = append(s.acked, a)
			break
		}
	}
	s.core.Change()
	w.WriteHeader(http.StatusNoContent)
}
