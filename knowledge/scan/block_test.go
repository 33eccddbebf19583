package scan

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

// starts returns the offsets at which lines begin.
func starts(text []byte) []int {
	all := []int{0}
	for i, c := range text {
		if c == '\n' {
			all = append(all, i+1)
		}
	}
	return all
}

// checkBlocks holds that blocks are what they claim to be of text, cover it, and
// that every window of lines that a condition may span lies in one of them.
func checkBlocks(t *testing.T, text []byte, r io.Reader) {
	t.Helper()
	lines := starts(text)
	c := &cutter{r: r}
	type span struct{ from, to int }
	var blocks []span
	for {
		b, err := c.next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
		if len(b.text) == 0 || len(b.text) > maxBlock {
			t.Fatalf("a block of %d bytes", len(b.text))
		}
		from := lines[b.line] + b.column
		to := from + len(b.text)
		if to > len(text) || !bytes.Equal(text[from:to], b.text) {
			t.Fatalf("block %d is not the text at line %d, column %d", len(blocks), b.line, b.column)
		}
		if b.whole && (from != 0 || to != len(text)) {
			t.Fatal("a part is called whole")
		}
		last := 0
		if len(blocks) > 0 {
			last = blocks[len(blocks)-1].to
		}
		if from > last || to <= last {
			t.Fatalf("block %d is %d to %d, behind one that ends at %d", len(blocks), from, to, last)
		}
		blocks = append(blocks, span{from, to})
	}
	if len(text) > 0 && (len(blocks) == 0 || blocks[len(blocks)-1].to != len(text)) {
		t.Fatalf("%d blocks do not cover %d bytes", len(blocks), len(text))
	}
	want := bytes.Count(text, newline)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		want++
	}
	if c.lines != int64(want) {
		t.Errorf("%d lines, want %d", c.lines, want)
	}
	for i, from := range lines {
		to := from
		for k := i + 1; k <= min(i+overlapLines, len(lines)); k++ {
			end := len(text)
			if k < len(lines) {
				end = lines[k]
			}
			if end-from > overlapBytes {
				break
			}
			to = end
		}
		k := sort.Search(len(blocks), func(k int) bool { return blocks[k].to >= to })
		if to > from && blocks[k].from > from {
			t.Fatalf("lines %d to byte %d are in no block", i+1, to)
		}
	}
}

func TestBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	random := func(n int, length func() int) []byte {
		var b bytes.Buffer
		for b.Len() < n {
			for range length() {
				b.WriteByte("abc de"[rng.IntN(6)])
			}
			b.WriteByte('\n')
		}
		return b.Bytes()[:b.Len()-rng.IntN(2)]
	}
	texts := map[string][]byte{
		"empty":       nil,
		"one line":    []byte("one line"),
		"short lines": random(1500<<10, func() int { return rng.IntN(20) }),
		"no lines":    random(1<<20+5, func() int { return 0 }),
		"log":         random(3<<20, func() int { return 50 + rng.IntN(200) }),
		"long lines":  random(3<<20, func() int { return rng.IntN(5000) }),
		"very long":   random(6<<20, func() int { return rng.IntN(1 << (4 + rng.IntN(18))) }),
		"4 MiB line":  slicesOf("x\n", strings.Repeat("é", 2<<20), "\ny\n"),
		"a MiB":       random(maxBlock, func() int { return 99 })[:maxBlock],
		"a byte more": random(maxBlock+1, func() int { return 99 })[:maxBlock+1],
		"many lines":  []byte(strings.Repeat("\n", maxLines+5)),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			checkBlocks(t, text, bytes.NewReader(text))
			if len(text) < 2<<20 && !racing {
				checkBlocks(t, text, iotest.DataErrReader(iotest.HalfReader(bytes.NewReader(text))))
			}
		})
	}
}

func slicesOf(parts ...string) []byte { return []byte(strings.Join(parts, "")) }

// wide is text as UTF-16.
func wide(text string, mark bool) []byte {
	var b []byte
	units := utf16.Encode([]rune(text))
	if mark {
		b = append(b, 0xff, 0xfe)
	}
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func TestNarrow(t *testing.T) {
	text := strings.Repeat("a line, ein Wört, 数 and 😀\n", 20_000)
	for _, r := range []io.Reader{bytes.NewReader(wide(text, true)), iotest.HalfReader(bytes.NewReader(wide(text, true))), iotest.OneByteReader(bytes.NewReader(wide(text, false)))} {
		got, err := io.ReadAll(&narrower{r: r, order: lowFirst})
		if err != nil || string(got) != text {
			t.Errorf("UTF-16 is read as %d bytes, want %d; %v", len(got), len(text), err)
		}
	}
	lone, err := io.ReadAll(&narrower{r: bytes.NewReader([]byte{0x3d, 0xd8, 'a', 0, 0x3d, 0xd8}), order: lowFirst})
	if err != nil || string(lone) != "\uFFFDa\uFFFD" {
		t.Errorf("lone surrogates are read as %q, %v", lone, err)
	}
	if got := orderOf(wide(text, false)); got != lowFirst {
		t.Errorf("orderOf = %v", got)
	}
	checkBlocks(t, []byte(text), bytes.NewReader(wide(text, true)))
}
