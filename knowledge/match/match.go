// Package match finds thousands of literals and regular expressions in text in
// one pass: a filter over the bytes, then the literals, then only those
// regular expressions whose required literals all stand on the line.
//
// A text is lines that end with '\n'; no pattern matches across a line's end.
// Letters fold in ASCII only: the long s (U+017F) and the Kelvin sign (U+212A)
// are not s and k, unlike under (?i) of package regexp.
package match

import (
	"fmt"
	"regexp"
	"sync"
)

// A Pattern is what is looked for on one line: a literal or a regular
// expression.
type Pattern struct {
	Literal string // any bytes but '\n', at most 4 KiB; exactly one of Literal and Regexp is given
	Regexp  string // in the syntax of package regexp, matched on one line without its '\n'
	Exact   bool   // case matters; otherwise ASCII letters match in either case, except under (?-i) of a regexp
	All     bool   // every match on a line is reported, not only the first
	Need    string // what Needs returned for this pattern, or empty; with it Compile need not parse the regexp
}

// A Hit is one match of a pattern.
type Hit struct {
	Pattern int   // index into what was given to Compile
	Start   int   // offset of the first byte
	End     int   // offset after the last byte
	Groups  []int // offsets of the groups as regexp's FindSubmatchIndex has them, 0 and 1 being the whole; nil for a literal and for a regexp without groups
}

// Bounds of what is matched and kept.
const (
	// MaxHits is how many hits of one pattern a Scan keeps: the first ones.
	MaxHits = 1000

	// MaxPattern is the longest literal or regexp that is accepted, in bytes.
	MaxPattern = 4 << 10

	window = 16 << 10 // the most that a regexp sees at once
	stride = window / 2
)

// A Set is compiled patterns. It is immutable and safe for concurrent use.
type Set struct {
	patterns []Pattern
	programs []program
}

// A program is the regexp of one pattern, compiled when it is first needed.
type program struct {
	regexp func() *regexp.Regexp // nil for a literal
}

// Compile prepares patterns for Scan. No regexp is compiled before its first
// candidate line, and none is parsed when its Need is given; a malformed Need is
// an error, a Need of another pattern loses matches.
func Compile(ps []Pattern) (*Set, error) {
	s := &Set{patterns: ps, programs: make([]program, len(ps))}
	for i, p := range ps {
		if _, err := Needs(p); err != nil {
			return nil, fmt.Errorf("pattern %d: %w", i, err)
		}
		if p.Regexp != "" {
			src := p.source()
			s.programs[i].regexp = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(src) })
		}
	}
	return s, nil
}

// source is the regexp as package regexp is to see it.
func (p Pattern) source() string {
	if p.Exact {
		return p.Regexp
	}
	return "(?i)" + p.Regexp
}

// Names returns the names of the groups of a regexp, as SubexpNames does: the
// first is always empty. It is nil for a literal.
func (s *Set) Names(pattern int) []string {
	if s.programs[pattern].regexp == nil {
		return nil
	}
	return s.programs[pattern].regexp().SubexpNames()
}

// Unanchored lists the patterns that no literal stands for, so that they are
// tried on every line.
func (s *Set) Unanchored() []int { return nil }
