package analyze

import (
	"strconv"
	"strings"
	"sync"
)

// A urlRole is what the words before a URL say it is.
type urlRole uint8

const (
	plainURL   urlRole = iota
	baseURL            // the base URL that an application is configured with
	linkURL            // the URL by which another side links or calls it
	realmURL           // the realm of a challenge, which OAuth fills with the base URL
	requestURL         // the target of a request
)

// roleLexicon holds the words that say what the URL after them is.
var roleLexicon = sync.OnceValue(func() *lexicon {
	list := appendPhrases(nil, "base url|baseurl|base-url|base_url|server.base-url|basis-url|basis url|basisurl|url de base|url base|ベース url|ベースurl|"+
		"基本 url|基本url|基础 url|基础url|基準 url|базов*|기본 url", int(baseURL))
	list = appendPhrases(list, "link*|applink*|application url|application-url|rpc url|rpcurl|display url|displayurl|verknüpfung*|anwendungsverknüpfung*|"+
		"anwendungslink*|anwendungs-url|lien*|enlace*|vínculo*|collegamento|リンク|链接|連結|ссылк*|링크|accessing|accessed|browser|aufgerufen|"+
		"came as|came in|comes in|arrived as|arrives as|incoming|actual*|not match|get&|post&|put&|delete&", int(linkURL))
	list = appendPhrases(list, "realm=|realm\":", int(realmURL))
	list = appendPhrases(list, "get|post|put|delete|curl|request for", int(requestURL))
	return newLexicon(list)
})

// roleOf returns what the bytes before a URL say it is; the nearest word
// counts. Another URL in between ends its reach.
func roleOf(before string) urlRole {
	if i := strings.LastIndex(before, "://"); i >= 0 {
		before = before[i+3:]
	}
	role, at := plainURL, 0
	roleLexicon().scan(before, func(id, _, end int) { role, at = urlRole(id), end })
	if role == realmURL && len(before)-at > 2 || role == requestURL && len(before)-at > 3 {
		return plainURL
	}
	return role
}

// baseSigns are what Tomcat's connector says of the address it is reached by.
type baseSigns struct {
	proxyName, proxyPort, scheme string
	start, end                   int
}

// sign reads, at the head of a word, a connector's attribute or what Jira's
// own diagnostics report ("Mismatched URL Scheme").
func (u *urlReader) sign(i int) {
	text := u.row.Text
	switch rest := text[i:]; lowerByte(text[i]) {
	case 'p':
		if v, end := attribute(rest, "proxyname"); v != "" {
			u.bases.proxyName, u.bases.start, u.bases.end = asciiLower(v), i+u.row.Start, i+end+u.row.Start
		} else if v, end := attribute(rest, "proxyport"); v != "" && digitsEnd(v, 0) == len(v) {
			u.bases.proxyPort, u.bases.start, u.bases.end = v, i+u.row.Start, i+end+u.row.Start
		}
	case 's':
		if v, _ := attribute(rest, "scheme"); v == "http" || v == "https" {
			u.bases.scheme = v
		}
	case 'm':
		if !foldedPrefix(rest, "mismatched url ") {
			return
		}
		kind := rest[len("mismatched url "):]
		for _, k := range [...]struct{ word, value string }{{"scheme", "scheme"}, {"hostname", "host"}, {"host", "host"}, {"port", "port"}, {"context", "path"}} {
			if foldedPrefix(kind, k.word) {
				u.fact(&u.row, "url.base_mismatch", k.value, i, i+len("mismatched url ")+len(k.word))
				return
			}
		}
	}
}

// attribute reads name="value" at the head of text and returns where it ends.
func attribute(text, name string) (value string, end int) {
	if !foldedPrefix(text, name) {
		return "", 0
	}
	i := skip(text, len(name), " ")
	if i >= len(text) || text[i] != '=' {
		return "", 0
	}
	i = skip(text, i+1, " \\\"'“”")
	end = i
	for end < len(text) && end-i < 254 && (alphanumeric(text[end]) || contains(".-_", text[end])) {
		end++
	}
	return text[i:end], end
}

