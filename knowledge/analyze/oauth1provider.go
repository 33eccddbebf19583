package analyze

import (
	"strings"
	"sync"
	"time"
)

// A sign of an OAuth 1.0a provider: whose, and how much it weighs.
type sign struct {
	provider string
	weight   int
}

// The weights of signs. A name in prose weighs least, a name within a host,
// path or package more, code and paths that only the provider has most. A
// realm outweighs all: the provider itself wrote it.
const (
	hinted  = 3
	spoken  = 4
	foreign = 5
	placed  = 7
	owned   = 9
	written = 14
)

// atlassianSigns stand only where Atlassian's code answers or asks, beside those
// that [productGroups] has: packages, paths, headers, words for application link.
var atlassianSigns = [...]string{
	".atlassian.net", "com/atlassian", "atlassian-", "c.a.", "oauth.serviceprovider", "plugins/servlet/oauth",
	"rest/applinks", "jiraissues", "jirafilter", "anwendungsverknÜpfung", "anwendungsverknuepfung", "anwendungsverknupfung",
	// Clients of Jira's OAuth 1.0a.
	"jira-connector", "node-jira-client", "jira-client", "jira-ruby", "jira-python",
}

// atlassianNames are products that one may also just speak of.
var atlassianNames = [...]string{
	"jira", "confluence", "bitbucket", "stash", "bamboo", "fisheye", "crucible", "crowd", "atlassian",
}

// otherNames are providers, and libraries of one provider, by the words that
// name them. Such a word may stand in a host, package or class as well.
var otherNames = [...]struct {
	provider string
	names    []string
}{
	{"xero", []string{"xero", "xeroizer", "xerophp", "xeroerror", "xeroapi", "xero-", "pyxero"}},
	{"magento", []string{"magento", "magento2", "adobe commerce"}},
	{"woocommerce", []string{"woocommerce", "woocommerce_", "wc_api_client", "wc-api", "wc/v"}},
	{"wordpress", []string{"wordpress", "wp-json", "wp-api"}},
	{"twitter", []string{"twitter", "twitteroauth", "twitter4j", "tweepy", "twurl"}},
	{"yahoo", []string{"yahoo", "yahooapis"}},
	{"flickr", []string{"flickr", "flickrapi", "phpflickr"}},
	{"etrade", []string{"etrade", "e*trade", "e-trade", "pyetrade"}},
	{"quickbooks", []string{"quickbooks", "intuit", "ippdotnet", "quickbooks_"}},
	{"tripit", []string{"tripit"}},
	{"liferay", []string{"liferay", "lcsheartbeat"}},
	{"jazz", []string{"jazz", "com.ibm.team", "rational team concert", "doors next"}},
	{"garmin", []string{"garmin", "garminconnect"}},
	{"fitbit", []string{"fitbit"}},
	{"withings", []string{"withings"}},
	{"netsuite", []string{"netsuite"}},
	{"trello", []string{"trello"}},
	{"discogs", []string{"discogs"}},
	{"tumblr", []string{"tumblr"}},
	{"linkedin", []string{"linkedin"}},
	{"evernote", []string{"evernote"}},
	{"dropbox", []string{"dropbox"}},
	{"goodreads", []string{"goodreads"}},
	{"vimeo", []string{"vimeo"}},
	{"openstreetmap", []string{"openstreetmap"}},
	{"mediawiki", []string{"mediawiki", "wikimedia", "mwoauth"}},
	{"schoology", []string{"schoology"}},
	{"bricklink", []string{"bricklink"}},
	{"smugmug", []string{"smugmug"}},
	{"upwork", []string{"upwork", "odesk"}},
	{"usos", []string{"usosapi", "usosweb"}},
	{"moodle", []string{"moodle"}},
	{"canvas", []string{"instructure"}},
	{"immobilienscout24", []string{"immobilienscout24", "immobilienscout"}},
	{"dwolla", []string{"dwolla"}},
	{"mastercard", []string{"mastercard"}},
	{"ravelry", []string{"ravelry"}},
	{"zotero", []string{"zotero"}},
	{"500px", []string{"500px"}},
	{"plurk", []string{"plurk"}},
	{"hattrick", []string{"hattrick"}},
	{"meetup", []string{"meetup"}},
	{"concur", []string{"concursolutions"}},
	{"shapeways", []string{"shapeways"}},
	{"openam", []string{"openam"}},
}

