package logline

import "strings"

// cut reads a line whose front is missing, as "…:26,299+0000 Caesium-1-2 WARN
// ServiceRunner [c.a.j.Class] message". A level in capitals with the logger in
// brackets behind it is enough; the time is lost.
func (l *layer) cut(s string, i int) bool {
	limit := min(len(s), i+400)
	n := strings.IndexByte(s[i:limit], '[')
	if n < 6 || !space(s[i+n-1]) {
		return false
	}
	thread := i
	for k, j := 0, i; j < i+n && k < 16; k++ {
		e := token(s, j)
		w := s[j:e]
		if lv := upperLevel(w); lv != "" && e < len(s) {
			if !l.shapeAfter(s, e, false) {
				return false
			}
			l.level, l.format = lv, "cut"
			if atlassianLogger(l.logger) {
				l.format = "atlassian"
			}
			if l.thread == "" {
				l.thread = strings.TrimRight(s[thread:j], " \t")
			}
			return true
		}
		if j == i && timeRest(w) || k > 0 && timeRest(w) && thread == j {
			thread = skip(s, e)
		}
		j = skip(s, e)
	}
	return false
}

// timeRest reports whether w may be the end of a timestamp: digits and the
// signs between them, perhaps behind an ellipsis.
func timeRest(w string) bool {
	w = strings.TrimLeft(strings.TrimPrefix(w, "…"), ".")
	for i := 0; i < len(w); i++ {
		if c := w[i]; !digit(c) && c != ':' && c != ',' && c != '.' && c != '+' && c != '-' && c != 'T' && c != 'Z' {
			return false
		}
	}
	return true
}
