package handlers

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"authfix/bot"
	"authfix/knowledge"
)

// TestMenu fills every choice of every command in and has the desk's own reading
// take it.
func TestMenu(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	all := menu(base)
	if len(all) != len(Commands()) {
		t.Fatalf("the menu has %d commands, want %d", len(all), len(Commands()))
	}
	for _, c := range all {
		desk := (&Desk{commands: Commands()}).command(c.Name)
		if desk == nil || desk.Summary != c.Summary || desk.Usage != c.Usage || desk.Admin != c.Admin {
			t.Fatalf("%s is another command than the desk's", c.Name)
		}
		if n := utf8.RuneCountInString(c.Summary); n == 0 || n > 100 {
			t.Errorf("the summary of %s has %d characters", c.Name, n)
		}
		if (c.Usage == "") != (len(c.Options) == 0) && c.Name != "stats" && c.Name != "help" {
			t.Errorf("%s has usage %q and %d options", c.Name, c.Usage, len(c.Options))
		}
		optional := false
		for _, o := range c.Options {
			if n := utf8.RuneCountInString(o.Summary); o.Name == "" || n == 0 || n > 100 || len(o.Choices) > maxMenu {
				t.Errorf("option %q of %s has a summary of %d characters and %d choices", o.Name, c.Name, n, len(o.Choices))
			}
			if optional && o.Required {
				t.Errorf("option %s of %s must be filled in, and one before it need not", o.Name, c.Name)
			}
			optional = optional || !o.Required
			if o.Suggest && len(suggest(base, bot.Message{Command: c.Name, Text: typedBefore(c.Name)})) == 0 {
				t.Errorf("nothing is suggested for %s of %s", o.Name, c.Name)
			}
		}
	}
	products := all[slices.IndexFunc(all, func(c bot.Command) bool { return c.Name == "logs" })].Options[0].Choices
	if !slices.Contains(products, "jira") || !slices.Contains(products, "crowd") {
		t.Errorf("the products of logs are %q", products)
	}
	for _, p := range products {
		if _, _, found := findTopic(base, "log locations "+p); !found {
			t.Errorf("logs does not know %q", p)
		}
	}
	for _, word := range triageWords()[3:] {
		if _, err := change(&Policy{}, word, "off"); err != nil && word != "threshold" {
			t.Errorf("triage %s off: %v", word, err)
		}
	}
}

// typedBefore is what stands before the value that is suggested last.
func typedBefore(command string) string {
	if command == "triage" {
		return "threshold "
	}
	return ""
}

// TestMenuWithoutProducts has an overlay of no use for logs leave the option to
// be typed.
func TestMenuWithoutProducts(t *testing.T) {
	all := menu(&knowledge.Base{})
	o := all[slices.IndexFunc(all, func(c bot.Command) bool { return c.Name == "logs" })].Options[0]
	if !o.Suggest || o.Choices != nil {
		t.Errorf("the option of logs = %+v, want one that is suggested", o)
	}
}

func TestSuggestedValues(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ typed, want string }{
		{"threshold ", "likely certain"},
		{"threshold c", "certain"},
		{"THRESHOLD  L", "likely"},
		{"bots o", "on off"},
		{"bots of", "off"},
		{"marks ", "on off"},
		{"escalate ", "off"},
		{"quiet 22:00-07:00 eu", "22:00-07:00 Europe/Berlin"},
		{"quiet off", "off"},
		{"on ", ""},
		{"nothing ", ""},
		{"threshold zzz", ""},
		{"thresh", "threshold"},
	} {
		var got []string
		for _, c := range suggest(base, bot.Message{Command: "triage", Text: x.typed}) {
			got = append(got, c.ID)
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("triage %s suggests %q, want %q", x.typed, got, x.want)
		}
		setting, _, ok := strings.Cut(strings.TrimSpace(x.typed), " ")
		for _, v := range got {
			if !ok {
				continue
			}
			if _, err := change(&Policy{}, strings.ToLower(setting), v); err != nil {
				t.Errorf("triage %s %s is suggested and refused: %v", setting, v, err)
			}
		}
	}
}
