package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"authfix/storage/relational"
)

// A conn runs statements in one transaction. What begins it goes to the server
// together with the first statement, which saves a round trip; pgx prepares each
// statement once a connection.
type conn struct {
	pg     *pgx.Conn
	begin  string // "" once it was sent
	failed bool   // a statement failed: the error that ends the transaction is the database's
}

// send sends statements, and what begins the transaction before the first ones.
// The caller closes the results.
func (c *conn) send(ctx context.Context, all []relational.Statement) pgx.BatchResults {
	batch := new(pgx.Batch)
	begin := c.begin
	if begin != "" {
		batch.Queue(begin)
		c.begin = ""
	}
	for _, s := range all {
		batch.Queue(s.SQL, s.Args...)
	}
	results := c.pg.SendBatch(ctx, batch)
	if begin != "" {
		results.Exec() // the next one fails for the same reason
	}
	return results
}

func (c *conn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	changed, err := c.Batch(ctx, []relational.Statement{{SQL: sql, Args: args}})
	if err != nil {
		return 0, err
	}
	return changed[0], nil
}

// Batch sends all statements at once and reads all answers.
func (c *conn) Batch(ctx context.Context, all []relational.Statement) ([]int64, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	results := c.send(ctx, all)
	changed := make([]int64, 0, len(all))
	for range all {
		tag, err := results.Exec()
		if err != nil {
			results.Close()
			c.failed = true
			return changed, err
		}
		changed = append(changed, tag.RowsAffected())
	}
	if err := results.Close(); err != nil {
		c.failed = true
		return changed, err
	}
	return changed, nil
}

func (c *conn) Query(ctx context.Context, sql string, args ...any) (relational.Rows, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	results := c.send(ctx, []relational.Statement{{SQL: sql, Args: args}})
	r, err := results.Query()
	if err != nil {
		results.Close()
		cancel()
		c.failed = true
		return nil, err
	}
	return &rows{Rows: r, c: c, results: results, cancel: cancel}, nil
}

// rows are those of a query, whose time ends with them.
type rows struct {
	pgx.Rows
	c       *conn
	results pgx.BatchResults
	cancel  context.CancelFunc
}

func (r *rows) Err() error {
	err := r.Rows.Err()
	if err != nil {
		r.c.failed = true
	}
	return err
}

func (r *rows) Close() {
	r.Rows.Close()
	if r.results.Close() != nil {
		r.c.failed = true
	}
	r.cancel()
}

// joined returns the transaction as pgx knows it. It is not to be ended.
func (c *conn) joined(ctx context.Context) (pgx.Tx, error) {
	options := pgx.TxOptions{BeginQuery: c.begin}
	if c.begin == "" {
		options.BeginQuery = "-- begun already"
	}
	c.begin = ""
	return c.pg.BeginTx(ctx, options)
}

// errUndone says that a statement failed, whose error was not returned.
var errUndone = errors.New("the server has undone the transaction")

// commit ends the transaction, if it was begun.
func (c *conn) commit(ctx context.Context) error {
	if c.begin != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	tag, err := c.pg.Exec(ctx, "commit")
	if err == nil && tag.String() != "COMMIT" {
		err = errUndone
	}
	return err
}

// rollback undoes the transaction even when ctx has ended, so that its
// connection can be used again; an error closes that, which undoes it too.
func (c *conn) rollback(ctx context.Context) {
	if c.begin != "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	c.pg.Exec(ctx, "rollback")
}
