package handlers

import (
	"os"
	"strings"
	"testing"
)

// The table of commands in docs/chat.md is that of the desk; -update writes it.
func TestDocumentedCommands(t *testing.T) {
	const path, begin, end = "../docs/chat.md", "<!-- commands -->\n", "<!-- /commands -->"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no table of commands", path)
	}
	want := "| command | does |\n|---|---|\n"
	for _, c := range Commands() {
		name := strings.TrimSpace(c.Name + " " + strings.ReplaceAll(c.Usage, "|", `\|`))
		note := ""
		if c.Admin {
			note = "; some of it by administrators"
		}
		want += "| `" + name + "` | " + c.Summary + note + " |\n"
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("%s lists other commands (go test ./handlers -update writes them):\n%s\nwant\n%s", path, got, want)
	}
}
