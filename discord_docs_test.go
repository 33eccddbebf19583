package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authfix/bot/discord"
	"authfix/handlers"
)

// The tables of permissions, intents and settings in the documentation are those
// of the program.
func TestDocumentedDiscord(t *testing.T) {
	const name = "docs/discord.md"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var permissions, intents, table strings.Builder
	permissions.WriteString("| permission | with it the bot | only with |\n|---|---|---|\n")
	for _, p := range discord.Permissions() {
		with := ""
		if p.Tags {
			with = "`DISCORD_FORUM_TAGS`"
		}
		fmt.Fprintf(&permissions, "| `%s` | %s | %s |\n", p.Name, p.For, with)
	}
	intents.WriteString("| intent | with it the bot | is |\n|---|---|---|\n")
	for _, i := range discord.Intents() {
		is := ""
		if i.Privileged {
			is = "privileged: switched on by hand, and left out with `DISCORD_MESSAGE_CONTENT=off`"
		}
		fmt.Fprintf(&intents, "| `%s` | %s | %s |\n", i.Name, i.For, is)
	}
	table.WriteString("| variable | default | is |\n|---|---|---|\n")
	for _, s := range settings() {
		if !strings.HasPrefix(s.name, "DISCORD_") {
			continue
		}
		value := s.value
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", s.name, value, cell(s.doc))
	}
	want := string(data)
	for _, part := range []struct{ mark, text string }{{"permissions", permissions.String()}, {"intents", intents.String()}, {"settings", table.String()}} {
		begin, end := "<!-- "+part.mark+" -->\n", "<!-- /"+part.mark+" -->\n"
		before, rest, found := strings.Cut(want, begin)
		_, after, ends := strings.Cut(rest, end)
		if !found || !ends {
			t.Fatalf("%s lacks %q or %q", name, begin, end)
		}
		want = before + begin + part.text + end + after
	}
	if *updateDocs {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(data) != want {
		t.Errorf("%s is out of date: go test -run TestDocumentedDiscord -update-docs .", name)
	}
}

// Each command and setting that the document names exists.
func TestDocumentedDiscordNames(t *testing.T) {
	data, err := os.ReadFile("docs/discord.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := handlers.Commands()
	for _, found := range regexp.MustCompile("`/authfix ([a-z]+)").FindAllStringSubmatch(string(data), -1) {
		if !slices.ContainsFunc(commands, func(c handlers.Command) bool { return c.Name == found[1] }) {
			t.Errorf("there is no /authfix %s", found[1])
		}
	}
	known := settings()
	for _, name := range regexp.MustCompile(`\b(DISCORD|AUTHFIX)_[A-Z_]+\b`).FindAllString(string(data), -1) {
		if !slices.ContainsFunc(known, func(s setting) bool { return s.name == strings.TrimSuffix(name, "_FILE") }) {
			t.Errorf("there is no setting %s", name)
		}
	}
}