// otherTexts are sentences that only one provider says.
var otherTexts = [...]struct{ provider, text string }{
	{"xero", "failed to validate signature"},
	{"xero", "does not match an expected access token"},
	{"xero", "does not match an expected request token"},
	{"xero", "the organisation for this access token is not active"},
	{"xero", "the access token has not been authorized, or has been revoked by the user"},
	{"magento", "oauth_problem=consumer+key"},
	{"magento", "oauth_problem=consumer key"},
	{"magento", "the consumer key has expired"},
}

// unnamedTexts are signs that somebody other than Atlassian answered, or that
// no Atlassian product asked.
var unnamedTexts = [...]sign{
	{"/oauth/initiate", foreign},
	{"/oauth/request_token", foreign},
	{"/oauth/access_token", foreign},
	{"/oauth/requesttoken", foreign},
	{"/oauth/accesstoken", foreign},
	{"/oauth/getrequesttoken", foreign},
	{"/oauth/token/request", foreign},
	{"/oauth1/", foreign},
	{"/oauth/v1/", foreign},
	{"microsoft-iis", hinted},
	{"devdefined.oauth", hinted},
	{"x-powered-by: php", hinted},
	{"oauth::problem", hinted - 1},
	{"oauth::unauthorized", hinted - 1},
	{`"oauth_problem" =>`, hinted - 1},
}

// providerLexicon is the phrases above and what each is a sign of; the id of a
// phrase is its index in signs.
type providerLexicon struct {
	lex   *lexicon
	signs []sign
}

var providers = sync.OnceValue(func() providerLexicon {
	var l providerLexicon
	var phrases []phrase
	add := func(text, provider string, weight int, open bool) {
		phrases = append(phrases, phrase{text: text, id: len(l.signs), open: open})
		l.signs = append(l.signs, sign{provider, weight})
	}
	for _, s := range atlassianSigns {
		add(s, "atlassian", owned, true)
	}
	for _, p := range productPhrases() {
		if g := productGroups[p.id]; g.sign >= byPackage && g.sign <= byApplink && !g.later && g.refuse == nil {
			add(p.text, "atlassian", owned, p.open)
		}
	}
	for _, s := range atlassianNames {
		// "stash" and "crowd" are English words; "crowded" is no product.
		add(s, "atlassian", spoken, s != "crowd" && s != "stash")
	}
	for _, o := range otherNames {
		for _, s := range o.names {
			add(s, o.provider, foreign, strings.HasSuffix(s, "_") || strings.HasSuffix(s, "-"))
		}
	}
	for _, o := range otherTexts {
		add(o.text, o.provider, owned, true)
	}
	for _, o := range unnamedTexts {
		add(o.provider, "other", o.weight, true)
	}
	l.lex = newLexicon(phrases)
	return l
})

// provider states who answered: of all signs in the record the one that
// weighs most, where distance from the problem takes weight away.
func (r *oauth1Run) provider(rec Record) {
	l := providers()
	best, bestScore := Fact{}, 0
	offer := func(s sign, row *Row, start, end int) {
		score := 10*s.weight - 2*min(rowDistance(rec, r.problem, row), 12)
		if score > bestScore {
			bestScore = score
			best.Value, best.Start, best.End = s.provider, row.Start+start, row.Start+end
		}
	}
	for i := range rec.Rows {
		row := &rec.Rows[i]
		l.lex.scan(row.Text, func(id, start, end int) {
			s := l.signs[id]
			if end-start == len("c.a.") && row.Text[end-1] == '.' && (end == len(row.Text) || !letter(row.Text[end])) {
				return // a company's form of business, not a shortened package
			}
			if (s.weight == spoken || s.weight == foreign && s.provider != "other") && inAddress(row.Text, start, end) {
				s.weight = placed
			}
			offer(s, row, start, end)
		})
	}
	for _, v := range r.voices {
		offer(sign{v.provider, owned}, &rec.Rows[v.row], v.start, v.end)
	}
	for _, f := range r.facts {
		switch f.Name {
		case "oauth1.realm":
			if p := realmProvider(f.Value); p.weight > 0 && 10*p.weight > bestScore {
				bestScore, best.Value, best.Start, best.End = 10*p.weight, p.provider, f.Start, f.End
			}
		case "oauth1.advice":
			// Atlassian's servers give no advice.
			if 10*hinted > bestScore {
				bestScore, best.Value, best.Start, best.End = 10*hinted, "other", f.Start, f.End
			}
		}
	}
	switch {
	case bestScore > 10*hinted:
		r.add("oauth1.provider", best.Value, best.Start, best.End)
	case bestScore > 0:
		// Something in another record may tell more.
		r.add("oauth1.hint", best.Value, best.Start, best.End)
	}
}

