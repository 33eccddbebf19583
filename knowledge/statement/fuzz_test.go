package statement

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzRender feeds statements and values of strangers: nothing panics, what is
// accepted has no parameter in quotes, and a literal of SQL never changes what
// stands around it.
func FuzzRender(f *testing.F) {
	for _, file := range []string{"accepted", "refused"} {
		ar, err := txtar.ParseFile("testdata/" + file + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		for _, a := range ar.Files {
			head, _, _ := strings.Cut(a.Name, ":")
			language, dialect, _ := strings.Cut(head, " ")
			f.Add(language, dialect, string(a.Data), "string", "O'Brien \\ $(x) & {a}")
		}
	}
	f.Add("sql", "postgres", "SELECT {v}", "int", "-1")
	f.Add("http", "curl", "curl {v}/x", "url", "https://x.example.com/")
	f.Fuzz(func(t *testing.T, language, dialect, text, typ, value string) {
		tmpl, err := Parse(language, dialect, text)
		if err != nil {
			if strings.ContainsRune(err.Error(), mark) {
				t.Fatalf("Parse(%q, %q, %q) = %q", language, dialect, text, err)
			}
			return
		}
		values := map[string]Value{}
		for _, n := range tmpl.Names() {
			values[n] = Value{typ, value}
		}
		out, err := tmpl.Render(values)
		if err != nil {
			return
		}
		if strings.ContainsRune(out, mark) || len(out) > len(text)+20*maxValue*(1+strings.Count(text, "{")) {
			t.Fatalf("Render(%q, %q) = %q", text, value, out)
		}
		if language != "sql" {
			return
		}
		// The statement with its values has the tokens of the statement with
		// harmless ones. The signs of a concatenation are the dialect's own.
		if strings.ContainsAny(value, "&$") || strings.ContainsAny(value, `\`) || typ == "int" {
			return
		}
		for n := range values {
			values[n] = Value{"string", "x"}
		}
		plain, err := tmpl.Render(values)
		if err != nil {
			t.Fatal(err)
		}
		out, plain = strings.ReplaceAll(out, " N'", "  '"), strings.ReplaceAll(plain, " N'", "  '")
		got, err1 := sqlTokens(dialect, out)
		want, err2 := sqlTokens(dialect, plain)
		if err1 != nil || err2 != nil {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("Render(%q, %q) = %q has %d tokens, want %d", text, value, out, len(got), len(want))
		}
	})
}
