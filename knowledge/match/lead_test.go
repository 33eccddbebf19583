package match

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLeadOf(t *testing.T) {
	for src, want := range map[string]string{
		`\bjira\b`:                  "jira",
		`\b(?:8|eight) hours`:       "8 hours|eight hours",
		`[Чч]асы`:                   "Часы|часы",
		`(?P<a>foo|bar)baz`:         "foobaz|barbaz",
		`abc?d`:                     "abcd|abd",
		`^foo`:                      "",
		`\s*foo`:                    "",
		`a`:                         "",
		`.*foo`:                     "",
		`(?:foo)+bar`:               "foo",
		`x[0-9]{2}`:                 "x0|x1|x2|x3|x4|x5|x6|x7|x8|x9",
		`\bfoo|\bbar`:               "foo|bar",
		`status\W{1,3}302|err(or)?`: "status|error|err",
	} {
		got := ""
		if l := leadOf(src); l != nil {
			got = strings.Join(l.words, "|")
		}
		if got != want {
			t.Errorf("leadOf(%s) = %q, want %q", src, got, want)
		}
	}
}

// A regexp tried at its leads only finds what package regexp finds.
func TestLeadFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"foo", "ba", "o+", `\b`, `\s+`, "(?:foo|ba)", "(r|rs)", "[fF]oo", "[éÉ]", "é", "o?", ".{0,3}", "(?P<n>\\d+)", "x{2,3}", `\W`, "(?:ba|b)", "a*?", "$"})
		src := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "edge") {
			src = `\b` + src
		}
		re, err := regexp.Compile(src)
		if err != nil {
			return // the pieces make no regexp
		}
		text := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"foo", "ba", "r", "rs", " ", "é", "É", "xx", "12", "_", "-", "fo", "Foo"}), 0, 14).Draw(t, "text"), ""))
		l := leadOf(src)
		if l == nil {
			return
		}
		want := re.FindSubmatchIndex(text)
		if got, ok := l.find(text); ok && !slices.Equal(got, want) {
			t.Fatalf("%s on %q: %v, want %v", src, text, got, want)
		}
	})
}
