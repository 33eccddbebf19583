package queue

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"authfix/storage"
)

// A stopped queue leaves no goroutine. It runs alone, before those tests that
// run side by side.
func TestLeavesNothing(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { leavesNothing(t, sqlitePlace(t)) })
	t.Run("postgres", func(t *testing.T) { leavesNothing(t, postgresPlace(t)) })
}

func leavesNothing[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{})
	r.Handle("greet", 1, r.note(func(context.Context, storage.Job) error { return nil }))
	r.insert(t, true, storage.Job{Kind: "greet", Version: 1})
	before := goleak.IgnoreCurrent()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	next(t, r.runs, "run")
	r.stop(t)
	goleak.VerifyNone(t, before,
		// The connections are the pool's, which outlives the queue.
		goleak.IgnoreAnyFunction("database/sql.(*DB).connectionOpener"),
		goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"),
		goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgconn/internal/bgreader.(*BGReader).bgRead"))
}
