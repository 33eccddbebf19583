package terminal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"authfix/knowledge"
)

// answer prints one candidate whole, or what comes first of it; alone says that
// the findings are its own.
func (p printer) answer(d *knowledge.Diagnosis, c *knowledge.Candidate, alone bool) {
	p.headline(c.Title, string(c.Verdict), verdictCode(c.Verdict))
	p.identity(c.ID, c.Version, c.Systems)
	p.put("")
	p.evidence(c)
	if c.Stance != knowledge.Reported {
		p.section("But", "The text reads as "+string(c.Stance)+", not as a report of this failure: no more than unsure.")
	}
	if alone {
		p.findings(d)
	}
	var left []string // what --full would add
	add := func(n int, thing string) {
		if n > 1 {
			thing += "s"
		}
		if n > 0 {
			left = append(left, fmt.Sprintf("%d %s", n, thing))
		}
	}
	if !p.Full && doubtful(d, c) {
		p.section("Cause", c.Cause)
		if len(c.Checks) > 0 {
			p.checks(c.Checks[:1])
		}
		p.item(item{code: faint, text: "--full adds its causes, checks and steps"})
		return
	}
	add(p.causes(c), "more cause")
	if p.Full {
		p.section("Effect", c.Effect)
	} else if c.Effect != "" {
		left = append(left, "its effect")
	}
	add(p.checks(c.Checks), "more check")
	add(p.remedies(c.Remedies), "more step")
	if p.Full {
		p.list("Prevent", c.Prevention)
	} else if len(c.Prevention) > 0 {
		left = append(left, "prevention")
	}
	add(p.sources(c.References), "more source")
	if len(left) > 0 {
		p.item(item{code: faint, text: "--full adds " + strings.Join(left, ", ")})
	}
}

// doubtful reports whether c is one guess among others or no report at all:
// then its steps would only stand in the way of the question.
func doubtful(d *knowledge.Diagnosis, c *knowledge.Candidate) bool {
	if c.Verdict.Spoken() {
		return false
	}
	return c.Stance != knowledge.Reported || slices.ContainsFunc(d.Candidates, func(o knowledge.Candidate) bool {
		return o.ID != c.ID && o.Role != knowledge.ConsequenceRole
	})
}

// identity is the line below a headline: the id to name and the systems, as many
// as have room on it unless all is asked for.
func (p printer) identity(id string, version int, systems []string) {
	text := fmt.Sprintf("%s@%d · %s", id, version, strings.Join(systems, ", "))
	for n := len(systems) - 1; n > 0 && !p.Full && columns(Plain(text)) > p.measure(); n-- {
		text = fmt.Sprintf("%s@%d · %s, …", id, version, strings.Join(systems[:n], ", "))
	}
	for _, line := range fold(Plain(text), p.measure()) {
		p.put(p.paint(faint, line))
	}
}

func verdictCode(v knowledge.Verdict) string {
	switch v {
	case knowledge.Certain:
		return green
	case knowledge.Likely:
		return amber
	}
	return faint
}

// evidence prints the lines that the evidence stands on, each once, with the
// evidence marked.
func (p printer) evidence(c *knowledge.Candidate) {
	type row struct {
		number string
		text   string
	}
	var rows []row
	at := map[int]int{} // the row of a line
	digits := 0
	for _, e := range c.Evidence {
		if e.Line == 0 {
			if e.Text != "" {
				rows = append(rows, row{"", e.Source + ": " + Plain(string(e.Text))})
			}
			continue
		}
		i, known := at[e.Line]
		if !known {
			text := e.Around
			if text == "" {
				text = e.Text
			}
			i = len(rows)
			at[e.Line] = i
			rows = append(rows, row{strconv.Itoa(e.Line), Plain(string(text))})
			digits = max(digits, len(rows[i].number))
		}
		rows[i].text = marked(rows[i].text, Plain(string(e.Text)))
	}
	hidden := 0
	if len(rows) > maxSeen && !p.Full {
		hidden = len(rows) - maxSeen
		rows = rows[:maxSeen]
	}
	label := "Seen"
	for _, r := range rows {
		lead := ""
		if r.number != "" {
			lead = fmt.Sprintf("%*s  ", digits, r.number)
		}
		p.item(item{label: once(&label), lead: lead, leadCode: faint, text: r.text, columns: p.Columns, marked: true})
	}
	if hidden > 0 {
		p.item(item{code: faint, text: fmt.Sprintf("%d more lines: --full", hidden)})
	}
}

// marked puts marks around the first place of part in text, up to the ends of
// its words, unless it is marked already.
func marked(text, part string) string {
	part = strings.TrimSpace(part)
	i := strings.Index(text, part)
	if part == "" || i < 0 {
		return text
	}
	if strings.Count(text[:i], string(markOn)) > strings.Count(text[:i], string(markOff)) {
		return text
	}
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	end := i + len(part)
	if last, _ := utf8.DecodeLastRuneInString(part); inWord(last) {
		end = len(text) - len(strings.TrimLeftFunc(text[end:], inWord))
	}
	if first, _ := utf8.DecodeRuneInString(part); inWord(first) {
		i = len(strings.TrimRightFunc(text[:i], inWord))
	}
	return text[:i] + string(markOn) + text[i:end] + string(markOff) + text[end:]
}

