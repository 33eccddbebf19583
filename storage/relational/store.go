package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authfix/storage"
)

// A Store is a storage.Store over an [Engine].
type Store struct {
	e   Engine
	k   *storage.Keyring
	now func() time.Time // only for the hold of an installation
}

var _ storage.Store = (*Store)(nil)

// New returns the store of a database that is open and migrated. Closing the
// store closes e.
func New(e Engine, k *storage.Keyring) *Store {
	return &Store{e: e, k: k, now: time.Now}
}

// Close waits for what runs and closes the database.
func (s *Store) Close() error { return s.e.Close() }

// The columns that are sealed, as the key ring knows them.
const (
	sealedReplyTo = "outbox.reply_to"
	sealedToken   = "installations.token"
	sealedRefresh = "installations.refresh"
	sealedKey     = "tenant_keys.key"
)

// each runs a query and calls scan for each row.
func each(ctx context.Context, c Conn, sql string, args []any, scan func(Rows) error) error {
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one runs a query of at most one row; without one it is storage.ErrNotFound.
func one(ctx context.Context, c Conn, sql string, args []any, to ...any) error {
	found := false
	err := each(ctx, c, sql, args, func(r Rows) error {
		if found {
			return nil
		}
		found = true
		return r.Scan(to...)
	})
	if err == nil && !found {
		return storage.ErrNotFound
	}
	return err
}

// maybe is one, but reports whether there is a row.
func maybe(ctx context.Context, c Conn, sql string, args []any, to ...any) (bool, error) {
	err := one(ctx, c, sql, args, to...)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// micros is a time as it is kept; a zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant undoes micros.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// blob is b as an argument: an untyped nil when it is empty.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// clip brings a limit into 1 … MaxRows.
func clip(limit int) int64 {
	return int64(min(max(limit, 1), MaxRows))
}

// doing says what was being done when err came; nil stays nil.
func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
