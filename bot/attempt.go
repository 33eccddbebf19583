package bot

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

const (
	// maxKnown is how many replies are remembered as sent that the outbox could
	// not be told of.
	maxKnown = 1024
	// settleAfter is how long after the end of a lease a settlement is still
	// tried: nobody else may have taken the reply, if the outbox was away.
	settleAfter = time.Minute
)

// attempt sends a reply, unless that is no longer this sender's to do, and
// settles it.
func (s *sender) attempt(work, write context.Context, it *item) result {
	began := time.Now()
	set, err := s.try(work, it)
	r := result{it: it, began: true, took: time.Since(began)}
	var wait *RetryAfter
	if errors.As(err, &wait) && set.State == TryAgain {
		r.hold = wait
	}
	r.settled, r.lost = set, s.settle(write, it, set)
	s.report(it, set, r.lost, err, time.Since(began))
	return r
}

// handBack returns a reply to the outbox unsent.
func (s *sender) handBack(write context.Context, t task) result {
	r := result{it: t.it, settled: *t.back}
	r.lost = s.settle(write, t.it, *t.back)
	return r
}

// try comes to a settlement. The error is that of the platform, for the log.
func (s *sender) try(work context.Context, it *item) (Settlement, error) {
	if sent, ok := s.sentBefore(it); ok {
		return Settlement{State: WasSent, Sent: sent}, nil
	}
	left := s.left(it)
	if left < s.d.opts.Lease/3 || work.Err() != nil {
		// A process that was frozen may find that another sender has it by now.
		return Settlement{State: TryAgain, Unsure: it.Unsure, Reason: "lease too short"}, nil
	}
	if it.Unsure && it.Private {
		return Settlement{State: WasLost, Reason: "outcome unknown"}, nil
	}
	ctx, cancel := context.WithTimeout(work, left-s.d.opts.Lease/6)
	defer cancel()
	if it.Unsure && !s.repeatable(it) && s.finder != nil {
		sent, found, err := s.find(ctx, it)
		switch {
		case err != nil:
			return s.unfound(it, err), err
		case found:
			return Settlement{State: WasSent, Sent: sent}, nil
		case s.left(it) < s.d.opts.Lease/3:
			return Settlement{State: TryAgain, Reason: "lease too short"}, nil
		}
		it.Unsure = false
	}
	sent, err := s.say(ctx, it)
	return settlement(&it.Outgoing, sent, err, err != nil && ctx.Err() != nil, s.age(it), s.d.opts.MaxAge, s.d.random), err
}

// repeatable reports whether the platform would drop a repetition. An attempt is
// no older than its reply, so a reply younger than the window is safe; a tenth
// of it is left for the way.
func (s *sender) repeatable(it *item) bool {
	return s.age(it) < s.window/10*9
}

// unfound is what becomes of a reply when it cannot be found out whether it was
// said.
func (s *sender) unfound(it *item, err error) Settlement {
	set := settlement(&it.Outgoing, Sent{}, fmt.Errorf("%w: %w", ErrUnknown, err), true, s.age(it), s.d.opts.MaxAge, s.d.random)
	var wait *RetryAfter
	if errors.As(err, &wait) && set.State == TryAgain {
		set.After = believed(wait.After)
	}
	return set
}

// say calls Send. After a panic in it nobody knows what was said.
func (s *sender) say(ctx context.Context, it *item) (sent Sent, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %w", ErrUnknown, panicked(p))
			s.log.Error("panic while sending", "err", err, "stack", stack())
		}
	}()
	return s.platform.Send(ctx, it.To, it.Reply)
}

// find calls Find.
func (s *sender) find(ctx context.Context, it *item) (sent Sent, found bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
			s.log.Error("panic while finding", "err", err, "stack", stack())
		}
	}()
	return s.finder.Find(ctx, it.To)
}

