package clean

// Line returns the original line number n (from 1) without its line end, or ""
// when there is none.
func (d *Document) Line(n int) string {
	if n < 1 || n > len(d.lines) {
		return ""
	}
	begin, end := d.lines[n-1], len(d.Source)
	if n < len(d.lines) {
		end = d.lines[n]
	}
	if end > begin && d.Source[end-1] == '\n' {
		end--
	}
	for end > begin && d.Source[end-1] == '\r' {
		end--
	}
	return d.Source[begin:end]
}
