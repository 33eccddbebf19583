package slacktest

import (
	"encoding/json"
	"slices"
	"time"
)

// attemptSocket delivers over any one of the connections. It waits for one as
// long as for an acknowledgement.
func (s *Server) attemptSocket(d *Delivery, num int, reason string) Attempt {
	a := Attempt{Num: num, Reason: reason, At: s.Now()}
	late := time.NewTimer(s.opts.AckWithin)
	defer late.Stop()
	start := time.Now()
	var c *conn
	answer := make(chan []byte, 1)
	for {
		s.mu.Lock()
		changed := s.core.Changed()
		if c = s.anyConn(); c != nil {
			if d.Envelope == "" {
				d.Envelope = random()
			}
			s.socket.waiting[d.Envelope] = append(s.socket.waiting[d.Envelope], answer)
		}
		s.mu.Unlock()
		if c != nil {
			break
		}
		select {
		case <-changed:
		case <-late.C:
			a.Failed, a.Took = "connection_failed", time.Since(start)
			return a
		case <-s.core.Context().Done():
			a.Failed = "connection_failed"
			return a
		}
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		left := slices.DeleteFunc(s.socket.waiting[d.Envelope], func(c chan []byte) bool { return c == answer })
		if s.socket.waiting[d.Envelope] = left; len(left) == 0 {
			delete(s.socket.waiting, d.Envelope)
		}
	}()
	late.Reset(s.opts.AckWithin)
	env := object{"type": d.Kind, "envelope_id": d.Envelope, "payload": d.payload, "accepts_response_payload": d.Kind != "events_api"}
	if d.Kind == "events_api" {
		env["retry_attempt"], env["retry_reason"] = num, reason
	}
	raw, err := json.Marshal(env)
	if err != nil {
		panic("slacktest: " + err.Error())
	}
	select {
	case c.out <- raw:
	case <-c.done:
	}
	select {
	case a.answer = <-answer:
		s.heard(d, a.answer)
	case <-c.done:
		select { // it may have been acknowledged just before
		case a.answer = <-answer:
			s.heard(d, a.answer)
		default:
			a.Failed = "connection_failed"
		}
	case <-late.C:
		a.Failed = "timeout"
	case <-s.core.Context().Done():
		a.Failed = "connection_failed"
	}
	a.Took = time.Since(start)
	return a
}
