// Package terminal prints a diagnosis as a person reads it in a terminal, and
// as Markdown. It decides nothing: it draws what package knowledge found. All
// text of a paste is redacted before it comes here; control characters are
// removed here, so nothing of a paste can move the cursor.
package terminal

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// A Style is how to print: the columns there are and whether in colour.
type Style struct {
	Columns int
	Colour  bool
}

const (
	defaultColumns = 100
	minColumns     = 40
	maxColumns     = 140
)

// Look returns the style for a writer: the width of the terminal it is and
// colour unless NO_COLOR is set or TERM is dumb; for anything else 100 columns
// without colour. COLUMNS, if set, wins.
func Look(w io.Writer) Style {
	s := Style{Columns: defaultColumns}
	if f, ok := w.(*os.File); ok {
		if size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil {
			s.Colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
			if size.Col > 0 {
				s.Columns = int(size.Col)
			}
		}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		s.Columns = n
	}
	s.Columns = max(minColumns, min(s.Columns, maxColumns))
	return s
}

// The colours: few, and none carries a meaning that the words lack.
const (
	bold  = "1"
	faint = "2"
	red   = "31"
	green = "32"
	amber = "33"
	blue  = "36"
)

func (s Style) paint(code, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// plain removes what could act on a terminal: control characters, and those
// that change the direction of writing.
func plain(text string) string {
	clean := func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == utf8.RuneError:
			return -1
		}
		return r
	}
	return strings.Map(clean, text)
}

// columns is how many columns a text takes: two for the wide characters of
// Chinese, Japanese and Korean, none for combining ones.
func columns(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF,
			r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60, r >= 0xFFE0 && r <= 0xFFE6, r >= 0x1F300 && r <= 0x1FAFF:
			n += 2
		default:
			n++
		}
	}
	return n
}

// fold breaks a text into lines of at most width columns, at spaces where there
// are any. There is always one line.
func fold(text string, width int) []string {
	width = max(width, 20)
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(plain(text)) {
		n := columns(word)
		if used > 0 && used+1+n > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		for n > width { // a word longer than a line
			head := ""
			for _, r := range word {
				if columns(head+string(r)) > width {
					break
				}
				head += string(r)
			}
			lines = append(lines, head)
			word = word[len(head):]
			n = columns(word)
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += n
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}
