package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"authfix/knowledge/analyze"
)

var updateDocs = flag.Bool("update-docs", false, "rewrite the table of facts in docs")

// The table of facts in the documentation is the vocabulary.
func TestDocumentedFacts(t *testing.T) {
	const name, begin, end = "docs/failure-modes.md", "<!-- facts -->\n", "<!-- /facts -->\n"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), begin)
	_, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		t.Fatalf("%s lacks %q or %q", name, begin, end)
	}
	var table strings.Builder
	table.WriteString("| fact | type | is |\n|---|---|---|\n")
	for _, term := range analyze.Vocabulary {
		doc := strings.ReplaceAll(term.Doc, "|", "\\|")
		if term.Values != nil {
			doc += ": " + strings.Join(term.Values, ", ")
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", term.Name, term.Type, doc)
	}
	want := before + begin + table.String() + end + after
	if *updateDocs {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(data) != want {
		t.Errorf("%s is out of date: go test -run TestDocumentedFacts -update-docs .", name)
	}
}
