package knowledge

import (
	"regexp/syntax"
	"strings"

	"authfix/knowledge/match"
)

// loose returns a regexp that matches every line that p matches in any of its
// readings: the words of p in their order with anything between them. It is
// empty when p has no word.
func loose(p match.Pattern) match.Pattern {
	if p.Literal != "" {
		return match.Pattern{Regexp: looseWords(p.Literal)}
	}
	tree, err := syntax.Parse(p.Regexp, syntax.Perl)
	if err != nil {
		return match.Pattern{}
	}
	re := looseTree(tree)
	if strings.Trim(re, `.*()?:|\`) == "" {
		return match.Pattern{}
	}
	return match.Pattern{Regexp: re}
}

const anything = ".*"

// looseWords keeps what no encoding changes of a literal: letters, digits, '_',
// '-' and '.'.
func looseWords(s string) string {
	var b strings.Builder
	gap := false
	for i := range len(s) {
		c := s[i]
		if c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
			if gap {
				b.WriteString(anything)
			}
			gap = false
			if c == '.' {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
			continue
		}
		gap = true
	}
	if gap {
		b.WriteString(anything)
	}
	return b.String()
}

func looseTree(n *syntax.Regexp) string {
	switch n.Op {
	case syntax.OpLiteral:
		return looseWords(string(n.Rune))
	case syntax.OpCharClass:
		for i := 0; i < len(n.Rune); i += 2 {
			if lo, hi := n.Rune[i], n.Rune[i+1]; !(lo >= '0' && hi <= '9' || lo >= 'A' && hi <= 'Z' || lo >= 'a' && hi <= 'z' || lo == '_' && hi == '_') {
				return anything
			}
		}
		return n.String()
	case syntax.OpCapture:
		return looseTree(n.Sub[0])
	case syntax.OpPlus:
		return looseTree(n.Sub[0]) + anything
	case syntax.OpRepeat:
		if n.Min > 0 {
			return looseTree(n.Sub[0]) + anything
		}
	case syntax.OpConcat:
		var b strings.Builder
		for _, kid := range n.Sub {
			b.WriteString(looseTree(kid))
		}
		return strings.ReplaceAll(b.String(), anything+anything, anything)
	case syntax.OpAlternate:
		var kids []string
		for _, kid := range n.Sub {
			kids = append(kids, looseTree(kid))
		}
		return "(?:" + strings.Join(kids, "|") + ")"
	}
	// Optional parts, blanks, ends of lines and words.
	return anything
}
