package fake

import (
	"fmt"
	"unicode/utf16"
)

// A Table is a platform's published limits, of its own kind L, by name.
type Table[L any] map[string]L

// NewTable makes a table of limits, of which name says the name.
func NewTable[L any](limits []L, name func(L) string) Table[L] {
	t := make(Table[L], len(limits))
	for _, l := range limits {
		t[name(l)] = l
	}
	return t
}

// Get returns a limit, and panics when there is none of the name.
func (t Table[L]) Get(name string) L {
	l, ok := t[name]
	if !ok {
		panic(fmt.Sprintf("no limit %q", name))
	}
	return l
}

// Length counts characters as UTF-16 units, the strictest reading of what chat
// platforms document.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// Cut returns the first n characters, counted as [Length] does.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i, r := range s {
		if n -= max(1, utf16.RuneLen(r)); n < 0 {
			return s[:i]
		}
	}
	return s
}
