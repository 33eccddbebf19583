package analyze

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// token makes a JWT with a signature of nothing.
func token(header, claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(header)) + "." + part([]byte(claims)) + "." + part([]byte("no signature"))
}

func TestJWT(t *testing.T) { testData(t, jwtAnalyzer()) }

// TestJWTClaims reads tokens that are made here, so that no file holds one.
func TestJWTClaims(t *testing.T) {
	const header = `{"alg":"RS256","typ":"JWT"}`
	for _, c := range []struct{ name, text, want string }{
		{"claims", token(header, `{"iss":"https://id.example.org/","aud":["api","web"],"sub":"ana@example.org","iat":1700000000,"nbf":1700000010.5,"exp":"1700003600"}`),
			"jwt.algorithm=RS256 jwt.issuer=https://id.example.org/ jwt.audience=api jwt.audience=web jwt.issued_at=2023-11-14T22:13:20Z jwt.not_before=2023-11-14T22:13:30Z jwt.expires=2023-11-14T23:13:20Z"},
		{"header", "Authorization: Bearer " + token(header, `{"aud":"x"}`) + ".", "jwt.algorithm=RS256 jwt.audience=x"},
		{"query", "id_token_hint%3D" + token(header, `{"aud":"x"}`), "jwt.algorithm=RS256 jwt.audience=x"},
		{"odd", token(header, `{"iss":7,"aud":{},"exp":"soon"}`), "jwt.algorithm=RS256"},
		{"cut", token(header, `{"iss":"a"}`)[:45], "jwt.algorithm=RS256"},
		{"noalg", token(`{"typ":"JWT"}`, `{"iss":"a"}`), ""},
		{"nojson", "eyJhello.world.x", ""},
		{"within", "keyJ" + token(header, `{}`)[3:], ""},
	} {
		rec, _ := testRecord(c.text)
		facts, findings := runJWT(rec, testNow)
		var got []string
		for _, f := range facts {
			got = append(got, f.Name+"="+f.Value)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for _, f := range findings {
			if strings.Contains(f.Text, "eyJ") || strings.Contains(f.Text, "ana@") {
				t.Errorf("%s: a finding repeats the token: %s", c.name, f.Text)
			}
		}
	}
}

// TestJWTFindings says in words what the times of a token mean.
func TestJWTFindings(t *testing.T) {
	const header = `{"alg":"ES256"}`
	line := func(stamp string, iat, exp int) string {
		return stamp + " ERROR [main] auth - refused " + token(header, fmt.Sprintf(`{"iss":"i","iat":%d,"exp":%d}`, iat, exp))
	}
	for _, c := range []struct{ text, want string }{
		{line("2023-11-15T02:25:20Z", 1700000000, 1700003600), "the token expired 3 h 12 m before the log line"},
		{line("2023-11-14T23:00:20Z", 1700000000, 1700003600), "the token had 13 m left at the log line"},
		{line("2023-11-14T22:10:20Z", 1700000000, 1700003600), "the JWT was issued 3 m after the log line: the clock of who issued it is ahead, or that of who read it behind"},
		{line("2023-11-14 23:13:30,000", 1700000000, 1700003600), "the token expired 10 s before the log line, which states no zone, if that is UTC"},
		{token(header, `{"iss":"i","iat":1700000000,"exp":1768473000}`), "the JWT has expired; by now 1 h 30 m ago"},
		{token(header, `{"iss":"i","iat":1768478700,"exp":1768482000}`), "the JWT was issued 5 m from now: its maker's clock is ahead"},
		{token(header, `{"iss":"i"}`), "the JWT has no time at which it runs out (exp)"},
		{token(`{"alg":"none"}`, `{"exp":1700003600}`), "the JWT is not signed (alg none)"},
	} {
		_, _, findings := analyzePaste(c.text, clockSources(), testNow)
		found := false
		var all []string
		for _, f := range findings {
			found = found || f.Text == c.want
			all = append(all, f.Text)
		}
		if !found {
			t.Errorf("%.30s…: %q lacks %q", c.text, all, c.want)
		}
	}
}

func FuzzJWT(f *testing.F) {
	fuzzAnalyzer(f, jwtAnalyzer(), token(`{"alg":"RS256"}`, `{"exp":1}`), "eyJ", "eyJ.eyJ.", token(`{"alg":"none"}`, `{"aud":["a","b","c","d","e"],"iat":1e9}`))
}
