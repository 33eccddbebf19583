package match

// Settle looks whether all required literals of a late pattern stand on the line
// of an open hit, which a Scan of this set gave for text, runs the regexp there
// and returns its first match. Work
// accounts for what all Settle calls of one text cost, from zero; when it is
// spent, nothing matches any more and [Spent] says so. It is safe for
// concurrent use.
func (s *Set) Settle(text []byte, h Hit, work *int) (Hit, bool) {
	p := &s.patterns[h.Pattern]
	pt := part{start: h.Start, end: h.End, own: h.End + 1}
	if h.Start > 0 && text[h.Start-1] != '\n' {
		pt.view |= cutLeft
	}
	if h.End < len(text) && text[h.End] != '\n' {
		pt.view |= cutRight
		pt.own = h.Start + stride
	}
	n := pt.end - pt.start
	if n > longLine {
		n *= workLong
	}
	if *work+n > workAll {
		*work = workAll + 1
		return Hit{}, false
	}
	*work += n
	if !s.holds(p.condition, text[:pt.end], pt.start) {
		return Hit{}, false
	}
	m := s.programs[p.program].find(text[pt.start:pt.end], pt.view)
	if m == nil || pt.start+m[0] >= pt.own {
		return Hit{}, false
	}
	for k := range m {
		if m[k] >= 0 {
			m[k] += pt.start
		}
	}
	out := Hit{Pattern: h.Pattern, Start: m[0], End: m[1]}
	if len(m) > 2 {
		out.Groups = m
	}
	return out, true
}

// holds tests the condition at i on text[start:].
func (s *Set) holds(i int32, text []byte, start int) bool {
	in := s.conditions[i]
	switch in.op {
	case opText:
		return s.literals.find(in.literal, text, start, len(text)) >= 0
	case opAny:
		for k := i + 1; k < in.end; k = s.conditions[k].end {
			if s.holds(k, text, start) {
				return true
			}
		}
		return false
	case opAll:
		for k := i + 1; k < in.end; k = s.conditions[k].end {
			if !s.holds(k, text, start) {
				return false
			}
		}
	}
	return true
}

// Spent reports whether [Set.Settle] left regexps out because the text was made
// to keep them busy.
func Spent(work int) bool { return work > workAll }
