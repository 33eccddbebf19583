package bot_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
)

// A local platform lives in the test's process, so that its time can be
// simulated.
type local struct {
	name   string
	listen func(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error
	send   func(ctx context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error)
}

func (l local) Name() string { return l.name }

func (l local) Listen(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	if l.listen == nil {
		<-ctx.Done()
		return nil
	}
	return l.listen(ctx, accept)
}

func (l local) Send(ctx context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error) {
	return l.send(ctx, to, r)
}

func TestRunReturnsThePlatformsError(t *testing.T) {
	broken := errors.New("the token was revoked")
	for name, listen := range map[string]func(context.Context, func(context.Context, bot.Message) (bot.Ack, error)) error{
		"error": func(context.Context, func(context.Context, bot.Message) (bot.Ack, error)) error { return broken },
		"panic": func(context.Context, func(context.Context, bot.Message) (bot.Ack, error)) error { panic("xoxb-secret") },
	} {
		t.Run(name, func(t *testing.T) {
			d := bot.NewDispatcher(silent, newMemory().of("a"), quiet(), bot.Options{})
			err := d.Run(t.Context(), local{name: "healthy"}, local{name: "sick", listen: listen})
			if err == nil || !strings.Contains(err.Error(), "sick") || strings.Contains(err.Error(), "secret") {
				t.Errorf("Run = %v, want an error that names the platform", err)
			}
			if name == "error" && !errors.Is(err, broken) {
				t.Errorf("Run = %v, want %v in it", err, broken)
			}
		})
	}
	d := bot.NewDispatcher(silent, newMemory().of("a"), quiet(), bot.Options{})
	if err := d.Run(t.Context(), local{name: "twin"}, local{name: "twin"}); err == nil {
		t.Error("Run of two platforms of one name = nil")
	}
}

func TestRunEndsWithItsPlatforms(t *testing.T) {
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	h := handlerFunc(func(_ context.Context, got bot.Message) (bot.Outcome, error) {
		m.add(out("c", got.Key), out("c", got.Key))
		return bot.Outcome{Replies: 2}, nil
	})
	speaks := &bottest.Platform{URL: s.URL}
	defer speaks.Close()
	p := local{name: "test", send: speaks.Send, listen: func(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
		for i := range 10 {
			if _, err := accept(ctx, said(fmt.Sprint(i), "c", "")); err != nil {
				t.Error(err)
			}
		}
		return nil // the input is at its end
	}}
	if err := bot.NewDispatcher(h, m.of("a"), quiet(), bot.Options{Poll: time.Hour}).Run(t.Context(), p); err != nil {
		t.Errorf("Run = %v", err)
	}
	if n := m.count(bot.WasSent); n != 20 || len(s.Posts()) != 20 {
		t.Errorf("%d settled and %d said when Run returned, want 20", n, len(s.Posts()))
	}
}

func TestRunEndsThoughTheOutboxFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.lease = func(string) error { return errors.New("the database is away") }
		ended := local{name: "test", listen: func(context.Context, func(context.Context, bot.Message) (bot.Ack, error)) error { return nil }}
		began := time.Now()
		err := bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{}).Run(t.Context(), ended)
		if took := time.Since(began); err != nil || took > 30*time.Second {
			t.Errorf("Run = %v after %v", err, took)
		}
	})
}

func TestSoftStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		for i := range 200 {
			m.add(out(fmt.Sprint("c", i), ""))
		}
		secret := private("quiet")
		m.add(secret)
		var sending atomic.Int32
		p := local{name: "test",
			send: func(ctx context.Context, to bot.Destination, _ bot.Reply) (bot.Sent, error) {
				sending.Add(1)
				select {
				case <-time.After(4 * time.Second): // longer than from now to the stop
					return bot.Sent{ID: "id"}, nil
				case <-ctx.Done():
					return bot.Sent{}, ctx.Err()
				}
			},
			listen: func(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
				var wg sync.WaitGroup
				for _, key := range []string{"first", "second"} {
					wg.Go(func() {
						_, err := accept(ctx, said(key, "c", "thread"))
						if key == "first" && err != nil {
							t.Errorf("what had begun: accept = %v", err)
						}
						if key == "second" && !errors.Is(err, bot.ErrStopping) {
							t.Errorf("what had not begun: accept = %v, want ErrStopping", err)
						}
					})
					synctest.Wait()
				}
				<-ctx.Done()
				if _, err := accept(ctx, said("late", "c", "")); !errors.Is(err, bot.ErrStopping) {
					t.Errorf("after the stop: accept = %v, want ErrStopping", err)
				}
				wg.Wait()
				return nil
			},
		}
		h := handlerFunc(func(ctx context.Context, _ bot.Message) (bot.Outcome, error) {
			select {
			case <-time.After(3 * time.Second):
				return bot.Outcome{}, nil
			case <-ctx.Done():
				return bot.Outcome{}, ctx.Err()
			}
		})
		d := bot.NewDispatcher(h, m.of("a"), quiet(), bot.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		if err := d.Run(ctx, p); err != nil {
			t.Errorf("Run = %v", err)
		}
		if took := time.Since(began); took < 4*time.Second || took > 5*time.Second {
			t.Errorf("stopped after %v, want when the sends are done, at 4 s", took)
		}
		if n := m.count(bot.WasSent); n != 16 || sending.Load() != 16 {
			t.Errorf("%d sent and %d begun, want the 16 that had begun", n, sending.Load())
		}
		if n := m.leased(); n != 0 {
			t.Errorf("%d replies are still leased", n)
		}
		for _, r := range m.rows {
			if r.Unsure || r.state == "" && r.notBefore.After(time.Now()) {
				t.Errorf("reply %s is unsure, or not to be had at once: %+v", r.ID, r.set)
			}
		}
		if _, err := d.Accept(t.Context(), "test", said("later", "c", "")); !errors.Is(err, bot.ErrStopping) {
			t.Errorf("Accept after Run = %v, want ErrStopping", err)
		}
	})
}

func TestHardStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.add(out("c", "t"), private("another"))
		p := local{name: "test",
			send: func(ctx context.Context, _ bot.Destination, _ bot.Reply) (bot.Sent, error) {
				<-ctx.Done()
				return bot.Sent{}, errors.New("interrupted, who knows where")
			},
			listen: func(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
				if _, err := accept(ctx, said("d", "c", "")); !errors.Is(err, context.Canceled) {
					t.Errorf("accept = %v, want that it was interrupted", err)
				}
				return nil
			},
		}
		h := handlerFunc(func(ctx context.Context, _ bot.Message) (bot.Outcome, error) {
			<-ctx.Done()
			return bot.Outcome{}, ctx.Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		err := bot.NewDispatcher(h, m.of("a"), quiet(), bot.Options{Grace: 5 * time.Second}).Run(ctx, p)
		if took := time.Since(began); err != nil || took > 6*time.Second {
			t.Errorf("Run = %v after %v, want nil within 6 s", err, took)
		}
		if r := m.row("1"); !r.Unsure || r.owner != "" {
			t.Errorf("the public reply: %+v, want unsure and handed back", r)
		}
		if r := m.row("2"); r.state != bot.WasLost {
			t.Errorf("the private reply is %q, want lost", r.state)
		}
	})
}

func TestStopWithoutAnOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.settle = func(string, bot.Outgoing, bot.Settlement) error { return errors.New("the database is away") }
		for i := range 50 {
			m.add(out(fmt.Sprint("c", i), ""))
		}
		p := local{name: "test", send: func(context.Context, bot.Destination, bot.Reply) (bot.Sent, error) { return bot.Sent{ID: "id"}, nil }}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		err := bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{Grace: 5 * time.Second}).Run(ctx, p)
		if took := time.Since(began); err != nil || took > 6*time.Second {
			t.Errorf("Run = %v after %v, want nil within 6 s", err, took)
		}
	})
}

func TestPlatformThatDoesNotLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		deaf := func(context.Context, func(context.Context, bot.Message) (bot.Ack, error)) error {
			<-release
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := bot.NewDispatcher(silent, newMemory().of("a"), quiet(), bot.Options{}).Run(ctx, local{name: "deaf", listen: deaf}, local{name: "good"})
		if err == nil || !strings.Contains(err.Error(), "deaf") || strings.Contains(err.Error(), "good") {
			t.Errorf("Run = %v, want an error that names deaf", err)
		}
		close(release)
	})
}

func TestSentIsRememberedWhileTheOutboxIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.add(out("c", "t"))
		var sends atomic.Int32
		p := local{name: "test", send: func(context.Context, bot.Destination, bot.Reply) (bot.Sent, error) {
			sends.Add(1)
			return bot.Sent{ID: "id"}, nil
		}}
		// What was sent cannot be recorded, for ten times as long as the lease, while
		// the outbox goes on handing out.
		m.settle = func(_ string, _ bot.Outgoing, s bot.Settlement) error {
			return errors.New("it cannot be written")
		}
		d := bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{})
		run(t, d, p)
		time.Sleep(5 * time.Minute)
		m.mu.Lock()
		m.settle = nil
		leases := m.leases
		m.mu.Unlock()
		time.Sleep(5 * time.Minute)
		if r := m.row("1"); r.state != bot.WasSent || r.set.Sent.ID != "id" {
			t.Errorf("settled as %+v, want sent", r.set)
		}
		if n := sends.Load(); n != 1 {
			t.Errorf("sent %d times, want once", n)
		}
		if leases < 2 || leases > 60 {
			t.Errorf("the outbox was asked %d times while it failed", leases)
		}
	})
}

