package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// TestReadme runs the command that README begins with: what it prints begins as
// README says, "…" standing for what is left out.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(readme), "\n    go run . ")
	if !ok {
		t.Fatal("README shows no command")
	}
	command, after, _ := strings.Cut(after, "\n")
	_, after, ok = strings.Cut(after, "prints\n\n")
	if !ok {
		t.Fatal("README shows no output")
	}
	shown, _, _ := strings.Cut(after, "\n    …\n")

	t.Setenv("COLUMNS", "100")
	var out, errs bytes.Buffer
	args := strings.Fields(strings.ReplaceAll(command, "'", ""))
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != recognised {
		t.Fatalf("%s: exit status %d: %s", command, code, errs.String())
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range strings.Split(shown, "\n") {
		want = strings.TrimPrefix(want, "    ")
		if i >= len(lines) || lines[i] != want {
			t.Fatalf("line %d of %s: README has\n%s\nit prints\n%s", i+1, command, want, out.String())
		}
	}
	for _, word := range []string{"diagnose", "show", "search", "list", "logs", "explain", "new", "check", "config"} {
		if !strings.Contains(string(readme), "authfix "+word) {
			t.Errorf("README does not show authfix %s", word)
		}
	}
}
