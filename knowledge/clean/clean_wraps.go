package clean

import (
	"strings"
	"unicode/utf8"
)

const (
	maxJoined  = 12   // rows in one joined view
	maxWrapped = 4096 // bytes in a row that is taken for a piece of a wrapped line
)

// A form is one way to read a break: drop bytes before it and skip bytes
// after it are left out, a space is put between the rest or not.
type form struct {
	drop, skip int
	space      bool
}

// A joint is the break behind a row: how it reads if it cut a token, how if it
// fell between words, and which is likelier.
type joint struct {
	tight, spaced form
	words         bool
}

// A reading chooses a form of each joint.
type reading uint8

const (
	likely reading = iota // the likelier form of each
	tight                 // every break cut a token, as a terminal does
	spaced                // every break fell between words
)

func (j *joint) form(r reading) form {
	if r == spaced || r == likely && j.words {
		return j.spaced
	}
	return j.tight
}

// viewJoined adds joined readings of the plain rows first to last: wherever
// breaks between rows may be wraps, one view for each [reading], so that a
// token or a phrase that was cut once, or always in the same way, is whole in
// one of them.
func (c *cleaner) viewJoined(first, last int) {
	var joints [maxJoined]joint
	for i := first; i < last; {
		k := i
		for k < last && k-i+1 < maxJoined && c.joinable(k) {
			k++
		}
		if k == i {
			i++
			continue
		}
		c.viewReadings(i, k, joints[:k-i])
		if k-i+1 == maxJoined && k < last {
			i = k // the next view begins with this one's last row, so no break is missed
		} else {
			i = k + 1
		}
	}
}

// viewReadings adds the views of rows first to last that differ.
func (c *cleaner) viewReadings(first, last int, joints []joint) {
	m := c.measure(first, last)
	var asTight, asSpaced, same = true, true, true
	for i := range joints {
		j := c.joint(first+i, m)
		joints[i] = j
		asTight = asTight && j.form(likely) == j.tight
		asSpaced = asSpaced && j.form(likely) == j.spaced
		same = same && j.tight == j.spaced
	}
	n := len(c.doc.Rows)
	if !c.join(first, last, joints, likely) {
		return
	}
	c.viewDecoded(n)
	if !asTight {
		c.join(first, last, joints, tight)
	}
	if !asSpaced && !same {
		c.join(first, last, joints, spaced)
	}
}

// join adds one view of rows first to last, if there is room for it.
func (c *cleaner) join(first, last int, joints []joint, r reading) bool {
	rows := c.doc.Rows
	if !c.affords(last, rows[last].End-rows[first].Start) {
		return false
	}
	start := len(c.out.text)
	e := edit{in: &c.out, out: &c.out}
	lo := rows[first].Start
	for i := first; i < last; i++ {
		f := joints[i-first].form(r)
		e.keep(lo, max(lo, rows[i].End-f.drop))
		lo = min(rows[i+1].Start+f.skip, rows[i+1].End)
		if f.space {
			e.put(" ", rows[i].End, rows[i].End+1)
		}
	}
	e.keep(lo, rows[last].End)
	c.endView(start, first, last, Joined)
	return true
}

// joinable reports whether the break behind plain row i may be a wrap.
func (c *cleaner) joinable(i int) bool {
	a, b := c.rowText(i), c.rowText(i+1)
	if len(a) > maxWrapped || len(b) > maxWrapped {
		return false
	}
	b = strings.TrimLeft(b, " ")
	return b != "" && strings.TrimRight(a, " ") != "" &&
		!(c.doc.Records[c.doc.Rows[i].Record].Logged && isThrown(a, b)) &&
		!isItem(b) && !isFrame(b) && !isSent(b) && !isEdge(a) && !isEdge(b) && !(isHeader(b) && isHeader(a)) &&
		!(strings.Contains(a, " | ") && strings.Contains(b, " | "))
}

func (c *cleaner) rowText(i int) string {
	return c.plain[c.doc.Rows[i].Start:c.doc.Rows[i].End]
}

