package slack

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

// transports are the two ways over which Slack delivers.
var transports = map[string]bool{"http": false, "socket": true}

// connect starts a fake Slack and a platform that hears it, over either transport.
func connect(t *testing.T, o slacktest.Options, h *hearer) (*slacktest.Server, *Platform) {
	t.Helper()
	s := slacktest.Start(t, o)
	p := platformFor(t, s, o.SocketMode, nil)
	if !o.SocketMode {
		web := httptest.NewServer(p.Handler())
		t.Cleanup(web.Close)
		s.SetEndpoints(slacktest.At(web.URL))
	}
	listening(t, p, h.accept)
	until(t, "the platform is ready", func() bool { return p.Ready(t.Context()) == nil })
	t.Cleanup(func() {
		for _, v := range s.Violations() {
			t.Errorf("violation: %v", v)
		}
	})
	return s, p
}

func platformFor(t *testing.T, s *slacktest.Server, socketMode bool, l *bottest.Log) *Platform {
	t.Helper()
	c := Config{BotToken: "xoxb-acme", SigningSecret: "signing-secret", API: s.API()}
	if socketMode {
		c.SigningSecret, c.AppToken = "", "xapp-1-acme"
	}
	d := Deps{}
	if l != nil {
		d.Log = l.Logger()
	}
	p, err := New(c, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.api.close)
	return p
}

// until polls, for what does not tell when it changes.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// settled waits until every event is acknowledged or given up.
func settled(t *testing.T, s *slacktest.Server) {
	t.Helper()
	s.WaitFor(t, 20*time.Second, "every event is acknowledged", func() bool { return s.Undelivered() == 0 })
	for _, d := range s.Deliveries() {
		if d.GaveUp {
			t.Errorf("%s %s was given up: %+v", d.Kind, d.Type, d.Attempts)
		}
	}
}

