package bottest

import (
	"fmt"
	"strings"
	"testing"

	"authfix/bot"
)

// Checkup writes symptoms as lines, the wrong ones marked, each of which must say
// what to do.
func Checkup(t testing.TB, all []bot.Symptom) string {
	t.Helper()
	var b strings.Builder
	for _, s := range all {
		mark := "ok"
		if s.Wrong {
			mark = "WRONG"
			if s.Do == "" {
				t.Errorf("%s: nothing is said of what to do", s.Of)
			}
		}
		fmt.Fprintf(&b, "%s %s: %s. %s\n", mark, s.Of, s.Says, s.Do)
	}
	return b.String()
}
