package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"authfix/storage"
	"authfix/storage/relational"
)

// writeAttempts is how often a transaction is tried that the server undid
// because of others at the same time.
const writeAttempts = 6

// An EnqueueFunc adds jobs within a transaction.
type EnqueueFunc func(ctx context.Context, tx pgx.Tx, jobs []storage.Job) error

// An engine is a database as package relational wants it.
type engine struct {
	pool    *pgxpool.Pool
	url     string // with its password: never shown
	enqueue atomic.Pointer[EnqueueFunc]
}

var _ relational.Engine = (*engine)(nil)

// What begins a transaction: a snapshot, and one that writes.
const (
	beginRead  = "begin isolation level repeatable read read only"
	beginWrite = "begin isolation level read committed read write"
)

// Read runs f in one snapshot of the database.
func (e *engine) Read(ctx context.Context, f func(ctx context.Context, c relational.Conn) error) error {
	var err error
	// A connection that the server closed while it was idle is noticed here.
	for range 2 {
		var broken bool
		if broken, err = e.transact(ctx, beginRead, f); !broken {
			return err
		}
	}
	return err
}

// Write runs f in a transaction that waits at its commit until the server has
// made it durable.
func (e *engine) Write(ctx context.Context, f func(ctx context.Context, c relational.Conn) error) error {
	var err error
	reconnected := false
	for attempt := range writeAttempts {
		var broken bool
		broken, err = e.transact(ctx, beginWrite, f)
		switch {
		case undone(err):
			if err := wait(ctx, attempt); err != nil {
				return err
			}
		case broken && !reconnected:
			reconnected = true
		default:
			return err
		}
	}
	return unavailable(fmt.Errorf("tried %d times: %w", writeAttempts, err))
}

// transact runs f in one transaction. It reports whether the connection broke
// before anything can have been committed.
func (e *engine) transact(ctx context.Context, begin string, f func(ctx context.Context, c relational.Conn) error) (broken bool, err error) {
	pooled, err := e.pool.Acquire(ctx)
	if err != nil {
		return false, classify(ctx, nil, fmt.Errorf("connect to the database: %w", err))
	}
	defer pooled.Release() // which closes a connection with an open transaction
	c := &conn{pg: pooled.Conn(), begin: begin}
	if err := f(ctx, c); err != nil {
		broken := c.pg.IsClosed()
		if !broken {
			c.rollback(ctx)
		}
		if c.failed {
			err = classify(ctx, c.pg, err)
		}
		return broken && c.failed && ctx.Err() == nil, err
	}
	if err := c.commit(ctx); err != nil {
		return false, classify(ctx, c.pg, fmt.Errorf("commit: %w", err))
	}
	return false, nil
}

// wait lets those go first that a transaction collided with.
func wait(ctx context.Context, attempt int) error {
	d := rand.N(5 * time.Millisecond << attempt)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// errNoQueue says that a job came before [Store.SetEnqueue].
var errNoQueue = errors.New("there is no queue for jobs")

// Enqueue hands jobs to the queue within the transaction of c.
func (e *engine) Enqueue(ctx context.Context, c relational.Conn, jobs []storage.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	enqueue := e.enqueue.Load()
	if enqueue == nil {
		return errNoQueue
	}
	own, ok := c.(*conn)
	if !ok {
		return fmt.Errorf("a connection of type %T is not of this database", c)
	}
	tx, err := own.joined(ctx)
	if err == nil {
		err = (*enqueue)(ctx, tx, jobs)
	}
	if err != nil {
		own.failed = true
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

func (e *engine) SkipLocked() string { return "FOR UPDATE SKIP LOCKED" }

func (e *engine) Close() error {
	e.pool.Close()
	return nil
}
