package knowledge

import (
	"slices"
	"strings"
	"testing"
)

// recognisedInLogs reports whether a text is recognised by a signature that is
// not for pastes only.
func recognisedInLogs(t *testing.T, b *Base, text string) bool {
	t.Helper()
	s := b.scratch.Get().(*scratch)
	defer b.scratch.Put(s)
	p, err := b.examine(&Input{Text: []byte(text), Now: testNow}, s)
	if err != nil {
		t.Fatal(err)
	}
	p.recognise()
	return slices.ContainsFunc(p.found, func(c candidate) bool { return !c.layer.Sigs[c.sig].PasteOnly })
}

// What a diagnosis recognises, the sieve lets pass, also damaged. The exception
// is what a line's end cuts, in the few texts that have no phrase either.
func TestSieve(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Sieve(Input{})
	if err != nil {
		t.Fatal(err)
	}
	if s.May([]byte("2026-02-03 04:05:06 INFO [worker-1] org.example.Counter - counted 12 shelves\n")) {
		t.Error("a healthy line passes")
	}
	texts, cut := 0, 0
	check := func(what, text string) {
		if !recognisedInLogs(t, b, text) {
			return
		}
		texts++
		if s.May([]byte(text)) {
			return
		}
		joined := strings.NewReplacer("\n> ", " ", "\n&gt; ", " ", "\n", "").Replace(text)
		if cut++; !s.May([]byte(joined)) {
			t.Errorf("%s does not pass: %.200q", what, text)
		}
	}
	for _, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		for _, text := range m.Examples.Match {
			check("an example", text)
		}
		for i := range Mutations {
			check(Mutations[i].Name, Mutations[i].Apply(m.Examples.Match[i%len(m.Examples.Match)]))
		}
	}
	t.Logf("%d of %d texts do not pass because a line's end cuts them", cut, texts)
	if texts < 400 || cut*50 > texts {
		t.Errorf("%d of %d texts do not pass because a line's end cuts them", cut, texts)
	}
}

// Facts and hits of earlier messages count, and so do answers.
func TestSievePrior(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("nothing at all\n")
	for _, in := range []Input{
		{Prior: []Observation{{Facts: []ObservedFact{{Name: "oauth1.problem", Value: "timestamp_refused"}}}}},
		{Answers: []Answer{{Fact: "oauth1.problem", Value: "timestamp_refused"}}},
	} {
		s, err := b.Sieve(in)
		if err != nil {
			t.Fatal(err)
		}
		if !s.May(text) {
			t.Errorf("%v does not count", in)
		}
	}
}

func BenchmarkSieve(b *testing.B) {
	base, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	s, err := base.Sieve(Input{})
	if err != nil {
		b.Fatal(err)
	}
	var text []byte
	for len(text) < 64<<10 {
		text = append(text, pasteOf20[:900]...)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.May(text)
	}
}
