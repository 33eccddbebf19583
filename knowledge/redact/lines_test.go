package redact

import (
	"math/rand/v2"
	"strings"
	"testing"

	"authfix/knowledge/match"
)

// TestLines covers secrets that a line break cuts.
func TestLines(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	token := strings.TrimRight(encoded(`{"alg":"RS256","kid":"k1"}`), "=") + "." + draw(r, base62, 120) + "." + draw(r, base62, 86)
	opaque, pair := draw(r, base62, 43), encoded("svc:"+draw(r, base62, 20))
	const cert = "-----BEGIN CERTIFICATE-----\n"
	lines := draw(r, plus64, 64) + "\n" + draw(r, plus64, 64) + "\n" + draw(r, plus64, 40) + "==\n"
	for _, c := range []struct{ name, in, secret, want string }{
		{"a token cut by a hard wrap", "Bearer " + token[:70] + "\n" + token[70:] + "\nrefused", token, "Bearer ‹jwt#1›\nrefused"},
		{"a token in a quoted mail", "> " + token[:74] + "\n> " + token[74:148] + "\n> " + token[148:] + "\n> bye", token, "> ‹jwt#1›\n> bye"},
		{"a folded header", "Authorization: Bearer\r\n " + opaque + "\r\nHost: x", opaque, "Authorization: Bearer\r\n ‹bearer-token#1›\r\nHost: x"},
		{"a header folded before its scheme", "Proxy-Authorization:\n\tBasic " + pair + "\nHost: x", pair, "Proxy-Authorization:\n\tBasic ‹basic-credentials#1›\nHost: x"},
		{"a certificate is public", cert + lines + "-----END CERTIFICATE-----\n", "", cert + lines + "-----END CERTIFICATE-----\n"},
		{"the next header is no part of a value", "Authorization: \nHost: jira.example.com", "", "Authorization: \nHost: jira.example.com"},
	} {
		got := string(New(State{Key: []byte("test")}).Text(c.in))
		if got != c.want {
			t.Errorf("%s: Text(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// TestMoreThanThePassKeeps checks that secrets beyond the hits that a pass keeps
// are found all the same.
func TestMoreThanThePassKeeps(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	var b strings.Builder
	for range match.MaxHits + 50 {
		b.WriteString("password=" + draw(r, base62, 16) + "\n")
	}
	text := []byte(b.String())
	set, err := match.Compile(Patterns())
	if err != nil {
		t.Fatal(err)
	}
	var sc match.Scratch
	if got, want := len(Find(text, set.Scan(text, &sc), 0)), match.MaxHits+50; got != want {
		t.Errorf("Find returns %d secrets, want %d", got, want)
	}
}
