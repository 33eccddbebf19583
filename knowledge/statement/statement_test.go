package statement

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestParse reads testdata/accepted.txt and testdata/refused.txt. A file is
// named "language dialect" or "language dialect: words", the words being a part
// of the error.
func TestParse(t *testing.T) {
	for _, file := range []string{"accepted", "refused"} {
		ar, err := txtar.ParseFile("testdata/" + file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if len(ar.Files) < 20 {
			t.Fatalf("%s.txt has %d statements", file, len(ar.Files))
		}
		for _, f := range ar.Files {
			head, want, _ := strings.Cut(f.Name, ": ")
			language, dialect, _ := strings.Cut(head, " ")
			_, err := Parse(language, dialect, string(f.Data))
			switch {
			case file == "accepted" && err != nil:
				t.Errorf("Parse(%s, %q): %v", head, f.Data, err)
			case file == "refused" && (err == nil || want == ""):
				t.Errorf("Parse(%s, %q) = %v, want an error with %q", head, f.Data, err, want)
			case file == "refused" && !strings.Contains(err.Error(), want):
				t.Errorf("Parse(%s, %q) = %v, want %q in it", head, f.Data, err, want)
			case err != nil && (strings.ContainsAny(err.Error(), "\n\x00") || !strings.Contains(err.Error(), ": ")):
				t.Errorf("Parse(%s, %q) = %q, want one line that says what to do", head, f.Data, err)
			}
		}
	}
}

func TestRender(t *testing.T) {
	for _, tt := range []struct {
		language, dialect, text string
		typ, value              string
		want, err               string
	}{
		{"sql", "postgres", `SELECT 1 WHERE 'x' = {v}`, "string", "O'Brien", `SELECT 1 WHERE 'x' = 'O''Brien'`, ""},
		{"sql", "postgres", `SELECT {v}`, "string", `a\`, `SELECT E'a\\'`, ""},
		{"sql", "postgres", `SELECT 1 -{v}`, "int", "-5", `SELECT 1 -(-5)`, ""},
		{"sql", "mysql", `SELECT {v}`, "string", `a\`, "", "backslash"},
		{"sql", "oracle", `SELECT {v} FROM dual`, "string", "R&D", `SELECT ('R' || CHR(38) || 'D') FROM dual`, ""},
		{"sql", "mssql", `SELECT {v}`, "string", "Müller", `SELECT N'Müller'`, ""},
		{"sql", "mssql", `SELECT {v}`, "string", "$(x)", `SELECT ('$' + '(x)')`, ""},
		{"sql", "postgres", `SELECT {v}`, "int", "1 OR 1=1", "", "whole number"},
		{"sql", "postgres", `SELECT {v}`, "time", "2023-04-06T22:10:26Z", `SELECT '2023-04-06T22:10:26Z'`, ""},
		{"sql", "postgres", `SELECT {v}`, "string", "a\nb", "", "control character"},
		{"sql", "postgres", `SELECT {v}`, "string", "a\u202eb", "", "control character"},
		{"sql", "postgres", `SELECT {v}`, "string", strings.Repeat("a", 257), "", "257 bytes"},
		{"sql", "postgres", `SELECT {v}`, "string", "", "", "empty"},
		{"sql", "postgres", `SELECT {v}`, "string", "\xff", "", "UTF-8"},
		{"sql", "postgres", `SELECT {v}`, "text", "a", "", "unknown"},
		{"sql", "postgres", `SELECT {w}`, "string", "a", "", "no value"},
		{"sql", "postgres", `SELECT {v}`, "identifier", "a b", "", "identifier"},
		{"shell", "posix", "getent hosts {v}", "host", "jira.example.com", "getent hosts jira.example.com", ""},
		{"shell", "posix", "getent hosts {v}", "host", "-h", "", "host name"},
		{"shell", "posix", "getent hosts {v}", "host", "127.1", "", "host name"},
		{"shell", "posix", "getent hosts {v}", "host", "::1", "getent hosts '::1'", ""},
		{"shell", "posix", "openssl s_client -connect {v}:443 </dev/null", "host", "fe80::1", "openssl s_client -connect '[fe80::1]':443 </dev/null", ""},
		{"shell", "posix", "grep -e {v} x.log", "string", "it's $(id)", `grep -e 'it'\''s $(id)' x.log`, ""},
		{"shell", "posix", "grep -e {v} x.log", "string", "-f/etc/passwd", "", "begins with -"},
		{"http", "curl", "curl -s https://{v}/status", "host", "jira.example.com", "curl -s https://jira.example.com/status", ""},
		{"http", "curl", "curl -s https://{v}/status", "string", "jira.example.com", "", "must be host"},
		{"http", "curl", "curl -s https://x.example.com/a/{v}?b=1", "string", "a/../b c", "curl -s https://x.example.com/a/a%2F..%2Fb%20c?b=1", ""},
		{"http", "curl", "curl -s https://x.example.com/a/{v}", "string", "..", "", "another place"},
		{"http", "curl", "curl -s https://x.example.com/a?b={v}", "string", "a&c=d'", "curl -s https://x.example.com/a?b=a%26c%3Dd%27", ""},
		{"http", "curl", "curl -sI {v}", "url", "https://x.example.com/a?b=1&c=2", "curl -sI 'https://x.example.com/a?b=1&c=2'", ""},
		{"http", "curl", "curl -sI {v}/rest", "url", "https://x.example.com/jira/", "curl -sI https://x.example.com/jira/rest", ""},
		{"http", "curl", "curl -sI {v}/rest", "url", "https://x.example.com/?a=b", "", "base URL"},
		{"http", "curl", "curl -sI {v}", "url", "https://ann:pw@x.example.com/", "", "user or password"},
		{"http", "curl", "curl -sI {v}", "url", "file:///etc/passwd", "", "http or https"},
		{"http", "curl", "curl -sI {v}", "url", "https://x.example.com/[1-100]", "", "bracket"},
		{"http", "curl", "curl -sI {v}", "url", "https://x.example.com/{a,b}", "", "percent-encoded"},
		{"http", "curl", "curl -sI {v}", "string", "-K/etc/x", "", "url or host"},
		{"http", "curl", "curl -sG --data-urlencode jql={v} https://x.example.com/", "string", "a b", "curl -sG --data-urlencode jql='a b' https://x.example.com/", ""},
		{"http", "curl", "curl -sG -d jql={v} https://x.example.com/", "string", "a b&", "curl -sG -d jql=a%20b%26 https://x.example.com/", ""},
		{"http", "curl", "curl -s https://x.example.com:{v}/", "int", "8443", "curl -s https://x.example.com:8443/", ""},
		{"http", "curl", "curl -s https://x.example.com:{v}/", "int", "70000", "", "65535"},
		{"shell", "powershell", "Resolve-DnsName {v}", "host", "x.example.com", "Resolve-DnsName x.example.com", ""},
		{"shell", "powershell", "Select-String {v} x.log", "string", "it’s $x", "Select-String 'it’’s $x' x.log", ""},
		{"shell", "powershell", "Select-String {v} x.log", "string", `a"b`, "", "double quotes"},
		{"shell", "powershell", "Get-Item C:/x/{v}", "string", "a b", "", "part of a word"},
		{"jql", "jira", "project = {v}", "string", `a"b\`, `project = "a\"b\\"`, ""},
		{"sql", "postgres", `SELECT '{{' || {v} || '}}'`, "string", "a", `SELECT '{' || 'a' || '}'`, ""},
	} {
		tmpl, err := Parse(tt.language, tt.dialect, tt.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.text, err)
			continue
		}
		got, err := tmpl.Render(map[string]Value{"v": {tt.typ, tt.value}})
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Render(%q, %q) = %q, %v, want an error with %q", tt.text, tt.value, got, err, tt.err)
			}
			if err != nil && len(tt.value) > 2 && strings.Contains(err.Error(), tt.value) {
				t.Errorf("Render(%q, %q): the error shows the value: %v", tt.text, tt.value, err)
			}
		} else if err != nil || got != tt.want {
			t.Errorf("Render(%q, %q) = %q, %v, want %q", tt.text, tt.value, got, err, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	tmpl, err := Parse("sql", "postgres", `SELECT "A" FROM "T" WHERE "A" = {a} OR "B" = {b_2} OR "C" = {a}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(tmpl.Names(), " "); got != "a b_2" {
		t.Errorf("Names() = %q, want a b_2", got)
	}
}
