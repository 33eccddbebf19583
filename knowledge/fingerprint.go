package knowledge

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"
)

// identity are the facts that tell one occurrence of a failure mode from
// another: equal ones mean the same problem again.
var identity = map[string]bool{
	"oauth1.consumer_key": true, "oauth1.realm": true, "oauth2.provider": true, "entra.code": true, "ldap.data": true,
	"url.host": true, "product.name": true, "tls.subject": true,
}

// fingerprint is a stable key of "the same problem again": over failure mode,
// parameters and identifying facts or, when nothing was recognised, over the
// template of the first error line. It is never over raw text, so it tells
// nothing about what stood in the paste.
func (p *paste) fingerprint(shown []Candidate) string {
	h := sha256.New()
	if len(p.found) == 0 {
		template := p.template()
		if template == "" {
			return ""
		}
		h.Write([]byte("unknown\n" + template))
		return hex.EncodeToString(h.Sum(nil))[:16]
	}
	top := &p.found[0]
	parts := []string{}
	for _, f := range p.facts {
		if identity[f.Name] {
			parts = appendNew(parts, f.Name+"="+string(p.redactor.Text(f.Value)))
		}
	}
	for _, check := range shown[0].Checks {
		for _, parameter := range check.Parameters {
			if parameter.Value != nil {
				parts = appendNew(parts, parameter.Name+"="+string(*parameter.Value))
			}
		}
	}
	sort.Strings(parts)
	h.Write([]byte(top.entry().ID + "\n" + strings.Join(parts, "\n")))
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// template is the first line that reads like an error (a logged warning or
// error, else a line with a word for failure, else none) with everything that
// varies masked: what stays are the words.
func (p *paste) template() string {
	for _, logged := range []bool{true, false} {
		for i := range p.doc.Records {
			r := &p.doc.Records[i]
			if logged != (r.Level == "WARN" || r.Level == "ERROR" || r.Level == "FATAL") {
				continue
			}
			row := p.doc.Rows[r.First]
			text := string(p.redactor.Text(cut(p.doc.Text[max(row.Start, min(r.Message, row.End)):row.End], 400)))
			if !logged && !failureWord(text) {
				continue
			}
			return r.Logger + "\n" + mask(text)
		}
	}
	return ""
}

func failureWord(text string) bool {
	text = strings.ToLower(text)
	for _, w := range []string{"error", "exception", "failed", "failure", "denied", "unauthorized", "forbidden", "invalid", "refused", "expired"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// mask keeps the words of a line and puts * for what varies: anything with a
// digit, a path, a quoted or bracketed value, a placeholder.
func mask(text string) string {
	var out []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == ';' || r == '(' || r == ')' }) {
		if strings.ContainsAny(word, "0123456789/\\@‹›'\"=<>[]{}") {
			word = "*"
		}
		if len(out) > 0 && word == "*" && out[len(out)-1] == "*" {
			continue
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}
