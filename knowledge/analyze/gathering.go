package analyze

// A gathering collects what one Run returns: every fact once, at the place
// where it was first read, and no more than [Max] of facts and of findings.
// Rows hold plain lines before their decoded views, so the first place of a
// fact is a plain one where there is one.
type gathering struct {
	analyzer string
	facts    []Fact
	findings []Finding
}

// add states a fact unless it is empty, known already, or one too many.
func (g *gathering) add(name, value string, start, end int) {
	if value == "" || len(g.facts) >= Max || g.holds(name, value) {
		return
	}
	if g.facts == nil {
		g.facts = make([]Fact, 0, 8)
	}
	g.facts = append(g.facts, Fact{Name: name, Value: value, Start: start, End: end})
}

// holds reports whether the fact has been stated.
func (g *gathering) holds(name, value string) bool {
	for i := range g.facts {
		if g.facts[i].Value == value && g.facts[i].Name == name {
			return true
		}
	}
	return false
}

// count returns how often a fact of the name has been stated.
func (g *gathering) count(name string) int {
	n := 0
	for i := range g.facts {
		if g.facts[i].Name == name {
			n++
		}
	}
	return n
}

// find states a finding unless it is known already or one too many.
func (g *gathering) find(text string, data map[string]string, start, end int) {
	if len(g.findings) >= Max {
		return
	}
	for i := range g.findings {
		if g.findings[i].Text == text {
			return
		}
	}
	g.findings = append(g.findings, Finding{Analyzer: g.analyzer, Text: text, Data: data, Start: start, End: end})
}
