package knowledge

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// pasteOf20 is an ordinary paste: 20 lines of a Jira log, 2 KB, one failure.
var pasteOf20 = func() string {
	var b strings.Builder
	for i := range 9 {
		fmt.Fprintf(&b, "2026-02-03 04:05:%02d,%03d+0000 Caesium-1-%d INFO ServiceRunner [c.a.j.issue.index] Reindexed %d issues\n", i, i*37, i%4+1, i*3+1)
	}
	b.WriteString("2026-02-03 04:05:10,299+0000 Caesium-1-2 WARN ServiceRunner [c.a.j.p.d.spi.github.GithubClientWithTimeout] Failed to execute request [GET /users/ORG1234] response code: 401, errors:\nBad credentials (401)\n")
	for i := range 9 {
		fmt.Fprintf(&b, "2026-02-03 04:05:%02d,%03d+0000 http-nio-8080-exec-%d INFO admin 245x%dx1 /browse [c.a.j.web.session] session created\n", i+11, i*37, i%4+1, i*3+1)
	}
	return b.String()
}()

func benchmarkDiagnose(b *testing.B, base *Base, text string) {
	in := Input{Text: []byte(text), Now: testNow}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := base.Diagnose(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDiagnose is the whole diagnosis: reading, cleaning, matching with
// redaction's rules in the same pass, analyzers, ranking, rendering.
func BenchmarkDiagnose(b *testing.B) {
	base, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("20-lines", func(b *testing.B) { benchmarkDiagnose(b, base, pasteOf20) })
	b.Run("bare", func(b *testing.B) { benchmarkDiagnose(b, base, "oauth_problem=timestamp_refused") })
	b.Run("healthy", func(b *testing.B) {
		benchmarkDiagnose(b, base, strings.Replace(pasteOf20, "response code: 401, errors:\nBad credentials (401)\n", "response code: 200\n", 1))
	})
}

// grown returns the built-in failure modes and so many made-up ones that there
// are n: each a copy of a built-in one under another id, with signatures of the
// usual shapes over words of its own.
func grown(tb testing.TB, n int) *Sources {
	tb.Helper()
	s, err := loadBuiltin(os.DirFS("."))
	if err != nil {
		tb.Fatal(err)
	}
	own := len(s.modes)
	for i := own; i < n; i++ {
		m := s.modes[i%own]
		code := fmt.Sprintf("%s%04d", []string{"GatewayRefused", "LinkBroken", "TokenStale", "RealmUnknown", "GrantDenied"}[i%5], i)
		m.Value.ID = fmt.Sprintf("made-up-%05d", i)
		m.Value.Over, m.Value.Explains, m.Value.Formerly = nil, nil, nil
		m.Value.Causes = []Cause{{Text: "one"}, {Text: "another"}}
		m.Value.Checks = []Check{{Text: "look", Language: NoLanguage}}
		m.Value.Signatures = []Signature{
			{Gives: Certain, Within: 20, All: []Clause{{Literal: code}, {Regexp: `for account (?P<account>[a-z0-9-]{1,40})`}}, None: []Clause{{Literal: code + "_ignored"}}},
			{Gives: Likely, Any: []Clause{{Literal: "com.vendor" + code + ".auth"}, {Regexp: `(?:error|problem)\W{1,3}` + code}, {Phrase: "the remote end refused " + strings.Repeat(string(rune('a'+i%26)), 3) + code}}},
			{Gives: Unsure, All: []Clause{{Fact: "http.status", In: []string{"401", "403"}}, {Literal: "vendor-" + code}}},
		}
		s.modes = append(s.modes, m)
	}
	s.modes = s.modes[:n]
	slices.SortFunc(s.modes, func(a, b source[FailureMode]) int { return strings.Compare(a.Value.ID, b.Value.ID) })
	return s
}

func grownBase(tb testing.TB, n int) *Base {
	tb.Helper()
	b, err := New(grown(tb, n))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// BenchmarkGrowth is the same paste at more and more failure modes.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{43, 500, 3000} {
		base := grownBase(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkDiagnose(b, base, pasteOf20) })
	}
}

// BenchmarkStart is what a start costs with 500 failure modes: decoding and
// compiling the base and the first diagnosis, with nothing warm.
func BenchmarkStart(b *testing.B) {
	data, err := encodeBase(grown(b, 500))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		base, err := decodeBase(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := base.Diagnose(Input{Text: []byte(pasteOf20), Now: testNow}); err != nil {
			b.Fatal(err)
		}
	}
}

// What a diagnosis costs does not grow with what is known: at 3,000 failure
// modes at most twice the time at 43, both measured in this run.
func TestGrowth(t *testing.T) {
	few, many := grownBase(t, 43), grownBase(t, 3000)
	best := func(b *Base) time.Duration {
		least := time.Hour
		for range max(3, 60/JunkShare) {
			began := time.Now()
			for range 5 {
				if _, err := b.Diagnose(Input{Text: []byte(pasteOf20), Now: testNow}); err != nil {
					t.Fatal(err)
				}
			}
			least = min(least, time.Since(began))
		}
		return least
	}
	best(few)
	best(many)
	ratio := float64(best(many)) / float64(best(few))
	t.Logf("3,000 failure modes take %.2f times as long as 43", ratio)
	if ratio > 2 {
		t.Errorf("3,000 failure modes take %.2f times as long as 43, more than 2", ratio)
	}
}
