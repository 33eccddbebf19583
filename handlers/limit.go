package handlers

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A limiter lets so many events a minute through for each key, and tells the
// first refusal from those that follow it, so that someone is told once.
type limiter struct {
	perMinute int
	mu        sync.Mutex
	buckets   map[string]*bucket
}

type bucket struct {
	*rate.Limiter
	refused bool
	last    time.Time
}

// maxBuckets bounds the keys in memory; those that were idle longest go first.
const maxBuckets = 10_000

func newLimiter(perMinute int) *limiter {
	return &limiter{perMinute: perMinute, buckets: map[string]*bucket{}}
}

// allow reports whether an event may pass, and else whether it is the first that
// may not since one could.
func (l *limiter) allow(key string, now time.Time) (ok, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= maxBuckets {
			l.drop(now)
		}
		b = &bucket{Limiter: rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)}
		l.buckets[key] = b
	}
	b.last = now
	if b.AllowN(now, 1) {
		b.refused = false
		return true, false
	}
	first = !b.refused
	b.refused = true
	return false, first
}

// drop forgets the keys that have a full bucket again, which is no loss, and
// when that is not enough all.
func (l *limiter) drop(now time.Time) {
	for k, b := range l.buckets {
		if now.Sub(b.last) > time.Minute {
			delete(l.buckets, k)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
