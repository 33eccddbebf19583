package bottest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"authfix/bot"
)

// A Subject is a platform with its fake service, for [Exercise].
type Subject struct {
	Platform bot.Platform
	// To is somewhere a reply can be sent to, with a Message that can be reacted to.
	// Exercise sets its Key.
	To bot.Destination
	// Hear has the service deliver a message with this text, again and again until
	// it is acknowledged.
	Hear func(text string)
	// Acknowledged returns how many messages were acknowledged so far.
	Acknowledged func() int
	// Said returns how many replies the service has shown to people so far.
	Said func() int
	// Next says what the service does with the next reply. It returns false when
	// the service cannot do that.
	Next func(Fault) bool
}

// A Fault is what a service does with a reply instead of showing it.
type Fault int

// The faults.
const (
	// Refuse: the channel is gone. Send returns [bot.ErrPermanent].
	Refuse Fault = iota
	// Limit: it asks to come again after two seconds. Send returns a
	// [bot.RetryAfter] of that.
	Limit
	// Break: it shows the reply and fails to say so. Send returns
	// [bot.ErrUnknown].
	Break
	// Stall: it does not answer, and shows nothing. Send returns when its context
	// ends, and not with nil.
	Stall
)

// patience is how long the exercise waits for what must happen.
const patience = 20 * time.Second

// Exercise tests the contract of [bot.Platform]. Each part gets a subject of its
// own.
func Exercise(t *testing.T, start func(t *testing.T) Subject) {
	t.Run("Name", func(t *testing.T) {
		if s := start(t); s.Platform.Name() == "" || s.Platform.Name() != s.To.Tenant.Platform {
			t.Errorf("Name = %q, and the tenant's platform is %q", s.Platform.Name(), s.To.Tenant.Platform)
		}
	})
	t.Run("Acknowledge", func(t *testing.T) { acknowledge(t, start(t)) })
	t.Run("AcknowledgeAfterAccept", func(t *testing.T) { acknowledgeAfter(t, start(t)) })
	t.Run("ErrorIsDeliveredAgain", func(t *testing.T) { deliveredAgain(t, start(t)) })
	t.Run("ListenEnds", func(t *testing.T) { listenEnds(t, start(t)) })
	t.Run("ListenWaitsForAccept", func(t *testing.T) { listenWaits(t, start(t)) })
	t.Run("Replies", func(t *testing.T) { replies(t, start(t)) })
	t.Run("Replace", func(t *testing.T) { replace(t, start(t)) })
	t.Run("Concurrently", func(t *testing.T) { concurrently(t, start(t)) })
	t.Run("Faults", func(t *testing.T) { faults(t, start) })
	t.Run("Find", func(t *testing.T) { find(t, start(t)) })
	t.Run("Deduplicate", func(t *testing.T) { deduplicate(t, start(t)) })
}

// listen listens until stop is called, which returns what Listen returned.
func listen(t *testing.T, p bot.Platform, accept func(context.Context, bot.Message) (bot.Ack, error)) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Listen(ctx, accept) }()
	stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
			return errors.New("Listen does not return")
		}
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

// until polls, for a service need not tell when something happens.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func acknowledge(t *testing.T, s Subject) {
	var mu sync.Mutex
	heard := make(map[string]bot.Message)
	stop := listen(t, s.Platform, func(_ context.Context, m bot.Message) (bot.Ack, error) {
		mu.Lock()
		defer mu.Unlock()
		heard[m.Text] = m
		return bot.Ack{}, nil
	})
	texts := []string{"first", "second\nof two lines", "third: ünïcode 🙂 & <angles>"}
	for _, text := range texts {
		s.Hear(text)
	}
	until(t, "all are acknowledged", func() bool { return s.Acknowledged() == len(texts) })
	if err := stop(); err != nil {
		t.Errorf("Listen = %v", err)
	}
	deliveries := make(map[string]bool)
	for _, text := range texts {
		m, ok := heard[text]
		if !ok {
			t.Errorf("%q was not heard; heard were %v", text, heard)
			continue
		}
		deliveries[m.Delivery] = true
		if m.Tenant.Platform != s.Platform.Name() || m.Delivery == "" || len(m.Delivery) > bot.MaxDelivery || m.Kind == "" || m.Channel == "" || m.Author.ID == "" {
			t.Errorf("%q is incomplete: %+v", text, m)
		}
	}
	if len(deliveries) != len(texts) {
		t.Errorf("%d delivery keys for %d messages", len(deliveries), len(texts))
	}
}

