package logline

import "strings"

// bracketed reads layers that begin with a bracket: a time, a level, a thread
// with a level behind it, or what kubectl logs --prefix writes.
func (l *layer) bracketed(s string, i int) bool {
	if i+8 <= len(s) && (digit(s[i+1]) || upper(s[i+1])) {
		if st, j, ok := readStamp(s, i+1); ok {
			return l.bracketStamp(s, st, j)
		}
	}
	in, e, ok := group(s, i, ']')
	if !ok || len(in) < 3 || e < len(s) && !space(s[e]) && s[e] != '[' && s[e] != ':' {
		return false
	}
	if strings.HasPrefix(in, "pod/") && strings.Count(in, "/") == 2 {
		l.format, l.carrier, l.end = "kubectl", true, skip(s, e)
		return true
	}
	j := skip(s, e)
	if lv := level(strings.TrimSpace(in)); lv != "" {
		l.level = lv
		if st, k, ok := readStamp(s, j); ok && st.shape != clockShape {
			l.stamp, j = st, k
		}
		if at(s, j, '[') {
			if st, k, ok := readStamp(s, j+1); ok && at(s, k, ']') {
				l.stamp, j = st, k+1
			}
		}
		l.afterLevel(s, j)
		return true
	}
	// [main] ERROR org.example.Class - message
	k := token(s, j)
	if lv := upperLevel(s[j:k]); lv != "" && k < len(s) {
		l.level = lv
		if javaName(in) {
			l.logger = in
		} else {
			l.thread = in
		}
		l.afterLevel(s, k)
		return l.logger != ""
	}
	return false
}

// bracketStamp reads on behind a timestamp in brackets that ends at j. Some
// layouts keep the level inside: Serilog's "[22:10:26 ERR]", Celery's
// "[2023-04-06 22:10:26,299: ERROR/MainProcess]".
func (l *layer) bracketStamp(s string, st stamp, j int) bool {
	l.stamp = st
	if at(s, j, ']') {
		j++
		if j < len(s) && !space(s[j]) && s[j] != '[' && s[j] != ':' {
			return false
		}
		l.header(s, j)
		if l.format == "plain" && strings.HasPrefix(s[l.end:], "PHP ") {
			l.php(s, l.end+4)
		}
		l.carrier = false
		return true
	}
	n := strings.IndexByte(s[j:min(len(s), j+80)], ']')
	if n < 0 {
		return false
	}
	in := strings.TrimLeft(s[j:j+n], ": ")
	w := in
	if k := strings.IndexByte(in, '/'); k > 0 {
		w = in[:k]
		l.thread, l.format = in[k+1:], "python"
	}
	if l.level = level(w); l.level == "" {
		l.thread = ""
		return false
	}
	l.afterLevel(s, j+n+1)
	return true
}

// php reads PHP's own "PHP Fatal error:  …" behind the time.
func (l *layer) php(s string, i int) {
	n := strings.IndexByte(s[i:min(len(s), i+40)], ':')
	if n < 0 {
		return
	}
	switch s[i : i+n] {
	case "Fatal error", "Parse error", "Recoverable fatal error":
		l.level = "FATAL"
	case "Warning":
		l.level = "WARN"
	case "Notice", "Deprecated":
		l.level = "INFO"
	default:
		return
	}
	l.format, l.end = "php", skip(s, i+n+1)
}

// quoted reads a column in quotes, as viewers export to CSV.
func (l *layer) quoted(s string, i int) bool {
	st, j, ok := readStamp(s, i+1)
	if !ok || !at(s, j, '"') || st.shape == clockShape {
		return false
	}
	j++
	if j < len(s) && (s[j] == ',' || s[j] == ';' || s[j] == '\t') {
		j++
	}
	if at(s, j, '"') {
		j++
	}
	l.stamp, l.format, l.carrier, l.end = st, "viewer", true, j
	return true
}

// capital reads layers that begin with a capital letter: the name of a month,
// weekday or level, klog's letter, Ruby's.
func (l *layer) capital(s string, i int) bool {
	if l.klog(s, i) || l.ruby(s, i) {
		return true
	}
	if month(s, i) != 0 || weekday(s, i) {
		st, j, ok := readStamp(s, i)
		if !ok {
			return false
		}
		l.stamp = st
		if st.shape == monthShape {
			return l.rfc3164(s, j)
		}
		return l.afterStamp(s, j)
	}
	e := i
	for e < len(s) && e < i+14 && upper(s[e]) {
		e++
	}
	if e < i+3 || e >= len(s) {
		return false
	}
	lv := upperLevel(s[i:e])
	if k := skip(s, e); at(s, k, '|') && (lv != "" || s[i:e] == "STATUS") {
		return l.wrapper(s, k, lv)
	}
	if lv == "" {
		return false
	}
	return l.levelFirst(s, e, lv)
}

