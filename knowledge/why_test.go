package knowledge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// whyOutline writes an explanation as a tree.
func whyOutline(w *Why) string {
	var b strings.Builder
	fmt.Fprint(&b, w.Verdict)
	if w.Beaten != "" {
		fmt.Fprintf(&b, ", beaten by %s", w.Beaten)
	}
	fmt.Fprintln(&b)
	var clause func(c *WhyClause, depth int)
	clause = func(c *WhyClause, depth int) {
		sign := "-"
		if c.Holds {
			sign = "+"
		}
		fmt.Fprintf(&b, "%s%s %s", strings.Repeat("  ", depth), sign, c.What)
		for _, e := range c.At {
			fmt.Fprintf(&b, " · %d:%d-%d %s", e.Line, e.Start, e.End, e.Text)
		}
		if c.Nearest != "" {
			fmt.Fprintf(&b, " · %s", c.Nearest)
		}
		fmt.Fprintln(&b)
		for i := range c.Kids {
			clause(&c.Kids[i], depth+1)
		}
	}
	for i := range w.Signatures {
		s := &w.Signatures[i]
		fmt.Fprintf(&b, "%s holds=%v", s.Gives, s.Holds)
		if s.Stance != "" {
			fmt.Fprintf(&b, ", %s", s.Stance)
		}
		if s.Reach != "" {
			fmt.Fprintf(&b, ", %s", s.Reach)
		}
		fmt.Fprintln(&b)
		clause(&s.Clause, 1)
	}
	return b.String()
}

// TestWhy runs the archive under testdata/why: failure modes, then pairs of a
// paste N.in and the explanation of acme-clauses, N.out.
func TestWhy(t *testing.T) {
	const file = "testdata/why/clauses.txtar"
	a, err := txtar.ParseFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	b := testBase(t, a.Files)
	want := map[string]string{}
	for _, f := range a.Files {
		want[f.Name] = string(f.Data)
	}
	var kept []txtar.File
	cases := 0
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".out") {
			continue
		}
		kept = append(kept, f)
		name, ok := strings.CutSuffix(f.Name, ".in")
		if !ok {
			continue
		}
		cases++
		in := Input{Text: f.Data, Now: testNow}
		w, err := b.Why(in, "acme-clauses")
		if err != nil {
			t.Fatal(err)
		}
		got := whyOutline(&w)
		kept = append(kept, txtar.File{Name: name + ".out", Data: []byte(got)})
		if diff := cmp.Diff(want[name+".out"], got); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		d, err := b.Diagnose(in)
		if err != nil {
			t.Fatal(err)
		}
		verdict := Unknown
		for _, c := range d.Candidates {
			if c.ID == "acme-clauses" {
				verdict = c.Verdict
			}
		}
		if w.Verdict != verdict {
			t.Errorf("%s: Why says %s, the diagnosis %s", name, w.Verdict, verdict)
		}
	}
	if cases < 7 {
		t.Errorf("only %d cases", cases)
	}
	if *update {
		a.Files = kept
		if err := os.WriteFile(filepath.FromSlash(file), txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// For every example Why agrees with the diagnosis, and where it holds has
// evidence.
func TestWhyAgreesWithTheDiagnosis(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		for _, text := range m.Examples.Match {
			in := Input{Text: []byte(text), Now: testNow}
			d, err := b.Diagnose(in)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range d.Candidates {
				w, err := b.Why(in, c.ID)
				if err != nil {
					t.Fatal(err)
				}
				holds := false
				for i := range w.Signatures {
					holds = holds || w.Signatures[i].Holds
					if w.Signatures[i].Holds && !w.Signatures[i].Clause.Holds {
						t.Errorf("%s: a signature holds, its clauses do not:\n%s", c.ID, whyOutline(&w))
					}
				}
				if !holds || w.Verdict != c.Verdict || w.Beaten != "" {
					t.Errorf("%s: the diagnosis says %s, Why\n%s", c.ID, c.Verdict, whyOutline(&w))
				}
			}
		}
	}
}

func TestWhyOfAnUnknownID(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Why(Input{Text: []byte("x")}, "applinks-timestamp-refusd")
	var unknown *UnknownID
	if !errors.As(err, &unknown) || unknown.ID != "applinks-timestamp-refusd" || len(unknown.Near) == 0 || !strings.Contains(err.Error(), "did you mean applinks-") {
		t.Errorf("Why = %v", err)
	}
	if err := b.NoSuchID(strings.Repeat("zebra", 1000)); len(err.Error()) > 300 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

// An explanation of the longest paste takes no longer than its diagnosis may.
func TestWhyOfLongPastes(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range [][]byte{
		fill("2026-02-03 04:05:06,001 INFO nothing to see, credentials are fine, the token is good\n", fullPaste),
		fill("Bad credential ", fullPaste),
		fill("oauth_problem=timestamp_refused Bad credentials (401)\n", fullPaste),
	} {
		for _, id := range []string{"jira-dvcs-github-bad-credentials", "applinks-signature-invalid", "aha-jira-401"} {
			start := time.Now()
			if _, err := b.Why(Input{Text: text, Now: testNow}, id); err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			t.Logf("%s of %.30q: %v", id, text, took)
			if took > slowest {
				t.Errorf("%s of %.30q took %v", id, text, took)
			}
		}
	}
}
