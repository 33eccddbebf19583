package relational

import (
	"context"
	"fmt"
)

// Ping tells whether the database answers and can write: it writes.
func (s *Store) Ping(ctx context.Context) error {
	n, err := s.exec(ctx, `UPDATE liveness SET at = $1 WHERE id = 1`, micros(s.now()))
	if err == nil && n != 1 {
		err = fmt.Errorf("the table liveness has %d rows, and must have one", n)
	}
	return doing("ping the database", err)
}

// Purge makes sure that the bytes of deleted rows are gone from the files.
func (s *Store) Purge(ctx context.Context) error { return doing("purge", s.e.Purge(ctx)) }

// Backup writes a consistent copy to a new file.
func (s *Store) Backup(ctx context.Context, file string) error {
	return doing("back up to "+file, s.e.Backup(ctx, file))
}
