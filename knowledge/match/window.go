package match

// What a regexp sees of a long line.
const (
	window = 16 << 10 // the most that it sees at once
	stride = 8 << 10  // from the start of one window to that of the next
)

// A part is what a regexp is shown of a line, and which matches in it count.
type part struct {
	start, end int
	own        int // matches that start here or later belong to the next part
	view       view
}

// next is the part after p; ok is false when p was the last one.
func (p part) next(end int, cut view) (q part, ok bool) {
	if p.end == end {
		return part{}, false
	}
	return partAt(p.start+stride, end, cut|cutLeft), true
}

// partAt is the first part of text[start:end], which is a line, or all that is
// at hand of one that cut says is cut.
func partAt(start, end int, cut view) part {
	p := part{start: start, end: end, own: end + 1, view: cut}
	if end-start > window {
		p.end = start + window
		p.view |= cutRight
	}
	if p.view&cutRight != 0 {
		p.own = start + stride
	}
	return p
}
