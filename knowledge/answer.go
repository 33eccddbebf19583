package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

var readings sync.Map // regexp text → *regexp.Regexp; as many as there are readings

// read turns what was answered, a choice's value or pasted output, into a value
// of the fact.
func (q *Question) read(text string) (string, bool) {
	word := strings.ToLower(strings.TrimSpace(text))
	if slices.Contains(q.values(), word) {
		return word, true
	}
	if len(text) > 64<<10 {
		text = text[:64<<10]
	}
	for _, r := range q.Reads {
		re := reading(r.Regexp)
		for line := range strings.Lines(text) {
			found := re.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
			if found == nil {
				continue
			}
			if r.Value != "" {
				return r.Value, true
			}
			if i := re.SubexpIndex("value"); i > 0 && found[i] != "" {
				return strings.ToLower(found[i]), true
			}
		}
	}
	return "", false
}

func reading(text string) *regexp.Regexp {
	re, ok := readings.Load(text)
	if !ok {
		re, _ = readings.LoadOrStore(text, regexp.MustCompile("(?i)"+text))
	}
	return re.(*regexp.Regexp)
}

// Takes reports whether a text, a choice's value or pasted output, answers the
// question.
func (q *Question) Takes(text string) bool {
	_, ok := q.read(text)
	return ok
}
