package knowledge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"authfix/knowledge/clean"
)

// seedTexts are examples of all failure modes, as they are and damaged.
func seedTexts(f testing.TB) []string {
	b, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	var all []string
	for i, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		text := m.Examples.Match[i%len(m.Examples.Match)]
		all = append(all, text, Mutations[i%len(Mutations)].Apply(text), m.Examples.Miss[0].Text)
	}
	return append(all, "", "\xff\xfe", "\x00", "```", "{\"message\":\"", "> > >", "\x1b[31m", "a\r\nb\rc\n", "gh"+"p_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c and again gh"+"p_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c",
		"password=hunter22\\u0022 Bad credentials (401)", "creden-\ntials (401)", "&lt;oauth_problem&gt;=timestamp_refused")
}

// sound checks what holds of every diagnosis.
func sound(t *testing.T, b *Base, text []byte, d *Diagnosis) {
	t.Helper()
	out, err := json.Marshal(d)
	if err != nil || !json.Valid(out) || !utf8.Valid(out) {
		t.Fatalf("the diagnosis is no JSON: %v", err)
	}
	lines := readLines(t, text)
	check := func(what string, line int) {
		t.Helper()
		if line < 0 || line > len(lines) {
			t.Errorf("%s stands on line %d of %d", what, line, len(lines))
		}
	}
	for i, c := range d.Candidates {
		if i == 0 && d.Verdict != c.Verdict {
			t.Errorf("the verdict is %s, that of the first candidate %s", d.Verdict, c.Verdict)
		}
		if c.Verdict == Unknown || c.Verdict.rank() == 0 {
			t.Errorf("%s is a candidate with the verdict %q", c.ID, c.Verdict)
		}
		if c.Stance != Reported && c.Verdict.Spoken() {
			t.Errorf("%s is %s and yet %s", c.ID, c.Stance, c.Verdict)
		}
		if (c.Role == ConsequenceRole) != (c.Of != "") || i == 0 && c.Role != AnswerRole {
			t.Errorf("candidate %d, %s, has the role %s of %q", i, c.ID, c.Role, c.Of)
		}
		if c.Of != "" && !slices.ContainsFunc(d.Candidates, func(o Candidate) bool { return o.ID == c.Of }) {
			t.Errorf("%s is a consequence of %s, which is no candidate", c.ID, c.Of)
		}
		if c.ID == "" || c.Title == "" || c.Cause == "" || len(c.Evidence) == 0 || len(c.Remedies) == 0 {
			t.Errorf("%s is not whole", c.ID)
		}
		if slices.ContainsFunc(d.Candidates[:i], func(o Candidate) bool { return o.ID == c.ID }) {
			t.Errorf("%s is a candidate twice", c.ID)
		}
		for _, e := range c.Evidence {
			check("evidence", e.Line)
			if e.Line == 0 {
				continue
			}
			line := lines[e.Line-1]
			if e.Start < 0 || e.Start >= e.End || e.End > len(line) {
				t.Errorf("evidence %d:%d-%d is outside a line of %d bytes", e.Line, e.Start, e.End, len(line))
				continue
			}
			if len(d.Redactions) == 0 {
				if want := cut(line[e.Start:e.End], maxEvidenceText); string(e.Text) != want {
					t.Errorf("evidence %d:%d-%d is %q, the paste has %q", e.Line, e.Start, e.End, e.Text, want)
				}
			}
		}
		for _, k := range c.Checks {
			missing := slices.ContainsFunc(k.Parameters, func(p ShownParameter) bool { return p.Value == nil })
			if missing && len(k.Queries) > 0 {
				t.Errorf("%s shows a query without its value: %v", c.ID, k.Queries)
			}
			for _, p := range k.Parameters {
				check("a parameter", p.Line)
			}
		}
	}
	if (d.Verdict == Unknown) != (len(d.Candidates) == 0) {
		t.Errorf("the verdict is %s with %d candidates", d.Verdict, len(d.Candidates))
	}
	for _, f := range d.Facts {
		check("a fact", f.Line)
	}
	for _, f := range d.Findings {
		check("a finding", f.Line)
	}
	for _, r := range d.Redactions {
		check("a redaction", r.Line)
		if !strings.HasPrefix(r.Placeholder, "‹"+r.Kind) && !strings.HasPrefix(r.Placeholder, "‹") {
			t.Errorf("redaction %+v", r)
		}
	}
	if d.Base != b.Generation() {
		t.Errorf("base %s", d.Base)
	}
}

