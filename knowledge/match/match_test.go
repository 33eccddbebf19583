package match

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func compile(t testing.TB, ps []Pattern) *Set {
	t.Helper()
	s, err := Compile(ps)
	if err != nil {
		t.Fatalf("Compile(%+v): %v", ps, err)
	}
	return s
}

type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// same reports any difference between two ways to the same hits.
func same(t fatal, ps []Pattern, text string, want, got []Hit) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		if len(text) > 2000 {
			text = fmt.Sprintf("%.2000s… (%d bytes)", text, len(text))
		}
		t.Fatalf("hits differ for %+v in %q (-want +got):\n%.3000s", ps, text, diff)
	}
}

// words are what patterns and texts are made of: they overlap, fold, and
// repeat themselves.
var words = []string{
	"token", "Token", "expired", "invalid_grant", "redirect_uri_mismatch", "AADSTS50011", "aaaaaaaaaaaa", "abababababab", "401", "aha", "a", "k", "s", "S", "K",
	"ks", "\u017f", "\u212a", "É", "é", "認証", "認証に失敗しました", "失敗", "\xff", "\u2028", " ", " ", ": ", "=", "(", "[x]", ".", "-", "0", "1234567890", "_", "\t", "\r",
	"Bad credentials", "clock skew", "kiss", "KISS",
}

func genText(t *rapid.T) string {
	var sb strings.Builder
	for range rapid.IntRange(0, 8).Draw(t, "lines") {
		for range rapid.IntRange(0, 8).Draw(t, "words") {
			w := rapid.SampledFrom(words).Draw(t, "word")
			switch rapid.IntRange(0, 40).Draw(t, "form") {
			case 0, 1, 2:
				w = strings.ToUpper(w)
			case 3: // a line beyond a window, or beyond a block
				if sb.Len() < 100<<10 {
					w = strings.Repeat(w, 8000/len(w)*rapid.IntRange(1, 9).Draw(t, "long")+1)
				}
			case 4:
				w = strings.Repeat(w, rapid.IntRange(2, 9).Draw(t, "times"))
			}
			sb.WriteString(w)
		}
		sb.WriteByte('\n')
	}
	text := sb.String()
	if rapid.Bool().Draw(t, "open end") {
		text = strings.TrimSuffix(text, "\n")
	}
	return text
}

var atoms = []string{
	`.`, `.*`, `.{0,20}`, `\d`, `\d+`, `\w*`, `\s`, `\S+`, `[^k]`, `[k-s]`, `[^\d]`, `[a\d]`, `[[:upper:]]`, `[[:^alpha:]x]`, `\pL`, `\p{Lu}`, `\x6b`, `\x{212A}`, `\163`, `\Qk.s\E`,
	`\b`, `^`, `$`, `\B`, `(?i)`, `(?-i)`, `(?s)`, `(?im)`, `\x{FFFD}`, `[é-ü]`, `[]a]`, `[^]k]`, `\PL`, `\D`, `$|^`, ``, `k`, `S`,
}

func genRegexp(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 11).Draw(t, "kind")
	if depth == 0 {
		kind %= 4
	}
	sub := func() string { return genRegexp(t, depth-1) }
	switch kind {
	case 0, 1, 2:
		return regexp.QuoteMeta(strings.ToValidUTF8(rapid.SampledFrom(words).Draw(t, "word"), "?"))
	case 3:
		return rapid.SampledFrom(atoms).Draw(t, "atom")
	case 4, 5, 6:
		return sub() + sub() + sub()
	case 7:
		return "(?:" + sub() + "|" + sub() + ")"
	case 8:
		return "(" + sub() + ")" + rapid.SampledFrom([]string{"?", "*", "+", "{2}", "{1,3}", "{0,2}", "??", ""}).Draw(t, "times")
	case 9:
		return rapid.SampledFrom([]string{"(?i:", "(?-i:", "(?P<n>", "(?s-i:", "(?U:"}).Draw(t, "group") + sub() + ")"
	case 10:
		return sub() + "|" + sub()
	}
	return sub() + sub()
}

func genPattern(t *rapid.T) Pattern {
	p := Pattern{Exact: rapid.Bool().Draw(t, "exact"), All: rapid.Bool().Draw(t, "all")}
	if rapid.IntRange(0, 2).Draw(t, "literal") == 0 {
		for p.Literal == "" || rapid.Bool().Draw(t, "more") {
			p.Literal += rapid.SampledFrom(words).Draw(t, "word")
		}
		return p
	}
	p.Regexp = genRegexp(t, rapid.IntRange(0, 4).Draw(t, "depth"))
	if _, err := syntax.Parse(p.Regexp, syntax.Perl); p.Regexp == "" || err != nil {
		p.Regexp = "token.*expired"
	}
	return p
}

