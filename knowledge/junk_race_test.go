//go:build race

package knowledge

import "time"

// The race detector makes everything ten times slower and proves nothing about
// time, so texts are shorter under it and only a hang fails.
const (
	JunkShare = 64
	slowest   = 2 * time.Minute
)
