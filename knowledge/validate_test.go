package knowledge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authfix/knowledge/strictyaml"
)

// wholeMode is a complete failure mode without a mistake; the lines of the
// tests below are counted in it.
const wholeMode = `id: acme-gateway-down
formerly: []
title: The gateway is down
systems: [Acme]
severity: high
version: 1
cause: It was switched off.
causes:
  - text: Somebody did it.
    when:
      all:
        - fact: http.status
          is: "401"
effect: Nothing works.
signatures:
  - gives: certain
    within: 20
    all:
      - literal: ACME_GATEWAY_DOWN
      - regexp: 'account (?P<account>[a-z]{1,20})'
    none:
      - literal: ACME_MAINTENANCE
  - gives: likely
    any:
      - literal: ACME_GATEWAY_DOWN
        times: 2
over: []
explains: []
needs:
  - fact: http.status
    how: Look at it.
checks:
  - text: Does the account exist?
    language: sql
    statements:
      - dialect: postgres
        statement: SELECT a."NAME" FROM "ACCOUNTS" a WHERE a."NAME" = {account}
      - dialect: mysql
        statement: SELECT a.NAME FROM ACCOUNTS a WHERE a.NAME = {account}
      - dialect: oracle
        statement: SELECT a."NAME" FROM "ACCOUNTS" a WHERE a."NAME" = {account}
      - dialect: mssql
        statement: SELECT a.[NAME] FROM [ACCOUNTS] a WHERE a.[NAME] = {account}
    parameters:
      - name: account
        type: string
        capture: true
        pattern: '[a-z]{1,20}'
        how: The account.
remedies:
  - kind: fix
    steps:
      - Switch it on.
prevention:
  - Do not switch it off.
references:
  - title: A page
    url: https://example.com/
    read: "2026-01-02"
examples:
  match:
    - "ERROR ACME_GATEWAY_DOWN for account lighthouse"
    - "the page says ACME_GATEWAY_DOWN since noon"
    - '{"code":"ACME_GATEWAY_DOWN"}'
  miss:
    - text: all is well
      is: none
    - text: nothing to see
      is: none
`

func complaintsOf(t *testing.T, base *Base, files map[string]string) Complaints {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := LoadOver(base, dir)
	if err == nil {
		return nil
	}
	var found Complaints
	if !errors.As(err, &found) {
		t.Fatalf("LoadOver = %v", err)
	}
	for i := range found {
		found[i].File = strings.TrimPrefix(strings.TrimPrefix(found[i].File, filepath.ToSlash(dir)), "/")
		if found[i].Message == "" {
			t.Errorf("%v says nothing", found[i])
		}
		if text := found[i].Error(); strings.Contains(text, "\n") || len(text) > 600 {
			t.Errorf("the complaint %q is not one line", text)
		}
	}
	return found
}

