package statement

import (
	"database/sql"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/mattn/go-sqlite3"

	"authfix/internal/pgtest"
)

// hostileValues are what somebody might put into a log so that it lands in a
// query.
var hostileValues = []string{
	"ORG1234", "O'Brien", "''", "'", `"`, `\`, `\'`, `\\'; DROP TABLE "AO_E8B6CC_ORGANIZATION_MAPPING"; --`,
	`'; DROP TABLE "AO_E8B6CC_ORGANIZATION_MAPPING"; --`, "' OR '1'='1", "' UNION SELECT 'x', 'y' --", "/* x */", "--", ";", "%", "_", "$1", "$$", ":a", "?", "{a}",
	"E'\\047'", "Müller & Söhne", "日本語", "😀", "e\u0301", "ʼ", "\u00a0", strings.Repeat("'", 256), strings.Repeat(`\`, 256), strings.Repeat("a", 256),
}

const organisations = `SELECT om."NAME", substr(om."ACCESS_TOKEN", 1, 4) AS token_kind
FROM "AO_E8B6CC_ORGANIZATION_MAPPING" om WHERE om."NAME" = {org}`

const createTable = `CREATE TABLE "AO_E8B6CC_ORGANIZATION_MAPPING" ("NAME" varchar(255), "ACCESS_TOKEN" varchar(255))`

// render fills a statement of Postgres in.
func render(t *testing.T, text, value string) string {
	t.Helper()
	tmpl, err := Parse("sql", "postgres", text)
	if err != nil {
		t.Fatal(err)
	}
	query, err := tmpl.Render(map[string]Value{tmpl.Names()[0]: {"string", value}})
	if err != nil {
		t.Fatalf("Render(%q): %v", value, err)
	}
	return query
}

func TestPostgres(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), pgtest.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	exec(strings.ReplaceAll(createTable, "varchar(255)", "varchar(256)"))
	insert := `INSERT INTO "AO_E8B6CC_ORGANIZATION_MAPPING" VALUES ($1, $2)`
	for _, v := range hostileValues {
		exec(insert, v, "gho_secret")
	}
	// An old server may have the setting off; the literal means the same.
	for _, setting := range []string{"on", "off"} {
		exec("SET standard_conforming_strings = " + setting)
		exec("SET escape_string_warning = off")
		for _, v := range hostileValues {
			for text, want := range map[string][]string{"SELECT {v}": {v}, organisations: {v, "gho_"}} {
				query := render(t, text, v)
				// The simple protocol would run a second statement too.
				results, err := conn.PgConn().Exec(t.Context(), query).ReadAll()
				if err != nil || len(results) != 1 || len(results[0].Rows) != 1 {
					t.Fatalf("standard_conforming_strings %s: %s gave %d results, %v, want one with one row", setting, query, len(results), err)
				}
				for i, cell := range results[0].Rows[0] {
					if string(cell) != want[i] {
						t.Errorf("standard_conforming_strings %s: %s = %q, want %q", setting, query, cell, want[i])
					}
				}
			}
		}
	}
}

func TestSQLite(t *testing.T) {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection has a database of its own in memory
	if _, err := db.Exec(createTable); err != nil {
		t.Fatal(err)
	}
	for _, v := range hostileValues {
		if _, err := db.Exec(`INSERT INTO "AO_E8B6CC_ORGANIZATION_MAPPING" VALUES (?, ?)`, v, "ghu_secret"); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range hostileValues {
		if strings.Contains(v, `\`) {
			continue // E'…' is PostgreSQL's
		}
		var got, name, kind string
		query := render(t, "SELECT {v}", v)
		if err := db.QueryRow(query).Scan(&got); err != nil || got != v {
			t.Errorf("%s = %q, %v, want %q", query, got, err, v)
		}
		query = render(t, organisations, v)
		if err := db.QueryRow(query).Scan(&name, &kind); err != nil || name != v || kind != "ghu_" {
			t.Errorf("%s = %q, %q, %v, want the row of %q", query, name, kind, err, v)
		}
		query = render(t, strings.Replace(strings.Replace(organisations, `om."NAME", substr(om."ACCESS_TOKEN", 1, 4) AS token_kind`, "count(*)", 1), "\n", " ", 1), v)
		n := 0
		if err := db.QueryRow(query).Scan(&n); err != nil || n != 1 {
			t.Errorf("%s = %d, %v, want 1", query, n, err)
		}
	}
}

// TestShell lets a real shell read the words.
func TestShell(t *testing.T) {
	tmpl, err := Parse("shell", "posix", "printf %s x{v}y")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range append(hostileValues, "$(echo a)", "`echo a`", "a b  c", "!!", "~", "*", "a\u00a0b", "'\\''") {
		script, err := tmpl.Render(map[string]Value{"v": {"string", v}})
		if err != nil {
			t.Fatalf("Render(%q): %v", v, err)
		}
		out, err := exec.CommandContext(t.Context(), "/bin/sh", "-c", script).Output()
		if err != nil || string(out) != "x"+v+"y" {
			t.Errorf("%s printed %q, %v, want %q", script, out, err, "x"+v+"y")
		}
	}
}
