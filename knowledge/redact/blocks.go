package redact

import "bytes"

// blockSecrets span lines.
func blockSecrets() []Rule {
	const replace = "Make a new key pair, replace the public key wherever it is trusted, and remove this one."
	return []Rule{
		{Kind: "pem-private-key", Doc: "private key in PEM, whole or cut, also with its lines joined by \\n", Revoke: replace,
			anchors: []string{"PRIVATE KEY"}, exact: true, read: pem},
		{Kind: "der-private-key", Doc: "base64 of a private key without its PEM header", Revoke: replace,
			anchors: []string{"IBAAKCA", "IBADANBgkqhkiG9w0BAQEFAASC", "BgkqhkiG9w0BBQ0", "MHcCAQEEI", "MIGHAgEAMBMGByqGSM49", "b3BlbnNzaC1rZXktdjE"}, exact: true, read: der},
		{Kind: "base64-block", Doc: "lines of base64 without a header that says what they are", Revoke: "If it is a part of a private key, make a new key pair."},
		{Kind: "jwt", Doc: "JSON Web Token, signed or encrypted, whole or cut", Revoke: "It expires by itself; end the session or grant that it belongs to.",
			anchors: []string{"eyJ", "ewog"}, exact: true, read: jwt},
	}
}

// pem reads the body of a private key from either of its border lines.
func pem(s *scan, rule, start, end int) {
	t := s.t
	i := start
	for n := 0; i > 0 && n < 32 && (t[i-1] == ' ' || 'A' <= t[i-1] && t[i-1] <= 'Z' || '0' <= t[i-1] && t[i-1] <= '9'); n++ {
		i--
	}
	stop := end
	for stop < len(t) && (t[stop] == '-' || has(t, stop, " BLOCK")) { // PGP PRIVATE KEY BLOCK
		if t[stop] == ' ' {
			stop += len(" BLOCK")
			continue
		}
		stop++
	}
	switch {
	case hasWord(t, i, "BEGIN ") && stop-end >= 2:
		s.add(rule, stop, s.pemBody(stop))
	case hasWord(t, i, "END "):
		// The header was cut away: the lines of base64 above are the key.
		line := bytes.LastIndexByte(t[:i], '\n') + 1
		first := line
		for n := 0; n < 400 && first > 0; n++ {
			prev := bytes.LastIndexByte(t[:first-1], '\n') + 1
			from, to := base64Tail(t, prev, first-1)
			if to-from < 16 {
				break
			}
			first = prev
			if from > prev && !bytes.Equal(bytes.TrimLeft(t[prev:from], " \t>"), nil) {
				break // the first line stands behind other text
			}
		}
		if first < line {
			end := bytes.IndexByte(t[first:line], '\n') + first
			from, _ := base64Tail(t, first, end)
			s.add(rule, from, line-1)
		}
	}
}

func hasWord(t []byte, i int, w string) bool {
	return has(t, i, w) || has(t, i-len(w), w) || has(t, i+1, w)
}

// pemBody returns where the body that begins at i ends: before the footer, or
// where the text stops looking like base64 lines.
func (s *scan) pemBody(i int) int {
	t := s.t
	limit := min(len(t), i+32<<10)
	last := i
	for j := i; j < limit; {
		c := t[j]
		switch {
		case has(t, j, "-----"):
			return last
		case is(c, base64s):
			k := j
			for k < limit && is(t[k], base64s) && !has(t, k, "-----") {
				k++
			}
			// Words in a row are prose behind a cut key; Proc-Type and DEK-Info lines belong to it.
			if k-j < 16 && k < limit && t[k] == ' ' && !bytes.ContainsAny(t[j:k], "0123456789+/=") {
				return last
			}
			j, last = k, k
		case c == '\\' && j+1 < limit && (t[j+1] == 'n' || t[j+1] == 'r' || t[j+1] == 't' || t[j+1] == '\\'):
			j += 2
		case c == '%' && j+2 < limit && is(t[j+1], hex) && is(t[j+2], hex):
			j += 3
		case c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '>' || c == '|' || c == ':' || c == ',':
			j++
		default:
			return last
		}
	}
	return last
}

// der reads the lines of base64 from one that shows how a private key begins.
func der(s *scan, rule, start, end int) {
	t := s.t
	first := start
	for first > 0 && start-first < 64 && is(t[first-1], base64s) {
		first--
	}
	last := s.run(start, base64s)
	for next := last; ; {
		if next < len(t) && t[next] == '\r' {
			next++
		}
		if next >= len(t) || t[next] != '\n' || last-first > 32<<10 {
			break
		}
		from, to := base64Rest(t, next+1)
		if to-from < 4 {
			break
		}
		last, next = to, to
	}
	if last-first >= 24 {
		s.add(rule, first, last)
	}
}