// Each mistake draws one complaint, which names its line.
func TestEachMistakeOnce(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if found := complaintsOf(t, b, map[string]string{"acme-gateway-down.yaml": wholeMode}); found != nil {
		t.Fatalf("the whole one: %v", found)
	}
	long := strings.Repeat("word ", 200)
	for _, tt := range []struct {
		name, old, new string
		path           string // "": any
		message        string // part of it
		line           int    // 0: the line of old
	}{
		{"no id", "id: acme-gateway-down", "id: ''", "id", "is no id", 0},
		{"id with capitals", "id: acme-gateway-down", "id: Acme-Gateway", "id", "is no id", 0},
		{"id of one word", "id: acme-gateway-down", "id: acme", "id", "is no id", 0},
		{"id beside the file", "id: acme-gateway-down", "id: acme-gateway-up", "id", "does not fit the file's name", 0},
		{"no title", "title: The gateway is down", "title: ''", "title", "is missing", 0},
		{"long title", "title: The gateway is down", "title: " + long, "title", "more than 90", 0},
		{"title with a full stop", "title: The gateway is down", "title: The gateway is down.", "title", "full stop", 0},
		{"no systems", "systems: [Acme]", "systems: []", "systems", "is missing", 0},
		{"severity", "severity: high", "severity: hihg", "severity", "not known", 0},
		{"version 0", "version: 1", "version: 0", "version", "1 or more", 0},
		{"version in words", "version: 1", "version: one", "version", "whole number", 0},
		{"no cause", "cause: It was switched off.", "cause: ''", "cause", "is missing", 0},
		{"long cause", "cause: It was switched off.", "cause: " + long, "cause", "more than 600", 0},
		{"cause without text", "  - text: Somebody did it.", "  - text: ''", "causes[0].text", "is missing", 0},
		{"cause's fact", "        - fact: http.status\n          is: \"401\"", "        - fact: http.statu\n          is: \"401\"", "causes[0].when.all[0].fact", "is no fact", 0},
		{"no effect", "effect: Nothing works.", "effect: ' '", "effect", "is missing", 0},
		{"verdict", "gives: certain", "gives: sure", "signatures[0].gives", "not known", 0},
		{"within", "within: 20", "within: 201", "signatures[0].within", "1 to 200", 0},
		{"negative within", "within: 20", "within: -1", "signatures[0].within", "1 to 200", 0},
		{"within in words", "within: 20", "within: near", "signatures[0].within", "whole number", 0},
		{"two kinds in a clause", "      - literal: ACME_MAINTENANCE", "      - literal: ACME_MAINTENANCE\n        fact: http.status", "signatures[0].none[0]", "exactly one", 0},
		{"no kind in a clause", "      - literal: ACME_MAINTENANCE", "      - times: 2", "signatures[0].none[0]", "exactly one", 0},
		{"is without fact", "      - literal: ACME_MAINTENANCE", "      - literal: ACME_MAINTENANCE\n        is: x", "signatures[0].none[0]", "go with fact", 0},
		{"regexp", "(?P<account>[a-z]{1,20})'", "(?P<account>[a-z]{1,20}'", "signatures[0].all[1].regexp", "", 0},
		{"lookahead", "      - literal: ACME_MAINTENANCE", "      - regexp: 'ACME_(?!X)MAINTENANCE'", "signatures[0].none[0].regexp", "", 0},
		{"value of an enumeration", "      - literal: ACME_MAINTENANCE", "      - fact: token.kind\n        is: ghx", "signatures[0].none[0]", "not known", 0},
		{"times 1", "        times: 2", "        times: 1", "signatures[1].any[0].times", "2 or more", 0},
		{"short literal", "    any:\n      - literal: ACME_GATEWAY_DOWN", "    any:\n      - literal: ACME", "signatures[1]", "rests on no literal", 23},
		{"matches everything", "    any:\n      - literal: ACME_GATEWAY_DOWN\n        times: 2", "    none:\n      - literal: ACME_GATEWAY_DOWN", "signatures[1]", "matches every text", 23},
		{"over nobody", "over: []", "over: [acme-nobody]", "over[0]", "is no failure mode", 0},
		{"over itself", "over: []", "over: [acme-gateway-down]", "over[0]", "itself", 0},
		{"explains nobody", "explains: []", "explains: [acme-nobody]", "explains[0]", "is no failure mode", 0},
		{"need's fact", "  - fact: http.status\n    how", "  - fact: nothing\n    how", "needs[0].fact", "is no fact", 0},
		{"need without how", "    how: Look at it.", "    how: ''", "needs[0].how", "is missing", 0},
		{"check without text", "  - text: Does the account exist?", "  - text: ''", "checks[0].text", "is missing", 0},
		{"language", "language: sql", "language: prose", "checks[0].language", "not known", 0},
		{"writing statement", "        statement: SELECT a.NAME FROM ACCOUNTS a WHERE a.NAME = {account}", "        statement: DELETE FROM ACCOUNTS WHERE NAME = {account}", "checks[0].statements[1].statement", "", 0},
		{"unknown parameter", "a.NAME = {account}", "a.NAME = {acount}", "checks[0].statements[1].statement", "no parameter", 0},
		{"dialect twice", "dialect: mysql\n        statement: SELECT a.NAME FROM ACCOUNTS a WHERE a.NAME = {account}", "dialect: postgres\n        statement: SELECT a.NAME FROM ACCOUNTS a WHERE a.NAME = {account}", "checks[0].statements[1].dialect", "twice", 0},
		{"parameter's type", "type: string", "type: text", "checks[0].parameters[0].type", "", 0},
		{"parameter from nowhere", "        capture: true\n", "", "checks[0].parameters[0]", "exactly one of capture and fact", 45},
		{"capture of nothing", "(?P<account>", "(?P<acc>", "checks[0].parameters[0].name", "no signature captures", 45},
		{"parameter's pattern", "pattern: '[a-z]{1,20}'", "pattern: '[a-z'", "checks[0].parameters[0].pattern", "no regular expression", 0},
		{"parameter without how", "how: The account.", "how: ''", "checks[0].parameters[0].how", "is missing", 0},
		{"remedy's kind", "kind: fix", "kind: cure", "remedies[0].kind", "not known", 0},
		{"remedy without steps", "    steps:\n      - Switch it on.", "    steps: []", "remedies[0].steps", "is missing", 0},
		{"no fix", "kind: fix", "kind: workaround", "remedies", "has no fix", 50},
		{"no references", "references:\n  - title: A page\n    url: https://example.com/\n    read: \"2026-01-02\"", "references: []", "references", "is missing", 0},
		{"reference's URL", "url: https://example.com/", "url: example.com", "references[0].url", "is no URL", 0},
		{"reference's date", `read: "2026-01-02"`, `read: "2026-02-30"`, "references[0].read", "is no date", 0},
		{"few examples", "    - '{\"code\":\"ACME_GATEWAY_DOWN\"}'\n", "", "examples.match", "fewer than 3", 61},
		{"alike examples", `    - "the page says ACME_GATEWAY_DOWN since noon"`, `    - "ERROR ACME_GATEWAY_DOWN for account windmill"`, "examples.match[1]", "more than half", 0},
		{"few misses", "    - text: nothing to see\n      is: none\n", "", "examples.miss", "fewer than 2", 65},
		{"miss of itself", "    - text: nothing to see\n      is: none", "    - text: nothing to see\n      is: acme-gateway-down", "examples.miss[1].is", "no other failure mode", 69},
		{"empty miss", "    - text: nothing to see", "    - text: ''", "examples.miss[1].text", "is missing", 0},
		{"unknown key", "severity: high", "severty: high", "severty", "unknown key", 0},
		{"key twice", "severity: high", "severity: high\nseverity: low", "severity", "twice", 6},
		{"list for a word", "severity: high", "severity: [high]", "severity", "single value", 0},
		{"word for a list", "over: []", "over: acme-one", "over", "expected a list", 0},
		{"anchor", "severity: high", "severity: &a high", "severity", "anchors", 0},
		{"tag", "severity: high", "severity: !!str high", "severity", "tags", 0},
		{"empty value", "severity: high", "severity:", "severity", "empty", 0},
		{"bool", "        capture: true", "        capture: yes", "checks[0].parameters[0].capture", "true or false", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if n := strings.Count(wholeMode, tt.old); n < 1 {
				t.Fatalf("%q does not stand in the whole one", tt.old)
			}
			at := strings.Index(wholeMode, tt.old)
			line := strings.Count(wholeMode[:at], "\n") + 1
			// The mistake is on the first line that differs.
			oldLines, newLines := strings.Split(tt.old, "\n"), strings.Split(tt.new, "\n")
			for i := 0; i < len(oldLines)-1 && i < len(newLines)-1 && oldLines[i] == newLines[i]; i++ {
				line++
			}
			if tt.line > 0 {
				line = tt.line
			}
			found := complaintsOf(t, b, map[string]string{"acme-gateway-down.yaml": strings.Replace(wholeMode, tt.old, tt.new, 1)})
			var about Complaints
			for _, c := range found {
				if c.Path == tt.path && strings.Contains(c.Message, tt.message) {
					about = append(about, c)
				}
			}
			if len(about) != 1 {
				t.Fatalf("%d complaints about %s (%s), want 1 among:\n%v", len(about), tt.path, tt.message, found)
			}
			if about[0].File != "acme-gateway-down.yaml" || about[0].Line != line {
				t.Errorf("it is said of %s:%d, want line %d: %v", about[0].File, about[0].Line, line, about[0])
			}
			seen := map[string]bool{}
			for _, c := range found {
				if seen[c.Error()] {
					t.Errorf("said twice: %v", c)
				}
				seen[c.Error()] = true
			}
		})
	}
}

