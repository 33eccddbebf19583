package knowledge

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"authfix/knowledge/statement"
)

// sqlTokens reads a statement by the lexical rules of a dialect's manual and
// shares nothing with package statement: words and marks as they stand,
// identifiers as id:…, literals as their values.
func sqlTokens(dialect, s string) (tokens, literals []string, err error) {
	quote, end := byte('"'), byte('"')
	switch dialect {
	case "mysql":
		quote, end = '`', '`'
	case "mssql":
		quote, end = '[', ']'
	}
	word := func(c byte) bool {
		return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\n':
			i++
		case strings.HasPrefix(s[i:], "--") || strings.HasPrefix(s[i:], "/*") || c == '#':
			return nil, nil, fmt.Errorf("a comment at %d", i)
		case c == '\\' || c < ' ' || c >= 0x7f:
			return nil, nil, fmt.Errorf("%q at %d", c, i)
		case c == '\'':
			var value strings.Builder
			for i++; ; i++ {
				if i == len(s) {
					return nil, nil, fmt.Errorf("a literal is not closed")
				}
				if dialect == "mysql" && s[i] == '\\' || dialect == "oracle" && s[i] == '&' {
					return nil, nil, fmt.Errorf("%q in a literal", s[i])
				}
				if s[i] == '\'' {
					if i+1 == len(s) || s[i+1] != '\'' {
						i++
						break
					}
					i++
				}
				value.WriteByte(s[i])
			}
			tokens, literals = append(tokens, "'"), append(literals, value.String())
		case c == quote:
			n := strings.IndexByte(s[i+1:], end)
			if n < 0 {
				return nil, nil, fmt.Errorf("an identifier is not closed")
			}
			tokens = append(tokens, "id:"+s[i+1:i+1+n])
			i += n + 2
		case word(c):
			j := i
			for j < len(s) && word(s[j]) {
				j++
			}
			tokens = append(tokens, strings.ToUpper(s[i:j]))
			i = j
		case strings.IndexByte(".,();=", c) >= 0:
			tokens = append(tokens, string(c))
			i++
		default:
			return nil, nil, fmt.Errorf("%q at %d", c, i)
		}
	}
	return tokens, literals, nil
}

// All dialects of one statement are one statement: the same words in the same
// order, the value as one literal.
func TestSQLByGrammar(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sqlCases(t, b) {
		var first []string
		for _, dialect := range []string{"postgres", "mysql", "oracle", "mssql"} {
			tokens, literals, err := sqlTokens(dialect, c.queries[dialect])
			if err != nil {
				t.Errorf("%s, %s: %s: %v", c.id, dialect, c.queries[dialect], err)
				continue
			}
			if tokens[0] != "SELECT" || slices.Index(tokens, ";") != len(tokens)-1 {
				t.Errorf("%s, %s: %s: not one SELECT", c.id, dialect, c.queries[dialect])
			}
			if c.value != "" && !slices.Equal(literals, []string{c.value}) {
				t.Errorf("%s, %s: the literals are %q, want %q", c.id, dialect, literals, c.value)
			}
			for i := range tokens {
				if tokens[i] == "SUBSTR" {
					tokens[i] = "SUBSTRING"
				}
			}
			if first == nil {
				first = tokens
			} else if !slices.Equal(tokens, first) {
				t.Errorf("%s: %s has the words %v, postgres %v", c.id, dialect, tokens, first)
			}
		}
	}
}

// fills are pastes that fill in the statements of failure modes whose examples
// do not name a host.
var fills = map[string]string{
	"applinks-connection-refused": "2026-02-03 04:05:06,789+0000 http-nio-8080-exec-3 ERROR [c.a.a.core.rest.ApplicationLinkResource] applink to https://wiki.example.com failed\njava.net.ConnectException: Connection refused",
	"oauth1-timestamp-refused":    "GET https://api.xero.com/api.xro/2.0/Contacts HTTP/1.1 401\noauth_problem=timestamp_refused",
}

// Every statement for a shell is one that sh can read, and at least one example
// of its failure mode fills it in.
func TestShellStatements(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string]string{"string": "o'brien $(id) `id` \"x\" \\", "identifier": "a.b_c-d", "host": "jira.example.com", "url": "https://jira.example.com:8443/x?a=1&b='c'", "int": "-42", "time": "2026-01-02T03:04:05Z"}
	parse := func(id, script string) {
		cmd := exec.CommandContext(t.Context(), "sh", "-n")
		cmd.Stdin = strings.NewReader(script)
		var out bytes.Buffer
		cmd.Stderr = &out
		if err := cmd.Run(); err != nil {
			t.Errorf("%s: sh -n: %v: %s\n%s", id, err, out.String(), script)
		}
	}
	statements := 0
	for _, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		wanted := map[string]int{}
		for _, c := range m.Checks {
			if c.Language != Shell && c.Language != HTTP {
				continue
			}
			for _, s := range c.Statements {
				wanted[s.Dialect]++
				if s.Dialect == "powershell" {
					continue
				}
				statements++
				tmpl, err := statement.Parse(string(c.Language), s.Dialect, s.Statement)
				if err != nil {
					t.Fatalf("%s: %v", m.ID, err)
				}
				values := map[string]statement.Value{}
				for _, p := range c.Parameters {
					values[p.Name] = statement.Value{Type: p.Type, Text: samples[p.Type]}
				}
				script, err := tmpl.Render(values)
				if err != nil {
					t.Errorf("%s: %v", m.ID, err)
					continue
				}
				parse(m.ID, script)
			}
		}
		for dialect, n := range wanted {
			filled := 0
			for _, text := range append([]string{fills[m.ID]}, m.Examples.Match...) {
				if text == "" {
					continue
				}
				queries, _ := rendered(t, b, text, m.ID, Shell, HTTP)
				filled = max(filled, len(queries[dialect]))
				if dialect != "powershell" {
					for _, q := range queries[dialect] {
						parse(m.ID, q)
					}
				}
			}
			if filled < n {
				t.Errorf("%s: no example fills more than %d of its %d statements for %s", m.ID, filled, n, dialect)
			}
		}
	}
	if statements < 15 {
		t.Errorf("only %d statements", statements)
	}
}
