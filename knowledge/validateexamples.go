package knowledge

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	minMatch   = 3
	minMiss    = 2
	maxSimilar = 0.5 // share of common word trigrams
)

func (v *validation) examples(m *FailureMode, known func(string) bool) {
	if len(m.Examples.Match) < minMatch {
		v.complain("examples.match", fmt.Sprintf("has %d texts, fewer than %d", len(m.Examples.Match), minMatch), "add texts that differ: a log, a fragment, a person's words")
	}
	if len(m.Examples.Miss) < minMiss {
		v.complain("examples.miss", fmt.Sprintf("has %d texts, fewer than %d", len(m.Examples.Miss), minMiss), "add the look-alike that belongs elsewhere, and healthy or talked-about text")
	}
	grams := make([]map[string]bool, len(m.Examples.Match))
	for i, text := range m.Examples.Match {
		grams[i] = trigrams(text)
		for k := range i {
			if alike(grams[i], grams[k]) > maxSimilar {
				v.complain(fmt.Sprintf("examples.match[%d]", i), fmt.Sprintf("shares more than half its words with examples.match[%d]", k), "replace one: two alike prove no more than one")
			}
		}
	}
	for i, miss := range m.Examples.Miss {
		at := fmt.Sprintf("examples.miss[%d]", i)
		if strings.TrimSpace(miss.Text) == "" {
			v.complain(at+".text", "is missing", "write it")
		}
		if miss.Is == m.ID || miss.Is != "none" && !known(miss.Is) && !idPattern.MatchString(miss.Is) {
			v.complain(at+".is", fmt.Sprintf("%q is no other failure mode", miss.Is), "name the one it belongs to, or none")
		}
	}
}

// trigrams are the sequences of three words of a text; of a shorter text, the
// text.
func trigrams(text string) map[string]bool {
	words := strings.Fields(strings.ToLower(text))
	set := map[string]bool{}
	if len(words) < 3 {
		set[strings.Join(words, " ")] = true
	}
	for i := 0; i+3 <= len(words); i++ {
		set[strings.Join(words[i:i+3], " ")] = true
	}
	return set
}

// alike is the share of the smaller set that the other holds too.
func alike(a, b map[string]bool) float64 {
	common := 0
	for g := range a {
		common += b2i(b[g])
	}
	return float64(common) / float64(max(1, min(len(a), len(b))))
}

func (v *validation) question(q *Question, facts map[string]bool) {
	v.fact("fact", q.Fact, facts)
	v.need("text", q.Text, 200)
	if len(q.Choices) == 0 && len(q.Reads) == 0 {
		v.complain("choices", "is missing", "give choices, or reads for what is typed")
	}
	if len(q.Choices) > 5 {
		v.complain("choices", "has more than five", "five buttons fit under a message")
	}
	for i, c := range q.Choices {
		v.need(fmt.Sprintf("choices[%d].value", i), c.Value, 60)
		v.need(fmt.Sprintf("choices[%d].label", i), c.Label, 40)
	}
	for i, r := range q.Reads {
		at := fmt.Sprintf("reads[%d]", i)
		re, err := regexp.Compile("(?i)" + r.Regexp)
		if err != nil {
			v.complain(at+".regexp", "is no regular expression", err.Error())
		} else if r.Value == "" && re.SubexpIndex("value") < 0 {
			v.complain(at, "gives no value", "state value, or name a group (?P<value>…)")
		}
	}
}

func (v *validation) topic(t *Topic) {
	v.need("id", t.ID, 60)
	v.need("title", t.Title, 90)
	v.need("text", t.Text, 4000)
	if len(t.Names) == 0 {
		v.complain("names", "is missing", "list what people ask for")
	}
	if t.Table != nil {
		for i, row := range t.Table.Rows {
			if len(row) != len(t.Table.Columns) {
				v.complain(fmt.Sprintf("table.rows[%d]", i), fmt.Sprintf("has %d cells for %d columns", len(row), len(t.Table.Columns)), "write '' for an empty cell")
			}
		}
	}
	v.references("references", t.References)
}
