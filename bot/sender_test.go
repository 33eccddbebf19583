package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
)

// out is a reply to a thread.
func out(channel, thread string) bot.Outgoing {
	return bot.Outgoing{To: bot.Destination{Tenant: tenant, Channel: channel, Thread: thread}, Reply: bot.Reply{Headline: "a reply"}}
}

// private is a reply to a person.
func private(channel string) bot.Outgoing {
	o := out(channel, "")
	o.Private, o.To.Person = true, "u"
	return o
}

// posted returns how often each key was posted.
func posted(s *bottest.Server) map[string]int {
	n := make(map[string]int)
	for _, p := range s.Posts() {
		n[p.To.Key]++
	}
	return n
}

// quick are options by which a test need not wait for long.
var quick = bot.Options{Poll: 10 * time.Millisecond}

func TestThreadsAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	for i := range 20 {
		for thread := range 10 {
			o := out("c"+fmt.Sprint(thread%3), fmt.Sprint(thread))
			o.Reply.Headline = fmt.Sprint(i)
			m.add(o)
		}
	}
	// Some are refused at first, and must not be overtaken.
	s.Answer(bottest.Limited(time.Millisecond, false), bottest.Limited(50*time.Millisecond, true), bottest.Limited(time.Millisecond, false))
	run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), quick), &bottest.Platform{URL: s.URL})
	within(t, s, "all are sent", func() bool { return m.count(bot.WasSent) == 200 })
	next := make(map[string]int)
	for _, p := range s.Posts() {
		if p.Reply.Headline != fmt.Sprint(next[p.To.Thread]) {
			t.Fatalf("thread %s: reply %s came where %d was due", p.To.Thread, p.Reply.Headline, next[p.To.Thread])
		}
		next[p.To.Thread]++
	}
	if len(s.Posts()) != 200 {
		t.Errorf("%d posts, want 200", len(s.Posts()))
	}
}

func TestPaceIsKeptInEachChannel(t *testing.T) {
	t.Parallel()
	const pace = 50 * time.Millisecond
	s := bottest.Start(t, bottest.Options{Pace: pace})
	m := newMemory()
	for i := range 100 { // more than may be in hand
		m.add(out("busy", fmt.Sprint(i)))
	}
	for i := range 10 {
		m.add(out("calm"+fmt.Sprint(i), ""))
	}
	began := time.Now()
	d := bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{Poll: 10 * time.Millisecond, Senders: 4})
	run(t, d, &bottest.Platform{URL: s.URL, Every: pace})
	within(t, s, "all are sent", func() bool { return m.count(bot.WasSent) == 110 })
	if n := len(s.Violations()); n > 0 {
		t.Errorf("%d posts came too soon", n)
	}
	busy := 0
	for _, p := range s.Posts() {
		if p.To.Channel == "busy" {
			busy++
		} else if busy > 50 {
			t.Errorf("%s was said after %d of the busy channel", p.To.Channel, busy)
		}
	}
	if took := time.Since(began); took < 99*pace {
		t.Errorf("all sent after %v, sooner than the pace allows", took)
	}
}

func TestStuckChannelHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	stuck := make(chan struct{})
	s.SetHooks(bottest.Hooks{Arrived: func(p bottest.Post) bottest.Answer {
		if p.To.Channel == "stuck" {
			<-stuck
		}
		return bottest.Answer{}
	}})
	m := newMemory()
	for i := range 100 {
		m.add(out("stuck", fmt.Sprint(i)))
	}
	for i := range 100 {
		m.add(out("free"+fmt.Sprint(i%7), fmt.Sprint(i)))
	}
	stop := run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{Poll: 10 * time.Millisecond, Senders: 3}), &bottest.Platform{URL: s.URL})
	within(t, s, "the others are sent", func() bool { return m.count(bot.WasSent) == 100 })
	if n := s.Attempts(); n != 101 {
		t.Errorf("%d posts were tried, want 100 and the one that is stuck", n)
	}
	close(stuck)
	if err := stop(); err != nil {
		t.Errorf("Run = %v", err)
	}
}

func TestWhatSendAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answers []bottest.Answer
		private bool
		finder  bool
		window  time.Duration
		posts   int
		state   bot.SendState
		sought  int32
	}{
		"gone":                       {answers: []bottest.Answer{bottest.Gone}, state: bot.GaveUp},
		"limited":                    {answers: []bottest.Answer{bottest.Limited(time.Millisecond, true), bottest.Limited(time.Millisecond, false)}, posts: 1, state: bot.WasSent},
		"said, unknown":              {answers: []bottest.Answer{bottest.Garbled}, posts: 2, state: bot.WasSent},
		"said, cut":                  {answers: []bottest.Answer{bottest.Cut}, posts: 2, state: bot.WasSent},
		"said, with nonce":           {answers: []bottest.Answer{bottest.Garbled}, window: time.Hour, posts: 1, state: bot.WasSent},
		"said, cut, with nonce":      {answers: []bottest.Answer{bottest.Cut}, window: time.Hour, posts: 1, state: bot.WasSent},
		"said, nonce and finder":     {answers: []bottest.Answer{bottest.Garbled}, window: time.Hour, finder: true, posts: 1, state: bot.WasSent},
		"said, finder":               {answers: []bottest.Answer{bottest.Garbled}, finder: true, posts: 1, state: bot.WasSent, sought: 1},
		"said, cut, finder":          {answers: []bottest.Answer{bottest.Cut}, finder: true, posts: 1, state: bot.WasSent, sought: 1},
		"not said, finder":           {answers: []bottest.Answer{bottest.Failed}, finder: true, posts: 1, state: bot.WasSent, sought: 1},
		"not said, dropped, finder":  {answers: []bottest.Answer{bottest.Dropped}, finder: true, posts: 1, state: bot.WasSent, sought: 1},
		"not said":                   {answers: []bottest.Answer{bottest.Failed}, posts: 1, state: bot.WasSent},
		"not said, nonce":            {answers: []bottest.Answer{bottest.Failed}, window: time.Hour, posts: 1, state: bot.WasSent},
		"said, then limited, finder": {answers: []bottest.Answer{bottest.Garbled, bottest.Limited(time.Millisecond, false)}, finder: true, posts: 1, state: bot.WasSent, sought: 1},
		"said, then limited, nonce":  {answers: []bottest.Answer{bottest.Garbled, bottest.Limited(time.Millisecond, false)}, window: time.Hour, posts: 1, state: bot.WasSent},
		"private, said":              {answers: []bottest.Answer{bottest.Garbled}, private: true, posts: 1, state: bot.WasLost},
		"private, not said":          {answers: []bottest.Answer{bottest.Failed}, private: true, posts: 0, state: bot.WasLost},
		"private, limited":           {answers: []bottest.Answer{bottest.Limited(time.Millisecond, false)}, private: true, posts: 1, state: bot.WasSent},
		"private, gone":              {answers: []bottest.Answer{bottest.Gone}, private: true, state: bot.GaveUp},
		"private, said, nonce":       {answers: []bottest.Answer{bottest.Cut}, private: true, window: time.Hour, posts: 1, state: bot.WasLost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := bottest.Start(t, bottest.Options{Window: c.window})
			var sought atomic.Int32
			s.SetHooks(bottest.Hooks{Sought: func(bot.Destination) bottest.Answer { sought.Add(1); return bottest.Answer{} }})
			s.Answer(c.answers...)
			m := newMemory()
			o := out("c", "t")
			if c.private {
				o = private("c")
			}
			m.add(o)
			plain := &bottest.Platform{URL: s.URL, Within: c.window}
			var p bot.Platform = plain
			if c.finder {
				p = bottest.FindingPlatform{Platform: plain}
			}
			stop := run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), quick), p)
			within(t, s, "it is settled", func() bool { return m.count("") == 0 })
			if got := m.row("1"); got.state != c.state || c.state == bot.WasSent && got.set.Sent.ID == "" {
				t.Errorf("settled as %+v, want %s", got.set, c.state)
			}
			if got := len(s.Posts()); got != c.posts {
				t.Errorf("said %d times, want %d", got, c.posts)
			}
			if got := sought.Load(); got != c.sought {
				t.Errorf("looked for %d times, want %d", got, c.sought)
			}
			if err := stop(); err != nil {
				t.Errorf("Run = %v", err)
			}
		})
	}
}

