package bot

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// returners hand replies back to the outbox; they are apart from the senders, so
// that stuck sends do not keep replies from those who could send them.
const returners = 4

// A sender sends the replies of one platform. One goroutine schedules what is in
// hand; a leaser asks the outbox, senders send and settle, and returners hand
// back.
type sender struct {
	d        *Dispatcher
	platform Platform
	name     string
	finder   Finder
	window   time.Duration // in which the platform drops repetitions; 0: it does not
	log      *slog.Logger
	pace     time.Duration

	failing atomic.Int32 // settlements that the outbox does not take at present
	mu      sync.Mutex
	known   map[string]Sent // sent, though the outbox could not be told: by tenant and id
	order   []string        // of known
}

// A task is work on a reply in hand: to send it, or to hand it back.
type task struct {
	it   *item
	back *Settlement // nil to send
}

// A result is what a task led to.
type result struct {
	it      *item
	began   bool          // it was to be sent, and holds its lane
	took    time.Duration // to send it
	settled Settlement
	lost    bool // the lease
	hold    *RetryAfter
}

// A batch is what the leaser got.
type batch struct {
	rows  []Outgoing
	asked time.Time // by the machine's own clock
	full  bool
	err   error
}

func newSender(d *Dispatcher, p Platform) *sender {
	s := &sender{
		d: d, platform: p, name: p.Name(),
		log:   d.log.With("platform", p.Name()),
		known: make(map[string]Sent),
	}
	if p, ok := p.(Pacer); ok {
		s.pace = p.Pace()
	}
	s.finder, _ = p.(Finder)
	if p, ok := p.(Deduplicator); ok {
		s.window = p.Window()
	}
	return s
}

// run sends until soft ends, or until drain is closed and nothing is left that
// can be sent at once. Then it finishes what is being sent, hands back the rest
// and returns. The end of work interrupts sends, that of write everything.
func (s *sender) run(soft, work, write context.Context, drain <-chan struct{}) {
	var (
		sends   = make(chan task)
		returns = make(chan task)
		results = make(chan result)
		ask     = make(chan int)
		got     = make(chan batch)
		wg      sync.WaitGroup
	)
	for range s.d.opts.Senders {
		wg.Go(func() {
			for t := range sends {
				results <- s.attempt(work, write, t.it)
			}
		})
	}
	for range returners {
		wg.Go(func() {
			for t := range returns {
				results <- s.handBack(write, t)
			}
		})
	}
	wg.Go(func() {
		for n := range ask {
			got <- s.lease(write, n)
		}
	})
	defer func() {
		close(sends)
		close(returns)
		close(ask)
		wg.Wait()
	}()

	h := newHand(s)
	wake := s.d.waker(s.name)
	stop := soft.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !h.finished(time.Now()) {
		// What a sender, a returner and the leaser can be given at this moment.
		now := time.Now()
		var toSender, toReturner chan task
		var toLeaser chan int
		next, ok := h.nextSend(now)
		if ok {
			toSender = sends
		}
		back, ok := h.nextReturn()
		if ok {
			toReturner = returns
		}
		room := h.room(now)
		if room > 0 {
			toLeaser = ask
		}
		timer.Reset(h.idle(now))
		select {
		case toSender <- next:
			h.lanes.begin(next.it, time.Now())
		case toReturner <- back:
			h.returns = h.returns[1:]
		case toLeaser <- room:
			h.asked(now)
		case b := <-got:
			h.take(b, time.Now())
		case r := <-results:
			h.done(r, time.Now())
		case <-wake:
			h.wanted = true
		case <-drain:
			h.draining, h.wanted, drain = true, true, nil
		case <-stop:
			h.stopping, stop = true, nil
		case <-timer.C:
		}
	}
}

// lease asks the outbox.
func (s *sender) lease(ctx context.Context, n int) batch {
	ctx, cancel := context.WithTimeout(ctx, s.d.opts.Lease/2)
	defer cancel()
	b := batch{asked: time.Now()}
	until := s.d.opts.Now().Add(s.d.opts.Lease)
	b.rows, b.err = s.d.outbox.Lease(ctx, s.name, n, until)
	for i := range b.rows {
		if b.rows[i].Until.IsZero() || b.rows[i].Until.After(until) {
			b.rows[i].Until = until
		}
	}
	b.full = len(b.rows) >= n
	return b
}
