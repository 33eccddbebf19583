package bottest_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"authfix/bot"
	"authfix/bot/bottest"

	"go.uber.org/goleak"
)

// clientURL makes this test binary a client of the server at it.
const clientURL = "BOTTEST_CLIENT_URL"

func TestMain(m *testing.M) {
	if url := os.Getenv(clientURL); url != "" {
		client(url)
		return
	}
	goleak.VerifyTestMain(m)
}

// client answers every message until it is killed.
func client(url string) {
	p := &bottest.Platform{URL: url, Client: "child"}
	_ = p.Listen(context.Background(), func(ctx context.Context, m bot.Message) (bot.Ack, error) {
		_, err := p.Send(ctx, bot.Destination{Tenant: m.Tenant, Channel: m.Channel, Key: "re-" + m.Delivery}, bot.Reply{Headline: m.Text})
		return bot.Ack{}, err
	})
}

var tenant = bot.Tenant{Platform: "test", Workspace: "w"}

func message(delivery string) bot.Message {
	return bot.Message{Tenant: tenant, Delivery: delivery, Kind: bot.Said, Channel: "c", Key: delivery, Author: bot.Author{ID: "u"}, Text: "text of " + delivery}
}

func to(channel, key string) bot.Destination {
	return bot.Destination{Tenant: tenant, Channel: channel, Key: key}
}

// platform returns a platform that is closed when the test ends.
func platform(t *testing.T, s *bottest.Server) *bottest.Platform {
	p := &bottest.Platform{URL: s.URL, Client: t.Name()}
	t.Cleanup(p.Close)
	return p
}

func TestExercise(t *testing.T) {
	for name, window := range map[string]time.Duration{"plain": 0, "nonce": time.Hour} {
		t.Run(name, func(t *testing.T) {
			bottest.Exercise(t, func(t *testing.T) bottest.Subject {
				s := bottest.Start(t, bottest.Options{Redeliver: 200 * time.Millisecond, Window: window})
				p := platform(t, s)
				p.Within = window
				var n atomic.Int32
				return bottest.Subject{
					Platform: bottest.FindingPlatform{Platform: p},
					To:       to("c", ""),
					Hear: func(text string) {
						m := message("d" + string('a'+n.Add(1)))
						m.Text = text
						s.Deliver(m, 1)
					},
					Acknowledged: func() int { return len(s.Acks()) },
					Said:         func() int { return len(s.Posts()) },
					Next: func(f bottest.Fault) bool {
						switch f {
						case bottest.Refuse:
							s.Answer(bottest.Gone)
						case bottest.Limit:
							s.Answer(bottest.Limited(2*time.Second, false))
						case bottest.Break:
							s.Answer(bottest.Cut)
						case bottest.Stall:
							t.Cleanup(s.Hold())
						}
						return true
					},
				}
			})
		})
	}
}

