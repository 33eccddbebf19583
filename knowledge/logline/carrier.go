package logline

import "strings"

// cri reads "stdout F " behind the time of a container runtime's file
// (Kubernetes' CRI log format: stream, then F for a whole and P for a partial
// line).
func (l *layer) cri(s string, j int) bool {
	if j+9 > len(s) || s[j] != ' ' || s[j+1:j+4] != "std" {
		return false
	}
	if n := s[j+4 : j+8]; n != "out " && n != "err " {
		return false
	}
	k := j + 8
	if s[k] != 'F' && s[k] != 'P' || k+1 < len(s) && s[k+1] != ' ' && s[k+1] != ':' {
		return false
	}
	for k < len(s) && s[k] != ' ' {
		k++
	}
	l.format, l.carrier, l.end = "cri", true, min(k+1, len(s))
	return true
}

// compose reads what docker compose and swarm put in front: "jira-1  | ". A
// word before a bar may as well begin a table's row, so a name without a
// number counts only when what follows is a log line.
func (l *layer) compose(s string, i int) bool {
	e := i
	for e < len(s) && e < i+80 && (wordByte(s[e]) || s[e] == '-' || s[e] == '.' || s[e] == '@') {
		e++
	}
	j := skip(s, e)
	if e == i || !at(s, j, '|') || !at(s, j+1, ' ') || j == e {
		return false
	}
	body := skip(s, j+1)
	if !numbered(s[i:e]) || strings.IndexByte(s[body:], '|') >= 0 {
		if body >= len(s) || !logs(s, body) {
			return false
		}
	}
	l.format, l.carrier, l.end = "compose", true, body
	return true
}

// searched reads what grep puts before a line that it found: "file:",
// "file:12:" or "12:" with -n, "file-12-" for the lines around it. What follows
// must be a timestamp with its date.
func (l *layer) searched(s string, i int) bool {
	limit := min(len(s), i+256)
	for j := i + 1; j < limit && !space(s[j]); j++ {
		if s[j-1] != ':' && s[j-1] != '-' || !digit(s[j]) && s[j] != '[' {
			continue
		}
		stampAt := j
		if s[j] == '[' {
			stampAt++
		}
		if st, _, ok := readStamp(s, stampAt); !ok || st.shape == clockShape {
			continue
		}
		name := strings.TrimRight(s[i:j-1], "0123456789")
		if name != "" && strings.IndexByte(name, '.') < 0 && strings.IndexByte(name, '/') < 0 {
			return false
		}
		l.format, l.carrier, l.end = "grep", true, j
		return true
	}
	return false
}

// logs reports whether a timestamp or a level surely stands at s[i:].
func logs(s string, i int) bool {
	if _, _, ok := readStamp(s, i); ok {
		return true
	}
	var in layer
	switch c := s[i]; {
	case c == '[':
		return in.bracketed(s, i)
	case upper(c):
		return in.capital(s, i)
	case 'a' <= c && c <= 'z':
		return in.lower(s, i)
	}
	return false
}

// numbered reports whether a service's name ends in its replica's number, as
// "jira_1" and "stack_jira.1.abc@node" do.
func numbered(w string) bool {
	if strings.IndexByte(w, '@') > 0 {
		return true
	}
	n := len(w)
	for n > 0 && digit(w[n-1]) {
		n--
	}
	return n > 1 && n < len(w) && len(w)-n <= 3 && (w[n-1] == '-' || w[n-1] == '_') && w[0] >= 'a'
}

// klog reads Kubernetes' "E0406 22:10:26.299000       1 file.go:12] message".
func (l *layer) klog(s string, i int) bool {
	if i+22 > len(s) || s[i+5] != ' ' {
		return false
	}
	switch s[i] {
	case 'I':
		l.level = "INFO"
	case 'W':
		l.level = "WARN"
	case 'E':
		l.level = "ERROR"
	case 'F':
		l.level = "FATAL"
	default:
		return false
	}
	m, d := two(s, i+1), two(s, i+3)
	if m < 1 || d < 1 {
		l.level = ""
		return false
	}
	st, j, ok := clock(s, i+5, date{0, m, d}, false, monthShape)
	n := -1
	if ok {
		j = skip(s, j)
		n = strings.IndexByte(s[j:min(len(s), j+120)], ']')
	}
	if n < 0 {
		l.level = ""
		return false
	}
	in := s[j : j+n]
	if k := strings.LastIndexByte(in, ' '); k >= 0 {
		l.thread, in = strings.TrimSpace(in[:k]), in[k+1:]
	}
	l.stamp, l.logger, l.format, l.end = st, in, "klog", skip(s, j+n+1)
	return true
}
