package match

import (
	"fmt"
	"io"
)

// Stream scans what r delivers.
func (s *Set) Stream(r io.Reader, emit func(block []byte, offset int64, hits []Hit) error) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return emit(text, 0, s.Scan(text, new(Scratch)))
}
