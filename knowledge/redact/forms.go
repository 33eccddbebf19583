package redact

import (
	"html"
	"net/url"
	"strconv"
	"strings"
)

// plainForm undoes URL, JSON and HTML escapes, so that one secret has one number
// whatever layer it was found in.
func plainForm(s string) string {
	for range 3 {
		was := s
		s = unpercent(s)
		if strings.Contains(s, `\`) {
			s = unescape(s)
		}
		if strings.Contains(s, "&") && strings.Contains(s, ";") {
			s = html.UnescapeString(s)
		}
		if s == was {
			break
		}
	}
	return s
}

// unpercent decodes %XX; what is not valid stays.
func unpercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, ok := unhex(s[i+1], s[i+2]); ok {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unescape undoes the escapes of a JSON string; what is not valid stays.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case '"', '\\', '/', '\'':
			b.WriteByte(c)
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			if i+4 < len(s) {
				if n, err := strconv.ParseUint(s[i+1:i+5], 16, 16); err == nil {
					b.WriteRune(rune(n))
					i += 4
					continue
				}
			}
			b.WriteString(`\u`)
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}

// forms returns the forms in which a secret may stand in a text: as found, plain
// and escaped for URLs, JSON and HTML; of HTTP Basic credentials the password too.
// Each once.
func forms(found, plain string) []string {
	out := []string{found}
	add := func(s string) {
		for _, have := range out {
			if have == s {
				return
			}
		}
		out = append(out, s)
	}
	if len(found) > longest {
		return out
	}
	add(plain)
	special := false
	for i := range len(plain) {
		special = special || !is(plain[i], dotted)
	}
	if special {
		query := url.QueryEscape(plain)
		add(query)
		add(url.PathEscape(plain))
		add(lowerEscapes(query))
		add(strings.ReplaceAll(query, "%", "%25"))
		quoted := jsonEscape(plain)
		add(quoted)
		add(jsonEscape(quoted))
		add(strings.ReplaceAll(quoted, "/", `\/`))
		add(html.EscapeString(plain))
		add(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(plain))
	}
	if _, password, ok := userinfo(plain); ok { // the user's name stays
		add(password)
	}
	return out
}

func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			for k := i + 1; k <= i+2; k++ {
				if 'A' <= b[k] && b[k] <= 'F' {
					b[k] |= 0x20
				}
			}
			i += 2
		}
	}
	return string(b)
}

func jsonEscape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
