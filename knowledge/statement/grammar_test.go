package statement

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The readers below are written from each dialect's manual and share nothing
// with the code under test. Each reads one value that is all of s.

// readPostgres reads '…' and E'…' (PostgreSQL 15 manual, 4.1.2.1 and 4.1.2.2).
func readPostgres(s string) (string, error) {
	escapes := strings.HasPrefix(s, "E")
	return readQuoted(strings.TrimPrefix(s, "E"), '\'', escapes, true)
}

// readMySQL reads '…' (MySQL 8.0 manual, 9.1.1). As a backslash depends on
// NO_BACKSLASH_ESCAPES, none may be there.
func readMySQL(s string) (string, error) {
	if strings.Contains(s, `\`) {
		return "", fmt.Errorf("a backslash")
	}
	return readQuoted(s, '\'', false, true)
}

// readOracle reads '…' or ('…' || CHR(38) || '…') as SQL*Plus sends it: no &.
func readOracle(s string) (string, error) {
	if strings.Contains(s, "&") {
		return "", fmt.Errorf("a substitution variable")
	}
	return readConcatenation(s, " || ", map[string]string{"CHR(38)": "&"}, "")
}

// readSQLServer reads '…', N'…' or ('…' + '…') as sqlcmd sends it: no $(.
func readSQLServer(s string) (string, error) {
	if strings.Contains(s, "$(") {
		return "", fmt.Errorf("a scripting variable")
	}
	return readConcatenation(s, " + ", nil, "N")
}

func readConcatenation(s, operator string, words map[string]string, prefix string) (string, error) {
	if inner, ok := strings.CutPrefix(s, "("); ok {
		s, ok = strings.CutSuffix(inner, ")")
		if !ok {
			return "", fmt.Errorf("no )")
		}
	}
	var out strings.Builder
	for {
		n := 0
		if w := strings.IndexByte(s, ' '); words[s[:max(w, 0)]] != "" {
			out.WriteString(words[s[:w]])
			n = w
		} else {
			body := strings.TrimPrefix(s, prefix)
			n = literalEnd(body)
			v, err := readQuoted(body[:n], '\'', false, true)
			if err != nil {
				return "", err
			}
			out.WriteString(v)
			n += len(s) - len(body)
		}
		if s = s[n:]; s == "" {
			return out.String(), nil
		}
		var ok bool
		if s, ok = strings.CutPrefix(s, operator); !ok {
			return "", fmt.Errorf("%q is no operator", s)
		}
	}
}

// literalEnd returns where a literal with doubled quotes ends.
func literalEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

// readJQL reads "…" with backslash escapes.
func readJQL(s string) (string, error) { return readQuoted(s, '"', true, false) }

func readQuoted(s string, quote byte, escapes, doubles bool) (string, error) {
	if len(s) < 2 || s[0] != quote || s[len(s)-1] != quote {
		return "", fmt.Errorf("%q is no literal", s)
	}
	var out strings.Builder
	for i := 1; i < len(s)-1; i++ {
		switch {
		case s[i] == '\\' && escapes:
			i++
			if i == len(s)-1 || s[i] != '\\' && s[i] != quote {
				return "", fmt.Errorf("an escape of something else")
			}
		case s[i] == quote && doubles:
			i++
			if i == len(s)-1 || s[i] != quote {
				return "", fmt.Errorf("the literal ends inside")
			}
		case s[i] == quote:
			return "", fmt.Errorf("the literal ends inside")
		}
		out.WriteByte(s[i])
	}
	return out.String(), nil
}

// readShell reads one word (POSIX.1-2024, XCU 2.2): bare characters without a
// meaning, '…' and \'.
func readShell(s string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'':
			n := strings.IndexByte(s[i+1:], '\'')
			if n < 0 {
				return "", fmt.Errorf("a quote is not closed")
			}
			out.WriteString(s[i+1 : i+1+n])
			i += n + 1
		case c == '\\' && i+1 < len(s):
			i++
			out.WriteByte(s[i])
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("._-/:%@,+", c) >= 0:
			out.WriteByte(c)
		default:
			return "", fmt.Errorf("%q has a meaning", c)
		}
	}
	return out.String(), nil
}

// readPowerShell reads one word (PowerShell language specification 2.3.5.2):
// bare, or in single quotes of any of its five shapes.
func readPowerShell(s string) (string, error) {
	isQuote := func(r rune) bool { return strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) }
	rs := []rune(s)
	if !isQuote(rs[0]) {
		return readShell(s)
	}
	var out strings.Builder
	for i := 1; i < len(rs); i++ {
		if isQuote(rs[i]) {
			if i == len(rs)-1 {
				return out.String(), nil
			}
			if i++; i == len(rs)-1 || !isQuote(rs[i]) {
				return "", fmt.Errorf("the literal ends inside")
			}
			out.WriteRune(rs[i-1])
			continue
		}
		out.WriteRune(rs[i])
	}
	return "", fmt.Errorf("the literal is not closed")
}

// hostile draws values of the characters that end literals.
func hostile() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom([]rune("'\"\\`$&();-|#%@:/ *?!{}[]<>=~^,.+ab1üß‘’‚‛你😀")), 1, 60, maxValue),
		rapid.StringN(1, 80, maxValue),
		rapid.SampledFrom([]string{"'; DROP TABLE x; --", `\'; DROP TABLE x; --`, "$(reboot)", "`reboot`", "%27", "$(x)$(y)", "&a&b", "''", `\\`, "-rf", "@/etc/passwd", "ʼ; SELECT 1"}),
	)
}

