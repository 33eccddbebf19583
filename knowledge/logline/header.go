package logline

import "strings"

// stamped reads a layer that begins with a timestamp.
func (l *layer) stamped(s string, i int) bool {
	st, j, ok := readStamp(s, i)
	if !ok {
		return false
	}
	l.stamp = st
	return l.afterStamp(s, j)
}

// afterStamp reads what stands behind a timestamp that ends at j.
func (l *layer) afterStamp(s string, j int) bool {
	if j < len(s) && s[j] != ' ' && s[j] != '\t' && s[j] != '|' && s[j] != ':' && s[j] != ',' && s[j] != ']' && s[j] != '[' {
		return false
	}
	if l.cri(s, j) || l.tagged(s, j) {
		return true
	}
	switch l.stamp.shape {
	case viewerShape:
		l.format, l.carrier, l.end = "viewer", true, skip(s, j)
		return true
	case monthYear:
		if l.jul(s, j) {
			return true
		}
	case dayMonthShape:
		if at(s, j, '\t') { // a Bamboo build log's text is whatever a build prints
			l.format, l.end = "bamboo", j+1
			return true
		}
	}
	l.header(s, j)
	if l.stamp.shape == clockShape && l.stamp.frac == 0 && l.level == "" && l.thread == "" && l.logger == "" {
		return false // "10:23:11 Bob: …" is a chat
	}
	return true
}

// header reads what stands between a timestamp (or, in a cut line, whatever is
// left of it) and the message: level, thread and logger in the order in which
// the known layouts write them.
func (l *layer) header(s string, i int) {
	l.end = separators(s, i)
	if l.level != "" {
		l.afterLevel(s, i)
		return
	}
	mark := l.end
	var brackets [3]string
	n := 0
	for j := mark; j < len(s); j = separators(s, j) {
		if s[j] == '[' && n < len(brackets) {
			in, e, ok := group(s, j, ']')
			if !ok {
				break
			}
			if l.level = bracketLevel(in); l.level != "" {
				l.server(in)
				l.assign(brackets[:n])
				l.afterLevel(s, e)
				return
			}
			brackets[n] = strings.TrimSpace(in)
			n++
			j = e
			continue
		}
		e := token(s, j)
		w := s[j:e]
		if l.piped(s, j) {
			return
		}
		if lv := wordLevel(w); lv != "" && !prose(s, e, w) {
			l.level = lv
			l.assign(brackets[:n])
			l.afterLevel(s, j+levelEnd(w))
			return
		}
		if ch, lv := channel(w); lv != "" {
			l.format, l.level, l.logger, l.end = "monolog", lv, ch, skip(s, e)
			return
		}
		if l.named(s, j, e, brackets[:n]) || l.spread(s, j, brackets[:n]) {
			return
		}
		break
	}
	l.noLevel(s, mark, brackets[:n])
}

// noLevel settles a header in which no level was found.
func (l *layer) noLevel(s string, mark int, brackets []string) {
	l.end = mark
	l.carrier = l.stamp.shape != 0
	l.format = "plain"
	if l.stamp.shape == slashShape {
		l.format = "go"
		if e := token(s, mark); e < len(s) && e-mark > 4 && s[e-1] == ':' && sourceFile(s[mark:e-1]) {
			l.logger, l.end, l.carrier = s[mark:e-1], e+1, false
		}
		return
	}
	if len(brackets) > 0 && dotted(brackets[len(brackets)-1]) {
		l.assign(brackets)
		l.format = "java"
		j := mark
		for range brackets {
			_, j, _ = group(s, separators(s, j), ']')
		}
		l.end = separators(s, j)
	}
}

// assign takes what stood in brackets before the level: a thread, a process or
// a logger.
func (l *layer) assign(brackets []string) {
	for _, b := range brackets {
		switch {
		case javaName(b) && l.logger == "":
			l.logger = b
		case strings.HasPrefix(b, "id="):
			l.thread, l.format = b, "jenkins"
		case strings.HasPrefix(b, "client "):
		case l.thread == "":
			l.thread = b
		}
	}
}

// named reads one word in front of the level, with nothing around it, as
// Python writes its logger and Logback or Crowd a thread.
func (l *layer) named(s string, j, e int, brackets []string) bool {
	w := s[j:e]
	k := separators(s, e)
	if k >= len(s) {
		return false
	}
	le := token(s, k)
	lw := s[k:le]
	lv := wordLevel(lw)
	end := k + levelEnd(lw)
	if s[k] == '[' {
		in, e2, ok := group(s, k, ']')
		if !ok {
			return false
		}
		lv, end = bracketLevel(in), e2
	} else if upperLevel(lw[:levelEnd(lw)]) == "" {
		lv = ""
	}
	if lv == "" || len(w) > 200 {
		return false
	}
	l.assign(brackets)
	l.level = lv
	thread := threadName(w)
	if l.shapeAfter(s, end, thread && l.stamp.frac == ',') {
		if l.thread == "" {
			l.thread = w
		}
		l.format = "atlassian"
		return true
	}
	next := separators(s, end)
	switch {
	case l.stamp.zone && l.stamp.frac == ',': // Jira's, cut off behind the level
		l.thread, l.format, l.end = w, "atlassian", next
		return true
	case pair(w):
		l.afterLevel(s, end)
		return true
	case thread, javaName(s[next:token(s, next)]), l.stamp.frac == '.' && at(s, end, '\t'):
		if l.thread == "" {
			l.thread = w
		}
		l.afterLevel(s, end)
		return true
	}
	if l.end = next; at(s, end, ':') {
		l.end = skip(s, end+1)
	}
	if l.logger == "" {
		l.logger = strings.TrimRight(w, ":")
	}
	if l.stamp.frac == ',' && len(brackets) == 0 {
		l.format = "python"
	}
	l.name()
	return true
}

