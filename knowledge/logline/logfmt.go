package logline

import "strings"

// logfmt reads a line of key=value pairs whose first key ends at e. It is a
// log line when two of time, level and message are among the first pairs.
func (l *layer) logfmt(s string, i, e int) bool {
	if sl, _ := logfmtKey(s[i:e]); sl == noSlot {
		return false
	}
	start := i
	n := entry{s: s}
	for pairs := 0; pairs < 24; pairs++ {
		sl, rank := logfmtKey(s[i:e])
		from := e + 1
		to := from
		if at(s, from, '"') {
			from++
			to = stringEnd(s, from)
			i = min(to+1, len(s))
		} else {
			for to < len(s) && !space(s[to]) {
				to++
			}
			i = to
		}
		n.take(sl, rank, from, to, true)
		i = skip(s, i)
		e = i
		for e < len(s) && (wordByte(s[e]) || s[e] == '.' || s[e] == '-') {
			e++
		}
		if e == i || !at(s, e, '=') {
			break
		}
	}
	kinds := 0
	for _, sl := range [...]slot{timeSlot, levelSlot, messageSlot} {
		if n.rank[sl] > 0 {
			kinds++
		}
	}
	if kinds < 2 {
		return false
	}
	l.format, l.end = "logfmt", start
	l.stamp, l.level, l.logger, l.thread = n.stamp, n.level, n.logger, n.thread
	if n.rank[messageSlot] > 0 {
		l.hasText, l.end = true, n.from
		l.text = strings.TrimRight(unescape(s[n.from:n.to]), "\r\n")
	}
	return true
}

// logfmtKey says what a key of a logfmt line stands for.
func logfmtKey(key string) (slot, int) {
	switch key {
	case "at":
		return levelSlot, 2
	case "status", "path", "error", "code":
		return noSlot, 0
	}
	return member(key)
}
