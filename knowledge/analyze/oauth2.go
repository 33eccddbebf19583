package analyze

import (
	"strings"
	"time"

	"authfix/knowledge/clean"
)

// oauth2Analyzer reads the errors of OAuth 2.0 and OpenID Connect (RFC 6749
// sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 8628 section 3.5, OpenID
// Connect Core section 3.1.2.6) with the request they answer and its server.
func oauth2Analyzer() Analyzer {
	return Analyzer{
		Name: "oauth2",
		Doc: "OAuth 2.0: error and description from query, form, JSON, events and libraries' messages, " +
			"the grant and redirect URI of the request, and whose authorization server answered",
		Keywords: append([]string{
			"error_description", "grant_type", "redirect_uri", "oauth2:", "_error\"", "_error,",
			"requested scope is invalid", "authorization grant is invalid", "client authentication failed (", "not authorized to request", "not supported by the authorization server",
		}, oauth2Codes()...),
		Run:      runOAuth2,
		Conclude: concludeOAuth2,
	}
}

// oauth2Run is the state of reading one record.
type oauth2Run struct {
	textGathering
	lows   []string // the rows in lower case
	signed bool     // a parameter of OAuth 2.0 or a word for it stands in the record
	codes  []oauth2Code
}

// An oauth2Code is a code that stands in a record, in a key called error or not.
type oauth2Code struct {
	place
	code  string
	known *oauth2Error
	keyed bool
}

func runOAuth2(rec Record, _ time.Time) ([]Fact, []Finding) {
	r := oauth2Run{textGathering: newTextGathering("oauth2"), lows: lowerRows(rec)}
	for i := range rec.Rows {
		if !r.full() {
			r.idents(&rec.Rows[i], i)
			r.errors(&rec.Rows[i], i)
			r.signed = r.signed || hasOAuth2Sign(r.lows[i])
		}
	}
	_, described := firstFact(r.facts, "oauth2.error_description")
	if len(r.codes) == 0 && !described {
		r.sentences(rec)
	}
	hits := make([]place, 0, 4)
	for _, c := range r.codes {
		row := &rec.Rows[c.row]
		if c.known == nil && !(c.keyed && r.signed) || c.known != nil && c.known.general && !c.keyed && !r.signed {
			continue
		}
		r.fact(row, "oauth2.error", c.code, c.start, c.end)
		hits = append(hits, c.place)
		if !described {
			if text, from, to := descriptionBehind(row.Text, c.start, c.end); text != "" {
				r.fact(row, "oauth2.error_description", text, from, to)
			}
		}
		if c.known != nil {
			r.find(c.code+": "+c.known.meaning, map[string]string{"error": c.code}, row.Start+c.start, row.Start+c.end)
		}
	}
	if len(hits) > 0 || described {
		r.provider(rec, hits)
	}
	return r.facts, r.findings
}

// idents reads the parameters and codes with an underscore in one row.
func (r *oauth2Run) idents(row *Row, i int) {
	low := r.lows[i]
	for at := 0; ; {
		start, end := nextIdent(low, at)
		if start < 0 {
			return
		}
		at = end
		switch ident := low[start:end]; ident {
		case "error_description":
			r.signed = true
			if p, ok := value(row.Text, low, end, true); ok && p.sep != 'w' {
				r.text(row, "oauth2.error_description", clip(p.decoded(), 300), p)
			}
		case "grant_type":
			if p, ok := value(row.Text, low, end, false); ok && p.sep != 'w' {
				r.signed = true
				if v := asciiLower(p.decoded()); isGrant(v) {
					r.fact(row, "oauth2.grant_type", clip(v, 100), p.start, p.end)
				}
			}
		case "redirect_uri":
			if p, ok := value(row.Text, low, end, false); ok && p.sep != 'w' {
				r.signed = true
				if v := p.decoded(); isRedirect(v) {
					r.text(row, "oauth2.redirect_uri", clip(v, 300), p)
				}
			}
		default:
			known := oauth2Known(ident)
			if known == nil && row.View == clean.Joined {
				known = oauth2Glued(ident)
			}
			if known != nil && len(r.codes) < Max {
				r.codes = append(r.codes, oauth2Code{place{i, start, end}, known.code, known, numbered(low[:start])})
			}
		}
	}
}

