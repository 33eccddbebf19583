package knowledge

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSearch(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"timestamp refused":                "applinks-timestamp-refused",
		"timestamp_refused":                "applinks-timestamp-refused",
		"applinks-timestamp-refused":       "applinks-timestamp-refused",
		"GITHUB bad credentials jira dvcs": "jira-dvcs-github-bad-credentials",
		"captcha":                          "jira-captcha-challenge",
		"PKIX certificate truststore":      "java-pkix-path-building-failed",
		"aha project not found":            "aha-jira-project-not-found",
		"refresh token missing offline":    "atlassian-oauth2-refresh-token-missing",
		"AADSTS50011 reply url":            "entra-aadsts50011-reply-url",
		"qsh claim":                        "atlassian-connect-qsh-mismatch",
	} {
		got := b.Search(words, 3)
		if len(got) == 0 || !slices.ContainsFunc(got, func(r Result) bool { return r.ID == want }) {
			t.Errorf("Search(%q) = %v, want %s among them", words, got, want)
		}
		if !slices.IsSortedFunc(got, func(a, b Result) int { return int(b.Score*1e6) - int(a.Score*1e6) }) {
			t.Errorf("Search(%q) is not ordered: %v", words, got)
		}
	}
	for _, none := range []string{"", "   ", "zebra", "the and with", "?!", "e", "日本語"} {
		if got := b.Search(none, 5); len(got) > 0 {
			t.Errorf("Search(%q) = %v", none, got)
		}
	}
	if got := b.Search("jira token oauth", 0); len(got) != 0 {
		t.Errorf("a limit of 0 gives %v", got)
	}
	all := len(b.List(""))
	if got := b.Search("jira atlassian github token oauth google", 1000); len(got) < 10 || len(got) > all {
		t.Errorf("%d of %d entries", len(got), all)
	}
	if first, again := b.Search("jira oauth token", 20), b.Search("jira oauth token", 20); !slices.EqualFunc(first, again, func(a, b Result) bool { return a.ID == b.ID && a.Score == b.Score }) {
		t.Error("the same words, another order")
	}
}

// Every failure mode is found by its id and by its title.
func TestSearchFindsEveryEntry(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range b.List("") {
		if got := b.Search(l.ID, 3); !slices.ContainsFunc(got, func(r Result) bool { return r.ID == l.ID }) {
			t.Errorf("%s is not found by its id: %v", l.ID, got)
		}
		if got := b.Search(l.Title, 3); !slices.ContainsFunc(got, func(r Result) bool { return r.ID == l.ID }) {
			t.Errorf("%s is not found by its title %q: %v", l.ID, l.Title, got)
		}
	}
}

func TestSearchIsBounded(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	b.Search(strings.Repeat("jira ", 1<<20), 5)
	b.Search(strings.Repeat("j", 4<<20), 5)
	b.Search(strings.Repeat("_", 4<<20), 5)
	b.Search(strings.Repeat("a_", 2<<20), 5)
	if took := time.Since(start); took > slowest {
		t.Errorf("took %v", took)
	}
}

// An unknown paste names entries that are near, and only those.
func TestNearest(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	d, err := b.Diagnose(Input{Text: []byte("which certificate goes into the truststore of the JVM for PKIX path building?"), Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	if d.Verdict == Unknown && !slices.ContainsFunc(d.Nearest, func(n Nearest) bool { return n.ID == "java-pkix-path-building-failed" && n.Title != "" }) {
		t.Errorf("nearest %v", d.Nearest)
	}
	for _, text := range []string{"lunch at noon?", "Bratkartoffeln mit Speck"} {
		d, err := b.Diagnose(Input{Text: []byte(text), Now: testNow})
		if err != nil {
			t.Fatal(err)
		}
		if d.Verdict != Unknown || len(d.Nearest) > 0 || d.Missing == nil || d.Missing.How == "" {
			t.Errorf("%q: %s, nearest %v, missing %v", text, d.Verdict, d.Nearest, d.Missing)
		}
	}
}
