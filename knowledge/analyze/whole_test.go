package analyze

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authfix/knowledge/clean"

	"github.com/rogpeppe/go-internal/txtar"
)

// records cuts a cleaned paste into what analyzers read.
func records(doc *clean.Document) []Record {
	list := make([]Record, len(doc.Records))
	for i := range doc.Records {
		list[i].Record = doc.Records[i]
	}
	for _, row := range doc.Rows { // plain rows first
		r := &list[row.Record]
		r.Rows = append(r.Rows, Row{Text: doc.Text[row.Start:row.End], Start: row.Start, First: row.First, View: row.View})
	}
	return list
}

// analyzePaste cleans a paste and runs analyzers on it as the engine does.
func analyzePaste(text string, analyzers []Analyzer, now time.Time) (*clean.Document, []Fact, []Finding) {
	doc := clean.Clean(text)
	var facts []Fact
	var findings []Finding
	for _, rec := range records(doc) {
		for _, a := range analyzers {
			if hasKeyword(rec, a) {
				f, n := a.Run(rec, now)
				facts, findings = append(facts, f...), append(findings, n...)
			}
		}
	}
	for _, a := range analyzers {
		if a.Conclude != nil {
			f, n := a.Conclude(facts, now)
			facts, findings = append(facts, f...), append(findings, n...)
		}
	}
	return doc, facts, findings
}

// hasKeyword reports whether a keyword of an analyzer stands in a record.
func hasKeyword(rec Record, a Analyzer) bool {
	for _, row := range rec.Rows {
		low := asciiLower(row.Text)
		for _, k := range a.Keywords {
			if strings.Contains(low, asciiLower(k)) {
				return true
			}
		}
	}
	return false
}

// testPastes runs testdata/<dir>/*.txt, pairs x.in and x.out, through cleaning
// and analyzers; an .out holds the facts and findings whose name begins with
// one of prefixes.
func testPastes(t *testing.T, dir string, analyzers []Analyzer, prefixes ...string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/%s (%v)", dir, err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written := &txtar.Archive{Comment: archive.Comment}
		for i, f := range archive.Files {
			name, ok := strings.CutSuffix(f.Name, ".in")
			if !ok {
				continue
			}
			got := describe(string(f.Data), analyzers, prefixes)
			written.Files = append(written.Files, f, txtar.File{Name: name + ".out", Data: []byte(got)})
			if want := ""; !*update {
				if i+1 < len(archive.Files) && archive.Files[i+1].Name == name+".out" {
					want = string(archive.Files[i+1].Data)
				}
				if got != want {
					t.Errorf("%s: %s of\n%s\ngave\n%s\nwant\n%s", file, name, f.Data, got, want)
				}
			}
		}
		if len(written.Files) == 0 {
			t.Errorf("%s has no .in", file)
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(written), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// describe writes what analyzers make of a paste, one fact or finding a line.
func describe(text string, analyzers []Analyzer, prefixes []string) string {
	wanted := func(name string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(name, p) {
				return true
			}
		}
		return false
	}
	_, facts, findings := analyzePaste(text, analyzers, testNow)
	var out strings.Builder
	for _, f := range facts {
		if wanted(f.Name) {
			fmt.Fprintf(&out, "%s = %s\n", f.Name, f.Value)
		}
	}
	for _, f := range findings {
		if wanted(f.Analyzer) {
			fmt.Fprintf(&out, "! %s\n", f.Text)
		}
	}
	if out.Len() == 0 {
		return "nothing\n"
	}
	return out.String()
}

// TestProviderOfPaste runs all analyzers, as providers are told by signs that
// others read.
func TestProviderOfPaste(t *testing.T) {
	testPastes(t, "whole", All(), "oauth1.provider", "oauth2.provider")
}
