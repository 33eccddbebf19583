package discord

import (
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/discord/discordtest"
)

// Discord keeps the contract of every platform.
func TestExercise(t *testing.T) {
	bottest.Exercise(t, func(t *testing.T) bottest.Subject { return subject(t) })
}

func subject(t *testing.T) bottest.Subject {
	t.Helper()
	s := fakeDiscord(t, discordtest.Options{StrictMentions: true})
	p, _ := onGateway(t, s, Config{}, Deps{})
	asked := s.Message(discordtest.Said{Channel: discordtest.Private, Text: "a question"})
	return bottest.Subject{
		Platform: p,
		To:       bot.Destination{Tenant: inAcme, Channel: discordtest.Private, Thread: asked, Message: asked},
		Hear: func(text string) {
			s.WaitFor(t, 20*time.Second, "no gateway", s.Ready)
			s.Message(discordtest.Said{Channel: discordtest.Triage, Text: text})
		},
		// An event is acknowledged when it is written down that it was decided: it is
		// not asked for again.
		Acknowledged: func() int {
			var state shardState
			p.gate.alone.mu.Lock()
			_ = bot.Decode(p.gate.alone.states[shardName(0, 1)], &state)
			p.gate.alone.mu.Unlock()
			n := 0
			for _, d := range s.Deliveries() {
				if m, ok := s.MessageByID(d.ID); ok && d.Event == "MESSAGE_CREATE" && d.Seq <= state.Seq && m.Channel == discordtest.Triage {
					n++
				}
			}
			return n
		},
		Said: func() int {
			n := 0
			for _, m := range s.All() {
				if m.Via != "" && !strings.HasSuffix(m.Via, "/threads") {
					n++
				}
				for _, r := range m.Reactions {
					if r.User == discordtest.Bot {
						n++
					}
				}
			}
			return n
		},
		Next: func(f bottest.Fault) bool {
			fault := discordtest.Fault{Route: "POST /channels/{channel}/messages", Match: func(c discordtest.Call) bool { return c.Route == "POST /channels/{channel}/messages" }}
			switch f {
			case bottest.Refuse:
				fault.Status, fault.Code = 404, codeUnknownChannel
				fault.Times = -1
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
