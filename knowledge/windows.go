package knowledge

import (
	"math"
	"slices"
	"sort"
)

// together finds the places where an occurrence of every kid stands within
// reach: the smallest windows, in the order in which they begin.
func (e *evaluation) together(n *node) []occurrence {
	// What costs nothing comes first, what must not stand last.
	found := make([][]occurrence, len(n.Kids))
	for _, turn := range [...]int{0, 1, 2} {
		for i := range n.Kids {
			kid := &n.Kids[i]
			if found[i] != nil || turn < 2 && kid.Kind == noneNode || turn == 0 && !e.settled(kid) {
				continue
			}
			if found[i] = e.holds(kid); len(found[i]) == 0 {
				return nil
			}
		}
	}
	lists := make([][]occurrence, 0, len(n.Kids))
	rest := occurrence{first: anywhere, last: anywhere} // what holds without a place
	for _, list := range found {
		if placeless := slices.IndexFunc(list, func(o occurrence) bool { return o.first == anywhere }); placeless >= 0 {
			rest.seen = append(rest.seen, list[placeless].seen...)
			continue
		}
		lists = append(lists, list)
	}
	if len(lists) == 0 {
		return []occurrence{rest}
	}
	if e.inOrder {
		return e.ordered(lists, rest)
	}
	return e.windows(lists, rest)
}

// windows sweeps over the occurrences of several clauses, ordered by line, and
// keeps the latest of each: whenever all are there, they form a window.
func (e *evaluation) windows(lists [][]occurrence, rest occurrence) []occurrence {
	type event struct {
		occurrence
		list int
	}
	var events []event
	for i, list := range lists {
		for _, o := range list {
			events = append(events, event{o, i})
		}
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].first < events[j].first })
	latest := make([]*occurrence, len(lists))
	have := 0
	var out []occurrence
	for i := range events {
		ev := &events[i]
		if latest[ev.list] == nil {
			have++
		}
		latest[ev.list] = &ev.occurrence
		if have < len(lists) {
			continue
		}
		w := occurrence{first: ev.first, last: ev.last, seen: slices.Clone(rest.seen)}
		for _, o := range latest {
			w.first, w.last = min(w.first, o.first), max(w.last, o.last)
			w.seen = append(w.seen, o.seen...)
		}
		if e.reaches(w.first, w.last) {
			if k := len(out) - 1; k >= 0 && out[k].first == w.first && out[k].last <= w.last {
				continue // the same beginning, reached farther
			}
			if out = append(out, w); len(out) == maxOccurrences {
				break
			}
		}
	}
	return out
}

// ordered finds windows in which the clauses stand one after the other.
func (e *evaluation) ordered(lists [][]occurrence, rest occurrence) []occurrence {
	var out []occurrence
	for _, begin := range lists[0] {
		w := occurrence{first: begin.first, last: begin.last, seen: append(slices.Clone(rest.seen), begin.seen...)}
		at := e.offset(begin)
		complete := true
		for _, list := range lists[1:] {
			next := slices.IndexFunc(list, func(o occurrence) bool { return e.offset(o) > at })
			if next < 0 {
				complete = false
				break
			}
			w.last = max(w.last, list[next].last)
			w.seen = append(w.seen, list[next].seen...)
			at = e.offset(list[next])
		}
		if complete && e.reaches(w.first, w.last) {
			out = append(out, w)
		}
	}
	return bounded(out)
}

// offset orders occurrences by where they stand in the paste. The line of a hit
// in a view of several lines is their first, so it does not tell.
func (e *evaluation) offset(o occurrence) int {
	if len(o.seen) == 0 {
		return math.MinInt
	}
	last := &e.all[o.seen[len(o.seen)-1]]
	if last.prior != nil {
		return last.line<<offsetBits + last.prior.At
	}
	if spans := e.doc.Spans(last.start, last.end); len(spans) > 0 {
		return spans[0].Line<<offsetBits + spans[0].Start
	}
	return last.line<<offsetBits + 1
}

// offsetBits is how many bits the place in a line takes: a paste has no longer
// line.
const offsetBits = 23

// reaches reports whether a window is small enough. Messages of one case are
// far apart by their line numbers; only a signature that states no reach of its
// own may join what several of them said.
func (e *evaluation) reaches(first, last int) bool {
	if e.within > 0 {
		return last-first < e.within
	}
	if first < anywhere {
		return true
	}
	if last-first >= defaultWithin {
		return false
	}
	return e.doc.Rows[last].End-e.doc.Rows[first].Start <= maxReach
}
