package clean

import "strings"

// Views may add this much to the plain rows up to the place they show, so that
// one part of a paste cannot use up what another needs.
const (
	viewFactor = 3
	viewBytes  = 4 << 10
)

// maxSegments stops views of a paste that is all escapes: their way back takes
// more memory than they do.
const maxSegments = 1 << 20

// views adds, record by record, the decoded and the joined readings.
func (c *cleaner) views() {
	c.printable = strings.Contains(c.plain, "=3D")
	c.csv = strings.Contains(c.plain, `{""`)
	message := 0
	for k := range c.doc.Records {
		rec := c.doc.Records[k]
		for i := rec.First; i <= rec.Last; i++ {
			if message < len(c.messages) && c.messages[message] < c.doc.Rows[i].End {
				c.viewMessage(c.doc.Rows[i], c.messages[message])
				message++
			}
			if c.lines[i].has&signs != 0 || c.printable || c.csv {
				c.viewDecoded(i)
			}
		}
		if rec.Last > rec.First {
			c.viewColumns(rec.First, rec.Last)
			c.viewJoined(rec.First, rec.Last)
		}
	}
}

// affords reports whether n more bytes of views may be added behind plain row
// last.
func (c *cleaner) affords(last, n int) bool {
	return len(c.out.segs) < maxSegments && len(c.out.text)+n+1 <= len(c.plain)+viewFactor*c.doc.Rows[last].End+viewBytes
}

// endView makes rows of what was written from start on, one for each line in
// it.
func (c *cleaner) endView(start, first, last int, view View) {
	if !c.out.ends(start) || len(c.out.text) == start {
		c.out.push(1, 0, 0)
		c.out.text = append(c.out.text, '\n')
	}
	head := c.doc.Rows[first]
	for at := start; at < len(c.out.text); {
		end := at
		for c.out.text[end] != '\n' {
			end++
		}
		c.doc.Rows = append(c.doc.Rows, Row{
			Start: at, End: end, First: first, Last: last, Record: head.Record, View: view, Quoted: head.Quoted, Code: head.Code,
		})
		at = end + 1
	}
}
