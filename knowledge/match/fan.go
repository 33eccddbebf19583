package match

import (
	"regexp"
	"regexp/syntax"
	"sync/atomic"
	"unicode/utf8"
)

// A fan is a regexp of many alternatives, most of which begin with words.
// Package regexp tries all of them at each place of the text, and a large
// regexp in its slowest way; a fan tries at each place those whose words stand
// there. It is for regexps without groups.
type fan struct {
	branches []branch
	first    [256][]int32   // branches whose words begin with the byte, in order
	rest     *regexp.Regexp // the branches without such words, or nil
	begin    *regexp.Regexp // all branches, at the beginning of what is seen,
	after    *regexp.Regexp // or behind one rune
}

// A branch is one alternative. Its regexps are compiled when its words stand in
// a text for the first time.
type branch struct {
	source       string
	words        []string // as in lead
	short        bool     // a try looks at few bytes
	begin, after atomic.Pointer[regexp.Regexp]
}

const (
	fanLeast = 4   // branches below which package regexp does well
	fanShort = 128 // bytes of a short match
)

// fanOf returns the fan of a regexp without groups, or nil when it is none.
func fanOf(src string) *fan {
	tree, err := syntax.Parse(src, syntax.Perl)
	if err != nil || tree.Op != syntax.OpAlternate || len(tree.Sub) < fanLeast || tree.MaxCap() > 0 {
		return nil
	}
	f := &fan{}
	var rest []*syntax.Regexp
	for _, sub := range tree.Sub {
		b := begins(sub.Simplify(), 0)
		if len(b.words) == 0 || len(b.words) > leadMost || shortestWord(b.words) < leadMin {
			rest = append(rest, sub)
			continue
		}
		n := longestMatch(sub, 0)
		f.branches = append(f.branches, branch{source: sub.String(), words: b.words, short: n >= 0 && n <= fanShort})
	}
	if len(f.branches) < fanLeast {
		return nil
	}
	for i := range f.branches {
		var linked [256]bool
		for _, w := range f.branches[i].words {
			for _, c := range []byte{w[0], upperByte(w[0])} {
				if !linked[c] {
					linked[c] = true
					f.first[c] = append(f.first[c], int32(i))
				}
			}
		}
	}
	if rest != nil {
		if f.rest, err = regexp.Compile((&syntax.Regexp{Op: syntax.OpAlternate, Sub: rest}).String()); err != nil {
			return nil
		}
	}
	if f.begin, err = regexp.Compile(`\A(?:` + src + `)`); err != nil {
		return nil
	}
	if f.after, err = regexp.Compile(`\A(?s:.)(?:` + src + `)`); err != nil {
		return nil
	}
	return f
}

func upperByte(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 0x20
	}
	return c
}

// longestMatch is how many bytes a match of re has at most, or -1 when there is
// no bound.
func longestMatch(re *syntax.Regexp, depth int) int {
	if depth > 50 {
		return -1
	}
	all := func() (sum, most int) {
		for _, sub := range re.Sub {
			n := longestMatch(sub, depth+1)
			if n < 0 {
				return -1, -1
			}
			sum += n
			most = max(most, n)
		}
		return sum, most
	}
	switch re.Op {
	case syntax.OpLiteral:
		return utf8.UTFMax * len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax
	case syntax.OpCapture, syntax.OpConcat:
		sum, _ := all()
		return sum
	case syntax.OpAlternate, syntax.OpQuest:
		_, most := all()
		return most
	case syntax.OpRepeat:
		sum, _ := all()
		if sum < 0 || re.Max < 0 {
			return -1
		}
		return sum * re.Max
	case syntax.OpStar, syntax.OpPlus:
		return -1
	}
	return 0
}

// find returns the first match in text as FindIndex does; ok is false when it
// gave up, as [lead.find] does.
func (f *fan) find(text []byte) (m []int, ok bool) {
	end := len(text)
	if f.rest != nil {
		if m = f.rest.FindIndex(text); m != nil {
			end = m[0] + 1
		}
	}
	tries := 0
	for at := 0; at < end && at < len(text); at++ {
		for _, i := range f.first[text[at]] {
			b := &f.branches[i]
			if !startsWithOne(text[at:], b.words) {
				continue
			}
			if !b.short {
				if tries++; tries > leadTries {
					return nil, false
				}
			}
			if b.at(text, at) == nil {
				continue
			}
			// Which of several branches that match here is the one depends on
			// their order, that of the rest among them.
			return matchAt(f.begin, f.after, text, at), true
		}
	}
	return m, true
}

// at returns the branch's match that begins at text[at], or nil.
func (b *branch) at(text []byte, at int) []int {
	p, prefix := &b.begin, `\A(?:`
	if at > 0 {
		p, prefix = &b.after, `\A(?s:.)(?:`
	}
	re := p.Load()
	if re == nil {
		var err error
		if re, err = regexp.Compile(prefix + b.source + `)`); err != nil {
			re = nothing()
		}
		p.Store(re)
	}
	return matchAt(re, re, text, at)
}

// matchAt returns the match that begins at text[at]: that of begin at the
// beginning, that of after behind the rune before.
func matchAt(begin, after *regexp.Regexp, text []byte, at int) []int {
	from, re := at, begin
	if at > 0 {
		_, size := utf8.DecodeLastRune(text[:at])
		from, re = at-size, after
	}
	m := re.FindIndex(text[from:])
	if m == nil {
		return nil
	}
	return []int{at, m[1] + from}
}