// readLines are the lines of a paste as they are counted: split after decoding,
// without their ends.
func readLines(t *testing.T, text []byte) []string {
	t.Helper()
	read, _, err := clean.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	doc := clean.Clean(read)
	var lines []string
	for n := 1; ; n++ {
		line := doc.Line(n)
		lines = append(lines, line)
		if n > len(read)+1 || n > strings.Count(read, "\n")+strings.Count(read, "\r")+1 {
			return lines
		}
	}
}

func FuzzDiagnose(f *testing.F) {
	for _, text := range seedTexts(f) {
		f.Add([]byte(text))
	}
	b, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in := Input{Text: text, Now: testNow, Key: []byte("key"), Observe: Observed}
		d, err := b.Diagnose(in)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has lines: %q", err)
			}
			return
		}
		sound(t, b, text, &d)
		again, err := b.Diagnose(in)
		if err != nil {
			t.Fatal(err)
		}
		one, _ := json.Marshal(d)
		two, _ := json.Marshal(again)
		if !bytes.Equal(one, two) {
			t.Errorf("twice the same, two diagnoses:\n%s\n%s", one, two)
		}
		one, _ = json.Marshal(d.Observation)
		two, _ = json.Marshal(again.Observation)
		if !bytes.Equal(one, two) {
			t.Errorf("twice the same, two observations:\n%s\n%s", one, two)
		}
		for _, c := range d.Candidates {
			w, err := b.Why(in, c.ID)
			if err != nil || w.Verdict != c.Verdict {
				t.Errorf("%s: the diagnosis says %s, Why %s, %v", c.ID, c.Verdict, w.Verdict, err)
			}
		}
		followed, err := b.Diagnose(Input{Text: []byte("any idea?"), Now: testNow, Key: []byte("key"), Prior: []Observation{d.Observation}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(followed); err != nil {
			t.Error(err)
		}
	})
}

