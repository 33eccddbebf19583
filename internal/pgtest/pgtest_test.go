//go:build unix

package pgtest

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestStart(t *testing.T) {
	if got := ask(t, Start(t), "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("server_encoding = %q, want UTF8", got)
	}
}

func TestDatabase(t *testing.T) {
	one, two := Database(t), Database(t)
	ask(t, one, "CREATE TABLE a (n text); INSERT INTO a VALUES ('x') RETURNING n")
	if got := ask(t, two, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"); got != "0" {
		t.Errorf("a second database has %s tables of the first", got)
	}
}

func TestRestart(t *testing.T) {
	s := StartServer(t)
	url := s.Database(t)
	ask(t, url, "CREATE TABLE a (n text); INSERT INTO a VALUES ('kept') RETURNING n")
	s.Stop(t)
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(t.Context())
		t.Error("a stopped server answers")
	}
	s.Start(t)
	if got := ask(t, url, "SELECT n FROM a"); got != "kept" {
		t.Errorf("after a restart n = %q, want kept", got)
	}
}

// ask returns the one value that sql selects last.
func ask(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	results, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return string(results[len(results)-1].Rows[0][0])
}
