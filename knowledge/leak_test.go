package knowledge_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"authfix/bot/terminal"
	"authfix/knowledge"
)

var leakNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A planted secret: the text in which somebody pastes it, of which the drawn
// part must never come out.
type planted struct {
	kind          string // of the redaction that must be reported
	before, after string
	secret        string
}

// drawn makes n bytes that no scanner takes for a real secret's and no reader
// for words.
func drawn(set string, n, salt int) string {
	b := make([]byte, n)
	state := uint32(salt)*2654435761 + 12345
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = set[int(state>>16)%len(set)]
		if i%5 == 2 {
			b[i] = "23456789"[int(state>>20)%8]
		}
	}
	return string(b)
}

const (
	letters62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	hexes     = "0123456789abcdef"
)

// secrets are well-formed but made up; the prefixes are joined here.
func secrets() []planted {
	var all []planted
	add := func(kind, before, secret, after string) {
		all = append(all, planted{kind, before, after, secret})
	}
	d := func(n int) string { return drawn(letters62, n, len(all)+7) }
	add("github-personal-token", "using ", "gh"+"p_"+d(36), "")
	add("github-oauth-token", "using ", "gh"+"o_"+d(36), "")
	add("github-user-token", "ACCESS_TOKEN ", "gh"+"u_"+d(36), "")
	add("github-server-token", "using ", "gh"+"s_"+d(36), "")
	add("github-refresh-token", "using ", "gh"+"r_"+d(76), "")
	add("github-fine-grained-token", "using ", "github"+"_pat_"+d(82), "")
	add("gitlab-personal-token", "PRIVATE-TOKEN: ", "gl"+"pat-"+d(20), "")
	add("atlassian-api-token", "token ", "ATA"+"TT3xFfGF0"+d(170), "")
	add("bitbucket-access-token", "token ", "ATC"+"TT3xFfGN0"+d(170), "")
	add("bitbucket-app-password", "token ", "AT"+"BB"+d(32), "")
	add("slack-token", "token ", "xo"+"xb-2718281828-"+d(24), "")
	add("google-access-token", "token ", "ya"+"29.a0"+d(120), "")
	add("google-client-secret", "", "GOC"+"SPX-"+d(28), "")
	add("google-api-key", "key ", "AI"+"za"+d(35), "")
	add("aws-access-key-id", "key ", "AK"+"IA"+strings.ToUpper(drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 3)), "")
	add("npm-token", "token ", "np"+"m_"+d(36), "")
	add("jwt", "token eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.", d(90)+"."+d(86), "")
	add("bearer-token", "Authorization: Bearer ", d(43), "")
	add("basic-credentials", "Authorization: Basic ", base64.RawStdEncoding.EncodeToString([]byte("svc:"+d(26))), "")
	add("client-secret", "client_secret=", d(40), "&x=1")
	add("refresh-token", "refresh_token=", d(48), "&x=1")
	add("access-token", "access_token=", d(48), "&x=1")
	add("oauth-token-secret", "oauth_token_secret=", d(32), "&x=1")
	add("oauth-signature", "oauth_signature=", d(28)+"%3D", "&x=1")
	add("oauth-token", "oauth_token=", d(32), "&x=1")
	add("password", "password=", d(20), " ")
	add("cookie", "Cookie: JSESSIONID=", drawn(hexes, 32, 5), "; lang=en")
	add("url-password", "postgres://jira:", d(18), "@db.example.com:5432/jira")
	add("slack-webhook", "https://hooks.slack.com/services/T01234567/B01234567/", d(24), "")
	add("api-key", "api_key=", d(32), "&x=1")
	return all
}

// places are where a secret stands in a paste beside an example.
var places = []struct {
	name string
	put  func(example string, s planted) string
}{
	{"log line", func(e string, s planted) string {
		return e + "\n2026-03-01 10:11:12,345+0000 http-nio-8080-exec-7 DEBUG [c.a.o.Filter] sent " + s.before + s.secret + s.after + "\n"
	}},
	{"before", func(e string, s planted) string { return s.before + s.secret + s.after + "\n" + e }},
	{"header", func(e string, s planted) string {
		return "GET /rest HTTP/1.1\nHost: jira.example.com\nX-Debug: " + s.before + s.secret + s.after + "\n\n" + e
	}},
	{"URL", func(e string, s planted) string {
		return e + "\nGET https://jira.example.com/x?" + strings.NewReplacer(" ", "%20", ":", "%3A", "/", "%2F", ";", "%3B", "@", "%40").Replace(s.before+s.secret+s.after) + " HTTP/1.1\n"
	}},
	{"JSON", func(e string, s planted) string { return mutate("JSON-escaped", e+"\n"+s.before+s.secret+s.after) }},
	{"Slack", func(e string, s planted) string { return mutate("Slack-escaped", e+"\n"+s.before+s.secret+s.after) }},
	{"wrapped", func(e string, s planted) string {
		pad := strings.Repeat("x ", max(0, 68-len(s.before))/2)
		return mutate("wrapped at 80", e+"\n"+pad+s.before+s.secret+s.after)
	}},
	{"same line", func(e string, s planted) string {
		return strings.TrimRight(e, "\n") + " " + s.before + s.secret + s.after
	}},
}

