package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handlerFunc is a handler made of a function.
type handlerFunc func(context.Context, bot.Message) (bot.Outcome, error)

func (f handlerFunc) Handle(ctx context.Context, m bot.Message) (bot.Outcome, error) {
	return f(ctx, m)
}

// silent decides for silence.
var silent = handlerFunc(func(context.Context, bot.Message) (bot.Outcome, error) { return bot.Outcome{Decision: "silent"}, nil })

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

var tenant = bot.Tenant{Platform: "test", Workspace: "w"}

// said is a message of a thread.
func said(delivery, channel, thread string) bot.Message {
	return bot.Message{Tenant: tenant, Delivery: delivery, Kind: bot.Said, Channel: channel, Place: bot.Public, Thread: thread, Key: delivery, Text: "text of " + delivery}
}

// run runs a dispatcher until the test ends or stop is called, which returns
// what Run returned.
func run(t *testing.T, d *bot.Dispatcher, platforms ...bot.Platform) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx, platforms...) }()
	stop = sync.OnceValue(func() error {
		cancel()
		err := <-done
		for _, p := range platforms {
			if c, ok := p.(interface{ Close() }); ok {
				c.Close()
			}
		}
		return err
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

// within fails the test unless ok comes true.
func within(t *testing.T, s *bottest.Server, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s; %d posts, %d attempts, %d acknowledgements", what, len(s.Posts()), s.Attempts(), len(s.Acks()))
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func TestMessageIsDecidedAcknowledgedAndAnswered(t *testing.T) {
	s := bottest.Start(t, bottest.Options{Redeliver: time.Minute})
	m := newMemory()
	h := handlerFunc(func(_ context.Context, got bot.Message) (bot.Outcome, error) {
		if got.Received.IsZero() {
			t.Error("Received is not set")
		}
		m.add(bot.Outgoing{To: bot.Destination{Tenant: got.Tenant, Channel: got.Channel, Thread: got.Key}, Reply: bot.Reply{Headline: "re: " + got.Text}, Received: got.Received})
		return bot.Outcome{Ack: bot.Ack{Later: true}, Decision: "speak", Verdict: "certain", Mode: "a-mode", Replies: 1}, nil
	})
	var mu sync.Mutex
	var handled []bot.Handled
	var settled []bot.Settled
	var l bottest.Log
	d := bot.NewDispatcher(h, m.of("a"), l.Logger(), bot.Options{Poll: time.Hour, Observer: bot.Observer{
		Handled: func(h bot.Handled) { mu.Lock(); handled = append(handled, h); mu.Unlock() },
		Settled: func(s bot.Settled) { mu.Lock(); settled = append(settled, s); mu.Unlock() },
	}})
	stop := run(t, d, &bottest.Platform{URL: s.URL, Client: "a"})
	s.Deliver(said("d1", "c", ""), 1)
	within(t, s, "a post and an acknowledgement", func() bool { return len(s.Acks()) == 1 && m.count(bot.WasSent) == 1 })
	if err := stop(); err != nil {
		t.Fatalf("Run = %v", err)
	}
	if got := s.Posts()[0]; got.Reply.Headline != "re: text of d1" || got.To.Thread != "d1" {
		t.Errorf("post = %+v", got)
	}
	if !s.Acks()[0].Ack.Later {
		t.Error("the acknowledgement is not the handler's")
	}
	if got := m.row("1").set.Sent.ID; got != "1" {
		t.Errorf("settled as %q, want the platform's id 1", got)
	}
	if len(handled) != 1 || handled[0].Outcome.Verdict != "certain" || handled[0].Platform != "test" || handled[0].Kind != bot.Said || handled[0].Failed {
		t.Errorf("handled = %+v", handled)
	}
	if len(settled) != 1 || settled[0].Result != "sent" || settled[0].Elapsed <= 0 {
		t.Errorf("settled = %+v", settled)
	}
	if strings.Contains(l.String(), "text of") {
		t.Errorf("the log holds the message's text:\n%s", l.String())
	}
	if got := strings.Count(l.String(), "message decided"); got != 1 {
		t.Errorf("%d lines about the decision, want 1:\n%s", got, l.String())
	}
}

func TestErrorIsNotAcknowledged(t *testing.T) {
	s := bottest.Start(t, bottest.Options{Redeliver: 20 * time.Millisecond})
	var mu sync.Mutex
	n := 0
	h := handlerFunc(func(context.Context, bot.Message) (bot.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		if n++; n <= 2 {
			return bot.Outcome{}, errors.New("the database is away")
		}
		return bot.Outcome{}, nil
	})
	var l bottest.Log
	run(t, bot.NewDispatcher(h, newMemory().of("a"), l.Logger(), bot.Options{}), &bottest.Platform{URL: s.URL})
	s.Deliver(said("d1", "c", ""), 1)
	within(t, s, "an acknowledgement", func() bool { return len(s.Acks()) == 1 })
	mu.Lock()
	defer mu.Unlock()
	if n < 3 {
		t.Errorf("acknowledged after %d decisions, want 3", n)
	}
	if got := strings.Count(l.String(), "message not decided"); got != 2 {
		t.Errorf("%d failures logged, want 2:\n%s", got, l.String())
	}
}

func TestPanicIsAnError(t *testing.T) {
	const secret = "xoxb-secret"
	for _, p := range []any{secret, fmt.Errorf("about %s", secret)} {
		var l bottest.Log
		d := bot.NewDispatcher(handlerFunc(func(context.Context, bot.Message) (bot.Outcome, error) { panic(p) }), newMemory().of("a"), l.Logger(), bot.Options{InHand: 1})
		for range 2 { // the place and the conversation are free again
			_, err := d.Accept(t.Context(), "test", said("d", "c", ""))
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("Accept = %v", err)
			}
		}
		if got := l.String(); strings.Contains(got, secret) || !strings.Contains(got, "panic") || !strings.Contains(got, "dispatch_test.go") {
			t.Errorf("log = %s", got)
		}
	}
}

func TestAcceptRefuses(t *testing.T) {
	d := bot.NewDispatcher(silent, newMemory().of("a"), quiet(), bot.Options{})
	for name, change := range map[string]func(*bot.Message){
		"no delivery":      func(m *bot.Message) { m.Delivery = "" },
		"long delivery":    func(m *bot.Message) { m.Delivery = strings.Repeat("x", 256) },
		"another platform": func(m *bot.Message) { m.Tenant.Platform = "other" },
	} {
		m := said("d", "c", "")
		change(&m)
		if _, err := d.Accept(t.Context(), "test", m); err == nil {
			t.Errorf("%s: Accept = nil", name)
		}
	}
	if _, err := d.Accept(t.Context(), "test", bot.Message{Kind: bot.Broken, Delivery: "d"}); err != nil {
		t.Errorf("a broken delivery: Accept = %v", err)
	}
}

func TestLongTextIsCut(t *testing.T) {
	var got int
	d := bot.NewDispatcher(handlerFunc(func(_ context.Context, m bot.Message) (bot.Outcome, error) {
		got = len(m.Text)
		return bot.Outcome{}, nil
	}), newMemory().of("a"), quiet(), bot.Options{})
	m := said("d", "c", "")
	m.Text = strings.Repeat("x", 5<<20)
	if _, err := d.Accept(t.Context(), "test", m); err != nil || got != bot.MaxText {
		t.Errorf("%d bytes arrived (%v), want %d", got, err, bot.MaxText)
	}
}

func TestConversationIsDecidedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		running := 0
		var mu sync.Mutex
		first := make(chan struct{})
		h := handlerFunc(func(_ context.Context, m bot.Message) (bot.Outcome, error) {
			if m.Delivery == "0" {
				<-first
			}
			mu.Lock()
			running++
			if running > 1 {
				t.Error("two of one conversation at once")
			}
			order = append(order, m.Delivery)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			running--
			mu.Unlock()
			return bot.Outcome{}, nil
		})
		// Four are in hand, the others wait outside.
		d := bot.NewDispatcher(h, newMemory().of("a"), quiet(), bot.Options{InHand: 4})
		const n = 40
		var want []string
		for i := range n {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			gone := i == 2 || i == 17 // one in hand and one outside give up
			go func() {
				_, err := d.Accept(ctx, "test", said(fmt.Sprint(i), "c", "t"))
				if gone != errors.Is(err, context.Canceled) {
					t.Errorf("Accept of %d = %v", i, err)
				}
			}()
			synctest.Wait()
			if gone {
				cancel()
				synctest.Wait()
			} else {
				want = append(want, fmt.Sprint(i))
			}
		}
		close(first)
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff(want, order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

func TestConversationsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		h := handlerFunc(func(_ context.Context, m bot.Message) (bot.Outcome, error) {
			if m.Delivery == "stuck" {
				<-stuck
			}
			return bot.Outcome{}, nil
		})
		d := bot.NewDispatcher(h, newMemory().of("a"), quiet(), bot.Options{})
		go func() { _, _ = d.Accept(t.Context(), "test", said("stuck", "c", "t")) }()
		synctest.Wait()
		other := said("d", "c", "t")
		other.Tenant.Workspace = "another"
		for _, m := range []bot.Message{
			said("1", "c", "another"), said("2", "another", "t"), said("3", "c", ""), other,
			{Tenant: tenant, Delivery: "4", Kind: bot.Commanded, Channel: "c", Author: bot.Author{ID: "u"}},
		} {
			if _, err := d.Accept(t.Context(), "test", m); err != nil {
				t.Error(err)
			}
		}
		close(stuck)
	})
}

func TestTooManyInHandWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running, most, decided := 0, 0, 0
		var mu sync.Mutex
		h := handlerFunc(func(context.Context, bot.Message) (bot.Outcome, error) {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			running--
			decided++
			mu.Unlock()
			return bot.Outcome{}, nil
		})
		d := bot.NewDispatcher(h, newMemory().of("a"), quiet(), bot.Options{InHand: 8})
		for i := range 80 {
			go func() {
				if _, err := d.Accept(t.Context(), "test", said(fmt.Sprint(i), "c", "")); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := d.Accept(ctx, "test", said("late", "c", "")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Accept = %v, want it to wait until its context ends", err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if most != 8 || decided != 80 {
			t.Errorf("%d at once and %d decided, want 8 and 80", most, decided)
		}
	})
}

func TestDecisionIsNotInterruptedByThePlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		h := handlerFunc(func(run context.Context, _ bot.Message) (bot.Outcome, error) {
			cancel()
			select {
			case <-run.Done():
				return bot.Outcome{}, run.Err()
			case <-time.After(9 * time.Second):
				return bot.Outcome{}, nil
			}
		})
		d := bot.NewDispatcher(h, newMemory().of("a"), quiet(), bot.Options{})
		if _, err := d.Accept(ctx, "test", said("d", "c", "")); err != nil {
			t.Errorf("Accept = %v", err)
		}
	})
}

func TestDecisionHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bot.NewDispatcher(handlerFunc(func(run context.Context, _ bot.Message) (bot.Outcome, error) {
			<-run.Done()
			return bot.Outcome{}, run.Err()
		}), newMemory().of("a"), quiet(), bot.Options{})
		began := time.Now()
		_, err := d.Accept(t.Context(), "test", said("d", "c", ""))
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != 10*time.Second {
			t.Errorf("Accept = %v after %v", err, took)
		}
	})
}
