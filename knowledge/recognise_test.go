package knowledge

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"authfix/knowledge/strictyaml"
)

var update = flag.Bool("update", false, "rewrite the expected results under testdata")

var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// testBase makes a base of the YAML files of an archive. They need not be
// complete: only what recognition uses is written.
func testBase(t testing.TB, files []txtar.File) *Base {
	t.Helper()
	s := &Sources{}
	for _, f := range files {
		if filepath.Ext(f.Name) == ".yaml" {
			if complaints := s.add(f.Name, f.Data); len(complaints) > 0 {
				t.Fatal(complaints)
			}
		}
	}
	if err := s.verdict(nil); err != nil {
		t.Fatal(err)
	}
	b, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// outline is what a diagnosis came to, for comparison: verdict, then each
// candidate with role, verdict, stance and the lines of its evidence.
func outline(d *Diagnosis) string {
	var b strings.Builder
	fmt.Fprintln(&b, d.Verdict)
	for _, c := range d.Candidates {
		fmt.Fprintf(&b, "%s %s %s", c.Role, c.ID, c.Verdict)
		if c.Of != "" {
			fmt.Fprintf(&b, " of %s", c.Of)
		}
		if c.Stance != "" {
			fmt.Fprintf(&b, ", %s", c.Stance)
		}
		fmt.Fprintln(&b)
		for _, e := range c.Evidence {
			fmt.Fprintf(&b, "  %d:%d-%d %s\n", e.Line, e.Start, e.End, e.Text)
		}
		for _, cause := range c.Causes {
			if cause.Established {
				fmt.Fprintf(&b, "  because %s\n", cause.Text)
			}
		}
		for _, check := range c.Checks {
			for _, q := range check.Queries {
				fmt.Fprintf(&b, "  %s: %s\n", q.Dialect, q.Query)
			}
			for _, p := range check.Parameters {
				if p.Value == nil {
					fmt.Fprintf(&b, "  needs %s\n", p.Name)
				}
			}
		}
	}
	if d.Question != nil {
		fmt.Fprintf(&b, "asks %s\n", d.Question.ID)
	}
	if d.Missing != nil && len(d.Candidates) > 0 {
		fmt.Fprintf(&b, "misses %s\n", d.Missing.Fact)
	}
	return b.String()
}

// TestRecognise runs the archives under testdata/recognise: failure modes on
// top, then pairs of a paste N.in and its outline N.out. Lines of a paste that
// begin with "=answer " are answers.
func TestRecognise(t *testing.T) {
	files, err := filepath.Glob("testdata/recognise/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("archives: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b := testBase(t, a.Files)
			cases := 0
			for i := 0; i < len(a.Files); i++ {
				name, ok := strings.CutSuffix(a.Files[i].Name, ".in")
				if !ok {
					continue
				}
				cases++
				in := Input{Now: testNow}
				for line := range bytes.Lines(a.Files[i].Data) {
					if answer, ok := bytes.CutPrefix(line, []byte("=answer ")); ok {
						fact, value, _ := strings.Cut(strings.TrimSpace(string(answer)), "=")
						in.Answers = append(in.Answers, Answer{fact, value})
						continue
					}
					in.Text = append(in.Text, line...)
				}
				d, err := b.Diagnose(in)
				if err != nil {
					t.Fatal(err)
				}
				got := outline(&d)
				out := -1
				for k := range a.Files {
					if a.Files[k].Name == name+".out" {
						out = k
					}
				}
				if *update {
					if out < 0 {
						a.Files = append(a.Files[:i+1], append([]txtar.File{{Name: name + ".out"}}, a.Files[i+1:]...)...)
						out = i + 1
					}
					a.Files[out].Data = []byte(got)
					continue
				}
				if out < 0 {
					t.Errorf("%s has no %s.out", file, name)
				} else if diff := cmp.Diff(string(a.Files[out].Data), got); diff != "" {
					t.Errorf("%s of %s (-want +got):\n%s", name, file, diff)
				}
			}
			if cases == 0 {
				t.Errorf("%s has no case", file)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// The compiled file equals the YAML.
func TestCompiledIsUpToDate(t *testing.T) {
	s, err := loadBuiltin(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	want, err := encodeBase(s)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(builtin, want) {
		t.Fatal("builtin.gob differs from the YAML: run make generate")
	}
	fresh, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Generation() != b.Generation() {
		t.Errorf("generation %s compiled, %s from the YAML", b.Generation(), fresh.Generation())
	}
	for _, m := range s.Modes() {
		got, ok := b.Lookup(m.ID)
		if !ok {
			t.Errorf("%s is not compiled", m.ID)
		} else if diff := cmp.Diff(&m, got); diff != "" {
			t.Errorf("%s (-YAML +compiled):\n%s", m.ID, diff)
		}
	}
}

// Every example of the built-in failure modes is recognised, every miss is
// not, also when damaged; nothing claims another's.
func TestProof(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	proof, err := b.Prove(testNow)
	if err != nil {
		t.Fatal(err)
	}
	if proof.Modes < 43 || proof.Examples < 1500 {
		t.Errorf("only %d failure modes and %d texts", proof.Modes, proof.Examples)
	}
	for _, c := range proof.Confusions {
		if c.Fails {
			t.Error(c)
		}
	}
}

func TestComplaintsHaveLines(t *testing.T) {
	s := &Sources{}
	complaints := s.add("x/a-b.yaml", []byte("id: a-b\nover: [nobody-there]\nsignatures:\n  - gives: sure\n    all:\n      - literal: abc\n        regexp: x\n"))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	err := s.Validate(nil)
	found, ok := err.(Complaints)
	if !ok {
		t.Fatalf("Validate = %v", err)
	}
	want := map[string]int{"over[0]": 2, "signatures[0].gives": 4, "signatures[0].all[0]": 6}
	for _, c := range found {
		if c.File != "x/a-b.yaml" || c.Line < 1 {
			t.Errorf("%v has no place", c)
		}
		if line, ok := want[c.Path]; ok {
			delete(want, c.Path)
			if c.Line != line {
				t.Errorf("%v: want line %d", c, line)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("no complaint about %v in\n%v", want, err)
	}
	var _ strictyaml.Complaint = found[0]
}
