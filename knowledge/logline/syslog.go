package logline

import "strings"

// syslog reads lines that begin with a priority: RFC 5424 when a version
// follows it, else RFC 3164.
func (l *layer) syslog(s string, i int) bool {
	n, j := 0, i+1
	for j < len(s) && j < i+4 && digit(s[j]) {
		n = n*10 + int(s[j]-'0')
		j++
	}
	if j == i+1 || !at(s, j, '>') || n > 191 { // 23 facilities * 8 + 7
		return false
	}
	j++
	if at(s, j, '1') && at(s, j+1, ' ') {
		if !l.rfc5424(s, j+2) {
			return false
		}
	} else {
		st, k, ok := readStamp(s, j)
		if !ok || st.shape == clockShape {
			return false
		}
		l.stamp = st
		l.rfc3164(s, k)
	}
	l.level = severity(n % 8)
	return true
}

// rfc5424 reads time, host, application, process, message id and structured
// data behind the version (RFC 5424 section 6).
func (l *layer) rfc5424(s string, j int) bool {
	if at(s, j, '-') {
		j++
	} else {
		st, k, ok := readStamp(s, j)
		if !ok {
			return false
		}
		l.stamp, j = st, k
	}
	var f [4]string
	for n := range f {
		if !at(s, j, ' ') {
			return false
		}
		e := token(s, j+1)
		f[n] = s[j+1 : e]
		j = e
	}
	if f[1] != "-" {
		l.logger = f[1]
	}
	if f[2] != "-" {
		l.thread = f[2]
	}
	j = skip(s, j)
	if at(s, j, '-') {
		j++
	}
	for at(s, j, '[') {
		k, quoted := j+1, false
		for k < len(s) && (quoted || s[k] != ']') {
			switch s[k] {
			case '\\':
				k++
			case '"':
				quoted = !quoted
			}
			k++
		}
		j = min(k+1, len(s))
	}
	l.format, l.carrier = "syslog", true
	l.end = skip(s, j)
	if strings.HasPrefix(s[l.end:], "\ufeff") {
		l.end += len("\ufeff")
	}
	return true
}

// rfc3164 reads "host tag[pid]: " behind a time that ends at j; without a tag
// the message begins there.
func (l *layer) rfc3164(s string, j int) bool {
	l.carrier = true
	if l.host(s, j, false) {
		if l.format == "" {
			l.format = "syslog"
		}
		return true
	}
	if l.stamp.frac != 0 { // Datadog's time column, or an application's own layout
		l.header(s, j)
		return true
	}
	l.format, l.end = "syslog", skip(s, j)
	return true
}

// tagged reads "host tag[pid]: " behind an ISO time, as journalctl -o
// short-iso, rsyslog and Heroku write. Only a process number makes it sure.
func (l *layer) tagged(s string, j int) bool {
	if l.stamp.shape != isoShape || !at(s, j, ' ') || j+4 > len(s) {
		return false
	}
	if n := strings.Index(s[j:min(len(s), j+160)], "]: "); n < 0 {
		return false
	}
	if !l.host(s, j, true) {
		return false
	}
	l.carrier = true
	return true
}

// host reads an optional host and a tag at s[j:].
func (l *layer) host(s string, j int, sure bool) bool {
	j = skip(s, j)
	for n := 0; n < 2; n++ {
		e := token(s, j)
		if e == j || e-j > 100 {
			return false
		}
		w := s[j:e]
		if w[len(w)-1] == ':' && len(w) > 1 {
			name, pid, ok := tag(w[:len(w)-1])
			if !ok || sure && pid == "" {
				return false
			}
			l.logger, l.end = name, skip(s, e)
			l.format = "syslog"
			if pid != "" {
				l.format = "journald"
			}
			return true
		}
		if !hostName(w) {
			return false
		}
		j = skip(s, e)
	}
	return false
}

// tag splits "unit[pid]".
func tag(w string) (name, pid string, ok bool) {
	if n := strings.IndexByte(w, '['); n > 0 && w[len(w)-1] == ']' {
		w, pid = w[:n], w[n+1:len(w)-1]
	}
	for i := 0; i < len(w); i++ {
		if c := w[i]; !wordByte(c) && c != '-' && c != '.' && c != '@' && c != '/' && c != '(' && c != ')' && c != '\\' {
			return "", "", false
		}
	}
	return w, pid, w != ""
}

func hostName(w string) bool {
	for i := 0; i < len(w); i++ {
		if c := w[i]; !wordByte(c) && c != '-' && c != '.' && c != ':' {
			return false
		}
	}
	return true
}
