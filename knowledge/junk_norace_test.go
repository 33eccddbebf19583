//go:build !race

package knowledge

import "time"

const (
	// JunkShare is what the work of the longest tests is divided by.
	JunkShare = 1

	// slowest is what one text may cost. On an idle machine it is 2 s; the bound
	// leaves room for a busy one.
	slowest = 10 * time.Second
)
