package bot

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// PlainLines makes a text safe to show: line breaks become \n; other control
// characters, invisible ones and those that change the direction of writing are
// dropped, and broken UTF-8 is replaced. What it returns is not yet inert in any
// markup.
func PlainLines(s string) string {
	ok := true
	for i := 0; i < len(s) && ok; i++ {
		ok = s[i] >= ' ' && s[i] < 0x7F || s[i] == '\n' || s[i] == '\t'
	}
	if ok {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
			return '\n'
		case r == '\n', r == '\t', r == 0x200C, r == 0x200D: // joiners, which Persian, Hindi and emoji are spelt with
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// PlainLine is PlainLines on one line, without blanks around it.
func PlainLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, PlainLines(s)))
}

// Blank reports whether a plain text shows nothing.
func Blank(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == 0x200C || r == 0x200D }) == ""
}

// Pieces cuts a text into pieces that each take at most the given room, of which
// every character takes what size says, at least 1: at the ends of lines, of
// sentences or of words, unless that leaves little. Put together they are the
// text again. A character that is larger than the room is a piece of its own.
func Pieces(s string, room int, size func(rune) int) []string {
	var all []string
	for len(s) > 0 {
		end := CutAt(s, room, size)
		all = append(all, s[:end])
		s = s[end:]
	}
	return all
}

// CutAt is where the first of [Pieces] ends.
func CutAt(s string, room int, size func(rune) int) int {
	most, used := len(s), 0
	for i, r := range s {
		if used += size(r); used > room {
			most = i
			break
		}
	}
	if most == len(s) {
		return most
	}
	least := most / 4
	if i := strings.LastIndexByte(s[:most], '\n'); i >= least {
		return i + 1
	}
	for i := most - 2; i > least; i-- {
		if s[i+1] == ' ' && strings.IndexByte(".?!", s[i]) >= 0 {
			return i + 2
		}
	}
	if i := strings.LastIndexByte(s[:most], ' '); i >= least && i > 0 {
		return i + 1
	}
	// Not between a character and what is joined to it.
	for end := most; end > least; {
		r, _ := utf8.DecodeRuneInString(s[end:])
		_, n := utf8.DecodeLastRuneInString(s[:end])
		if !unicode.In(r, unicode.M, unicode.Sk) && r != 0x200D && !strings.HasSuffix(s[:end], "\u200D") {
			return max(end, 1)
		}
		end -= n
	}
	if most == 0 {
		_, most = utf8.DecodeRuneInString(s)
	}
	return most
}

// Chars is the length of a text as the limits of chat platforms are counted in
// the strictest way: in UTF-16 units.
func Chars(s string) int {
	n := 0
	for _, r := range s {
		n += RuneChars(r)
	}
	return n
}

// RuneChars is [Chars] of one character.
func RuneChars(r rune) int { return max(utf16.RuneLen(r), 1) }

// Brief is a text of at most n [Chars]: it is cut where [Pieces] cuts, and an
// ellipsis shows that it was.
func Brief(s string, n int) string {
	if len(s) <= n || Chars(s) <= n { // no more characters than bytes
		return s
	}
	return s[:CutAt(s, n-1, RuneChars)] + "…"
}