func mutate(name, text string) string {
	for _, m := range knowledge.Mutations {
		if m.Name == name {
			return m.Apply(text)
		}
	}
	panic("no mutation " + name)
}

// shown returns 12 bytes of the secret that stand in out, or "".
func shown(out, secret string) string {
	for _, part := range strings.FieldsFunc(secret, func(r rune) bool { return r == '.' || r == '%' }) {
		for i := 0; i+12 <= len(part); i++ {
			if strings.Contains(out, part[i:i+12]) {
				return part[i : i+12]
			}
		}
	}
	return ""
}

// outputs are everything that comes out of a diagnosis.
func outputs(t *testing.T, b *knowledge.Base, in knowledge.Input) (map[string]string, knowledge.Diagnosis) {
	t.Helper()
	in.Observe = knowledge.Observed
	d, err := b.Diagnose(in)
	if err != nil {
		return map[string]string{"error": err.Error()}, d
	}
	out := map[string]string{"fingerprint": d.Fingerprint}
	encode := func(name string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(text)
	}
	encode("diagnosis", d)
	encode("observation", d.Observation)
	var text, markdown bytes.Buffer
	if err := terminal.Diagnosis(&text, d, terminal.Style{Columns: 4000}); err != nil {
		t.Fatal(err)
	}
	if err := terminal.Markdown(&markdown, d, terminal.Style{Columns: 4000}); err != nil {
		t.Fatal(err)
	}
	out["terminal"], out["markdown"] = text.String(), markdown.String()
	for _, c := range d.Candidates {
		why, err := b.Why(in, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		encode("why "+c.ID, why)
		var text bytes.Buffer
		if err := terminal.Why(&text, why, terminal.Style{Columns: 4000}); err != nil {
			t.Fatal(err)
		}
		out["terminal why "+c.ID] = text.String()
	}
	return out, d
}

// No planted secret survives any output of a failure mode's paste.
func TestNothingLeaksFromADiagnosis(t *testing.T) {
	b, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	missed := 0
	tried := 0
	for i, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		for k, s := range secrets() {
			kinds[s.kind] = true
			for turn := range 2 { // over all failure modes, every secret stands in every place
				if (i*31+k*7+turn)%min(knowledge.JunkShare, 12) != 0 {
					continue
				}
				place := places[(i+k+turn*3)%len(places)]
				paste := place.put(m.Examples.Match[0], s)
				out, d := outputs(t, b, knowledge.Input{Text: []byte(paste), Now: leakNow, Key: []byte("a key of this case")})
				tried++
				for name, text := range out {
					if part := shown(text, s.secret); part != "" {
						t.Errorf("%s: %s in %s: %s shows %q of\n%s\n%s", m.ID, s.kind, place.name, name, part, paste, text)
					}
				}
				reported := false
				for _, r := range d.Redactions {
					reported = reported || r.Line > 0
				}
				if !reported {
					missed++
					t.Logf("%s: %s in %s is not reported: %v", m.ID, s.kind, place.name, d.Redactions)
				}
			}
		}
	}
	if len(kinds) < 20 || tried < 2000/min(knowledge.JunkShare, 12) {
		t.Errorf("only %d kinds in %d pastes", len(kinds), tried)
	}
	if missed > 0 {
		t.Errorf("%d of %d secrets are not among the redactions", missed, tried)
	}
}

// What is said of a paste that cannot be read, of an answer that fits nothing
// and of an id that nobody has holds nothing of them.
func TestErrorsLeakNothing(t *testing.T) {
	b, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	secret := "gh" + "p_" + drawn(letters62, 36, 99)
	for name, in := range map[string]knowledge.Input{
		"binary":          {Text: append([]byte(secret), make([]byte, 4000)...)},
		"unknown value":   {Text: []byte("Bad credentials (401)"), Answers: []knowledge.Answer{{Fact: "product.deployment", Value: secret}}},
		"unknown fact":    {Text: []byte("Bad credentials (401)"), Answers: []knowledge.Answer{{Fact: secret, Value: "x"}}},
		"lines of output": {Text: []byte("Bad credentials (401)"), Answers: []knowledge.Answer{{Fact: "product.deployment", Value: "a\n" + secret + "\nb"}}},
	} {
		_, err := b.Diagnose(in)
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if shown(err.Error(), secret) != "" || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := b.Why(in, "github-bad-credentials"); err == nil || shown(err.Error(), secret) != "" {
			t.Errorf("%s: Why: %v", name, err)
		}
	}
	if _, err := b.Why(knowledge.Input{Text: []byte("x")}, secret); err == nil || shown(err.Error(), secret) != "" {
		t.Errorf("Why of an unknown id: %v", err)
	}
	out, _ := outputs(t, b, knowledge.Input{Text: []byte("GithubClientWithTimeout Bad credentials (401)"), Answers: []knowledge.Answer{{Fact: "token.kind", Value: secret}}, Now: leakNow})
	for name, text := range out {
		if part := shown(text, secret); part != "" {
			t.Errorf("an answer with a whole token: %s shows %q", name, part)
		}
	}
}

// A secret keeps its placeholder in all messages of a case, and another case
// numbers anew.
func TestPlaceholdersStayInACase(t *testing.T) {
	b, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	first := "gh" + "p_" + drawn(letters62, 36, 1)
	second := "gh" + "p_" + drawn(letters62, 36, 2)
	third := "gh" + "p_" + drawn(letters62, 36, 3)
	key := []byte("the key of the case, 32 bytes...")
	diagnose := func(text string, key []byte, prior ...knowledge.Observation) knowledge.Diagnosis {
		t.Helper()
		d, err := b.Diagnose(knowledge.Input{Text: []byte(text), Now: leakNow, Key: key, Prior: prior, Observe: knowledge.Observed})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	placeholders := func(d knowledge.Diagnosis) string {
		var all []string
		for _, r := range d.Redactions {
			all = append(all, fmt.Sprintf("%d %s", r.Line, r.Placeholder))
		}
		return strings.Join(all, ", ")
	}
	check := func(d knowledge.Diagnosis, want string) {
		t.Helper()
		if got := placeholders(d); got != want {
			t.Errorf("the redactions are %s, want %s", got, want)
		}
	}
	one := diagnose("Bad credentials with "+first, key)
	check(one, "1 ‹github-personal-token#1›")
	two := diagnose("now with "+second+"\nand before with "+first, key, one.Observation)
	check(two, "1 ‹github-personal-token#2›, 2 ‹github-personal-token#1›")
	// The first message is edited: the new secret gets a number of its own, which
	// a follow-up does not give again.
	edited := diagnose("Bad credentials with "+third, key, two.Observation)
	check(edited, "1 ‹github-personal-token#3›")
	check(diagnose("what of gh"+"p_"+drawn(letters62, 36, 4)+"\nand "+third+"\nand "+second, key, edited.Observation, two.Observation),
		"1 ‹github-personal-token#4›, 2 ‹github-personal-token#3›, 3 ‹github-personal-token#2›")
	check(diagnose("Bad credentials with "+second, []byte("another case's key"), one.Observation), "1 ‹github-personal-token#2›")
	check(diagnose("Bad credentials with "+second, []byte("another case's key")), "1 ‹github-personal-token#1›")
	text, err := json.Marshal(two.Observation)
	if err != nil {
		t.Fatal(err)
	}
	if shown(string(text), first) != "" || shown(string(text), second) != "" {
		t.Errorf("the observation holds a secret: %s", text)
	}
}

// A case with thousands of secrets keeps its numbers apart although its
// observation is bounded.
func TestPlaceholdersOfManySecrets(t *testing.T) {
	b, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "token gh"+"p_%s failed, then %s@example.com\n", drawn(letters62, 36, i+10), drawn("abcdefghijklmnop", 12, i))
	}
	key := []byte("the key of the case, 32 bytes...")
	d, err := b.Diagnose(knowledge.Input{Text: []byte(text.String()), Now: leakNow, Key: key, Observe: knowledge.Observed})
	if err != nil {
		t.Fatal(err)
	}
	observed, err := json.Marshal(d.Observation)
	if err != nil {
		t.Fatal(err)
	}
	if len(observed) > 200<<10 {
		t.Errorf("the observation has %d bytes", len(observed))
	}
	noted := false
	for _, n := range d.Notes {
		noted = noted || strings.Contains(n, "200 secrets")
	}
	if !noted {
		t.Errorf("nothing says that redactions were left out: %v", d.Notes)
	}
	next, err := b.Diagnose(knowledge.Input{Text: []byte("Bad credentials with gh" + "p_" + drawn(letters62, 36, 5)), Now: leakNow, Key: key, Prior: []knowledge.Observation{d.Observation}})
	if err != nil {
		t.Fatal(err)
	}
	if len(next.Redactions) != 1 || next.Redactions[0].Placeholder != "‹github-personal-token#2001›" {
		t.Errorf("the next secret is %v, want number 2001", next.Redactions)
	}
}
