package scan

import (
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A source is the stream itself: it counts, and ends with ctx.
type source struct {
	ctx   context.Context
	r     io.Reader
	n     int64
	limit int64
	err   error // other than io.EOF
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if err := context.Cause(s.ctx); err != nil {
		s.err = err
		return 0, err
	}
	if int64(len(p)) > s.limit-s.n+1 {
		p = p[:s.limit-s.n+1]
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	if s.n > s.limit {
		s.err = &TooLarge{CompressedSize, s.limit}
		return n - int(s.n-s.limit), s.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = fmt.Errorf("read the file: %w", err)
		return n, s.err
	}
	return n, err
}

// A counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// A gate lets out what is unpacked, as far as the limits allow.
type gate struct {
	o      *opener
	r      io.Reader
	kind   Kind
	packed func() int64 // bytes that this was unpacked from
	n      int64
	err    error
}

func (g *gate) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if g.err = context.Cause(g.o.ctx); g.err != nil {
		return 0, g.err
	}
	room := g.o.limits.Decompressed - g.o.out
	if int64(len(p)) > room+1 {
		p = p[:room+1]
	}
	n, err := g.r.Read(p)
	g.n += int64(n)
	g.o.out += int64(n)
	switch {
	case int64(n) > room:
		g.o.out -= int64(n) - room
		n, g.err = int(room), &TooLarge{DecompressedSize, g.o.limits.Decompressed}
		g.o.stopped = true
	case g.n > ratioSlack && g.n > g.o.limits.Ratio*g.packed()+ratioSlack:
		n, g.err = 0, &TooLarge{UnpackedRatio, g.o.limits.Ratio}
	case errors.Is(err, io.EOF):
		g.err = io.EOF
	case err != nil:
		g.err = g.o.broken(g.kind, err)
	}
	return n, g.err
}

// broken makes an error of what a decoder says. What the stream itself said, or
// a gate below, goes through.
func (o *opener) broken(kind Kind, err error) error {
	var large *TooLarge
	var unreadable *Unreadable
	var structural bzip2.StructuralError
	var corrupt flate.CorruptInputError
	switch {
	case o.source.err != nil:
		return o.source.err
	case errors.As(err, &large), errors.As(err, &unreadable), context.Cause(o.ctx) != nil:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Unreadable{kind, Truncated}
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrUnknownDictionary):
		return &Unreadable{kind, Unsupported}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &structural), errors.As(err, &corrupt):
		return &Unreadable{kind, Damaged}
	}
	return &Unreadable{kind, Damaged}
}
