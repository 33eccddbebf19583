package knowledge

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/mattn/go-sqlite3"

	"authfix/internal/pgtest"
)

// The table that the built-in SQL reads, with rows of the kinds that stand in
// it and names that somebody may choose to break a query.
const organizationTable = `CREATE TABLE "AO_E8B6CC_ORGANIZATION_MAPPING" (
	"ID" integer PRIMARY KEY, "NAME" varchar(255), "HOST_URL" varchar(255), "DVCS_TYPE" varchar(255), "ACCESS_TOKEN" varchar(255))`

type organization struct{ name, host, kind, token string }

var (
	longName = strings.Repeat("long-name_", 10) // 100 bytes: the most that the pattern admits

	organizations = []organization{
		{"ORG1234", "https://github.com", "github", synthetic("ghu"+"_", 36)},
		{"o'brien'; DROP TABLE \"AO_E8B6CC_ORGANIZATION_MAPPING\"; --", "https://github.com", "github", synthetic("ghu"+"_", 36)},
		{"o", "https://github.com", "github", synthetic("gho"+"_", 36)},
		{"' OR '1'='1", "https://github.com", "github", synthetic("gho"+"_", 36)},
		{"Müller", "https://github.com", "github", synthetic("gho"+"_", 36)},
		{"M", "https://github.com", "github", synthetic("gho"+"_", 36)},
		{"日本", "https://github.com", "github", synthetic("gho"+"_", 36)},
		{"double--dash", "https://github.com", "github", synthetic("gho"+"_", 36)},
		{longName, "https://github.com", "githube", synthetic("ghu"+"_", 36)},
		{longName + "x", "https://github.com", "githube", synthetic("gho"+"_", 36)},
		{"lab", "https://gitlab.example.com", "GitLab", synthetic("glp"+"at-", 20)},
		{"bucket", "https://bitbucket.org", "bitbucket", synthetic("ATC"+"TT3", 60)},
	}
)

// synthetic makes a secret that nobody was ever given.
func synthetic(prefix string, n int) string {
	const set = "Zq7Kx2Vw9Bn4Tm6Rj3Hd8Fs5Gp1Lc0Yu"
	b := []byte(prefix)
	for i := range n {
		b = append(b, set[(i*7+i/32+len(prefix)*5)%len(set)])
	}
	return string(b)
}

// sqlWant says for each failure mode with SQL which rows its statement finds,
// and which of their columns. A failure mode that is not here fails the test.
var sqlWant = map[string]struct {
	paste   string // %s stands for the name of the organisation
	found   func(o organization, name string) bool
	columns func(id int, o organization) []string
}{
	"jira-dvcs-github-bad-credentials": {
		"2026-02-03 04:05:10,299+0000 Caesium-1-2 WARN ServiceRunner [c.a.j.p.d.spi.github.GithubClientWithTimeout] Failed to execute request [GET /users/%s] response code: 401, errors:\nBad credentials (401)\n",
		func(o organization, name string) bool { return o.name == name },
		func(_ int, o organization) []string { return []string{o.name, o.token[:4]} },
	},
	"jira-dvcs-invalid-credentials": {
		"", func(organization, string) bool { return true },
		func(_ int, o organization) []string { return []string{o.name, o.host, o.kind, o.token[:4]} },
	},
	"jira-dvcs-gitlab-2h": {
		"", func(o organization, _ string) bool { return strings.Contains(o.host, "gitlab") },
		func(_ int, o organization) []string { return []string{o.name, o.host, o.kind} },
	},
	"jira-dvcs-bitbucket-403": {
		"", func(o organization, _ string) bool { return strings.Contains(o.host, "bitbucket.org") },
		func(id int, o organization) []string { return []string{fmt.Sprint(id), o.name, o.host, o.kind} },
	},
}

