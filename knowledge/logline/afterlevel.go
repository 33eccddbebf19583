package logline

import "strings"

// afterLevel reads what stands between the level, which ends at i, and the
// message, and names the format.
func (l *layer) afterLevel(s string, i int) {
	l.end = skip(s, i)
	if at(s, i, ':') {
		if l.end = skip(s, i+1); l.format == "" {
			l.format = l.plain()
		}
		return
	}
	if l.shapeAfter(s, i, false) {
		l.format = "atlassian"
		return
	}
	j := separators(s, i)
	if j >= len(s) {
		l.end = len(s)
		l.name()
		return
	}
	if spring := l.spring(s, j); spring {
		return
	}
	if l.format == "nginx" || l.format == "apache" {
		l.webServer(s, j)
		return
	}
	if s[j] == '[' {
		l.afterBracket(s, j)
		return
	}
	l.end = j
	l.loggerWord(s, j)
	l.name()
}

// afterBracket reads "[thread] logger message", "[logger] (thread) message"
// and "[logger] [thread] message".
func (l *layer) afterBracket(s string, j int) {
	in, e, ok := group(s, j, ']')
	if !ok || len(in) == 0 {
		l.end = j
		l.name()
		return
	}
	in = strings.TrimSpace(in)
	l.end = separators(s, e)
	if dotted(in) {
		l.logger = in
		if at(s, l.end, '(') {
			if th, e2, ok := group(s, l.end, ')'); ok {
				l.thread, l.end = th, skip(s, e2)
			}
		}
		l.name()
		return
	}
	if l.thread != "" && l.logger == "" && identifier(in) {
		l.logger = in
		l.name()
		return
	}
	if l.thread == "" {
		l.thread = in
	}
	if at(s, l.end, '[') {
		if in, e, ok := group(s, l.end, ']'); ok && (identifier(in) || dotted(in) || javaLine(in)) {
			l.logger, l.end = in, separators(s, e)
		}
		l.name()
		return
	}
	if l.request(s, l.end) {
		l.format = "atlassian"
		return
	}
	l.loggerWord(s, l.end)
	l.name()
}

// loggerWord reads a logger that stands without brackets: a class with its
// package, or any name that a separator follows.
func (l *layer) loggerWord(s string, j int) {
	e := token(s, j)
	if e == j {
		return
	}
	w := s[j:e]
	if w == "in" && e < len(s) { // Flask writes "ERROR in app: message"
		if m := token(s, e+1); m > e+2 && s[m-1] == ':' && identifier(s[e+1:m-1]) {
			l.logger, l.format, l.end = s[e+1:m-1], "python", skip(s, m)
			return
		}
	}
	constructor := strings.TrimSuffix(strings.TrimSuffix(w, ".<init>"), ".<clinit>")
	k := separators(s, e)
	sep := k > skip(s, e) || e < len(s) && s[e] == '\t'
	switch {
	case len(constructor) < len(w) && dotted(constructor):
		l.logger, l.end = constructor, k
		return
	case javaName(w):
	case len(w) > 2 && w[len(w)-1] == ':' && (dotted(w[:len(w)-1]) || javaLine(w[:len(w)-1])):
		w = w[:len(w)-1]
		k = skip(s, e)
	case sep && (dotted(w) || identifier(w) || javaLine(w)):
	default:
		return
	}
	if l.stamp.shape == dayMonthShape || l.stamp.shape == monthYear {
		w = methodCut(w)
	}
	l.logger, l.end = w, k
	if e := token(s, k); at(s, e, '\t') && sourceFile(s[k:e]) { // Zap's caller
		l.end = e + 1
	}
	// Fisheye writes the class and method once more: "fisheye.app Class-method - ".
	if e := token(s, k); e > k && e+3 <= len(s) && s[e:e+3] == " - " && (identifier(s[k:e]) || dotted(s[k:e])) {
		l.end = e + 3
		if w == "fisheye.app" {
			l.format = "atlassian"
		}
	}
}

// javaLine reports whether w is a class with a line number, "Class:12".
func javaLine(w string) bool {
	n := strings.LastIndexByte(w, ':')
	if n < 1 || n+1 == len(w) || !identifier(w[:n]) && !dotted(w[:n]) {
		return false
	}
	return number(w[n+1:])
}

// spring reads Spring Boot's "1234 --- [thread] logger : message".
func (l *layer) spring(s string, j int) bool {
	k := j
	for k < len(s) && digit(s[k]) {
		k++
	}
	if k == j || k+5 > len(s) || s[k:k+5] != " --- " {
		return false
	}
	j = skip(s, k+5)
	for at(s, j, '[') { // with an application's name there are two or three
		in, e, ok := group(s, j, ']')
		if !ok {
			break
		}
		l.thread = strings.TrimSpace(in)
		j = skip(s, e)
	}
	l.end, l.format = j, "java"
	e := token(s, j)
	if k := skip(s, e); at(s, k, ':') {
		l.logger, l.end = s[j:e], skip(s, k+1)
	}
	return true
}

// webServer passes over what nginx and Apache write behind the level.
func (l *layer) webServer(s string, j int) {
	for at(s, j, '[') {
		in, e, ok := group(s, j, ']')
		if !ok {
			break
		}
		if strings.HasPrefix(in, "pid ") {
			l.thread = in
		}
		j = skip(s, e)
	}
	if e := token(s, j); e > j+2 && s[e-1] == ':' && digit(s[j]) && strings.IndexByte(s[j:e], '#') > 0 {
		l.thread = s[j : e-1]
		j = skip(s, e)
	}
	l.end = j
}

// plain is the format of a line that gave no logger and no thread.
func (l *layer) plain() string {
	switch {
	case l.stamp.shape == dayMonthShape && l.stamp.frac == '.':
		return "tomcat"
	case l.logger != "" || l.thread != "" && !number(l.thread):
		return "java"
	case l.stamp.shape == slashShape:
		return "go"
	case l.stamp.shape == 0:
		return "level"
	}
	return "plain"
}

// name sets the format when no reader was sure of it.
func (l *layer) name() {
	if l.format != "" {
		return
	}
	if atlassianLogger(l.logger) {
		l.format = "atlassian"
		return
	}
	l.format = l.plain()
}

// atlassianLogger reports whether a logger is one of Atlassian's products, in
// full or with its packages abbreviated.
func atlassianLogger(name string) bool {
	for _, p := range [...]string{"c.a.", "com.atlassian.", "atlassian.", "fisheye.", "crowd."} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}
