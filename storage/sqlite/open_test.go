package sqlite_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authfix/storage"
	"authfix/storage/sqlite"
	"authfix/storage/storagetest"
)

func TestOpenMistakes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	newer := filepath.Join(dir, "newer.db")
	s, err := sqlite.Open(t.Context(), newer, storagetest.NewKeyring(t), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.DB().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	damaged, err := os.ReadFile(newer)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < len(damaged); i++ {
		damaged[i] = 0xAA
	}
	for _, test := range []struct{ name, path, want string }{
		{"no folder", filepath.Join(dir, "none", "desk.db"), "the folder " + filepath.Join(dir, "none") + " does not exist"},
		{"a folder", dir, "it is a folder"},
		{"no name", "", "it must be a file"},
		{"in memory", ":memory:", "it must be a file"},
		{"not a database", write("text.db", strings.Repeat("this is a text\n", 1000)), "not a SQLite database"},
		{"damaged", write("damaged.db", string(damaged)), "damaged"},
		{"newer", newer, "newer authfix"},
	} {
		s, err := sqlite.Open(t.Context(), test.path, storagetest.NewKeyring(t), sqlite.Options{})
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", test.name)
		} else if !strings.Contains(err.Error(), test.want) || errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s: the error is %q, want one with %q that does not pass", test.name, err, test.want)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "text.db")); !strings.HasPrefix(string(text), "this is a text") {
		t.Error("a file that is no database was changed")
	}
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder's 100%?#.db")
	s := open(t, path, storagetest.NewKeyring(t))
	if err := s.Record(t.Context(), storagetest.Full("t", "a")); err != nil {
		t.Fatal(err)
	}
	backup := path + ".backup"
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, path + "-wal", path + "-shm", backup} {
		info, err := os.Stat(file)
		if err != nil {
			t.Error(err)
		} else if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(file), mode)
		}
	}
	if err := s.Backup(t.Context(), backup); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a backup to an existing file: %v", err)
	}
	s.Close()
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if name := f.Name(); name != filepath.Base(path) && name != filepath.Base(backup) {
			t.Errorf("%s is left after Close", name)
		}
	}
}

// TestSettings looks at what the promise of durability and erasure rests on.
func TestSettings(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "temp_store": "2"} {
		var got string
		if err := s.DB().QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", pragma, got, err, want)
		}
	}
}

// TestPlans looks whether the statements of the hot path go through an index.
func TestPlans(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t))
	for _, test := range []struct{ sql, want string }{
		{"SELECT 1 FROM cases WHERE tenant = 'a' AND channel = 'c' AND thread = 't' ORDER BY received DESC, seq DESC LIMIT 1", "cases_thread"},
		{"SELECT 1 FROM cases WHERE tenant = 'a' AND id = 'x'", "cases_id"},
		{"SELECT 1 FROM cases WHERE tenant = 'a' AND fingerprint = 'f' AND fingerprint <> '' AND received >= 1 ORDER BY received DESC, seq DESC LIMIT 5", "cases_fingerprint"},
		{"SELECT 1 FROM cases WHERE tenant = 'a' AND author = 'f' ORDER BY received DESC, seq DESC LIMIT 5", "cases_author"},
		{"SELECT 1 FROM cases WHERE tenant = 'a' AND swept = 0 AND received < 5 AND updated < 5 LIMIT 50", "cases_received"},
		{"SELECT 1 FROM observations WHERE tenant = 'a' AND case_id = 'c'", "observations_message"},
		{"SELECT p.seq FROM outbox p WHERE p.platform = 'p' AND p.state = 'pending' AND p.not_before = 0 ORDER BY p.seq LIMIT 5", "outbox_pending"},
		{"SELECT p.seq FROM outbox p WHERE p.platform = 'p' AND p.state = 'pending' AND p.not_before > 0 AND p.not_before <= 7 ORDER BY p.not_before, p.seq LIMIT 5", "outbox_pending"},
		{"SELECT p.seq FROM outbox p WHERE p.platform = 'p' AND p.state = 'leased' AND p.until <= 7 ORDER BY p.until LIMIT 5", "outbox_leased"},
		{"SELECT 1 FROM outbox e WHERE e.tenant = 't' AND e.channel = 'c' AND e.thread = 'h' AND e.seq < 9 AND e.state IN ('pending','leased')", "outbox_thread"},
		{"SELECT 1 FROM outbox o WHERE o.tenant = 't' AND o.case_id = 'c' AND o.case_id <> '' ORDER BY o.seq", "outbox_case"},
		{"SELECT 1 FROM outbox o WHERE o.tenant = 't' AND o.once = 'c' AND o.once <> ''", "outbox_once"},
		{"SELECT MIN(tenant) FROM deliveries WHERE tenant > 'a'", "SEARCH deliveries"},
	} {
		plan := explain(t, s.DB(), test.sql)
		if !strings.Contains(plan, test.want) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("the plan of %s is\n%s, want one search through %s", test.sql, plan, test.want)
		}
	}
}

func explain(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query("EXPLAIN QUERY PLAN " + query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(detail + "\n")
	}
	return plan.String()
}
