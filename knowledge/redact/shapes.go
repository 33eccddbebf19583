package redact

import (
	"bytes"
	"strings"
)

// shapeSecrets have no literal that every one of them holds: they are found by a
// rare byte and what stands around it.
func shapeSecrets() []Rule {
	return []Rule{
		{Kind: "discord-bot-token", Doc: "Discord bot token: three parts of 24 to 28, 6 and 27 to 38 characters, joined by dots", Revoke: "Reset it under Bot of the application at https://discord.com/developers/applications."},
		{Kind: "entra-client-secret", Doc: "client secret of a Microsoft Entra application, …8Q~…", Revoke: "Delete it under Certificates & secrets of the app registration in the Entra admin centre."},
		{Kind: "url-password", Doc: "password in the address of a server or database, scheme://user:…@host", Revoke: "Change the password, and every place that stores it."},
		{Kind: "url-token", Doc: "token in place of the user in an address, https://…@host", Revoke: "Revoke it where it was issued."},
	}
}

func personal() []Rule {
	return []Rule{{Kind: "email", Doc: "e-mail address", Revoke: "Nothing to revoke: it is personal data, replaced to keep it out of other people's channels.", Personal: true}}
}

// shapes looks for what has no anchor.
func (s *scan) shapes() {
	t := s.t
	s.ats("%40") // before "@", which ends a password that has an encoded one in it
	s.ats("@")
	for i := 0; ; i++ {
		n := bytes.IndexByte(t[i:], '~')
		if n < 0 {
			break
		}
		i += n
		s.entra(i)
	}
	for i := 0; ; i++ {
		n := bytes.IndexByte(t[i:], '.')
		if n < 0 {
			break
		}
		i += n
		if i+7 < len(t) && t[i+7] == '.' && i >= 23 {
			s.discord(i)
		}
	}
	s.cutURL()
	s.blocks()
}

// cutURL reads a password at the end of the text whose host was cut off.
func (s *scan) cutURL() {
	t := s.t
	low := max(0, len(t)-512)
	n := bytes.LastIndex(t[low:], []byte("://"))
	if n < 0 {
		return
	}
	begin := low + n + len("://")
	rest := t[begin:]
	colon := bytes.IndexByte(rest, ':')
	if colon < 1 || bytes.ContainsAny(rest, "@/?# \t\n\r\"'<>`|‹") {
		return
	}
	if v := string(rest[colon+1:]); len(v) >= 6 && !digits(v) && varied([]byte(v)) {
		s.add(s.tab.index["url-password"], begin+colon+1, len(t))
	}
}

// entra: three characters, a digit, Q~, 31 to 34 characters.
func (s *scan) entra(i int) {
	t := s.t
	if i < 5 || t[i-1] != 'Q' || t[i-2] < '0' || t[i-2] > '9' {
		return
	}
	start := i - 5
	for _, c := range t[start : i-2] {
		if !is(c, dotted) && c != '~' {
			return
		}
	}
	stop := trimEnd(t, i+1, s.run(i+1, wide))
	if stop-i > 8 && varied(t[i+1:stop]) {
		s.add(s.tab.index["entra-client-secret"], start, stop)
	}
}

func (s *scan) discord(dot int) {
	t := s.t
	start := dot
	for start > 0 && dot-start < 30 && is(t[start-1], url64) {
		start--
	}
	for k := dot + 1; k < dot+7; k++ {
		if !is(t[k], url64) {
			return
		}
	}
	if n := dot - start; n < 23 || n > 28 || t[start] < 'M' || t[start] > 'O' {
		return
	}
	stop := s.run(dot+8, url64)
	if stop-dot-8 >= 10 && varied(t[start:dot]) && varied(t[dot+8:stop]) {
		s.add(s.tab.index["discord-bot-token"], start, stop)
	}
}

