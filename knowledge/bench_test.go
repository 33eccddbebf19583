package knowledge

import (
	"fmt"
	"strings"
	"testing"
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
