package analyze

import (
	"strconv"
	"strings"
	"time"

	"authfix/knowledge/clean"
)

// fact states a fact that stands at row.Text[start:end].
func (g *gathering) fact(row *Row, name, value string, start, end int) {
	g.add(name, value, row.Start+start, row.Start+end)
}

// A textGathering also collects free text. A plain row may show such a text cut
// where the line was wrapped, a joined view the whole, and a view that joined
// too much may show more.
type textGathering struct {
	gathering
	open [Max]bool // the row ended before the value of that fact did
}

// newTextGathering makes room for the facts that a record usually gives.
func newTextGathering(analyzer string) textGathering {
	return textGathering{gathering: gathering{analyzer: analyzer, facts: make([]Fact, 0, 8)}}
}

// text states a fact whose value is free text. Of values that begin alike, a
// view completes one that its row left open, and adds none otherwise.
func (g *textGathering) text(row *Row, name, value string, p pair) {
	for i := range g.facts {
		f := &g.facts[i]
		if f.Name != name || value == "" || row.View == clean.Plain {
			continue
		}
		if strings.HasPrefix(f.Value, value) {
			return
		}
		if strings.HasPrefix(value, f.Value) {
			if g.open[i] {
				f.Value = value
			}
			return
		}
	}
	n := len(g.facts)
	g.fact(row, name, value, p.start, p.end)
	if len(g.facts) > n {
		g.open[n] = p.open
	}
}

// full reports whether no more facts would be kept.
func (g *gathering) full() bool { return len(g.facts) >= Max }

// firstFact returns the first fact of that name.
func firstFact(facts []Fact, name string) (Fact, bool) {
	for _, f := range facts {
		if f.Name == name {
			return f, true
		}
	}
	return Fact{}, false
}

// lowerRows folds the ASCII letters of all rows, in one piece of memory.
func lowerRows(rec Record) []string {
	n := 0
	for i := range rec.Rows {
		n += len(rec.Rows[i].Text)
	}
	b := make([]byte, 0, n)
	for i := range rec.Rows {
		b = append(b, rec.Rows[i].Text...)
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	all, lows := string(b), make([]string, len(rec.Rows))
	for i := range rec.Rows {
		k := len(rec.Rows[i].Text)
		lows[i], all = all[:k], all[k:]
	}
	return lows
}

// canonicalTime is the form in which a fact holds a time.
func canonicalTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// unixTime reads seconds since 1970, or milliseconds when there are 13 digits.
// Times before 1990 or after 2100 are taken for other numbers.
func unixTime(s string) (time.Time, bool) {
	if len(s) < 9 || len(s) > 13 {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if len(s) == 13 {
		n /= 1000
	}
	return plausible(n)
}

// plausible turns Unix seconds between 1990 and 2100 into a time.
func plausible(n int64) (time.Time, bool) {
	if n < 631152000 || n > 4102444800 {
		return time.Time{}, false
	}
	return time.Unix(n, 0).UTC(), true
}

// digitRun returns how many digits s begins with, at most 19.
func digitRun(s string) int {
	n := 0
	for n < len(s) && n < 19 && digit(s[n]) {
		n++
	}
	return n
}

// isWord reports whether c may stand in an identifier.
func isWord(c byte) bool { return c == '_' || alphanumeric(c) }

// isIdent reports whether s is one identifier.
func isIdent(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isWord(s[i]) {
			return false
		}
	}
	return s != ""
}

func isHex(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// clip cuts s to at most n bytes, at the beginning of a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
