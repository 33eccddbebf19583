package redact

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// headerSecrets are what HTTP headers carry. The rules without anchors are
// reported by the reader of "authorization" and by those of the schemes.
func headerSecrets() []Rule {
	const session = "Sign the user out, or end the session where sessions are administered."
	return []Rule{
		{Kind: "basic-credentials", Doc: "user and password of HTTP Basic, base64", Revoke: "Change the user's password or API token; base64 hides nothing.",
			anchors: []string{"basic ", "base64"}, read: basic},
		{Kind: "digest-response", Doc: "response of HTTP Digest", Revoke: "It is good for one nonce only; nothing to revoke.",
			anchors: []string{"digest "}, read: parameterReader("response=")},
		{Kind: "aws-request-signature", Doc: "signature of an AWS request, AWS4-HMAC-SHA256", Revoke: "It expires within minutes; nothing to revoke.",
			anchors: []string{"aws4-hmac-sha256"}, read: parameterReader("signature=")},
		{Kind: "kerberos-ticket", Doc: "SPNEGO or Kerberos message of HTTP Negotiate", Revoke: "It expires within hours; reset the account's password if it was replayed.",
			anchors: []string{"negotiate ", "kerberos "}, read: schemeReader(blobAt)},
		{Kind: "ntlm-message", Doc: "NTLM message, TlRMTVNTUAA…", Revoke: "Change the account's password: the answer to a challenge can be tried out offline.",
			anchors: []string{"tlrmtvntua"}, read: func(s *scan, rule, start, end int) {
				if stop := s.run(start, base64s); stop-end >= 6 {
					s.add(rule, start, stop)
				}
			}},
		{Kind: "okta-token", Doc: "Okta API token, SSWS …", Revoke: "Revoke it under Security > API > Tokens in the Okta admin console.",
			anchors: []string{"ssws "}, read: schemeReader(opaqueAt)},
		{Kind: "bearer-token", Doc: "opaque token of HTTP Bearer", Revoke: "Revoke it where it was issued: it is in the account's list of tokens or of authorised applications.",
			anchors: []string{"bearer ", "bearer%20", "bearer+"}, read: schemeReader(opaqueAt)},
		{Kind: "authorization", Doc: "value of an Authorization or Proxy-Authorization header", Revoke: "Revoke or change it where it was issued.",
			anchors: []string{"authorization"}, read: authorization},
		{Kind: "cookie", Doc: "value of a cookie", Revoke: session, anchors: []string{"cookie"}, read: cookies},
		{Kind: "remember-me", Doc: "remember-me cookie of an Atlassian product", Revoke: "Clear it under the user's profile > Tools > Clear all tokens, Remember My Login.",
			anchors: []string{"rememberme", "rememberme.cookie"}, read: fieldReader(mixed, longest)},
	}
}

// schemeReader reads the credentials behind a scheme that stands anywhere.
func schemeReader(at func(s *scan, i int, sure bool) (start, end int)) reader {
	return func(s *scan, rule, start, end int) {
		if start > 0 && is(s.t[start-1], word) && !s.starts(start) {
			return
		}
		if a, b := at(s, blanks(s.t, end), false); b > a {
			s.add(rule, a, b)
		}
	}
}

// parameterReader reads one parameter on the rest of the line behind a scheme.
func parameterReader(name string) reader {
	return func(s *scan, rule, start, end int) {
		stop := lineEndWithin(s.t, end, 2048)
		for i := end; i < stop; i++ {
			if s.t[i]|0x20 != name[0] || !hasFold(s.t, i, name) {
				continue
			}
			i += len(name)
			if n, _ := quoteAt(s.t, i); n > 0 {
				i += n
			}
			if j := s.run(i, base64s); j-i >= 8 {
				s.add(rule, i, j)
			}
			return
		}
	}
}

// basic reads the credentials behind the scheme, or on the rest of a line that
// speaks of base64.
func basic(s *scan, rule, start, end int) {
	if s.t[end-1] != '4' {
		schemeReader(basicAt)(s, rule, start, end)
		return
	}
	stop := lineEndWithin(s.t, end, 256)
	i := max(end, s.base64To)
	s.base64To = max(s.base64To, stop)
	for i < stop {
		if !is(s.t[i], base64s) {
			i++
			continue
		}
		j := s.run(i, base64s)
		if j-i >= 12 {
			if _, _, ok := userinfo(string(s.t[i:j])); ok {
				s.add(rule, i, j)
			}
		}
		i = j
	}
}

// basicAt reads base64 of user:password. Where the header is not named (sure is
// false), what it decodes to must have the colon, so that words survive.
func basicAt(s *scan, i int, sure bool) (start, end int) {
	j := s.run(i, base64s)
	if j-i < 6 {
		return 0, 0
	}
	v := string(s.t[i:j])
	if _, _, ok := userinfo(v); ok || sure && !letters(v) && !spoken(v) {
		return i, j
	}
	return 0, 0
}

// userinfo decodes the credentials of HTTP Basic, also when their end was cut.
func userinfo(v string) (user, password string, ok bool) {
	if len(v) > longest {
		return
	}
	v = strings.TrimRight(unpercent(v), "=")
	v = strings.NewReplacer("-", "+", "_", "/").Replace(v)
	if len(v)%4 == 1 {
		v = v[:len(v)-1]
	}
	b, err := base64.RawStdEncoding.DecodeString(v)
	if err != nil {
		return
	}
	at := bytes.IndexByte(b, ':')
	if at < 1 {
		return
	}
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return
		}
	}
	return string(b[:at]), string(b[at+1:]), true
}