func TestLimitHoldsChannelOrTenant(t *testing.T) {
	const wait = 300 * time.Millisecond
	for _, whole := range []bool{false, true} {
		t.Run(fmt.Sprint("tenant=", whole), func(t *testing.T) {
			t.Parallel()
			s := bottest.Start(t, bottest.Options{})
			var mu sync.Mutex
			limited := time.Time{}
			early := make(map[string]int) // attempts while limited, by channel
			s.SetHooks(bottest.Hooks{Arrived: func(p bottest.Post) bottest.Answer {
				mu.Lock()
				defer mu.Unlock()
				switch {
				case limited.IsZero():
					limited = time.Now()
					return bottest.Limited(wait, whole)
				case time.Since(limited) < wait:
					early[p.To.Channel]++
				}
				return bottest.Answer{}
			}})
			m := newMemory()
			m.add(out("c", "first"))
			d := bot.NewDispatcher(silent, m.of("a"), quiet(), quick)
			run(t, d, &bottest.Platform{URL: s.URL})
			within(t, s, "the first is refused", func() bool { return m.row("1").backsKnown() })
			stranger := out("c", "t")
			stranger.To.Tenant.Workspace = "stranger"
			m.add(out("c", "second"), out("other", "t"), stranger)
			d.Wake("test")
			within(t, s, "all are sent", func() bool { return m.count(bot.WasSent) == 4 })
			mu.Lock()
			defer mu.Unlock()
			want := map[string]int{"other": 1, "c": 1} // the stranger's c
			if whole {
				want = map[string]int{"c": 1}
			}
			for _, c := range []string{"c", "other"} {
				if early[c] > want[c] {
					t.Errorf("%d attempts in %s while it was limited, want %d", early[c], c, want[c])
				}
			}
			if early["other"] < want["other"] {
				t.Error("the other channel was held up")
			}
		})
	}
}

// backsKnown reports whether a row was settled to be tried again.
func (r row) backsKnown() bool { return r.set.State == bot.TryAgain }

func TestFindingFails(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	var sought atomic.Int32
	s.SetHooks(bottest.Hooks{Sought: func(bot.Destination) bottest.Answer {
		switch sought.Add(1) {
		case 1:
			return bottest.Failed
		case 2:
			return bottest.Limited(time.Millisecond, true)
		}
		return bottest.Answer{}
	}})
	s.Answer(bottest.Cut)
	m := newMemory()
	m.add(out("c", "t"))
	run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), quick), bottest.FindingPlatform{Platform: &bottest.Platform{URL: s.URL}})
	within(t, s, "it is settled", func() bool { return m.count(bot.WasSent) == 1 })
	if n := len(s.Posts()); n != 1 || sought.Load() != 3 {
		t.Errorf("said %d times and looked for %d times, want 1 and 3", n, sought.Load())
	}
}

func TestNonceOutsideItsWindow(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{Window: time.Hour})
	m := newMemory()
	o := out("c", "t")
	o.Unsure, o.Created = true, time.Now().Add(-2*time.Hour)
	m.add(o)
	var sought atomic.Int32
	s.SetHooks(bottest.Hooks{Sought: func(bot.Destination) bottest.Answer { sought.Add(1); return bottest.Answer{} }})
	run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), quick), bottest.FindingPlatform{Platform: &bottest.Platform{URL: s.URL, Within: time.Hour}})
	within(t, s, "it is sent", func() bool { return m.count(bot.WasSent) == 1 })
	if sought.Load() != 1 {
		t.Errorf("looked for %d times, want once: the window is over", sought.Load())
	}
}

func TestServiceThatCannotBeReached(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	s.Close()
	m := newMemory()
	m.add(out("c", "t"))
	old := out("c", "old")
	old.Created = time.Now().Add(-25 * time.Hour)
	m.add(old)
	m.add(private("c"))
	run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), quick), &bottest.Platform{URL: s.URL})
	within(t, s, "all are tried", func() bool { return m.row("1").backsKnown() && m.row("3").backsKnown() && m.count(bot.GaveUp) == 1 })
	for _, id := range []string{"1", "3"} {
		if got := m.row(id); got.set.Unsure || got.set.After < 500*time.Millisecond {
			t.Errorf("reply %s: %+v, want to be tried again after a while, and surely unsent", id, got.set)
		}
	}
	if m.row("2").state != bot.GaveUp {
		t.Error("the one that is too old is not given up")
	}
}

func TestFrozenSenderDoesNotSend(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	m.now = now
	var once sync.Once
	m.add(out("c", "t"))
	// The process stands still for a minute between the lease and the send.
	frozen := frozenOutbox{m.of("a"), func() {
		once.Do(func() {
			ahead.Add(int64(time.Minute))
			rows, err := m.of("b").Lease(t.Context(), "test", 1, now().Add(time.Hour))
			if err != nil || len(rows) != 1 || !rows[0].Unsure {
				t.Errorf("taken over: %+v, %v", rows, err)
			}
		})
	}}
	stop := run(t, bot.NewDispatcher(silent, frozen, quiet(), bot.Options{Poll: 10 * time.Millisecond, Now: now}), &bottest.Platform{URL: s.URL})
	within(t, s, "the outbox is asked again", func() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.leases > 4 })
	if err := stop(); err != nil {
		t.Errorf("Run = %v", err)
	}
	if n := s.Attempts(); n != 0 {
		t.Errorf("%d attempts to say what another sender has", n)
	}
	if got := m.row("1"); got.owner != "b" {
		t.Errorf("owner = %q, want b", got.owner)
	}
}

// A frozenOutbox does something between a lease and the return to the sender.
type frozenOutbox struct {
	view
	after func()
}

func (f frozenOutbox) Lease(ctx context.Context, platform string, n int, until time.Time) ([]bot.Outgoing, error) {
	rows, err := f.view.Lease(ctx, platform, n, until)
	if len(rows) > 0 {
		f.after()
	}
	return rows, err
}

func TestLeaseThatComesLateIsNotUsed(t *testing.T) {
	const late = 25 * time.Second // of the 30 s that a lease holds
	var ahead atomic.Int64
	for name, pass := range map[string]func(){
		"slow outbox":  func() { time.Sleep(late) },
		"clock is set": func() { ahead.Add(int64(late)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ahead.Store(0)
				now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
				m := newMemory()
				m.now = now
				m.add(out("c", "t"), private("c"))
				var once sync.Once
				slow := frozenOutbox{m.of("a"), func() { once.Do(pass) }}
				var sends atomic.Int32
				p := local{name: "test", send: func(ctx context.Context, _ bot.Destination, _ bot.Reply) (bot.Sent, error) {
					sends.Add(1)
					if end, ok := ctx.Deadline(); !ok || time.Until(end) > late {
						t.Errorf("the send may take %v, of a lease of 30 s", time.Until(end))
					}
					return bot.Sent{ID: "id"}, ctx.Err()
				}}
				stop := run(t, bot.NewDispatcher(silent, slow, quiet(), bot.Options{Now: now}), p)
				time.Sleep(late + time.Second/2)
				if err := stop(); err != nil {
					t.Errorf("Run = %v", err)
				}
				for _, r := range m.rows {
					if r.Attempt != 2 || r.Unsure || r.state != bot.WasSent {
						t.Errorf("reply %s: attempt %d, unsure %v, state %q; want it handed back and sent at the second", r.ID, r.Attempt, r.Unsure, r.state)
					}
				}
				if n := sends.Load(); n != 2 {
					t.Errorf("sent %d times, want 2", n)
				}
			})
		})
	}
}

func TestThreadGoesOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		for range 10 {
			m.add(out("c", "t"))
		}
		p := local{name: "test", send: func(context.Context, bot.Destination, bot.Reply) (bot.Sent, error) { return bot.Sent{ID: "id"}, nil }}
		run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{Poll: time.Hour}), p)
		time.Sleep(time.Second)
		if n := m.count(bot.WasSent); n != 10 {
			t.Errorf("%d of 10 are sent without a poll", n)
		}
	})
}

func TestReplyComesBackInItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.add(out("c", "t"))
		began := time.Now()
		var times []time.Duration
		p := local{name: "test", send: func(context.Context, bot.Destination, bot.Reply) (bot.Sent, error) {
			times = append(times, time.Since(began))
			if len(times) == 1 {
				return bot.Sent{}, &bot.RetryAfter{After: 2 * time.Second, Channel: true}
			}
			return bot.Sent{ID: "id"}, nil
		}}
		d := bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{Poll: time.Hour})
		stop := run(t, d, p)
		time.Sleep(time.Second)
		d.Wake("test") // in between there is nothing to send
		time.Sleep(2 * time.Second)
		if err := stop(); err != nil {
			t.Errorf("Run = %v", err)
		}
		if len(times) != 2 || times[1] != 2*time.Second {
			t.Errorf("sent after %v, want at once and after 2 s", times)
		}
	})
}

