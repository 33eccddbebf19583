// Package postgres is the store in a PostgreSQL database, which any number of
// replicas share. It is the only importer of pgx.
//
// # The server
//
// PostgreSQL 13 or newer with the encoding UTF8; the role needs to create tables
// in the first schema of its search path. A connection pooler must keep a
// session for a client ("session" mode): statements are prepared, and jobs are
// announced by NOTIFY. While the server is away or restarts, methods return
// [storage.ErrUnavailable]; they work again as soon as it answers.
package postgres

import (
	"context"
	"fmt"
	"log/slog"

	"authfix/storage"
	"authfix/storage/relational"
)

// Options are what a store may be told. The zero Options will do.
type Options struct {
	Logger *slog.Logger // default: none
	Conns  int          // the most connections; default: pool_max_conns of the URL, else 16
}

// A Store keeps everything in one database.
type Store struct {
	*relational.Store
	e *engine
}

var _ storage.Store = (*Store)(nil)

// Open connects to a database, postgres://user:password@host:port/database with
// libpq's options, and brings its schema up to date; several processes may do so
// at once. It is an error that a newer build has changed the schema. The caller
// closes the store.
func Open(ctx context.Context, url string, k *storage.Keyring, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	e, err := connect(ctx, url, o)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	if err := migrate(ctx, e.pool, o.Logger); err != nil {
		e.Close()
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	return &Store{Store: relational.New(e, k), e: e}, nil
}

// SetEnqueue says where the jobs of records go. It is called before the first
// record.
func (s *Store) SetEnqueue(f EnqueueFunc) { s.e.enqueue.Store(&f) }
