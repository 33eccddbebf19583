package scan

import (
	"bytes"
	"io"
	"unicode/utf8"

	"authfix/knowledge/clean"
)

const (
	// maxBlock is how much text is diagnosed at once, at most. A text that fits
	// is one block.
	maxBlock = 1 << 20
	maxLines = clean.MaxLines

	// A longer text comes in blocks of some 64 KiB more than their overlap: on
	// thousands of lines that hold common words the engine's work grows faster
	// than the text.
	blockStep = 64 << 10

	// The overlap is what the conditions of a signature may reach over.
	overlapLines = 200
	overlapBytes = 64 << 10
)

// A block is a stretch of a text: whole lines, unless one is longer than a block.
type block struct {
	text   []byte // valid until the next block
	line   int64  // lines that end before it
	column int    // bytes of its first line before it
	whole  bool   // it is all of the text
}

// A cutter cuts a text into blocks that overlap.
type cutter struct {
	r    io.Reader
	buf  []byte // what was read and is still needed
	used int    // where in buf the next block begins
	seen int    // the end of the last block
	line int64  // of buf[used:]
	col  int
	err  error // of r, after what is in buf

	begun bool
	lines int64 // that were in blocks so far
}

// next returns the next block. At the end, and then without a block, comes
// io.EOF or the error of the text.
func (c *cutter) next() (block, error) {
	if !c.begun {
		c.begun = true
		if c.fill(maxBlock + 1); c.err != nil && len(c.buf) > 0 && len(c.buf) <= maxBlock && bytes.Count(c.buf, newline) < maxLines {
			c.advance(len(c.buf))
			return block{text: c.buf, whole: true}, nil
		}
		if order := orderOf(c.buf); order != notUTF16 {
			c.narrow(order)
		}
	}
	if c.seen == len(c.buf) && c.err != nil {
		return block{}, c.err
	}
	end := c.end()
	if end < 0 {
		return block{}, c.err
	}
	b := block{text: c.buf[c.used:end], line: c.line, column: c.col}
	c.advance(end)
	c.overlap(end)
	return b, nil
}

var newline = []byte{'\n'}

// advance takes note that what is before end was in a block.
func (c *cutter) advance(end int) {
	c.lines += int64(bytes.Count(c.buf[c.seen:end], newline))
	if c.err != nil && end == len(c.buf) && c.buf[end-1] != '\n' {
		c.lines++
	}
	c.seen = end
}

// narrow goes on with the text decoded.
func (c *cutter) narrow(o order) {
	raw := bytes.Clone(c.buf)
	var rest io.Reader = c.r
	if c.err != nil {
		rest = &ended{c.err}
	}
	c.r, c.err = &narrower{r: io.MultiReader(bytes.NewReader(raw), rest), order: o}, nil
	c.buf = c.buf[:0]
}

// An ended reader has nothing but its error.
type ended struct{ err error }

func (e *ended) Read([]byte) (int, error) { return 0, e.err }

// fill reads until buf holds n bytes from used on, or the text ends.
func (c *cutter) fill(n int) {
	if c.used > 0 && (cap(c.buf) < c.used+n) {
		c.buf = c.buf[:copy(c.buf, c.buf[c.used:])]
		c.seen -= c.used
		c.used = 0
	}
	if cap(c.buf) < c.used+n {
		c.buf = append(make([]byte, 0, max(2*(maxBlock+1), c.used+n)), c.buf...)
	}
	for empty := 0; c.err == nil && len(c.buf) < c.used+n; {
		k, err := c.r.Read(c.buf[len(c.buf) : c.used+n])
		c.buf, c.err = c.buf[:len(c.buf)+k], err
		if empty++; k > 0 {
			empty = 0
		}
		if empty > 100 && err == nil {
			c.err = io.ErrNoProgress
		}
	}
}

// end reads one block and returns where it ends: behind a line, as long as none
// is too long. It is -1 when nothing is left.
func (c *cutter) end() int {
	size := c.seen - c.used + blockStep
	for {
		c.fill(size)
		if len(c.buf) == c.seen {
			return -1
		}
		limit := min(len(c.buf), c.used+size)
		if c.err != nil && len(c.buf) <= c.used+size {
			return len(c.buf)
		}
		if k := bytes.LastIndexByte(c.buf[c.seen:limit], '\n'); k >= 0 {
			return c.seen + k + 1
		}
		if size == maxBlock {
			return c.inside(limit)
		}
		size = min(maxBlock, 2*size)
	}
}

// inside is where a line that is too long may be cut: at a blank near the end,
// or at least between two characters.
func (c *cutter) inside(end int) int {
	if k := bytes.LastIndexByte(c.buf[end-1024:end], ' '); k >= 0 {
		return end - 1024 + k + 1
	}
	for k := end; k > end-utf8.UTFMax; k-- {
		if utf8.RuneStart(c.buf[k-1]) {
			if !utf8.FullRune(c.buf[k-1 : end]) {
				return k - 1
			}
			break
		}
	}
	return end
}

// overlap moves used to where the block after one that ends at end begins.
func (c *cutter) overlap(end int) {
	from := max(c.used, end-overlapBytes)
	if c.buf[end-1] == '\n' {
		// At the beginning of a line, and no more of them than needed.
		start := end
		for range overlapLines {
			k := bytes.LastIndexByte(c.buf[from:start-1], '\n')
			if k < 0 {
				if from == c.used && c.col == 0 {
					start = from
				}
				break
			}
			start = from + k + 1
			if start == from {
				break
			}
		}
		from = start
	} else {
		for from < end && !utf8.RuneStart(c.buf[from]) {
			from++
		}
	}
	passed := c.buf[c.used:from]
	if k := bytes.LastIndexByte(passed, '\n'); k >= 0 {
		c.line += int64(bytes.Count(passed, newline))
		c.col = len(passed) - k - 1
	} else {
		c.col += len(passed)
	}
	c.used = from
}
