package match

import (
	"encoding/binary"
)

// literals are the distinct literals of a Set.
type literals struct {
	all    []literal
	text   []byte // of all literals; letters of one that folds in lower case
	mask   []byte // beside text: 0x20 where a letter folds, for byte|mask == text
	exact  map[string]int32
	folded map[string]int32
}

type literal struct {
	at, n int32   // in text
	gram  int32   // offset of what the filter looks for
	cost  float32 // how much work looking for it makes
}

func newLiterals(n int) literals {
	return literals{
		all:    make([]literal, 0, n+n/2),
		text:   make([]byte, 0, 64*n),
		mask:   make([]byte, 0, 64*n),
		exact:  map[string]int32{},
		folded: make(map[string]int32, n+n/2),
	}
}

// add returns the index of a literal.
func (ls *literals) add(s string, exact bool) int32 {
	m := ls.folded
	if exact {
		m = ls.exact
	}
	if i, ok := m[s]; ok {
		return i
	}
	l := literal{at: int32(len(ls.text)), n: int32(len(s))}
	for i := range len(s) {
		c, mask := s[i], byte(0)
		if !exact && isLetter(rune(c)) {
			c, mask = c|0x20, 0x20
		}
		ls.text = append(ls.text, c)
		ls.mask = append(ls.mask, mask)
	}
	l.gram, l.cost = rarest(ls.text[l.at:])
	ls.all = append(ls.all, l)
	i := int32(len(ls.all) - 1)
	m[s] = i
	return i
}

// shortest is the length of the shortest of the literals, 0 when there are
// none.
func (ls *literals) shortest(of []int32) int {
	if len(of) == 0 {
		return 0
	}
	n := ls.all[of[0]].n
	for _, i := range of {
		n = min(n, ls.all[i].n)
	}
	return int(n)
}

// is reports whether the literal i stands at text[at:]. All of it lies within
// text.
func (ls *literals) is(i int32, text []byte, at int) bool {
	l := ls.all[i]
	want, mask := ls.text[l.at:l.at+l.n], ls.mask[l.at:l.at+l.n]
	got := text[at : at+len(want)]
	for len(got) >= 8 && len(want) >= 8 && len(mask) >= 8 {
		if binary.LittleEndian.Uint64(got)|binary.LittleEndian.Uint64(mask) != binary.LittleEndian.Uint64(want) {
			return false
		}
		got, want, mask = got[8:], want[8:], mask[8:]
	}
	for k := range got {
		if got[k]|mask[k] != want[k] {
			return false
		}
	}
	return true
}

// find returns where the literal i first stands in text[start:end], or -1.
func (ls *literals) find(i int32, text []byte, start, end int) int {
	l := ls.all[i]
	n := int(l.n)
	var want, mask uint64
	for k := range min(n, 8) {
		want |= uint64(ls.text[int(l.at)+k]) << (8 * k)
		mask |= uint64(ls.mask[int(l.at)+k]) << (8 * k)
	}
	keep := ^uint64(0)
	if n < 8 {
		keep = 1<<(8*n) - 1
	}
	last := end - n // the last place where it fits
	at := start
	for ; at <= last && at+8 <= len(text); at++ {
		if (binary.LittleEndian.Uint64(text[at:])|mask)&keep == want && ls.is(i, text, at) {
			return at
		}
	}
	for ; at <= last; at++ {
		if ls.is(i, text, at) {
			return at
		}
	}
	return -1
}
