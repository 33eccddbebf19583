package analyze

import (
	"strings"
	"time"

	"authfix/knowledge/clean"
)

// bearerAnalyzer reads WWW-Authenticate challenges (RFC 9110 section 11.6.1)
// and what a Bearer challenge says of the refused token (RFC 6750 section 3).
func bearerAnalyzer() Analyzer {
	return Analyzer{
		Name:     "bearer",
		Doc:      "WWW-Authenticate: which schemes the server asks for, and error, description and scope of a Bearer challenge",
		Keywords: []string{"www-authenticate", "www_authenticate", "wwwauthenticate", "bearer error", "bearer realm", "bearer scope"},
		Run:      runBearer,
	}
}

// maxChallenge bounds the bytes of one header that are read.
const maxChallenge = 2048

func runBearer(rec Record, _ time.Time) ([]Fact, []Finding) {
	g := newTextGathering("bearer")
	for i, low := range lowerRows(rec) {
		if g.full() {
			break
		}
		row := &rec.Rows[i]
		header := false
		for at := 0; at < len(low); {
			start := headerAt(low, at)
			if start < 0 {
				break
			}
			header = true
			at = max(challenges(&g, row, low, start), start)
		}
		if header {
			continue
		}
		// A challenge without the header's name, as libraries print it.
		if n := strings.Index(low, "bearer "); n >= 0 && (n == 0 || !isWord(low[n-1])) {
			for _, p := range [...]string{"error=", `error\=`, "realm=", "scope="} {
				if strings.HasPrefix(strings.TrimLeft(low[n+len("bearer "):], " "), p) {
					challenges(&g, row, low, n)
					break
				}
			}
		}
	}
	return g.facts, g.findings
}

// headerAt returns where the value of the next WWW-Authenticate header begins
// in low[from:], -1 when there is none.
func headerAt(low string, from int) int {
	for {
		n := strings.Index(low[from:], "authenticate")
		if n < 0 {
			return -1
		}
		end := from + n + len("authenticate")
		before := low[:from+n]
		from = end
		if !strings.HasSuffix(before, "www-") && !strings.HasSuffix(before, "www_") && !strings.HasSuffix(before, "www") {
			continue
		}
		i := end
		if k := quoteLen(low, i); k > 0 {
			i += k
		}
		for i < len(low) && contains(" \t:=>[]", low[i]) {
			i++
		}
		for strings.HasPrefix(low[i:], "header") || strings.HasPrefix(low[i:], "is ") || strings.HasPrefix(low[i:], "was ") {
			i += strings.IndexAny(low[i:]+" ", " :")
			i = skip(low, i, " \t:=>[")
		}
		if k := quoteLen(low, i); k > 0 {
			i += k
		}
		if i < len(low) {
			return i
		}
	}
}

// challenges reads the challenges that stand in low from at on and returns
// where they end.
func challenges(g *textGathering, row *Row, low string, at int) int {
	limit := min(len(low), at+maxChallenge)
	scheme := ""
	for i := at; i < limit; {
		if contains(" ,\t", low[i]) || contains("\"'", low[i]) && scheme != "" { // a list of JSON has one challenge in each string
			i++
			continue
		}
		end := i
		for end < limit && (isWord(low[end]) || low[end] == '-') {
			end++
		}
		if end == i {
			return i
		}
		word := low[i:end]
		after := skip(low, end, " \\")
		if after < limit && (low[after] == '=' || strings.HasPrefix(low[after:], `u003d`)) {
			p, ok := value(row.Text[:limit], low[:limit], end, false)
			if !ok {
				return end
			}
			if scheme == "bearer" {
				bearerParameter(g, row, word, p)
			}
			i = p.next
			continue
		}
		if scheme = knownScheme(word); scheme == "" {
			return end
		}
		g.fact(row, "http.challenge", scheme, i, end)
		i = end
	}
	return limit
}

// knownScheme returns the scheme of a challenge, "" for any other word.
func knownScheme(word string) string {
	switch word {
	case "basic", "bearer", "oauth", "negotiate", "ntlm", "digest", "dpop", "hoba", "mutual", "kerberos":
		return word
	}
	return ""
}

// bearerParameter states one parameter of a Bearer challenge.
func bearerParameter(g *textGathering, row *Row, name string, p pair) {
	switch name {
	case "error":
		code := asciiLower(p.decoded())
		if !isIdent(code) || len(code) > 60 || row.View == clean.Joined && g.begun("bearer.error", code) {
			return
		}
		g.fact(row, "bearer.error", code, p.start, p.end)
		if known := oauth2Known(code); known != nil {
			g.find("the resource refused the bearer token with "+code+": "+known.meaning, map[string]string{"error": code}, row.Start+p.start, row.Start+p.end)
		}
	case "error_description":
		g.text(row, "bearer.error_description", clip(p.decoded(), 300), p)
	case "scope":
		g.text(row, "bearer.scope", clip(p.decoded(), 300), p)
	}
}

// begun reports whether a known code begins value: a joined view may have put
// the next line's first word at a code's end.
func (g *gathering) begun(name, value string) bool {
	for i := range g.facts {
		if f := &g.facts[i]; f.Name == name && strings.HasPrefix(value, f.Value) && oauth2Known(f.Value) != nil {
			return true
		}
	}
	return false
}
