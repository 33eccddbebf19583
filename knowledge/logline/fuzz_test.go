package logline

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzParse checks what callers rely on: no panic, offsets inside the line,
// substrings of it, levels and times within their bounds.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, in := range ar.Files {
			if strings.HasSuffix(in.Name, ".in") {
				for line := range strings.Lines(string(in.Data)) {
					f.Add(strings.TrimSuffix(line, "\n"))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		p, ok := Parse(line)
		if !ok {
			if p != (Prefix{}) {
				t.Fatalf("Parse(%q) = %+v, false", line, p)
			}
			return
		}
		if p.Format == "" || p.Message < 0 || p.Message > len(line) {
			t.Fatalf("Parse(%q) = %+v", line, p)
		}
		switch p.Level {
		case "", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL":
		default:
			t.Fatalf("Parse(%q): level %q", line, p.Level)
		}
		if len(p.Text) > len(line) || len(p.Logger) > len(line) || len(p.Thread) > len(line) {
			t.Fatalf("Parse(%q) = %+v: longer than the line", line, p)
		}
		if y := p.Time.Year(); !p.Time.IsZero() && (y < -1 || y > 2200 || p.YearKnown && y < 1969) || p.Time.Location() != time.UTC {
			t.Fatalf("Parse(%q): time %v", line, p.Time)
		}
		if p.ZoneKnown && p.Time.IsZero() {
			t.Fatalf("Parse(%q): a zone without a time", line)
		}
	})
}

// TestNested checks that text which nests without end costs linear time.
func TestNested(t *testing.T) {
	for _, unit := range []string{"a | ", "[", "{\"log\":", "2023-04-06T22:10:26Z ", "{\"log\":\"{\\\"log\\\":", "\\\"", "<1>", "[a] ", "a=b ", "ERROR ", "time=\"", "\"", "db-1  | "} {
		line := strings.Repeat(unit, 4<<20/len(unit))
		start := time.Now()
		Parse(line)
		Parse("2023-04-06 22:10:26,299+0000 " + line)
		Parse(`{"level":"error","message":"` + line)
		if d := time.Since(start); d > time.Second {
			t.Errorf("4 MiB of %q took %v", unit, d)
		}
	}
}
