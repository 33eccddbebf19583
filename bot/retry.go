package bot

import (
	"context"
	"errors"
	"time"
)

// Bounds of the waits between attempts.
const (
	firstBackoff   = time.Second
	longestBackoff = 5 * time.Minute
	longestWait    = time.Hour // that a platform's RetryAfter is believed
)

// settlement says what becomes of a reply after Send returned err. age is that
// of the reply, maxAge the age at which it is given up, and cut says that the
// time for sending had run out when Send returned.
func settlement(o *Outgoing, sent Sent, err error, cut bool, age, maxAge time.Duration, random func() float64) Settlement {
	if err == nil {
		return Settlement{State: WasSent, Sent: sent}
	}
	var s Settlement
	var wait *RetryAfter
	switch {
	case errors.Is(err, ErrPermanent):
		return Settlement{State: GaveUp, Reason: "permanent"}
	case errors.As(err, &wait):
		// What an earlier attempt left open is still open.
		s = Settlement{State: TryAgain, After: believed(wait.After), Unsure: o.Unsure, Reason: "rate limited"}
	case errors.Is(err, ErrUnknown) || cut || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		if o.Private {
			return Settlement{State: WasLost, Reason: "outcome unknown"}
		}
		s = Settlement{State: TryAgain, After: backoff(o.Attempt, age, random), Unsure: true, Reason: "outcome unknown"}
	default:
		s = Settlement{State: TryAgain, After: backoff(o.Attempt, age, random), Unsure: o.Unsure, Reason: "not sent"}
	}
	if age >= maxAge {
		return Settlement{State: GaveUp, Reason: "too old"}
	}
	return s
}

// backoff is the wait after an attempt. It doubles with each, but is no longer
// than the reply has existed: a reply that was handed back unsent many times
// because its channel was busy has many attempts and no failures.
func backoff(attempt int, age time.Duration, random func() float64) time.Duration {
	wait := longestBackoff
	if attempt < 10 {
		wait = min(wait, firstBackoff<<max(attempt-1, 0))
	}
	wait = min(wait, max(firstBackoff, age))
	return time.Duration((1 + random()) / 2 * float64(wait))
}

// believed bounds what a platform asks for.
func believed(after time.Duration) time.Duration {
	if after <= 0 {
		return firstBackoff
	}
	return min(after, longestWait)
}
