package analyze

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// jwtAnalyzer reads header and claims of JSON Web Tokens (RFC 7519). It never
// verifies a signature and never repeats a token, a subject or a claim that it
// does not name.
func jwtAnalyzer() Analyzer {
	return Analyzer{
		Name:     "jwt",
		Doc:      "JSON Web Tokens: algorithm, issuer, audience and times, decoded but not verified, and whether the token had run out",
		Keywords: []string{"eyj", `"exp"`, `"nbf"`, `"iat"`},
		Run:      runJWT,
	}
}

func runJWT(rec Record, now time.Time) ([]Fact, []Finding) {
	g := gathering{analyzer: "jwt"}
	for i := range rec.Rows {
		row := &rec.Rows[i]
		for at := 0; !g.full(); {
			n := strings.Index(row.Text[at:], "eyJ")
			if n < 0 {
				break
			}
			start := at + n
			end := start
			for end < len(row.Text) && end < start+maxToken && jwtByte(row.Text[end]) {
				end++
			}
			at = end
			if start == 0 || !jwtByte(row.Text[start-1]) || escapeBefore(row.Text, start) || row.Text[start-1] == '_' {
				readJWT(&g, rec, row, start, strings.TrimRight(row.Text[start:end], "."), now)
			}
		}
	}
	if len(g.facts) == 0 {
		readClaims(&g, rec)
	}
	return g.facts, g.findings
}

// jwtByte reports whether c may stand in a token: base64url and full stops.
func jwtByte(c byte) bool { return isWord(c) || c == '-' || c == '.' }

// jwtHeader and jwtClaims are what is read of a token. Claims may have any
// type, as issuers err in them.
type jwtHeader struct {
	Algorithm string `json:"alg"`
}

type jwtClaims struct {
	Issuer    json.RawMessage `json:"iss"`
	Audience  json.RawMessage `json:"aud"`
	IssuedAt  json.RawMessage `json:"iat"`
	NotBefore json.RawMessage `json:"nbf"`
	Expires   json.RawMessage `json:"exp"`
}

// readJWT states what one token holds. Only a token whose header decodes is one.
func readJWT(g *gathering, rec Record, row *Row, start int, token string, now time.Time) {
	head, rest, ok := strings.Cut(token, ".")
	var header jwtHeader
	if !ok || json.Unmarshal(jwtPart(head), &header) != nil || header.Algorithm == "" {
		return
	}
	end := start + len(token)
	if len(header.Algorithm) <= 20 {
		g.fact(row, "jwt.algorithm", header.Algorithm, start, end)
	}
	if asciiLower(header.Algorithm) == "none" {
		g.find("the JWT is not signed (alg none)", map[string]string{"algorithm": "none"}, row.Start+start, row.Start+end)
	}
	payload, _, _ := strings.Cut(rest, ".")
	var claims jwtClaims
	if json.Unmarshal(jwtPart(payload), &claims) != nil {
		return
	}
	for _, s := range jwtStrings(claims.Issuer) {
		g.fact(row, "jwt.issuer", s, start, end)
	}
	for _, s := range jwtStrings(claims.Audience) {
		g.fact(row, "jwt.audience", s, start, end)
	}
	issued, hasIssued := jwtTime(claims.IssuedAt)
	notBefore, hasNotBefore := jwtTime(claims.NotBefore)
	expires, hasExpires := jwtTime(claims.Expires)
	for _, c := range [...]struct {
		name string
		time time.Time
		ok   bool
	}{{"jwt.issued_at", issued, hasIssued}, {"jwt.not_before", notBefore, hasNotBefore}, {"jwt.expires", expires, hasExpires}} {
		if c.ok {
			g.fact(row, c.name, canonicalTime(c.time), start, end)
		}
	}
	if !hasExpires {
		if len(claims.IssuedAt) > 0 || len(claims.Issuer) > 0 {
			g.find("the JWT has no time at which it runs out (exp)", nil, row.Start+start, row.Start+end)
		}
		return
	}
	if hasIssued && expires.After(issued) {
		g.find("the JWT lives "+spell(expires.Sub(issued)), map[string]string{"seconds": seconds(expires.Sub(issued))}, row.Start+start, row.Start+end)
	}
	// With a zoned log time, the clock analyzer compares; else only now is left.
	if rec.Time.IsZero() && now.After(expires) {
		g.find("the JWT has expired; by now "+spell(now.Sub(expires))+" ago", map[string]string{"expires": canonicalTime(expires)}, row.Start+start, row.Start+end)
	}
}

// claimTimes are the claims that hold times, as JSON names them, and their facts.
var claimTimes = [...]struct{ key, fact string }{{`"iat"`, "jwt.issued_at"}, {`"nbf"`, "jwt.not_before"}, {`"exp"`, "jwt.expires"}}

// readClaims states the times of claims that were pasted decoded, as tools for
// tokens show them. One of the keys alone may mean anything; two are claims.
func readClaims(g *gathering, rec Record) {
	var stated [len(claimTimes)]Fact
	n := 0
	for i := range rec.Rows {
		row := &rec.Rows[i]
		if strings.IndexByte(row.Text, '"') < 0 {
			continue
		}
		for k, claim := range claimTimes {
			at := strings.Index(row.Text, claim.key)
			if at < 0 || stated[k].Name != "" {
				continue
			}
			from := skip(row.Text, at+len(claim.key), " :\"")
			end := from + digitRun(row.Text[from:])
			if t, ok := unixTime(row.Text[from:end]); ok {
				stated[k] = Fact{Name: claim.fact, Value: canonicalTime(t), Start: row.Start + from, End: row.Start + end}
				n++
			}
		}
	}
	if n < 2 {
		return
	}
	for _, f := range stated {
		g.add(f.Name, f.Value, f.Start, f.End)
	}
}

// jwtPart decodes one part of a token, with or without padding; nil when it is
// none.
func jwtPart(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil
	}
	return b
}

// jwtStrings reads a string or a list of strings, at most 4, each at most 300
// bytes.
func jwtStrings(raw json.RawMessage) []string {
	var one string
	var list []string
	if json.Unmarshal(raw, &one) == nil {
		list = []string{one}
	} else if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	list = list[:min(len(list), 4)]
	for i := range list {
		list[i] = clip(oneLine(list[i]), 300)
	}
	return list
}

// jwtTime reads a NumericDate (seconds, fractions allowed), also as a string.
func jwtTime(raw json.RawMessage) (time.Time, bool) {
	s := strings.Trim(string(raw), `"`)
	s, _, _ = strings.Cut(s, ".")
	return unixTime(s)
}
