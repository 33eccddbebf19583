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
	p := part{}
	for {
		err := e.purgePart(ctx, &p)
		switch {
		case err == nil && p.from >= p.end:
			return nil
		case err == nil:
			begin = time.Now()
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

// A part is what of the file is still to be wiped. Pages that are added meanwhile
// are no part of it: only rows that were not deleted are moved to them.
type part struct {
	from, end int64
}

// purgePart empties the log and wipes the next portion of the file.
func (e *engine) purgePart(ctx context.Context, p *part) error {
	// Nobody of this process writes while we have the connection that writes.
	own, err := e.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer own.Close()
	// A new connection each time: it has no old pages in its cache.
	c, err := e.keeper.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	var blocked, pages, moved int64
	if err := c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &pages, &moved); err != nil {
		return err
	}
	if blocked != 0 {
		return errBlocked
	}
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	next, err := e.wipePart(ctx, c, *p)
	end := "COMMIT"
	if err != nil {
		end = "ROLLBACK"
	}
	if _, endErr := c.ExecContext(context.WithoutCancel(ctx), end); err != nil || endErr != nil {
		return errors.Join(err, endErr)
	}
	*p = next
	return nil
}

// wipePart wipes a portion of the file within a transaction that excludes
// writers, and returns what remains.
func (e *engine) wipePart(ctx context.Context, c *sql.Conn, p part) (part, error) {
	// While the log is empty and nobody can write to it, the pages are those of
	// the file.
	if info, err := os.Stat(e.path + "-wal"); err != nil || info.Size() != 0 {
		return p, errBlocked
	}
	if e.raw == nil {
		// It stays open until Close: on Unix, closing any descriptor of a file
		// drops the locks that the process has on it.
		f, err := os.OpenFile(e.path, os.O_RDWR, 0)
		if err != nil {
			return p, err
		}
		e.raw = f
	}
	if p.end == 0 {
		info, err := e.raw.Stat()
		if err != nil {
			return p, err
		}
		p.end = info.Size()
	}
	next, err := wipe(ctx, e.raw, p.from, min(p.from+wipeBytes, p.end))
	if err != nil {
		return p, err
	}
	p.from = next
	// Other connections have pages in their caches as they were, and would write
	// them back. A commit makes them read again.
	_, err = c.ExecContext(ctx, "UPDATE liveness SET at = at + 1 WHERE id = 1")
	return p, err
}