// realmProvider reads whose realm it is. A host that tells nothing (Jira may
// stand under any name) is no sign.
func realmProvider(realm string) sign {
	l, found := providers(), sign{}
	l.lex.scan(realm, func(id, _, _ int) {
		if s := l.signs[id]; s.weight > found.weight {
			found = s
		}
	})
	if found.weight > hinted {
		return sign{found.provider, written}
	}
	host := asciiLower(realm)
	if i := strings.Index(host, "://"); i >= 0 {
		host = host[i+3:]
	}
	host, path, _ := strings.Cut(host, "/")
	if strings.HasPrefix(host, "api.") || strings.HasPrefix(path, "api/") {
		return sign{"other", foreign + 1}
	}
	return found
}

// inAddress reports whether text[start:end] is part of a host, path, package
// or class name and not a word of a sentence.
func inAddress(text string, start, end int) bool {
	const joins = `./\:@-_`
	if start > 0 && contains(joins, text[start-1]) {
		return true
	}
	if end >= len(text) {
		return false
	}
	switch c := text[end]; c {
	case '.', ':', '/':
		// A full stop or colon that ends a clause is none.
		return end+1 < len(text) && (alphanumeric(text[end+1]) || text[end+1] == ':' || text[end+1] == '/')
	case '\\', '-', '_':
		return true
	}
	return false
}

// concludeOAuth1 takes the provider from the rest of the paste when the record
// with the problem has no sign of one.
func concludeOAuth1(facts []Fact, _ time.Time) ([]Fact, []Finding) {
	problem, ok := firstFact(facts, "oauth1.problem")
	if !ok {
		return nil, nil
	}
	if _, ok := firstFact(facts, "oauth1.provider"); ok {
		return nil, nil
	}
	best, bestScore := Fact{}, 0
	for _, f := range facts {
		provider, score := "", 0
		switch f.Name {
		case "product.atlassian":
			if provider, score = "atlassian", 3; f.Value == "product" {
				score = 1
			}
		case "product.log":
			if isAtlassian(f.Value) {
				provider, score = "atlassian", 3
			} else if otherProvider(f.Value) {
				provider, score = f.Value, 3
			}
		case "product.name":
			if otherProvider(f.Value) {
				provider, score = f.Value, 3
			}
		case "oauth1.hint":
			// More than an Atlassian product that is only spoken of.
			provider, score = f.Value, 2
		case "url.host", "http.path":
			if abs(f.Start-problem.Start) <= maxApart && isForeignAPI(f) {
				provider, score = "other", 2
			}
		}
		if score > bestScore {
			best, bestScore = Fact{Name: "oauth1.provider", Value: provider, Start: f.Start, End: f.End}, score
		}
	}
	if bestScore == 0 {
		return nil, nil
	}
	return []Fact{best}, nil
}

// maxApart is how far from the problem, in bytes, the address of the request
// may stand that it answers.
const maxApart = 2 << 10

// isForeignAPI reports whether a host or path is that of an API which no
// Atlassian product serves: a host that is called so (api.example.com), a path
// that begins with the API's version (/v2/users).
func isForeignAPI(f Fact) bool {
	if f.Name == "url.host" {
		label, domain, _ := strings.Cut(f.Value, ".")
		return (label == "api" || label == "apis" || label == "openapi" || strings.HasPrefix(label, "api-") || strings.HasSuffix(label, "-api")) &&
			strings.IndexByte(domain, '.') > 0 && !strings.Contains(domain, "atlassian") && !strings.Contains(domain, "bitbucket")
	}
	path := strings.TrimPrefix(f.Value, "/api")
	return len(path) > 3 && path[0] == '/' && path[1] == 'v' && digit(path[2]) && (path[3] == '/' || path[3] == '.')
}

// otherProvider reports whether name is a provider of [otherNames].
func otherProvider(name string) bool {
	for i := range otherNames {
		if otherNames[i].provider == name {
			return true
		}
	}
	return false
}
