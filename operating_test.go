package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/storage"
	"authfix/storage/queue"
)

const operating = "docs/operating.md"

// documented compares the table between two marks of docs/operating.md with what
// the program knows, or rewrites it.
func documented(t *testing.T, mark, table string) {
	t.Helper()
	begin, end := "<!-- "+mark+" -->\n", "<!-- /"+mark+" -->\n"
	data, err := os.ReadFile(operating)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), begin)
	_, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		t.Fatalf("%s lacks %q or %q", operating, begin, end)
	}
	want := before + begin + table + end + after
	if *updateDocs {
		if err := os.WriteFile(operating, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(data) != want {
		t.Errorf("%s is out of date: go test -run TestDocumented -update-docs .", operating)
	}
}

func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "|", "\\|"), "\n", " ")
}

// The table of settings in the documentation is the list of settings.
func TestDocumentedSettings(t *testing.T) {
	var table strings.Builder
	table.WriteString("| variable | default | is |\n|---|---|---|\n")
	for _, s := range settings() {
		value := s.value
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", s.name, value, cell(s.doc))
	}
	documented(t, "settings", table.String())
}

// The table of metrics in the documentation is what a scrape answers.
func TestDocumentedMetrics(t *testing.T) {
	m := newMetrics([]string{"x"}, nil, func(context.Context, string) (storage.Backlog, error) { return storage.Backlog{}, nil })
	m.handled(bot.Handled{Outcome: bot.Outcome{Verdict: "likely"}})
	m.settled(bot.Settled{Result: "sent", Elapsed: 1})
	m.worked("x", queue.Done)
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| metric | type | labels | is |\n|---|---|---|---|\n")
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "authfix_") {
			continue
		}
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labels, ", "), cell(f.GetHelp()))
	}
	documented(t, "metrics", table.String())
}

// Each command that the document names exists.
func TestDocumentedCommands(t *testing.T) {
	data, err := os.ReadFile(operating)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"serve", "chat", "backup", "doctor", "config"} {
		if !strings.Contains(string(data), "authfix "+name) {
			t.Errorf("%s does not name authfix %s", operating, name)
		}
	}
}