// All mistakes of all files come at once, ordered by file and line.
func TestAllMistakesAtOnce(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.NewReplacer("severity: high", "severity: hihg", "kind: fix", "kind: cure", "over: []", "over: [acme-nobody]").Replace(wholeMode)
	found := complaintsOf(t, b, map[string]string{
		"acme-gateway-down.yaml": broken,
		"b/acme-other.yaml":      strings.Replace(wholeMode, "id: acme-gateway-down", "id: acme-other", 1),
		"c/acme-tabs.yaml":       "id: acme-tabs\n\tx: y\n",
		"questions/no.fact.yaml": "fact: no.fact\ntext: ''\n",
		"topics/bad.yaml":        "id: bad\ntitle: Bad\n",
		"notes.txt":              "not looked at",
		".hidden/x.yaml":         "not looked at",
	})
	files := map[string]int{}
	for _, c := range found {
		files[c.File]++
	}
	for file, least := range map[string]int{"acme-gateway-down.yaml": 4, "c/acme-tabs.yaml": 1, "questions/no.fact.yaml": 3, "topics/bad.yaml": 3} {
		if files[file] < least {
			t.Errorf("%d complaints about %s, want at least %d:\n%v", files[file], file, least, found)
		}
		delete(files, file)
	}
	if len(files) > 0 {
		t.Errorf("complaints about %v:\n%v", files, found)
	}
	if !slices.IsSortedFunc(found, func(a, b strictyaml.Complaint) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	}) {
		t.Errorf("the complaints are not in order:\n%v", found)
	}
}

