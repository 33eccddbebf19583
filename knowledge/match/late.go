package match

// Settle runs the regexp of a late pattern on the line of an open hit, which a
// Scan of this set gave for text, and returns its first match there. Work
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
	re := s.programs[p.program].regexp(pt.view)
	var m []int
	if re.NumSubexp() == 0 {
		m = re.FindIndex(text[pt.start:pt.end])
	} else {
		m = re.FindSubmatchIndex(text[pt.start:pt.end])
	}
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

// Spent reports whether [Set.Settle] left regexps out because the text was made
// to keep them busy.
func Spent(work int) bool { return work > workAll }
