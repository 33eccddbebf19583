package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authfix/bot"
)

// bucketServer keeps a bucket as Discord does, for the whole of a route, and
// counts what it had to refuse.
type bucketServer struct {
	limit   int
	per     time.Duration
	left    int
	reset   time.Time
	refused int
	served  int
}

func (b *bucketServer) answer(*http.Request) (*http.Response, error) {
	now := time.Now()
	if !now.Before(b.reset) {
		b.left, b.reset = b.limit, now.Add(b.per)
	}
	after := fmt.Sprintf("%.3f", b.reset.Sub(now).Seconds())
	if b.left == 0 {
		b.refused++
		return answered(429, `{"retry_after":`+after+`,"global":false}`, "X-RateLimit-Scope", "user", "X-RateLimit-Bucket", "b", "X-RateLimit-Limit", fmt.Sprint(b.limit), "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", after), nil
	}
	b.left--
	b.served++
	return answered(200, `{}`, "X-RateLimit-Bucket", "b", "X-RateLimit-Limit", fmt.Sprint(b.limit), "X-RateLimit-Remaining", fmt.Sprint(b.left), "X-RateLimit-Reset-After", after), nil
}

// TestBucket checks that a bucket that Discord told of is never overdrawn, that a
// call on an empty one does not wait, and that one may.
func TestBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &bucketServer{limit: 5, per: 5 * time.Second}
		r, _ := restTo(s.answer)
		began := time.Now()
		for i := range 7 {
			var wait *bot.RetryAfter
			err := sendError(r.call(t.Context(), say))
			if i < 5 && err != nil {
				t.Errorf("call %d = %v", i, err)
			}
			if i >= 5 && (!errors.As(err, &wait) || !wait.Channel || wait.After > 5*time.Second || wait.After < 4*time.Second) {
				t.Errorf("call %d = %v", i, err)
			}
		}
		if time.Since(began) > time.Second {
			t.Errorf("it waited %v", time.Since(began))
		}
		// Another channel has a bucket of its own.
		other := say
		other.path = "/channels/2/messages"
		if s.left = 1; r.call(t.Context(), other) != nil {
			t.Error("another channel waits, too")
		}
		s.left = 0
		c := say
		c.wait = true
		for range 12 {
			if err := r.call(t.Context(), c); err != nil {
				t.Errorf("a call that waits = %v", err)
			}
		}
		if s.refused != 0 || time.Since(began) > 16*time.Second {
			t.Errorf("%d calls were refused; it took %v", s.refused, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for {
			if err := r.call(ctx, c); err != nil {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a call that cannot wait = %v", err)
				}
				break
			}
		}
	})
}

// TestSharedBucket checks that routes which Discord says share a bucket do.
func TestSharedBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &bucketServer{limit: 4, per: time.Minute}
		r, _ := restTo(s.answer)
		other := call{method: http.MethodPatch, route: "/channels/{}/messages/{}", path: "/channels/1/messages/2"}
		for range 2 {
			if r.call(t.Context(), say) != nil || r.call(t.Context(), other) != nil {
				t.Fatal("refused")
			}
		}
		if r.call(t.Context(), say) == nil || r.call(t.Context(), other) == nil {
			t.Error("the bucket is not shared")
		}
		if s.refused != 0 {
			t.Errorf("%d calls were refused", s.refused)
		}
	})
}

// TestBucketOfMany checks that a bucket that is not known yet holds for calls that
// were under way when Discord told of it.
func TestBucketOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		s := &bucketServer{limit: 6, per: time.Minute}
		r, _ := restTo(func(q *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			return s.answer(q)
		})
		for range 3 {
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { _ = r.call(t.Context(), say) })
			}
			all.Wait()
		}
		if s.refused != 0 || s.served != 6 {
			t.Errorf("%d calls were served and %d refused", s.served, s.refused)
		}
	})
}

