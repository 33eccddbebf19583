package match

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
)

// Needs returns the condition on literals that every line with a match of p
// fulfils, in a form for Pattern.Need. It is an error when p is not a valid
// pattern.
func Needs(p Pattern) (string, error) {
	switch {
	case (p.Literal == "") == (p.Regexp == ""):
		return "", errors.New("exactly one of literal and regexp must be given")
	case len(p.Literal) > MaxPattern || len(p.Regexp) > MaxPattern:
		return "", fmt.Errorf("longer than %d bytes", MaxPattern)
	case strings.Contains(p.Literal, "\n"):
		return "", errors.New("the literal has a line feed, which no line has")
	case p.Regexp != "":
		if _, err := syntax.Parse(p.Regexp, syntax.Perl); err != nil {
			return "", err
		}
	}
	return "*", nil
}

// Anchor returns the length of the longest run of [A-Za-z0-9_] that every
// match of p must contain: of alternatives the one with the shortest counts.
// It is 0 when there is none, or when p is not valid.
func Anchor(p Pattern) int {
	longest, n := 0, 0
	for i := range len(p.Literal) {
		c := p.Literal[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' {
			n++
			longest = max(longest, n)
		} else {
			n = 0
		}
	}
	return longest
}
