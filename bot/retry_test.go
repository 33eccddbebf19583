package bot

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestSettlement(t *testing.T) {
	const young, day = time.Minute, 24 * time.Hour
	wrapped := func(err error) error { return fmt.Errorf("post: %w: status 502", err) }
	for _, c := range []struct {
		name            string
		err             error
		cut             bool
		private, unsure bool
		age             time.Duration
		state           SendState
		stays           bool // Unsure
		atLeast, atMost time.Duration
	}{
		{name: "sent", state: WasSent},
		{name: "permanent", err: wrapped(ErrPermanent), state: GaveUp},
		{name: "permanent, private", err: wrapped(ErrPermanent), private: true, state: GaveUp},
		{name: "permanent at the end", err: wrapped(ErrPermanent), cut: true, state: GaveUp},
		{name: "limited", err: wrapped(&RetryAfter{After: 7 * time.Second}), state: TryAgain, atLeast: 7 * time.Second, atMost: 7 * time.Second},
		{name: "limited, private", err: &RetryAfter{After: 7 * time.Second}, private: true, state: TryAgain, atLeast: 7 * time.Second, atMost: 7 * time.Second},
		{name: "limited, unsure", err: &RetryAfter{After: 7 * time.Second}, unsure: true, stays: true, state: TryAgain, atLeast: 7 * time.Second, atMost: 7 * time.Second},
		{name: "limited for nothing", err: &RetryAfter{}, state: TryAgain, atLeast: time.Second, atMost: time.Second},
		{name: "limited for less", err: &RetryAfter{After: -time.Hour}, state: TryAgain, atLeast: time.Second, atMost: time.Second},
		{name: "limited for ever", err: &RetryAfter{After: 1 << 62}, state: TryAgain, atLeast: time.Hour, atMost: time.Hour},
		{name: "unknown", err: wrapped(ErrUnknown), state: TryAgain, stays: true, atLeast: time.Second / 2, atMost: time.Second},
		{name: "unknown, private", err: wrapped(ErrUnknown), private: true, state: WasLost},
		{name: "deadline", err: wrapped(context.DeadlineExceeded), state: TryAgain, stays: true, atLeast: time.Second / 2, atMost: time.Second},
		{name: "deadline, private", err: wrapped(context.DeadlineExceeded), private: true, state: WasLost},
		{name: "deadline behind another error", err: errors.New("read: timeout"), cut: true, state: TryAgain, stays: true, atLeast: time.Second / 2, atMost: time.Second},
		{name: "cancelled", err: context.Canceled, state: TryAgain, stays: true, atLeast: time.Second / 2, atMost: time.Second},
		{name: "other", err: errors.New("connection refused"), state: TryAgain, atLeast: time.Second / 2, atMost: time.Second},
		{name: "other, private", err: errors.New("connection refused"), private: true, state: TryAgain, atLeast: time.Second / 2, atMost: time.Second},
		{name: "other, unsure", err: errors.New("connection refused"), unsure: true, stays: true, state: TryAgain, atLeast: time.Second / 2, atMost: time.Second},
		{name: "too old", err: errors.New("connection refused"), age: day, state: GaveUp},
		{name: "too old, limited", err: &RetryAfter{After: time.Second}, age: day, state: GaveUp},
		{name: "too old, unknown", err: ErrUnknown, age: day, state: GaveUp},
		{name: "too old, unknown, private", err: ErrUnknown, age: day, private: true, state: WasLost},
	} {
		if c.age == 0 {
			c.age = young
		}
		o := &Outgoing{Private: c.private, Unsure: c.unsure, Attempt: 1}
		got := settlement(o, Sent{ID: "id"}, c.err, c.cut, c.age, day, half)
		if got.State != c.state || got.Unsure != c.stays || got.After < c.atLeast || got.After > c.atMost {
			t.Errorf("%s: settlement = %+v, want %s, unsure %v, after %v to %v", c.name, got, c.state, c.stays, c.atLeast, c.atMost)
		}
		if (c.state == WasSent) != (got.Sent.ID == "id") || (c.state == WasSent) != (got.Reason == "") {
			t.Errorf("%s: settlement = %+v", c.name, got)
		}
	}
}

func TestBackoff(t *testing.T) {
	least, most := func() float64 { return 0 }, func() float64 { return 0.999 }
	for attempt := range 200 {
		low, high := backoff(attempt, 24*time.Hour, least), backoff(attempt, 24*time.Hour, most)
		want := longestBackoff
		if attempt < 10 {
			want = min(longestBackoff, time.Second<<max(attempt-1, 0))
		}
		if low != want/2 || high > want || high < want*9/10 {
			t.Errorf("backoff after %d attempts = %v to %v, want %v to %v", attempt, low, high, want/2, want)
		}
	}
	// Attempts that were handed back unsent are no failures.
	if got := backoff(50, 10*time.Second, most); got > 10*time.Second {
		t.Errorf("backoff of a reply of 10 s = %v", got)
	}
}