func TestRepliesAreValid(t *testing.T) {
	names := make(map[string]bool)
	longest := 0
	for _, c := range bottest.Replies() {
		if names[c.Name] {
			t.Errorf("two replies are named %s", c.Name)
		}
		names[c.Name] = true
		if c.Reply.Silent() {
			t.Errorf("%s is silent", c.Name)
		}
		for _, ch := range c.Reply.Choices {
			if ch.ID == "" || len(ch.ID) > 100 || ch.Label == "" || utf8.RuneCountInString(ch.Label) > 30 {
				t.Errorf("%s: choice %+v is out of its bounds", c.Name, ch)
			}
		}
		for _, s := range c.Reply.Sections {
			longest = max(longest, len(s.Code))
			bodies := 0
			for _, set := range []bool{s.Prose != "", s.Code != "", len(s.List) > 0, len(s.Fields) > 0, len(s.Links) > 0} {
				if set {
					bodies++
				}
			}
			if bodies > 1 || bodies == 0 && c.Name != "empty-parts" {
				t.Errorf("%s: a section has %d bodies", c.Name, bodies)
			}
		}
		if l := c.Reply.Link; l != nil && c.Name != "empty-parts" {
			if _, err := url.Parse(l.URL); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	}
	if longest < 10_000 {
		t.Errorf("the longest code has %d bytes, want 10,000", longest)
	}
}

func TestServerDeliversUntilAcknowledged(t *testing.T) {
	s := bottest.Start(t, bottest.Options{Redeliver: 20 * time.Millisecond, Shuffle: true})
	var delivered, dropped atomic.Int32
	s.SetHooks(bottest.Hooks{
		Delivered: func(bottest.Delivery) { delivered.Add(1) },
		Acked:     func(bottest.Acked) bool { return dropped.Add(1) > 2 },
	})
	for _, d := range []string{"a", "b", "c"} {
		s.Deliver(message(d), 2)
	}
	var mu sync.Mutex
	clients := make(map[string]int)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		p := platform(t, s)
		p.Client, p.Ears = name, 2
		n := 0
		wg.Go(func() {
			_ = p.Listen(ctx, func(context.Context, bot.Message) (bot.Ack, error) {
				mu.Lock()
				defer mu.Unlock()
				clients[name]++
				if n++; n == 1 {
					return bot.Ack{}, errors.New("not now")
				}
				return bot.Ack{Later: true}, nil
			})
		})
	}
	if err := s.Wait(10*time.Second, func() bool { return s.Waiting() == 0 }); err != nil {
		t.Error(err)
	}
	cancel()
	wg.Wait()
	if len(s.Acks()) != 6 || !s.Acks()[0].Ack.Later {
		t.Errorf("acknowledgements = %+v, want 6", s.Acks())
	}
	// Two acknowledgements were dropped, and at least one message was refused.
	if n := delivered.Load(); n < 9 {
		t.Errorf("delivered %d times, want at least 9", n)
	}
}

func TestServerAnswers(t *testing.T) {
	s := bottest.Start(t, bottest.Options{})
	p := platform(t, s)
	for i, c := range []struct {
		answer bottest.Answer
		said   bool
		ok     func(error) bool
	}{
		{bottest.Answer{}, true, func(err error) bool { return err == nil }},
		{bottest.Gone, false, func(err error) bool { return errors.Is(err, bot.ErrPermanent) }},
		{bottest.Failed, false, func(err error) bool { return errors.Is(err, bot.ErrUnknown) }},
		{bottest.Garbled, true, func(err error) bool { return errors.Is(err, bot.ErrUnknown) }},
		{bottest.Cut, true, func(err error) bool { return errors.Is(err, bot.ErrUnknown) }},
		{bottest.Dropped, false, func(err error) bool { return errors.Is(err, bot.ErrUnknown) }},
		{bottest.Limited(time.Minute, false), false, func(err error) bool {
			var w *bot.RetryAfter
			return errors.As(err, &w) && w.Channel && w.After == time.Minute
		}},
		{bottest.Limited(time.Minute, true), false, func(err error) bool {
			var w *bot.RetryAfter
			return errors.As(err, &w) && !w.Channel
		}},
	} {
		before := len(s.Posts())
		s.Answer(c.answer)
		_, err := p.Send(t.Context(), to("c", "k"), bot.Reply{Headline: "a reply"})
		if !c.ok(err) {
			t.Errorf("answer %d: Send = %v", i, err)
		}
		if said := len(s.Posts()) > before; said != c.said {
			t.Errorf("answer %d: said = %v, want %v", i, said, c.said)
		}
	}
	edit := to("c", "edit")
	edit.Replaces = "nothing"
	if _, err := p.Send(t.Context(), edit, bot.Reply{Headline: "changed"}); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("an edit of nothing: Send = %v", err)
	}
	s.Close()
	p.Close() // a connection at hand would be tried, with an unknown outcome
	if _, err := p.Send(t.Context(), to("c", "k"), bot.Reply{}); err == nil || errors.Is(err, bot.ErrUnknown) {
		t.Errorf("a closed server: Send = %v, want that it was surely not said", err)
	}
}

