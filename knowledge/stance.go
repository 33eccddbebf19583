package knowledge

import (
	"bytes"
	"slices"
	"strings"

	"authfix/knowledge/clean"
)

// A Stance is how a hit stands in the text. Anything but a report lowers the
// verdict to unsure at the most: a bot does not answer talk about an error. It
// never raises one.
type Stance string

// The stances.
const (
	Reported   Stance = ""            // somebody has this failure, or a log shows it
	AskedAbout Stance = "asked about" // a question, a plan or a wish about the error in general
	Quoted     Stance = "quoted"      // documentation, a list of errors, a proposal, a change to a program
	Solved     Stance = "solved"      // it is over
	Healthy    Stance = "healthy"     // it is as it should be
	InTest     Stance = "from a test" // a test expects it, or provoked it on purpose
	InSource   Stance = "source code" // program text that handles it
)

func (s Stance) lower(v Verdict) Verdict {
	if s != Reported && v.rank() > Unsure.rank() {
		return Unsure
	}
	return v
}

const (
	stanceLines = 60       // lines at either end of the paste that are read for the stance
	stanceBytes = 24 << 10 // of all lines together
	stanceLine  = 2048     // of one line
	testReach   = 2        // lines between a test's words and what it expects
	shortPaste  = 25       // lines of a paste that is about one thing
	listed      = 3        // so many different failures on one line make a list
)

// stanceReader judges the hits of one paste. The lines are read when the first
// hit is judged, so a paste without candidates costs nothing.
type stanceReader struct {
	p      *paste
	read   bool
	lines  map[int]*lineStance
	prose  [signs]bool // signs in prose lines
	newest [signs]bool // signs in prose lines that quote nobody
	other  bool        // a solution is told of another failure, if not of the evidence itself
	any    [signs]bool // signs in any line
	tests  []int       // lines with a sign of a test
	quoted bool        // the evidence itself stands in a quotation
}

type lineStance struct {
	prose   bool
	heading bool // words, too few for a sentence
	signs   [signs]bool
}

func newStanceReader(p *paste) *stanceReader {
	return &stanceReader{p: p, lines: map[int]*lineStance{}}
}

// of returns the stance of an occurrence.
func (r *stanceReader) of(e *evaluation, o occurrence) Stance {
	lines := e.linesOf(o)
	if len(lines) == 0 {
		return Reported
	}
	r.quoted = r.quoted || slices.ContainsFunc(lines, func(n int) bool { return r.p.doc.Rows[n].Quoted > 0 })
	r.readAll(lines)
	machine, source, list, recovered, own, sought, quoted, unquoted := false, true, false, false, false, false, false, false
	for _, n := range lines {
		quoted = quoted || r.p.doc.Rows[n].Quoted > 0
		l := r.lines[n]
		if l == nil {
			source = false
			machine = true
			unquoted = unquoted || r.p.doc.Rows[n].Quoted == 0
			continue
		}
		unquoted = unquoted || !l.prose && r.p.doc.Rows[n].Quoted == 0
		machine = machine || !l.prose
		source = source && (l.signs[codeSign] || l.signs[querySign])
		failures := r.failures(n)
		list = list || len(failures) >= listed
		sought = sought || l.signs[querySign] && len(failures) > 0
		own = own || l.signs[testSign]
		recovered = recovered || l.signs[recoveredSign]
	}
	quoted = quoted && !unquoted
	reach := testReach
	if e.doc.Plain > shortPaste {
		reach = 0 // the log of a build tells of tests that have nothing to do with it
	}
	near := slices.ContainsFunc(r.tests, func(t int) bool { return t >= lines[0]-reach && t <= lines[len(lines)-1]+reach })
	s := &r.prose
	switch {
	case near && !r.any[failedSign] && (own || !s[reportSign] && !s[unsolvedSign]):
		return InTest
	case source, sought, (r.any[sourceSign] || r.mostlyCode()) && !s[unsolvedSign] && !r.logged(lines):
		return InSource
	case list:
		return Quoted
	case recovered && !s[unsolvedSign]:
		return Healthy
	case quoted && !r.newest[unsolvedSign] && (r.newest[solvedSign] || r.newest[calmSign] && !r.newest[contrastSign]):
		return Solved // the answer above the quotation tells so
	case s[solvedSign] && !s[unsolvedSign], s[calmSign] && !s[unsolvedSign] && !s[contrastSign] && !s[reportSign]:
		return Solved
	case r.other && !machine && !s[unsolvedSign] && r.ofAnotherTime(e, o):
		return Solved
	case s[normalSign] && !s[reportSign]:
		return Healthy
	case s[docSign] && !(machine && (s[reportSign] || s[unsolvedSign])), s[adviceSign] && !s[reportSign] && !s[unsolvedSign] && !s[contrastSign] && !machine:
		return Quoted
	case s[wishSign] && !s[unsolvedSign] && !(machine && s[reportSign]):
		return AskedAbout
	case s[askSign] && !s[reportSign] && !s[unsolvedSign] && !machine:
		return AskedAbout
	}
	return Reported
}

