package match

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A lead is how all matches of a regexp begin: with one of a few literals.
// Trying the regexp only there, anchored, costs a small part of what package
// regexp needs to find the place itself.
type lead struct {
	first [256]bool      // first bytes of words, in either case
	words []string       // lower case, ASCII; of at least leadMin bytes
	begin *regexp.Regexp // at the beginning of what is seen
	after *regexp.Regexp // behind one rune, which assertions may look at
}

const (
	leadMin  = 2  // bytes of a word, below which it stands everywhere
	leadWant = 4  // bytes from which a word need not be made longer
	leadMost = 24 // words

	leadTries = 8 // vain tries in one text
)

// leadOf returns the lead of the regexp src, or nil when it has none.
func leadOf(src string) *lead {
	tree, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return nil
	}
	p := begins(tree.Simplify(), 0)
	if len(p.words) == 0 || len(p.words) > leadMost {
		return nil
	}
	l := &lead{words: p.words}
	for _, w := range p.words {
		if len(w) < leadMin {
			return nil
		}
		l.first[w[0]] = true
		if 'a' <= w[0] && w[0] <= 'z' {
			l.first[w[0]-0x20] = true
		}
	}
	if l.begin, err = regexp.Compile(`\A(?:` + src + `)`); err != nil {
		return nil
	}
	if l.after, err = regexp.Compile(`\A(?s:.)(?:` + src + `)`); err != nil {
		return nil
	}
	return l
}

// A beginning is a set of words with which the matches of a part begin; whole
// says that they are all of it, so that what follows may lengthen them.
type beginning struct {
	words []string
	whole bool
}

var noBeginning = beginning{}

// begins finds how matches of re begin. Word boundaries are passed over: the
// regexp itself tests them.
func begins(re *syntax.Regexp, depth int) beginning {
	if depth > 50 {
		return noBeginning
	}
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return beginning{[]string{""}, true}
	case syntax.OpLiteral:
		return literalBeginning(re)
	case syntax.OpCharClass:
		var words []string
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if words = addWord(words, string(lowerRune(r))); len(words) > leadMost {
					return noBeginning
				}
			}
		}
		return beginning{words, true}
	case syntax.OpCapture:
		return begins(re.Sub[0], depth+1)
	case syntax.OpPlus:
		b := begins(re.Sub[0], depth+1)
		b.whole = false
		return b
	case syntax.OpQuest:
		b := begins(re.Sub[0], depth+1)
		if len(b.words) == 0 {
			return noBeginning
		}
		if !b.whole {
			return noBeginning // with or without it: too many beginnings to follow
		}
		return beginning{addWord(append([]string(nil), b.words...), ""), true}
	case syntax.OpAlternate:
		out := beginning{whole: true}
		for _, sub := range re.Sub {
			b := begins(sub, depth+1)
			if len(b.words) == 0 {
				return noBeginning
			}
			for _, w := range b.words {
				out.words = addWord(out.words, w)
			}
			out.whole = out.whole && b.whole
		}
		if len(out.words) > leadMost {
			return noBeginning
		}
		return out
	case syntax.OpConcat:
		return beginsAll(re.Sub, depth)
	}
	return noBeginning
}

// literalBeginning reads a literal. The parser makes one that folds of classes
// such as [Чч]; beyond ASCII, only its first rune is followed.
func literalBeginning(re *syntax.Regexp) beginning {
	var b strings.Builder
	for i, r := range re.Rune {
		if re.Flags&syntax.FoldCase == 0 || r < utf8.RuneSelf && unicode.SimpleFold(r) < utf8.RuneSelf {
			b.WriteRune(lowerRune(r))
			continue
		}
		if i > 0 {
			return beginning{[]string{b.String()}, false}
		}
		words := []string{string(lowerRune(r))}
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			words = addWord(words, string(lowerRune(f)))
		}
		return beginning{words, len(re.Rune) == 1}
	}
	return beginning{[]string{b.String()}, true}
}

func beginsAll(subs []*syntax.Regexp, depth int) beginning {
	out := beginning{[]string{""}, true}
	for _, sub := range subs {
		if shortestWord(out.words) >= leadWant {
			out.whole = false
			return out
		}
		b := begins(sub, depth+1)
		if len(b.words) == 0 || len(b.words)*len(out.words) > leadMost {
			out.whole = false
			return out
		}
		var next []string
		for _, w := range out.words {
			for _, more := range b.words {
				next = addWord(next, w+more)
			}
		}
		out.words = next
		if !b.whole {
			out.whole = false
			return out
		}
	}
	return out
}

func shortestWord(words []string) int {
	n := len(words[0])
	for _, w := range words {
		n = min(n, len(w))
	}
	return n
}

func addWord(words []string, w string) []string {
	for _, have := range words {
		if have == w {
			return words
		}
	}
	return append(words, w)
}

func lowerRune(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r | 0x20
	}
	return r
}

// find returns the first match in text as FindSubmatchIndex does; ok is false
// when it gave up. A try may run to the end of the text, so many of them would
// take time quadratic in it: then package regexp searches once for all.
func (l *lead) find(text []byte) (m []int, ok bool) {
	tries := 0
	for at := 0; at < len(text); at++ {
		if !l.first[text[at]] || !l.starts(text[at:]) {
			continue
		}
		if tries++; tries > leadTries {
			return nil, false
		}
		from, re := at, l.begin
		if at > 0 {
			_, size := utf8.DecodeLastRune(text[:at])
			from, re = at-size, l.after
		}
		if m = re.FindSubmatchIndex(text[from:]); m == nil {
			continue
		}
		for k := range m {
			if m[k] >= 0 {
				m[k] += from
			}
		}
		m[0] = at
		return m, true
	}
	return nil, true
}

// starts reports whether text begins with one of the words, in either case.
func (l *lead) starts(text []byte) bool { return startsWithOne(text, l.words) }

func startsWithOne(text []byte, words []string) bool {
next:
	for _, w := range words {
		if len(text) < len(w) {
			continue
		}
		for k := range len(w) {
			c := text[k]
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			if c != w[k] {
				continue next
			}
		}
		return true
	}
	return false
}