func TestHandedBackStaysUnsure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		for i := range 20 { // more than may wait for one channel
			o := out("c", fmt.Sprint(i))
			o.Unsure = true
			m.add(o)
		}
		p := local{name: "test", send: func(ctx context.Context, _ bot.Destination, _ bot.Reply) (bot.Sent, error) {
			return bot.Sent{}, &bot.RetryAfter{After: time.Hour, Channel: true}
		}}
		stop := run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{}), p)
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Errorf("Run = %v", err)
		}
		for _, r := range m.rows {
			if !r.Unsure || r.set.State != bot.TryAgain {
				t.Errorf("reply %s: %+v, want still unsure", r.ID, r.set)
			}
		}
	})
}

// TestSendsAreBlockedForAnHour has messages come in while nothing can be sent:
// they are all recorded, and what the dispatcher holds does not grow.
func TestSendsAreBlockedForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		var blocked atomic.Bool
		blocked.Store(true)
		var attempts atomic.Int32
		spoken := make(map[string]int)
		var mu sync.Mutex
		p := local{name: "test", send: func(ctx context.Context, to bot.Destination, _ bot.Reply) (bot.Sent, error) {
			attempts.Add(1)
			if blocked.Load() {
				<-ctx.Done()
				return bot.Sent{}, ctx.Err()
			}
			mu.Lock()
			spoken[to.Key]++
			mu.Unlock()
			return bot.Sent{ID: to.Key}, nil
		}}
		h := handlerFunc(func(_ context.Context, got bot.Message) (bot.Outcome, error) {
			m.add(out(got.Channel, got.Key))
			return bot.Outcome{Replies: 1}, nil
		})
		d := bot.NewDispatcher(h, m.of("a"), quiet(), bot.Options{})
		stop := run(t, d, p)
		synctest.Wait()
		goroutines := runtime.NumGoroutine()
		const n = 3600
		mostLeased, mostGoroutines := 0, 0
		var before, after runtime.MemStats
		for i := range n {
			if i == n/10 {
				runtime.GC()
				runtime.ReadMemStats(&before)
			}
			if _, err := d.Accept(t.Context(), "test", said(fmt.Sprint(i), fmt.Sprint("c", i%50), "")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			mostLeased = max(mostLeased, m.leased())
			mostGoroutines = max(mostGoroutines, runtime.NumGoroutine())
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		t.Logf("%d attempts, %d leased at most, %d goroutines more, heap grew by %d KiB with the outbox's %d rows",
			attempts.Load(), mostLeased, mostGoroutines-goroutines, (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10, n)
		if mostLeased > 64 {
			t.Errorf("%d replies in hand, want at most 64", mostLeased)
		}
		if mostGoroutines > goroutines+20 {
			t.Errorf("%d goroutines, and %d at the beginning", mostGoroutines, goroutines)
		}
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
			t.Errorf("the heap grew by %d bytes", grown)
		}
		blocked.Store(false)
		freed := time.Now()
		for m.count(bot.WasSent) < n && time.Since(freed) < time.Hour {
			time.Sleep(time.Second)
		}
		t.Logf("all sent %v later", time.Since(freed))
		if took := time.Since(freed); took > 6*time.Minute {
			t.Errorf("all are sent %v after sends work again, want within the longest back-off", took)
		}
		if err := stop(); err != nil {
			t.Errorf("Run = %v", err)
		}
		for key, times := range spoken {
			if times != 1 {
				t.Errorf("reply %s was said %d times", key, times)
			}
		}
	})
}

func TestReplicasShareAnOutbox(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	for i := range 300 {
		m.add(out(fmt.Sprint("c", i%20), fmt.Sprint(i%60)))
	}
	for _, owner := range []string{"a", "b", "c"} {
		run(t, bot.NewDispatcher(silent, m.of(owner), quiet(), quick), &bottest.Platform{URL: s.URL, Client: owner})
	}
	within(t, s, "all are sent", func() bool { return m.count(bot.WasSent) == 300 })
	for key, n := range posted(s) {
		if n != 1 {
			t.Errorf("reply %s was said %d times", key, n)
		}
	}
}
