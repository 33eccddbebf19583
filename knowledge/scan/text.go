package scan

import (
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// An order is the order of the bytes of UTF-16.
type order int

const (
	notUTF16 order = iota
	lowFirst
	highFirst
)

// orderOf tells whether a text that begins as head is UTF-16: by its mark, or
// because the high bytes of text that is mostly Latin are zero. It agrees with
// package clean, which reads the texts that fit in one block.
func orderOf(head []byte) order {
	if len(head) >= 2 && head[0] == 0xff && head[1] == 0xfe {
		return lowFirst
	}
	if len(head) >= 2 && head[0] == 0xfe && head[1] == 0xff {
		return highFirst
	}
	sample := head[:min(len(head), 4096)&^1]
	if len(sample) < 4 {
		return notUTF16
	}
	var zeros [2]int
	for i, b := range sample {
		if b == 0 {
			zeros[i&1]++
		}
	}
	half := len(sample) / 2
	switch {
	case zeros[1]*10 >= half*6 && zeros[0]*20 < half:
		return lowFirst
	case zeros[0]*10 >= half*6 && zeros[1]*20 < half:
		return highFirst
	}
	return notUTF16
}

// A narrower makes UTF-8 of UTF-16.
type narrower struct {
	r     io.Reader
	order order
	raw   []byte // read and not decoded yet begins at raw[0]
	text  []byte // decoded and not given out yet
	begun bool
	err   error
}

func (n *narrower) Read(p []byte) (int, error) {
	for len(n.text) == 0 {
		if n.err != nil {
			return 0, n.err
		}
		n.fill()
	}
	k := copy(p, n.text)
	n.text = n.text[k:]
	return k, nil
}

// fill reads and decodes some.
func (n *narrower) fill() {
	if n.raw == nil {
		n.raw = make([]byte, 0, 32<<10)
	}
	k, err := n.r.Read(n.raw[len(n.raw):cap(n.raw)])
	n.raw, n.err = n.raw[:len(n.raw)+k], err
	at := 0
	text := n.text[:0]
	for ; at+1 < len(n.raw); at += 2 {
		r := n.unit(at)
		if utf16.IsSurrogate(r) {
			if at+3 >= len(n.raw) && err == nil {
				break // its other half is yet to come
			}
			pair := rune(utf8.RuneError)
			if at+3 < len(n.raw) {
				pair = utf16.DecodeRune(r, n.unit(at+2))
			}
			if r = pair; pair != utf8.RuneError {
				at += 2
			}
		}
		if n.begun || r != 0xfeff {
			text = utf8.AppendRune(text, r)
		}
		n.begun = true
	}
	n.text = text
	n.raw = n.raw[:copy(n.raw, n.raw[min(at, len(n.raw)):])]
}

func (n *narrower) unit(at int) rune {
	if n.order == lowFirst {
		return rune(n.raw[at]) | rune(n.raw[at+1])<<8
	}
	return rune(n.raw[at])<<8 | rune(n.raw[at+1])
}

// blankGaps replaces long runs of NUL bytes, which stand in a log that was
// emptied while its program went on writing, by blanks, and reports whether
// there were any.
func blankGaps(text []byte) bool {
	const gap = 64
	found := false
	for at := 0; at < len(text); {
		if text[at] != 0 {
			at++
			continue
		}
		end := at
		for end < len(text) && text[end] == 0 {
			end++
		}
		if end-at >= gap {
			found = true
			for i := range text[at:end] {
				text[at+i] = ' '
			}
		}
		at = end
	}
	return found
}