// Every way in, over both transports, becomes the message that it is.
func TestWaysIn(t *testing.T) {
	for name, socket := range transports {
		t.Run(name, func(t *testing.T) {
			h := &hearer{decide: func(m bot.Message) (bot.Ack, error) {
				if m.Kind == bot.Commanded && m.Command == "" && m.Text == "" {
					return bot.Ack{Form: &bot.Form{ID: "diagnose", Title: "Diagnose an error", Label: "The error"}}, nil
				}
				return bot.Ack{}, nil
			}}
			s, p := connect(t, slacktest.Options{SocketMode: socket}, h)
			tenant := bot.Tenant{Platform: Name, Workspace: slacktest.Acme}
			// next waits for the messages that a step leads to.
			seen := 0
			next := func(n int) []bot.Message {
				t.Helper()
				until(t, "the step is heard", func() bool { return len(h.all()) >= seen+n })
				settled(t, s)
				got := h.all()[seen:]
				if len(got) != n {
					t.Fatalf("%d messages were heard, want %d: %+v", len(got), n, got)
				}
				seen += n
				for _, m := range got {
					if m.Tenant != tenant || m.Author.Self || m.Author.Bot || m.Delivery == "" {
						t.Errorf("%+v", m)
					}
				}
				return got
			}
			const paste = "oauth_problem=timestamp_refused & <no> such user"

			ts := s.Message(slacktest.Said{Channel: slacktest.Triage, Text: paste})
			if m := next(1)[0]; m.Kind != bot.Said || m.Text != paste || m.Key != ts || m.Channel != slacktest.Triage || m.Place != bot.Public || m.Asked || m.Author.ID != slacktest.Alice {
				t.Errorf("a message is %+v", m)
			}
			s.Message(slacktest.Said{Channel: slacktest.Triage, User: slacktest.Bob, Thread: ts, Text: "more"})
			if m := next(1)[0]; m.Thread != ts || m.Key == ts {
				t.Errorf("a reply is %+v", m)
			}
			s.Edit(slacktest.Triage, ts, paste+" again")
			if m := next(1)[0]; m.Kind != bot.Edited || m.Key != ts || m.Text != paste+" again" || m.Revision == 0 {
				t.Errorf("an edit is %+v", m)
			}
			s.Unfurl(slacktest.Triage, ts)
			next(0)
			s.Delete(slacktest.Triage, ts)
			if m := next(1)[0]; m.Kind != bot.Deleted || m.Key != ts || m.Author.ID != slacktest.Alice {
				t.Errorf("a deletion is %+v", m)
			}

			ts = s.Mention(slacktest.Said{Text: paste})
			for _, m := range next(2) { // as a message and as a mention
				if m.Kind != bot.Said || !m.Asked || m.Key != ts || m.Text != paste || m.Revision != 0 {
					t.Errorf("a mention is %+v", m)
				}
			}
			dm := s.DM(slacktest.Alice)
			s.Message(slacktest.Said{Channel: dm, Text: paste})
			if m := next(1)[0]; m.Place != bot.Direct || !m.Asked || m.Channel != dm {
				t.Errorf("a direct message is %+v", m)
			}
			file := s.AddFile(slacktest.File{Name: "jira.log", Content: []byte("a log")})
			s.Message(slacktest.Said{Channel: slacktest.Triage, Files: []string{file}})
			if m := next(1)[0]; len(m.Files) != 1 || m.Files[0].ID != file || m.Files[0].Name != "jira.log" {
				t.Errorf("a file is %+v", m)
			}
			s.FileShared(slacktest.Triage, slacktest.Alice, file)
			next(0)
			s.HomeOpened(slacktest.Alice, "home")
			if m := next(1)[0]; m.Kind != bot.Opened || m.Author.ID != slacktest.Alice {
				t.Errorf("home is %+v", m)
			}
			s.HomeOpened(slacktest.Alice, "messages")
			next(0)

			did := func(r slacktest.Result) {
				t.Helper()
				if !r.Acked || r.Err != nil || len(r.Body) > 0 && string(r.Body) != "null" {
					t.Errorf("%+v %s", r, r.Body)
				}
			}
			did(s.Command(slacktest.Alice, slacktest.Outside, "/authfix", paste))
			m := next(1)[0]
			if m.Kind != bot.Commanded || m.Command != "" || m.Text != paste || m.Channel != slacktest.Outside || !m.Asked || !strings.HasPrefix(m.ReplyTo, s.URL) {
				t.Errorf("a command is %+v", m)
			}
			// Its answer has a button.
			sent, err := p.Send(t.Context(), bot.Destination{Tenant: tenant, Channel: m.Channel, Person: m.Author.ID, ReplyTo: m.ReplyTo, Key: "1"},
				bot.Reply{Headline: "An answer", Choices: []bot.Choice{{ID: "v1:c1:share", Label: "Share"}}})
			if err != nil {
				t.Fatalf("answer: %v, %v", sent, err)
			}
			answers := s.Ephemerals(slacktest.Alice)
			if len(answers) != 1 {
				t.Fatalf("%d private answers", len(answers))
			}
			did(s.Click(slacktest.Alice, answers[0].TS, "Share"))
			if m := next(1)[0]; m.Kind != bot.Clicked || m.Choice != "v1:c1:share" || m.Channel != slacktest.Outside || m.Key != answers[0].TS || !strings.HasPrefix(m.ReplyTo, s.URL) {
				t.Errorf("a click is %+v", m)
			}

			ts = s.Message(slacktest.Said{Channel: slacktest.Outside, User: slacktest.Bob, Text: paste})
			next(0) // the bot is not there
			did(s.MessageShortcut(slacktest.Alice, slacktest.Outside, ts, callbackDiagnose))
			if m := next(1)[0]; m.Kind != bot.Commanded || m.Command != "diagnose" || m.Text != paste || m.Key != ts || m.Author.ID != slacktest.Alice || !strings.HasPrefix(m.ReplyTo, s.URL) {
				t.Errorf("a message shortcut is %+v", m)
			}

			for _, open := range []func() slacktest.Result{
				func() slacktest.Result { return s.Command(slacktest.Alice, slacktest.Outside, "/authfix", "") },
				func() slacktest.Result { return s.Shortcut(slacktest.Alice, "diagnose") },
			} {
				did(open())
				asked := next(1)[0]
				s.WaitFor(t, 10*time.Second, "the form is open", func() bool { return len(s.OpenViews(slacktest.Alice)) == 1 })
				did(s.Submit(slacktest.Alice, map[string]string{formAction: "line 1\n" + paste}))
				if m := next(1)[0]; m.Kind != bot.Commanded || m.Command != "diagnose" || m.Text != "line 1\n"+paste || m.Channel != asked.Channel || m.ReplyTo != asked.ReplyTo {
					t.Errorf("a form is %+v; it was asked for by %+v", m, asked)
				}
				if n := len(s.OpenViews(slacktest.Alice)); n != 0 {
					t.Errorf("%d views are open after the form", n)
				}
			}
			// None of what the bot said came back.
			next(0)
			// Other apps' messages are told as such.
			s.Message(slacktest.Said{Channel: slacktest.Triage, BotID: "B0OTHER", Text: paste})
			until(t, "the step is heard", func() bool { return len(h.all()) > seen })
			if m := h.all()[seen]; !m.Author.Bot {
				t.Errorf("another app's message is %+v", m)
			}
		})
	}
}

