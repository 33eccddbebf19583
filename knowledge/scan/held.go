package scan

import (
	"bytes"
	"io"
)

// held is bytes in memory, in pieces, so that nothing is copied while they come.
type held struct {
	pieces [][]byte // all of pieceSize but the last
	size   int64
}

const pieceSize = 1 << 20

// hold reads r, which may have at most limit bytes.
func hold(r io.Reader, limit int64) (*held, error) {
	h := &held{}
	for {
		piece := make([]byte, pieceSize)
		n, err := io.ReadFull(r, piece)
		h.pieces = append(h.pieces, piece[:n])
		h.size += int64(n)
		switch {
		case h.size > limit:
			return nil, &TooLarge{HeldSize, limit}
		case err == io.EOF, err == io.ErrUnexpectedEOF: // of ReadFull; r wraps its own
			return h, nil
		case err != nil:
			return nil, err
		}
	}
}

// ReadAt implements [io.ReaderAt].
func (h *held) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) && at < h.size {
		k := copy(p[n:], h.pieces[at/pieceSize][at%pieceSize:])
		n += k
		at += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// count counts how often s stands there, but for what lies across two pieces.
func (h *held) count(s string) int {
	n := 0
	for _, p := range h.pieces {
		n += bytes.Count(p, []byte(s))
	}
	return n
}
