package match

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Where no other letters are about, folding is that of package regexp.
func TestFoldIsRegexpsOnASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPattern(t)
		for p.Regexp == "" || strings.Contains(p.Regexp, `\P`) || strings.Contains(p.Regexp, `212A`) {
			p.Regexp = "k" + rapid.SampledFrom(atoms).Draw(t, "atom") + rapid.StringMatching(`[a-z]\+?`).Draw(t, "end")
		}
		for _, w := range words {
			if w[0] >= 0x80 {
				p.Regexp = strings.ReplaceAll(p.Regexp, w, "s")
			}
		}
		src := p.Regexp
		if !p.Exact {
			src = "(?i)" + src
		}
		re, err := regexp.Compile(src)
		if err != nil {
			return
		}
		text := rapid.StringMatching(`([ -~]|token|Expired|k|S){0,30}`).Draw(t, "text")
		folded := regexp.MustCompile(foldASCII(p.Regexp, !p.Exact))
		if diff := cmp.Diff(re.FindAllStringSubmatchIndex(text, -1), folded.FindAllStringSubmatchIndex(text, -1)); diff != "" {
			t.Fatalf("%q, folded to %q, differs in %q:\n%s", src, folded, text, diff)
		}
	})
}

func TestFoldASCII(t *testing.T) {
	for _, tt := range []struct{ src, match, miss string }{
		{`[IL]x`, "I i L l", "A J K z ["},
		{`[b-d]x`, "b C d", "a E ["},
		{`[^b-d]x`, "a E [ é ſ \u212a", "b B c C D"},
		{`[]k]x`, "] k K", "\u212a [ \\"},
		{`[\]k]x`, "] k K", "\u212a [ \\"},
		{`[[:upper:]]x`, "A a", "1"},
		{`[[:^upper:]]x`, "1 A a", ""},
		{`\p{Lu}x`, "A a É", "é 1"},
		{`\pLx`, "A a é", "1"},
		{`\x6bx`, "k K", "\u212a"},
		{`\x{6B}x`, "k K", "\u212a"},
		{`\163x`, "s S", "ſ"},
		{`\Qk\Ex`, "k K", "\u212a Q"},
		{`(?-i)Kx`, "K", "k"},
		{`(?-i:K)x`, "K", "k"},
		{`(?:(?-i)K)x`, "K", "k"},
		{`(?-i:a|(?i:k))x`, "a k K", "A"},
		{`(?P<K>k)x`, "k K", ""},
		{`(?<K>k)x`, "k K", ""},
		{`Éx`, "É", "é"},
		{`\Dx`, "a A", "1"},
		{`[^\x00-\x{10FFFF}]x`, "", "a"},
		{`(?:a*(?i)|b)x`, "a A b B", "k"},
	} {
		re, err := regexp.Compile("^(?:" + foldASCII(tt.src, true) + ")$")
		if err != nil {
			t.Errorf("foldASCII(%q): %v", tt.src, err)
			continue
		}
		for _, s := range strings.Fields(tt.match) {
			if !re.MatchString(s + "x") {
				t.Errorf("%q does not match %q", tt.src, s+"x")
			}
		}
		for _, s := range strings.Fields(tt.miss) {
			if re.MatchString(s + "x") {
				t.Errorf("%q matches %q", tt.src, s+"x")
			}
		}
	}
}
