package postgres

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authfix/internal/pgtest"
	"authfix/storage"
)

// While the server is away, records fail with ErrUnavailable; what was recorded
// before is there afterwards, and recording goes on by itself.
func TestRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.StartServer(t)
	s := open(t, server.Database(t), keyring(t))
	const callers = 8
	var recorded [callers][]string
	var refused, after atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				id := fmt.Sprintf("%d-%d", i, n)
				for {
					err := s.Record(t.Context(), record("t", id))
					if errors.Is(err, storage.ErrUnavailable) {
						refused.Add(1)
						time.Sleep(5 * time.Millisecond)
						continue
					}
					// The answer to an earlier attempt was lost.
					if err != nil && !errors.Is(err, storage.ErrDelivered) {
						t.Errorf("Record: %v", err)
						return
					}
					break
				}
				recorded[i] = append(recorded[i], id)
				after.Add(1)
			}
		})
	}
	wait := func(what string, f func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("not within a minute: %s", what)
			}
		}
	}
	wait("some are recorded", func() bool { return after.Load() > 50 })
	server.Stop(t)
	wait("records are refused", func() bool { return refused.Load() > 2*callers })
	if err := s.Ping(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("Ping while the server is away: %v, want ErrUnavailable", err)
	}
	if _, err := s.Recall(t.Context(), storage.Query{Tenant: "t", Delivery: "x"}); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("Recall while the server is away: %v, want ErrUnavailable", err)
	}
	server.Start(t)
	was := after.Load()
	wait("records go on", func() bool { return after.Load() > was+50 })
	close(stop)
	wg.Wait()
	for i := range recorded {
		for _, id := range recorded[i] {
			m, err := s.Recall(t.Context(), storage.Query{Tenant: "t", Delivery: id, Channel: "c", Message: id})
			if err != nil {
				t.Fatal(err)
			}
			if m.Delivery == nil || m.Message == nil || m.Case == nil || len(m.Observations) != 1 {
				t.Fatalf("of record %s there is left %+v", id, m)
			}
		}
	}
}