// rendered takes the statements of a failure mode out of the JSON of a real
// diagnosis, by dialect; the languages are those wanted.
func rendered(t *testing.T, b *Base, paste, id string, languages ...Language) (queries map[string][]string, withheld int) {
	t.Helper()
	d, err := b.Diagnose(Input{Text: []byte(paste), Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Candidates []struct {
			ID     string
			Checks []struct {
				Language   Language
				Queries    []struct{ Dialect, Query string }
				Parameters []struct{ Value *string }
			}
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	queries = map[string][]string{}
	for _, c := range got.Candidates {
		if c.ID != id {
			continue
		}
		for _, check := range c.Checks {
			if !slices.Contains(languages, check.Language) {
				continue
			}
			for _, q := range check.Queries {
				queries[q.Dialect] = append(queries[q.Dialect], q.Query)
			}
			for _, p := range check.Parameters {
				if p.Value == nil {
					withheld++
					if len(check.Queries) > 0 {
						t.Errorf("%s: a query is shown although a parameter is unknown: %v", id, check.Queries)
					}
				}
			}
		}
	}
	return queries, withheld
}

// sqlModes are the failure modes with SQL.
func sqlModes(t *testing.T, b *Base) []*FailureMode {
	t.Helper()
	var all []*FailureMode
	for _, l := range b.List("") {
		m, ok := b.Lookup(l.ID)
		if !ok {
			t.Fatalf("no %s", l.ID)
		}
		if slices.ContainsFunc(m.Checks, func(c Check) bool { return c.Language == SQL }) {
			all = append(all, m)
		}
	}
	if len(all) < 4 {
		t.Fatalf("only %d failure modes have SQL", len(all))
	}
	return all
}

// A sqlCase is one paste with the statements that it gave and the rows that
// they should find.
type sqlCase struct {
	id, value string
	queries   map[string]string
	want      [][]string
}

func sqlCases(t *testing.T, b *Base) []sqlCase {
	t.Helper()
	var all []sqlCase
	for _, m := range sqlModes(t, b) {
		want, ok := sqlWant[m.ID]
		if !ok {
			t.Errorf("%s: nobody says what its SQL finds", m.ID)
			continue
		}
		values := []string{""}
		if want.paste != "" {
			values = []string{"ORG1234", longName, "double--dash", "o", "M"}
		}
		for _, value := range values {
			paste := want.paste
			if paste == "" {
				paste = m.Examples.Match[0]
			} else {
				paste = fmt.Sprintf(paste, value)
			}
			queries, _ := rendered(t, b, paste, m.ID, SQL)
			c := sqlCase{id: m.ID, value: value, queries: map[string]string{}}
			for _, dialect := range []string{"postgres", "mysql", "oracle", "mssql"} {
				if len(queries[dialect]) != 1 {
					t.Fatalf("%s with %q: %d statements for %s, want 1", m.ID, value, len(queries[dialect]), dialect)
				}
				c.queries[dialect] = queries[dialect][0]
			}
			for i, o := range organizations {
				if want.found(o, value) {
					c.want = append(c.want, want.columns(i+1, o))
				}
			}
			if len(c.want) == 0 {
				t.Errorf("%s with %q should find nothing", m.ID, value)
			}
			all = append(all, c)
		}
	}
	return all
}

// same compares rows without regard to their order, and that no cell holds more
// of a token than its prefix.
func (c *sqlCase) same(t *testing.T, dialect string, got [][]string) {
	t.Helper()
	sorted := func(rows [][]string) [][]string {
		rows = slices.Clone(rows)
		slices.SortFunc(rows, slices.Compare)
		return rows
	}
	if !slices.EqualFunc(sorted(got), sorted(c.want), slices.Equal[[]string]) {
		t.Errorf("%s with %q, %s: %s\ngave %q\nwant %q", c.id, c.value, dialect, c.queries[dialect], got, c.want)
	}
	for _, row := range got {
		for _, cell := range row {
			for _, o := range organizations {
				if strings.Contains(cell, o.token[:9]) {
					t.Errorf("%s, %s: shows %q of a token", c.id, dialect, cell)
				}
			}
		}
	}
}

func TestSQLOnPostgres(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), pgtest.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), organizationTable); err != nil {
		t.Fatal(err)
	}
	for i, o := range organizations {
		if _, err := conn.Exec(t.Context(), `INSERT INTO "AO_E8B6CC_ORGANIZATION_MAPPING" VALUES ($1, $2, $3, $4, $5)`, i+1, o.name, o.host, o.kind, o.token); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range sqlCases(t, b) {
		// The simple protocol would run a second statement too.
		results, err := conn.PgConn().Exec(t.Context(), c.queries["postgres"]).ReadAll()
		if err != nil || len(results) != 1 {
			t.Errorf("%s: %s gave %d results, %v", c.id, c.queries["postgres"], len(results), err)
			continue
		}
		var got [][]string
		for _, r := range results[0].Rows {
			var row []string
			for _, cell := range r {
				row = append(row, string(cell))
			}
			got = append(got, row)
		}
		c.same(t, "postgres", got)
	}
	n := 0
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM "AO_E8B6CC_ORGANIZATION_MAPPING"`).Scan(&n); err != nil || n != len(organizations) {
		t.Errorf("the table has %d rows, %v; want %d", n, err, len(organizations))
	}
}

// SQLite reads the quotes of all four dialects, so it runs every statement as
// it stands.
func TestSQLOnSQLite(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection has a database of its own in memory
	if _, err := db.Exec(organizationTable); err != nil {
		t.Fatal(err)
	}
	for i, o := range organizations {
		if _, err := db.Exec(`INSERT INTO "AO_E8B6CC_ORGANIZATION_MAPPING" VALUES (?, ?, ?, ?, ?)`, i+1, o.name, o.host, o.kind, o.token); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range sqlCases(t, b) {
		for dialect, query := range c.queries {
			rows, err := db.Query(query)
			if err != nil {
				t.Errorf("%s, %s: %s: %v", c.id, dialect, query, err)
				continue
			}
			columns, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			for rows.Next() {
				row := make([]string, len(columns))
				into := make([]any, len(columns))
				for i := range row {
					into[i] = &row[i]
				}
				if err := rows.Scan(into...); err != nil {
					t.Fatal(err)
				}
				got = append(got, row)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			rows.Close()
			c.same(t, dialect, got)
		}
	}
}

// Names that the pattern refuses fill no statement, and neither does their
// beginning.
func TestHostileNamesAreWithheld(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	const id = "jira-dvcs-github-bad-credentials"
	for _, name := range []string{
		`o'brien'; DROP TABLE "AO_E8B6CC_ORGANIZATION_MAPPING"; --`, "o'brien", "o’brien", "o%27brien", "o%2527brien", `o\'brien`, `o\u0027brien`, "' OR '1'='1",
		"Müller", "M\u0301uller", "日本", "ORGÜ", "ORG日", longName + "x", longName + "é", "ORG\u200b'x", "ORG${x}", "ORG`id`", "ORG$(id)", "ORG&#39;x", "ORG*x", "ORG{x}", "ORG+x", "ORG~x", "ORG!x", "ORG^x",
	} {
		queries, withheld := rendered(t, b, fmt.Sprintf(sqlWant[id].paste, name), id, SQL)
		if len(queries) > 0 {
			t.Errorf("%q gives %v", name, queries["postgres"])
		} else if withheld == 0 {
			t.Errorf("%q: the parameter is not shown as unknown", name)
		}
	}
	// What may stand behind a name does not belong to it.
	for _, tail := range []string{"]", " ", "/repos]", "?page=1]", "'", `"`, ", ", ". ", ": ", ")", ";", "&x=1", "#a", "…", "\u00a0x", "` failed", "*", "\n"} {
		queries, _ := rendered(t, b, fmt.Sprintf(sqlWant[id].paste, "ORG1234"+tail), id, SQL)
		if len(queries["postgres"]) != 1 || !strings.Contains(queries["postgres"][0], `om."NAME" = 'ORG1234';`) {
			t.Errorf("behind %q: %v", tail, queries["postgres"])
		}
	}
}