// levelFirst reads layers that begin with a level that ends at e. A bare word
// in capitals is prose unless what follows looks like a log.
func (l *layer) levelFirst(s string, e int, lv string) bool {
	if s[e] == ':' {
		if e+1 < len(s) && !space(s[e+1]) { // Python's default, "ERROR:root:message"
			n := strings.IndexByte(s[e+1:min(len(s), e+100)], ':')
			if n < 1 || !identifier(s[e+1:e+1+n]) && !dotted(s[e+1:e+1+n]) {
				return false
			}
			l.level, l.logger, l.format, l.end = lv, s[e+1:e+1+n], "python", e+n+2
			return true
		}
		l.level, l.format, l.end = lv, "level", skip(s, e+1)
		return true
	}
	j := skip(s, e)
	if j == e {
		return false
	}
	if st, k, ok := readStamp(s, j); ok {
		l.stamp, l.level = st, lv
		l.afterLevel(s, k)
		return true
	}
	if at(s, j, '[') {
		if st, k, ok := readStamp(s, j+1); ok && at(s, k, ']') {
			l.stamp, l.level = st, lv
			l.afterLevel(s, k+1)
			return true
		}
	}
	l.level = lv
	l.afterLevel(s, e)
	padded := j == e+2 && len(lv) == 4 && s[e] == ' ' // to the five letters of ERROR
	dashed := j+1 < len(s) && s[j] == '-' && s[j+1] == ' '
	if l.logger == "" && !padded && !dashed {
		*l = layer{}
		return false
	}
	return true
}

// wrapper reads the Java Service Wrapper's "INFO   | jvm 1    | 2023/04/06
// 22:10:26 | ", whose first bar stands at k.
func (l *layer) wrapper(s string, k int, lv string) bool {
	n := strings.IndexByte(s[k+1:min(len(s), k+40)], '|')
	if n < 0 {
		return false
	}
	st, j, ok := readStamp(s, skip(s, k+n+2))
	if !ok || !at(s, skip(s, j), '|') {
		return false
	}
	l.stamp, l.level, l.format, l.carrier = st, lv, "wrapper", true
	l.end = skip(s, skip(s, j)+1)
	return true
}

// ruby reads "E, [2023-04-06T22:10:26.123456 #1234] ERROR -- prog: message".
func (l *layer) ruby(s string, i int) bool {
	if i+4 > len(s) || s[i+1:i+4] != ", [" {
		return false
	}
	st, j, ok := readStamp(s, i+4)
	if !ok {
		return false
	}
	n := strings.IndexByte(s[j:min(len(s), j+30)], ']')
	if n < 0 {
		return false
	}
	e := skip(s, j+n+1)
	k := token(s, e)
	if l.level = upperLevel(s[e:k]); l.level == "" {
		return false
	}
	l.stamp, l.format, l.end = st, "rails", skip(s, k)
	l.thread = strings.TrimLeft(s[j:j+n], " #")
	if strings.HasPrefix(s[l.end:], "-- ") {
		l.end = skip(s, l.end+3)
		if e := token(s, l.end); e > l.end && s[e-1] == ':' {
			l.logger = s[l.end : e-1]
			l.end = skip(s, e)
		}
	}
	return true
}

// lower reads layers that begin with a small letter: .NET's console, a Bamboo
// build log, logfmt.
func (l *layer) lower(s string, i int) bool {
	e := i + 1
	for e < len(s) && e < i+24 && (wordByte(s[e]) || s[e] == '.') {
		e++
	}
	if e >= len(s) {
		return false
	}
	switch s[e] {
	case '=':
		return l.logfmt(s, i, e)
	case ':':
		return l.dotnet(s, i, e)
	case '[': // journald's, its front cut off: "unit[1234]: "
		in, k, ok := group(s, e, ']')
		if ok && number(in) && at(s, k, ':') && at(s, k+1, ' ') {
			l.logger, l.format, l.carrier, l.end = s[i:e], "journald", true, skip(s, k+1)
			return true
		}
	case '\t':
		if st, j, ok := readStamp(s, e+1); ok && st.shape == dayMonthShape && at(s, j, '\t') {
			l.stamp, l.format, l.end = st, "bamboo", j+1
			if s[i:e] == "error" {
				l.level = "ERROR"
			}
			return true
		}
	case ' ':
		// Tools that begin with a small level and the time.
		if lv := level(s[i:e]); lv != "" {
			if st, j, ok := readStamp(s, skip(s, e)); ok {
				l.stamp, l.level = st, lv
				l.afterLevel(s, j)
				return true
			}
		}
	}
	return false
}

// dotnet reads "fail: Category[0]", the first line of .NET's console format.
func (l *layer) dotnet(s string, i, e int) bool {
	switch s[i:e] {
	case "fail", "warn", "info", "dbug", "trce", "crit":
	default:
		return false
	}
	j := skip(s, e+1)
	k := token(s, j)
	n := strings.IndexByte(s[j:k], '[')
	if n < 1 || s[k-1] != ']' || !dotted(s[j:j+n]) && !identifier(s[j:j+n]) {
		return false
	}
	l.level, l.logger, l.format, l.end = level(s[i:e]), s[j:j+n], "dotnet", skip(s, k)
	return true
}

// jul reads the first line of java.util.logging's two, "Apr 06, 2023 10:10:26
// PM org.example.Class method", whose time ends at j.
func (l *layer) jul(s string, j int) bool {
	j = skip(s, j)
	e := token(s, j)
	if !dotted(s[j:e]) {
		return false
	}
	k := skip(s, e)
	m := token(s, k)
	if k < len(s) && !identifier(strings.Trim(s[k:m], "<>")) {
		return false
	}
	l.format, l.logger, l.end = "jul", s[j:e], skip(s, m)
	return true
}
