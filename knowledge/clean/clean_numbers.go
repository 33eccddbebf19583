package clean

import (
	"strings"
)

// numbers takes off line numbers as less -N, cat -n, grep -n and editors put
// them: at least three lines whose numbers rise by one (two, where the
// numbers are padded), with at most four wrapped lines without one between.
func (c *cleaner) numbers() (changed bool) {
	for i := 0; i < len(c.lines); i++ {
		n, width, ok := lineNumber(c.text(&c.lines[i]))
		if !ok {
			continue
		}
		padded := c.text(&c.lines[i])[0] == ' '
		last, count, gap := i, 1, 0
		for k := i + 1; k < len(c.lines) && gap <= 4; k++ {
			m, _, ok := lineNumber(c.text(&c.lines[k]))
			if ok && m == n+count {
				last, count, gap = k, count+1, 0
			} else if gap++; ok && m > n+count {
				break
			}
		}
		if count < 2 || count < 3 && !padded || c.isTable(i) {
			continue
		}
		next, ruled := n, c.isRuled(i, last, n)
		for k := i; k <= last; k++ {
			l := &c.lines[k]
			if m, w, ok := lineNumber(c.text(l)); ok && m == next {
				if ruled {
					w += len("| ")
				}
				l.lo, l.dirty = min(l.lo+w, l.hi), true
				next++
			} else if text := c.text(l); len(text) > width && strings.TrimLeft(text[:width], " ") == "" {
				l.lo += width // a wrapped line, indented like the others
			}
		}
		i = last
		changed = true
	}
	return changed
}

// isRuled reports whether a line or a colon parts every number from n on of
// lines first to last from its text, as in "12 | text".
func (c *cleaner) isRuled(first, last, n int) bool {
	var rule byte
	for i := first; i <= last; i++ {
		text := c.text(&c.lines[i])
		m, w, ok := lineNumber(text)
		if !ok || m != n {
			continue
		}
		n++
		if w >= len(text) || text[w-1] != ' ' || text[w] != '|' && text[w] != ':' || rule != 0 && text[w] != rule ||
			w+1 < len(text) && text[w+1] != ' ' {
			return false
		}
		rule = text[w]
	}
	return true
}

// lineNumber reads a line number and what separates it from the text. width
// is the length of both.
func lineNumber(text string) (n, width int, ok bool) {
	i := 0
	for i < len(text) && i < 10 && text[i] == ' ' {
		i++
	}
	begin := i
	for i < len(text) && i < begin+7 && text[i] >= '0' && text[i] <= '9' {
		n = n*10 + int(text[i]-'0')
		i++
	}
	if i == begin {
		return 0, 0, false
	}
	if i == len(text) {
		return n, i, begin > 0 // an empty numbered line
	}
	switch text[i] {
	case ' ':
		return n, i + 1, true
	case ':', '|':
		// Not a time of day.
		if i+1 < len(text) && text[i+1] == ' ' {
			return n, i + 2, true
		}
		return n, i + 1, i+1 == len(text) || text[i+1] < '0' || text[i+1] > '9' || text[i] == '|'
	}
	return 0, 0, false
}

// isTable reports whether line i stands under the head of a table, whose first
// column is data.
func (c *cleaner) isTable(i int) bool {
	for k := max(0, i-3); k < i; k++ {
		if text := c.text(&c.lines[k]); strings.Contains(text, "-+-") || strings.Contains(text, "---|---") {
			return true
		}
	}
	return false
}
