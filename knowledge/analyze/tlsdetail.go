package analyze

import (
	"strings"
	"time"

	"authfix/knowledge/clean"
)

// validity reads what follows "certificate has expired": Go's current time and
// bound, or Java's "NotAfter: Fri Jun 30 14:00:00 UTC 2023", which the scan
// meets by itself.
func (t *tlsReader) validity(_, end int) {
	text := t.row.Text
	window := text[end:min(len(text), end+160)]
	k := foldedIndex(window, "current time ")
	if k < 0 {
		return
	}
	current, n := certificateTime(window[k+len("current time "):])
	if n == 0 {
		return
	}
	rest := k + len("current time ") + n
	for _, side := range [...]struct{ word, fact, failure string }{
		{" is after ", "tls.not_after", "expired"}, {" is before ", "tls.not_before", "not-yet-valid"},
	} {
		if !foldedPrefix(window[rest:], side.word) {
			continue
		}
		from := rest + len(side.word)
		bound, n := certificateTime(window[from:])
		if n == 0 {
			return
		}
		t.fact(&t.row, "tls.failure", side.failure, end+rest+1, end+from+n)
		t.fact(&t.row, side.fact, canonicalTime(bound), end+from, end+from+n)
		t.judge("The certificate", side.fact, bound, current, "the client checked it", end+from+t.row.Start, end+from+n+t.row.Start)
	}
}

// validFor reads Go's "certificate is valid for a.example, not b.example".
func (t *tlsReader) validFor(_, end int) {
	text := t.row.Text
	i := skip(text, end, " ")
	from := i
	for i < len(text) && i-from < 254 && (alphanumeric(text[i]) || contains(".-_*:", text[i])) {
		i++
	}
	if i > from {
		t.fact(&t.row, "tls.subject", text[from:i], from, i)
	}
}

// bound states the time that follows a label that ends at end. Labels are
// everyday words, so only a date in a form of certificates counts.
func (t *tlsReader) bound(name string, end int) {
	text := t.row.Text
	i := skip(text, end, " \t\"'=:[")
	if i == end || i-end > 12 || t.tries >= 2*Max {
		return
	}
	t.tries++
	at, n := certificateTime(text[i:])
	if n == 0 || !t.ofCertificate(end) {
		return
	}
	t.fact(&t.row, name, canonicalTime(at), i, i+n)
	t.judge("The certificate", name, at, t.when, t.whenIs, i+t.row.Start, i+n+t.row.Start)
}

// ofCertificate tells a certificate's dates from those of a token or a SAML
// assertion, which have names like them.
func (t *tlsReader) ofCertificate(end int) bool {
	text := t.row.Text
	window := text[max(0, end-200):min(len(text), end+120)]
	for _, other := range [...]string{"condition", "saml", "assertion", "notonorafter", "token", "jwt"} {
		if foldedIndex(window, other) >= 0 {
			return false
		}
	}
	return t.speaksOfCertificates()
}

// speaksOfCertificates reports whether the record is about certificates at
// all. It is worked out once.
func (t *tlsReader) speaksOfCertificates() bool {
	if t.about == 0 {
		t.about = -1
		subject, issuer := false, false
		for _, row := range t.rows {
			for _, w := range [...]string{"cert", "zertif", "x509", "ssl", "tls", "notafter", "not after", "keystore", "证书", "證書", "証明書", "인증서", "сертификат"} {
				if foldedIndex(row.Text, w) >= 0 {
					t.about = 1
					return true
				}
			}
			subject = subject || foldedIndex(row.Text, "subject") >= 0
			issuer = issuer || foldedIndex(row.Text, "issuer") >= 0
		}
		if subject && issuer {
			t.about = 1
		}
	}
	return t.about > 0
}

// judge finds that a certificate was out of its validity, and by how much.
func (t *tlsReader) judge(what, bound string, at, when time.Time, whenIs string, start, end int) {
	gap := when.Sub(at)
	switch {
	case bound == "tls.not_after" && gap > 0 && whenIs == "now":
		t.find(what+" expired "+spell(gap)+" ago.",
			map[string]string{"not_after": canonicalTime(at), "compared_with": canonicalTime(when)}, start, end)
	case bound == "tls.not_after" && gap > 0:
		t.find(what+" expired "+spell(gap)+" before "+whenIs+".",
			map[string]string{"not_after": canonicalTime(at), "compared_with": canonicalTime(when)}, start, end)
	case bound == "tls.not_before" && gap < 0 && whenIs == "now":
		t.find(what+" becomes valid only in "+spell(gap)+".",
			map[string]string{"not_before": canonicalTime(at), "compared_with": canonicalTime(when)}, start, end)
	case bound == "tls.not_before" && gap < 0:
		t.find(what+" becomes valid "+spell(gap)+" after "+whenIs+".",
			map[string]string{"not_before": canonicalTime(at), "compared_with": canonicalTime(when)}, start, end)
	}
}

