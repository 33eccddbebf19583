package analyze

import (
	"strings"
	"time"
)

// maxPath bounds a path or Location, in bytes.
const maxPath = 1024

var methods = [...]string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

// request reads a method with its target at i: [GET /users/x], "GET /x
// HTTP/1.1", POST https://host/x, Go's Get "https://host/x".
func (h *httpReader) request(i int) bool {
	text := h.text[i:]
	for _, m := range methods {
		if len(text) < len(m)+2 || lowerByte(text[len(m)-1]) != lowerByte(m[len(m)-1]) {
			continue
		}
		exact := strings.HasPrefix(text, m)
		if !exact && (text[0] != m[0] || text[1:len(m)] != strings.ToLower(m[1:])) {
			continue
		}
		j := skip(text, len(m), "\"'`)]:,")
		k := skip(text, j, " \t\\\"'`<(")
		// Feign: [GET] to [https://…]; Spring: GET request for "https://…".
		for _, filler := range [...]string{"to ", "request for ", "request to ", "on "} {
			if foldedPrefix(text[k:], filler) {
				k = skip(text, k+len(filler), " \\\"'`<([")
				break
			}
		}
		if k == len(m) || k >= len(text) {
			continue
		}
		from := k
		if foldedPrefix(text[k:], "http://") || foldedPrefix(text[k:], "https://") {
			from = k + strings.Index(text[k:], "://") + 3
			for from < len(text) && from-k < maxPath && !contains("/?# \t\"'`<>[](){},;|\\", text[from]) {
				from++
			}
		} else if text[k] != '/' || !exact {
			continue
		}
		to := pathEnd(text, from)
		h.add("http.method", m, i+h.at, i+len(m)+h.at)
		if to > from && text[from] == '/' {
			if path := text[from:to]; !h.joined || !h.glued(path) {
				h.add("http.path", path, i+from+h.at, i+to+h.at)
			}
		} else if from > k {
			h.add("http.path", "/", i+k+h.at, i+from+h.at)
		}
		return true
	}
	return false
}

// glued reports whether a path of a joined view is a known one with the next
// line's first word at its end, which was no part of it.
func (h *httpReader) glued(path string) bool {
	for i := range h.facts {
		if f := &h.facts[i]; f.Name == "http.path" && len(f.Value) < len(path) && strings.HasPrefix(path, f.Value) {
			rest := path[len(f.Value):]
			if 'A' <= rest[0] && rest[0] <= 'Z' || strings.IndexByte(rest, '=') >= 0 {
				return true
			}
		}
	}
	return false
}

// pathEnd returns where the path that begins at from ends: before its query,
// a quote, a bracket or a blank.
func pathEnd(text string, from int) int {
	to := from
	for to < len(text) && to-from < maxPath && !contains("?# \t\"'`<>[](){},;|\\", text[to]) && text[to] > ' ' {
		to++
	}
	for to > from+1 && contains(".:!*", text[to-1]) {
		to--
	}
	return to
}

// method reads "method":"POST" at i.
func (h *httpReader) method(i int) {
	text := h.text[i:]
	if !foldedPrefix(text, "method") {
		return
	}
	j := skip(text, len("method"), " \t\\\"'`=:>[(")
	if j == len("method") || j >= len(text) {
		return
	}
	for _, m := range methods {
		if end := j + len(m); strings.HasPrefix(text[j:], m) && (end == len(text) || !alphanumeric(text[end])) {
			h.add("http.method", m, i+j+h.at, i+end+h.at)
			return
		}
	}
}

// location reads a Location header at i.
func (h *httpReader) location(i int) {
	text := h.text[i:]
	if !foldedPrefix(text, "location") || i > 0 && h.text[i-1] == '-' {
		return
	}
	j := skip(text, len("location"), " \t\\\"'`")
	if j >= len(text) || text[j] != ':' && text[j] != '=' {
		return
	}
	h.target(i, skip(text, j, " \t\\\"'`=:>[<"))
}

// redirect reads "redirected to https://…" at i. What OAuth calls a redirect
// URI is the address a request names, not where an answer points.
func (h *httpReader) redirect(i int) {
	text := h.text[i:]
	if !foldedPrefix(text, "redirect") {
		return
	}
	rest := text[len("redirect"):]
	if rest == "" || rest[0] == '_' || foldedPrefix(rest, "uri") || foldedPrefix(rest, " uri") || foldedPrefix(rest, "-uri") || foldedPrefix(rest, "url") {
		return
	}
	near := rest[:min(len(rest), 24)]
	if k := foldedIndex(near, "http"); k >= 0 && foldedIndex(near[:k], "uri") < 0 {
		h.target(i, len("redirect")+k)
	}
}

// target states the address at h.text[i+j:] as a Location, without its query,
// which may hold secrets.
func (h *httpReader) target(i, j int) {
	text := h.text[i:]
	if j >= len(text) {
		return
	}
	from := j
	switch {
	case foldedPrefix(text[j:], "http://"), foldedPrefix(text[j:], "https://"):
		from = j + strings.Index(text[j:], "://") + 3
	case text[j] != '/':
		return
	}
	if to := pathEnd(text, from); to > from {
		h.add("http.location", text[j:to], i+j+h.at, i+to+h.at)
	}
}

// date reads a Date header at i, in the form of RFC 9110 section 5.6.7.
func (h *httpReader) date(i int) {
	text := h.text[i:]
	if !foldedPrefix(text, "date") || i > 0 && h.text[i-1] == '-' {
		return
	}
	j := skip(text, len("date"), " \t\\\"'`=:>[")
	const layout = "Mon, 02 Jan 2006 15:04:05 GMT"
	if j == len("date") || j+len(layout) > len(text) || text[j+3] != ',' {
		return
	}
	end := j + len(layout)
	if t, err := time.Parse(layout, text[j:end-3]+strings.ToUpper(text[end-3:end])); err == nil {
		h.add("http.date", t.UTC().Format(time.RFC3339), i+j+h.at, i+end+h.at)
	}
}
