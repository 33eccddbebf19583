package match

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	update = flag.Bool("update", false, "write rarity.txt from the logs in -logs")
	logs   = flag.String("logs", "", "folder of ordinary logs, *.log")
)

// TestRarityTable checks the form of the table, or writes it: half of the
// counts come from the logs, half from invented lines, so that neither of them
// rules.
func TestRarityTable(t *testing.T) {
	if *update {
		files, err := filepath.Glob(filepath.Join(*logs, "*.log"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no *.log in %q (%v)", *logs, err)
		}
		var texts [][]byte
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text, genLog(len(text), nil))
		}
		if err := os.WriteFile("rarity.txt", countRarity(texts), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := 32 * 32 * rarityLine; len(rarityTable) != want {
		t.Fatalf("the table has %d bytes, want %d", len(rarityTable), want)
	}
	for i := range len(rarityTable) {
		c := rarityTable[i]
		if end := i%rarityLine == rarityLine-1; end != (c == '\n') || !end && (c < '0' || c > '0'+63) {
			t.Fatalf("byte %d of the table is %q", i, c)
		}
	}
	common, rare := []byte("exception"), []byte("jwks_uri_x")
	if _, c := rarest(common); c < 1e-6 {
		t.Errorf("rarest(%q) costs %g, so little for a common word", common, c)
	}
	_, c := rarest(common)
	if _, r := rarest(rare); r >= c {
		t.Errorf("rarest(%q) costs %g, not less than the %g of %q", rare, r, c, common)
	}
}

func countRarity(texts [][]byte) []byte {
	var pairs [32][32]float64
	var triples [32][32][32]float64
	all := 0.0
	for _, text := range texts {
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			for i := 1; i < len(line); i++ {
				a, b := kinds[line[i-1]], kinds[line[i]]
				pairs[a][b]++
				all++
				if i+1 < len(line) {
					triples[a][b][kinds[line[i+1]]]++
				}
			}
		}
	}
	cost := func(part, of float64) byte { // unseen ones count as a third of one
		bits := -math.Log2((part + 0.3) / (of + 10))
		return '0' + byte(min(max(math.Round(2*bits), 0), 63))
	}
	var out strings.Builder
	for a := range 32 {
		for b := range 32 {
			out.WriteByte(cost(pairs[a][b], all))
			for c := range 32 {
				out.WriteByte(cost(triples[a][b][c], pairs[a][b]))
			}
			out.WriteByte('\n')
		}
	}
	return []byte(out.String())
}