// name states the distinguished name that follows "subject" or "issuer", as
// openssl, curl and keytool print it.
func (t *tlsReader) name(fact string, end int) {
	text := t.row.Text
	i := skip(text, end, " \t\"'=:")
	if i == end || i >= len(text) || t.tries >= 2*Max {
		return
	}
	t.tries++
	rest := text[i:]
	if rest[0] == '/' {
		rest = rest[1:]
	}
	known := false
	for _, key := range [...]string{"cn", "c", "o", "ou", "st", "l", "dc", "emailaddress", "serialnumber"} {
		if foldedPrefix(rest, key) {
			if j := skip(rest, len(key), " "); j < len(rest) && rest[j] == '=' {
				known = true
				break
			}
		}
	}
	if !known || !t.speaksOfCertificates() {
		return
	}
	to := i
	for to < len(text) && to-i < 256 && !contains("\"<>|]\\\t", text[to]) && text[to] >= ' ' {
		to++
	}
	// curl, s_client and people put more on the line.
	if k := strings.Index(text[i:to], "; "); k >= 0 && !isAttribute(text[i+k+2:to]) {
		to = i + k
	}
	for _, next := range [...]string{" issuer", " subject", " notbefore", " notafter", " start date", " expire date", " serial"} {
		k := foldedIndex(text[i:to], next)
		if end := i + k + len(next); k > 0 && end < to && contains(" =:", text[end]) {
			to = i + k
		}
	}
	if v := strings.TrimRight(text[i:to], " ,;."); v != "" && !t.glued(fact, v) {
		t.fact(&t.row, fact, v, i, i+len(v))
	}
}

// isAttribute reports whether text begins with an attribute of a distinguished
// name, as "O=Example".
func isAttribute(text string) bool {
	i := 0
	for i < len(text) && i < 20 && (letter(text[i]) || text[i] == ' ') {
		i++
	}
	return i < len(text) && text[i] == '='
}

// glued reports whether a name of a joined view is that of a line too short to
// have been wrapped, with what stood on the next line.
func (t *tlsReader) glued(fact, name string) bool {
	if t.row.View != clean.Joined {
		return false
	}
	for i := range t.facts {
		f := &t.facts[i]
		if f.Name != fact || len(f.Value) >= len(name) || !strings.HasPrefix(name, f.Value) {
			continue
		}
		for k := range t.rows {
			r := &t.rows[k]
			if r.View == clean.Plain && r.Start <= f.Start && f.Start < r.Start+len(r.Text) && len(r.Text) < shortLine {
				return true
			}
		}
	}
	return false
}

// shortLine is the length below which no terminal or mailer wraps a line.
const shortLine = 60

// certificateLayouts are the forms in which libraries print the bounds of a
// certificate: OpenSSL and curl, Java, Go and Node, .NET.
var certificateLayouts = [...]string{
	"Jan 2 15:04:05 2006 MST",
	"Mon Jan 2 15:04:05 MST 2006",
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05Z",
	"2006-01-02T15:04:05.000Z",
	"2006-01-02",
}

// certificateTime reads a time at the head of text and returns how many bytes
// it took. Only zones that mean one offset are read.
func certificateTime(text string) (time.Time, int) {
	end := 0
	for end < len(text) && end < 40 && (alphanumeric(text[end]) || contains(" :+-.", text[end])) {
		end++
	}
	head := text[:end]
	if len(head) < 10 || !digit(head[0]) && !letter(head[0]) {
		return time.Time{}, 0
	}
	// A day or month that begins with a letter leaves four words or more.
	for cut := len(head); cut >= 10; {
		candidate := strings.TrimRight(head[:cut], " .:-")
		if at, ok := parseCertificateTime(candidate); ok {
			return at, len(candidate)
		}
		k := strings.LastIndexByte(candidate, ' ')
		if k < 0 {
			break
		}
		cut = k
	}
	return time.Time{}, 0
}

func parseCertificateTime(s string) (time.Time, bool) {
	// OpenSSL pads the day with a blank; Parse wants single blanks here.
	s = strings.Join(strings.Fields(s), " ")
	for _, layout := range certificateLayouts {
		if digit(layout[0]) != digit(s[0]) || len(s) > len(layout)+6 {
			continue
		}
		at, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if name, offset := at.Zone(); strings.Contains(layout, "MST") && name != "UTC" {
			seconds, known := zoneSeconds(name)
			if !known {
				return time.Time{}, false
			}
			at = at.Add(time.Duration(offset-seconds) * time.Second)
		}
		return at.UTC(), at.Year() >= 1970 && at.Year() < 2200
	}
	return time.Time{}, false
}

// zoneSeconds returns the offset of a zone's abbreviation where common use
// gives it one meaning.
func zoneSeconds(name string) (int, bool) {
	hours := map[string]int{"GMT": 0, "UTC": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
		"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13}
	h, known := hours[name]
	return h * 3600, known
}
