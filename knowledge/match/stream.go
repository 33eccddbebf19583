package match

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// How a stream is cut.
const (
	blockSize = 64 << 10          // the most that is at hand at once
	pieceSize = 56 << 10          // of a line that is longer than a block: what is at hand of it at once,
	pieceOwn  = pieceSize - 8<<10 // and where the next piece of it begins
)

// Stream scans what r delivers, in constant memory, and calls emit for one
// block of whole lines after the other: with the block's offset in the stream
// and its hits, whose offsets count from the start of the block. Block and hits
// are valid during the call. A line that does not fit in 64 KiB comes in blocks
// that overlap by 8 KiB; its hits are those of the whole line, each told once.
// The hits are those of Scan, except that MaxHits applies to each block.
//
// It ends with the first error of emit, or of r after what was read before it.
func (s *Set) Stream(r io.Reader, emit func(block []byte, offset int64, hits []Hit) error) error {
	var sc Scratch
	var seen repeats
	in := cutter{r: r}
	for {
		b, err := in.next()
		if len(b.text) > 0 {
			hits := seen.drop(s, b, s.scan(b.text, &sc, b.cut))
			if err := emit(b.text, b.offset, hits); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
	}
}

// A block is a stretch of a stream. What Scan finds in it depends on it alone,
// so blocks can be scanned in any order.
type block struct {
	text   []byte // whole lines, or one piece of a line
	offset int64
	cut    view
}

// A cutter cuts a stream into blocks.
type cutter struct {
	r      io.Reader
	buf    []byte
	used   int   // bytes of buf that the last block has done with
	offset int64 // of buf in the stream
	cut    view  // whether buf[used:] begins in the middle of a line
	err    error // of r, after what is in buf
}

// next returns the next block, which is valid until next is called again. With
// the last comes io.EOF.
func (c *cutter) next() (block, error) {
	if c.buf == nil {
		c.buf = make([]byte, 0, blockSize)
	}
	rest := copy(c.buf[:cap(c.buf)], c.buf[c.used:])
	c.offset += int64(c.used)
	c.buf = c.buf[:rest]
	for c.err == nil && len(c.buf) < blockSize {
		var n int
		n, c.err = c.read(c.buf[len(c.buf):blockSize])
		c.buf = c.buf[:len(c.buf)+n]
	}
	b := block{offset: c.offset, cut: c.cut}
	first := bytes.IndexByte(c.buf, '\n')
	if first < 0 {
		first = len(c.buf)
	}
	switch {
	case c.cut != whole && first > pieceSize, first == blockSize:
		b.text, b.cut = c.buf[:pieceSize], b.cut|cutRight
		c.used, c.cut = pieceOwn, cutLeft
		return b, nil
	case c.err != nil:
		b.text, c.used, c.cut = c.buf, len(c.buf), whole
		return b, c.err
	}
	b.text = c.buf[:bytes.LastIndexByte(c.buf, '\n')+1]
	c.used, c.cut = len(b.text), whole
	return b, nil
}

// read reads something or returns an error.
func (c *cutter) read(to []byte) (int, error) {
	const patience = 100 // as in package bufio
	for range patience {
		if n, err := c.r.Read(to); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// repeats knows which patterns have been reported on a line that comes in
// pieces. It is given the blocks in their order.
type repeats struct{ patterns map[int]bool }

// drop removes the hits in a block of which the line has had its one.
func (r *repeats) drop(s *Set, b block, hits []Hit) []Hit {
	if b.cut&cutLeft != 0 && len(r.patterns) > 0 {
		end := bytes.IndexByte(b.text, '\n')
		if end < 0 {
			end = len(b.text)
		}
		kept := hits[:0]
		for _, h := range hits {
			if h.Start > end || !r.patterns[h.Pattern] {
				kept = append(kept, h)
			}
		}
		hits = kept
	}
	if b.cut&cutLeft == 0 {
		clear(r.patterns)
	}
	if b.cut&cutRight != 0 {
		if r.patterns == nil {
			r.patterns = map[int]bool{}
		}
		for _, h := range hits {
			if !s.patterns[h.Pattern].all {
				r.patterns[h.Pattern] = true
			}
		}
	}
	return hits
}
