package sqlite

import (
	"context"
	"database/sql"
	"sync/atomic"

	"authfix/storage/relational"
)

// maxGroup bounds the writes that are made durable together, and so how long one
// of them keeps the others waiting.
const maxGroup = 256

// The states of a write.
const (
	waiting int32 = iota
	taken         // the committer runs it
	given         // its caller went away before that: it is never run
)

// A write is one call of Write on its way through the committer.
type write struct {
	ctx   context.Context
	f     func(ctx context.Context, c relational.Conn) error
	state atomic.Int32
	ran   chan struct{} // closed when f has returned and is not run again
	done  chan error    // what became of it
	err   error         // of f; only the committer's
}

// Write runs f in a transaction. When its context ends, it returns as soon as f
// does not run.
func (e *engine) Write(ctx context.Context, f func(ctx context.Context, c relational.Conn) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.running.Done()
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{ctx: ctx, f: f, ran: make(chan struct{}), done: make(chan error, 1)}
	select {
	case e.queue <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
	}
	if w.state.CompareAndSwap(waiting, given) {
		return ctx.Err()
	}
	<-w.ran // f belongs to the caller: it must not run on without it
	select {
	case err := <-w.done:
		return err
	default:
		return ctx.Err()
	}
}

// commitAll takes the writes that wait, as many as there are, and makes them
// durable with one commit, again and again. A write that comes alone waits for
// nobody. Between commits the connection is free for others.
func (e *engine) commitAll() {
	defer close(e.stopped)
	group := make([]*write, 0, maxGroup)
	for w := range e.queue {
		group = append(group[:0], w)
	gather:
		for len(group) < maxGroup {
			select {
			case w, open := <-e.queue:
				if !open {
					break gather
				}
				group = append(group, w)
			default:
				break gather
			}
		}
		e.commit(group)
		e.wrote(len(group))
		clear(group)
	}
}

// commit runs the writes of a group in one transaction and answers each.
func (e *engine) commit(group []*write) {
	// Not the context of any one of them: it would undo the others.
	ctx := context.Background()
	tx, err := e.writer.BeginTx(ctx, nil)
	if err != nil {
		err = classify(err)
	}
	ours := group[:0] // those whose callers still wait
	good := 0
	for _, w := range group {
		if !w.state.CompareAndSwap(waiting, taken) {
			continue
		}
		ours = append(ours, w)
		if err == nil {
			err = w.run(ctx, tx, len(group) == 1)
		}
		if err == nil && w.err == nil {
			good++
		}
		close(w.ran)
	}
	switch {
	case tx == nil:
	case err != nil || good == 0:
		tx.Rollback()
	default:
		err = classify(tx.Commit())
	}
	for _, w := range ours {
		if w.err == nil {
			w.err = err
		}
		w.done <- w.err
	}
}

// run runs a write, keeps its error and undoes it if it has one. It returns an
// error when the whole transaction is lost, as SQLite undoes it when the disk is
// full.
func (w *write) run(ctx context.Context, tx *sql.Tx, alone bool) error {
	if alone {
		w.err = w.f(context.WithoutCancel(w.ctx), &conn{tx})
		return nil
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT w"); err != nil {
		return classify(err)
	}
	// A statement that is begun is not broken off: what it did would have to be
	// undone, and it is short.
	w.err = w.f(context.WithoutCancel(w.ctx), &conn{tx})
	if w.err != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO w"); err != nil {
			return classify(w.err)
		}
	}
	_, err := tx.ExecContext(ctx, "RELEASE w")
	return classify(err)
}
