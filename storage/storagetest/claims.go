package storagetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authfix/storage"
)

func claims(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	take := func(name, owner string, now, until time.Duration) (string, bool) {
		t.Helper()
		state, ok, err := s.Claim(ctx, name, owner, at(now), at(until))
		must(t, err)
		return string(state), ok
	}
	if state, ok := take("shard", "me", 0, 10*time.Second); state != "" || !ok {
		t.Fatalf("the first claim = %q, %t", state, ok)
	}
	must(t, s.KeepClaim(ctx, "shard", "me", []byte("one"), at(20*time.Second)))
	if state, ok := take("shard", "you", 19*time.Second, time.Minute); state != "" || ok {
		t.Errorf("a claim of what another has = %q, %t", state, ok)
	}
	if state, ok := take("shard", "me", 19*time.Second, 30*time.Second); state != "one" || !ok {
		t.Errorf("renewed = %q, %t", state, ok)
	}
	if _, ok := take("other", "you", 0, time.Minute); !ok {
		t.Error("another name cannot be claimed")
	}
	// Once it has ended, another takes it, with what is known of it.
	if state, ok := take("shard", "you", 30*time.Second, time.Minute); state != "one" || !ok {
		t.Errorf("taken over = %q, %t", state, ok)
	}
	wantErr(t, "keeping what another has", s.KeepClaim(ctx, "shard", "me", []byte("late"), at(time.Hour)), storage.ErrConflict)
	wantErr(t, "releasing what another has", s.ReleaseClaim(ctx, "shard", "me", []byte("late")), storage.ErrConflict)
	must(t, s.ReleaseClaim(ctx, "shard", "you", []byte("two")))
	if state, ok := take("shard", "me", 31*time.Second, time.Minute); state != "two" || !ok {
		t.Errorf("taken after the release = %q, %t", state, ok)
	}
	if err := s.KeepClaim(ctx, "shard", "me", make([]byte, 64<<10+1), at(time.Hour)); err == nil {
		t.Error("a state over 64 KiB is kept")
	}
	if _, _, err := s.Claim(ctx, "", "me", start, at(time.Hour)); err == nil {
		t.Error("a claim without a name is taken")
	}
}

// Of many that claim at once, one gets it.
func claimsAtOnce(t *testing.T, d *database) {
	stores, ctx := []storage.Store{d.store(t), d.store(t)}, t.Context()
	for round := range 5 {
		var all sync.WaitGroup
		var got atomic.Int32
		for n := range 8 {
			all.Go(func() {
				_, ok, err := stores[n%2].Claim(ctx, fmt.Sprint("name ", round), fmt.Sprint("owner ", n), start, at(time.Minute))
				if err != nil {
					t.Error(err)
				}
				if ok {
					got.Add(1)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Errorf("%d owners have one name", got.Load())
		}
	}
}