// scanIsNaive is the meaning of Scan and of Stream.
func scanIsNaive(t *rapid.T) {
	ps := rapid.SliceOfN(rapid.Custom(genPattern), 1, 8).Draw(t, "patterns")
	text := genText(t)
	s, err := Compile(ps)
	if err != nil {
		t.Fatalf("Compile(%+v): %v", ps, err)
	}
	var sc Scratch
	s.Scan([]byte(strings.Repeat("an earlier text\ntoken expired\n", 3)), &sc)
	want := Naive(ps, []byte(text))
	same(t, ps, text, want, s.Scan([]byte(text), &sc))
	if sc.Spent() {
		t.Fatalf("Scan was spent on %d bytes", len(text))
	}
	for _, h := range want { // MaxHits is for a block of a Stream
		if h.Start < 0 || h.End < h.Start || h.End > len(text) || strings.Contains(text[h.Start:h.End], "\n") {
			t.Fatalf("%+v is not on a line of a text of %d bytes", h, len(text))
		}
	}
	if len(want) < MaxHits {
		same(t, ps, text, want, streamed(t, s, iotest.HalfReader(strings.NewReader(text))))
	}
}

// streamed collects the hits of a Stream.
func streamed(t fatal, s *Set, r io.Reader) []Hit {
	var all []Hit
	end := int64(0)
	err := s.Stream(r, func(block []byte, offset int64, hits []Hit) error {
		if len(block) > blockSize || offset > end {
			t.Fatalf("block of %d bytes at %d after %d", len(block), offset, end)
		}
		end = offset + int64(len(block))
		for _, h := range hits {
			h.Start, h.End = h.Start+int(offset), h.End+int(offset)
			groups := append([]int(nil), h.Groups...)
			for i := range groups {
				if groups[i] >= 0 {
					groups[i] += int(offset)
				}
			}
			h.Groups = groups
			all = append(all, h)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Stream: %v", err)
	}
	return all
}

func TestScanIsNaive(t *testing.T) { rapid.Check(t, scanIsNaive) }

func FuzzMatch(f *testing.F) {
	f.Add(bytes.Repeat([]byte("token expired"), 400))
	f.Add(bytes.Repeat([]byte{0x5b, 0x01, 0x9e}, 400))
	f.Fuzz(rapid.MakeFuzz(scanIsNaive))
}

// FuzzRegexp tries one written regexp on one text.
func FuzzRegexp(f *testing.F) {
	for _, p := range genPatterns(60) {
		if p.Regexp != "" {
			f.Add(p.Regexp, genMatch(p)+"\n"+strings.ToUpper(genMatch(p)), false, true)
		}
	}
	for _, a := range atoms {
		f.Add(a+"k"+a, "kK\u212a sS\u017f 0", true, false)
	}
	f.Fuzz(func(t *testing.T, src, text string, exact, all bool) {
		if _, err := syntax.Parse(src, syntax.Perl); src == "" || len(src) > 200 || len(text) > 4000 || err != nil {
			return
		}
		p := Pattern{Regexp: src, Exact: exact, All: all}
		if _, err := regexp.Compile(foldASCII(src, !exact)); err != nil {
			if _, err := regexp.Compile(src); err == nil && len(src) < 50 {
				t.Fatalf("foldASCII(%q) = %q, which does not compile: %v", src, foldASCII(src, !exact), err)
			}
			return
		}
		same(t, []Pattern{p}, text, Naive([]Pattern{p}, []byte(text)), compile(t, []Pattern{p}).Scan([]byte(text), new(Scratch)))
	})
}

func TestGenerated(t *testing.T) {
	for _, n := range []int{45, 300, 3000} {
		ps := genPatterns(n)
		text := genLog(20<<10, ps)
		want := Naive(ps, text)
		if len(want) == 0 {
			t.Errorf("%d patterns: no hits at all", n)
		}
		same(t, ps, string(text), want, compile(t, ps).Scan(text, new(Scratch)))
	}
	ps := genShort(300)
	text := genLog(20<<10, nil)
	same(t, ps, string(text), Naive(ps, text), compile(t, ps).Scan(text, new(Scratch)))
}

func TestScan(t *testing.T) {
	for _, tt := range []struct {
		name    string
		pattern Pattern
		text    string
		want    [][2]int
	}{
		{"literal folds", Pattern{Literal: "bad Credentials"}, "x\nBAD cREDENTIALS (401)\n", [][2]int{{2, 17}}},
		{"exact literal", Pattern{Literal: "Bad credentials", Exact: true}, "bad credentials Bad credentials", [][2]int{{16, 31}}},
		{"first on each line", Pattern{Literal: "token_rejected"}, "token_rejected token_rejected\ntoken_rejected", [][2]int{{0, 14}, {30, 44}}},
		{"all on a line", Pattern{Literal: "token_rejected", All: true}, "token_rejected token_rejected", [][2]int{{0, 14}, {15, 29}}},
		{"overlapping", Pattern{Literal: "abababab", All: true}, "ababababab", [][2]int{{0, 8}, {2, 10}}},
		{"three bytes", Pattern{Literal: "aha"}, "Aha\nahaha\nah\na", [][2]int{{0, 3}, {4, 7}}},
		{"two bytes at the end", Pattern{Literal: "ok"}, "no\nOK", [][2]int{{3, 5}}},
		{"one byte", Pattern{Literal: "x", All: true}, "xX\n\nx", [][2]int{{0, 1}, {1, 2}, {4, 5}}},
		{"no long s", Pattern{Literal: "expires_in"}, "expire\u017f_in", nil},
		{"no Kelvin", Pattern{Regexp: `(?i)token[k]`}, "tokenk\nto\u212aenk\ntoken\u212a", [][2]int{{0, 6}}},
		{"negation keeps Kelvin", Pattern{Regexp: `token[^k]`}, "token\u212a\ntokenK\ntokenk", [][2]int{{0, 8}}},
		{"case in a group", Pattern{Regexp: `(?-i:Bearer) realm`}, "bearer realm\nBearer REALM", [][2]int{{13, 25}}},
		{"Chinese", Pattern{Literal: "认证失败"}, "错误：认证失败。", [][2]int{{9, 21}}},
		{"not over the line's end", Pattern{Regexp: `token\s+expired`}, "token\nexpired token  expired", [][2]int{{14, 28}}},
		{"not over the line's end", Pattern{Regexp: `(?s)token.*expired`}, "token\nexpired", nil},
		{"anchors are the line's", Pattern{Regexp: `^expired$`}, "token\nexpired\nexpired.", [][2]int{{6, 13}}},
		{"replacement character", Pattern{Regexp: `token\x{FFFD}expired`}, "token\xffexpired", [][2]int{{0, 13}}},
		{"no empty last line", Pattern{Regexp: `^`}, "a\n\nb\n", [][2]int{{0, 0}, {2, 2}, {3, 3}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got [][2]int
			for _, h := range compile(t, []Pattern{tt.pattern}).Scan([]byte(tt.text), new(Scratch)) {
				got = append(got, [2]int{h.Start, h.End})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Scan(%q) for %+v (-want +got):\n%s", tt.text, tt.pattern, diff)
			}
			got = nil
			for _, h := range Naive([]Pattern{tt.pattern}, []byte(tt.text)) {
				got = append(got, [2]int{h.Start, h.End})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Naive(%q) for %+v (-want +got):\n%s", tt.text, tt.pattern, diff)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	s := compile(t, []Pattern{{Regexp: `user (?P<name>\S+)(?: of (?P<team>\S+))?`}, {Literal: "user"}, {Regexp: `us.r`}})
	text := "\nthe user jdoe left"
	want := []Hit{{Pattern: 0, Start: 5, End: 14, Groups: []int{5, 14, 10, 14, -1, -1}}, {Pattern: 1, Start: 5, End: 9}, {Pattern: 2, Start: 5, End: 9}}
	if diff := cmp.Diff(want, s.Scan([]byte(text), new(Scratch))); diff != "" {
		t.Errorf("Scan(%q) (-want +got):\n%s", text, diff)
	}
	if got := s.Names(0); !cmp.Equal(got, []string{"", "name", "team"}) {
		t.Errorf("Names(0) = %q", got)
	}
	if got := s.Names(1); got != nil {
		t.Errorf("Names of a literal = %q, want nil", got)
	}
}

func TestUnanchored(t *testing.T) {
	s := compile(t, []Pattern{{Regexp: `\d+`}, {Literal: "token"}, {Regexp: `a|token`}, {Literal: "x"}, {Regexp: `to|from`}})
	if got, want := s.Unanchored(), []int{0, 2, 3}; !cmp.Equal(got, want) {
		t.Errorf("Unanchored() = %v, want %v", got, want)
	}
}

func TestConcurrent(t *testing.T) {
	ps := genPatterns(300)
	text := genLog(20<<10, ps)
	want := Naive(ps, text)
	s := compile(t, ps)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var sc Scratch
			for range 3 {
				if diff := cmp.Diff(want, s.Scan(text, &sc)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestStreamErrors(t *testing.T) {
	s := compile(t, []Pattern{{Literal: "token_rejected"}})
	broken := errors.New("broken")
	hits := 0
	err := s.Stream(io.MultiReader(strings.NewReader("token_rejected\ntoken_rej"), iotest.ErrReader(broken)), func(_ []byte, _ int64, h []Hit) error {
		hits += len(h)
		return nil
	})
	if !errors.Is(err, broken) || hits != 1 {
		t.Errorf("Stream of a broken reader = %v after %d hits, want %v after 1", err, hits, broken)
	}
	if err := s.Stream(strings.NewReader("x\n"), func([]byte, int64, []Hit) error { return broken }); err != broken {
		t.Errorf("Stream with a failing emit = %v, want %v", err, broken)
	}
	if err := s.Stream(idle{}, func([]byte, int64, []Hit) error { return nil }); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Stream of an idle reader = %v, want %v", err, io.ErrNoProgress)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }
