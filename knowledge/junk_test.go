package knowledge

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"
	"time"

	"authfix/knowledge/clean"
)

const fullPaste = clean.MaxBytes / JunkShare

// fill repeats text up to n bytes.
func fill(text string, n int) []byte {
	return []byte(strings.Repeat(text, n/len(text)+1)[:n])
}

// junk are texts that nobody pastes on purpose, and some that somebody would.
func junk() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(fill("Bad credentials (401)\n", 1<<20))
	w.Close()
	var distinct strings.Builder
	for i := 0; distinct.Len() < fullPaste; i++ {
		fmt.Fprintf(&distinct, "2026-02-03 04:05:%02d,%03d ERROR worker-%d request %d failed\n", i%60, i%1000, i%7, i)
	}
	texts := map[string][]byte{
		"empty":               nil,
		"blank":               []byte(" \t\r\n\u00a0\n"),
		"5 MiB of log":        fill(distinct.String(), 5<<20),
		"binary":              noise,
		"gzip":                zipped.Bytes(),
		"zeros":               make([]byte, 1<<20),
		"NULs in text":        fill("oauth_problem=\x00timestamp_refused\n", 1<<20),
		"invalid UTF-8":       fill("oauth_problem=timestamp_refused \xff\xfe\xc3\x28 caf\xe9\n", fullPaste),
		"cut UTF-8":           fill("日本語のエラー Bad credentials (401)", fullPaste-1),
		"one line":            fill("a", fullPaste),
		"one line of words":   fill("lorem ipsum dolor ", fullPaste),
		"100,000 lines":       fill("x\n", 200_000),
		"100,000 blank lines": append(fill("\n", 100_000), "Bad credentials (401)"...),
		"CR only":             fill("x\r", fullPaste),
		"unclosed fence":      fill("```\noauth_problem=timestamp_refused\n", fullPaste),
		"unclosed quotes":     fill(`{"message":"oauth_problem=timestamp_refused `, fullPaste),
		"unclosed braces":     fill("{[(<", fullPaste),
		"open brackets":       fill("[", 100_000),
		"deep JSON arrays":    []byte(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)),
		"deep JSON objects":   []byte(strings.Repeat(`{"message":`, 100_000) + `"Bad credentials (401)"` + strings.Repeat("}", 100_000)),
		"deep JSON in JSON":   nestedJSON(14),
		"deep percent":        []byte("https://jira.example.com/?u=" + strings.Repeat("%25", 100_000) + "oauth_problem=timestamp_refused"),
		"deep entities":       []byte(strings.Repeat("&amp;", 100_000) + "lt;"),
		"quote marks":         fill("> ", fullPaste),
		"nested quotes":       fill(strings.Repeat("> ", 200)+"Bad credentials (401)\n", fullPaste),
		"ANSI":                fill("\x1b[31m", fullPaste),
		"OSC":                 fill("\x1b]8;;https://x.example.com", fullPaste),
		"backspaces":          fill("x\b", fullPaste),
		"combining":           fill("e\u0301\u0301\u0301\u0301", fullPaste),
		"zero width":          fill("B\u200ba\u200bd\u200b \u2060c\ufeffr", fullPaste),
		"smart quotes":        fill("“’„", fullPaste),
		"full width":          fill("ｏａｕｔｈ＿ｐｒｏｂｌｅｍ＝ｔｉｍｅｓｔａｍｐ＿ｒｅｆｕｓｅｄ ", fullPaste),
		"distinct errors":     []byte(distinct.String()[:fullPaste]),
		"distinct OAuth": generated(func(i int) string {
			return fmt.Sprintf("oauth_problem=problem_%d oauth_timestamp=%d\n", i, 1700000000+i)
		}),
		"distinct hosts": generated(func(i int) string {
			return fmt.Sprintf("https://h%d.example.com:%d/ status code %d\n", i, i%65000+1, i%500+100)
		}),
		"distinct hosts, line": generated(func(i int) string { return fmt.Sprintf("https://h%d.example.com/a%%20b?x=%d ", i, i) }),
		"distinct JSON": generated(func(i int) string {
			return fmt.Sprintf(`{"level":"ERROR","message":"{\"error\":\"invalid_grant\",\"n\":%d}"}`+"\n", i)
		}),
		"distinct tokens":    generated(func(i int) string { return fmt.Sprintf("token gh"+"p_%036d failed\n", i*7919) }),
		"distinct mails":     generated(func(i int) string { return fmt.Sprintf("a%d.b%d@example.com ", i, i*31) }),
		"distinct cookies":   generated(func(i int) string { return fmt.Sprintf("Cookie: JSESSIONID=%032X\n", uint64(i)*7919*7919) }),
		"distinct passwords": generated(func(i int) string { return fmt.Sprintf("password=k%dPq%d ", i*7919, i) }),
		"distinct basic":     generated(func(i int) string { return fmt.Sprintf("Authorization: Basic %s\n", basic(i)) }),
		"distinct JWTs": generated(func(i int) string {
			return fmt.Sprintf("Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIiwiZXhwIjoxNzAwMDAwMDAwfQ.%043d\n", i*7919)
		}),
		"distinct AADSTS": generated(func(i int) string {
			return fmt.Sprintf("AADSTS%d: Trace ID: %08x-0000-4000-8000-000000000000\n", 50000+i, i)
		}),
		"stack traces": generated(func(i int) string {
			return fmt.Sprintf("Caused by: java.net.UnknownHostException: h%d.example.com\n\tat a.B.c(B.java:%d)\n", i, i)
		}),
		"one cause chain":      append([]byte("2026-02-03 04:05:06 ERROR x\n"), generated(func(i int) string { return "Caused by: Bad credentials (401)\n" })...),
		"Bad credentials":      fill("Failed to execute request [GET /users/A] response code: 401, errors: GithubClientWithTimeout\nBad credentials (401)\n", fullPaste),
		"Bad credentials, one": fill("Failed to execute request [GET /users/A] response code: 401, errors: GithubClientWithTimeout Bad credentials (401) ", fullPaste),
		"oauth_problem=":       fill("oauth_problem=", fullPaste),
		"timestamp_refused":    fill("oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1-2 ", fullPaste),
		"base64":               fill("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2\n", fullPaste),
		"private keys":         fill("-----BEGIN "+"PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n", fullPaste),
		"wrapped":              []byte(wrapped(string(fill("oauth_problem=timestamp_refused, Bad credentials (401) ", fullPaste/2)), 80)),
		"hyphenated":           fill("creden-\ntials (401) Bad\n", fullPaste),
		"Slack links":          fill("<https://x.example.com|x>", fullPaste),
		"Go paths":             fill("github.com/orgs/x/sso?authorization_request=", fullPaste),
		"passwords promised":   fill("with password ", fullPaste),
		"vain beginnings":      fill("OAuthnonce_used ", fullPaste/8),
		"wide reaches":         fill("baseurl ", fullPaste/4),
		"every literal":        worstLines(func(s string) string { return s + " " }),
		"every literal, lines": worstLines(func(s string) string { return s + "\n" }),
		"every near miss":      worstLines(func(s string) string { return s[:len(s)-1] + "\n" }),
	}
	for c := byte('!'); c <= '~'; c++ {
		if c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
			texts["4 MiB of "+string(rune(c))] = fill(string(rune(c)), fullPaste)
		}
	}
	return texts
}

// generated joins numbered pieces to a full paste.
func generated(piece func(i int) string) []byte {
	b := make([]byte, 0, fullPaste+256)
	for i := 0; len(b) < fullPaste; i++ {
		b = append(b, piece(i)...)
	}
	return b[:fullPaste]
}

func basic(i int) string {
	const set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
	b := []byte("c3ZjLWppcmE6")
	for k := range 20 {
		b = append(b, set[(i>>(k%4*5)+k)%32])
	}
	return string(b)
}

// nestedJSON wraps a text as a JSON string in a JSON object n times over.
func nestedJSON(n int) []byte {
	text := "Bad credentials (401)"
	for range n {
		out, err := json.Marshal(map[string]string{"message": text})
		if err != nil {
			panic(err)
		}
		text = string(out)
	}
	return []byte(text)
}

// worstLines makes a full paste of texts that the regexps and literals of the
// built-in base match, each changed by damage.
func worstLines(damage func(string) string) []byte {
	base, err := Builtin()
	if err != nil {
		panic(err)
	}
	var all strings.Builder
	for _, p := range base.layers[0].Patterns {
		text := p.Literal
		if text == "" {
			text = matching(p.Regexp)
		}
		if len(text) > 1 {
			all.WriteString(damage(text))
		}
	}
	return fill(all.String(), fullPaste)
}

// matching returns a text that a regexp matches, without regard to \b.
func matching(re string) string {
	parsed, err := syntax.Parse(re, syntax.Perl)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	var write func(*syntax.Regexp)
	write = func(n *syntax.Regexp) {
		switch n.Op {
		case syntax.OpLiteral:
			b.WriteString(string(n.Rune))
		case syntax.OpCharClass:
			for i := 0; i < len(n.Rune); i += 2 { // a letter, if there is one
				if n.Rune[i] <= 'x' && 'x' <= n.Rune[i+1] {
					b.WriteByte('x')
					return
				}
			}
			b.WriteRune(n.Rune[0])
		case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			b.WriteByte('x')
		case syntax.OpStar, syntax.OpQuest:
		case syntax.OpRepeat:
			for range n.Min {
				write(n.Sub[0])
			}
		case syntax.OpAlternate:
			write(n.Sub[0])
		default:
			for _, s := range n.Sub {
				write(s)
			}
		}
	}
	write(parsed)
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "\n", " "), "\x00", " ")
}

// Any bytes get an answer or an error of one line, soon.
func TestJunk(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range junk() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			d, err := b.Diagnose(Input{Text: text, Now: testNow, Observe: Observed})
			took := time.Since(start)
			t.Logf("%v", took)
			if took > slowest {
				t.Errorf("took %v, more than %v", took, slowest)
			}
			if err != nil {
				if !errors.Is(err, clean.ErrEmpty) && !errors.Is(err, clean.ErrBinary) || strings.Contains(err.Error(), "\n") {
					t.Errorf("err = %q", err)
				}
				return
			}
			out, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if len(out) > maxAnswer {
				t.Errorf("the diagnosis has %d bytes, more than %d", len(out), maxAnswer)
			}
			observed, err := json.Marshal(d.Observation)
			if err != nil {
				t.Fatal(err)
			}
			if len(observed) > maxObservation {
				t.Errorf("the observation has %d bytes, more than %d", len(observed), maxObservation)
			}
		})
	}
}

const (
	maxAnswer      = 1 << 20   // bytes of a diagnosis as JSON
	maxObservation = 200 << 10 // bytes of an observation as JSON
)
