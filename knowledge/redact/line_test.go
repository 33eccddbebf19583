package redact

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestLine plants every kind of secret before, across and behind the cut.
func TestLine(t *testing.T) {
	const most = 400
	for seed := range uint64(3) {
		for _, s := range samples(rand.New(rand.NewPCG(seed, 11))) {
			if strings.Contains(s.body, "\n") {
				continue // a cut line of base64 says nothing
			}
			for _, before := range []int{0, 100, most - 60, most - 20, most - 1} {
				in := strings.Repeat("x ", before/2) + s.text() + strings.Repeat(" y", most)
				out := string(Line(in, most))
				if part := leaked(out, s); part != "" {
					t.Errorf("seed %d, %s at %d: Line shows %q", seed, s.kind, before, part)
				}
				if len(out) > most+len("…") || !strings.HasSuffix(out, "…") {
					t.Errorf("seed %d, %s at %d: Line has %d bytes, of at most %d, and ends with %q", seed, s.kind, before, len(out), most, out[len(out)-5:])
				}
			}
		}
	}
}

func TestLineKeeps(t *testing.T) {
	for _, s := range []string{"", "a", "listening on 127.0.0.1:8080", "open authfix.db: no such file or directory"} {
		if got := string(Line(s, 100)); got != s {
			t.Errorf("Line(%q) = %q", s, got)
		}
	}
	if got, want := string(Line("日本語", 4)), "日…"; got != want || !utf8.ValidString(got) {
		t.Errorf("Line cut in a rune = %q, want %q", got, want)
	}
}
