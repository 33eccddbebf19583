package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"authfix/internal/pgtest"
	"authfix/storage"
)

// childVariable makes the test's binary a process that opens a database.
const childVariable = "AUTHFIX_POSTGRES_TEST_CHILD"

func TestMain(m *testing.M) {
	url, ok := os.LookupEnv(childVariable)
	if !ok {
		os.Exit(m.Run())
	}
	k, err := storage.ParseKeyring(os.Getenv("AUTHFIX_TEST_KEY"))
	if err == nil {
		var s *Store
		if s, err = Open(context.Background(), url, k, Options{}); err == nil {
			err = s.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func keyring(t testing.TB) *storage.Keyring {
	t.Helper()
	k, err := storage.ParseKeyring(storage.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// open opens a database for the rest of the test.
func open(t testing.TB, url string, k *storage.Keyring) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, k, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Processes that start at once on an empty database all start.
func TestTogether(t *testing.T) {
	t.Parallel()
	url, key := pgtest.Database(t), storage.NewKey()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childVariable+"="+url, "AUTHFIX_TEST_KEY="+key)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("a process: %v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	s := open(t, url, keyring(t))
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := open(t, url, keyring(t))
	if _, err := s.e.pool.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)"); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), url, keyring(t), Options{})
	if err == nil || !strings.Contains(err.Error(), "version 999") {
		t.Errorf("Open of a newer schema: %v, want an error that says so", err)
	}
}

// What a URL's password is never gets into an error.
func TestPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://u:hunter2@/d?host=/nowhere",
		"postgres://u:hunter2@127.0.0.1:1/d?connect_timeout=1&sslmode=disable",
		"postgres://u:hunter2@host:notaport/d",
		"postgres://u:hunter2%zz@host/d",
		"postgres://u:hunter2@host/d?sslmode=perhaps",
		"postgres://u:hunter2@host/d?pool_max_conns=many",
		"host=/nowhere password=hunter2 user=u",
		"mysql://u:hunter2@host/d",
	} {
		_, err := Open(t.Context(), url, keyring(t), Options{})
		if err == nil {
			t.Errorf("Open(%s) succeeds", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Open tells the password: %v", err)
		}
	}
}

// The schema has SQLite's tables and columns, for both are read by the same
// statements, and Purge knows the tables.
func TestSchema(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t), keyring(t))
	rows, err := s.e.pool.Query(t.Context(), `SELECT table_name || '.' || column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name <> 'goose_db_version' ORDER BY table_name, ordinal_position`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	want := columnsOfSQLite(t)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-SQLite +PostgreSQL):\n%s", diff)
	}
	for _, column := range got {
		table, name, _ := strings.Cut(column, ".")
		if name == "tenant" && !slices.Contains(purged, table) {
			t.Errorf("Purge does not know table %s", table)
		}
	}
}

// columnsOfSQLite reads SQLite's migrations.
func columnsOfSQLite(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir("../sqlite/migrations")
	if err != nil {
		t.Fatal(err)
	}
	create := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	column := regexp.MustCompile(`(?m)^ +([a-z_]+) +(?:TEXT|INTEGER|BLOB)`)
	var all []string
	for _, f := range files {
		text, err := os.ReadFile("../sqlite/migrations/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range create.FindAllStringSubmatch(string(text), -1) {
			for _, c := range column.FindAllStringSubmatch(table[2], -1) {
				all = append(all, table[1]+"."+c[1])
			}
		}
	}
	return all
}

// A record that says little.
func record(tenant, delivery string) *storage.Record {
	now := time.Now()
	return &storage.Record{
		Tenant:   storage.Tenant(tenant),
		Delivery: storage.Delivery{ID: delivery, Received: now, Decided: now, Decision: "spoken"},
		Message:  &storage.Message{Channel: "c", Key: delivery, Author: "ann", Asked: true, At: now, Case: delivery},
		Case:     &storage.Case{ID: delivery, Channel: "c", Thread: delivery, Author: "ann", State: storage.Open, Verdict: "certain", FailureMode: "applinks-clock-skew", Fingerprint: "f", Received: now, Decided: now, Updated: now},
		Observation: &storage.Observation{
			Message: delivery, Author: "ann", At: now, Data: []byte(`{"facts":[]}`),
		},
		Outgoing: []storage.Outgoing{{ID: delivery, Case: delivery, Platform: "p", Channel: "c", Thread: delivery, Message: delivery, Reply: []byte(`{"headline":"a clock"}`), Created: now}},
	}
}
