package clean

import (
	"strings"
	"testing"
	"time"
)

// undamaged is a 20-line excerpt of a log as people paste it.
func undamaged() string {
	var b strings.Builder
	b.WriteString("2026-03-04 10:11:12,131 http-nio-8080-exec-7 ERROR eva 611x1872x1 1k9a2i5 10.0.0.8 /rest/applinks/3.0/status [c.a.a.core.auth.OAuthHandler] Failed to authenticate: oauth_problem=timestamp_refused\n")
	b.WriteString("com.atlassian.applinks.api.CredentialsRequiredException: You do not have an authorized access token for the remote resource.\n")
	for range 17 {
		b.WriteString("\tat com.atlassian.applinks.oauth.auth.ThreeLeggedOAuthRequestFactoryImpl.retrieveConsumerToken(ThreeLegged.java:91)\n")
	}
	b.WriteString("2026-03-04 10:11:13,131 http-nio-8080-exec-7 WARN eva 611x1872x1 1k9a2i5 10.0.0.8 /rest/applinks/3.0/status [c.a.a.core.auth.OAuthHandler] Second entry\n")
	return b.String()
}

func BenchmarkClean(b *testing.B) {
	for _, bench := range []struct{ name, text string }{
		{"undamaged 2 KB", undamaged()},
		{"slack 2 KB", strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(undamaged()) + "<https://x.example.com>"},
		{"quoted 2 KB", "> " + strings.ReplaceAll(undamaged(), "\n", "\n> ")},
		{"wrapped 2 KB", wrapAt(undamaged(), 80)},
		{"ampersands 4 MiB", hostile(MaxBytes)["&amp;"]},
		{"backslashes 4 MiB", hostile(MaxBytes)["\\"]},
		{"log 4 MiB", strings.Repeat(undamaged(), MaxBytes/len(undamaged()))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.text)))
			for b.Loop() {
				Clean(bench.text)
			}
		})
	}
}

func wrapAt(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for len(line) > width {
			b.WriteString(line[:width] + "\n")
			line = line[width:]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// hostile are texts of size bytes that a naive cleaner takes long for.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	m := map[string]string{"one line": fill("x y "), "lines": fill("oauth_problem=token_rej\n")}
	for _, s := range []string{
		"&", "%", "\\", "<", ">", "|", "`", "*", "_", "~", "#", "+", "=", "[", "\r", "\n", "\x1b", "\x1b]", "\b", "\t", " ", "\x00",
		"<h", "<@", "<https://", "<https://x|", "**a", "** a", "**a**", "||x", "```", "&amp;", "&amp;lt;", "&#39;", "%41", "%25", `\n`, `\"`, `\\n`, `\u0041`, `\x41`, "#012", "=3D",
		"a\n", "\n\n", "> a\n", "1 a\n", "| a\n", "| a | b |\n", "a=\n", "a-\n", `"\n"`, "“", "ﬁ", "\u200b", "\u2028", "â€", "\xff", "[0m[31m", "a    b\n", "^[", "[31",
	} {
		m[s] = fill(s)
	}
	return m
}

// TestCleanIsLinear compares the time for a hostile text with that for an
// eighth of it, when it is long at all: eight times is linear, 64 quadratic.
func TestCleanIsLinear(t *testing.T) {
	const size = MaxBytes / 16
	whole, part := hostile(size), hostile(size/8)
	best := func(text string) time.Duration {
		least := time.Hour
		for range 3 {
			start := time.Now()
			Clean(text)
			least = min(least, time.Since(start))
		}
		return least
	}
	for name, text := range whole {
		start := time.Now()
		d := Clean(text)
		took := time.Since(start)
		t.Logf("%-12q %4d ms, %d rows, %d KiB, %d segments", name, took.Milliseconds(), len(d.Rows), len(d.Buf)>>10, len(d.segments))
		if took < time.Second/4 {
			continue
		}
		if long, short := best(text), best(part[name]); long > time.Second/4 && long > 32*short {
			t.Errorf("Clean of %d bytes of %q took %v, of an eighth of it %v", size, name, long, short)
		}
	}
}
