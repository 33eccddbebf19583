package discord

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// buckets know how much Discord's limits have left. A bucket belongs to a route
// and the first id of its path; several routes may share one, which Discord
// tells in its answers.
// https://docs.discord.com/developers/topics/rate-limits
type buckets struct {
	mu     sync.Mutex
	names  map[string]string  // Discord's name of a route's bucket
	all    map[string]*bucket // by that name, or by the route while it is not known, and the id
	global time.Time          // until then nothing is taken, by Discord's word
}

// A bucket is one limit.
type bucket struct {
	known bool // Discord has said how much is left
	limit int
	left  int
	reset time.Time // when it is full again
	out   int       // requests under way
}

// maxBuckets is how many buckets there may be before full ones are forgotten.
const maxBuckets = 4096

// A use is a request under way.
type use struct {
	route, major string
	bucket       *bucket
}

// take takes one request out of a bucket, or says how long to wait for it; global
// says that all routes have to.
func (b *buckets) take(route, major string, open bool, now time.Time) (u use, after time.Duration, global bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait := b.global.Sub(now); wait > 0 && !open {
		return use{}, wait, true
	}
	if b.all == nil {
		b.names, b.all = make(map[string]string), make(map[string]*bucket)
	}
	k := b.of(route, major, now)
	if k.known && !now.Before(k.reset) {
		k.left = max(k.limit-k.out, 0)
		if k.left == 0 && k.out == 0 {
			k.left = 1 // a limit without a size
		}
		k.known = k.left > 0 || k.out > 0
	}
	if k.known && k.left <= 0 {
		return use{}, max(k.reset.Sub(now), 10*time.Millisecond), false
	}
	k.left--
	k.out++
	return use{route, major, k}, 0, false
}

// of returns the bucket of a route and an id.
func (b *buckets) of(route, major string, now time.Time) *bucket {
	name := b.names[route]
	if name == "" {
		name = route
	}
	key := name + " " + major
	k := b.all[key]
	if k == nil {
		if len(b.all) >= maxBuckets {
			b.sweep(now)
		}
		k = new(bucket)
		b.all[key] = k
	}
	return k
}

// sweep forgets the buckets that are full again, or all that are idle when those
// are few.
func (b *buckets) sweep(now time.Time) {
	for key, k := range b.all {
		if k.out == 0 && !now.Before(k.reset) {
			delete(b.all, key)
		}
	}
	if len(b.all) < maxBuckets*3/4 {
		return
	}
	for key, k := range b.all {
		if k.out == 0 && k.left > 0 {
			delete(b.all, key)
		}
	}
}

// drop puts back what was taken for a request that was not made.
func (b *buckets) drop(u use) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u.bucket.out--
	u.bucket.left++
}

// done writes what an answer says of its bucket; after is what a refused request
// has to wait, and global says that all routes have to.
func (b *buckets) done(u use, h http.Header, after time.Duration, global bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := u.bucket
	k.out--
	if after > 0 && global {
		if until := now.Add(after); until.After(b.global) {
			b.global = until
		}
		return
	}
	if name := h.Get("X-RateLimit-Bucket"); name != "" && len(name) <= 100 && !strings.Contains(name, " ") && (b.names[u.route] != "" || len(b.names) < maxBuckets) {
		b.names[u.route] = name
		k = b.of(u.route, u.major, now)
	}
	limit, errLimit := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	left, errLeft := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset := now.Add(seconds(h.Get("X-RateLimit-Reset-After")))
	if errLimit == nil && errLeft == nil && limit > 0 {
		fresh := !k.known || !now.Before(k.reset)
		k.known, k.limit = true, limit
		// What is under way is not yet in what the answer counts.
		if left = max(left-k.out, 0); fresh || left < k.left {
			k.left = left
		}
		if fresh || reset.After(k.reset) {
			k.reset = reset
		}
	}
	if after > 0 {
		k.known, k.left = true, 0
		if k.limit == 0 {
			k.limit = 1
		}
		if until := now.Add(after); until.After(k.reset) {
			k.reset = until
		}
	}
}

// A guard keeps Discord from taking the program for an attacker: it bans the
// address of who makes 10,000 requests in ten minutes that are refused with 401,
// 403 or 429.
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
type guard struct {
	mu      sync.Mutex
	since   time.Time
	invalid int
	routes  map[string]*refusedRoute
}

const (
	guardWindow = 10 * time.Minute
	maxInvalid  = 500 // in a window; then nothing but interactions is answered until its end
	maxRefused  = 20  // in a row on one route and id; then it is left alone
	refusedFor  = 2 * time.Minute
)

// A refusedRoute is a route with an id on which requests are refused.
type refusedRoute struct {
	n            int // in a row
	status, code int
	last         time.Time
}

// check returns the error of a request that is not to be made.
func (g *guard) check(route, major string, open bool, now time.Time) *callError {
	g.mu.Lock()
	defer g.mu.Unlock()
	if wait := g.since.Add(guardWindow).Sub(now); !open && g.invalid >= maxInvalid && wait > 0 {
		return &callError{limited: true, global: true, after: wait}
	}
	if one := g.routes[route+" "+major]; one != nil && one.n >= maxRefused && now.Sub(one.last) < refusedFor {
		return &callError{status: one.status, code: one.code}
	}
	return nil
}

// count counts what became of a request; e is nil when it was carried out.
func (g *guard) count(route, major string, e *callError, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e != nil && !e.shared && (e.status == http.StatusUnauthorized || e.status == http.StatusForbidden || e.status == http.StatusTooManyRequests) {
		if now.Sub(g.since) >= guardWindow {
			g.since, g.invalid = now, 0
		}
		g.invalid++
	}
	if major == "" { // it is not about one channel or guild
		return
	}
	key := route + " " + major
	switch {
	case e == nil:
		delete(g.routes, key)
	case e.status == http.StatusForbidden, e.code == codeUnknownChannel, e.code == codeUnknownGuild, e.code == codeUnknownWebhook:
		if g.routes == nil || len(g.routes) >= maxBuckets {
			g.routes = make(map[string]*refusedRoute)
		}
		one := g.routes[key]
		if one == nil || now.Sub(one.last) >= refusedFor && one.n < maxRefused {
			one = new(refusedRoute)
			g.routes[key] = one
		}
		one.n++
		one.status, one.code, one.last = e.status, e.code, now
	}
}
