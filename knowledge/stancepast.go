package knowledge

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// settlePast lowers candidates that a sentence tells of as something of another
// time, "we once had X, that was fixed", where another candidate is told of as
// present: the text is about that one.
func (p *paste) settlePast(reader *stanceReader) {
	var past []*candidate
	present := false
	for i := range p.found {
		c := &p.found[i]
		switch {
		case !c.verdict.Spoken():
		case reader.ofAnotherTime(c.eval, c.place):
			past = append(past, c)
		default:
			present = true
		}
		if len(p.found) == 1 {
			return
		}
	}
	if !present {
		return
	}
	for _, c := range past {
		c.stance = Solved
		c.verdict = Solved.lower(c.verdict)
	}
}

// ofAnotherTime reports whether some evidence stands in a sentence of prose that
// tells of another time or of a solution, and of nothing unsolved.
func (r *stanceReader) ofAnotherTime(e *evaluation, o occurrence) bool {
	doc := r.p.doc
	for _, i := range o.seen {
		s := &e.all[i]
		if s.start < 0 {
			continue
		}
		n := doc.RowAt(s.start)
		row := &doc.Rows[n]
		if l := r.lines[row.First]; row.First != row.Last || l == nil || !l.prose {
			continue
		}
		signs := r.signsOf(sentenceAt(doc.RowText(n), s.start-row.Start))
		over := signs[solvedSign] || signs[calmSign]
		if signs[pastSign] && over || (signs[pastSign] || over) && !signs[unsolvedSign] {
			return true
		}
	}
	return false
}

// anotherFailure is what a sentence names a failure or a ticket by.
var anotherFailure = regexp.MustCompile(`\b[345]\d\d\b|[a-z]_[a-z]|\b[a-z]{2,8}-\d{2,}\b|\b(?:ldap|dns|smtp|saml|ntp|vpn|timestamp|mismatch)\b|` +
	`\b(?:another|other|andere[nrs]?|autre|otr[oa]|outr[oa]|altr[oa]|inn[aye]|ander)\b|друг(?:ой|ая|ое)|別の|另一个|다른`)

// ofAnother reports whether a sign stands in a sentence that tells of another
// time and of a failure by name. Whether that is the failure at hand, the place
// of the evidence tells.
func (r *stanceReader) ofAnother(text []byte, at int) bool {
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	if at >= len(text) {
		return false
	}
	sentence := sentenceAt(string(text), at)
	return anotherFailure.MatchString(sentence) && pastSigns().MatchString(sentence)
}

// pastSigns matches what tells of another time.
var pastSigns = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(unaccented.Replace("(?:" + strings.Join(phrases()[pastSign], ")|(?:") + ")"))
})

// signsOf returns the signs of prose in a sentence.
func (r *stanceReader) signsOf(sentence string) (found [signs]bool) {
	set := proseSigns()
	text := unaccented.Replace(strings.ToLower(withoutURLs(cut(sentence, stanceLine))))
	for _, h := range set.patterns.Scan([]byte(text), &r.p.scratch.stance) {
		found[set.signs[h.Pattern]] = true
	}
	return found
}

// sentenceAt returns the sentence of a line around a place.
func sentenceAt(line string, at int) string {
	begin, end := 0, len(line)
	for _, stop := range []string{". ", "! ", "? ", "; ", "。", "！", "？"} {
		if i := strings.LastIndex(line[:at], stop); i >= 0 {
			begin = max(begin, i+len(stop))
		}
		if i := strings.Index(line[at:], stop); i >= 0 {
			end = min(end, at+i+len(stop))
		}
	}
	return line[begin:end]
}