// linesOf returns the plain lines of this paste that an occurrence rests on.
func (e *evaluation) linesOf(o occurrence) []int {
	var lines []int
	for _, i := range o.seen {
		if s := &e.all[i]; s.start >= 0 {
			for _, n := range e.plainLines(s.start, s.end) {
				lines = appendNew(lines, n)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// plainLines returns the logical lines that a range of the buffer shows; of a
// joined view, only those that the range itself came from.
func (e *evaluation) plainLines(start, end int) []int {
	row := &e.doc.Rows[e.doc.RowAt(start)]
	if row.First == row.Last {
		return []int{row.First}
	}
	var lines []int
	spans := e.doc.Spans(start, end)
	for n := row.First; n <= row.Last; n++ {
		plain := &e.doc.Rows[n]
		for _, own := range e.doc.Spans(plain.Start, plain.End) {
			if slices.ContainsFunc(spans, func(s clean.Span) bool { return s.Line == own.Line }) {
				lines = appendNew(lines, n)
			}
		}
	}
	return lines
}

// mostlyCode reports whether half of the lines, and more than two, read as
// program text.
func (r *stanceReader) mostlyCode() bool {
	code, all := 0, 0
	for n, l := range r.lines {
		if strings.TrimSpace(r.p.doc.RowText(n)) == "" {
			continue
		}
		all++
		if l.signs[codeSign] {
			code++
		}
	}
	return code > 2 && code*2 >= all
}

// logged reports whether a line belongs to a record of a log.
func (r *stanceReader) logged(lines []int) bool {
	doc := r.p.doc
	return slices.ContainsFunc(lines, func(n int) bool { return doc.Records[doc.Rows[n].Record].Logged })
}

// failures returns the failures that a line names by the codes of their
// protocols. Many make it a list.
func (r *stanceReader) failures(line int) []string {
	var names []string
	for _, f := range r.p.facts {
		if f.Start >= 0 && (f.Name == "oauth1.problem" || f.Name == "oauth2.error" || f.Name == "entra.code" || f.Name == "ldap.data") {
			row := &r.p.doc.Rows[r.p.doc.RowAt(f.Start)]
			if row.First <= line && line <= row.Last {
				names = appendNew(names, f.Value)
			}
		}
	}
	return names
}

// readAll reads the lines at both ends of the paste and those around the
// evidence.
func (r *stanceReader) readAll(evidence []int) {
	doc := r.p.doc
	var all, prose marking
	// The lines of a log are read for their stance only where evidence stands.
	add := func(n int, evidence bool) {
		if n < 0 || n >= doc.Plain || r.lines[n] != nil || len(all.text) > stanceBytes {
			return
		}
		record := &doc.Records[doc.Rows[n].Record]
		logged := record.Logged && (n == record.First || !isProse(doc.RowText(n)))
		if logged && !evidence {
			return
		}
		line := cut(doc.RowText(n), stanceLine)
		l := &lineStance{prose: !logged && isProse(line)}
		l.heading = !logged && !l.prose && !evidence && isHeading(line)
		r.lines[n] = l
		text := unaccented.Replace(strings.ToLower(withoutURLs(line)))
		all.add(n, text)
		if l.prose || l.heading {
			prose.add(n, text)
		}
	}
	if !r.read {
		r.read = true
		for n := range min(stanceLines, doc.Plain) {
			add(n, false)
			add(doc.Plain-1-n, false)
		}
	}
	for _, n := range evidence {
		add(n, true)
		for k := n - testReach; k <= n+testReach; k++ {
			add(k, false)
		}
	}
	r.mark(&all, lineSigns())
	r.mark(&prose, proseSigns())
}

// A marking is lines in which signs are looked for together.
type marking struct {
	text  []byte
	lines []int
}

func (m *marking) add(n int, text string) {
	m.lines = append(m.lines, n)
	m.text = append(append(m.text, text...), '\n')
}

// mark finds the signs in the lines.
func (r *stanceReader) mark(m *marking, set *stancePatterns) {
	if len(m.lines) == 0 {
		return
	}
	line, from := 0, 0
	for _, h := range set.patterns.Scan(m.text, &r.p.scratch.stance) {
		for i := bytes.IndexByte(m.text[from:], '\n'); i >= 0 && from+i < h.Start; i = bytes.IndexByte(m.text[from:], '\n') {
			from += i + 1
			line++
		}
		sign, n := set.signs[h.Pattern], m.lines[line]
		l := r.lines[n]
		l.signs[sign], r.any[sign] = true, true
		switch {
		case sign == testSign:
			r.tests = append(r.tests, n)
		case (sign == solvedSign || sign == calmSign) && inQuotes(m.text[from:], h.Start-from):
			// somebody else's words
		case (sign == solvedSign || sign == calmSign) && l.prose && r.ofAnother(m.text[from:], h.Start-from):
			r.other = true
		case l.heading && (sign == docSign || sign == solvedSign):
			r.prose[sign], r.newest[sign] = true, true
		case l.prose && !((sign == solvedSign || sign == calmSign) && r.p.doc.Rows[n].Quoted > 0 && !r.quoted):
			r.prose[sign] = true
		}
		if l.prose && r.p.doc.Rows[n].Quoted == 0 {
			r.newest[sign] = true
		}
	}
}

// inQuotes reports whether the place at stands between double quotes on the
// line with which text begins.
func inQuotes(text []byte, at int) bool {
	end := bytes.IndexByte(text, '\n')
	if end < at {
		return false
	}
	return bytes.Count(text[:at], []byte{'"'})%2 == 1 && bytes.IndexByte(text[at:end], '"') >= 0
}
