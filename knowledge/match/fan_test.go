package match

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFanOf(t *testing.T) {
	for src, want := range map[string]int{
		`foo|bar`:                              0, // too few
		`(?:foo|bar|error|fail)x`:              0, // no alternation as a whole
		`(foo)|bar|error|fail|gone`:            0, // groups
		`foo|bar|error|fail`:                   4,
		`\bfoo|bar\b|error .{0,40}x|fail|\S+x`: 4,
		`a|b|foo|bar`:                          0, // too few with words
	} {
		got := 0
		if f := fanOf(src); f != nil {
			got = len(f.branches)
		}
		if got != want {
			t.Errorf("fanOf(%s) has %d branches, want %d", src, got, want)
		}
	}
}

// A fan finds what package regexp finds.
func TestFanFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"foo", "ba", "o+", `\b`, `\s+`, "(?:foo|ba)", "(?:r|rs)", "[fF]oo", "[éÉ]", "é", "o?", ".{0,3}", `\d+`, "x{2,3}", `\W`, "a*?", "$", "^", "err", "fail", "不可"})
		var branches []string
		for range rapid.IntRange(4, 9).Draw(t, "branches") {
			branches = append(branches, strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "pieces"), ""))
		}
		src := strings.Join(branches, "|")
		re, err := regexp.Compile(src)
		if err != nil {
			return // the pieces make no regexp
		}
		f := fanOf(src)
		if f == nil {
			return
		}
		text := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"foo", "ba", "r", "rs", " ", "é", "É", "xx", "12", "_", "-", "fo", "Foo", "err", "fail", "不", "可", "\xff"}), 0, 20).Draw(t, "text"), ""))
		want := re.FindIndex(text)
		if got, ok := f.find(text); ok && !slices.Equal(got, want) {
			t.Fatalf("%s on %q: %v, want %v", src, text, got, want)
		}
	})
}

// A fan gives up where its tries would take time quadratic in the text.
func TestFanGivesUp(t *testing.T) {
	f := fanOf(`foo.*x|bar|error|fail`)
	if m, ok := f.find([]byte(strings.Repeat("foo", 100))); ok {
		t.Errorf("find = %v, want it to give up", m)
	}
	if m, ok := f.find([]byte(strings.Repeat("fo ba ", 100) + "fail")); !ok || m[0] != 600 {
		t.Errorf("find = %v, %t, want the match at 600", m, ok)
	}
}
