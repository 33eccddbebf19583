package redact

import "strings"

// command reads the password of a command line that begins at the anchor.
func command(s *scan, rule, start, end int) {
	t := s.t
	stop := lineEndWithin(t, start, 512)
	name := strings.ToLower(strings.TrimSpace(string(t[start:end])))
	switch name {
	case "sqlplus", "jdbc:oracle:thin:", "convertto-securestring", "machine", "net use", "--oauth2-bearer", "http -a", "https -a":
		if v, ok := s.argument(name, end, stop); ok {
			s.add(rule, v.start, v.end)
		}
		return
	}
	option := func(i int, long, short string) int {
		switch {
		case has(t, i, " "+short+" "):
			return i + len(short) + 2
		case long != "" && (has(t, i, " "+long+" ") || has(t, i, " "+long+"=")):
			return i + len(long) + 2
		case has(t, i, " "+short) && i+len(short)+1 < stop && (t[i+len(short)+1] != '-'):
			return i + len(short) + 1 // -upassword, -ppassword
		}
		return -1
	}
	for i := end - 1; i < stop; i++ {
		if t[i] != ' ' {
			continue
		}
		at, pair := -1, false
		switch name {
		case "curl", "wget":
			if at = option(i, "--user", "-u"); at < 0 {
				at = option(i, "--proxy-user", "-U")
			}
			pair = true
		case "redis-cli":
			at = option(i, "--pass", "-a")
		case "mysql", "mysqldump", "docker login", "sshpass", "az login":
			at = option(i, "", "-p")
			if strings.HasPrefix(name, "mysql") && has(t, i, " -p ") {
				at = -1 // the password is asked for
			}
		default:
			at = option(i, "", "-w")
		}
		if at < 0 || at >= stop {
			continue
		}
		v := value{start: at}
		s.take(&v, false, longest)
		if pair {
			n := strings.IndexByte(string(t[v.start:v.end]), ':')
			if n < 0 {
				continue
			}
			v.start += n + 1
		}
		if w := string(t[v.start:min(v.end, v.start+longest)]); len(w) >= 3 && !spoken(w) {
			s.add(rule, v.start, v.end)
		}
		return
	}
}

// argument reads the password of a command that has it at a place of its own,
// not behind an option. end is where the command's name ends.
func (s *scan) argument(name string, end, stop int) (v value, ok bool) {
	t := s.t
	v.start = blanks(t, end)
	switch name {
	case "convertto-securestring": // [-String] "…"
		if hasFold(t, v.start, "-string ") {
			v.start = blanks(t, v.start+len("-string "))
		}
	case "machine": // .netrc: machine host login user password …
		line := string(t[v.start:stop])
		k := strings.Index(line, " password ")
		if k < 0 || !strings.Contains(line[:k], " login ") && !strings.Contains(line[:k], " account ") {
			return v, false
		}
		v.start = blanks(t, v.start+k+len(" password "))
	case "net use": // net use \\server\share /user:name password
		k := strings.Index(strings.ToLower(string(t[v.start:stop])), "/user:")
		if k < 0 {
			return v, false
		}
		for v.start += k; v.start < stop && t[v.start] != ' '; {
			v.start++
		}
		v.start = blanks(t, v.start)
	}
	s.take(&v, false, longest)
	v.end = min(v.end, max(v.start, stop))
	switch name {
	case "sqlplus", "jdbc:oracle:thin:": // user/password@database
		w := string(t[v.start:max(v.start, v.end)])
		slash, at := strings.IndexByte(w, '/'), strings.LastIndexByte(w, '@')
		if slash < 1 || at < slash {
			return v, false
		}
		v.start, v.end = v.start+slash+1, v.start+at
	case "http -a", "https -a": // user:password
		k := strings.IndexByte(string(t[v.start:max(v.start, v.end)]), ':')
		if k < 1 {
			return v, false
		}
		v.start += k + 1
	}
	if v.end-v.start < 3 || t[v.start] == '-' || t[v.start] == '$' || t[v.start] == '/' {
		return v, false
	}
	return v, !spoken(string(t[v.start:v.end]))
}
