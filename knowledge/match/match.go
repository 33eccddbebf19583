// Package match finds thousands of literals and regular expressions in text in
// one pass: a filter over the bytes, then the literals, then only those
// regular expressions whose required literals all stand on the line.
//
// A text is lines that end with '\n', the last of which may lack it. No pattern
// matches across the end of a line.
//
// Letters fold in ASCII only: the long s (U+017F) and the Kelvin sign (U+212A)
// are not s and k, unlike under (?i) of package regexp.
//
// A line of more than 16 KiB is shown to regular expressions in windows of
// 16 KiB that begin every 8 KiB. A match belongs to the last window that
// begins before or at it, so each match of at most 8 KiB is found as it stands; ^ and $
// hold at the ends of the line alone, while \b also holds at the ends of a
// window. Literals are found wherever they stand.
package match

import (
	"fmt"
)

// A Pattern is what is looked for on one line: a literal or a regular
// expression.
type Pattern struct {
	Literal string // any bytes but '\n', at most MaxPattern; exactly one of Literal and Regexp is given
	Regexp  string // in the syntax of package regexp, at most MaxPattern bytes, matched on one line without its '\n'
	Exact   bool   // case matters, except under (?i) of a regexp; otherwise ASCII letters match in either case, except under (?-i)
	All     bool   // every match on a line is reported, not only the first; of a literal also overlapping ones
	Late    bool   // the regexp is not run: a hit is open, and tells that one of the literals of which every match has one stands on the line; Settle does the rest. Behind MaxOpen of them it is run after all. Not with All
	Need    string // what Needs returned for this pattern, or empty; with it Compile need not parse the regexp
}

// A Hit is one match of a pattern.
type Hit struct {
	Pattern int   // index into what was given to Compile
	Start   int   // offset of the first byte
	End     int   // offset after the last byte
	Open    bool  // of a late pattern: Start and End are those of the line (or of its window), on which the regexp has yet to be run
	Groups  []int // offsets of the groups in the order of regexp's FindSubmatchIndex, the whole first, -1 for a group without part in the match; nil for a literal and for a regexp without groups
}

// Bounds of what is accepted and kept.
const (
	// MaxHits is how many hits of one pattern a Scan keeps: the first ones.
	MaxHits = 1000

	// MaxOpen is how many open hits of one late pattern a Scan keeps. On the
	// lines behind them the pattern is run at once: a word that stands on every
	// line of a log must not use up the hits before the one line that matches.
	MaxOpen = 512

	// MaxOpenLines is the same for a pattern that may match on any line (one of
	// Unanchored). It is not run behind them.
	MaxOpenLines = 20_000

	// MaxPattern is the longest literal or regexp, in bytes. It must not
	// exceed the overlap of two windows.
	MaxPattern = 4 << 10
)

// A Set is compiled patterns. It is immutable and safe for concurrent use.
type Set struct {
	patterns   []pattern
	literals   literals
	conditions conditions
	long       grams // the patterns whose triggers are all of 8 bytes or more
	short      grams // those with a shorter trigger
	unanchored []int // those tried on every line
	programs   []program
}

// A pattern is what Scan has to know of a Pattern.
type pattern struct {
	literal   int32 // index of the literal, or -1
	condition int32 // of a regexp, index into conditions
	program   int32 // of a regexp, index into programs
	all       bool
	late      bool
	any       bool // it may match on any line
}

// Compile prepares patterns for Scan. No regexp is compiled before its first
// candidate line, and none is parsed when its Need is given: then a regexp that
// is not valid never matches, and a Need of another regexp loses matches.
// Errors name the pattern by its index.
func Compile(ps []Pattern) (*Set, error) {
	n, m := len(ps), 0
	for i := range ps {
		if ps[i].Regexp != "" {
			m++
		}
	}
	s := &Set{
		patterns:   make([]pattern, n),
		literals:   newLiterals(n),
		conditions: make(conditions, 0, 3*m),
		programs:   make([]program, 0, m),
	}
	long, short := builder{links: make([]link, 0, n+n/4)}, builder{}
	var triggers []int32
	for i, p := range ps {
		if err := p.validate(); err != nil {
			return nil, fmt.Errorf("pattern %d: %w", i, err)
		}
		q := pattern{literal: -1, all: p.All, late: p.Late && p.Regexp != ""}
		if p.Literal != "" {
			q.literal = s.literals.add(p.Literal, p.Exact)
			triggers = append(triggers[:0], q.literal)
		} else {
			need := p.Need
			if need == "" {
				var err error
				if need, err = Needs(p); err != nil {
					return nil, fmt.Errorf("pattern %d: %w", i, err)
				}
			}
			at, err := s.conditions.add(need, &s.literals)
			if err != nil {
				return nil, fmt.Errorf("pattern %d: %w", i, err)
			}
			q.condition, q.program = at, int32(len(s.programs))
			s.programs = append(s.programs, program{source: p.Regexp, exact: p.Exact})
			triggers = s.conditions.triggers(triggers[:0], at, &s.literals)
		}
		s.patterns[i] = q
		switch shortest := s.literals.shortest(triggers); {
		case shortest < shortGram-1:
			s.unanchored = append(s.unanchored, i)
			s.patterns[i].any = true
		case shortest < longWindow:
			short.link(triggers, i)
		default:
			long.link(triggers, i)
		}
	}
	s.long = long.long(&s.literals)
	s.short = short.short(&s.literals)
	return s, nil
}

// Names returns the names of the groups of a regexp as SubexpNames does: the
// first, of the whole, is empty. It is nil for a literal.
func (s *Set) Names(pattern int) []string {
	if s.patterns[pattern].literal >= 0 {
		return nil
	}
	return s.programs[s.patterns[pattern].program].regexp(whole).SubexpNames()
}

// Unanchored lists the patterns for which no literal of two bytes or more has
// to stand on the line, so that they are tried on every line.
func (s *Set) Unanchored() []int { return s.unanchored }