// errors reads the keys called error in one row.
func (r *oauth2Run) errors(row *Row, i int) {
	low := r.lows[i]
	for at := 0; len(r.codes) < Max; {
		n := strings.Index(low[at:], "error")
		if n < 0 {
			return
		}
		start, end := at+n, at+n+len("error")
		at = end
		if end < len(low) && isWord(low[end]) || start > 0 && isWord(low[start-1]) && !escapeBefore(low, start) {
			continue
		}
		p, ok := value(row.Text, low, end, false)
		if !ok || p.sep == 'w' {
			continue
		}
		code := strings.TrimRight(asciiLower(p.decoded()), ".:")
		if !looksLikeCode(code) {
			continue
		}
		if known := oauth2Known(code); known != nil {
			// "error: access_denied by the disk" is a sentence.
			if rest := row.Text[p.next:]; !known.general || p.quoted || p.sep == '=' || len(rest) < 2 || rest[0] != ' ' || !letter(rest[1]) {
				r.keyed(i, p, code)
			}
			continue
		}
		if p.open || oauth2Torn(code) {
			continue // a joined view may hold the rest
		}
		r.codes = append(r.codes, oauth2Code{place{i, p.start, p.end}, code, nil, true})
	}
}

// numbered reports whether before ends as Google's error pages begin: "Error
// 403: ".
func numbered(before string) bool {
	before = before[max(0, len(before)-len("error 403: ")):]
	return strings.HasPrefix(before, "error 4") && strings.HasSuffix(before, ": ")
}

// keyed marks the code that stands as the value p of a key called error.
func (r *oauth2Run) keyed(i int, p pair, code string) {
	for c := range r.codes {
		if x := &r.codes[c]; x.row == i && x.start >= p.start && x.end <= p.end && x.code == code {
			x.keyed = true
			return
		}
	}
}

// looksLikeCode reports whether s may be an error code: words of lower-case
// letters joined by underscores.
func looksLikeCode(s string) bool {
	if len(s) < 6 || len(s) > 60 || strings.IndexByte(s, '_') < 1 || strings.HasSuffix(s, "_") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// isGrant reports whether s is a grant type: a word or a URN.
func isGrant(s string) bool {
	switch s {
	case "authorization_code", "refresh_token", "client_credentials", "password", "implicit", "device_code":
		return true
	}
	return strings.HasPrefix(s, "urn:") && strings.IndexByte(s, ' ') < 0
}

// isRedirect reports whether s is a URI of any scheme, as apps have their own.
func isRedirect(s string) bool {
	colon := strings.IndexByte(s, ':')
	if colon < 2 || colon+1 >= len(s) || strings.ContainsAny(s, " <>{}") {
		return false
	}
	for i := 0; i < colon; i++ {
		if c := s[i]; !alphanumeric(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return letter(s[0])
}

// hasOAuth2Sign reports whether low speaks of OAuth 2.0, of OpenID Connect or
// of bearer tokens.
func hasOAuth2Sign(low string) bool {
	for _, s := range [...]string{"oauth2", "oauth 2", "openid", "oidc", "bearer", "org.keycloak", "/oauth/", "oauth.", "authlib", "signet", "omniauth", "/authorize?"} {
		if strings.Contains(low, s) {
			return true
		}
	}
	return false
}

// descriptionBehind reads the sentence with which a library follows a code:
//
//	"invalid_client" "Client authentication failed"    (invalid_grant) Bad Request
//	[invalid_token_response] An error occurred         invalid_grant: Token is not active
//	invalid_grant (Token is not active)
func descriptionBehind(text string, start, end int) (s string, from, to int) {
	rest := text[end:min(len(text), end+600)]
	n := quoteLen(text, end)
	switch {
	case n > 0 && strings.HasPrefix(text[end+n:], " ") && quoteLen(text, end+n+1) == n:
		from = end + n + 1 + n
		to = closing(text[:min(len(text), from+600)], from, text[from-n:from])
	case strings.HasPrefix(rest, ": "):
		from = end + 2
		to = from + sentenceEnd(text[from:])
	case start > 0 && (text[start-1] == '(' && strings.HasPrefix(rest, ") ") || text[start-1] == '[' && strings.HasPrefix(rest, "] ")):
		from = end + 2
		to = from + sentenceEnd(text[from:])
	case strings.HasPrefix(rest, " ("):
		from = end + 2
		if k := strings.IndexByte(text[from:min(len(text), from+300)], ')'); k > 0 {
			to = from + k
		}
	}
	if to <= from || !letter(text[from]) {
		return "", 0, 0
	}
	return clip(oneLine(unescape(text[from:to])), 300), from, to
}

// sentenceEnd returns where the text behind a code ends: at a quotation mark,
// a brace or the row's end.
func sentenceEnd(s string) int {
	s = s[:min(len(s), 300)]
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '`', '{', '}', '<', '\\':
			return i
		case '\'': // an apostrophe stands between letters
			if i == 0 || i+1 == len(s) || !letter(s[i-1]) || !letter(s[i+1]) {
				return i
			}
		}
	}
	return len(s)
}
