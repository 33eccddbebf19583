package sqlite

import (
	"context"
	"fmt"
	"time"
)

// Moving the log into the file costs as much as a few hundred writes, and whoever
// writes when SQLite finds it due waits for it. So it is moved beside the writes,
// from a connection of its own, as long as much of it is to be moved; and the
// little that was written meanwhile between two commits, after which the log
// begins anew.
// https://sqlite.org/wal.html#ckpt

const (
	// moveAfter is how many writes are made between two moves. They fill some
	// thousand pages of the log, of which many are the same pages again.
	moveAfter = 250
	// restPages is how much of the log may be left for the committer to move.
	restPages = 1000
	// restPatience is how long the committer waits for reads that began before the
	// log was moved: without it the log does not begin anew.
	restPatience = 20 * time.Millisecond
)

// moveLogs moves the log whenever that is due, until there are no more writes.
func (e *engine) moveLogs() {
	defer close(e.unmoved)
	for range e.due {
		var blocked, pages, moved int64
		err := e.mover.QueryRow("PRAGMA wal_checkpoint(PASSIVE)").Scan(&blocked, &pages, &moved)
		// When it fails, or someone else is at it, the next one does it.
		if err == nil && blocked == 0 && pages-moved < restPages {
			e.rest.Store(true)
		}
	}
}

// wrote counts the writes of a commit, and has the log moved when there were
// enough. It runs between two commits.
func (e *engine) wrote(n int) {
	if e.rest.Swap(false) {
		e.moveRest()
	}
	if e.writes += n; e.writes < moveAfter {
		return
	}
	e.writes = 0
	select {
	case e.due <- struct{}{}:
	default: // it is being moved
	}
}

// moveRest moves what is left of the log, and lets it begin anew.
func (e *engine) moveRest() {
	ctx := context.Background()
	c, err := e.writer.Conn(ctx)
	if err != nil {
		return
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", restPatience.Milliseconds())); err != nil {
		return
	}
	var blocked, pages, moved int64
	_ = c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(RESTART)").Scan(&blocked, &pages, &moved) // else the next one does it
	_, _ = c.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", e.busy.Milliseconds()))
}
