package queue

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/mattn/go-sqlite3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"authfix/internal/pgtest"
	"authfix/storage"
)

// A place is one database, as a test of the queue needs it.
type place[TTx any] struct {
	kind    string // for another process
	address string
	connect func(t testing.TB, address string) access[TTx]
}

// An access is one process's way into it.
type access[TTx any] struct {
	driver riverdriver.Driver[TTx]
	begin  func(ctx context.Context) (tx TTx, end func(commit bool) error, err error)
	exec   func(ctx context.Context, statement string) error
}

func sqlitePlace(t testing.TB) place[*sql.Tx] {
	return place[*sql.Tx]{"sqlite", filepath.Join(t.TempDir(), "queue.db"), connectSQLite}
}

func connectSQLite(t testing.TB, address string) access[*sql.Tx] {
	db, err := sql.Open("sqlite3", "file:"+address+"?_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate&_synchronous=FULL")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return access[*sql.Tx]{
		driver: riversqlite.New(db),
		begin: func(ctx context.Context) (*sql.Tx, func(bool) error, error) {
			tx, err := db.BeginTx(ctx, nil)
			return tx, func(commit bool) error {
				if commit {
					return tx.Commit()
				}
				return tx.Rollback()
			}, err
		},
		exec: func(ctx context.Context, statement string) error {
			_, err := db.ExecContext(ctx, statement)
			return err
		},
	}
}

func postgresPlace(t testing.TB) place[pgx.Tx] {
	return place[pgx.Tx]{"postgres", pgtest.Database(t), connectPostgres}
}

func connectPostgres(t testing.TB, address string) access[pgx.Tx] {
	pool, err := pgxpool.New(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return access[pgx.Tx]{
		driver: riverpgxv5.New(pool),
		begin: func(ctx context.Context) (pgx.Tx, func(bool) error, error) {
			tx, err := pool.Begin(ctx)
			return tx, func(commit bool) error {
				if commit {
					return tx.Commit(ctx)
				}
				return tx.Rollback(ctx)
			}, err
		},
		exec: func(ctx context.Context, statement string) error {
			_, err := pool.Exec(ctx, statement)
			return err
		},
	}
}

// onBoth runs a test on a database of either kind.
func onBoth(t *testing.T, onSQLite func(*testing.T, place[*sql.Tx]), onPostgres func(*testing.T, place[pgx.Tx])) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); onSQLite(t, sqlitePlace(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); onPostgres(t, postgresPlace(t)) })
}

// A process is a queue at a place with what happened to its jobs.
type process[TTx any] struct {
	*Queue[TTx]
	access[TTx]
	outcomes chan Outcome
	runs     chan storage.Job
}

// join opens a queue at p as another process would.
func (p place[TTx]) join(t testing.TB, o Options) *process[TTx] {
	t.Helper()
	a := p.connect(t, p.address)
	r := &process[TTx]{access: a, outcomes: make(chan Outcome, 10_000), runs: make(chan storage.Job, 10_000)}
	o.Observe = func(_ string, o Outcome) { r.outcomes <- o }
	var err error
	if r.Queue, err = Open(t.Context(), a.driver, o); err != nil {
		t.Fatal(err)
	}
	return r
}

// start starts the queue for the rest of the test.
func (r *process[TTx]) start(t testing.TB) {
	t.Helper()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.stop(t) })
}

func (r *process[TTx]) stop(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// insert enqueues jobs in a transaction.
func (r *process[TTx]) insert(t testing.TB, commit bool, jobs ...storage.Job) {
	t.Helper()
	if err := r.tryInsert(t.Context(), commit, jobs...); err != nil {
		t.Fatal(err)
	}
}

func (r *process[TTx]) tryInsert(ctx context.Context, commit bool, jobs ...storage.Job) error {
	tx, end, err := r.begin(ctx)
	if err != nil {
		return err
	}
	if err := r.InsertTx(ctx, tx, jobs); err != nil {
		end(false)
		return err
	}
	return end(commit)
}

// note is a handler that tells of its run and returns what f does.
func (r *process[TTx]) note(f storage.JobFunc) storage.JobFunc {
	return func(ctx context.Context, j storage.Job) error {
		r.runs <- j
		if f == nil {
			return nil
		}
		return f(ctx, j)
	}
}

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

// next returns what comes out of c, and fails the test when nothing does.
func next[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s within %v", what, patience)
	}
	panic("unreachable")
}

// until waits for a condition.
func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// counts returns those of the queue.
func (r *process[TTx]) counts(t testing.TB) Counts {
	t.Helper()
	c, err := r.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
