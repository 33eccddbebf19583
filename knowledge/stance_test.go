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
