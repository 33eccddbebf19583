package bottest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authfix/bot"
)

// Golden compares what was drawn with a file below testdata/replies, or with
// update writes the file anew.
func Golden(t testing.TB, file, got string, update bool) {
	t.Helper()
	path := filepath.Join("testdata", "replies", file)
	if update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s changed; look at it and run the test with -update:\n%s", path, got[:min(len(got), 4000)])
	}
}

// Parting is how long pieces must stay together where a reply is drawn.
type Parting struct {
	Whole int // bytes: a line, or a word of a longer one, that is shorter stays whole
	Ends  int // runes at each end of a word that is not
}

// Holds checks that what a platform shows as text has every line of a reply, with
// its choices or without.
func (p Parting) Holds(t testing.TB, what, text string, r *bot.Reply, choices bool) {
	t.Helper()
	folded := Fold(text)
	known := map[string]bool{}
	lacks := func(s string) string {
		for line := range strings.Lines(bot.PlainLines(s)) {
			for _, word := range p.pieces(line) {
				if !known[word] && !strings.Contains(folded, word) {
					return word
				}
				known[word] = true
			}
		}
		return ""
	}
	asked := map[string]bool{}
	for _, s := range stringsOf(r, choices) {
		if asked[s] {
			continue
		}
		asked[s] = true
		if word := lacks(s); word != "" {
			t.Errorf("%s: it lacks %q", what, word[:min(len(word), 200)])
		}
	}
}

// stringsOf are the strings of a reply that must be seen.
func stringsOf(r *bot.Reply, choices bool) []string {
	all := []string{r.Headline, r.Footnote}
	for _, s := range r.Sections {
		all = append(append(all, s.Label, s.Prose, s.Code), s.List...)
		for _, f := range s.Fields {
			all = append(all, f.Name, f.Value)
		}
		for _, l := range s.Links {
			all = append(all, l.Label)
		}
	}
	if r.Link != nil {
		all = append(all, r.Link.Label)
	}
	if choices {
		for _, c := range r.Choices {
			all = append(all, c.Label)
		}
	}
	return all
}

// Fold takes the blanks out of a text: where lines are parted, they change.
func Fold(s string) string { return strings.Join(strings.Fields(s), "") }

// pieces are what must stay together of a line.
func (p Parting) pieces(line string) []string {
	if bot.Blank(line) {
		return nil
	}
	if len(line) < p.Whole {
		return []string{Fold(line)}
	}
	var all []string
	for _, w := range strings.Fields(line) {
		if len(w) < p.Whole {
			all = append(all, w)
			continue
		}
		runes := []rune(w)
		all = append(all, Fold(string(runes[:p.Ends])), Fold(string(runes[len(runes)-p.Ends:])))
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// Choices are n choices.
func Choices(n int) []bot.Choice {
	all := make([]bot.Choice, n)
	for i := range all {
		all[i] = bot.Choice{ID: fmt.Sprintf("v1:c:%d", i), Label: fmt.Sprintf("Choice %d", i)}
	}
	return all
}

// Proses are n short sections.
func Proses(n int) []bot.Section {
	all := make([]bot.Section, n)
	for i := range all {
		all[i] = bot.Section{Prose: fmt.Sprintf("Section %d.", i)}
	}
	return all
}

// A Random makes replies of random anatomy, whose strings are made of a text and
// of what breaks out of markup.
type Random struct {
	// Breakers are what breaks out of a platform's markup; each stands up to 900
	// times in a row.
	Breakers []string
	// Place is what a link to a message may lead to; its Label is not used.
	Place bot.Link
}

// Test draws n replies of hostile text by check.
func (x Random) Test(t *testing.T, n uint64, check func(*testing.T, *bot.Reply)) {
	t.Helper()
	for seed := range n {
		r := x.Reply(rand.New(rand.NewPCG(seed, 1)), Hostile)
		check(t, &r)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// Fuzz draws replies of texts of at most so many bytes by check.
func (x Random) Fuzz(f *testing.F, most int, check func(*testing.T, *bot.Reply)) {
	for i, text := range []string{
		Hostile, "\xff\x00\u202e:smile: <!channel> ```", strings.Repeat("&", 5000), strings.Repeat("`", 5000),
		strings.Repeat("e\u0301", 3000), "\u200d\n\u200d", "1\n.\\*[x](y)\n``\n`",
	} {
		f.Add(uint64(i), text)
	}
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		if len(text) > most {
			return
		}
		r := x.Reply(rand.New(rand.NewPCG(seed, 2)), text)
		check(t, &r)
	})
}

// Reply makes a reply.
func (x Random) Reply(rng *rand.Rand, text string) bot.Reply {
	str := func() string { return x.text(rng, text) }
	link := func() bot.Link {
		place := x.Place
		place.Label = str()
		return []bot.Link{{Label: str(), URL: "https://docs.example/" + str()}, {Label: str(), URL: str()}, place, {Label: str(), Channel: str(), Message: str()}}[rng.IntN(4)]
	}
	some := func(n int) []string {
		var all []string
		for range rng.IntN(n) {
			all = append(all, str())
		}
		return all
	}
	tones := []bot.Tone{bot.Plain, bot.Sure, bot.Guess, bot.Warning, bot.Done, bot.Sorry, "other"}
	r := bot.Reply{Headline: str(), Tone: tones[rng.IntN(len(tones))], Footnote: str()}
	for range rng.IntN(8) {
		s := bot.Section{Label: str(), Syntax: []string{"sql", "shell", "text", text}[rng.IntN(4)]}
		switch rng.IntN(6) {
		case 0:
			s.Prose = str()
		case 1:
			s.Code = str()
		case 2:
			s.List, s.Number = some(20), rng.IntN(2) == 0
		case 3:
			for range rng.IntN(15) {
				s.Fields = append(s.Fields, bot.Field{Name: str(), Value: str()})
			}
		case 4:
			for range rng.IntN(15) {
				s.Links = append(s.Links, link())
			}
		case 5:
			s.Prose, s.Code, s.List, s.Links = str(), str(), some(4), []bot.Link{link()}
		}
		r.Sections = append(r.Sections, s)
	}
	for i := range rng.IntN(30) {
		r.Choices = append(r.Choices, bot.Choice{ID: fmt.Sprintf("v1:%d:%.90s", i, str()), Label: str(), Style: bot.Danger})
	}
	if rng.IntN(2) == 0 {
		l := link()
		r.Link = &l
	}
	return r
}

// text makes a string.
func (x Random) text(rng *rand.Rand, text string) string {
	n := rng.IntN(2 * (len(x.Breakers) + 2))
	switch {
	case n < len(x.Breakers):
		return strings.Repeat(x.Breakers[n], 1+rng.IntN(1+rng.IntN(900)))
	case n == len(x.Breakers):
		return "\x00\u202e" + text + "\u202c\xff"
	case n == len(x.Breakers)+1:
		return text
	}
	return "a plain sentence. Another one."
}
