package clean

import "bytes"

// terminal removes what steers a terminal: escape sequences (ECMA-48), also
// those whose escape byte was lost or written out on the way, and controls.
// Breaks inside a line become '\r', at which the line is split.
func (c *cleaner) terminal(e *edit, text []byte) {
	if classify(text)&(control|bracket) == 0 {
		return
	}
	bare := resetsColour(text)
	for i := 0; i < len(text); {
		b := text[i]
		switch {
		case b == 0x1b:
			end := escapeEnd(text, i+1)
			e.replace(i, end, "")
			i = end
			continue
		case b == '[':
			if from, end := lostEscape(text, i, e.done, bare); end > 0 {
				e.replace(from, end, "")
				i = end
				continue
			}
		case b == '\b':
			// Overstrike: the byte before was typed over.
			from := i
			if from > e.done && text[from-1] < 0x80 {
				from--
			}
			e.replace(from, i+1, "")
		case b == '\f' || b == '\v':
			e.replace(i, i+1, "\r")
		case b == '\r':
		case b < 0x20 || b == 0x7f:
			e.replace(i, i+1, "")
		}
		i++
	}
}

// escapeEnd returns where the escape sequence ends whose introducer stands
// before i.
func escapeEnd(text []byte, i int) int {
	if i >= len(text) {
		return i
	}
	switch text[i] {
	case '[':
		if end := csiEnd(text, i+1); end > 0 {
			return end
		}
		return i + 1
	case ']', 'P', 'X', '^', '_':
		// A string (a window title, a link) up to BEL or ESC \. Where the end is
		// missing, what follows is text.
		window := text[i:min(len(text), i+4096)]
		for k, b := range window {
			if b == 0x07 {
				return i + k + 1
			}
			if b == 0x1b {
				if k+1 < len(window) && window[k+1] == '\\' {
					return i + k + 2
				}
				break
			}
		}
		return i + 1
	case '(', ')', '*', '+', '#', '%':
		return min(i+2, len(text))
	}
	if text[i] >= 0x30 && text[i] < 0x7f {
		return i + 1
	}
	return i
}

// csiEnd returns where the control sequence ends whose parameters begin at i,
// or 0.
func csiEnd(text []byte, i int) int {
	for limit := min(len(text), i+64); i < limit; i++ {
		if b := text[i]; b >= 0x40 && b < 0x7f {
			return i + 1
		} else if b < 0x20 || b >= 0x40 {
			return 0
		}
	}
	return 0
}

// written are the ways in which the escape byte is written out: by cat -v, in
// source and JSON, by rsyslog, as a picture, and as a replacement character.
var written = [...]string{"^[", `\u001b`, `\u001B`, `\x1b`, `\x1B`, `\033`, `\e`, "#033", "␛", "\uFFFD"}

// lostEscape finds a control sequence at the '[' at i whose escape byte is
// written out or, with bare, missing. done is how far back it may reach.
func lostEscape(text []byte, i, done int, bare bool) (from, end int) {
	end = csiEnd(text, i+1)
	if end == 0 || !bytes.ContainsRune([]byte("mKJHABCDGhl"), rune(text[end-1])) {
		return 0, 0
	}
	for _, w := range written {
		if n := i - len(w); n >= done && string(text[n:i]) == w {
			return n, end
		}
	}
	// Without any sign of the escape only colours are believed, and not
	// what looks like a range of minutes or megabytes: [5m], [64m,128m].
	if !bare || text[end-1] != 'm' || end < len(text) && (text[end] == ']' || text[end] == ',') {
		return 0, 0
	}
	value, any := 0, false
	for _, b := range text[i+1 : end-1] {
		switch {
		case b == ';':
			value = 0
		case b >= '0' && b <= '9':
			value, any = value*10+int(b-'0'), true
			if value > 255 {
				return 0, 0
			}
		default:
			return 0, 0
		}
	}
	if !any && end-i != 2 {
		return 0, 0
	}
	return i, end
}

// resetsColour reports whether text holds a sequence that ends a colour.
func resetsColour(text []byte) bool {
	return bytes.Contains(text, []byte("[0m")) || bytes.Contains(text, []byte("[m")) ||
		bytes.Contains(text, []byte("[39m")) || bytes.Contains(text, []byte("[0;"))
}
