//go:build !unix

package terminal

import "os"

// colourful is false where a terminal must first be told to obey escape
// sequences.
const colourful = false

// size reports whether f is a terminal; its width is left to COLUMNS.
func size(f *os.File) (columns int, terminal bool) {
	info, err := f.Stat()
	return 0, err == nil && info.Mode()&os.ModeCharDevice != 0
}
