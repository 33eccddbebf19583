package analyze

import "strings"

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