// left is how long the lease lasts: by the clock of the lease, which may have
// been set, and by the machine's own, which may have stood still, whichever has
// gone further.
func (s *sender) left(it *item) time.Duration {
	return min(it.Until.Round(0).Sub(s.d.opts.Now().Round(0)), s.d.opts.Lease-time.Since(it.leased))
}

func (s *sender) age(it *item) time.Duration {
	return max(0, s.d.opts.Now().Sub(it.Created))
}

// settle tells the outbox, and goes on while the outbox fails: what is known of
// a reply is not lost because the database is away for a while. It reports
// whether the lease was lost.
func (s *sender) settle(ctx context.Context, it *item, set Settlement) (lost bool) {
	var err error
	for n := 1; ; n++ {
		err = s.settleOnce(ctx, it, set)
		if err == nil || errors.Is(err, ErrLeaseLost) {
			break
		}
		if n == 1 {
			s.failing.Add(1)
			defer s.failing.Add(-1)
		}
		if ctx.Err() != nil || time.Since(it.leased) > s.d.opts.Lease+settleAfter {
			s.log.Error("reply not settled", "reply", it.ID, "state", string(set.State), "err", err)
			break
		}
		s.log.Warn("outbox not written", "reply", it.ID, "state", string(set.State), "attempt", n, "err", err)
		pause(ctx, min(backoff(n, longestBackoff, s.d.random), longestOutboxWait))
	}
	if err != nil && set.State == WasSent {
		s.remember(it, set.Sent)
	}
	return errors.Is(err, ErrLeaseLost)
}

func (s *sender) settleOnce(ctx context.Context, it *item, set Settlement) error {
	ctx, cancel := context.WithTimeout(ctx, s.d.opts.Lease/2)
	defer cancel()
	return s.d.outbox.Settle(ctx, it.Outgoing, set)
}

// sentBefore returns what a reply was sent as, if that is remembered.
func (s *sender) sentBefore(it *item) (Sent, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent, ok := s.known[it.To.Tenant.String()+"\x00"+it.ID]
	return sent, ok
}

// remember keeps what a reply was sent as: should it be handed out again, it is
// settled and not sent.
func (s *sender) remember(it *item, sent Sent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := it.To.Tenant.String() + "\x00" + it.ID
	if _, ok := s.known[key]; !ok {
		s.order = append(s.order, key)
	}
	s.known[key] = sent
	if len(s.order) > maxKnown {
		delete(s.known, s.order[0])
		s.order = s.order[1:]
	}
}

// report tells the log and the observer.
func (s *sender) report(it *item, set Settlement, lost bool, err error, took time.Duration) {
	if set.State == TryAgain && err == nil {
		return // it was handed back unsent
	}
	seen := Settled{Platform: s.name, Result: string(set.State), Attempt: it.Attempt, Unsure: set.Unsure}
	if lost {
		seen.Result = "lease_lost"
	}
	from := it.Received
	if from.IsZero() {
		from = it.Created
	}
	seen.Elapsed = max(0, s.d.opts.Now().Sub(from))
	s.d.opts.Observer.Settled(seen)

	args := []any{"workspace", it.To.Tenant.Workspace, "reply", it.ID, "attempt", it.Attempt, "took", took}
	if set.Reason != "" {
		args = append(args, "reason", set.Reason)
	}
	if err != nil {
		args = append(args, "err", bare(err))
	}
	switch {
	case lost:
		s.log.Warn("reply passed to another sender", append(args, "state", string(set.State))...)
	case set.State == WasSent:
		s.log.Info("reply sent", append(args, "elapsed", seen.Elapsed)...)
	case set.State == TryAgain:
		s.log.Warn("reply not sent yet", append(args, "unsure", set.Unsure, "after", set.After)...)
	default:
		s.log.Error("reply given up", append(args, "state", string(set.State))...)
	}
}

// bare is an error without the address of a request in it: on some platforms
// that is a credential.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// pause waits, at most until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
