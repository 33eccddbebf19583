package knowledge

import (
	"slices"
	"strings"
	"testing"

	"authfix/knowledge/clean"
	"authfix/knowledge/match"
)

// FuzzScan holds that streaming a text through the built-in patterns, block by
// block as a whole file is read, hits what the pass of a diagnosis hits.
func FuzzScan(f *testing.F) {
	b, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	for i := range b.layers[0].Modes {
		m, err := b.layers[0].mode(i)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m.Examples.Match[0], uint16(i))
	}
	f.Add("oauth_problem=timestamp_refused", uint16(3000))
	set := b.layers[0].set
	f.Fuzz(func(t *testing.T, text string, repeat uint16) {
		if len(text) > 8<<10 || strings.TrimSpace(text) == "" {
			return
		}
		// Enough healthy lines before it that the text lies across a block's end.
		text = strings.Repeat("2026-02-03 04:05:06 INFO [worker-1] org.example.Counter - counted 12 shelves\n", int(repeat)%1200) + text
		read, _, err := clean.Read([]byte(text))
		if err != nil {
			return
		}
		doc := clean.Clean(read)
		var sc match.Scratch
		want := slices.Clone(set.Scan(doc.Buf, &sc))
		var got []match.Hit
		err = set.Stream(strings.NewReader(doc.Text), func(_ []byte, offset int64, hits []match.Hit) error {
			for _, h := range hits {
				h.Start, h.End = h.Start+int(offset), h.End+int(offset)
				got = append(got, h)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		key := func(h match.Hit) [3]int { return [3]int{h.Pattern, h.Start, h.End} }
		seen := map[[3]int]bool{}
		for _, h := range got {
			seen[key(h)] = true
		}
		for _, h := range want {
			if !seen[key(h)] {
				t.Fatalf("pattern %d at %d–%d is hit by the diagnosis and not by the stream", h.Pattern, h.Start, h.End)
			}
		}
	})
}
