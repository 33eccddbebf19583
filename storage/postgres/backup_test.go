package postgres

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authfix/internal/pgtest"
	"authfix/storage"
)

// withPrograms puts PostgreSQL's programs on PATH.
func withPrograms(t *testing.T) {
	t.Helper()
	t.Setenv("PATH", filepath.Dir(pgtest.Program(t, "pg_dump"))+":"+os.Getenv("PATH"))
}

// A backup is restored into an empty database.
func TestBackup(t *testing.T) {
	withPrograms(t)
	k := keyring(t)
	s := open(t, pgtest.Database(t), k)
	for _, id := range []string{"one", "two"} {
		if err := s.Record(t.Context(), record("t", id)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "backup")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v, want 0600", info.Mode(), err)
	}
	if err := s.Backup(t.Context(), file); err == nil {
		t.Error("Backup over a file succeeds")
	}
	url := pgtest.Database(t)
	if out, err := exec.Command(pgtest.Program(t, "pg_restore"), "--exit-on-error", "--no-owner", "--dbname="+url, file).CombinedOutput(); err != nil {
		t.Fatalf("pg_restore: %v\n%s", err, out)
	}
	restored := open(t, url, k)
	for _, id := range []string{"one", "two"} {
		if c, err := restored.Case(t.Context(), "t", id); err != nil || c.Author != "ann" {
			t.Errorf("Case(%s) after the restore = %+v, %v", id, c, err)
		}
	}
}

func TestBackupFails(t *testing.T) {
	s := open(t, pgtest.Database(t), keyring(t))
	file := filepath.Join(t.TempDir(), "backup")
	t.Setenv("PATH", t.TempDir())
	if err := s.Backup(t.Context(), file); err == nil || !strings.Contains(err.Error(), "install") {
		t.Errorf("Backup without pg_dump: %v, want an error that says what to install", err)
	}
	// One that fails in the midst leaves no file, and what it says is bounded.
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, "pg_dump"), []byte("#!/bin/sh\necho half\ni=0; while [ $i -lt 1000 ]; do echo 'it is broken' >&2; i=$((i+1)); done\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bad)
	if err := s.Backup(t.Context(), file); err == nil || !strings.Contains(err.Error(), "it is broken") || len(err.Error()) > 3000 {
		t.Errorf("Backup with a broken pg_dump: %.100v, want a bounded error with what it said", err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("half a backup is left: %v", err)
	}
}

// The way to the database stands in the environment, and its password nowhere
// else.
func TestEnvironment(t *testing.T) {
	e, err := connect(t.Context(), pgtest.Database(t)+"&password=hunter2&sslrootcert=/ca", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	env := strings.Join(environment(e.url, e.pool.Config().ConnConfig), "\n")
	for _, want := range []string{"PGPASSWORD=hunter2", "PGUSER=postgres", "PGSSLMODE=disable", "PGSSLROOTCERT=/ca", "PGHOST=/"} {
		if !strings.Contains(env, want) {
			t.Errorf("%s is not in the environment", want)
		}
	}
	if n := strings.Count(env, "hunter2"); n != 1 {
		t.Errorf("the password is there %d times", n)
	}
}

// No dump shows what was forgotten.
func TestForget(t *testing.T) {
	withPrograms(t)
	s := open(t, pgtest.Database(t), keyring(t))
	const secret = "marker-7f3a"
	r := record("t", "one")
	r.Case.Excerpt, r.Case.Answers = secret, []storage.Answer{{Fact: "f", Value: secret}}
	r.Observation.Data, r.Outgoing[0].Reply = []byte(secret), []byte(secret)
	r.Delivery.Ack = []byte(secret)
	if err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(dump(t, s), secret) {
		t.Fatal("the dump does not show what is there")
	}
	n, err := s.Forget(t.Context(), storage.Forgotten{Tenant: "t", Channel: "c", Message: "one", Audit: storage.Audit{At: time.Now(), Actor: "ann", Action: "forget"}})
	if err != nil || n == 0 {
		t.Fatalf("Forget = %d, %v", n, err)
	}
	if got := dump(t, s); strings.Contains(got, secret) {
		i := strings.Index(got, secret)
		t.Errorf("the dump shows what was forgotten: %q", got[max(0, i-200):i+len(secret)])
	}
}

// dump returns a backup as SQL, with binary values as text.
func dump(t *testing.T, s *Store) string {
	t.Helper()
	if _, err := s.e.pool.Exec(t.Context(), "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET bytea_output = escape', current_database()); END $$"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(pgtest.Program(t, "pg_restore"), "--file=-", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
