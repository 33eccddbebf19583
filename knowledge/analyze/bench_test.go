package analyze

import (
	"strings"
	"testing"
	"time"

	"authfix/knowledge/clean"
)

// benchPaste is a paste of 20 lines around one refused OAuth 1.0a request.
var benchPaste = strings.Repeat("2024-05-02T10:00:00,000Z INFO [http-nio-8080-exec-7] [c.a.j.web.filters.Access] GET /rest/api/2/issue/ABC-12 200 31ms user=ana\n", 9) +
	"2024-05-02T10:00:01,120Z WARN [http-nio-8080-exec-9] [c.a.applinks.core.auth.OAuthRequest] WWW-Authenticate: OAuth realm=\"https%3A%2F%2Fjira.example.org\", oauth_problem=\"timestamp_refused\", oauth_acceptable_timestamps=\"1714643700-1714644300\"\n" +
	strings.Repeat("\tat com.atlassian.applinks.core.auth.Request.execute(Request.java:112)\n", 10)

// BenchmarkAnalyzers runs each analyzer on those records of a paste of 2 KB in
// which a keyword of it stands, as the engine does.
func BenchmarkAnalyzers(b *testing.B) {
	list := records(clean.Clean(benchPaste))
	for _, a := range All() {
		var called []Record
		for _, rec := range list {
			if hasKeyword(rec, a) {
				called = append(called, rec)
			}
		}
		b.Run(a.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, rec := range called {
					a.Run(rec, testNow)
				}
			}
		})
	}
}

// TestLinear feeds every analyzer records of the largest size that are made of
// nothing but the beginnings of what it looks for. Each must answer within a
// time that quadratic work on them would exceed many times.
func TestLinear(t *testing.T) {
	const limit = 250 * time.Millisecond
	seeds := []string{
		"oauth_problem=\"", "oauth_problem='", "%2526oauth_problem%253D", "%25", "oauth_problem_advice=a ", "oauth_parameters_absent=%26", "_", "oauth", "oauth realm=\"",
		"error=\"", "error ", "error_description=\\\"", "invalid_grant (", "https://a/", "://", "www-authenticate: bearer error=\"", "bearer ", "basic ,",
		"ghp_", "ghu_ or ", "ghp_1234567890", "eyJ", "eyJ.", "eyJhbGciOiJub25lIn0.e30.", "xoxe-", "ya29.", "NotBefore=\"2024-05-02T10:03:00Z\" saml ", "notbefore ", "1714643700-", "oauth_timestamp=1714643700 ", "timestamp_refused ",
		"c.a.", "jira", "\\", "\\n", "&", "&quot;", "[", "the nonce value ", "401 ", "ссылка ",
	}
	// best is the best of three runs on 192 KiB, or on so many times less: the
	// machine may be busy.
	best := func(a Analyzer, seed string, less int) time.Duration {
		line := strings.Repeat(seed, 64<<10/less/len(seed))
		rec := Record{Rows: []Row{
			{Text: line}, {Text: line, Start: len(line) + 1, View: clean.Decoded}, {Text: line, Start: 2*len(line) + 2, View: clean.Joined},
		}}
		shortest := time.Hour
		for range 3 {
			began := time.Now()
			a.Run(rec, testNow)
			if shortest = min(shortest, time.Since(began)); shortest < limit/time.Duration(less) {
				break
			}
		}
		return shortest
	}
	for _, seed := range seeds {
		for _, a := range All() {
			took := best(a, seed, 1)
			if took <= limit {
				continue
			}
			// Slow: by its growth, or because the machine is? A quarter of the text
			// takes a quarter of linear time, and a sixteenth of quadratic.
			if quarter := best(a, seed, 4); took > 8*quarter {
				t.Errorf("%s took %s on 192 KiB of %q, and %s on a quarter of it", a.Name, took, seed, quarter)
			}
		}
	}
}
