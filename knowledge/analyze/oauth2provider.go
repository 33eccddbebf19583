package analyze

import (
	"strings"
	"sync"
	"time"
)

// oauth2Signs are the phrases that tell whose authorization server it is.
var oauth2Signs = [...]struct {
	provider string
	weight   int
	texts    []string
}{
	{"google", owned, []string{
		"accounts.google.com", "oauth2.googleapis.com", "googleapis.com", "google/apiclient", "google_http", "google_service",
		"google-auth", "google.auth", "googleauth", "com.google.api.client", "com.google.auth", "script.google.com", "console.cloud.google.com",
	}},
	{"microsoft", owned, []string{
		"login.microsoftonline.", "login.windows.net", "login.live.com", "aadsts", "graph.microsoft.com", "outlook.office", "sts.windows.net",
		"msal", "microsoft entra", "entra id", "azure ad", "azuread", "microsoft.identity", "com.microsoft.aad", "b2clogin.com",
	}},
	{"github", owned, []string{
		"github.com/login/", "api.github.com", "docs.github.com/apps", "docs.github.com/en/apps", "developer.github.com", "bad_verification_code", "incorrect_client_credentials",
	}},
	{"gitlab", owned, []string{"gitlab.com/oauth", "gitlab.exceptions", "gitlab"}},
	{"atlassian", owned, []string{"auth.atlassian.com", "auth.atlassian.io", "api.atlassian.com", "id.atlassian.com", "/rest/oauth2/latest/"}},
	{"slack", owned, []string{"slack.com/api/", "slack.com/oauth", "slack.com/openid"}},
	{"okta", owned, []string{"okta.com", "oktapreview.com", "okta-emea.com", "com.okta"}},
	{"keycloak", owned, []string{"/protocol/openid-connect", "org.keycloak", "keycloak"}},
	{"bitbucket", owned, []string{"bitbucket.org"}},
	{"auth0", owned, []string{"auth0.com", "auth0"}},
	{"salesforce", owned, []string{"login.salesforce.com", "test.salesforce.com", "my.salesforce.com", "salesforce"}},
	{"google", spoken, []string{"google", "gmail", "g suite", "google workspace"}},
	{"microsoft", spoken, []string{"microsoft", "office 365", "office365", "azure", "entra", "outlook", "exchange online"}},
	{"github", spoken, []string{"github"}},
	{"okta", spoken, []string{"okta"}},
}

var oauth2Lexicon = sync.OnceValue(func() *lexicon {
	var phrases []phrase
	for i, s := range oauth2Signs {
		for _, text := range s.texts {
			phrases = append(phrases, phrase{text: text, id: i, open: s.weight == owned})
		}
	}
	return newLexicon(phrases)
})

// provider states whose server answered: the sign that weighs most, distance
// from the error taken off; "other" when only the address of an unknown one
// stands there.
func (r *oauth2Run) provider(rec Record, hits []place) {
	lex := oauth2Lexicon()
	best, bestScore := Fact{}, 0
	offer := func(provider string, weight int, row *Row, start, end int) {
		if score := 10*weight - 2*min(rowDistance(rec, hits, row), 12); score > bestScore {
			best, bestScore = Fact{"oauth2.provider", provider, row.Start + start, row.Start + end}, score
		}
	}
	for i := range rec.Rows {
		row := &rec.Rows[i]
		lex.scan(row.Text, func(id, start, end int) {
			s := &oauth2Signs[id]
			// github.com/owner/repo is where most libraries live.
			if s.provider == "github" && s.weight == spoken && inAddress(row.Text, start, end) {
				return
			}
			offer(s.provider, s.weight, row, start, end)
		})
		if start, end := endpointHost(r.lows[i]); end > 0 {
			offer("other", hinted, row, start, end)
		}
	}
	if bestScore > 0 {
		r.add(best.Name, best.Value, best.Start, best.End)
	}
}

// endpointHost finds the host of a URL whose path is that of an authorization
// server's endpoint, and not the client's callback.
func endpointHost(low string) (start, end int) {
	for at := 0; ; {
		n := strings.Index(low[at:], "://")
		if n < 0 {
			return 0, 0
		}
		start = at + n + len("://")
		end = start
		for end < len(low) && (alphanumeric(low[end]) || low[end] == '.' || low[end] == '-') {
			end++
		}
		stop := end
		for stop < len(low) && stop < end+200 && low[stop] > ' ' && !contains("\"'<>`|?", low[stop]) {
			stop++
		}
		path := low[end:stop]
		at = start
		if end == start || strings.Contains(path, "callback") || strings.Contains(path, "redirect") || strings.HasPrefix(low[start:], "localhost") {
			continue
		}
		for _, p := range [...]string{"/oauth", "/token", "/authorize", "/connect/", "/openid"} {
			if strings.Contains(path, p) {
				return start, end
			}
		}
	}
}

// rowDistance is how many lines lie between a row and the nearest of hits.
func rowDistance(rec Record, hits []place, row *Row) int {
	nearest := 1 << 20
	for _, p := range hits {
		d := rec.Rows[p.row].First - row.First
		nearest = min(nearest, max(d, -d))
	}
	if len(hits) == 0 {
		return 0
	}
	return nearest
}

// concludeOAuth2 takes the provider from the rest of the paste when the record
// with the error has no sign of one: from a host, else from a product named.
func concludeOAuth2(facts []Fact, _ time.Time) ([]Fact, []Finding) {
	if _, ok := firstFact(facts, "oauth2.error"); !ok {
		return nil, nil
	}
	if _, ok := firstFact(facts, "oauth2.provider"); ok {
		return nil, nil
	}
	best, bestWeight := Fact{}, 0
	for _, f := range facts {
		provider, weight := "", 0
		switch f.Name {
		case "url.host":
			oauth2Lexicon().scan(f.Value, func(id, _, _ int) {
				if s := &oauth2Signs[id]; s.weight == owned {
					provider, weight = s.provider, s.weight
				}
			})
		case "product.name":
			switch f.Value {
			case "google", "microsoft", "github", "gitlab", "okta", "keycloak", "salesforce":
				provider, weight = f.Value, spoken
			}
		}
		if weight > bestWeight {
			best, bestWeight = Fact{"oauth2.provider", provider, f.Start, f.End}, weight
		}
	}
	if bestWeight == 0 {
		return nil, nil
	}
	return []Fact{best}, nil
}
