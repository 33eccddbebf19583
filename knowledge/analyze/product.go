package analyze

import (
	"strings"
	"sync"
	"time"
)

// productAnalyzer tells which products a record names or stems from.
func productAnalyzer() Analyzer {
	return Analyzer{
		Name: "product",
		Doc: "Which products a text names or whose log it is, in which version, in the cloud or on one's own machines, " +
			"and by what one sees that Atlassian's code was involved.",
		Keywords: productKeywords(),
		Run:      runProduct,
	}
}

var productLexicon = sync.OnceValue(func() *lexicon { return newLexicon(productPhrases()) })

// runProduct goes through the rows twice: once for what stands there by
// itself, then for what means something only beside it ("aha", "self-hosted").
func runProduct(rec Record, _ time.Time) ([]Fact, []Finding) {
	p := productReader{gathering: gathering{analyzer: "product"}, strongest: len(signStrength)}
	lex := productLexicon()
	for _, row := range rec.Rows {
		p.row = row
		lex.scan(row.Text, p.hit)
	}
	for _, h := range p.later {
		p.row = h.row
		p.settle(h)
	}
	if p.strongest < len(signStrength) {
		p.add("product.atlassian", signStrength[p.strongest], p.sign.start, p.sign.end)
	}
	return p.facts, p.findings
}

// signStrength lists the values of product.atlassian, strongest first.
var signStrength = [...]string{"package", "path", "header", "applink", "product"}

const (
	byPackage = iota
	byPath
	byHeader
	byApplink
	byProduct
)

type productReader struct {
	gathering
	row       Row
	strongest int // index into signStrength of the strongest sign so far
	sign      struct{ start, end int }
	later     []productHit
	aha       bool // a word of Aha!'s surroundings stands in the record
	atlassian bool // an Atlassian product is named
	other     bool // only some other product is named
}

type productHit struct {
	row        Row
	id         int
	start, end int
}

func (p *productReader) hit(id, start, end int) {
	text, at := p.row.Text, p.row.Start
	m := productGroups[id].meaning
	if m.refuse != nil && m.refuse(text, start, end) || isAtlassian(m.name) && isDocumentation(text, start, end) {
		return
	}
	if m.later {
		// Bounded: a text of nothing but such words says no more after a while.
		if len(p.later) < 4*Max {
			p.later = append(p.later, productHit{p.row, id, start, end})
		}
		return
	}
	p.state(m, start+at, end+at)
	if m.aha {
		p.aha = true
	}
	if m.name != "" && m.log == "" && !m.library {
		p.qualify(m.name, start, end)
	}
}

// state records what a meaning says, read at [start, end) of the document.
func (p *productReader) state(m meaning, start, end int) {
	p.add("product.name", m.name, start, end)
	p.add("product.log", m.log, start, end)
	p.add("product.deployment", m.deployment, start, end)
	if m.name != "" {
		if isAtlassian(m.name) {
			p.atlassian = true
			p.strengthen(byProduct, start, end)
		} else {
			p.other = true
		}
	}
	if m.sign >= 0 {
		p.strengthen(m.sign, start, end)
	}
}

func (p *productReader) strengthen(sign, start, end int) {
	if sign < p.strongest {
		p.strongest = sign
		p.sign.start, p.sign.end = start, end
	}
}

// settle decides a hit that depends on the rest of the record.
func (p *productReader) settle(h productHit) {
	m := productGroups[h.id].meaning
	start, end := h.start+h.row.Start, h.end+h.row.Start
	switch {
	case m.name == "aha":
		if isAha(h.row.Text, h.start, h.end, p.aha) {
			p.state(m, start, end)
		}
	case m.name == "crowd" && m.log == "":
		if isCrowd(h.row.Text, h.start, h.end, p.atlassian) {
			p.state(m, start, end)
			p.qualify(m.name, h.start, h.end)
		}
	case m.log == "crowd":
		// Every Atlassian product embeds Crowd's packages for its directories.
		if p.count("product.log") == 0 {
			p.state(m, start, end)
		}
	case m.deployment != "":
		if p.atlassian || !p.other {
			p.state(m, start, end)
		}
	}
}

