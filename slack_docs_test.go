package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"authfix/bot/slack"
)

// The table of scopes in the documentation is the manifest's.
func TestDocumentedScopes(t *testing.T) {
	const name, begin, end = "docs/slack.md", "<!-- scopes -->\n", "<!-- /scopes -->\n"
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
	table.WriteString("| scope | with it the bot | without |\n|---|---|---|\n")
	for _, s := range slack.Scopes() {
		without := ""
		if s.Optional {
			without = "it does without"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", s.Name, s.For, without)
	}
	want := before + begin + table.String() + end + after
	if *updateDocs {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(data) != want {
		t.Errorf("%s is out of date: go test -run TestDocumentedScopes -update-docs .", name)
	}
}