// threadName reports whether w is rather a thread of a pool, as "exec-12",
// than a logger.
func threadName(w string) bool {
	return digit(w[len(w)-1]) && strings.IndexByte(w, '-') > 0
}

// spread reads a header whose thread holds blanks, as in Jira's and Crowd's:
// "http-nio-8080-exec-2 url: /browse; user: ann WARN ann 600x1x1 … [logger]".
// A level word alone would be prose; with the logger's brackets behind it, or
// after nothing but key=value pairs, it is none.
func (l *layer) spread(s string, i int, brackets []string) bool {
	limit := min(len(s), i+600)
	pairs := true
	for j, n := i, 0; j < limit && n < 24; n++ {
		e := token(s, j)
		w := s[j:e]
		if lv := upperLevel(w[:levelEnd(w)]); lv != "" && j > i {
			after := j + levelEnd(w)
			if after == e && l.shapeAfter(s, e, false) {
				l.level, l.format = lv, "atlassian"
				l.assign(brackets)
				if l.thread == "" {
					l.thread = strings.TrimRight(s[i:j], " \t")
				}
				return true
			}
			if pairs {
				l.level = lv
				l.assign(brackets)
				l.afterLevel(s, after)
				return true
			}
		}
		pairs = pairs && pair(w)
		j = skip(s, e)
	}
	return false
}

// pair reports whether a word in front of a level is a field of some server's
// own, as user@database, pid=12 or a request's id.
func pair(w string) bool {
	return strings.IndexByte(w, '=') > 0 || strings.IndexByte(w, '@') > 0 || len(w) == 36 && w[8] == '-' && w[13] == '-' ||
		len(w) > 2 && w[0] == '[' && w[len(w)-1] == ']'
}

// piped reads NLog's "2023-04-06 22:10:26.2990|ERROR|Logger|message".
func (l *layer) piped(s string, i int) bool {
	if i == 0 || s[i-1] != '|' {
		return false
	}
	n := strings.IndexByte(s[i:min(len(s), i+14)], '|')
	if n < 0 {
		return false
	}
	lv := level(strings.TrimSpace(s[i : i+n]))
	if lv == "" {
		return false
	}
	l.level, l.format, l.end = lv, "java", i+n+1
	if m := strings.IndexByte(s[l.end:min(len(s), l.end+200)], '|'); m > 0 && !strings.Contains(s[l.end:l.end+m], " ") {
		l.logger = s[l.end : l.end+m]
		l.end += m + 1
	}
	return true
}

// server marks the brackets of nginx ("error") and Apache ("core:error").
func (l *layer) server(in string) {
	switch {
	case l.stamp.shape == slashShape:
		l.format = "nginx"
	case l.stamp.shape == weekdayShape:
		l.format = "apache"
		if n := strings.IndexByte(in, ':'); n > 0 {
			l.logger = in[:n]
		}
	}
}

// bracketLevel returns the level in brackets: "ERROR", "core:error",
// "level=error", or Serilog's "22:10:26 ERR".
func bracketLevel(in string) string {
	if len(in) > 40 {
		return ""
	}
	in = strings.TrimSpace(in)
	if n := strings.LastIndexAny(in, ":= "); n >= 0 {
		if in[n] == ' ' && !digit(in[0]) {
			return ""
		}
		in = in[n+1:]
	}
	return level(in)
}

// wordLevel returns the level that a word with its colon stands for.
func wordLevel(w string) string { return level(w[:levelEnd(w)]) }

// levelEnd returns where the letters of a word end.
func levelEnd(w string) int {
	n := 0
	for n < len(w) && n < 14 && letter(w[n]) {
		n++
	}
	if n < len(w) && w[n] != ':' && w[n] != '[' && w[n] != '|' && w[n] != '-' && w[n] != ',' {
		return 0
	}
	return n
}

// prose reports whether a word that is a level's name is rather the message's
// first word: "2023-04-06 22:10:26 Failed", "… information about".
func prose(s string, e int, w string) bool {
	if upperLevel(w[:levelEnd(w)]) != "" {
		return false
	}
	switch w {
	case "error", "warn", "info", "debug", "trace", "fatal", "warning", "err", "crit", "notice", "Error", "Warning", "Information",
		"error:", "warn:", "info:", "debug:", "fatal:", "warning:":
		return false
	}
	return true
}

// channel reads Monolog's "production.ERROR:".
func channel(w string) (name, lv string) {
	if len(w) < 6 || w[len(w)-1] != ':' {
		return "", ""
	}
	n := strings.LastIndexByte(w, '.')
	if n < 1 || n > 60 {
		return "", ""
	}
	return w[:n], upperLevel(w[n+1 : len(w)-1])
}

// separators passes over blanks and one sign between two parts of a header.
func separators(s string, i int) int {
	j := skip(s, i)
	if j+2 < len(s) && s[j:j+3] == "---" {
		return skip(s, j+3)
	}
	if j < len(s) && (s[j] == '-' || s[j] == '|' || s[j] == ':' || s[j] == ',') {
		if s[j] == '|' || j+1 < len(s) && space(s[j+1]) {
			return skip(s, j+1)
		}
	}
	return j
}

// sourceFile reports whether w is a file with a line, as "main.go:12".
func sourceFile(w string) bool {
	n := strings.LastIndexByte(w, ':')
	if n < 3 || n+1 == len(w) || strings.IndexByte(w[:n], '.') < 0 {
		return false
	}
	return number(w[n+1:])
}
