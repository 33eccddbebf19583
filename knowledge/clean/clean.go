package clean

import "strings"

// A line is a logical line on its way to a plain row: text[lo:hi] of Source
// or, if damage was undone in it, of the cleaner's stage.
type line struct {
	lo, hi   int
	eol, end int // the line end after it is Source[eol:end], empty at a split inside a line
	has      class
	staged   bool
	dirty    bool // cut by layout or at a break since it was scrubbed
	quoted   uint8
	code     bool
}

// A cleaner holds one run of Clean.
type cleaner struct {
	source string // the paste; tabs are spaces
	starts []int  // offsets of original lines
	lines  []line

	stage     layer
	stageText string // stage.text, once it is complete
	a, b      layer  // scratch of scrub
	fenced    bool   // inside a code fence
	split     bool   // whether lines were split at breaks inside them

	doc       *Document
	out       layer
	plain     string // out.text when it holds the plain rows only
	messages  []int  // for JSON logs: offsets in Buf of their encoded messages
	printable bool   // quoted-printable
	csv       bool   // JSON in cells of CSV, its quotes doubled
}

// Clean undoes what was done to a paste on its way here. text is valid UTF-8
// as [Read] gives it; other bytes are kept and harmless. Text over [MaxBytes]
// or [MaxLines] is cut as Read does.
//
// The plain rows of the result, joined by '\n', are a text that Clean leaves as
// it is, unless damage was nested more than four deep. Tabs are spaces in all
// rows. Views add at most three times the size of the plain rows and 4 KiB.
// Clean keeps no state and is safe for concurrent use.
func Clean(text string) *Document {
	text, notes := bound(text)
	// A tab becomes a space here, once, so that no step has to know it.
	c := &cleaner{source: strings.ReplaceAll(text, "\t", " "), doc: &Document{Source: text, Notes: notes}}
	c.splitLines()
	c.stageText = string(c.stage.text)
	// What a frame or a quote mark hid may be damage itself.
	for range maxLayouts {
		if !c.layout() && !c.split || !c.scrubAgain() {
			break
		}
	}
	c.emit()
	c.plain = string(c.out.text)
	c.records()
	c.views()
	c.doc.Buf, c.doc.segments, c.doc.lines = c.out.text, c.out.segs, c.starts
	c.doc.Text = c.plain
	if len(c.doc.Rows) > c.doc.Plain {
		c.doc.Text = string(c.doc.Buf)
	}
	return c.doc
}

// splitLines finds the original lines, undoes the damage inside each, and fills
// lines.
func (c *cleaner) splitLines() {
	n := strings.Count(c.source, "\n") + 1
	c.starts = make([]int, 0, n)
	c.lines = make([]line, 0, n)
	for at := 0; at < len(c.source); {
		c.starts = append(c.starts, at)
		eol, end := len(c.source), len(c.source)
		if k := strings.IndexByte(c.source[at:], '\n'); k >= 0 {
			eol, end = at+k, at+k+1
		}
		for eol > at && c.source[eol-1] == '\r' {
			eol--
		}
		c.add(at, eol, end)
		at = end
	}
	if len(c.starts) == 0 {
		c.starts = append(c.starts, 0)
	}
}

// add adds the logical lines of the original line Source[lo:eol].
func (c *cleaner) add(lo, eol, end int) {
	l := line{lo: lo, hi: eol, eol: eol, end: end, has: classify(c.source[lo:eol]), code: c.fenced}
	if l.has&(high|control|amp|angle|tick|star|bracket|hash|pipe|underscore|tilde) != 0 && c.scrub(&l) {
		l.has = classify(c.stage.text[l.lo:l.hi])
		l.code = l.code || c.fenced
	}
	if l.has&control == 0 {
		c.push(l)
		return
	}
	// Carriage returns, and what scrub made of other breaks inside a line.
	text := c.source[l.lo:l.hi]
	if l.staged {
		text = string(c.stage.text[l.lo:l.hi])
	}
	for {
		k := strings.IndexByte(text, '\r')
		if k < 0 || len(c.lines) >= MaxLines {
			break
		}
		c.split, l.dirty = true, true
		part := l
		part.hi, part.end = l.lo+k, eol
		if text[:k] != "" {
			c.push(part)
		}
		l.lo, text = l.lo+k+1, text[k+1:]
	}
	c.push(l)
}

func (c *cleaner) push(l line) {
	c.lines = append(c.lines, l)
}

// scrub undoes the damage inside one line, until nothing changes. It reports
// whether it staged a changed text.
func (c *cleaner) scrub(l *line) bool {
	text := c.text(l)
	if !mayChange(text, l.has) {
		return false
	}
	if !l.staged {
		c.a.set(text, l.lo)
	} else {
		c.a.text, c.a.segs = c.a.text[:0], c.a.segs[:0]
		e := edit{in: &c.stage, out: &c.a}
		e.keep(l.lo, l.hi)
	}
	changed := false
	// Damage lies in layers (a Slack export of a mail of a Slack link), seldom
	// more than two.
	for range maxScrubs {
		again := c.apply(c.terminal)
		again = c.apply(c.characters) || again
		again = c.apply(c.chat) || again
		if !again {
			break
		}
		changed = true
	}
	if !changed {
		return false
	}
	lo := len(c.stage.text)
	e := edit{in: &c.a, out: &c.stage}
	e.keep(0, len(c.a.text))
	l.lo, l.hi, l.staged = lo, len(c.stage.text), true
	return true
}

// scrubAgain scrubs the lines that were cut since. It reports whether any
// changed.
func (c *cleaner) scrubAgain() bool {
	changed := false
	for i := range c.lines {
		l := &c.lines[i]
		if !l.dirty {
			continue
		}
		l.dirty = false
		c.fenced = l.code
		if c.scrub(l) {
			l.has = classify(c.stage.text[l.lo:l.hi])
			changed = true
		}
	}
	if changed {
		c.stageText = string(c.stage.text)
	}
	c.split = false
	return changed
}

const maxScrubs = 5

// apply runs one step on the scratch text.
func (c *cleaner) apply(step func(e *edit, text []byte)) bool {
	c.b.text, c.b.segs = c.b.text[:0], c.b.segs[:0]
	e := edit{in: &c.a, out: &c.b, size: len(c.a.text)}
	step(&e, c.a.text)
	if !e.finish(len(c.a.text)) {
		return false
	}
	c.a, c.b = c.b, c.a
	return true
}

// text returns what l holds. It works once the stage is complete.
func (c *cleaner) text(l *line) string {
	if l.staged {
		return c.stageText[l.lo:l.hi]
	}
	return c.source[l.lo:l.hi]
}

// emit writes the plain rows.
func (c *cleaner) emit() {
	c.out.text = make([]byte, 0, len(c.source)+len(c.source)/4+64)
	c.doc.Rows = make([]Row, 0, len(c.lines)+4)
	staged := edit{in: &c.stage, out: &c.out}
	for i := range c.lines {
		l := &c.lines[i]
		start := len(c.out.text)
		if l.staged {
			staged.keep(l.lo, l.hi)
		} else {
			c.out.keepSource(c.source, l.lo, l.hi)
		}
		if l.has&control != 0 {
			for k := start; k < len(c.out.text); k++ {
				if c.out.text[k] == '\r' {
					c.out.text[k] = ' '
				}
			}
		}
		c.doc.Rows = append(c.doc.Rows, Row{
			Start: start, End: len(c.out.text), First: i, Last: i, Quoted: l.quoted, Code: l.code,
		})
		c.out.putSource("\n", l.eol, l.end)
	}
	c.doc.Plain = len(c.doc.Rows)
}
