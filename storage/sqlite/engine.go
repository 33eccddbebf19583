package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"authfix/storage"
	"authfix/storage/relational"
)

// errClosed answers a call after Close.
var errClosed = errors.New("the database is closed")

// An engine is a database as package relational wants it.
type engine struct {
	path    string
	writer  *sql.DB // one connection
	readers *sql.DB
	keeper  *sql.DB // for Purge; it keeps no connection
	mover   *sql.DB // one connection, for moving the log
	busy    time.Duration
	enqueue atomic.Pointer[EnqueueFunc]
	raw     *os.File // for Purge, by who has the connection of writer; nil before

	queue   chan *write
	stopped chan struct{} // closed when the committer has ended

	writes  int           // since the log was last moved; the committer's
	due     chan struct{} // the log is to be moved
	rest    atomic.Bool   // most of it is, and the committer moves the rest
	unmoved chan struct{} // closed when nobody moves it any more

	mu      sync.RWMutex
	closed  bool
	running sync.WaitGroup // calls of Read, Write, Purge and Backup
}

var _ relational.Engine = (*engine)(nil)

func open(ctx context.Context, path string, o Options) (*engine, error) {
	if err := prepare(path); err != nil {
		return nil, err
	}
	e := &engine{path: path, queue: make(chan *write, o.Queue), stopped: make(chan struct{}), busy: o.BusyTimeout, due: make(chan struct{}, 1), unmoved: make(chan struct{})}
	err := e.connect(ctx, o)
	if err != nil {
		return nil, errors.Join(err, e.disconnect())
	}
	go e.commitAll()
	go e.moveLogs()
	return e, nil
}

func (e *engine) connect(ctx context.Context, o Options) (err error) {
	if e.writer, err = writerPool(e.path, o.BusyTimeout); err != nil {
		return err
	}
	if err := connect(ctx, e.writer, o.BusyTimeout); err != nil {
		return err
	}
	if err := migrate(ctx, e.writer); err != nil {
		return err
	}
	if e.readers, err = readerPool(e.path, o.Readers, o.BusyTimeout); err != nil {
		return err
	}
	if err := e.readers.PingContext(ctx); err != nil {
		return classify(err)
	}
	if e.keeper, err = writerPool(e.path, purgeTurn); err != nil {
		return err
	}
	e.keeper.SetMaxIdleConns(0)
	if e.mover, err = writerPool(e.path, 0); err != nil {
		return err
	}
	return nil
}

func (e *engine) disconnect() error {
	var wrong []error
	// The writer last: the last connection to close empties the log.
	for _, db := range []*sql.DB{e.readers, e.keeper, e.mover, e.writer} {
		if db != nil {
			wrong = append(wrong, db.Close())
		}
	}
	if e.raw != nil {
		wrong = append(wrong, e.raw.Close())
	}
	return errors.Join(wrong...)
}

// enter counts a call that Close waits for.
func (e *engine) enter() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return errClosed
	}
	e.running.Add(1)
	return nil
}

// Close waits for what runs and closes the database.
func (e *engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		<-e.stopped
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	e.running.Wait()
	close(e.queue)
	<-e.stopped
	close(e.due)
	<-e.unmoved
	return e.disconnect()
}

// Read runs f in a consistent view.
func (e *engine) Read(ctx context.Context, f func(ctx context.Context, c relational.Conn) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.running.Done()
	tx, err := e.readers.BeginTx(ctx, nil)
	if err != nil {
		return interrupted(ctx, err)
	}
	defer tx.Rollback() // nothing was written
	return interrupted(ctx, f(ctx, &conn{tx}))
}

// interrupted is the error of a call whose context may have ended.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err)
}

// Enqueue adds jobs within the transaction of c.
func (e *engine) Enqueue(ctx context.Context, c relational.Conn, jobs []storage.Job) error {
	f := e.enqueue.Load()
	if f == nil {
		return errors.New("there is no job queue for the record's jobs")
	}
	own, ok := c.(*conn)
	if !ok {
		return fmt.Errorf("a connection of type %T is not of this database", c)
	}
	return (*f)(ctx, own.tx, jobs)
}

// SkipLocked is nothing: there is one writer.
func (e *engine) SkipLocked() string { return "" }

// A conn runs statements in a transaction.
type conn struct {
	tx *sql.Tx
}

func (c *conn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	r, err := c.tx.ExecContext(ctx, sql, args...)
	if err != nil {
		return 0, classify(err)
	}
	return r.RowsAffected()
}

func (c *conn) Query(ctx context.Context, sql string, args ...any) (relational.Rows, error) {
	r, err := c.tx.QueryContext(ctx, sql, args...)
	if err != nil {
		return nil, classify(err)
	}
	return rows{r}, nil
}

func (c *conn) Batch(ctx context.Context, all []relational.Statement) ([]int64, error) {
	changed := make([]int64, 0, len(all))
	for _, s := range all {
		n, err := c.Exec(ctx, s.SQL, s.Args...)
		if err != nil {
			return changed, err
		}
		changed = append(changed, n)
	}
	return changed, nil
}

type rows struct{ *sql.Rows }

func (r rows) Err() error { return classify(r.Rows.Err()) }
func (r rows) Close()     { r.Rows.Close() } // its error is that of Err
