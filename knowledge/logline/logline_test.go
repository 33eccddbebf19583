package logline

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what the tests got as what they want")

// TestParse reads every line of the .in files of testdata/*.txt and compares
// what Parse gives with the .out file beside it: after the line's number the
// fields that are set, then what is left as the message. "-" stands for a line
// without a prefix. Run with -update to write the .out files anew.
func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 6 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out []txtar.File
			for i := 0; i < len(ar.Files); i++ {
				f := ar.Files[i]
				if !strings.HasSuffix(f.Name, ".in") {
					continue
				}
				var b bytes.Buffer
				for n, line := range strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n") {
					p, ok := Parse(line)
					fmt.Fprintf(&b, "%d %s\n", n+1, describe(line, p, ok))
				}
				name := strings.TrimSuffix(f.Name, ".in") + ".out"
				out = append(out, f, txtar.File{Name: name, Data: b.Bytes()})
				if *update {
					continue
				}
				if i+1 == len(ar.Files) || ar.Files[i+1].Name != name {
					t.Errorf("%s: no %s behind it", f.Name, name)
					continue
				}
				if diff := cmp.Diff(string(ar.Files[i+1].Data), b.String()); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
			if *update {
				ar.Files = out
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func describe(line string, p Prefix, ok bool) string {
	if !ok {
		return "-"
	}
	var b strings.Builder
	b.WriteString(p.Format)
	if !p.Time.IsZero() {
		zone, layout := "Z", "2006-01-02T15:04:05.999999999"
		if !p.ZoneKnown {
			zone = "?"
		}
		if !p.YearKnown {
			layout = "????-01-02T15:04:05.999999999"
		}
		b.WriteString(" " + p.Time.Format(layout) + zone)
	}
	for _, f := range []struct{ name, value string }{{"", p.Level}, {"logger", p.Logger}, {"thread", p.Thread}} {
		switch {
		case f.value == "":
		case f.name == "":
			b.WriteString(" " + f.value)
		default:
			fmt.Fprintf(&b, " %s=%q", f.name, f.value)
		}
	}
	fmt.Fprintf(&b, " | %s", line[p.Message:])
	if p.Text != "" {
		fmt.Fprintf(&b, " | text=%q", p.Text)
	}
	return b.String()
}
