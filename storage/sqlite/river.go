package sqlite

import (
	"database/sql"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// River is the job queue's way to the database; see package queue. It takes
// turns with the store on the one connection that writes, and ends with it.
func (s *Store) River() riverdriver.Driver[*sql.Tx] { return riversqlite.New(s.e.writer) }
