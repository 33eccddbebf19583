package redact

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"authfix/knowledge/match"
)

// cleanLog is a log of n bytes without a secret, as dense in words of
// authentication as logs of it are.
func cleanLog(n int) string {
	lines := []string{
		"2026-03-01 10:11:12,345+0000 http-nio-8080-exec-7 ERROR bob 611x123x1 1abcdef 10.0.0.1 /rest/api/2/myself [c.a.j.p.d.Sync] Bad credentials (401)\n",
		"com.atlassian.oauth.util.Check$InvalidTokenException: token_rejected for consumer jira:15489595\n",
		"\tat com.atlassian.oauth.serviceprovider.internal.AuthenticatorImpl.authenticate(AuthenticatorImpl.java:123)\n",
		"\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136) ~[?:?]\n",
		"\tat org.apache.tomcat.util.net.NioEndpoint$SocketProcessor.doRun(NioEndpoint.java:1790) [tomcat-coyote.jar:9.0.71]\n",
		"Caused by: java.net.ConnectException: Connection refused to https://jira.example.com:8443/plugins/servlet/oauth/request-token\n",
	}
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(lines[i%len(lines)])
	}
	return b.String()[:n]
}

// BenchmarkFind is what secrets add to the shared pass.
func BenchmarkFind(b *testing.B) {
	set, err := match.Compile(Patterns())
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []struct {
		name string
		n    int
	}{{"2kB", 2 << 10}, {"16kB", 16 << 10}} {
		text := []byte(cleanLog(size.n))
		var sc match.Scratch
		hits := set.Scan(text, &sc)
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if len(Find(text, hits, 0)) > 0 {
					b.Fatal("a clean log has a secret")
				}
			}
			b.ReportMetric(float64(len(hits)), "hits")
		})
		b.Run(size.name+"/pass", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				set.Scan(text, &sc)
			}
		})
	}
}

// BenchmarkText is what one string of the output costs.
func BenchmarkText(b *testing.B) {
	clean := "The consumer key in the request is not known to jira.example.com; compare it under Application links."
	r := New(State{Key: []byte("test")})
	b.Run("clean", func(b *testing.B) {
		for b.Loop() {
			r.Text(clean)
		}
	})
	for _, s := range samples(rand.New(rand.NewPCG(5, 5)))[:20] {
		r.Learn(s.kind, s.secret())
	}
	b.Run("clean, secrets known", func(b *testing.B) {
		for b.Loop() {
			r.Text(clean)
		}
	})
	b.Run("2kB", func(b *testing.B) {
		text := cleanLog(2 << 10)
		for b.Loop() {
			r.Text(text)
		}
	})
}

// TestLinear feeds repetitions that make a careless reader quadratic.
func TestLinear(t *testing.T) {
	const size = 256 << 10
	for _, unit := range []string{"token=", "gh" + "p_a1B2", `password="`, `\"secret\":\"`, "eyJ", "a1.", "@", "://a:", "a@b.", "Authorization: ", "cookie:a=", "%40", "%3D", "password ", "Q~1", "curl -u a:", "PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----", "&quot;token&quot;", "x", "‹password#1›", strings.Repeat("aB3", 22)[:64] + "\n", `\\`, "+?", "twilio a1", "a,token,b\n", "token|password\n", "password\n", "password: >-\n", "base64 abcdefghijklm "} {
		in := strings.Repeat(unit, size/len(unit))
		start := time.Now()
		New(State{Key: []byte("test")}).Text(in)
		if d := time.Since(start); d > time.Second {
			t.Errorf("Text of 256 KiB of %q took %v", unit, d)
		} else if testing.Verbose() {
			t.Logf("%q: %v", unit, d)
		}
	}
}