// TestLiterals proves for each dialect that what is rendered is one literal,
// which holds exactly the value.
func TestLiterals(t *testing.T) {
	for _, tt := range []struct {
		language, dialect, text string
		read                    func(string) (string, error)
		refuses                 func(v string) bool // values that the dialect may refuse
	}{
		{"sql", "postgres", "SELECT {v} ", readPostgres, nil},
		{"sql", "mysql", "SELECT {v} ", readMySQL, func(v string) bool { return strings.Contains(v, `\`) }},
		{"sql", "oracle", "SELECT {v} ", readOracle, nil},
		{"sql", "mssql", "SELECT {v} ", readSQLServer, nil},
		{"jql", "jira", "text ~ {v} ", readJQL, nil},
		{"shell", "posix", "grep -e {v} ", readShell, func(v string) bool { return v[0] == '-' || v[0] == '@' }},
		{"shell", "powershell", "Select-String {v} ", readPowerShell, func(v string) bool {
			return v[0] == '-' || v[0] == '/' || strings.Contains(v, `"`) || strings.HasSuffix(v, `\`)
		}},
		{"http", "curl", "curl -s https://h.example.com/{v} ", readURL, func(v string) bool { return v == "." || v == ".." || v[0] == '-' || v[0] == '@' }},
		{"http", "curl", "curl -s https://h.example.com/?q={v} ", readURL, nil},
	} {
		t.Run(tt.dialect, func(t *testing.T) {
			tmpl, err := Parse(tt.language, tt.dialect, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			prefix, _, _ := strings.Cut(tt.text, "{v}")
			rapid.Check(t, func(t *rapid.T) {
				v := hostile().Draw(t, "v")
				value := Value{"string", v}
				got, err := tmpl.Render(map[string]Value{"v": value})
				if Check(value) != nil {
					if err == nil {
						t.Fatalf("Render(%q) = %q, want the error of Check", v, got)
					}
					return
				}
				if err != nil {
					if tt.refuses == nil || !tt.refuses(v) {
						t.Fatalf("Render(%q): %v", v, err)
					}
					return
				}
				literal, ok := strings.CutPrefix(got, prefix)
				if !ok {
					t.Fatalf("Render(%q) = %q", v, got)
				}
				back, err := tt.read(literal)
				if err != nil || back != v {
					t.Fatalf("Render(%q) = %q, which reads as %q, %v", v, literal, back, err)
				}
			})
		})
	}
}

// readURL reads one word of the shell that is percent-encoded.
func readURL(s string) (string, error) {
	w, err := readShell(s)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(w, "/?#&=+[]{}") {
		return "", fmt.Errorf("%q leaves its part of the URL", w)
	}
	return url.PathUnescape(w)
}

// TestTypes proves that each type keeps to its own characters, so that it
// cannot leave its place even where nothing is quoted.
func TestTypes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := hostile().Draw(t, "v")
		for typ, allowed := range map[string]string{
			"identifier": "._-", "host": ".-:", "int": "-", "url": "-._~:/?#[]@!$&'()*+,;=%", "time": "-:.TZ+",
		} {
			if Check(Value{typ, v}) != nil {
				continue
			}
			for _, r := range v {
				if (r >= 0x80 || !alnum(byte(r))) && !strings.ContainsRune(allowed, r) {
					t.Fatalf("Check(%s, %q) = nil", typ, v)
				}
			}
		}
	})
}
