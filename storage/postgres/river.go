package postgres

import (
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// River is the job queue's way to the database; see package queue. It ends with
// the store.
func (s *Store) River() riverdriver.Driver[pgx.Tx] { return riverpgxv5.New(s.e.pool) }
