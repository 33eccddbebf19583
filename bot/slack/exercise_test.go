package slack

import (
	"net/http/httptest"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

// Both transports keep the contract of every platform.
func TestExercise(t *testing.T) {
	for name, socket := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // replies of several messages are paced
			bottest.Exercise(t, func(t *testing.T) bottest.Subject { return subject(t, socket) })
		})
	}
}

func subject(t *testing.T, socket bool) bottest.Subject {
	t.Helper()
	s := slacktest.Start(t, slacktest.Options{SocketMode: socket, Scale: 6000, AckWithin: time.Second, NoEcho: true, Events: []string{"message.channels"}})
	p := platformFor(t, s, socket, nil)
	if !socket {
		web := httptest.NewServer(p.Handler())
		t.Cleanup(web.Close)
		s.SetEndpoints(slacktest.At(web.URL))
	}
	// Of the private channel the app is told nothing.
	to := s.Message(slacktest.Said{Channel: slacktest.Private, Text: "a question"})
	return bottest.Subject{
		Platform: p,
		To:       bot.Destination{Tenant: bot.Tenant{Platform: Name, Workspace: slacktest.Acme}, Channel: slacktest.Private, Thread: to, Message: to},
		Hear:     func(text string) { s.Message(slacktest.Said{Channel: slacktest.Triage, Text: text}) },
		Acknowledged: func() int {
			n := 0
			for _, d := range s.Deliveries() {
				if d.Acked {
					n++
				}
			}
			return n
		},
		Said: func() int {
			n := 0
			for _, m := range s.All() {
				if m.Via != "" {
					n++
				}
				n += len(m.Reactions)
			}
			return n
		},
		Next: func(f bottest.Fault) bool {
			fault := slacktest.Fault{Method: "chat.postMessage"}
			switch f {
			case bottest.Refuse:
				fault.Error = "is_archived"
			case bottest.Limit:
				fault.RetryAfter = 2 * time.Second
			case bottest.Break:
				fault.Status, fault.After = 502, true
			case bottest.Stall:
				fault.Delay, fault.Status = time.Minute, 503
			}
			s.Fault(fault)
			return true
		},
	}
}
