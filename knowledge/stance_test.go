package knowledge

import (
	"regexp"
	"strings"
	"testing"
)

// Every phrase compiles, is written in lower case, stands once under its sign
// and rests on a literal, so that looking for it is cheap.
func TestPhrases(t *testing.T) {
	escapes := regexp.MustCompile(`\\[A-Z]|\(\?P<`)
	for n, list := range phrases() {
		if len(list) < 5 {
			t.Errorf("%s has only %d phrases", signNames[n], len(list))
		}
		seen := map[string]bool{}
		for _, phrase := range list {
			if _, err := regexp.Compile(phrase); err != nil {
				t.Errorf("%s: %v", signNames[n], err)
			}
			if bare := escapes.ReplaceAllString(phrase, ""); bare != strings.ToLower(bare) {
				t.Errorf("%s: %s has capitals: lines are read in lower case", signNames[n], phrase)
			}
			if seen[phrase] {
				t.Errorf("%s: %s stands twice", signNames[n], phrase)
			}
			seen[phrase] = true
		}
	}
	for _, set := range []*stancePatterns{proseSigns(), lineSigns()} {
		if n := len(set.patterns.Unanchored()); n > 25 {
			t.Errorf("%d phrases rest on no literal and are tried on every line", n)
		}
	}
}

func TestIsProse(t *testing.T) {
	for line, want := range map[string]bool{
		"since the update every user gets this error":                            true,
		"Seit dem Update geht die Verknüpfung nicht mehr, bitte um Hilfe":        true,
		"应用程序链接报错，怎么办":                                                           true,
		"	at com.example.App.run(App.java:12)":                                   false,
		"Caused by: java.io.IOException: it went very wrong here":                false,
		`{"status":401,"error":{"category":"CONFIG_ERROR"}}`:                     false,
		`WWW-Authenticate: OAuth realm="https://jira.example.com" and so on yes`: false,
		"oauth_problem=timestamp_refused":                                        false,
		"10:02 info  the page was sent again":                                    false,
		"2026-04-09 | 07:02 | ERROR | the other end said no":                     false,
		"10:02 we saw that the page was empty":                                   true,
		"":                                                                       false,
	} {
		if got := isProse(line); got != want {
			t.Errorf("isProse(%q) = %v, want %v", line, got, want)
		}
	}
}