// FuzzConversation cuts a paste into two messages.
func FuzzConversation(f *testing.F) {
	for i, text := range seedTexts(f) {
		f.Add([]byte(text), uint16(i*7))
	}
	b, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte, at uint16) {
		n := min(int(at), len(text))
		var prior []Observation
		for _, part := range [][]byte{text[:n], text[n:]} {
			d, err := b.Diagnose(Input{Text: part, Now: testNow, Key: []byte("key"), Prior: prior, Observe: Observed})
			if err != nil {
				continue
			}
			for _, c := range d.Candidates {
				for _, e := range c.Evidence {
					if e.Line == 0 && (e.Start != 0 || e.End != 0) {
						t.Errorf("evidence of an earlier message at %d-%d", e.Start, e.End)
					}
				}
			}
			encoded, err := json.Marshal(d.Observation)
			if err != nil {
				t.Fatal(err)
			}
			if len(encoded) > maxObservation {
				t.Errorf("the observation has %d bytes", len(encoded))
			}
			var back Observation
			if err := json.Unmarshal(encoded, &back); err != nil {
				t.Fatal(err)
			}
			prior = append(prior, back)
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(wholeMode), 0)
	f.Add([]byte(strings.ReplaceAll(wholeMode, "literal", "regexp")), 0)
	text, err := Scaffold("acme-new-one", testNow)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(text), 0)
	f.Add([]byte("fact: token.kind\ntext: Which?\nchoices:\n  - value: ghu\n    label: ghu_\nreads:\n  - regexp: '(?P<value>gh[ou])_'\n"), 1)
	f.Add([]byte("id: x\ntitle: X\nnames: [x]\ntext: y\ntable:\n  columns: [a]\n  rows:\n    - [b]\n"), 2)
	f.Add([]byte("- - - {a: &b [*b]}\n? !!x\n"), 0)
	b, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, kind int) {
		s := &Sources{}
		file := []string{"x/acme-gateway-down.yaml", "questions/token.kind.yaml", "topics/x.yaml"}[uint(kind)%3]
		complaints := s.add(file, data)
		if err := s.verdict(complaints); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
		err := s.Validate(b)
		if found, ok := err.(Complaints); err != nil && !ok {
			t.Fatalf("Validate = %v", err)
		} else if len(complaints) > 0 || len(found) > 0 {
			for _, c := range append(complaints, found...) {
				if c.File != file || c.Message == "" || c.Line < 0 || c.Line > bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r"))+2 {
					t.Errorf("complaint %+v", c)
				}
			}
			return
		}
		layered, err := b.With(s)
		if err != nil {
			t.Fatalf("what has no mistake cannot be compiled: %v", err)
		}
		for _, m := range s.Modes() {
			for _, text := range append([]string{m.Title}, m.Examples.Match...) {
				if strings.TrimSpace(text) == "" {
					continue
				}
				if d, err := layered.Diagnose(Input{Text: []byte(text), Now: testNow}); err == nil {
					if _, err := json.Marshal(d); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}

// Log lines of something else around a paste change neither its verdict nor its
// leader, and what it rests on still stands where it stood.
func TestNeutralLinesAround(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	noise := func(n int) string {
		var s strings.Builder
		for range n {
			fmt.Fprintf(&s, "2026-02-03 04:%02d:%02d,%03d+0000 INFO [pool-3-thread-%d] org.example.stock.Counter - counted %d shelves in %d ms\n", r.IntN(60), r.IntN(60), r.IntN(400), r.IntN(9), r.IntN(100), r.IntN(400))
		}
		return s.String()
	}
	pastes := 0
	for _, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		for i, text := range m.Examples.Match {
			before, err := b.Diagnose(Input{Text: []byte(text), Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			for _, lines := range [][2]int{{1, 0}, {0, 1}, {3, 40}, {120, 120}, {2000, 3}} {
				pastes++
				if pastes%min(JunkShare, 12) != 0 {
					continue
				}
				in := noise(lines[0]) + strings.TrimRight(text, "\n") + "\n" + noise(lines[1])
				after, err := b.Diagnose(Input{Text: []byte(in), Now: testNow})
				if err != nil {
					t.Fatal(err)
				}
				if led(after) != led(before) {
					t.Errorf("%s, examples.match[%d], %d lines before and %d behind: %s, alone %s\n%s", m.ID, i, lines[0], lines[1], led(after), led(before), text)
					continue
				}
				if len(before.Candidates) == 0 {
					continue
				}
				kept := slices.ContainsFunc(before.Candidates[0].Evidence, func(e Evidence) bool {
					return slices.ContainsFunc(after.Candidates[0].Evidence, func(a Evidence) bool {
						return a.Line == e.Line+lines[0] && a.Start <= e.Start && a.End >= e.End
					})
				})
				if !kept {
					t.Errorf("%s, examples.match[%d], %d lines before and %d behind: the evidence %v is lost, there is %v", m.ID, i, lines[0], lines[1],
						places(before.Candidates[0].Evidence), places(after.Candidates[0].Evidence))
				}
			}
		}
	}
	if pastes < 1000 {
		t.Errorf("only %d pastes", pastes)
	}
}

func places(all []Evidence) []string {
	var out []string
	for _, e := range all {
		out = append(out, fmt.Sprintf("%d:%d-%d %s", e.Line, e.Start, e.End, e.Text))
	}
	return out
}
