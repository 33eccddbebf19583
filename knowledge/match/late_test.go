package match

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Settling every open hit gives what a Scan without late patterns gives.
func TestLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		regexps := rapid.SliceOfN(rapid.SampledFrom([]string{
			`alpha\s+(?P<n>\d+)`, `\bbeta\b`, `gam+a|delta`, `^alpha`, `epsilon$`, `(?:alpha|beta).{0,20}gamma`, `\d{3}`, `(beta)?delta`,
		}), 1, 5).Draw(t, "regexps")
		words := rapid.SliceOfN(rapid.SampledFrom([]string{
			"alpha", "ALPHA", " ", " 12", "beta", "gamma", "gamma", "delta", "epsilon", "\n", "\n", "é", "401", "betas",
		}), 0, 60).Draw(t, "words")
		var text []byte
		for _, w := range words {
			text = append(text, w...)
		}
		if rapid.Bool().Draw(t, "long") {
			text = append(slices.Repeat([]byte("x alpha 1 "), 3000), text...)
		}
		var now, late []Pattern
		for _, re := range regexps {
			now = append(now, Pattern{Regexp: re})
			late = append(late, Pattern{Regexp: re, Late: true})
		}
		want := scanAll(t, now, text)
		set, err := Compile(late)
		if err != nil {
			t.Fatal(err)
		}
		var sc Scratch
		var got []Hit
		work := 0
		lines := map[[2]int]bool{} // pattern and line that have their first match
		for _, h := range slices.Clone(set.Scan(text, &sc)) {
			if !h.Open {
				t.Fatalf("%+v is not open", h)
			}
			begin := h.Start
			for begin > 0 && text[begin-1] != '\n' {
				begin--
			}
			if lines[[2]int{h.Pattern, begin}] {
				continue
			}
			if settled, ok := set.Settle(text, h, &work); ok {
				lines[[2]int{h.Pattern, begin}] = true
				got = append(got, settled)
			}
		}
		slices.SortFunc(got, compareHits)
		if !slices.EqualFunc(got, want, func(a, b Hit) bool {
			return a.Pattern == b.Pattern && a.Start == b.Start && a.End == b.End && slices.Equal(a.Groups, b.Groups)
		}) {
			t.Fatalf("settled %v, want %v", got, want)
		}
		if Spent(work) {
			t.Fatal("work is spent")
		}
	})
}

func scanAll(t *rapid.T, ps []Pattern, text []byte) []Hit {
	set, err := Compile(ps)
	if err != nil {
		t.Fatal(err)
	}
	var sc Scratch
	return slices.Clone(set.Scan(text, &sc))
}

// A word on every line of a log does not hide the line that matches.
func TestLateBehindManyLines(t *testing.T) {
	set, err := Compile([]Pattern{{Regexp: `alpha\s+(?P<n>\d+)`, Late: true}})
	if err != nil {
		t.Fatal(err)
	}
	text := append(bytes.Repeat([]byte("alpha and beta\n"), 50_000), "alpha 12\n"...)
	var sc Scratch
	hits, work, found := set.Scan(text, &sc), 0, 0
	for _, h := range hits {
		if h.Open {
			var ok bool
			if h, ok = set.Settle(text, h, &work); !ok {
				continue
			}
		}
		found++
		if got := string(text[h.Start:h.End]); got != "alpha 12" || len(h.Groups) != 4 {
			t.Errorf("found %q with %d groups", got, len(h.Groups)/2)
		}
	}
	if found != 1 || len(hits) != MaxOpen+1 {
		t.Errorf("%d matches among %d hits", found, len(hits))
	}
}