func acknowledgeAfter(t *testing.T, s Subject) {
	before := make(chan int, 16)
	release := make(chan struct{})
	listen(t, s.Platform, func(context.Context, bot.Message) (bot.Ack, error) {
		before <- s.Acknowledged()
		<-release
		return bot.Ack{}, nil
	})
	s.Hear("a message")
	select {
	case <-before:
	case <-time.After(patience):
		t.Fatal("the message was not heard")
	}
	// Nothing is to be seen of an acknowledgement that should not be: give it time.
	time.Sleep(100 * time.Millisecond)
	if n := s.Acknowledged(); n != 0 {
		t.Errorf("acknowledged before accept returned")
	}
	close(release)
	until(t, "it is acknowledged", func() bool { return s.Acknowledged() > 0 })
}

func deliveredAgain(t *testing.T, s Subject) {
	var mu sync.Mutex
	var keys []string
	acknowledged := -1
	listen(t, s.Platform, func(_ context.Context, m bot.Message) (bot.Ack, error) {
		mu.Lock()
		defer mu.Unlock()
		keys = append(keys, m.Delivery)
		if len(keys) < 3 {
			return bot.Ack{}, errors.New("not now")
		}
		if acknowledged < 0 {
			acknowledged = s.Acknowledged()
		}
		return bot.Ack{}, nil
	})
	s.Hear("a message")
	until(t, "it is acknowledged", func() bool { return s.Acknowledged() == 1 })
	mu.Lock()
	defer mu.Unlock()
	if acknowledged != 0 {
		t.Error("acknowledged although accept had returned an error")
	}
	for _, k := range keys {
		if k != keys[0] {
			t.Errorf("delivered again under another key: %q", keys)
		}
	}
}

func listenEnds(t *testing.T, s Subject) {
	stop := listen(t, s.Platform, func(context.Context, bot.Message) (bot.Ack, error) { return bot.Ack{}, nil })
	s.Hear("a message")
	until(t, "it is acknowledged", func() bool { return s.Acknowledged() == 1 })
	if err := stop(); err != nil {
		t.Errorf("Listen = %v, want nil when its context ends", err)
	}
}

func listenWaits(t *testing.T, s Subject) {
	began, release := make(chan struct{}, 16), make(chan struct{})
	stop := listen(t, s.Platform, func(context.Context, bot.Message) (bot.Ack, error) {
		began <- struct{}{}
		<-release
		return bot.Ack{}, nil
	})
	s.Hear("a message")
	select {
	case <-began:
	case <-time.After(patience):
		t.Fatal("the message was not heard")
	}
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	select {
	case err := <-ended:
		t.Errorf("Listen = %v before accept returned", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	if err := stop(); err != nil {
		t.Errorf("Listen = %v", err)
	}
	until(t, "what was accepted while listening ended is acknowledged", func() bool { return s.Acknowledged() == 1 })
}

func replies(t *testing.T, s Subject) {
	for _, c := range Replies() {
		c.Reply.Replaces = "" // of what was never said
		before := s.Said()
		sent, err := s.send(t, s.To, "reply-"+c.Name, c.Reply)
		switch {
		case err != nil:
			t.Errorf("Send of %s = %v", c.Name, err)
		case sent.ID == "":
			t.Errorf("Send of %s returned no id", c.Name)
		case s.Said() <= before && c.Name != "mark-gone": // which only takes away
			t.Errorf("Send of %s said nothing", c.Name)
		}
	}
}

// send sends, as often as the platform asks to wait.
func (s Subject) send(t *testing.T, to bot.Destination, key string, r bot.Reply) (bot.Sent, error) {
	to.Key = key
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		sent, err := s.Platform.Send(ctx, to, r)
		var wait *bot.RetryAfter
		if !errors.As(err, &wait) {
			return sent, err
		}
		pause(ctx, wait.After)
		if ctx.Err() != nil {
			return bot.Sent{}, ctx.Err()
		}
	}
}

func replace(t *testing.T, s Subject) {
	sent, err := s.send(t, s.To, "original", bot.Reply{Headline: "as first said"})
	if err != nil {
		t.Fatal(err)
	}
	to := s.To
	to.Replaces = sent.ID
	if _, err := s.send(t, to, "edit", bot.Reply{Headline: "as changed", Replaces: "original"}); err != nil {
		t.Errorf("Send of an edit = %v", err)
	}
}

func concurrently(t *testing.T, s Subject) {
	listen(t, s.Platform, func(context.Context, bot.Message) (bot.Ack, error) { return bot.Ack{}, nil })
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s.Hear(fmt.Sprint("message ", i))
			if _, err := s.send(t, s.To, fmt.Sprint("reply-", i), bot.Reply{Headline: "at the same time"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	until(t, "all are acknowledged", func() bool { return s.Acknowledged() == 8 })
}

func faults(t *testing.T, start func(*testing.T) Subject) {
	for name, c := range map[string]struct {
		fault Fault
		said  int
		ok    func(error) bool
	}{
		"refuse": {Refuse, 0, func(err error) bool { return errors.Is(err, bot.ErrPermanent) }},
		"limit": {Limit, 0, func(err error) bool {
			var wait *bot.RetryAfter
			return errors.As(err, &wait) && wait.After > time.Second && wait.After <= 3*time.Second
		}},
		"break": {Break, 1, func(err error) bool { return errors.Is(err, bot.ErrUnknown) }},
		"stall": {Stall, 0, func(err error) bool { return err != nil && !errors.Is(err, bot.ErrPermanent) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			if !s.Next(c.fault) {
				return
			}
			limit := patience
			if c.fault == Stall {
				limit = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			to := s.To
			to.Key = "faulty"
			began := time.Now()
			if _, err := s.Platform.Send(ctx, to, bot.Reply{Headline: "a reply"}); !c.ok(err) {
				t.Errorf("Send = %v", err)
			}
			if took := time.Since(began); took > patience/2 {
				t.Errorf("Send took %v", took)
			}
			if n := s.Said(); n != c.said {
				t.Errorf("said %d times, want %d", n, c.said)
			}
			if c.fault == Refuse || c.fault == Limit {
				return
			}
			if f, ok := s.Platform.(bot.Finder); ok {
				_, found, err := f.Find(t.Context(), to)
				if err != nil || found != (c.said > 0) {
					t.Errorf("Find after it = %v, %v", found, err)
				}
			}
		})
	}
}

func find(t *testing.T, s Subject) {
	f, ok := s.Platform.(bot.Finder)
	if !ok {
		return
	}
	sent, err := s.send(t, s.To, "to-be-found", bot.Reply{Headline: "a reply"})
	if err != nil {
		t.Fatal(err)
	}
	to := s.To
	to.Key = "to-be-found"
	if got, found, err := f.Find(t.Context(), to); err != nil || !found || got != sent {
		t.Errorf("Find = %v, %v, %v; want %v", got, found, err, sent)
	}
	to.Key = "never-sent"
	if _, found, err := f.Find(t.Context(), to); err != nil || found {
		t.Errorf("Find of what was never sent = %v, %v", found, err)
	}
}

func deduplicate(t *testing.T, s Subject) {
	d, ok := s.Platform.(bot.Deduplicator)
	if !ok || d.Window() <= 0 {
		return
	}
	first, err := s.send(t, s.To, "twice", bot.Reply{Headline: "a reply"})
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.send(t, s.To, "twice", bot.Reply{Headline: "a reply"})
	if err != nil || second != first || s.Said() != 1 {
		t.Errorf("the repetition was sent as %v (%v), want %v; said %d times", second, err, first, s.Said())
	}
}
