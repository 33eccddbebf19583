//go:build unix

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

const colourful = true

// size reports whether f is a terminal and how many columns it has, 0 when it
// does not say.
func size(f *os.File) (columns int, terminal bool) {
	s, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, false
	}
	return int(s.Col), true
}