// base64Line returns the base64 that the line at i consists of, besides blanks
// and quoting marks before it; an empty span when the line has anything else.
func base64Line(t []byte, i int) (from, to int) {
	for i < len(t) && (t[i] == ' ' || t[i] == '\t' || t[i] == '>') {
		i++
	}
	j := i
	for j < len(t) && is(t[j], base64s) && j-i < 200 {
		j++
	}
	if j < len(t) && t[j] != '\n' && t[j] != '\r' {
		return i, i
	}
	return i, j
}

// base64Tail returns the base64 that the line t[line:end] ends with, at most 200
// bytes.
func base64Tail(t []byte, line, end int) (from, to int) {
	if end > line && t[end-1] == '\r' {
		end--
	}
	from = end
	for from > line && t[from-1] == '=' && end-from < 2 {
		from--
	}
	for from > line && end-from < 200 && is(t[from-1], base64s) && t[from-1] != '=' {
		from--
	}
	return from, end
}

// base64Rest is base64Line, but text may follow sixteen bytes of base64 with a
// digit in them, as it does where a paste goes on behind a key.
func base64Rest(t []byte, i int) (from, to int) {
	if from, to = base64Line(t, i); from < to {
		return from, to
	}
	to = from
	for to < len(t) && is(t[to], base64s) && to-from < 200 {
		to++
	}
	if to-from < 16 || !shuffled(t[from:to]) {
		return from, from
	}
	return from, to
}

// blocks finds two or more lines of one length, as PEM and MIME wrap base64,
// that no header above them calls public.
func (s *scan) blocks() {
	t := s.t
	for line := 0; line < len(t); {
		end := lineEnd(t, line)
		if end-line < 60 {
			line = end + 1
			continue
		}
		from, to := base64Tail(t, line, end)
		n := to - from
		if n != 60 && n != 64 && n != 70 && n != 72 && n != 76 || !varied(t[from:to]) || !shuffled(t[from:to]) {
			line = end + 1
			continue
		}
		last, next, lines := to, end+1, 1
		for next < len(t) {
			a, b := base64Rest(t, next)
			if b-a == 0 || b-a > n || !bytes.ContainsAny(t[a:b], "0123456789+/=ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				break
			}
			last, lines = b, lines+1
			next = lineEnd(t, b) + 1
			if b-a < n || b < len(t) && t[b] != '\n' && t[b] != '\r' {
				break
			}
		}
		if lines > 1 && !s.public(line) {
			s.add(s.tab.index["base64-block"], from, last)
		}
		line = next
	}
}

// shuffled reports whether b mixes cases and digits as base64 of binary data does
// and paths and hexadecimal do not.
func shuffled(b []byte) bool {
	var upper, lower, digit int
	for _, c := range b {
		switch {
		case 'A' <= c && c <= 'Z':
			upper++
		case 'a' <= c && c <= 'z':
			lower++
		case '0' <= c && c <= '9':
			digit++
		}
	}
	return upper*8 > len(b) && lower*8 > len(b) && digit > 0
}

// public reports whether the line above i is the header of a certificate, a
// request or a public key.
func (s *scan) public(i int) bool {
	if i == 0 {
		return false
	}
	above := s.t[bytes.LastIndexByte(s.t[:i-1], '\n')+1 : i-1]
	return bytes.Contains(above, []byte("BEGIN")) && !bytes.Contains(above, []byte("PRIVATE")) ||
		bytes.Contains(above, []byte("ertificate")) || bytes.HasPrefix(above, []byte("ssh-"))
}

// jwt reads the parts of a token, also where a line break cuts it.
func jwt(s *scan, rule, start, end int) {
	t := s.t
	if !s.starts(start) {
		return
	}
	stop := s.run(start, dotted)
	for range 64 {
		// A token fills its line up to a hard wrap; then the next line begins with more of it.
		next := stop
		if next < len(t) && t[next] == '\r' {
			next++
		}
		if next >= len(t) || t[next] != '\n' || bytes.Count(t[start:stop], []byte(".")) >= 2 && stop-bytes.LastIndexByte(t[:stop], '.') > 43 {
			break
		}
		i := next + 1
		for i < len(t) && (t[i] == ' ' || t[i] == '>' || t[i] == '\t') {
			i++
		}
		j := i
		for j < len(t) && is(t[j], dotted) {
			j++
		}
		if j-i < 12 || !varied(t[i:j]) || !shuffled(t[i:min(j, i+64)]) || j < len(t) && (t[j] == ':' || t[j] == '(') {
			break
		}
		stop = j
	}
	stop = trimEnd(t, start, stop)
	if n := stop - start; n < 16 || !varied(t[start:stop]) || t[start+1] == 'w' && n < 40 {
		return
	}
	s.add(rule, start, stop)
}
