package clean

import "strings"

// layout takes off what viewers and mail put in front of lines (and behind
// them): quote marks, frames, line numbers. Whether a line has such a thing is
// told by its neighbours, so this looks at all lines together. It reports
// whether it changed any.
func (c *cleaner) layout() (any bool) {
	for range maxLayouts {
		quotes, frames, numbers := 0, 0, 0
		for i := range c.lines {
			switch b := c.firstByte(&c.lines[i]); {
			case b == '>':
				quotes++
			case b == '|':
				frames++
			case b >= '0' && b <= '9':
				numbers++
			}
		}
		changed := false
		if quotes > 0 {
			changed = c.quotes()
		}
		if frames > 0 {
			changed = c.frames() || changed
		}
		if numbers > 1 {
			changed = c.numbers() || changed
		}
		if !changed {
			break
		}
		any = true
	}
	return any
}

const maxLayouts = 4

// firstByte returns the first byte of l that is no blank, or 0.
func (c *cleaner) firstByte(l *line) byte {
	text := c.text(l)
	for i := 0; i < len(text); i++ {
		if b := text[i]; b != ' ' {
			return b
		}
	}
	return 0
}

// quotes takes off quote marks, all levels of them. A transcript of curl -v
// marks what was sent with "> ", so it is left alone.
func (c *cleaner) quotes() (changed bool) {
	for i := 0; i < len(c.lines); {
		if c.firstByte(&c.lines[i]) != '>' {
			i++
			continue
		}
		from, to := i, i+1
		transcript := false
		for from > 0 && isTranscript(c.text(&c.lines[from-1])) {
			from--
		}
		for to < len(c.lines) && (c.firstByte(&c.lines[to]) == '>' || isTranscript(c.text(&c.lines[to]))) {
			to++
		}
		for k := from; k < to && !transcript; k++ {
			transcript = isExchange(c.text(&c.lines[k]))
		}
		for ; i < to; i++ {
			if !transcript {
				changed = c.unquote(&c.lines[i]) || changed
			}
		}
	}
	return changed
}

func (c *cleaner) unquote(l *line) bool {
	text := c.text(l)
	n, end, levels := 0, 0, 0
	for n < len(text) {
		if text[n] == '>' {
			levels++
			n++
			end = n
		} else if text[n] == ' ' {
			n++
		} else {
			break
		}
	}
	if levels == 0 {
		return false
	}
	if end < len(text) && text[end] == ' ' {
		end++
	}
	l.lo += end
	l.dirty = true
	l.quoted = uint8(min(255, int(l.quoted)+levels))
	return true
}

// isTranscript reports whether a line begins as curl -v's others do.
func isTranscript(text string) bool {
	return len(text) > 1 && (text[0] == '<' || text[0] == '*' || text[0] == '{' || text[0] == '}') && text[1] == ' ' ||
		text == "<"
}

// isExchange reports whether a line is a request or an answer as curl -v
// shows it.
func isExchange(text string) bool {
	if strings.HasPrefix(text, "< HTTP/") {
		return true
	}
	rest, ok := strings.CutPrefix(text, "> ")
	if !ok {
		return false
	}
	method, rest, ok := strings.Cut(rest, " ")
	if !ok || len(method) < 3 || len(method) > 7 || strings.ToUpper(method) != method {
		return false
	}
	return strings.Contains(rest, " HTTP/")
}

// frames takes off the outer lines of boxes: "| text |", and "| text" where
// the next or the last line has one too.
func (c *cleaner) frames() (changed bool) {
	before := false // whether the line before began with a frame
	for i := range c.lines {
		l := &c.lines[i]
		if c.firstByte(l) != '|' {
			before = false
			continue
		}
		text := c.text(l)
		lo := strings.IndexByte(text, '|') + 1
		if lo > 1 && c.isInside(i, lo) {
			before = true
			continue
		}
		hi := len(text)
		for hi > lo && text[hi-1] == ' ' {
			hi--
		}
		closed := hi > lo && text[hi-1] == '|'
		next := i+1 < len(c.lines) && c.firstByte(&c.lines[i+1]) == '|'
		if !closed && !before && !next && !boxed(c, i) {
			before = true
			continue
		}
		before = true
		if lo < len(text) && text[lo] == ' ' {
			lo++
		}
		if closed {
			hi--
			for hi > lo && text[hi-1] == ' ' {
				hi--
			}
		} else {
			hi = len(text)
		}
		l.lo, l.hi, l.dirty = l.lo+lo, l.lo+max(lo, hi), true
		changed = true
	}
	return changed
}

// isInside reports whether the line that begins line i, behind blanks, parts
// the cells of a table whose frame is gone: the first cell is empty, and a
// neighbour's is not. width is where the text behind it begins.
func (c *cleaner) isInside(i, width int) bool {
	for _, step := range [...]int{-1, 1} {
		for k := i + step; k >= max(0, i-maxJoined) && k < min(len(c.lines), i+maxJoined); k += step {
			text := c.text(&c.lines[k])
			if len(text) < width || text[width-1] != '|' {
				break
			}
			if strings.TrimLeft(text[:width-1], " |") != "" {
				return true
			}
		}
	}
	return false
}

// boxed reports whether the line before or after line i is the edge of a box.
func boxed(c *cleaner, i int) bool {
	return i > 0 && isEdge(c.text(&c.lines[i-1])) || i+1 < len(c.lines) && isEdge(c.text(&c.lines[i+1]))
}

// isEdge reports whether text is a horizontal line of a box.
func isEdge(text string) bool {
	text = strings.TrimSpace(text)
	if len(text) < 3 {
		return false
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '-', '+', '=', '|':
		default:
			return false
		}
	}
	return strings.Contains(text, "--") || strings.Contains(text, "==")
}
