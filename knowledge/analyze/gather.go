package analyze

import "sort"

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

// A phrase is a text that a [lexicon] looks for: lower case where it is ASCII.
// By default no ASCII letter or digit stands before it and no ASCII letter
// after it; letters of other scripts may, since many write without spaces.
type phrase struct {
	text string
	id   int
	open bool // letters may follow
}

// A lexicon finds many phrases in one pass over a text, ASCII case folded.
type lexicon struct {
	by [256][]phrase // by first byte, longest first
}

func newLexicon(phrases []phrase) *lexicon {
	l := &lexicon{}
	for _, p := range phrases {
		l.by[p.text[0]] = append(l.by[p.text[0]], p)
	}
	for i := range l.by {
		sort.SliceStable(l.by[i], func(a, b int) bool { return len(l.by[i][a].text) > len(l.by[i][b].text) })
	}
	return l
}

// scan calls hit for each phrase in text, from left to right; of phrases that
// begin at one place only the longest counts, and hits do not overlap.
func (l *lexicon) scan(text string, hit func(id, start, end int)) {
	inWord := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		word := alphanumeric(c)
		if word && inWord {
			continue
		}
		inWord = word
		for _, p := range l.by[lower(c)] {
			if !foldedPrefix(text[i:], p.text) {
				continue
			}
			end := i + len(p.text)
			if !p.open && end < len(text) && letter(text[end]) && letter(text[end-1]) {
				continue
			}
			hit(p.id, i, end)
			i = end - 1
			inWord = alphanumeric(text[i])
			break
		}
	}
}

// keywords returns the texts of phrases that are long enough to be keywords.
func keywords(phrases []phrase) []string {
	var list []string
	for _, p := range phrases {
		if len(p.text) >= 3 {
			list = append(list, p.text)
		}
	}
	return shortest(list)
}

// shortest leaves out what contains another of the list.
func shortest(list []string) []string {
	var kept []string
	for i, a := range list {
		covered := false
		for j, b := range list {
			if i != j && len(b) <= len(a) && (a != b || j < i) && foldedIndex(a, b) >= 0 {
				covered = true
				break
			}
		}
		if !covered {
			kept = append(kept, a)
		}
	}
	return kept
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func letter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

func alphanumeric(c byte) bool { return letter(c) || digit(c) }

// foldedPrefix reports whether text begins with prefix, which is lower case,
// when ASCII case is folded.
func foldedPrefix(text, prefix string) bool {
	if len(text) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		if lower(text[i]) != prefix[i] {
			return false
		}
	}
	return true
}

// foldedSuffix is as [foldedPrefix], at the end.
func foldedSuffix(text, suffix string) bool {
	return len(text) >= len(suffix) && foldedPrefix(text[len(text)-len(suffix):], suffix)
}

// foldedIndex returns where the lower-case part stands in text, or -1.
func foldedIndex(text, part string) int {
	first := part[0]
	for i := 0; i+len(part) <= len(text); i++ {
		if lower(text[i]) == first && foldedPrefix(text[i:], part) {
			return i
		}
	}
	return -1
}

// asciiLower folds the ASCII letters of s.
func asciiLower(s string) string {
	for i := 0; i < len(s); i++ {
		if lower(s[i]) != s[i] {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lower(b[i])
			}
			return string(b)
		}
	}
	return s
}

// blank reports whether c separates words.
func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// skip returns the first place from i on whose byte is none of set.
func skip(text string, i int, set string) int {
	for i < len(text) {
		if !contains(set, text[i]) {
			break
		}
		i++
	}
	return i
}

func contains(set string, c byte) bool {
	for i := 0; i < len(set); i++ {
		if set[i] == c {
			return true
		}
	}
	return false
}

// digits returns the end of the run of digits that begins at i.
func digits(text string, i int) int {
	for i < len(text) && digit(text[i]) {
		i++
	}
	return i
}
