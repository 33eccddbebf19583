// Package relational implements the roles of package storage over the few SQL
// statements that SQLite and PostgreSQL share. An engine gives it connections
// and transactions; it knows no driver.
//
// # SQL
//
// Placeholders are $1, $2 … and first appear in that order, which both databases
// understand. Times are BIGINT microseconds since 1970 (0: none), booleans are
// BIGINT 0 and 1, ids and JSON are TEXT, sealed values BLOB or BYTEA.
package relational

import (
	"context"

	"authfix/storage"
)

// A Statement is one statement with its arguments: string, []byte, int64 or nil.
type Statement struct {
	SQL  string
	Args []any
}

// A Conn runs statements: in a transaction within [Engine.Write], in a
// consistent view within [Engine.Read]. It is used by one goroutine and not
// kept.
type Conn interface {
	// Exec runs one statement and returns how many rows it changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	// Query runs one that returns rows. The caller closes them before it runs
	// another statement.
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
	// Batch runs statements in order, in one round trip where the database is
	// not in this process, and returns how many rows each changed. It stops at
	// the first error.
	Batch(ctx context.Context, all []Statement) ([]int64, error)
}

// Rows are the rows of a query.
type Rows interface {
	Next() bool
	Scan(to ...any) error
	Err() error
	Close()
}

// An Engine is one database.
type Engine interface {
	// Read runs f in a consistent view.
	Read(ctx context.Context, f func(ctx context.Context, c Conn) error) error
	// Write runs f in a transaction and returns nil when it is durable. An error
	// of f undoes what f did, and only that, and is returned as it is. f may be
	// run more than once, and several may be made durable together.
	Write(ctx context.Context, f func(ctx context.Context, c Conn) error) error
	// Enqueue adds jobs within the transaction of c.
	Enqueue(ctx context.Context, c Conn, jobs []storage.Job) error
	// SkipLocked is what follows a SELECT of rows that several may want to
	// lease: FOR UPDATE SKIP LOCKED, or nothing.
	SkipLocked() string
	// Purge makes sure that the bytes of deleted rows are gone.
	Purge(ctx context.Context) error
	// Backup writes a consistent copy to a new file.
	Backup(ctx context.Context, file string) error
	// Close waits for what runs and closes the database.
	Close() error
}
