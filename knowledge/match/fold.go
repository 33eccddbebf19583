package match

import (
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// foldASCII rewrites a valid regexp so that it matches the same without the
// flag i, except that only ASCII letters fold. With folded it begins as if
// under (?i).
//
// The parse tree would be a better place if it told which members of a class
// the parser added by folding.
func foldASCII(src string, folded bool) string {
	if !folded && !strings.Contains(src, "(?") {
		return src
	}
	f := folder{src: src, on: folded}
	f.out.Grow(4 * len(src))
	for f.src != "" {
		f.next()
	}
	return f.out.String()
}

type folder struct {
	src   string // what is left
	on    bool   // letters fold here
	outer []bool // the same for the groups around
	out   strings.Builder
}

// take returns the next n bytes of the source and moves on.
func (f *folder) take(n int) string {
	n = min(n, len(f.src))
	t := f.src[:n]
	f.src = f.src[n:]
	return t
}

func (f *folder) next() {
	switch c := f.src[0]; {
	case c == '\\':
		f.escape()
	case c == '[':
		f.class(f.take(classLen(f.src)))
	case c == '(':
		f.group()
	case c == ')':
		if n := len(f.outer); n > 0 {
			f.on, f.outer = f.outer[n-1], f.outer[:n-1]
		}
		f.out.WriteString(f.take(1))
	case c < utf8.RuneSelf:
		f.rune(rune(f.take(1)[0]), false)
	default:
		_, n := utf8.DecodeRuneInString(f.src)
		f.out.WriteString(f.take(n))
	}
}

// rune writes one character, quoted if it stands for itself whatever it is.
func (f *folder) rune(r rune, quoted bool) {
	switch {
	case f.on && isLetter(r):
		f.out.WriteByte('[')
		f.out.WriteRune(r | 0x20)
		f.out.WriteRune(r &^ 0x20)
		f.out.WriteByte(']')
	case quoted:
		f.out.WriteString(regexp.QuoteMeta(string(r)))
	default:
		f.out.WriteRune(r)
	}
}

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' && r < utf8.RuneSelf }

func (f *folder) escape() {
	if strings.HasPrefix(f.src, `\Q`) {
		f.take(2)
		quoted, rest, _ := strings.Cut(f.src, `\E`)
		for _, r := range quoted {
			f.rune(r, true)
		}
		f.src = rest
		return
	}
	if t := f.take(escapeLen(f.src)); !f.on || len(t) < 2 || strings.IndexByte("xpP01234567", t[1]) < 0 {
		f.out.WriteString(t) // \d, \w, \s and their opposites hold both cases or none
	} else {
		f.class("[" + t + "]")
	}
}

// escapeLen is the length of the escape that s begins with.
func escapeLen(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch c := s[1]; {
	case (c == 'x' || c == 'p' || c == 'P') && len(s) > 2 && s[2] == '{':
		return strings.IndexByte(s, '}') + 1
	case c == 'x':
		return min(len(s), 4)
	case c == 'p' || c == 'P':
		_, n := utf8.DecodeRuneInString(s[2:])
		return 2 + n
	case c >= '0' && c <= '7':
		n := 2
		for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		return n
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	return 1 + n
}

// classLen is the length of the bracketed class that s begins with.
func classLen(s string) int {
	i := 1
	if strings.HasPrefix(s, "[^") {
		i++
	}
	for first := true; i < len(s); first = false {
		switch {
		case s[i] == ']' && !first:
			return i + 1
		case s[i] == '\\':
			i += max(escapeLen(s[i:]), 1)
		case strings.HasPrefix(s[i:], "[:"):
			if n := strings.Index(s[i:], ":]"); n >= 0 {
				i += n + 2
			} else {
				i++
			}
		default:
			i++
		}
	}
	return len(s)
}

// class writes a class with the other case of each ASCII letter in it. What is
// negated is the class so completed.
func (f *folder) class(src string) {
	negated := strings.HasPrefix(src, "[^")
	body := src
	if negated {
		body = "[" + src[2:]
	}
	re, err := syntax.Parse(body, syntax.Perl)
	if !f.on || err != nil {
		f.out.WriteString(src)
		return
	}
	f.out.WriteByte('[')
	if negated {
		f.out.WriteByte('^')
	}
	ranges := members(re)
	if len(ranges) == 0 { // a class must not be empty
		f.out.WriteString(`^\x{0}-\x{10ffff}`)
	}
	for i := 0; i < len(ranges); i += 2 {
		f.span(ranges[i], ranges[i+1])
		f.other(ranges[i], ranges[i+1], 'a', 'z')
		f.other(ranges[i], ranges[i+1], 'A', 'Z')
	}
	f.out.WriteByte(']')
}

// span writes the characters from lo to hi.
func (f *folder) span(lo, hi rune) {
	f.out.WriteString(`\x{`)
	f.out.WriteString(strconv.FormatInt(int64(lo), 16))
	f.out.WriteString(`}-\x{`)
	f.out.WriteString(strconv.FormatInt(int64(hi), 16))
	f.out.WriteByte('}')
}

// other writes the other case of the letters from first to last that are
// within lo to hi.
func (f *folder) other(lo, hi, first, last rune) {
	if lo, hi = max(lo, first), min(hi, last); lo <= hi {
		f.span(lo^0x20, hi^0x20)
	}
}

// members returns what a class that was parsed alone holds, as pairs of first
// and last.
func members(re *syntax.Regexp) []rune {
	switch re.Op {
	case syntax.OpCharClass:
		return re.Rune
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []rune{0, unicode.MaxRune}
	case syntax.OpLiteral: // a class of one, or of one letter's cases
		r := re.Rune[0]
		set := []rune{r, r}
		if re.Flags&syntax.FoldCase != 0 {
			for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
				set = append(set, o, o)
			}
		}
		return set
	}
	return nil
}

// group writes the opening of a group, or a change of flags, without i.
func (f *folder) group() {
	if !strings.HasPrefix(f.src, "(?") || strings.HasPrefix(f.src, "(?P") || strings.HasPrefix(f.src, "(?<") {
		n := 1
		if len(f.src) > 1 && f.src[1] == '?' {
			n = strings.IndexByte(f.src, '>') + 1 // the name is not for folding
		}
		f.outer = append(f.outer, f.on)
		f.out.WriteString(f.take(n))
		return
	}
	n := strings.IndexAny(f.src, ":)") + 1
	flags := f.take(n)
	set, unset, _ := strings.Cut(flags[2:n-1], "-")
	on := f.on
	if strings.Contains(set, "i") {
		on = true
	}
	if strings.Contains(unset, "i") {
		on = false
	}
	if flags[n-1] == ':' {
		f.outer = append(f.outer, f.on)
	}
	f.on = on
	set, unset = strings.ReplaceAll(set, "i", ""), strings.ReplaceAll(unset, "i", "")
	if set == "" && unset == "" && flags[n-1] == ')' {
		set = "s" // something has to stand here, and no line has a line feed for a dot to match
	}
	if unset != "" {
		unset = "-" + unset
	}
	f.out.WriteString("(?" + set + unset + flags[n-1:])
}
