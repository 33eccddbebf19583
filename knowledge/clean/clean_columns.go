package clean

import (
	"strings"
	"unicode/utf8"
)

// maxColumns is how many characters wide a table may be.
const maxColumns = 512

// viewColumns adds, for rows that stand in columns (a log viewer's, a table's
// whose cells are wrapped), one joined view of each column.
func (c *cleaner) viewColumns(first, last int) {
	for i := first; i < last; {
		if !isColumned(c.rowText(i)) {
			i++
			continue
		}
		k := i + 1
		for k <= last && k-i < maxJoined {
			if text := c.rowText(k); !isColumned(text) && !(indent(text) > 1 && len(text) <= maxColumns && indent(text) < len(text)) {
				break
			}
			k++
		}
		if k-i > 1 {
			c.viewGrid(i, k-1)
		}
		i = k
	}
}

// isColumned reports whether text has a gap or a line inside.
func isColumned(text string) bool {
	text = strings.Trim(text, " ")
	return len(text) > 2 && len(text) <= maxColumns && (strings.Contains(text, "  ") || strings.Contains(text, " | ")) && !isEdge(text)
}

// viewGrid finds the columns of rows first to last, which are parted where all
// rows have a gap of two blanks or a line, and adds their views.
func (c *cleaner) viewGrid(first, last int) {
	var taken, ruled [maxColumns + 1]bool
	// offsets[r][n] is the offset in row r of its character n.
	offsets := make([][]int, last-first+1)
	width := 0
	for r := range offsets {
		n := 0
		text := c.rowText(first + r)
		for at, b := range text {
			offsets[r] = append(offsets[r], at)
			taken[n] = taken[n] || b != ' ' && b != '|'
			ruled[n] = ruled[n] || b == '|'
			n++
		}
		offsets[r] = append(offsets[r], len(text))
		width = max(width, n)
	}
	for n := 0; n < width; n++ {
		if !taken[n] {
			continue
		}
		// A gap of one blank is a gap between words, unless a line stands in it.
		from := n
		for n < width && (taken[n] || !ruled[n] && n+1 < width && taken[n+1]) {
			n++
		}
		if from > 0 || n < width {
			c.viewColumn(first, offsets, from, n)
		}
	}
}

// viewColumn adds a view of the cells between the characters from and to of
// the rows from first on: one that takes cells which fill the column for cut
// in a token, and one that does not.
func (c *cleaner) viewColumn(first int, offsets [][]int, from, to int) {
	var lo, hi [maxJoined]int
	cells, size, width := 0, 0, 0
	differ := false // a mark before every line is no column
	for r, at := range offsets {
		row := c.doc.Rows[first+r]
		lo[r] = row.Start + at[min(from, len(at)-1)]
		hi[r] = row.Start + at[min(to, len(at)-1)]
		for hi[r] > lo[r] && c.plain[hi[r]-1] == ' ' {
			hi[r]--
		}
		width = max(width, utf8.RuneCountInString(c.plain[lo[r]:hi[r]]))
		for lo[r] < hi[r] && c.plain[lo[r]] == ' ' {
			lo[r]++
		}
		if lo[r] < hi[r] {
			cells++
			differ = differ || c.plain[lo[r]:hi[r]] != c.plain[lo[0]:hi[0]]
			size += hi[r] - lo[r] + 1
		}
	}
	if cells < 2 || !differ {
		return
	}
	last := first + len(offsets) - 1
	for _, whole := range [...]bool{false, true} {
		if !c.affords(last, size) {
			return
		}
		start := len(c.out.text)
		e := edit{in: &c.out, out: &c.out}
		full, tight := false, false
		for r := range offsets {
			if lo[r] == hi[r] {
				continue
			}
			if len(c.out.text) > start {
				if whole || !full {
					e.put(" ", lo[r], lo[r])
				} else {
					tight = true
				}
			}
			e.keep(lo[r], hi[r])
			full = utf8.RuneCountInString(c.plain[lo[r]:hi[r]]) >= width-1
		}
		c.endView(start, first, last, Joined)
		if !tight {
			return
		}
	}
}
