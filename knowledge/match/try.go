package match

import "bytes"

// try runs a regexp on the current line, if its literals are all there. known
// is one that is, or -1.
func (sc *Scratch) try(pattern int32, p *pattern, st *state, known int32) {
	cut := view(0)
	if sc.start == 0 {
		cut |= sc.cut & cutLeft
	}
	if sc.end == len(sc.text) {
		cut |= sc.cut & cutRight
	}
	if sc.end-sc.start > window {
		known = -1 // it is not in every part
	}
	for pt, ok := partAt(sc.start, sc.end, cut), true; ok; pt, ok = pt.next(sc.end, cut) {
		n := pt.end - pt.start
		if p.late && (p.any || st.kept < MaxOpen) {
			if sc.keep(st, Hit{Pattern: int(pattern), Start: pt.start, End: pt.end, Open: true}); p.any && st.kept >= MaxOpenLines {
				return
			}
			continue
		}
		test := n / workTest
		if p.late {
			if test = n / workTestLate; sc.work+test > workLate {
				return
			}
		}
		if !sc.affords(st, test+1) {
			return
		}
		if !sc.hold(p.condition, pt.start, pt.end, known) || sc.missed(st, pt) {
			continue
		}
		if n > longLine {
			n *= workLong
		}
		if p.late && sc.work+n > workLate || !sc.affords(st, n) {
			return
		}
		if sc.run(pattern, p, st, pt) && (!p.all || st.kept >= MaxHits) {
			return
		}
	}
}

// affords accounts for work, and reports whether it may be done.
func (sc *Scratch) affords(st *state, work int) bool {
	if sc.work+work > workAll || st.work+work > workEach {
		sc.spent = true
		return false
	}
	sc.work += work
	st.work += work
	return true
}

// missed reports whether the regexp has just been tried in vain on the same
// bytes: the same line repeated.
func (sc *Scratch) missed(st *state, pt part) bool {
	from, to := st.missed[0], st.missed[1]
	return to-from == pt.end-pt.start && to > from && pt.view == whole &&
		bytes.Equal(sc.text[from:to], sc.text[pt.start:pt.end])
}

// miss takes note that the regexp does not match the part.
func (st *state) miss(pt part) {
	if pt.view == whole {
		st.missed = [2]int{pt.start, pt.end}
	}
}

// run runs a regexp on a part of a line and keeps its matches. It reports
// whether there were any.
func (sc *Scratch) run(pattern int32, p *pattern, st *state, pt part) bool {
	program := &sc.set.programs[p.program]
	text := sc.text[pt.start:pt.end]
	if p.all {
		found := false
		all := program.regexp(pt.view).FindAllSubmatchIndex(text, -1)
		if all == nil {
			st.miss(pt)
		}
		for _, m := range all {
			if pt.start+m[0] >= pt.own || st.kept >= MaxHits {
				break
			}
			found = true
			sc.match(pattern, st, pt, m)
		}
		return found
	}
	m := program.find(text, pt.view)
	if m == nil {
		st.miss(pt)
		return false
	}
	if pt.start+m[0] >= pt.own {
		return false
	}
	sc.match(pattern, st, pt, m)
	return true
}

// match keeps a match of a regexp, given by offsets in the part.
func (sc *Scratch) match(pattern int32, st *state, pt part, m []int) {
	for k := range m {
		if m[k] >= 0 {
			m[k] += pt.start
		}
	}
	h := Hit{Pattern: int(pattern), Start: m[0], End: m[1]}
	if len(m) > 2 {
		h.Groups = m
	}
	sc.keep(st, h)
}
