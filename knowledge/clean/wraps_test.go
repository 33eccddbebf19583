package clean

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestWrapsAreJoined wraps log lines at every width, in tokens and between
// words, decorates the pieces as viewers and mail do, and looks for phrases
// that were cut. A few cuts cannot be told from other breaks.
func TestWrapsAreJoined(t *testing.T) {
	texts := []struct{ text, want string }{
		{`2026-03-04 10:11:12,131 http-nio-8080-exec-7 ERROR eva 611x1872x1 1k9a2i5 10.0.0.8 /rest/applinks/3.0/status [c.a.a.core.auth.OAuthHandler] Unable to respond: {oauth=OAuth realm="https%3A%2F%2Fjira.example.com", oauth_problem="consumer_key_unknown"}`,
			`OAuth realm="https%3A%2F%2Fjira.example.com", oauth_problem="consumer_key_unknown"`},
		{`Caused by: javax.net.ssl.SSLHandshakeException: sun.security.validator.ValidatorException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target`,
			`PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target`},
		{`{"error":"invalid_client","error_description":"AADSTS50011: The redirect URI 'https://app.example.com/cb' specified in the request does not match the redirect URIs configured for the application '00000000-1111-2222-3333-444444444444'."}`,
			`specified in the request does not match the redirect URIs configured for the application`},
		{`since the upgrade of our test system the log says: Remote error for 'installed': Unhandled error: STATUS=302 and nothing else is in it`,
			`Remote error for 'installed': Unhandled error: STATUS=302`},
		{`Refresh token is not present and access token lifetime is too short, so the connection was not saved by the administrator of the mail server`,
			`Refresh token is not present and access token lifetime is too short`},
	}
	decorations := map[string]func(lines []string) string{
		"bare":   func(l []string) string { return strings.Join(l, "\n") },
		"crlf":   func(l []string) string { return strings.Join(l, "\r\n") },
		"quoted": func(l []string) string { return "> " + strings.Join(l, "\n> ") },
		"twice":  func(l []string) string { return "> > " + strings.Join(l, "\n> > ") },
		"indent": func(l []string) string { return "    " + strings.Join(l, "\n    ") },
		"hang":   func(l []string) string { return strings.Join(l, "\n    ") },
		"box": func(l []string) string {
			var b strings.Builder
			for _, s := range l {
				fmt.Fprintf(&b, "│ %-120s │\n", s)
			}
			return b.String()
		},
		"numbered": func(l []string) string {
			var b strings.Builder
			for i, s := range l {
				fmt.Fprintf(&b, "%7d %s\n", i+1, s)
			}
			return b.String()
		},
		"trimmed": func(l []string) string {
			l = slices.Clone(l)
			for i := range l {
				l[i] = strings.TrimRight(l[i], " ")
			}
			return strings.Join(l, "\n")
		},
		"in prose": func(l []string) string {
			return "hello, please help with the following error\n" + strings.Join(l, "\n") + "\nthanks for any hint you may have"
		},
	}
	for name, decorate := range decorations {
		total, missed := 0, 0
		for _, x := range texts {
			for width := 24; width <= 130; width++ {
				for _, lines := range [][]string{cutAt(x.text, width), wordsAt(x.text, width)} {
					paste := decorate(lines)
					total++
					if d := Clean(paste); !strings.Contains(d.Text, x.want) {
						if missed++; missed == 1 {
							t.Logf("%s: %q is in no row of\n%s", name, x.want, show(d, nil))
						}
					}
				}
			}
		}
		if missed*50 > total {
			t.Errorf("%s: %d of %d wrapped phrases are in no row, want at most one in fifty", name, missed, total)
		}
		t.Logf("%s: %d of %d missed", name, missed, total)
	}
}

// cutAt cuts text every width bytes, as a terminal does.
func cutAt(text string, width int) (lines []string) {
	for len(text) > width {
		lines = append(lines, text[:width])
		text = text[width:]
	}
	return append(lines, text)
}

// wordsAt wraps text between words.
func wordsAt(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