// ats visits every at sign, raw or percent-encoded: it ends the userinfo of a URL,
// or stands in an e-mail address.
func (s *scan) ats(sign string) {
	t := s.t
	floor := 0 // nothing before it is looked at again
	authority := -1
	for i := 0; ; {
		n := bytes.Index(t[i:], []byte(sign))
		if n < 0 {
			return
		}
		at := i + n
		i = at + len(sign)
		if begin, ok := s.authority(floor, at, sign); ok {
			authority = begin
		} else if authority < 0 || bytes.ContainsAny(t[floor:at], "/ \t\n\"'<>") {
			authority = -1
		}
		floor = i
		if authority >= 0 {
			s.userinfo(authority, at, sign)
			continue
		}
		s.email(at, i)
	}
}

// authority returns where the userinfo that ends at at begins.
func (s *scan) authority(floor, at int, sign string) (int, bool) {
	t := s.t
	slashes := "://"
	if sign != "@" {
		slashes = "%3A%2F%2F"
	}
	low := max(floor, at-512)
	n := bytes.LastIndex(t[low:at], []byte(slashes))
	if n < 0 && sign != "@" {
		if n = bytes.LastIndex(t[low:at], []byte("%3a%2f%2f")); n < 0 {
			slashes = "://"
			n = bytes.LastIndex(t[low:at], []byte(slashes))
		}
	}
	if n < 0 {
		return 0, false
	}
	begin := low + n + len(slashes)
	if begin == at || bytes.ContainsAny(t[begin:at], "/?# \t\n\r\"'<>`|‹") {
		return 0, false
	}
	if sign != "@" && slashes != "://" && bytes.Contains(bytes.ToUpper(t[begin:at]), []byte("%2F")) {
		return 0, false
	}
	return begin, true
}

func (s *scan) userinfo(begin, at int, sign string) {
	t := s.t
	info := t[begin:at]
	if bytes.HasPrefix(t[at:], []byte(sign)) && len(info) > 0 {
		colon, width := bytes.IndexByte(info, ':'), 1
		if sign != "@" && colon < 0 {
			colon, width = bytes.Index(bytes.ToUpper(info), []byte("%3A")), 3
		}
		if colon >= 0 {
			if v := string(info[colon+width:]); len(v) >= 1 && !masked(v) && !strings.EqualFold(v, "password") && !strings.EqualFold(v, "pass") {
				s.longer(s.tab.index["url-password"], begin+colon+width, at)
			}
			return
		}
		if v := string(info); len(v) >= 16 && drawn(v) && !strings.Contains(v, "%40") {
			s.add(s.tab.index["url-token"], begin, at)
		}
	}
}

// longer reports t[start:end], in place of a find of rule that begins at start
// too: the password went on behind an at sign in it.
func (s *scan) longer(rule, start, end int) {
	if n := len(s.found); n > 0 && s.found[n-1].Rule == rule && s.found[n-1].Start == start {
		s.found = s.found[:n-1]
	}
	s.add(rule, start, end)
}

// email reads the address around the at sign t[at:next].
func (s *scan) email(at, next int) {
	t := s.t
	start := at
	for start > 0 && at-start < 64 && (is(t[start-1], dotted) || t[start-1] == '+' || t[start-1] == '%' && next-at == 1) {
		start--
	}
	for start < at && (t[start] == '.' || t[start] == '-' || t[start] == '%') {
		start++
	}
	end, label := next, next
	for end < len(t) && end-next < 254 && (is(t[end], alnum) || t[end] == '-' || t[end] == '.') {
		if t[end] == '.' {
			if end == label {
				return
			}
			label = end + 1
		}
		end++
	}
	if label == end && label > next { // a full stop after the address
		end--
		label = next + bytes.LastIndexByte(t[next:end], '.') + 1
	}
	if start == at || label <= next || end-label < 2 || end-label > 24 {
		return
	}
	for _, c := range t[label:end] {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return
		}
	}
	if start >= 3 && has(t, start-3, "://") {
		return // a user of a server: the host is evidence
	}
	switch string(t[start:at]) {
	case "git", "hg", "ssh", "svn", "root", "scm":
		return
	}
	switch strings.ToLower(string(t[label:end])) {
	case "service", "socket", "timer", "mount", "target", "png", "jpg", "svg", "gif", "js", "css", "jar", "java", "go", "py", "ts", "json", "xml", "yaml", "conf", "so":
		return
	}
	s.add(s.tab.index["email"], start, end)
}
