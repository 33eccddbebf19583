package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"authfix/storage"
)

const (
	// statements is how many prepared statements a connection keeps.
	statements = 128
	// logPages is how many pages the log has when whoever writes moves it into the
	// file: it is moved beside the writes long before. keptPages is what the log is
	// cut back to when it begins anew.
	logPages  = 64_000
	keptPages = 8000
	// How much of the file a connection keeps in memory.
	writerCacheKiB = 8 << 10
	readerCacheKiB = 2 << 10
)

// A connector opens connections with the same settings.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *connector) Driver() driver.Driver                        { return c.driver }

// pool returns a pool of at most n connections with settings beside the common
// ones.
func pool(path string, n int, busy time.Duration, settings map[string]string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{
		"_busy_timeout":    {strconv.FormatInt(busy.Milliseconds(), 10)},
		"_stmt_cache_size": {strconv.Itoa(statements)},
	}
	for k, v := range settings {
		q.Set(k, v)
	}
	dsn := "file:" + escape(abs) + "?" + q.Encode()
	db := sql.OpenDB(&connector{dsn, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		// What SQLite keeps aside of a transaction stays in memory: it would be a
		// copy of what is stored.
		_, err := c.Exec(fmt.Sprintf("PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d", logPages, keptPages*4096), nil)
		return err
	}}})
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// escape makes a path fit for a URI.
func escape(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
}

func writerPool(path string, busy time.Duration) (*sql.DB, error) {
	return pool(path, 1, busy, map[string]string{"mode": "rw", "_journal_mode": "WAL", "_synchronous": "FULL", "_txlock": "immediate",
		"_secure_delete": "on", "_cache_size": strconv.Itoa(-writerCacheKiB)})
}

func readerPool(path string, n int, busy time.Duration) (*sql.DB, error) {
	return pool(path, n, busy, map[string]string{"mode": "ro", "_txlock": "deferred", "_cache_size": strconv.Itoa(-readerCacheKiB)})
}

// classify says of an error of SQLite whether trying later may help. SQLite's
// messages name tables and columns, never what is in them.
func classify(err error) error {
	var s sqlite3.Error
	if !errors.As(err, &s) {
		return err
	}
	switch s.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrProtocol:
		return fmt.Errorf("%w: another process keeps it locked (%w)", storage.ErrUnavailable, err)
	case sqlite3.ErrFull:
		return fmt.Errorf("%w: the disk is full (%w)", storage.ErrUnavailable, err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen, sqlite3.ErrAuth:
		return fmt.Errorf("%w: it cannot be written; look at the rights and the mount of the file and its folder (%w)", storage.ErrUnavailable, err)
	case sqlite3.ErrIoErr, sqlite3.ErrNomem:
		return fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	case sqlite3.ErrNotADB:
		return fmt.Errorf("the file is not a SQLite database (%w)", err)
	case sqlite3.ErrCorrupt:
		return fmt.Errorf("the file is damaged: restore a backup (%w)", err)
	}
	return err
}

// busy reports whether err says that another connection is in the way.
func busy(err error) bool {
	var s sqlite3.Error
	return errors.As(err, &s) && (s.Code == sqlite3.ErrBusy || s.Code == sqlite3.ErrLocked || s.Code == sqlite3.ErrProtocol)
}