// Ids are not used twice, also not former ones.
func TestIDsAreUnique(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(wholeMode, "id: acme-gateway-down\nformerly: []", "id: acme-other\nformerly: [acme-gateway-down]", 1)
	found := complaintsOf(t, b, map[string]string{"acme-gateway-down.yaml": wholeMode, "acme-other.yaml": other})
	if len(found) != 1 || !strings.Contains(found[0].Message, "acme-gateway-down is also the id") {
		t.Errorf("complaints: %v", found)
	}
	// A team's entry may name a built-in one, and take its id.
	over := strings.Replace(wholeMode, "over: []", "over: [github-bad-credentials]", 1)
	if found := complaintsOf(t, b, map[string]string{"acme-gateway-down.yaml": over}); found != nil {
		t.Errorf("complaints: %v", found)
	}
	taken := strings.ReplaceAll(wholeMode, "acme-gateway-down", "github-bad-credentials")
	if found := complaintsOf(t, b, map[string]string{"github-bad-credentials.yaml": taken}); found != nil {
		t.Errorf("complaints: %v", found)
	}
}

func TestFoldersThatCannotBeLoaded(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOver(b, filepath.Join(t.TempDir(), "nowhere")); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a folder that is not there: %v", err)
	}
	if s, err := LoadOver(b, t.TempDir()); err != nil || len(s.Modes()) != 0 {
		t.Errorf("an empty folder: %v", err)
	}
	big := wholeMode + "# " + strings.Repeat("x", maxFileSize) + "\n"
	found := complaintsOf(t, b, map[string]string{"acme-gateway-down.yaml": big})
	if len(found) == 0 || !strings.Contains(fmt.Sprint(found), "bytes") {
		t.Errorf("a file that is too large: %v", found)
	}
	bomb := "a: &a [x]\n" + strings.Repeat("b: [*a, *a, *a]\n", 1000) + strings.Repeat("- ", 5000) + "\n"
	if found := complaintsOf(t, b, map[string]string{"acme-bomb.yaml": bomb}); len(found) == 0 {
		t.Error("a bomb is loaded")
	}
	deep := strings.Replace(wholeMode, "      - literal: ACME_MAINTENANCE", "      - "+strings.Repeat("{all: [", 60)+"{literal: x}"+strings.Repeat("]}", 60), 1)
	if found := complaintsOf(t, b, map[string]string{"acme-gateway-down.yaml": deep}); !strings.Contains(fmt.Sprint(found), "nested too deep") {
		t.Errorf("deep nesting: %v", found)
	}
}
