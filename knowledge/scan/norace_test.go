//go:build !race

package scan

const racing = false
