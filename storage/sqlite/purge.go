package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"authfix/storage"
)

const (
	// purgeTurn is how long one attempt to empty the log waits for readers and
	// for other processes. Nothing is written meanwhile.
	purgeTurn = 100 * time.Millisecond
	// purgePause is the time for others between two attempts.
	purgePause = 20 * time.Millisecond
	// purgePatience is how long Purge goes on trying.
	purgePatience = time.Minute
)

// errBlocked says that a reader or another process is in the way.
var errBlocked = errors.New("the log is in use")

// Purge makes sure that deleted rows are gone from the files. They are
// overwritten in their pages when they are deleted (secure_delete); what is left
// of them is in the log, and where rows were moved from one page to another: see
// wipe. Purge waits for reads that began before it, also for those of other
// processes.
func (e *engine) Purge(ctx context.Context) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.running.Done()
	begin := time.Now()
	for from := int64(0); ; {
		to, err := e.purgeFrom(ctx, from)
		switch {
		case err == nil && to == from:
			return nil
		case err == nil:
			from, begin = to, time.Now()
			continue
		case !errors.Is(err, errBlocked) && !busy(err):
			return interrupted(ctx, err)
		case time.Since(begin) > purgePatience:
			return fmt.Errorf("%w: a reader has kept the log in use for %v", storage.ErrUnavailable, purgePatience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(purgePause):
		}
	}
}

// purgeFrom empties the log and wipes a part of the file that begins at an
// offset. It returns where that part ended, and from itself behind the end of
// the file.
func (e *engine) purgeFrom(ctx context.Context, from int64) (to int64, err error) {
	// Nobody of this process writes while we have the connection that writes.
	own, err := e.writer.Conn(ctx)
	if err != nil {
		return from, err
	}
	defer own.Close()
	// A new connection each time: it has no old pages in its cache.
	c, err := e.keeper.Conn(ctx)
	if err != nil {
		return from, err
	}
	defer c.Close()
	var blocked, pages, moved int64
	if err := c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &pages, &moved); err != nil {
		return from, err
	}
	if blocked != 0 {
		return from, errBlocked
	}
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return from, err
	}
	to, err = e.wipeFrom(ctx, c, from)
	end := "COMMIT"
	if err != nil {
		end = "ROLLBACK"
	}
	_, endErr := c.ExecContext(context.WithoutCancel(ctx), end)
	return to, errors.Join(err, endErr)
}

// wipeFrom wipes a part of the file within a transaction that excludes writers.
func (e *engine) wipeFrom(ctx context.Context, c *sql.Conn, from int64) (int64, error) {
	// While the log is empty and nobody can write to it, the pages are those of
	// the file.
	if info, err := os.Stat(e.path + "-wal"); err != nil || info.Size() != 0 {
		return from, errBlocked
	}
	if e.raw == nil {
		// It stays open until Close: on Unix, closing any descriptor of a file
		// drops the locks that the process has on it.
		f, err := os.OpenFile(e.path, os.O_RDWR, 0)
		if err != nil {
			return from, err
		}
		e.raw = f
	}
	to, err := wipe(ctx, e.raw, from, from+wipePart)
	if err != nil {
		return from, err
	}
	// Other connections have pages in their caches as they were, and would write
	// them back. A commit makes them read again.
	_, err = c.ExecContext(ctx, "UPDATE liveness SET at = at + 1 WHERE id = 1")
	return to, err
}
