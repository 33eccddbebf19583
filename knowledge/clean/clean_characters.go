package clean

import (
	"bytes"
	"unicode/utf8"
)

// characters writes in ASCII what stands for it: quotes, dashes, spaces,
// ligatures, full-width forms, frames; and removes what cannot be seen.
func (c *cleaner) characters(e *edit, text []byte) {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if s, m, ok := misread(text[i:], r, n); ok {
			e.replace(i, i+m, s)
			n = m
		} else if s, ok := ascii(r, text, i, n); ok {
			e.replace(i, i+n, s)
		}
		i += n
	}
}

// ascii returns what is written for r, which stands at text[i:i+n].
func ascii(r rune, text []byte, i, n int) (string, bool) {
	switch {
	case r < 0xa0:
		return latin1Control(r)
	case r == 0xa0, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return " ", true
	case r == 0xad, r == 0x180e, r == 0x200b, r == 0x2060, r == 0xfeff,
		r == 0x200e, r == 0x200f, r == 0x061c, r >= 0x202a && r <= 0x202e, r >= 0x2061 && r <= 0x206f,
		r >= 0xe0000 && r <= 0xe007f:
		return "", true
	case r == 0x200c, r == 0x200d, r == 0xfe0e, r == 0xfe0f:
		// Joiners and variation selectors mean something between letters that
		// join and after pictures.
		return "", besideASCII(text, i, n)
	case r == 0x2028, r == 0x2029:
		return "\r", true
	case r >= 0xff01 && r <= 0xff5e:
		return asciiBytes[r-0xff01+'!' : r-0xff01+'!'+1], true
	case r >= 0x2500 && r <= 0x257f:
		return frame(r), true
	case r == 0x3001 || r == 0x3002 || r == 0xff61 || r == 0xff64:
		// A CJK comma or stop is kept in CJK text.
		if i == 0 || text[i-1] >= utf8.RuneSelf {
			return "", false
		}
		if r == 0x3001 || r == 0xff64 {
			return ",", true
		}
		return ".", true
	}
	switch r {
	case '‘', '’', '‚', '‛', '‹', '›', '′', '‵', '´', 'ʼ', 'ʹ':
		return "'", true
	case '“', '”', '„', '‟', '«', '»', '″', '‶', '〝', '〞', '〟':
		return `"`, true
	case '‐', '‑', '‒', '–', '—', '―', '−', '﹣', '⁃':
		return "-", true
	case '⁄', '∕', '⧸':
		return "/", true
	case '∶', '꞉', '︓', '﹕':
		return ":", true
	case '∗', '﹡':
		return "*", true
	case '﹤':
		return "<", true
	case '﹥':
		return ">", true
	case '﹦':
		return "=", true
	case '﹪':
		return "%", true
	case '﹫':
		return "@", true
	case '﹨', '⧵', '∖':
		return `\`, true
	case '↪', '↳', '⤷', '↩', '↵', '⤶', '⏎':
		// Editors and terminals mark a wrapped line with these.
		return "", i+n == len(text) || len(bytes.TrimSpace(text[:i])) == 0
	case '﹏', '＿':
		return "_", true
	case '│', '┃', '❘', '⏐', '￨', '▏', '▕', '∣':
		return "|", true
	case 'ﬀ':
		return "ff", true
	case 'ﬁ':
		return "fi", true
	case 'ﬂ':
		return "fl", true
	case 'ﬃ':
		return "ffi", true
	case 'ﬄ':
		return "ffl", true
	case 'ﬅ', 'ﬆ':
		return "st", true
	}
	return "", false
}

const asciiBytes = "                                 !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// latin1Control returns what a C1 control stands for. Windows-1252 read as
// Latin-1 puts quotes and dashes there.
func latin1Control(r rune) (string, bool) {
	switch r {
	case 0x82, 0x8b, 0x91, 0x92, 0x9b:
		return "'", true
	case 0x84, 0x93, 0x94:
		return `"`, true
	case 0x96, 0x97:
		return "-", true
	case 0x85:
		return "…", true
	}
	return "", true
}

// frame returns the ASCII for a character of a drawn frame.
func frame(r rune) string {
	switch r {
	case '│', '┃', '┆', '┇', '┊', '┋', '║', '╎', '╏', '╷', '╵', '╽', '╿', '╹', '╻':
		return "|"
	case '─', '━', '┄', '┅', '┈', '┉', '═', '╌', '╍', '╴', '╶', '╼', '╾', '╸', '╺':
		return "-"
	}
	return "+"
}

// besideASCII reports whether an ASCII byte or an end of the text stands on
// either side of text[i:i+n].
func besideASCII(text []byte, i, n int) bool {
	return i == 0 || text[i-1] < utf8.RuneSelf || i+n >= len(text) || text[i+n] < utf8.RuneSelf
}

// misread returns the ASCII for a character that was UTF-8 and read as
// Windows-1252: â€™ for ’, Â and a space for a no-break space. m is how many
// bytes it takes.
func misread(text []byte, r rune, n int) (s string, m int, ok bool) {
	switch r {
	case 'Â':
		if next, k := utf8.DecodeRune(text[n:]); next == 0xa0 {
			return " ", n + k, true
		}
	case 'â':
		euro, k := utf8.DecodeRune(text[n:])
		if euro != '€' && euro != 0x80 {
			return "", 0, false
		}
		last, l := utf8.DecodeRune(text[n+k:])
		m = n + k + l
		switch last {
		case 0x98, 0x99, '˜', '™':
			return "'", m, true
		case 0x9c, 0x9d, 'œ', 'ž':
			return `"`, m, true
		case 0x93, 0x94, '“', '”', 0x90, 0x91, '‘':
			return "-", m, true
		case '¦':
			return "…", m, true
		case 0x8b, '‹':
			return "", m, true
		}
	}
	return "", 0, false
}