func TestUnsureReplies(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	lost, open := private("c"), out("d", "")
	lost.Unsure, open.Unsure = true, true
	m.add(lost, open)
	s.Answer(bottest.Limited(time.Hour, false))
	run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), quick), bottest.FindingPlatform{Platform: &bottest.Platform{URL: s.URL}})
	within(t, s, "both are settled", func() bool { return m.row("1").set.State != "" && m.row("2").set.State != "" })
	if got := m.row("1"); got.state != bot.WasLost {
		t.Errorf("the private reply: %+v, want lost", got.set)
	}
	if got := m.row("2"); got.set.State != bot.TryAgain || got.set.Unsure {
		t.Errorf("the public reply: %+v, want to be tried again and surely unsent: it was looked for", got.set)
	}
	if n := s.Attempts(); n != 1 {
		t.Errorf("%d attempts, want 1: a private reply is not said twice", n)
	}
}

func TestLeaseIsLostWhileSending(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	m.add(out("c", "t"))
	s.SetHooks(bottest.Hooks{Recorded: func(bottest.Post) {
		m.mu.Lock()
		m.rows[0].owner = "b"
		m.mu.Unlock()
	}})
	var lost atomic.Int32
	d := bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{Poll: 10 * time.Millisecond, Observer: bot.Observer{Settled: func(s bot.Settled) {
		if s.Result == "lease_lost" {
			lost.Add(1)
		}
	}}})
	run(t, d, &bottest.Platform{URL: s.URL})
	within(t, s, "the loss is noticed", func() bool { return lost.Load() == 1 })
	// The other sender gives it back without knowing that it was said; this one
	// does know.
	m.mu.Lock()
	m.rows[0].owner, m.rows[0].Unsure = "", true
	m.mu.Unlock()
	within(t, s, "it is settled", func() bool { return m.count(bot.WasSent) == 1 })
	if n := s.Attempts(); n != 1 {
		t.Errorf("%d attempts, want 1", n)
	}
}

func TestOutboxFailsForAWhile(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	var away atomic.Bool
	var refused atomic.Int32
	fail := func() error {
		if away.Load() {
			refused.Add(1)
			return errors.New("the database is away")
		}
		return nil
	}
	m.lease = func(string) error { return fail() }
	m.settle = func(string, bot.Outgoing, bot.Settlement) error { return fail() }
	s.SetHooks(bottest.Hooks{Recorded: func(bottest.Post) { away.Store(true) }})
	for i := range 8 {
		m.add(out("c"+fmt.Sprint(i), ""))
	}
	var l bottest.Log
	run(t, bot.NewDispatcher(silent, m.of("a"), l.Logger(), quick), &bottest.Platform{URL: s.URL})
	within(t, s, "the outbox refuses", func() bool { return refused.Load() > 8 })
	away.Store(false)
	s.SetHooks(bottest.Hooks{})
	within(t, s, "all are sent", func() bool { return m.count(bot.WasSent) == 8 })
	if n := len(s.Posts()); n != 8 {
		t.Errorf("%d posts, want 8: %v", n, posted(s))
	}
	if !strings.Contains(l.String(), "outbox not written") {
		t.Error("the failure is not logged")
	}
}

func TestPanicWhileSending(t *testing.T) {
	t.Parallel()
	s := bottest.Start(t, bottest.Options{})
	m := newMemory()
	m.add(out("c", "t"), private("c"))
	var n atomic.Int32
	p := panicking{&bottest.Platform{URL: s.URL}, &n}
	run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), quick), p)
	within(t, s, "the public one is sent, the private one lost", func() bool { return m.count(bot.WasSent) == 1 && m.count(bot.WasLost) == 1 })
}

// panicking panics at the first two sends.
type panicking struct {
	*bottest.Platform
	n *atomic.Int32
}

func (p panicking) Send(ctx context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error) {
	if p.n.Add(1) <= 2 {
		panic("at once")
	}
	return p.Platform.Send(ctx, to, r)
}