// A form with mistakes shows them, and can be sent again.
func TestFormErrors(t *testing.T) {
	for name, socket := range transports {
		t.Run(name, func(t *testing.T) {
			h := &hearer{decide: func(m bot.Message) (bot.Ack, error) {
				switch {
				case m.Command == "":
					return bot.Ack{Form: &bot.Form{ID: "diagnose", Title: "Diagnose an error", Label: "The error"}}, nil
				case m.Text == "x":
					return bot.Ack{Errors: map[string]string{"paste": "This is no error text."}}, nil
				}
				return bot.Ack{}, nil
			}}
			s, _ := connect(t, slacktest.Options{SocketMode: socket}, h)
			if r := s.Shortcut(slacktest.Alice, "diagnose"); !r.Acked {
				t.Fatalf("%+v", r)
			}
			s.WaitFor(t, 10*time.Second, "the form is open", func() bool { return len(s.OpenViews(slacktest.Alice)) == 1 })
			r := s.Submit(slacktest.Alice, map[string]string{formAction: "x"})
			if !r.Acked || r.Action != "errors" || r.Errors[formBlock] != "This is no error text." || len(s.OpenViews(slacktest.Alice)) != 1 {
				t.Errorf("%+v", r)
			}
			if r := s.Submit(slacktest.Alice, map[string]string{formAction: "oauth_problem"}); !r.Acked || r.Action != "" || len(s.OpenViews(slacktest.Alice)) != 0 {
				t.Errorf("%+v", r)
			}
			if all := h.all(); len(all) != 3 || all[1].Delivery == all[2].Delivery {
				t.Errorf("%+v", all)
			}
		})
	}
}

// When a form cannot be opened the person is told, except when it was opened
// before.
func TestFormNotOpened(t *testing.T) {
	for name, c := range map[string]struct {
		fault string
		told  int
	}{"late": {"expired_trigger_id", 1}, "used": {"exchanged_trigger_id", 0}, "broken": {"invalid_arguments", 1}} {
		t.Run(name, func(t *testing.T) {
			h := &hearer{decide: func(bot.Message) (bot.Ack, error) {
				return bot.Ack{Form: &bot.Form{ID: "diagnose", Title: "Diagnose", Label: "The error"}}, nil
			}}
			s, p := connect(t, slacktest.Options{}, h)
			s.Fault(slacktest.Fault{Method: "views.open", Error: c.fault})
			if r := s.Command(slacktest.Alice, slacktest.General, "/authfix", ""); !r.Acked {
				t.Fatalf("%+v", r)
			}
			s.WaitFor(t, 10*time.Second, "the form was tried", func() bool { return len(s.CallsOf("views.open")) == 1 })
			if c.told > 0 {
				s.WaitFor(t, 10*time.Second, "the person is told", func() bool { return len(s.Ephemerals(slacktest.Alice)) > 0 })
			}
			p.ear.Close() // waits for what was begun
			if n := len(s.Ephemerals(slacktest.Alice)); n != c.told {
				t.Errorf("told %d times, want %d", n, c.told)
			}
		})
	}
}

