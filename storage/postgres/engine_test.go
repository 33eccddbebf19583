package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"authfix/internal/pgtest"
	"authfix/storage"
	"authfix/storage/relational"
)

// Transactions that the server undoes because of one another are run again.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t), keyring(t))
	if _, err := s.e.pool.Exec(t.Context(), "CREATE TABLE a (id BIGINT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO a VALUES (1, 0), (2, 0)"); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup // of the first run of each
	both.Add(2)
	var runs atomic.Int64
	var wg sync.WaitGroup
	for _, order := range [][2]int64{{1, 2}, {2, 1}} {
		wg.Go(func() {
			first := true
			err := s.e.Write(t.Context(), func(ctx context.Context, c relational.Conn) error {
				runs.Add(1)
				for i, id := range order {
					if _, err := c.Exec(ctx, "UPDATE a SET n = n + 1 WHERE id = $1", id); err != nil {
						return err
					}
					if first && i == 0 {
						first = false
						both.Done()
						both.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var n int64
	if err := s.e.pool.QueryRow(t.Context(), "SELECT sum(n)::bigint FROM a").Scan(&n); err != nil || n != 4 || runs.Load() < 3 {
		t.Errorf("sum = %d, %v after %d runs, want 4 after 3 or more", n, err, runs.Load())
	}
}

// An error of the function undoes it and comes back as it is; the end of the
// context is told as such.
func TestWrite(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t), keyring(t))
	mine := errors.New("mine")
	err := s.e.Write(t.Context(), func(ctx context.Context, c relational.Conn) error {
		if _, err := c.Exec(ctx, "CREATE TABLE undone (n BIGINT)"); err != nil {
			return err
		}
		return mine
	})
	if err != mine {
		t.Errorf("Write = %v, want the function's error", err)
	}
	var there *string
	if err := s.e.pool.QueryRow(t.Context(), "SELECT to_regclass('undone')::text").Scan(&there); err != nil || there != nil {
		t.Errorf("the table is there: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = s.e.Write(ctx, func(ctx context.Context, c relational.Conn) error {
		_, err := c.Exec(ctx, "SELECT pg_sleep(60)")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("Write after its time = %v, want the context's error", err)
	}
	err = s.e.Write(t.Context(), func(ctx context.Context, c relational.Conn) error {
		if _, err := c.Exec(ctx, "SET LOCAL statement_timeout = 20"); err != nil {
			return err
		}
		_, err := c.Exec(ctx, "SELECT pg_sleep(60)")
		return err
	})
	if !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("Write of a statement that the server ended = %v, want ErrUnavailable", err)
	}
}

// A connection that the server closed while it was idle costs nobody an error.
func TestIdle(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := open(t, url, keyring(t))
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(t.Context())
	for i := range 3 {
		if _, err := other.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"); err != nil {
			t.Fatal(err)
		}
		if err := s.Record(t.Context(), record("t", fmt.Sprint(i))); err != nil {
			t.Errorf("Record after the connection was closed: %v", err)
		}
	}
}

// A read is one view, whatever is committed meanwhile, and writes nothing.
func TestRead(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t), keyring(t))
	count := func(ctx context.Context, c relational.Conn) (n int64) {
		t.Helper()
		rows, err := c.Query(ctx, "SELECT count(*) FROM deliveries")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	err := s.e.Read(t.Context(), func(ctx context.Context, c relational.Conn) error {
		before := count(ctx, c)
		if err := s.Record(t.Context(), record("t", "one")); err != nil {
			t.Error(err)
		}
		if after := count(ctx, c); before != 0 || after != 0 {
			t.Errorf("one view has %d rows, then %d", before, after)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = s.e.Read(t.Context(), func(ctx context.Context, c relational.Conn) error {
		_, err := c.Exec(ctx, "DELETE FROM deliveries")
		return err
	})
	if err == nil {
		t.Error("a read can write")
	}
	err = s.e.Read(t.Context(), func(ctx context.Context, c relational.Conn) error { return nil })
	if err != nil {
		t.Errorf("a read of nothing: %v", err)
	}
}

// A batch stops at its first error and says how far it came; an error that the
// function swallows does not pass for a commit.
func TestBatch(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t), keyring(t))
	const insert = "INSERT INTO liveness (id, at) VALUES ($1, 0)"
	all := []relational.Statement{{SQL: insert, Args: []any{int64(2)}}, {SQL: insert, Args: []any{int64(2)}}, {SQL: insert, Args: []any{int64(3)}}}
	for _, swallow := range []bool{false, true} {
		err := s.e.Write(t.Context(), func(ctx context.Context, c relational.Conn) error {
			changed, err := c.Batch(ctx, all)
			if len(changed) != 1 || err == nil {
				t.Errorf("Batch = %v, %v, want one changed row and an error", changed, err)
			}
			if swallow {
				return nil
			}
			return err
		})
		if swallow && !errors.Is(err, errUndone) {
			t.Errorf("Write = %v, want %v", err, errUndone)
		}
		var answer *pgconn.PgError
		if !swallow && (!errors.As(err, &answer) || answer.Code != "23505") {
			t.Errorf("Write = %v, want a unique violation", err)
		}
	}
	var n int64
	if err := s.e.pool.QueryRow(t.Context(), "SELECT count(*) FROM liveness").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v, want the one of the schema", n, err)
	}
}

// A record with jobs and no queue is an error, and is not recorded.
func TestNoQueue(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t), keyring(t))
	r := record("t", "one")
	r.Jobs = []storage.Job{{Kind: "look", Tenant: "t"}}
	if err := s.Record(t.Context(), r); err == nil || !strings.Contains(err.Error(), "queue") {
		t.Errorf("Record = %v, want an error that there is no queue", err)
	}
	if m, err := s.Recall(t.Context(), storage.Query{Tenant: "t", Delivery: "one"}); err != nil || m.Delivery != nil {
		t.Errorf("it was recorded: %+v, %v", m, err)
	}
}
