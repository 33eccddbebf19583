package match

import (
	"strconv"
	"strings"
)

// conditions are the conditions of all regexps, one instruction after the
// other: those that an all or any combines follow it, up to its end.
type conditions []instruction

type instruction struct {
	op      byte
	literal int32 // of opText
	end     int32 // index after the last instruction that belongs to this one
}

// add reads what Needs wrote and returns the index of its first instruction.
func (c *conditions) add(need string, ls *literals) (int32, error) {
	at := int32(len(*c))
	rest, err := c.parse(need, ls, 0)
	if err == nil && rest != "" {
		err = errNeed
	}
	return at, err
}

func (c *conditions) parse(need string, ls *literals, depth int) (string, error) {
	const maxDepth = 1000 // of nesting in a regexp, by package syntax
	if need == "" || depth > maxDepth {
		return "", errNeed
	}
	at := len(*c)
	if need[0] == opTrue {
		*c = append(*c, instruction{op: opTrue, end: int32(at + 1)})
		return need[1:], nil
	}
	op, number, sep := byte(opText), need, ":"
	if need[0] == opAll || need[0] == opAny {
		op, number, sep = need[0], need[1:], ";"
	}
	number, rest, ok := strings.Cut(number, sep)
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || n > len(rest) {
		return "", errNeed
	}
	*c = append(*c, instruction{op: op})
	if op == opText {
		(*c)[at].literal = ls.add(lower(rest[:n]), false)
		rest = rest[n:]
	} else {
		for range n {
			if rest, err = c.parse(rest, ls, depth+1); err != nil {
				return "", err
			}
		}
	}
	(*c)[at].end = int32(len(*c))
	return rest, nil
}

// triggers appends the literals of which one is on each line that fulfils the
// condition at i, choosing those that ordinary lines contain least. It appends
// nothing when there are none.
func (c conditions) triggers(to []int32, i int32, ls *literals) []int32 {
	if c.cost(i, ls) >= never {
		return to
	}
	switch in := c[i]; in.op {
	case opText:
		return append(to, in.literal)
	case opAny:
		for k := i + 1; k < in.end; k = c[k].end {
			to = c.triggers(to, k, ls)
		}
	case opAll:
		best, cost := i, float32(never)
		for k := i + 1; k < in.end; k = c[k].end {
			if x := c.cost(k, ls); x < cost {
				best, cost = k, x
			}
		}
		return c.triggers(to, best, ls)
	}
	return to
}

// never is the cost of what cannot be looked for.
const never = 1e9

// cost is how much work looking for the triggers of the condition at i makes.
func (c conditions) cost(i int32, ls *literals) float32 {
	in := c[i]
	switch in.op {
	case opText:
		return ls.all[in.literal].cost
	case opAny:
		sum := float32(0)
		for k := i + 1; k < in.end; k = c[k].end {
			sum += c.cost(k, ls)
		}
		return sum
	case opAll:
		least := float32(never)
		for k := i + 1; k < in.end; k = c[k].end {
			least = min(least, c.cost(k, ls))
		}
		return least
	}
	return never
}

// hold tests the condition at i on the line text[start:end], of which it is
// known that it contains the literal known (or -1). Many conditions ask for the
// same literals: what was found of one on the current line is remembered.
func (sc *Scratch) hold(i int32, start, end int, known int32) bool {
	c := sc.set.conditions
	in := c[i]
	switch in.op {
	case opText:
		return in.literal == known || sc.stands(in.literal, start, end)
	case opAny:
		for k := i + 1; k < in.end; k = c[k].end {
			if sc.hold(k, start, end, known) {
				return true
			}
		}
		return false
	case opAll:
		for k := i + 1; k < in.end; k = c[k].end {
			if !sc.hold(k, start, end, known) {
				return false
			}
		}
	}
	return true
}

// stands reports whether a literal stands in text[start:end], a part of the
// current line.
func (sc *Scratch) stands(literal int32, start, end int) bool {
	if start != sc.start || end != sc.end {
		return sc.set.literals.find(literal, sc.text, start, end) >= 0
	}
	line := (sc.base + uint64(end) + 1) << 1
	if memo := sc.memo[literal]; memo&^1 == line {
		return memo&1 == 1
	}
	if sc.set.literals.find(literal, sc.text, start, end) >= 0 {
		sc.memo[literal] = line | 1
		return true
	}
	sc.memo[literal] = line
	return false
}
