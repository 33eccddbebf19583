package relational_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"authfix/storage/relational"
	"authfix/storage/sqlite"
	"authfix/storage/storagetest"
)

// TestLeasePlan has SQLite say how it picks the rows to send: by indexes alone,
// for what was sent stays in the table for a month.
func TestLeasePlan(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.DB().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+relational.LeaseSQL, "slack", 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	// a, b and d are the heaps, of as many rows as are asked for.
	whole := regexp.MustCompile(`SCAN (outbox|[ceopnrw])\b|PRIMARY KEY \(rowid[<>]|\(tenant=\?\)`)
	steps := 0
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps++
		if whole.MatchString(step) {
			t.Errorf("it reads a whole table, or all of a tenant: %s", step)
		}
	}
	if err := rows.Err(); err != nil || steps < 10 {
		t.Errorf("%d steps, %v", steps, err)
	}
}
