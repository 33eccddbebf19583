// Package sqlite keeps the desk's memory in one SQLite file.
//
// The file is in WAL mode with synchronous=FULL: a write is on the disk when it
// is answered. Writes go through one connection, and those that wait while one is
// being made durable are made durable together. Reads go through a pool of
// read-only connections and neither wait for writes nor hold them up. Several
// processes of one machine may have the file open at once. It must not be on a
// network file system.
//
// Deleted rows are overwritten. The log beside the file (‑wal) may keep them
// until [Store.Purge], or until the last process closes the file.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"authfix/storage"
	"authfix/storage/relational"
)

// Defaults of [Options].
const (
	DefaultBusyTimeout = 5 * time.Second
	DefaultQueue       = 1024
)

// An EnqueueFunc adds jobs within a transaction on the connection that writes.
type EnqueueFunc func(ctx context.Context, tx *sql.Tx, jobs []storage.Job) error

// Options may be left zero.
type Options struct {
	// Enqueue adds the jobs of a record: see [Store.SetEnqueue].
	Enqueue EnqueueFunc
	// BusyTimeout is how long a write waits for another process that writes,
	// before it fails with storage.ErrUnavailable. Zero is DefaultBusyTimeout.
	BusyTimeout time.Duration
	// Readers is how many reads run at once. Zero is twice the processors, at
	// least four.
	Readers int
	// Queue is how many writes wait for the connection. A further one waits to
	// get into the queue. Zero is DefaultQueue.
	Queue int
}

// A Store is an open database.
type Store struct {
	*relational.Store
	e *engine
}

var _ storage.Store = (*Store)(nil)

// Open opens the database in a file, which is made, with mode 0600, when there
// is none in its folder, and brings its tables up to date. Processes may do so
// at the same time. Errors that may pass are storage.ErrUnavailable.
func Open(ctx context.Context, path string, k *storage.Keyring, o Options) (*Store, error) {
	if o.BusyTimeout <= 0 {
		o.BusyTimeout = DefaultBusyTimeout
	}
	if o.Readers <= 0 {
		o.Readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	e, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	s := &Store{Store: relational.New(e, k), e: e}
	s.SetEnqueue(o.Enqueue)
	return s, nil
}

// DB returns the one connection that writes, for what writes beside the store:
// the job queue. Whoever takes it keeps it for as short as it can, for nothing
// else is written meanwhile.
func (s *Store) DB() *sql.DB { return s.e.writer }

// SetEnqueue says how the jobs of records are added. f works on the transaction
// that it is given and must not take the connection of [Store.DB], which that
// transaction has. Without it, or with nil, a record with jobs is an error. It
// may be called at any time.
func (s *Store) SetEnqueue(f EnqueueFunc) {
	if f == nil {
		s.e.enqueue.Store(nil)
		return
	}
	s.e.enqueue.Store(&f)
}

// prepare makes the file if there is none.
func prepare(path string) error {
	if path == "" || path == ":memory:" {
		return errors.New("it must be a file")
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		return f.Close()
	case !errors.Is(err, fs.ErrExist):
		if _, dirErr := os.Stat(filepath.Dir(path)); errors.Is(dirErr, fs.ErrNotExist) {
			return fmt.Errorf("the folder %s does not exist", filepath.Dir(path))
		}
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("it is a folder")
	}
	return nil
}