// isAtlassian reports whether a product comes from Atlassian.
func isAtlassian(name string) bool {
	switch name {
	case "jira", "confluence", "bitbucket", "bamboo", "crowd", "fisheye", "crucible", "trello", "opsgenie", "statuspage", "sourcetree":
		return true
	}
	return false
}

// qualify reads what follows the name of a product: its edition, its version
// and whether it runs in the cloud ("JIRA Software v8.20.10#820010",
// "Bitbucket Data Center 8.9.2", "jira cloud").
func (p *productReader) qualify(name string, start, end int) {
	text, at := p.row.Text, p.row.Start
	i := end
	if foldedPrefix(text[start:end], "jsm") {
		name = serviceManagement
	}
	for range 5 {
		next := skip(text, i, " \t-_(:/,*`'\"")
		word, known := editionAt(text[next:])
		if !known {
			i = next
			break
		}
		i = next + len(word.text)
		if name == "jira" && strings.HasPrefix(word.text, "service") {
			name = serviceManagement
		}
		if word.deployment != "" && (isAtlassian(name) || name == serviceManagement) {
			p.add("product.deployment", word.deployment, start+at, i+at)
		}
	}
	if deployed := text[:start]; (isAtlassian(name) || name == serviceManagement) && (foldedSuffix(deployed, "cloud ") || foldedSuffix(deployed, "cloud-")) {
		p.add("product.deployment", "cloud", start-len("cloud ")+at, end+at)
	}
	// A directory or a path of a REST resource has a version of its own.
	if i < len(text) && (start == 0 || text[start-1] != '/') {
		if v, from, to := versionAt(text, i); v != "" {
			p.add("product.version", name+" "+v, from+at, to+at)
		}
	}
}

// serviceManagement has versions of its own beside those of the Jira that it
// runs in.
const serviceManagement = "jira service management"

type edition struct{ text, deployment string }

// editions are the words that may stand between a product and its version.
var editions = [...]edition{
	{"project management", ""}, {"service management", ""}, {"servicedesk", ""}, {"service desk", ""}, {"software", ""}, {"core", ""}, {"work management", ""},
	{"data center", "datacenter"}, {"data centre", "datacenter"}, {"datacenter", "datacenter"}, {"server", "datacenter"},
	{"dc", "datacenter"}, {"serveur", "datacenter"}, {"servidor", "datacenter"}, {"сервер", "datacenter"},
	{"サーバー", "datacenter"}, {"サーバ", "datacenter"}, {"服务器", "datacenter"}, {"伺服器", "datacenter"}, {"서버", "datacenter"},
	{"cloud", "cloud"}, {"クラウド", "cloud"}, {"云", "cloud"}, {"雲端", "cloud"}, {"클라우드", "cloud"}, {"облач", "cloud"}, {"nuage", "cloud"},
	{"enterprise", ""}, {"edition", ""}, {"community", ""}, {"premium", ""}, {"ce", ""}, {"ee", ""},
	{"version", ""}, {"versión", ""}, {"versão", ""}, {"versione", ""}, {"verze", ""}, {"wersja", ""}, {"версия", ""},
	{"バージョン", ""}, {"版本", ""}, {"버전", ""}, {"release", ""}, {"ver.", ""}, {"ver", ""}, {"v.", ""}, {"lts", ""},
}

func editionAt(text string) (edition, bool) {
	for _, e := range editions {
		if foldedPrefix(text, e.text) {
			last := e.text[len(e.text)-1]
			if letter(last) && len(text) > len(e.text) && letter(text[len(e.text)]) {
				continue
			}
			return e, true
		}
	}
	return edition{}, false
}

// versionAt reads a version of two or three numbers at i, perhaps after a v.
// What looks like an address, a date or a time is none.
func versionAt(text string, i int) (version string, from, to int) {
	if lowerByte(text[i]) == 'v' {
		i++
	}
	from, to = i, i
	parts := 0
	for parts < 5 {
		end := digitsEnd(text, to)
		if end == to || end-to > 4 || (parts > 0 && end-to == 4 && (text[to:to+2] == "19" || text[to:to+2] == "20")) {
			return "", 0, 0
		}
		to = end
		parts++
		if to+1 < len(text) && text[to] == '.' && digit(text[to+1]) {
			to++
			continue
		}
		break
	}
	if parts < 2 || parts > 3 || (to < len(text) && (contains(":%@", text[to]) || letter(text[to]))) {
		return "", 0, 0
	}
	return text[from:to], from, to
}

