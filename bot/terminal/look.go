// Package terminal prints a diagnosis as a person reads it in a terminal, and
// as Markdown. It decides nothing: it draws what package knowledge found. All
// text of a paste is redacted before it comes here; control characters are
// removed here, so nothing of a paste can move the cursor.
package terminal

import (
	"io"
	"os"
	"strconv"
)

// A Style is how to print.
type Style struct {
	Columns  int      // width of a line, 40 to 140
	Terminal bool     // a person reads it there and then: lists are folded; for another program they keep a line each
	Colour   bool     // ANSI colours
	Full     bool     // everything of an answer, not what comes first
	Dialects []string // which of a statement's dialects to print; without one of these, the first
}

const (
	defaultColumns = 100
	minColumns     = 40
	maxColumns     = 140
	maxMeasure     = 110 // of running text, which is hard to read in longer lines
)

// Look returns the style for a writer: the width of the terminal it is, in
// colour unless NO_COLOR is set or TERM is dumb or empty; for anything else 100
// columns without colour. COLUMNS, if set, wins.
func Look(w io.Writer) Style {
	s := Style{Columns: defaultColumns}
	if f, ok := w.(*os.File); ok {
		var wide int
		if wide, s.Terminal = size(f); wide > 0 {
			s.Columns = wide
		}
		term := os.Getenv("TERM")
		s.Colour = s.Terminal && colourful && os.Getenv("NO_COLOR") == "" && term != "dumb" && term != ""
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		s.Columns = n
	}
	s.Columns = max(minColumns, min(s.Columns, maxColumns))
	return s
}

// Interactive reports whether r is a terminal, at which a person types.
func Interactive(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	_, terminal := size(f)
	return terminal
}

// The colours: few, and none carries a meaning that the words lack.
const (
	bold  = "1"
	faint = "2"
	red   = "31"
	green = "32"
	amber = "33"
	blue  = "36"
	mark  = "1;33" // the evidence within its line
)

func (s Style) paint(code, text string) string {
	if !s.Colour || text == "" || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
