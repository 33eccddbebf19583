//go:build race

package knowledge

// The race detector makes everything ten times slower and proves nothing about
// time, so texts are shorter under it.
const junkShare = 16
