package clean

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the outputs in testdata")

// TestClean runs testdata/*.txt. Each archive has a comment with options, one
// a line, and pairs N.in, N.out. What stands in the input as \x1b and the like
// is unquoted first if the option "escapes" is given.
func TestClean(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			options := strings.Fields(options(string(a.Comment)))
			for i := 0; i < len(a.Files); i++ {
				f := a.Files[i]
				name, ok := strings.CutSuffix(f.Name, ".in")
				if !ok {
					continue
				}
				if i+1 >= len(a.Files) || a.Files[i+1].Name != name+".out" {
					a.Files = append(a.Files[:i+1], append([]txtar.File{{Name: name + ".out"}}, a.Files[i+1:]...)...)
				}
				got := show(Clean(input(t, string(f.Data), options)), options)
				if *update {
					a.Files[i+1].Data = []byte(got)
				} else if diff := cmp.Diff(string(a.Files[i+1].Data), got); diff != "" {
					t.Errorf("%s %s (-want +got):\n%s", file, f.Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func options(comment string) string {
	var b strings.Builder
	for line := range strings.Lines(comment) {
		if rest, ok := strings.CutPrefix(line, "options:"); ok {
			b.WriteString(rest)
		}
	}
	return b.String()
}

func has(options []string, name string) bool {
	for _, o := range options {
		if o == name {
			return true
		}
	}
	return false
}

func input(t *testing.T, in string, options []string) string {
	in = strings.TrimSuffix(in, "\n")
	if !has(options, "escapes") {
		return in
	}
	lines := strings.Split(in, "\n")
	for i, l := range lines {
		s, err := strconv.Unquote(`"` + strings.ReplaceAll(l, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		lines[i] = s
	}
	return strings.Join(lines, "\n")
}

// show writes the rows of d: "=" plain, "+" joined, "%" decoded; with the
// option spans where they come from, with records where records begin, with
// marks the depth of quotation and fences.
func show(d *Document, options []string) string {
	var b strings.Builder
	for i, r := range d.Rows {
		if r.View == Plain && has(options, "records") && d.Records[r.Record].First == i {
			rec := d.Records[r.Record]
			fmt.Fprintf(&b, "record %s %s message %q\n", rec.Format, rec.Level, d.Text[rec.Message:r.End])
		}
		if has(options, "plain") && r.View != Plain {
			continue
		}
		fmt.Fprintf(&b, "%c", "=+%"[r.View])
		if has(options, "marks") {
			fmt.Fprintf(&b, "%d", r.Quoted)
			if r.Code {
				b.WriteString("c")
			}
		}
		if text := d.RowText(i); text != "" {
			fmt.Fprintf(&b, " %s", strings.ReplaceAll(text, "\uFFFD", "\\uFFFD"))
		}
		b.WriteString("\n")
		if has(options, "spans") {
			for _, s := range d.Spans(r.Start, r.End) {
				line := strings.Split(d.Source, "\n")[s.Line-1]
				fmt.Fprintf(&b, "  %d:%d-%d %q\n", s.Line, s.Start, s.End, line[s.Start:s.End])
			}
		}
	}
	return b.String()
}
