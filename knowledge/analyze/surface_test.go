package analyze

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authfix/knowledge/clean"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the wanted results in testdata")

// testNow is the clock of the tests.
var testNow = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// testRecord makes a record of a text: a first line "#time <RFC 3339>" dates
// it, lines that begin with "#decoded " or "#joined " become views.
func testRecord(text string) (Record, string) {
	var rec Record
	var plain []string
	var views []Row
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if stamp, ok := strings.CutPrefix(line, "#time "); ok {
			if t, err := time.Parse(time.RFC3339, stamp); err == nil {
				rec.Time, rec.ZoneKnown, rec.Logged = t.UTC(), true, true
				continue
			}
		}
		if view, ok := strings.CutPrefix(line, "#decoded "); ok {
			views = append(views, Row{Text: view, View: clean.Decoded})
			continue
		}
		if view, ok := strings.CutPrefix(line, "#joined "); ok {
			views = append(views, Row{Text: view, View: clean.Joined})
			continue
		}
		plain = append(plain, line)
	}
	var buf strings.Builder
	for i, line := range plain {
		rec.Rows = append(rec.Rows, Row{Text: line, Start: buf.Len(), First: i, View: clean.Plain})
		buf.WriteString(line + "\n")
	}
	for _, row := range views {
		row.Start = buf.Len()
		rec.Rows = append(rec.Rows, row)
		buf.WriteString(row.Text + "\n")
	}
	rec.Last = max(0, len(plain)-1)
	return rec, buf.String()
}

// runAnalyzer runs a on text if a keyword stands there, as the engine does,
// and writes what it gave, one fact or finding a line.
func runAnalyzer(a Analyzer, text string) string {
	folded := strings.ToLower(text)
	called := false
	for _, k := range a.Keywords {
		called = called || strings.Contains(folded, strings.ToLower(k))
	}
	if !called {
		return "no keyword\n"
	}
	rec, buf := testRecord(text)
	facts, findings := a.Run(rec, testNow)
	var out strings.Builder
	for _, f := range facts {
		fmt.Fprintf(&out, "%s = %s", f.Name, f.Value)
		if f.Start >= 0 {
			fmt.Fprintf(&out, " @ %s", buf[f.Start:f.End])
		}
		out.WriteString("\n")
	}
	for _, f := range findings {
		fmt.Fprintf(&out, "! %s\n", f.Text)
	}
	if out.Len() == 0 {
		return "nothing\n"
	}
	return out.String()
}

// testData runs testdata/<name>/*.txt: txtar files of pairs x.in and x.out.
func testData(t *testing.T, a Analyzer) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", a.Name, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("analyzer %s has no testdata (%v)", a.Name, err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written := &txtar.Archive{Comment: archive.Comment}
		wants := map[string]string{}
		for _, f := range archive.Files {
			wants[f.Name] = string(f.Data)
		}
		for _, f := range archive.Files {
			name, ok := strings.CutSuffix(f.Name, ".in")
			if !ok {
				continue
			}
			got := runAnalyzer(a, string(f.Data))
			written.Files = append(written.Files, f, txtar.File{Name: name + ".out", Data: []byte(got)})
			if want := wants[name+".out"]; got != want && !*update {
				t.Errorf("%s: %s of\n%s\ngave\n%s\nwant\n%s", file, name, f.Data, got, want)
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

// fuzzAnalyzer feeds an analyzer anything: it may not panic, state more than
// it may, name a fact outside the vocabulary or point outside the record.
func fuzzAnalyzer(f *testing.F, a Analyzer, seeds ...string) {
	f.Helper()
	files, _ := filepath.Glob(filepath.Join("testdata", a.Name, "*.txt"))
	for _, file := range files {
		if archive, err := txtar.ParseFile(file); err == nil {
			for _, part := range archive.Files {
				f.Add(string(part.Data))
			}
		}
	}
	for _, s := range seeds {
		f.Add(s)
	}
	terms := map[string]Term{}
	for _, term := range Vocabulary {
		terms[term.Name] = term
	}
	f.Fuzz(func(t *testing.T, text string) {
		rec, buf := testRecord(text)
		facts, findings := a.Run(rec, testNow)
		if len(facts) > Max || len(findings) > Max {
			t.Errorf("%d facts, %d findings", len(facts), len(findings))
		}
		for _, fact := range facts {
			if _, ok := terms[fact.Name]; !ok || fact.Value == "" {
				t.Errorf("fact %q = %q is not of the vocabulary", fact.Name, fact.Value)
			}
			if fact.Start < 0 != (fact.End < 0) || fact.Start > fact.End || fact.End > len(buf) {
				t.Errorf("fact %q at [%d, %d) of %d", fact.Name, fact.Start, fact.End, len(buf))
			}
		}
		for _, finding := range findings {
			if finding.Text == "" || finding.Analyzer != a.Name || finding.Start > finding.End || finding.End > len(buf) {
				t.Errorf("finding %+v", finding)
			}
		}
	})
}
