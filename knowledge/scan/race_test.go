//go:build race

package scan

// racing says that the race detector runs, under which all takes ten times as
// long.
const racing = true
