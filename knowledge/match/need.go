package match

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// A node is a condition on what a line contains.
type node struct {
	op   byte
	text string // of opText, ASCII letters in lower case
	kids []node // of opAll and opAny
}

// The kinds of condition, and how they begin when written: a text by its
// length and a colon, all and any by the number of conditions that follow and
// a semicolon.
const (
	opText = ':'
	opAll  = '&'
	opAny  = '|'
	opTrue = '*'
)

var errNeed = errors.New("malformed need")

// validate finds what is wrong with p without parsing its regexp.
func (p Pattern) validate() error {
	switch {
	case (p.Literal == "") == (p.Regexp == ""):
		return errors.New("exactly one of literal and regexp must be given")
	case len(p.Literal) > MaxPattern || len(p.Regexp) > MaxPattern:
		return fmt.Errorf("longer than %d bytes", MaxPattern)
	case strings.IndexByte(p.Literal, '\n') >= 0:
		return errors.New("the literal has a line feed, which no line has")
	}
	return nil
}

// Needs returns the condition on literals that every line with a match of p
// fulfils, in a form for Pattern.Need. It is an error when p is not valid.
func Needs(p Pattern) (string, error) {
	n, err := p.needs()
	if err != nil {
		return "", err
	}
	return string(n.append(nil)), nil
}

func (p Pattern) needs() (node, error) {
	if err := p.validate(); err != nil {
		return node{}, err
	}
	if p.Literal != "" {
		return node{op: opText, text: lower(p.Literal)}, nil
	}
	if _, err := syntax.Parse(p.Regexp, syntax.Perl); err != nil {
		return node{}, err // of what was written, not of what it is rewritten to
	}
	re, err := syntax.Parse(foldASCII(p.Regexp, !p.Exact), syntax.Perl)
	if err != nil {
		return node{}, err
	}
	return required(re).condition(), nil
}

// Anchor returns the length of the longest run of [A-Za-z0-9_] that every
// match of p must contain: of alternatives the one with the shortest counts.
// It is 0 when there is none, or when p is not valid.
func Anchor(p Pattern) int {
	n, err := p.needs()
	if err != nil {
		return 0
	}
	return n.run()
}

// run is the longest run of word characters that the condition demands.
func (n node) run() int {
	switch n.op {
	case opText:
		return longestRun(n.text)
	case opAll:
		longest := 0
		for _, k := range n.kids {
			longest = max(longest, k.run())
		}
		return longest
	case opAny:
		shortest := n.kids[0].run()
		for _, k := range n.kids[1:] {
			shortest = min(shortest, k.run())
		}
		return shortest
	}
	return 0
}

func longestRun(s string) int {
	longest, n := 0, 0
	for i := range len(s) {
		if isWord(s[i]) {
			n++
			longest = max(longest, n)
		} else {
			n = 0
		}
	}
	return longest
}

func isWord(c byte) bool { return isLetter(rune(c)) || c >= '0' && c <= '9' || c == '_' }

// lower is s with its ASCII letters in lower case.
func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for i, c := range b {
				if c >= 'A' && c <= 'Z' {
					b[i] = c | 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

// weak reports whether the condition says almost nothing of a line.
func (n node) weak() bool {
	switch n.op {
	case opText:
		return len(n.text) < minTested
	case opAny:
		return slices.ContainsFunc(n.kids, node.weak)
	case opAll:
		return !slices.ContainsFunc(n.kids, func(k node) bool { return !k.weak() })
	}
	return true
}

// oneOf is the condition that one of the texts is there.
func oneOf(set []string) node {
	var kids []node
	for i, x := range set {
		if x == "" {
			return node{op: opTrue}
		}
		implied := slices.ContainsFunc(set, func(y string) bool { return y != x && strings.Contains(x, y) })
		if !implied && !slices.Contains(set[:i], x) {
			kids = append(kids, node{op: opText, text: x})
		}
	}
	return anyOf(kids)
}

func anyOf(ns []node) node {
	var kids []node
	for _, n := range ns {
		switch n.op {
		case opTrue:
			return n
		case opAny:
			kids = append(kids, n.kids...)
		default:
			kids = append(kids, n)
		}
	}
	switch len(kids) {
	case 0:
		return node{op: opTrue}
	case 1:
		return kids[0]
	}
	return node{op: opAny, kids: kids}
}

// allOf leaves out what says almost nothing, unless there is nothing else.
func allOf(ns []node) node {
	var kids, rest []node
	for _, n := range ns {
		switch {
		case n.op == opTrue:
		case n.op == opAll && !n.weak():
			kids = append(kids, n.kids...)
		case n.weak():
			rest = append(rest, n)
		default:
			kids = append(kids, n)
		}
	}
	if len(kids) == 0 {
		kids = rest
	}
	switch len(kids) {
	case 0:
		return node{op: opTrue}
	case 1:
		return kids[0]
	}
	return node{op: opAll, kids: kids}
}

// append writes the condition.
func (n node) append(b []byte) []byte {
	switch n.op {
	case opText:
		b = strconv.AppendInt(b, int64(len(n.text)), 10)
		b = append(b, opText)
		return append(b, n.text...)
	case opAll, opAny:
		b = append(b, n.op)
		b = strconv.AppendInt(b, int64(len(n.kids)), 10)
		b = append(b, ';')
		for _, k := range n.kids {
			b = k.append(b)
		}
		return b
	}
	return append(b, opTrue)
}
