package queue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"

	"authfix/internal/pgtest"
	"authfix/storage"
	"authfix/storage/postgres"
	"authfix/storage/sqlite"
)

// A store is one of a kind of transactions.
type store[TTx any] interface {
	storage.Store
	River() riverdriver.Driver[TTx]
}

func keyring(t testing.TB) *storage.Keyring {
	t.Helper()
	k, err := storage.ParseKeyring(storage.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// openSQLite and openPostgres open a store with a queue for its records.
func openSQLite(t testing.TB, o Options) (store[*sql.Tx], *Queue[*sql.Tx]) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), keyring(t), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	q := openFor(t, s, o)
	s.SetEnqueue(q.InsertTx)
	return s, q
}

func openPostgres(t testing.TB, url string, o Options) (store[pgx.Tx], *Queue[pgx.Tx]) {
	s, err := postgres.Open(t.Context(), url, keyring(t), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	q := openFor(t, s, o)
	s.SetEnqueue(q.InsertTx)
	return s, q
}

func openFor[TTx any](t testing.TB, s store[TTx], o Options) *Queue[TTx] {
	t.Helper()
	t.Cleanup(func() { s.Close() })
	q, err := Open(t.Context(), s.River(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return q
}

func TestStore(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); s, q := openSQLite(t, Options{}); inRecord(t, s, q) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		s, q := openPostgres(t, pgtest.Database(t), Options{})
		inRecord(t, s, q)
	})
}

// The jobs of a record are done once the record is there, each once, however
// many records are made durable together; those of a refused record never are.
func inRecord[TTx any](t *testing.T, s store[TTx], q *Queue[TTx]) {
	const records = 200
	runs := make(chan storage.Job, 10*records)
	q.Handle("look", 1, func(ctx context.Context, j storage.Job) error {
		m, err := s.Recall(ctx, storage.Query{Tenant: j.Tenant, Delivery: j.Message})
		if err != nil {
			return err
		}
		if m.Delivery == nil {
			t.Errorf("job %s is worked before its record is there", j.Message)
		}
		runs <- j
		return nil
	})
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var next, refused atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := next.Add(1); n <= records; n = next.Add(1) {
				// Each delivery comes twice.
				id := fmt.Sprint((n + 1) / 2)
				err := s.Record(t.Context(), &storage.Record{
					Tenant:   "t",
					Delivery: storage.Delivery{ID: id, Received: time.Now(), Decided: time.Now(), Decision: "later"},
					Jobs:     []storage.Job{{Kind: "look", Version: 1, Tenant: "t", Message: id}},
				})
				switch {
				case errors.Is(err, storage.ErrDelivered):
					refused.Add(1)
				case err != nil:
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := refused.Load(); got != records/2 {
		t.Errorf("%d records were refused, want %d", got, records/2)
	}
	seen := map[string]int{}
	for range records / 2 {
		seen[nextOf(t, runs).Message]++
	}
	until(t, "nothing waits or runs", func() bool {
		c, err := q.Counts(t.Context())
		return err == nil && c == Counts{}
	})
	if len(seen) != records/2 || len(runs) != 0 {
		t.Errorf("%d different jobs were done and %d again, want %d and 0", len(seen), len(runs), records/2)
	}
}

func nextOf(t testing.TB, c <-chan storage.Job) storage.Job { return next(t, c, "run") }

// TestServerRestart shows that the queue works on behind a restart of the
// server, with what was enqueued before and after.
func TestServerRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.StartServer(t)
	s, q := openPostgres(t, server.Database(t), Options{Backoff: soon, Timeout: 2 * time.Second, Rescue: 4 * time.Second})
	runs := make(chan storage.Job, 1000)
	q.Handle("look", 1, func(ctx context.Context, j storage.Job) error { runs <- j; return nil })
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	put := func(id string) {
		t.Helper()
		until(t, "record "+id, func() bool {
			err := s.Record(t.Context(), &storage.Record{
				Tenant:   "t",
				Delivery: storage.Delivery{ID: id, Received: time.Now(), Decided: time.Now()},
				Jobs:     []storage.Job{{Kind: "look", Version: 1, Tenant: "t", Message: id}},
			})
			return err == nil || errors.Is(err, storage.ErrDelivered)
		})
	}
	done := func(id string) {
		t.Helper()
		for nextOf(t, runs).Message != id {
		}
	}
	put("before")
	done("before")
	server.Restart(t)
	put("after")
	done("after")
}

// BenchmarkJobs measures jobs in the transaction of records, and how long it
// takes until they are worked.
func BenchmarkJobs(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { s, q := openSQLite(b, Options{}); jobs(b, s, q) })
	b.Run("postgres", func(b *testing.B) {
		s, q := openPostgres(b, pgtest.StartServer(b, "fsync=on").Database(b), Options{})
		jobs(b, s, q)
	})
}

func jobs[TTx any](b *testing.B, s store[TTx], q *Queue[TTx]) {
	worked := make(chan time.Time, 1)
	q.Handle("look", 1, func(context.Context, storage.Job) error { worked <- time.Now(); return nil })
	serial := 0
	put := func(id string, kind string, version int) error {
		return s.Record(b.Context(), &storage.Record{
			Tenant:   "t",
			Delivery: storage.Delivery{ID: id, Received: time.Now(), Decided: time.Now()},
			Jobs:     []storage.Job{{Kind: kind, Version: version, Tenant: "t", Message: id}},
		})
	}
	if err := q.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("latency", func(b *testing.B) {
		for b.Loop() {
			serial++
			if err := put(fmt.Sprint("l", serial), "look", 1); err != nil {
				b.Fatal(err)
			}
			next(b, worked, "run")
		}
	})
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("insert/callers=%d", callers), func(b *testing.B) {
			serial++
			var n atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range callers {
				wg.Go(func() {
					for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
						if err := s.Record(b.Context(), &storage.Record{
							Tenant:   "t",
							Delivery: storage.Delivery{ID: fmt.Sprintf("i%d-%d", serial, i), Received: time.Now(), Decided: time.Now()},
							// Not to be worked now: the work is not what is measured.
							Jobs: []storage.Job{{Kind: "look", Version: 1, Tenant: "t", At: time.Now().Add(time.Hour)}},
						}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