// A measure says how a wrapped text was cut, as far as its lengths tell.
type measure struct {
	width int  // in characters; 0 when nothing is known
	words bool // cut between words: no line had room for the first word of the next
	hang  int  // how far the lines behind the first are indented
}

// measure tells how rows first to last were cut. A terminal cuts all lines but
// the last at one width (a blank there may be lost); a program that wraps
// between words leaves ragged lines, none of which had room for one word more.
func (c *cleaner) measure(first, last int) measure {
	if last-first < 2 {
		return measure{hang: indent(c.rowText(first))}
	}
	m := measure{hang: indent(c.rowText(first + 1))}
	var lengths [maxJoined]int
	width := 0
	for i := first; i <= last; i++ {
		lengths[i-first] = utf8.RuneCountInString(strings.TrimRight(c.rowText(i), " "))
		if i < last {
			width = max(width, lengths[i-first])
		}
	}
	roomy := 0
	for i := first; i < last; i++ {
		m.hang = min(m.hang, indent(c.rowText(i+1)))
		word := strings.TrimLeft(c.rowText(i+1), " ")
		if k := strings.IndexByte(word, ' '); k >= 0 {
			word = word[:k]
		}
		if lengths[i-first]+1+utf8.RuneCountInString(word) <= width {
			roomy++
		}
	}
	breaks := last - first
	if n, full := commonest(lengths[:breaks]); full > 1 && full*3 >= (breaks-1)*2 {
		m.width = n
	} else if roomy == 0 || breaks > 4 && roomy*5 <= breaks {
		m.width, m.words = width, true
	}
	return m
}

// commonest returns the length that most of lengths have, those that are short
// of it by one counted too, and how many these are; only a length that stands
// twice counts.
func commonest(lengths []int) (length, count int) {
	for _, n := range lengths {
		same, shorter := 0, 0
		for _, k := range lengths {
			if k == n {
				same++
			} else if k == n-1 {
				shorter++
			}
		}
		if same > 1 && (same+shorter > count || same+shorter == count && n > length) {
			length, count = n, same+shorter
		}
	}
	return length, count
}

// indent returns how many blanks text begins with.
func indent(text string) int { return len(text) - len(strings.TrimLeft(text, " ")) }

// joint reads the break behind row i of a text that was cut as m says.
func (c *cleaner) joint(i int, m measure) joint {
	a, b := c.rowText(i), c.rowText(i+1)
	end := strings.TrimRight(a, " ")
	blanks := len(a) - len(end)
	skip := max(indent(b), commonMark(end, b))
	rest := b[skip:]
	cut, words := form{drop: blanks, skip: skip}, form{drop: blanks, skip: skip, space: true}
	if end == "" || rest == "" {
		return joint{words, words, true}
	}
	z := end[len(end)-1]
	switch {
	case z == '=' && (c.printable || len(end) >= 70 && len(end) <= 76):
		// Quoted-printable's soft break (RFC 2045 section 6.7), or a name whose
		// value is on the next line.
		return joint{form{drop: blanks + 1}, cut, false}
	case z == '\\':
		return joint{form{drop: blanks + 1, skip: skip}, form{drop: blanks + 1, skip: skip, space: true}, true}
	case z == '-' && len(end) > 1 && isLower(end[len(end)-2]) && isLower(rest[0]):
		return joint{form{drop: blanks + 1, skip: skip}, cut, false}
	case strings.IndexByte("{[,", z) >= 0 && strings.IndexByte("\"}]{", rest[0]) >= 0,
		(z == '"' || z == '}' || z == ']') && (rest[0] == '}' || rest[0] == ']'):
		// JSON laid out over lines.
		return joint{words, words, true}
	}
	if drop, open, ok := literals(end, rest); ok {
		return joint{form{drop: blanks + drop, skip: skip + open}, words, false}
	}
	j := joint{cut, words, blanks > 0 || indent(b) == m.hang+1}
	if n := utf8.RuneCountInString(end); !j.words && m.width > 0 && n <= m.width && (!m.words || n < m.width) {
		j.words = n < m.width
	} else if !j.words {
		j.words = betweenWords(end, rest)
	}
	return j
}
