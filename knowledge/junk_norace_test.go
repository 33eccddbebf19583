//go:build !race

package knowledge

const junkShare = 1