// blobAt reads a base64 message of some length.
func blobAt(s *scan, i int, _ bool) (start, end int) {
	j := s.run(i, base64s)
	if j-i >= 16 && varied(s.t[i:j]) {
		return i, j
	}
	return 0, 0
}

// opaqueAt reads an opaque token.
func opaqueAt(s *scan, i int, sure bool) (start, end int) {
	if n, _ := quoteAt(s.t, i); n > 0 {
		i += n
	}
	j := s.run(i, wide)
	j = trimEnd(s.t, i, j)
	v := string(s.t[i:j])
	if i < j && j < len(s.t) && s.t[j-1] == '=' && s.t[j] == '"' { // realm="…"
		return 0, 0
	}
	if k := strings.IndexByte(v, '='); k > 0 && k < len(v)-2 && letters(v[:k]) { // error=…, which has a rule where it needs one
		return 0, 0
	}
	if j-i >= 8 && !spoken(v) && (drawn(v) || sure && tokenLike(v, false)) {
		return i, j
	}
	return 0, 0
}

// authorization reads the value of the header, whichever way the header is
// written; the value may stand on the next line, as folded headers have it.
func authorization(s *scan, rule, start, end int) {
	t := s.t
	i := end
	if n, _ := quoteAt(t, i); n > 0 {
		i += n
	}
	i = blanks(t, i)
	sep := ""
	for _, w := range separators {
		if hasFold(t, i, w) {
			sep = w
			break
		}
	}
	if sep == "" {
		if i == end || i >= len(t) || t[i] != ',' {
			return
		}
		sep = ","
		if n, _ := quoteAt(t, blanks(t, i+1)); n == 0 { // ["Authorization", "Basic …"]
			return
		}
	}
	i = fold(t, i+len(sep))
	for range 3 {
		if n, _ := quoteAt(t, i); n > 0 {
			i += n
		} else if i < len(t) && (t[i] == '[' || t[i] == '(') {
			i++
		}
	}
	j := s.run(i, wide)
	scheme := strings.ToLower(string(t[i:min(j, i+24)]))
	next := fold(t, j)
	if has(t, j, "%20") {
		next = j + 3
	} else if k := strings.IndexByte(scheme, '+'); k > 0 && (scheme[:k] == "basic" || scheme[:k] == "bearer") { // a form has blanks as '+'
		next, scheme = i+k+1, scheme[:k]
	}
	kind, at := "authorization", opaqueAt
	switch scheme {
	case "basic":
		kind, at = "basic-credentials", basicAt
	case "bearer", "token", "bot", "apikey", "oauth2", "genie", "jwt", "key", "zoho-oauthtoken", "googlelogin", "glpat", "private-token":
		kind = "bearer-token"
	case "ssws":
		kind = "okta-token"
	case "negotiate", "kerberos":
		kind, at = "kerberos-ticket", blobAt
	case "ntlm":
		kind, at = "ntlm-message", blobAt
	case "oauth", "digest", "aws4-hmac-sha256", "hawk", "signature":
		return // their parameters have rules of their own
	default:
		if a, b := opaqueAt(s, i, true); b > a {
			s.add(rule, a, b)
		}
		return
	}
	if next == j && scheme != "basic" && scheme != "bearer" {
		return
	}
	if a, b := at(s, next, true); b > a {
		s.add(s.tab.index[kind], a, b)
	}
}

// fold skips blanks and at most one line break that blanks follow.
func fold(t []byte, i int) int {
	i = blanks(t, i)
	if j := i; j < len(t) && (t[j] == '\r' || t[j] == '\n') {
		if t[j] == '\r' && j+1 < len(t) && t[j+1] == '\n' {
			j++
		}
		if k := blanks(t, j+1); k > j+1 {
			return k
		}
	}
	return i
}

// cookies reads the values of a Cookie or Set-Cookie header; their names stay.
func cookies(s *scan, rule, start, end int) {
	t := s.t
	if end < len(t) && is(t[end], word) && t[end]|0x20 != 's' && t[end] != '2' {
		return
	}
	if end < len(t) && is(t[end], word) {
		end++
	}
	i := end
	if n, _ := quoteAt(t, i); n > 0 {
		i += n
	}
	i = blanks(t, i)
	if i >= len(t) || t[i] != ':' && t[i] != '=' && t[i] != ',' && !hasFold(t, i, "%3a") {
		return
	}
	if start < s.cookieTo {
		return
	}
	stop := lineEndWithin(t, i, 8<<10)
	defer func() { s.cookieTo = i }()
	for i++; i < stop; {
		// name
		for i < stop && !is(t[i], dotted) {
			i++
		}
		name := i
		for i < stop && is(t[i], dotted) {
			i++
		}
		if i >= stop || t[i] != '=' || i == name {
			if i < stop && t[i] == ':' && i > name { // another header or key begins
				return
			}
			i = max(i, name+1)
			continue
		}
		n := strings.ToLower(string(t[name:min(i, name+64)]))
		i++
		v := i
		for i < stop && strings.IndexByte("; \t\r\"'\\<>,", t[i]) < 0 && t[i] < 0xE2 {
			i++
		}
		switch n {
		case "path", "expires", "domain", "max-age", "samesite", "version", "priority", "comment":
			continue
		}
		val := string(t[v:i])
		if drawn(val) || tokenLike(val, false) && strings.ContainsAny(val, "0123456789") {
			s.add(rule, v, i)
		}
	}
}
