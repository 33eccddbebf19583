package match

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of the sets of strings that required follows.
const (
	maxStrings = 16   // strings in a set
	maxBytes   = 1024 // of a set together
	maxClass   = 4    // members of a class that is spelled out
	enough     = 6    // a string of so many bytes is not made longer by a choice
	minTested  = 3    // a shorter string is on almost every line
)

// A language is what is known of the texts that an expression matches, with
// ASCII letters in lower case.
type language struct {
	exact []string // all of them; nil when that is not known
	need  node     // otherwise, what each of them contains
}

var anything = language{need: node{op: opTrue}}

// condition is what each text contains.
func (l language) condition() node {
	if l.exact == nil {
		return l.need
	}
	return oneOf(l.exact)
}

// required finds the strings that a text must contain for re to match it.
func required(re *syntax.Regexp) language {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return language{exact: []string{""}}
	case syntax.OpLiteral:
		parts := make([]language, len(re.Rune))
		for i, r := range re.Rune {
			set := []rune{r, r}
			if re.Flags&syntax.FoldCase != 0 {
				for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
					set = append(set, o, o)
				}
			}
			parts[i] = spelled(set)
		}
		return sequence(parts)
	case syntax.OpCharClass:
		return spelled(re.Rune)
	case syntax.OpCapture:
		return required(re.Sub[0])
	case syntax.OpQuest:
		return optional(required(re.Sub[0]))
	case syntax.OpPlus:
		return sequence([]language{required(re.Sub[0]), anything})
	case syntax.OpRepeat:
		return repeated(required(re.Sub[0]), re.Min, re.Max)
	case syntax.OpConcat:
		parts := make([]language, len(re.Sub))
		for i, sub := range re.Sub {
			parts[i] = required(sub)
		}
		return sequence(parts)
	case syntax.OpAlternate:
		parts := make([]language, len(re.Sub))
		for i, sub := range re.Sub {
			parts[i] = required(sub)
		}
		return choice(parts)
	}
	return anything // OpStar, any character; OpNoMatch needs no test either
}

// spelled is one character of a class, given as pairs of first and last.
func spelled(pairs []rune) language {
	var set []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1]-pairs[i] > 2*26 {
			return anything
		}
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			if r == utf8.RuneError { // an invalid byte matches it, too
				return anything
			}
			if x := lower(string(r)); !slices.Contains(set, x) {
				set = append(set, x)
			}
		}
		if len(set) > maxClass {
			return anything
		}
	}
	if len(set) == 0 {
		return anything
	}
	return language{exact: set}
}

func optional(l language) language {
	if l.exact == nil || len(l.exact) >= maxStrings {
		return anything
	}
	if slices.Contains(l.exact, "") {
		return l
	}
	return language{exact: append(slices.Clone(l.exact), "")}
}

func repeated(l language, least, most int) language {
	if least == 0 {
		if most == 1 {
			return optional(l)
		}
		return anything
	}
	const enoughTimes = 16
	parts := slices.Repeat([]language{l}, min(least, enoughTimes))
	if most != least || least > enoughTimes {
		parts = append(parts, anything)
	}
	return sequence(parts)
}

// sequence is one text after the other.
func sequence(parts []language) language {
	parts = joined(parts)
	current := []string{""}
	broken := false
	var needs []node
	for _, p := range parts {
		if p.exact != nil && multiplies(current, p.exact) {
			current = product(current, p.exact)
			continue
		}
		broken = true
		needs = append(needs, oneOf(current))
		current = p.exact
		if current == nil {
			needs = append(needs, p.need)
			current = []string{""}
		}
	}
	if !broken {
		return language{exact: current}
	}
	return language{need: allOf(append(needs, oneOf(current)))}
}

// joined makes one string of those that follow each other without a choice.
func joined(parts []language) []language {
	var out []language
	for i := 0; i < len(parts); i++ {
		j := i
		for j < len(parts) && len(parts[j].exact) == 1 {
			j++
		}
		if j-i < 2 {
			out = append(out, parts[i])
			continue
		}
		var sb strings.Builder
		for _, p := range parts[i:j] {
			sb.WriteString(p.exact[0])
		}
		out = append(out, language{exact: []string{sb.String()}})
		i = j - 1
	}
	return out
}

// multiplies reports whether the product of two sets says more than the sets
// one by one. A long string gains nothing by many endings: they are tested on
// the line, while each would cost room in the filter.
func multiplies(a, b []string) bool {
	n := len(a) * len(b)
	if n > maxStrings || total(a)*len(b)+total(b)*len(a) > maxBytes && n > 1 {
		return false
	}
	return (len(b) <= 2 || shortestOf(a) < enough) && (len(a) <= 2 || shortestOf(b) < enough)
}

func product(a, b []string) []string {
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			if z := x + y; !slices.Contains(out, z) {
				out = append(out, z)
			}
		}
	}
	return out
}

// choice is one of some texts.
func choice(parts []language) language {
	var set []string
	for _, p := range parts {
		for _, x := range p.exact {
			if !slices.Contains(set, x) {
				set = append(set, x)
			}
		}
		if p.exact == nil || len(set) > maxStrings || total(set) > maxBytes {
			needs := make([]node, len(parts))
			for i, p := range parts {
				needs[i] = p.condition()
			}
			return language{need: anyOf(needs)}
		}
	}
	return language{exact: set}
}

func total(set []string) int {
	n := 0
	for _, x := range set {
		n += len(x)
	}
	return n
}

func shortestOf(set []string) int {
	n := len(set[0])
	for _, x := range set {
		n = min(n, len(x))
	}
	return n
}
