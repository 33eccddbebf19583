package match

import (
	"regexp"
	"regexp/syntax"
	"sync/atomic"
)

// A view is how a regexp sees a line.
type view int

// The views. A regexp with ^ or $ is compiled for each that occurs.
const (
	whole    view = 0
	cutLeft  view = 1 // it begins in the middle of the line
	cutRight view = 2 // it ends in the middle of the line
	views         = 4 // with both
)

// A program is a regexp, compiled when it is first run. Two goroutines may both
// compile it; either result is good.
type program struct {
	source   string
	exact    bool
	compiled [views]atomic.Pointer[regexp.Regexp]
	leads    [views]atomic.Pointer[lead]
	fans     [views]atomic.Pointer[fan]
}

// find returns the first match in text, a part of a line seen as v, as
// FindSubmatchIndex does.
func (p *program) find(text []byte, v view) []int {
	l := p.leads[v].Load()
	if l == nil {
		if l = leadOf(p.regexp(v).String()); l == nil {
			l = &lead{}
		}
		p.leads[v].Store(l)
	}
	if l.begin != nil {
		if m, ok := l.find(text); ok {
			return m
		}
	}
	re := p.regexp(v)
	if re.NumSubexp() > 0 {
		return re.FindSubmatchIndex(text)
	}
	if l.begin == nil {
		f := p.fans[v].Load()
		if f == nil {
			if f = fanOf(re.String()); f == nil {
				f = &fan{}
			}
			p.fans[v].Store(f)
		}
		if f.branches != nil {
			if m, ok := f.find(text); ok {
				return m
			}
		}
	}
	return re.FindIndex(text)
}

func (p *program) regexp(v view) *regexp.Regexp {
	if re := p.compiled[v].Load(); re != nil {
		return re
	}
	re := p.compile(v)
	p.compiled[v].Store(re)
	return re
}

func (p *program) compile(v view) *regexp.Regexp {
	src := foldASCII(p.source, !p.exact)
	if v != whole {
		tree, err := syntax.Parse(src, syntax.Perl)
		if err != nil {
			return nothing()
		}
		if !blind(tree, v) {
			return p.regexp(whole)
		}
		src = tree.String()
	}
	re, err := regexp.Compile(src)
	if err != nil {
		return nothing()
	}
	return re
}

// nothing is the regexp that matches nothing.
func nothing() *regexp.Regexp { return regexp.MustCompile(`[^\x{0}-\x{10ffff}]`) }

// blind makes the assertions fail that would hold at an end of what is seen
// although it is not an end of the line. It reports whether there were any.
func blind(re *syntax.Regexp, v view) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpBeginLine:
		if v&cutLeft != 0 {
			re.Op = syntax.OpNoMatch
			return true
		}
	case syntax.OpEndText, syntax.OpEndLine:
		if v&cutRight != 0 {
			re.Op = syntax.OpNoMatch
			return true
		}
	}
	found := false
	for _, sub := range re.Sub {
		if blind(sub, v) {
			found = true
		}
	}
	return found
}