// What is not decided comes again, by each transport's own schedule, under the
// same key.
func TestRedelivery(t *testing.T) {
	for name, socket := range transports {
		t.Run(name, func(t *testing.T) {
			times := 0
			h := &hearer{}
			h.decide = func(bot.Message) (bot.Ack, error) {
				h.mu.Lock()
				defer h.mu.Unlock()
				if times++; times < 4 {
					return bot.Ack{}, errors.New("the database is away")
				}
				return bot.Ack{}, nil
			}
			s, _ := connect(t, slacktest.Options{SocketMode: socket, Scale: 6000, AckWithin: 300 * time.Millisecond}, h)
			s.Message(slacktest.Said{Channel: slacktest.Triage, Text: "x"})
			settled(t, s)
			all := h.all()
			if len(all) != 4 {
				t.Fatalf("heard %d times, want 4", len(all))
			}
			for _, m := range all {
				if m.Delivery != all[0].Delivery || m.Key != all[0].Key {
					t.Errorf("%+v came again as %+v", all[0], m)
				}
			}
		})
	}
}

// BenchmarkAckWire is the time from when Slack sends an event to when it has the
// acknowledgement, over a loopback socket and without the decision.
func BenchmarkAckWire(b *testing.B) {
	for name, socket := range transports {
		b.Run(name, func(b *testing.B) {
			s := slacktest.Start(b, slacktest.Options{SocketMode: socket})
			c := Config{BotToken: "xoxb-acme", SigningSecret: "signing-secret", API: s.API()}
			if socket {
				c.AppToken = "xapp-1-acme"
			}
			p, err := New(c, Deps{})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan error, 1)
			go func() { done <- p.Listen(ctx, (&hearer{}).accept) }()
			defer func() { cancel(); <-done; p.api.close() }()
			for p.Ready(ctx) != nil {
				time.Sleep(time.Millisecond)
			}
			web := httptest.NewServer(p.Handler())
			defer web.Close()
			s.SetEndpoints(slacktest.At(web.URL))
			for b.Loop() {
				s.Message(slacktest.Said{Channel: slacktest.Triage, Text: "oauth_problem=timestamp_refused"})
				if err := s.Wait(ctx, func() bool { return s.Undelivered() == 0 }); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			var took []time.Duration
			for _, d := range s.Deliveries() {
				took = append(took, d.Attempts[0].Took)
			}
			reportTimes(b, took)
		})
	}
}

// Nothing of a platform goes on when listening has ended.
func TestListenLeaksNothing(t *testing.T) {
	for name, socket := range transports {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			s, err := slacktest.New(slacktest.Options{SocketMode: socket})
			if err != nil {
				t.Fatal(err)
			}
			p := platformFor(t, s, socket, nil)
			web := httptest.NewServer(p.Handler())
			s.SetEndpoints(slacktest.At(web.URL))
			h := &hearer{}
			stop := listening(t, p, h.accept)
			until(t, "the platform is ready", func() bool { return p.Ready(t.Context()) == nil })
			s.Message(slacktest.Said{Channel: slacktest.Triage, Text: "x"})
			settled(t, s)
			if socket {
				s.Disconnect("warning")
				until(t, "there are two connections", func() bool { open, _ := s.Connections(); return open == 2 })
			}
			stop()
			p.api.close()
			web.Close()
			s.Close()
			goleak.VerifyNone(t, before)
		})
	}
}
