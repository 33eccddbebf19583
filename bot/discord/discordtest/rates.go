package discordtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A bucket counts the calls of a window.
type bucket struct {
	since time.Time
	used  int
}

// paces are limits of routes as they are seen; Discord publishes none.
// https://docs.discord.com/developers/topics/rate-limits
var paces = map[string]Rate{
	"POST /channels/{channel}/messages":                                {5, 5 * time.Second},
	"PATCH /channels/{channel}/messages/{message}":                     {5, 5 * time.Second},
	"PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me": {4, time.Second},
	"POST /channels/{channel}/messages/{message}/threads":              {10, 10 * time.Second},
	"PATCH /channels/{channel}":                                        {5, 10 * time.Second},
	"POST /webhooks/{app}/{token}":                                     {5, 5 * time.Second},
	"GET /channels/{channel}/messages":                                 {5, 5 * time.Second},
	"PUT /applications/{app}/commands":                                 {2, 60 * time.Second},
}

// A limited is what limits say of a call.
type limited struct {
	err       error
	id        string
	limit     int
	remaining int
	reset     time.Time
	after     time.Duration
}

// limit counts a call, and refuses it when its bucket is empty. The caller holds
// the lock.
func (s *Server) limit(c *call, rt route) limited {
	now := s.Now()
	if rt.pattern == "unknown" || strings.HasPrefix(rt.pattern, "GET /attachments/") {
		return limited{}
	}
	free := strings.Contains(rt.pattern, "/interactions/") || strings.Contains(rt.pattern, "/webhooks/")
	if s.opts.Global > 0 && !free {
		if wait := s.global.take(now, Rate{s.opts.Global, time.Second}); wait > 0 {
			s.core.Violate(RuleRate, c.Route, "over the global limit")
			return limited{err: &apiError{status: http.StatusTooManyRequests, retry: wait, global: true, scope: "global"}}
		}
	}
	rate, ok := s.opts.Rates[rt.pattern]
	if !ok && s.opts.Pace {
		rate, ok = paces[rt.pattern]
	}
	if !ok {
		rate = Rate{10000, time.Second}
	}
	main := c.r.PathValue("channel") + c.r.PathValue("guild") + c.r.PathValue("app") + c.r.PathValue("token")
	key := rt.pattern + " " + main
	b := s.buckets[key]
	if b == nil {
		b = &bucket{}
		s.buckets[key] = b
	}
	wait := b.take(now, rate)
	sum := sha256.Sum256([]byte(rt.pattern))
	end := b.since.Add(rate.Per)
	l := limited{id: hex.EncodeToString(sum[:16]), limit: rate.Limit, remaining: max(0, rate.Limit-b.used), reset: end, after: end.Sub(now)}
	if wait > 0 {
		s.core.Violate(RuleRate, c.Route, fmt.Sprintf("more than %d in %v", rate.Limit, rate.Per))
		l.err = &apiError{status: http.StatusTooManyRequests, retry: wait, scope: "user"}
	}
	return l
}

// take counts one, and returns how long to wait when there is none left.
func (b *bucket) take(now time.Time, r Rate) time.Duration {
	if now.Sub(b.since) >= r.Per {
		b.since, b.used = now, 0
	}
	if b.used >= r.Limit {
		return b.since.Add(r.Per).Sub(now)
	}
	b.used++
	return 0
}

func (l limited) write(h http.Header) {
	if l.id == "" {
		return
	}
	h.Set("X-RateLimit-Bucket", l.id)
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(l.remaining))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(l.reset.UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", l.after.Seconds()))
}