// compare looks for two base URLs of one application that differ: a base URL
// against a link's or another base URL, a realm against the request that it
// answers, and a connector's attributes against any of these.
func (u *urlReader) compare() {
	if len(u.urls) < 2 && u.bases.proxyName == "" && u.bases.proxyPort == "" {
		return
	}
	meaningful := false // a role that another address can contradict
	for i := range u.urls {
		role := roleOf(u.urls[i].before)
		u.urls[i].role = role
		meaningful = meaningful || role == baseURL || role == realmURL
	}
	for i := 0; i < len(u.urls) && meaningful; i++ {
		a := &u.urls[i]
		for j := range u.urls {
			b := &u.urls[j]
			ordered := a.role == baseURL && (b.role == linkURL || b.role == realmURL || b.role == baseURL && i < j) ||
				a.role == realmURL && (b.role == requestURL || b.role == linkURL)
			if ordered && related(a, b) {
				u.differ(a, b)
			}
		}
	}
	c := &u.bases
	if c.proxyName == "" && c.proxyPort == "" {
		return
	}
	for i := range u.urls {
		a := &u.urls[i]
		if a.host == "" || a.host != c.proxyName && a.role != baseURL && a.role != linkURL && a.role != realmURL {
			continue
		}
		b := address{scheme: a.scheme, host: a.host, port: effectivePort(a), start: c.start, end: c.end}
		if c.scheme != "" {
			b.scheme = c.scheme
		}
		if c.proxyPort != "" {
			b.port = c.proxyPort
		}
		if c.proxyName != "" {
			b.host = c.proxyName
		}
		if a.host != b.host && !related(a, &b) {
			continue
		}
		u.differ(a, &b)
	}
}

// related reports whether two addresses are likely of one application: the
// same host, the same first label, or one of them internal. An address may be
// but a scheme ("the link is http://").
func related(a, b *address) bool {
	if a.host == "" || b.host == "" {
		return a.host == b.host
	}
	if a.host == b.host || isPrivateHost(a.host) != isPrivateHost(b.host) {
		return true
	}
	first, _, _ := strings.Cut(a.host, ".")
	second, _, _ := strings.Cut(b.host, ".")
	return first == second && first != "www"
}

// differ states how two addresses of one application differ.
func (u *urlReader) differ(a, b *address) {
	if !strings.HasPrefix(a.scheme, "http") || !strings.HasPrefix(b.scheme, "http") {
		return
	}
	var kinds []string
	if a.scheme != b.scheme {
		kinds = append(kinds, "scheme")
	}
	if a.host != b.host {
		kinds = append(kinds, "host")
	}
	// Ports that follow from the scheme differ with it.
	if effectivePort(a) != effectivePort(b) && (a.scheme == b.scheme || a.port != "" || b.port != "") {
		kinds = append(kinds, "port")
	}
	if a.role != plainURL && b.role != plainURL && a.host != "" && !a.encoded && !b.encoded && !samePath(a, b) {
		kinds = append(kinds, "path")
	}
	if len(kinds) == 0 {
		return
	}
	for _, k := range kinds {
		u.add("url.base_mismatch", k, b.start, b.end)
	}
	what := strings.Join(kinds, ", ")
	u.find("One application is addressed as "+a.String()+" and as "+b.String()+"; they differ in "+what+".",
		map[string]string{"first": a.String(), "second": b.String(), "differ": what}, b.start, b.end)
}

// samePath reports whether the context paths agree. A request's path begins
// with the context path; of others what follows it is cut.
func samePath(a, b *address) bool {
	if b.role == requestURL {
		return strings.HasPrefix(b.path+"/", contextPath(a.path)+"/")
	}
	return contextPath(a.path) == contextPath(b.path)
}

// contextPath cuts a path before what belongs to the application.
func contextPath(path string) string {
	for _, p := range [...]string{"/rest/", "/plugins/", "/secure/", "/login", "/browse/", "/oauth", "/admin", "/wiki/", "/display/", "/projects/"} {
		if i := strings.Index(path, p); i >= 0 {
			path = path[:i]
		} else if whole := p[:len(p)-1]; strings.HasSuffix(p, "/") && strings.HasSuffix(path, whole) {
			path = path[:len(path)-len(whole)]
		}
	}
	return strings.TrimRight(path, "/")
}

func effectivePort(a *address) string {
	switch {
	case a.port != "":
		return a.port
	case a.scheme == "https":
		return "443"
	case a.scheme == "http":
		return "80"
	}
	return ""
}

// String writes the address without user, query and what follows the context
// path.
func (a *address) String() string {
	s := a.scheme + "://" + a.host
	if strings.IndexByte(a.host, ':') >= 0 {
		s = a.scheme + "://[" + a.host + "]"
	}
	if n, err := strconv.Atoi(a.port); err == nil && a.port != "" {
		if !(n == 443 && a.scheme == "https" || n == 80 && a.scheme == "http") {
			s += ":" + a.port
		}
	}
	return s + contextPath(a.path)
}
