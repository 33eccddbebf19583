package sqlite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"authfix/storage/storagetest"
)

// TestPurgeWipesMovedRows makes so many rows move between pages that SQLite
// leaves old bytes of some, and deletes them.
func TestPurgeWipesMovedRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s := open(t, path, storagetest.NewKeyring(t))
	order := rand.New(rand.NewPCG(1, 2)).Perm(20_000)
	mark := func(n int) string { return fmt.Sprintf("mark%05dx", n) }
	tx, err := s.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, n := range order {
		_, err := tx.Exec(`INSERT INTO messages (tenant, channel, key, thread, author, revision, asked, spoken, deleted, case_id, at, guest, version)
 VALUES ('t', 'C', $1, '', $2, 0, 0, 0, 0, '', 0, 1, 1)`, mark(n), mark(n*7919%len(order)))
		if err != nil {
			t.Fatal(err)
		}
	}
	gone := order[:4000]
	for _, n := range gone {
		if _, err := tx.Exec(`DELETE FROM messages WHERE tenant = 't' AND channel = 'C' AND key = $1`, mark(n)); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(`UPDATE messages SET author = 'nobody' WHERE tenant = 't' AND author = $1 AND guest = 1`, mark(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	left := func() int {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for {
			i := bytes.Index(b, []byte("mark"))
			if i < 0 {
				break
			}
			there[string(b[i:min(i+len(mark(0)), len(b))])] = true
			b = b[i+1:]
		}
		count := 0
		for _, n := range gone {
			if there[mark(n)] {
				count++
			}
		}
		return count
	}
	if _, err := s.DB().Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	if left() == 0 {
		t.Error("SQLite left no byte of a moved row: this test shows nothing, or wipe is needed no longer")
	}
	// What the connection that writes has in its cache must not come back.
	if err := s.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := left(); n != 0 {
		t.Errorf("%d of %d deleted rows are in the file after Purge", n, len(gone))
	}
	if _, err := s.DB().Exec(`UPDATE messages SET at = at + 1`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DB().Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	if n := left(); n != 0 {
		t.Errorf("%d of %d deleted rows are in the file again after all pages were written", n, len(gone))
	}
	var health string
	if err := s.DB().QueryRow("PRAGMA integrity_check").Scan(&health); err != nil || health != "ok" {
		t.Errorf("the file is %q after it was wiped: %v", health, err)
	}
}

// TestPurgeEmptiesCaches looks whether other connections drop the pages that they
// read before these were wiped: else they would write them back as they were.
func TestPurgeEmptiesCaches(t *testing.T) {
	path, k := filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t)
	s, second := open(t, path, k), open(t, path, k)
	c, err := second.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// It changes when pages of the cache are no longer taken for those of the file.
	version := func() (v int64) {
		t.Helper()
		if err := c.QueryRowContext(t.Context(), "PRAGMA data_version").Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for range 3 {
		before := version()
		if err := s.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := version(); after == before {
			t.Errorf("the data version is %d before and after a purge", before)
		}
	}
}