func TestServerNonceAndPace(t *testing.T) {
	s := bottest.Start(t, bottest.Options{Window: time.Hour, Pace: time.Hour})
	p := platform(t, s)
	first, err := p.Send(t.Context(), to("c", "k"), bot.Reply{Headline: "a reply"})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := p.Send(t.Context(), to("c", "k"), bot.Reply{Headline: "a reply"}); err != nil || again != first {
		t.Errorf("a repetition: Send = %v, %v; want %v", again, err, first)
	}
	var wait *bot.RetryAfter
	if _, err := p.Send(t.Context(), to("c", "k2"), bot.Reply{}); !errors.As(err, &wait) || wait.After < 50*time.Minute {
		t.Errorf("too soon: Send = %v", err)
	}
	if _, err := p.Send(t.Context(), to("c2", "k3"), bot.Reply{}); err != nil {
		t.Errorf("another channel: Send = %v", err)
	}
	posts := s.Posts()
	if len(posts) != 2 || posts[0].Repeats != 1 || len(s.Violations()) != 1 || s.Violations()[0].To.Key != "k2" {
		t.Errorf("posts = %+v, violations = %+v", posts, s.Violations())
	}
}

func TestServerHolds(t *testing.T) {
	s := bottest.Start(t, bottest.Options{})
	p := platform(t, s)
	release := s.Hold()
	done := make(chan error, 1)
	go func() {
		_, err := p.Send(t.Context(), to("c", "k"), bot.Reply{})
		done <- err
	}()
	if err := s.Wait(10*time.Second, func() bool { return s.Attempts() == 1 }); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Posts()); n != 0 {
		t.Errorf("%d posts while they are held", n)
	}
	release()
	if err := <-done; err != nil || len(s.Posts()) != 1 {
		t.Errorf("after the release: Send = %v, %d posts", err, len(s.Posts()))
	}
}

// TestKill kills a client in another process at each moment that the hooks tell
// of.
func TestKill(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		moment string
		posts  []string // what was said by the one that is killed and the next
	}{
		{"delivered", []string{"re-d"}},
		{"arrived", []string{"re-d"}},
		{"recorded", []string{"re-d", "re-d"}},
		{"acked", []string{"re-d", "re-d"}},
	} {
		t.Run(c.moment, func(t *testing.T) {
			s := bottest.Start(t, bottest.Options{Redeliver: 50 * time.Millisecond})
			run := func() *exec.Cmd {
				cmd := exec.Command(exe)
				cmd.Env = append(os.Environ(), clientURL+"="+s.URL)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				return cmd
			}
			killed := make(chan struct{})
			var once sync.Once
			var victim *exec.Cmd
			kill := func() (did bool) {
				once.Do(func() {
					did = true
					if err := victim.Process.Kill(); err != nil {
						t.Error(err)
					}
					_ = victim.Wait()
					close(killed)
				})
				return did
			}
			var h bottest.Hooks
			switch c.moment {
			case "delivered":
				h.Arrived = func(bottest.Post) bottest.Answer { // of the one that is being killed
					select {
					case <-killed:
						return bottest.Answer{}
					default:
						return bottest.Dropped
					}
				}
				h.Delivered = func(bottest.Delivery) { kill() }
			case "arrived":
				h.Arrived = func(bottest.Post) bottest.Answer {
					if kill() {
						return bottest.Dropped
					}
					return bottest.Answer{}
				}
			case "recorded":
				h.Recorded = func(bottest.Post) { kill() }
			case "acked":
				h.Acked = func(bottest.Acked) bool { return !kill() }
			}
			s.SetHooks(h)
			victim = run()
			s.Deliver(message("d"), 1)
			<-killed
			second := run()
			defer func() {
				_ = second.Process.Kill()
				_ = second.Wait()
			}()
			if err := s.Wait(20*time.Second, func() bool { return s.Waiting() == 0 }); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range s.Posts() {
				got = append(got, p.To.Key)
			}
			if !slices.Equal(got, c.posts) {
				t.Errorf("said %s, want %s", strings.Join(got, " "), strings.Join(c.posts, " "))
			}
		})
	}
}
