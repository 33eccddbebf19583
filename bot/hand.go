package bot

import "time"

// longestOutboxWait is the longest time between two tries to reach an outbox
// that fails.
const longestOutboxWait = 5 * time.Second

// A hand is what a sender has in hand and what it waits for. It belongs to the
// goroutine that schedules.
type hand struct {
	s        *sender
	lanes    *lanes
	returns  []task // replies to hand back
	count    int    // replies in hand: waiting, being sent, being handed back
	capacity int

	wanted   bool      // to ask the outbox
	asking   bool      // it is being asked
	fails    int       // how often it failed, running
	notYet   time.Time // it is not asked before, because it failed
	poll     time.Time // when it is asked anyhow
	again    time.Time // when a reply that went back is due; zero: none known
	draining bool      // to stop when nothing is left
	stopping bool
}

func newHand(s *sender) *hand {
	capacity := 4 * s.d.opts.Senders
	return &hand{
		s:        s,
		lanes:    newLanes(s.pace, min(patience, s.d.opts.Lease/6), capacity, s.d.random),
		capacity: capacity,
		wanted:   true,
	}
}

// finished reports whether all is done, after it put away what waited too long,
// or what is not begun any more.
func (h *hand) finished(now time.Time) bool {
	for _, it := range h.lanes.overdue(now) {
		h.giveBack(it, h.lanes.later(it, now), "waits for its turn")
	}
	if !h.stopping {
		return false
	}
	for _, it := range h.lanes.all() {
		h.giveBack(it, 0, "stopping")
	}
	return h.count == 0 && !h.asking
}

// giveBack has a reply handed back to the outbox.
func (h *hand) giveBack(it *item, after time.Duration, reason string) {
	h.returns = append(h.returns, task{it, &Settlement{State: TryAgain, After: after, Unsure: it.Unsure, Reason: reason}})
}

// nextSend is what a sender can do now.
func (h *hand) nextSend(now time.Time) (task, bool) {
	it := h.lanes.ready(now)
	return task{it: it}, it != nil
}

// nextReturn is what a returner can do now.
func (h *hand) nextReturn() (task, bool) {
	if len(h.returns) == 0 {
		return task{}, false
	}
	return h.returns[0], true
}

// room is how many replies to ask for now. They are taken in batches, not one
// whenever a place gets free, and not while the outbox fails: its own lease
// would take over replies whose settlement is still being tried.
func (h *hand) room(now time.Time) int {
	if !h.poll.After(now) || !h.again.IsZero() && !h.again.After(now) {
		h.wanted = true
	}
	if !h.wanted || h.asking || h.stopping || h.count > h.capacity/2 || h.notYet.After(now) || h.s.failing.Load() > 0 {
		return 0
	}
	return h.capacity - h.count
}

// idle is how long nothing will happen by itself.
func (h *hand) idle(now time.Time) time.Duration {
	d := h.s.d.opts.Poll
	for _, t := range []time.Time{h.poll, h.again, h.notYet, h.lanes.soonest(now)} {
		if t.After(now) {
			d = min(d, t.Sub(now))
		}
	}
	return d
}

// asked notes that the outbox is being asked.
func (h *hand) asked(now time.Time) {
	h.asking, h.wanted = true, false
	h.poll = now.Add(h.s.d.opts.Poll)
	if !h.again.After(now) {
		h.again = time.Time{}
	}
}

// take takes what the outbox handed out.
func (h *hand) take(b batch, now time.Time) {
	h.asking = false
	if b.err != nil {
		h.fails++
		h.notYet = now.Add(min(backoff(h.fails, longestBackoff, h.s.d.random), longestOutboxWait))
		h.wanted = true
		h.s.log.Error("outbox not read", "attempt", h.fails, "err", b.err)
		// Who waits for the last replies to be sent does not wait for ever.
		h.stopping = h.stopping || h.draining && h.fails >= 3
		return
	}
	h.fails = 0
	h.wanted = h.wanted || b.full
	h.count += len(b.rows)
	for _, o := range b.rows {
		it := &item{Outgoing: o, leased: b.asked}
		if after, ok := h.lanes.add(it, now); !ok {
			h.giveBack(it, after, "waits for its turn")
		}
	}
	if h.draining && h.count == 0 && !h.wanted {
		h.stopping = true
	}
}

// done takes what became of a reply.
func (h *hand) done(r result, now time.Time) {
	h.count--
	if r.began {
		h.lanes.end(r.it, now, r.took)
	}
	if r.hold != nil {
		h.lanes.hold(&r.it.To, r.hold.Channel, now.Add(believed(r.hold.After)), now)
	}
	if r.settled.State == TryAgain {
		if at := now.Add(r.settled.After); h.again.IsZero() || at.Before(h.again) {
			h.again = at
		}
	} else {
		h.wanted = true // the next of its thread can be had
	}
	if h.draining {
		h.wanted = true
	}
}