// isCrowd tells the product from a crowd of people.
func isCrowd(text string, start, end int, atlassian bool) bool {
	after := text[end:]
	if foldedPrefix(after, " of ") || foldedPrefix(after, "-sourc") || foldedPrefix(after, "-fund") {
		return false
	}
	if foldedPrefix(after, ".properties") || foldedPrefix(after, " server") || foldedPrefix(after, " sso") ||
		foldedPrefix(after, "/console") || foldedPrefix(after, "/rest") {
		return true
	}
	before := text[:start]
	if text[start] == 'C' && !opensSentence(before) {
		return true // in the middle of a sentence only a name has a capital
	}
	return !foldedSuffix(before, "a ") && (atlassian || !foldedSuffix(before, "the "))
}

// isGoPath reports whether github.com is part of the path of a Go package or
// source file, which says nothing of GitHub being called.
func isGoPath(text string, start, end int) bool {
	if !foldedPrefix(text[end:], ".com/") || (start >= 1 && text[start-1] == '@') || foldedSuffix(text[:start], "://") ||
		foldedSuffix(text[:start], "://www.") {
		return false
	}
	token := text[end:]
	if i := strings.IndexAny(token, " \t\"'"); i >= 0 {
		token = token[:i]
	}
	return strings.Contains(token, ".go") || strings.Contains(token, "(*") || strings.Contains(token, "@v") ||
		strings.HasSuffix(text[:start], "/mod/") || strings.HasSuffix(text[:start], "/src/") || strings.HasSuffix(text[:start], "/vendor/")
}

// isGitHubElsewhere reports whether the name only stands in the path of a Go
// package or the group of a Java one (com.github.someone).
func isGitHubElsewhere(text string, start, end int) bool {
	if foldedPrefix(text[end:], ".") && (foldedSuffix(text[:start], "com.") || foldedSuffix(text[:start], "io.")) {
		return true
	}
	return isGoPath(text, start, end)
}

// isMicrosoftElsewhere reports whether the name is that of a web server or of
// .NET, or the domain of somebody's address.
func isMicrosoftElsewhere(text string, start, end int) bool {
	after := text[end:]
	return isMailbox(text, start, end) || foldedPrefix(after, "-iis") || foldedPrefix(after, "-httpapi") || foldedPrefix(after, ".aspnet") ||
		foldedPrefix(after, ".net") || foldedPrefix(after, ".extensions")
}

// isDocumentation reports whether a name is part of a link to one of
// Atlassian's pages, which people add to what they say of anything.
func isDocumentation(text string, start, end int) bool {
	if !foldedPrefix(text[end:], ".atlassian.com") && (start == 0 || !contains("/.-", text[start-1])) {
		return false
	}
	from := start
	for from > 0 && start-from < 128 && !blank(text[from-1]) {
		from--
	}
	link := text[from:min(len(text), end+len(".atlassian.com"))]
	if !strings.Contains(link, "tlassian.com") {
		return false
	}
	for _, host := range [...]string{"confluence.", "support.", "developer.", "community.", "marketplace.", "jira.", "docs.", "www.", "documentation."} {
		if i := foldedIndex(link, host); i >= 0 && foldedPrefix(link[i+len(host):], "atlassian.com") {
			return true
		}
	}
	return false
}

// isMailbox reports whether a name is the domain of somebody's address.
func isMailbox(text string, start, _ int) bool { return start > 0 && text[start-1] == '@' }

// isGitStash reports whether a stash is the one of git, or a verb.
func isGitStash(text string, start, end int) bool {
	if foldedSuffix(text[:start], "git ") || foldedSuffix(text[:start], "git-") || foldedSuffix(text[:start], "or ") {
		return true
	}
	after := text[end:]
	return foldedPrefix(after, " pop") || foldedPrefix(after, " apply") || foldedPrefix(after, " list") || foldedPrefix(after, " your") || foldedPrefix(after, " them") || foldedPrefix(after, " change") || foldedPrefix(after, "@{")
}

// isRunner reports whether something self-hosted is but a runner of jobs.
func isRunner(text string, _, end int) bool {
	after := skip(text, end, " -")
	return foldedPrefix(text[after:], "runner") || foldedPrefix(text[after:], "agent")
}
