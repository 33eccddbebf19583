package analyze

import (
	"strings"
	"time"
)

// samlAnalyzer reads the times of SAML 2.0 messages: NotBefore and
// NotOnOrAfter of conditions and subject confirmations, and IssueInstant
// (https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf,
// sections 2.5.1 and 3.2).
func samlAnalyzer() Analyzer {
	return Analyzer{
		Name:     "saml",
		Doc:      "The times of SAML assertions and messages: from when, until when, issued when",
		Keywords: []string{"notbefore", "notonorafter", "issueinstant"},
		Run:      runSAML,
	}
}

// samlTimes are the attributes and their facts.
var samlTimes = [...]struct{ key, fact string }{
	{"notonorafter", "saml.not_on_or_after"},
	{"notbefore", "saml.not_before"},
	{"issueinstant", "saml.issue_instant"},
}

func runSAML(rec Record, _ time.Time) ([]Fact, []Finding) {
	g := gathering{analyzer: "saml"}
	sign := false
	for i, low := range lowerRows(rec) {
		row := &rec.Rows[i]
		for _, word := range [...]string{"saml", "assertion", "notonorafter", "issueinstant"} {
			sign = sign || strings.Contains(low, word)
		}
		for _, s := range samlTimes {
			for at := 0; !g.full(); {
				n := strings.Index(low[at:], s.key)
				if n < 0 {
					break
				}
				at += n + len(s.key)
				start, end, t := samlTime(row.Text, low, at)
				if end > 0 {
					g.fact(row, s.fact, canonicalTime(t), start, end)
				}
			}
		}
	}
	// Certificates have a NotBefore too.
	if !sign {
		return nil, nil
	}
	return g.facts, nil
}

// samlTime reads the time that follows a key which ends at text[at]: an
// xs:dateTime, which without a zone is UTC.
func samlTime(text, low string, at int) (start, end int, t time.Time) {
	p, ok := value(text, low, at, true)
	if !ok {
		return 0, 0, t
	}
	start = p.start
	s := text[start:min(len(text), start+40)]
	end = start + isoLen(s)
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text[start:end]); err == nil {
			if _, ok := plausible(t.Unix()); ok {
				return start, end, t.Truncate(time.Second)
			}
		}
	}
	return 0, 0, t
}

// isoLen returns how much of s may belong to an xs:dateTime.
func isoLen(s string) int {
	n := 0
	for n < len(s) && (digit(s[n]) || contains("-:.TZ+", s[n])) {
		n++
	}
	for n > 0 && contains(".:-+", s[n-1]) {
		n--
	}
	return n
}
