package analyze

import (
	"strconv"
	"strings"
	"time"

	"authfix/knowledge/clean"
)

// maxURLs is how many hosts, schemes, ports and addresses of URLs one record
// states, each.
const maxURLs = 32

// urlAnalyzer reads the addresses in a text.
func urlAnalyzer() Analyzer {
	return Analyzer{
		Name: "url",
		Doc: "Scheme, host and port of the URLs in a text; hosts that only an internal network can reach; and two base URLs of one " +
			"application that differ, which breaks what signs or compares URLs.",
		Keywords: []string{"://", "%3a%2f%2f", "%253a%252f%252f", "192.168", "location", "redirect", "intern", "private", "privat", "内网", "内部", "プライベート",
			"proxyname", "proxyport", "mismatched url"},
		Run: runURL,
	}
}

func runURL(rec Record, _ time.Time) ([]Fact, []Finding) {
	u := urlReader{gathering: gathering{analyzer: "url"}}
	for _, row := range rec.Rows {
		u.row = row
		u.read()
	}
	u.compare()
	return u.facts, u.findings
}

type urlReader struct {
	gathering
	row   Row
	urls  []address // the first of them, for comparison
	bases baseSigns
}

// An address is one URL that was read.
type address struct {
	scheme, host string
	port         string // as written, or ""
	path         string // as written, at most 256 bytes
	encoded      bool   // percent-encoded, so that its path was not read
	before       string // the 60 bytes of the row before it
	role         urlRole
	start, end   int // in the document
}

// read goes through one row: to each "://", plain or percent-encoded, belongs
// the scheme before it and the host after it.
func (u *urlReader) read() {
	text := u.row.Text
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ':':
			if i+2 < len(text) && text[i+1] == '/' && text[i+2] == '/' {
				i = u.url(i, i+3, false)
			}
		case '%':
			if rest := text[i:]; foldedPrefix(rest, "%3a%2f%2f") {
				i = u.url(i, i+len("%3a%2f%2f"), true)
			} else if foldedPrefix(rest, "%253a%252f%252f") {
				i = u.url(i, i+len("%253a%252f%252f"), true)
			}
		case '1':
			if i == 0 || !alphanumeric(text[i-1]) && text[i-1] != '.' {
				u.bareAddress(i)
			}
		case 'p', 'P', 's', 'm', 'M':
			if i == 0 || !alphanumeric(text[i-1]) {
				u.sign(i)
			}
		}
	}
}

// url states the URL whose scheme ends at colon and whose host begins at from,
// and returns the last place it read.
func (u *urlReader) url(colon, from int, encoded bool) int {
	text := u.row.Text
	start := colon
	for start > 0 && colon-start < 12 && (letter(text[start-1]) || digit(text[start-1]) || text[start-1] == '+') {
		start--
	}
	// A percent-encoded quote or an escape may touch the scheme.
	scheme := asciiLower(text[start:colon])
	for _, known := range [...]string{"https", "http", "ldaps", "ldap", "wss", "ws", "ssh", "smtp", "imap", "imaps", "jdbc", "git"} {
		if len(scheme) > len(known) && foldedSuffix(scheme, known) && (start > 0 && contains("%\\", text[start-1])) {
			start += len(scheme) - len(known)
			scheme = known
			break
		}
	}
	if scheme == "" || !letter(scheme[0]) {
		return from - 1
	}
	host, port, at, end := authority(text, from)
	a := address{scheme: scheme, host: host, port: port, encoded: encoded, start: start + u.row.Start, end: max(end, from) + u.row.Start}
	if host != "" && !encoded {
		a.path = urlPath(text, end)
	}
	a.before = text[max(0, start-60):start]
	if host != "" && u.row.View == clean.Joined && u.glued(host) {
		return from - 1
	}
	if u.urls == nil {
		u.urls = make([]address, 0, 8)
	}
	if len(u.urls) < maxURLs {
		u.urls = append(u.urls, a)
	}
	if host == "" {
		return from - 1
	}
	if u.count("url.host") < maxURLs {
		u.fact(&u.row, "url.host", host, at, at+len(host))
	}
	if u.count("url.scheme") < maxURLs {
		u.fact(&u.row, "url.scheme", scheme, start, colon)
	}
	if port != "" && u.count("url.port") < maxURLs {
		u.fact(&u.row, "url.port", port, end-len(port), end)
	}
	if isPrivateHost(host) && u.count("url.private") < maxURLs {
		u.fact(&u.row, "url.private", host, at, at+len(host))
	}
	return max(end, from) - 1
}

// glued reports whether a host of a joined view is a known one with the next
// line's first word at its end.
func (u *urlReader) glued(host string) bool {
	for i := range u.facts {
		if f := &u.facts[i]; f.Name == "url.host" && len(f.Value) < len(host) && strings.HasPrefix(host, f.Value) &&
			strings.IndexByte(host[len(f.Value):], '.') < 0 {
			return true
		}
	}
	return false
}

// authority reads host and port at from, past a user's name, which is not
// kept. The host, in lower case and without a trailing dot, stands at at.
func authority(text string, from int) (host, port string, at, end int) {
	// user:password@
	for i := from; i < len(text) && i-from < 256 && !contains("/?# \t\"'<>,;|\\", text[i]); i++ {
		if text[i] == '@' {
			from = i + 1
		}
	}
	at, end = from, from
	if end < len(text) && text[end] == '[' {
		at++
		for end < len(text) && end-from < 64 && text[end] != ']' {
			end++
		}
		if end == len(text) || text[end] != ']' {
			return "", "", from, from
		}
		host = asciiLower(text[from+1 : end])
		end++
	} else {
		for end < len(text) && end-from < 254 && (alphanumeric(text[end]) || contains(".-_*", text[end])) {
			end++
		}
		// A dot, dash or emphasis after a URL belongs to the sentence.
		for end > from && contains(".-_*", text[end-1]) {
			end--
		}
		host = asciiLower(text[from:end])
	}
	if host == "" {
		return "", "", from, from
	}
	colon := end
	switch {
	case colon < len(text) && text[colon] == ':':
		colon++
	case foldedPrefix(text[colon:], "%3a"):
		colon += 3
	case foldedPrefix(text[colon:], "%253a"):
		colon += 5
	default:
		return host, "", at, end
	}
	if e := digitsEnd(text, colon); e > colon && e-colon <= 5 {
		if n, err := strconv.Atoi(text[colon:e]); err == nil && n > 0 && n < 65536 {
			return host, strings.TrimLeft(text[colon:e], "0"), at, e
		}
	}
	return host, "", at, end
}

// urlPath returns the path at i without query, at most 256 bytes.
func urlPath(text string, i int) string {
	if i >= len(text) || text[i] != '/' {
		return ""
	}
	end := i
	for end < len(text) && end-i < 256 && text[end] > ' ' && text[end] < 0x80 && !contains("?#\"'<>[](){},;|\\`*", text[end]) {
		end++
	}
	for end > i+1 && contains(".:!", text[end-1]) {
		end--
	}
	return text[i:end]
}
