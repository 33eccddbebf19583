package clean

import "bytes"

// maxRounds is how many layers of encoding are undone, each in a view of its
// own.
const maxRounds = 4

// signs are the classes without which decode finds nothing.
const signs = percent | backslash | amp | plus | hash

// viewDecoded adds views of row i with its escapes undone, layer by layer.
func (c *cleaner) viewDecoded(i int) {
	from, to := i, i+1
	for range maxRounds {
		n := len(c.doc.Rows)
		for k := from; k < to; k++ {
			row := c.doc.Rows[k]
			c.viewRange(row, row.Start, row.End, false)
		}
		from, to = n, len(c.doc.Rows)
		if from == to {
			return
		}
	}
}

// viewMessage adds a view of a JSON log's message, which begins at offset at
// of Buf, and of what is encoded in it.
func (c *cleaner) viewMessage(row Row, at int) {
	end := at
	for end < row.End && c.out.text[end] != '"' {
		if c.out.text[end] == '\\' {
			end++
		}
		end++
	}
	n := len(c.doc.Rows)
	c.viewRange(row, at, min(end, row.End), true)
	for k, to := n, len(c.doc.Rows); k < to; k++ {
		c.viewDecoded(k)
	}
}

// viewRange adds a view of Buf[lo:hi), a part of row, with one layer of
// encoding undone; without such a layer only if always is set.
func (c *cleaner) viewRange(row Row, lo, hi int, always bool) {
	text := c.out.text[lo:hi]
	if has := classify(text); has&signs == 0 && !c.printable && !c.csv && !always || !c.affords(row.Last, hi-lo) {
		return
	}
	start := len(c.out.text)
	e := edit{in: &c.out, out: &c.out, done: lo, size: hi - lo}
	d := decoder{text: text, at: lo, start: start, breaks: 2*MaxLines - len(c.doc.Rows)}
	d.printable = c.printable && bytes.Contains(text, []byte("=3D"))
	d.csv = c.csv && bytes.Contains(text, []byte(`{""`))
	// Backslashes are the outer layer where they are mixed with others: what a
	// JSON string holds is shown as it was before it is decoded further.
	if d.strings = true; d.csv || bytes.IndexByte(text, '\\') >= 0 || bytes.IndexByte(text, '#') >= 0 {
		d.run(&e)
	}
	if d.strings = false; !e.changed {
		d.run(&e)
	}
	if !e.changed && !always {
		return
	}
	e.keep(e.done, hi)
	c.endView(start, row.First, row.Last, Decoded)
}