// causes prints the cause and what may lie behind it, what the paste
// establishes first; it returns how many were left out.
func (p printer) causes(c *knowledge.Candidate) int {
	p.section("Cause", c.Cause)
	established := slices.ContainsFunc(c.Causes, func(s knowledge.ShownCause) bool { return s.Established })
	left := 0
	for i, s := range c.Causes {
		if !p.Full && (i >= maxCauses || established && !s.Established) {
			left++
			continue
		}
		t := item{lead: "· ", text: s.Text}
		if s.Established {
			t.lead, t.leadCode, t.text = "✓ ", green, s.Text+" (seen here)"
		}
		p.item(t)
	}
	return left
}

// number is the lead of step i of n: nothing where there is but one.
func number(i, n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%*d  ", len(strconv.Itoa(n)), i+1)
}

// checks prints the steps of the diagnosis and returns how many were left out:
// statements are what an answer is asked for, so they go before questions to
// look into.
func (p printer) checks(list []knowledge.ShownCheck) int {
	shown := list
	if len(list) > maxChecks && !p.Full {
		ready := func(c knowledge.ShownCheck) bool { return len(c.Queries) > 0 }
		shown = list[:maxChecks]
		if !slices.ContainsFunc(shown, ready) {
			if i := slices.IndexFunc(list, ready); i >= 0 {
				shown = []knowledge.ShownCheck{list[0], list[i]}
			}
		}
	}
	label := "Check"
	for i := range shown {
		c := &shown[i]
		lead := number(i, len(shown))
		deeper := columns(lead)
		p.item(item{label: once(&label), lead: lead, text: c.Text})
		pad := strings.Repeat(" ", deeper)
		for _, parameter := range c.Parameters {
			if parameter.Value == nil {
				p.item(item{lead: pad + "needs ", leadCode: amber, text: missing(parameter)})
			}
		}
		if len(c.Queries) > 0 {
			q, other := p.chosen(c.Queries)
			p.dialect(q.Dialect, other, deeper)
			p.statement(string(q.Query), deeper+4)
		}
		if c.Reads != "" {
			p.item(item{lead: pad, text: c.Reads})
		}
	}
	return len(list) - len(shown)
}

// missing says which value a statement lacks and where to find it.
func missing(parameter knowledge.ShownParameter) string {
	text := parameter.Name + " for its statement"
	if parameter.How != "" {
		text += ": " + strings.TrimSuffix(strings.TrimSpace(parameter.How), ".")
	}
	return text + ". Add it to the text."
}

// chosen returns the query to print and the names of the others.
func (p printer) chosen(queries []knowledge.Query) (knowledge.Query, []string) {
	at := max(0, slices.IndexFunc(queries, func(q knowledge.Query) bool { return slices.Contains(p.Dialects, q.Dialect) }))
	var other []string
	for i, q := range queries {
		if i != at {
			other = append(other, q.Dialect)
		}
	}
	return queries[at], other
}

// dialect names the dialect of a statement where there is a choice, and how to
// get another.
func (p printer) dialect(name string, other []string, deeper int) {
	if len(other) > 0 {
		p.item(item{lead: strings.Repeat(" ", deeper), code: faint, text: name + " (or --dialect " + strings.Join(other, ", ") + ")"})
	}
}

// A turn is one kind of remedy in the order in which they are printed: what
// helps at once before what takes time. Another of the same kind is the other
// way to go.
type turn struct {
	kind         knowledge.RemedyKind
	label, other string
}

func turns() [3]turn {
	return [3]turn{{knowledge.Workaround, "Now", "Or now"}, {knowledge.Fix, "Fix", "Or fix"}, {knowledge.Escalation, "Escalate", "Or"}}
}

// remedies prints what to do and returns how many steps were left out.
func (p printer) remedies(list []knowledge.ShownRemedy) int {
	left := 0
	for _, t := range turns() {
		for _, r := range list {
			if r.Kind != t.kind {
				continue
			}
			steps := r.Steps
			if r.Kind == knowledge.Escalation && len(steps) > maxEscalate && !p.Full {
				left += len(steps) - maxEscalate
				steps = steps[:maxEscalate]
			}
			p.list(t.label, steps)
			t.label = t.other
		}
	}
	return left
}

// list prints numbered texts.
func (p printer) list(label string, texts []string) {
	for i, text := range texts {
		p.item(item{label: once(&label), lead: number(i, len(texts)), text: text})
	}
}

// sources prints where it is written and returns how many were left out.
func (p printer) sources(list []knowledge.ShownReference) int {
	label := "More"
	for i, r := range list {
		if i == maxSources && !p.Full {
			return len(list) - i
		}
		if p.Full {
			p.item(item{label: once(&label), text: r.Title + read(r.Read)})
			p.item(item{text: r.URL, code: faint})
			continue
		}
		text := r.URL
		if date := read(r.Read); indent+columns(text+date) <= p.measure() {
			text += date
		}
		p.item(item{label: once(&label), text: text, code: faint})
	}
	return 0
}

func read(date string) string {
	if date == "" {
		return ""
	}
	return " (read " + date + ")"
}
