package match

import (
	"bytes"
	"strings"
	"testing"
)

// A long line has its hits wherever they stand, in a Scan as in a Stream.
func TestLongLine(t *testing.T) {
	const far = 120 << 10
	for _, at := range []int{0, 1, stride - 20, stride - 5, stride, window - 20, window - 5, window, pieceOwn - 20, pieceOwn - 5, pieceOwn, pieceSize - 5, pieceSize, blockSize - 5, blockSize, far - 40} {
		text := bytes.Repeat([]byte("."), far)
		copy(text[at:], "token 7 was expired")
		for _, before := range []string{"", "a line before\n", strings.Repeat("x", 70<<10) + "\n"} {
			text := before + string(text) + "\ntoken 8 was expired\n"
			for _, all := range []bool{false, true} {
				ps := []Pattern{
					{Literal: "was expired", All: all},
					{Literal: "exp", All: all},
					{Regexp: `token (\d) was expired`, All: all},
					{Regexp: `\d was`, All: all},
					{Regexp: `\d`, All: all},
				}
				s := compile(t, ps)
				got := s.Scan([]byte(text), new(Scratch))
				if len(got) != 2*len(ps) {
					t.Errorf("at %d after %d bytes, all %v: %d hits, want %d", at, len(before), all, len(got), 2*len(ps))
				}
				same(t, ps, text, Naive(ps, []byte(text)), got)
				same(t, ps, text, got, streamed(t, s, strings.NewReader(text)))
			}
		}
	}
}

// The ends of a window are not the ends of the line.
func TestAnchorsOfLongLine(t *testing.T) {
	ps := []Pattern{{Regexp: `^a`}, {Regexp: `a$`, All: true}, {Regexp: `(?m)^aaaa`, All: true}, {Regexp: `^a+$`}, {Regexp: `(?:^|b)aab`}}
	s := compile(t, ps)
	for _, n := range []int{window - 1, window, window + 1, blockSize - 1, blockSize, blockSize + 1, 150 << 10} {
		text := strings.Repeat("a", n)
		got := s.Scan([]byte(text), new(Scratch))
		want := []Hit{{Pattern: 0, Start: 0, End: 1}, {Pattern: 2, Start: 0, End: 4}}
		if n <= window {
			want = append(want, Hit{Pattern: 3, Start: 0, End: n})
		}
		want = append(want, Hit{Pattern: 1, Start: n - 1, End: n})
		same(t, ps, text, want, got)
		same(t, ps, text, want, streamed(t, s, strings.NewReader(text)))
	}
}
