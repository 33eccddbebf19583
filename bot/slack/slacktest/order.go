package slacktest

import (
	"time"
)

// Disorder says how events reach the app when they do not come once and in order.
type Disorder struct {
	Copies  int           // how often each is delivered, though the first was acknowledged; 0: once
	Shuffle time.Duration // each is delayed by a random time up to this
}

// SetDisorder applies to the events from now on.
func (s *Server) SetDisorder(d Disorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disorder = d
}

// holding keeps deliveries back.
type holding struct{ held []*Delivery }

// Hold keeps events back from now on. Release delivers them, each after the one
// before was attempted, the last first when backwards.
func (s *Server) Hold() (release func(backwards bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &holding{}
	s.hold = h
	return func(backwards bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.hold == h {
			s.hold = nil
		}
		held := h.held
		h.held = nil
		s.core.Go(func() {
			for i := range held {
				d := held[i]
				if backwards {
					d = held[len(held)-1-i]
				}
				s.drive(d, 0, d.Kind == "events_api")
			}
		})
	}
}

// SetEndpoints says where the app listens.
func (s *Server) SetEndpoints(e Endpoints) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoints = e
}
