package logline

import "strings"

// shapeAfter reads what Atlassian's products write behind the level, which
// ends at i, up to the message:
//
//	Jira, Crowd        WARN user 1330x123x1 session 10.0.0.1 /url [logger] message
//	Confluence, Bamboo WARN [thread] [logger] method message
//
// With sure, what stood before the level shows that the line is Jira's or
// Crowd's, and the fields may be anything, such as "Mail Queue Service" for the
// URL. It changes nothing and reports false when the line has another shape.
func (l *layer) shapeAfter(s string, i int, sure bool) bool {
	if i >= len(s) || !space(s[i]) {
		return false
	}
	j := skip(s, i)
	if at(s, j, '[') {
		in, e, ok := group(s, j, ']')
		if !ok {
			return false
		}
		in = strings.TrimSpace(in)
		k := skip(s, e)
		if at(s, k, '[') && l.stamp.frac != '.' && l.stamp.shape != clockShape {
			name, e2, ok := group(s, k, ']')
			if ok && !dotted(in) && (dotted(name) || javaLine(name) || l.stamp.frac == ',' && identifier(name)) {
				l.thread, l.logger = in, name
				l.end = method(s, skip(s, e2), name)
				return true
			}
		}
		if dotted(in) && l.stamp.frac != '.' && (atlassianLogger(in) || l.stamp.zone && l.stamp.frac == ',') {
			l.logger, l.end = in, skip(s, e)
			return true
		}
		return false
	}
	sure = sure || l.stamp.zone && l.stamp.frac == ',' // comma and zone together are Jira's alone
	previous := ""
	for n := 0; n < 9; n++ {
		e := token(s, j)
		w := s[j:e]
		switch {
		case e >= len(s) || e == j:
			return false
		case sure:
		case n == 0 && userName(w), n > 0 && field(w), n == 2 && requestID(previous) && len(w) < 10:
		default:
			return false
		}
		previous = w
		j = skip(s, e)
		if !at(s, j, '[') {
			continue
		}
		in, e, ok := group(s, j, ']')
		if !ok && dotted(s[j+1:]) { // the line ends inside the logger
			in, e, ok = s[j+1:], len(s), true
		}
		if !ok || !dotted(in) && !(sure && in == "") {
			return false
		}
		l.logger, l.end = in, skip(s, e)
		return true
	}
	return false
}

// userName reports whether w may stand where Jira writes the user: a name, an
// address, or what runs when there is none ("ServiceRunner", "anonymous", "-").
func userName(w string) bool {
	return w[0] != '"' && w[len(w)-1] != ':' && w[len(w)-1] != ',' && len(w) < 256
}

// field reports whether w may be one of Jira's other fields: request id,
// session, addresses, URL.
func field(w string) bool {
	if w == "-" || w[0] == '/' {
		return true
	}
	for i := 0; i < len(w); i++ {
		if digit(w[i]) || w[i] == ':' && i > 0 && i+1 < len(w) {
			return true
		}
	}
	return false
}

// requestID reports whether w is Jira's "1330x123456x1": minute of the day,
// number, concurrent requests.
func requestID(w string) bool {
	x := 0
	for i := 0; i < len(w); i++ {
		if w[i] == 'x' {
			x++
		} else if !digit(w[i]) {
			return false
		}
	}
	return x == 2
}

// method passes over the method that Confluence writes between its logger and
// the message. Only a name in camel case is surely one.
func method(s string, i int, logger string) int {
	if strings.IndexByte(logger, '.') < 0 {
		return i
	}
	e := token(s, i)
	w := s[i:e]
	if e >= len(s) || w == "" || w[0] < 'a' || w[0] > 'z' || !identifier(w) {
		return i
	}
	for k := 1; k < len(w); k++ {
		if upper(w[k]) {
			return skip(s, e)
		}
	}
	return i
}

// request reads Bitbucket's "user @1ABC2x1330x4x0 session 10.0.0.1 "GET /rest
// HTTP/1.1" logger message" behind the thread.
func (l *layer) request(s string, i int) bool {
	j := i
	seen := false
	for n := 0; n < 12 && j < len(s); n++ {
		if s[j] == '"' {
			m := strings.IndexByte(s[j+1:min(len(s), j+2000)], '"')
			if m < 0 || !seen {
				return false
			}
			j = skip(s, j+m+2)
			continue
		}
		e := token(s, j)
		w := s[j:e]
		if seen && javaName(w) && e < len(s) {
			l.logger, l.end = w, skip(s, e)
			return true
		}
		if len(w) > 4 && w[0] == '@' && n < 2 {
			seen = true
		} else if n > 0 && !seen {
			return false
		}
		j = skip(s, e)
	}
	return false
}