// TestGlobalLimit checks that the bot stays below Discord's limit over all
// routes, and that what Discord says of it holds for all but interactions.
func TestGlobalLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var times []time.Time
		limited := false
		r, _ := restTo(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			times = append(times, time.Now())
			if limited {
				return answered(429, `{"retry_after":2,"global":true}`, "X-RateLimit-Global", "true"), nil
			}
			return answered(200, `{}`), nil
		})
		send := func(i int) error {
			c := say
			c.path = fmt.Sprintf("/channels/%d/messages", i)
			return r.call(t.Context(), c)
		}
		began := time.Now()
		for i := range 200 {
			if err := send(i); err != nil {
				t.Fatal(err)
			}
		}
		for i, at := range times {
			if j := i + 50; j < len(times) && times[j].Sub(at) < time.Second {
				t.Fatalf("51 calls within %v", times[j].Sub(at))
			}
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("200 calls took %v", took)
		}
		// Of many at once, those that would wait long are told to come again.
		var all sync.WaitGroup
		var later atomic.Int32
		for i := range 100 {
			all.Go(func() {
				var wait *bot.RetryAfter
				began := time.Now()
				if err := sendError(send(300 + i)); errors.As(err, &wait) && !wait.Channel {
					later.Add(1)
				} else if err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > 300*time.Millisecond {
					t.Errorf("a call was held for %v", took)
				}
			})
		}
		all.Wait()
		if n := later.Load(); n < 70 || n > 95 {
			t.Errorf("%d of 100 calls were told to come again", n)
		}
		limited = true
		err := send(1000)
		limited = false
		var wait *bot.RetryAfter
		if err := sendError(err); !errors.As(err, &wait) || wait.Channel || wait.After != 2*time.Second {
			t.Errorf("the limit is %v", err)
		}
		n := len(times)
		if err := sendError(send(1001)); !errors.As(err, &wait) || wait.Channel || len(times) != n {
			t.Errorf("another channel = %v", err)
		}
		if err := r.call(t.Context(), call{method: "POST", route: "/interactions/{}/{}/callback", path: "/interactions/1/t/callback", open: true}); err != nil {
			t.Errorf("an interaction = %v", err)
		}
		time.Sleep(2 * time.Second)
		if err := send(1002); err != nil {
			t.Errorf("later = %v", err)
		}
	})
}

// TestGuard checks that a route on which everything is refused is left alone, and
// that the bot stops long before Discord bans its address.
func TestGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		r, _ := restTo(func(*http.Request) (*http.Response, error) {
			asked++
			return answered(403, `{"code":50001}`), nil
		})
		for range 100 {
			if err := r.call(t.Context(), say); codeOf(err) != codeMissingAccess {
				t.Fatalf("call = %v", err)
			}
		}
		if asked != maxRefused {
			t.Errorf("asked %d times on one route", asked)
		}
		time.Sleep(refusedFor)
		_ = r.call(t.Context(), say)
		if asked != maxRefused+1 {
			t.Errorf("asked %d times later", asked)
		}
		time.Sleep(guardWindow)
		asked = 0
		var wait *bot.RetryAfter
		for i := range 600 {
			c := say
			c.path = fmt.Sprintf("/channels/%d/messages", 100+i)
			err := sendError(r.call(t.Context(), c))
			if i == 599 && (!errors.As(err, &wait) || wait.Channel) {
				t.Errorf("call = %v", err)
			}
		}
		if asked != maxInvalid {
			t.Errorf("asked %d times on many routes", asked)
		}
	})
}

// TestBucketsAreBounded checks that buckets of many channels do not pile up.
func TestBucketsAreBounded(t *testing.T) {
	var b buckets
	now := time.Now()
	for i := range 3 * maxBuckets {
		u, _, _ := b.take("POST /channels/{}/messages", fmt.Sprint(i), false, now)
		b.done(u, http.Header{"X-Ratelimit-Bucket": {"b"}, "X-Ratelimit-Limit": {"5"}, "X-Ratelimit-Remaining": {"4"}, "X-Ratelimit-Reset-After": {"1"}}, 0, false, now)
	}
	if len(b.all) > maxBuckets+1 {
		t.Errorf("%d buckets", len(b.all))
	}
}
