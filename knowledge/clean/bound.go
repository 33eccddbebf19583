package clean

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// bound cuts the middle out of text that exceeds the bounds, at line ends
// where it can, and says so.
func bound(text string) (string, []string) {
	head, tail := len(text), len(text)
	if len(text) > MaxBytes {
		head, tail = MaxBytes/2, len(text)-MaxBytes/2+1
		if k := strings.LastIndexByte(text[:head], '\n'); k > head/2 {
			head = k
		}
		if k := strings.IndexByte(text[tail:], '\n'); k >= 0 && k < MaxBytes/4 {
			tail += k + 1
		}
	}
	if n := strings.Count(text[:head], "\n") + strings.Count(text[tail:], "\n"); n >= MaxLines && !(n == MaxLines && strings.HasSuffix(text, "\n")) {
		if tail == len(text) {
			tail = 0
		}
		head = min(head, nthLine(text, MaxLines/2-1))
		tail = max(tail, nthLineFromEnd(text, MaxLines/2-1))
	}
	if head == len(text) {
		return text, nil
	}
	for head > 0 && !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	first := strings.Count(text[:head], "\n") + 2
	lines := strings.Count(text[head:tail], "\n")
	note := "The paste is too long: part of its line %d was left out."
	args := []any{first - 1}
	if lines > 1 {
		note = "The paste is too long: its lines %d to %d were left out, so lines after them are counted lower by %d."
		args = []any{first, first + lines - 2, lines - 1}
	}
	return text[:head] + "\n" + text[tail:], []string{fmt.Sprintf(note, args...)}
}

// nthLine returns the offset of the n-th line end, or the length of text.
func nthLine(text string, n int) int {
	for at := 0; ; {
		k := strings.IndexByte(text[at:], '\n')
		if k < 0 {
			return len(text)
		}
		if n--; n < 0 {
			return at + k
		}
		at += k + 1
	}
}

// nthLineFromEnd returns the offset at which the last n lines begin.
func nthLineFromEnd(text string, n int) int {
	end := len(text)
	if strings.HasSuffix(text, "\n") {
		end--
	}
	for ; n > 0; n-- {
		k := strings.LastIndexByte(text[:end], '\n')
		if k < 0 {
			return 0
		}
		end = k
	}
	return end + 1
}
