package discord

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/handlers"
	"authfix/knowledge"
)

// TestExamplesRender diagnoses every example of the knowledge base and draws the
// answer: it has room in one message.
func TestExamplesRender(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, listed := range base.List("") {
		mode, ok := base.Lookup(listed.ID)
		if !ok {
			t.Fatalf("no %s", listed.ID)
		}
		texts := slices.Clone(mode.Examples.Match)
		for _, miss := range mode.Examples.Miss {
			texts = append(texts, miss.Text)
		}
		for _, text := range texts {
			for _, paste := range []string{text, text + "\n" + bottest.Hostile} {
				d, err := base.Diagnose(knowledge.Input{Text: []byte(paste)})
				if err != nil {
					t.Fatalf("%s: %v", listed.ID, err)
				}
				r := handlers.Present(&d)
				checkReply(t, &r)
				if parts := render(&r, nil); len(parts) != 1 || len(parts[0].Embeds) != 1 {
					t.Errorf("%s: an answer of %d messages, %d embeds", listed.ID, len(parts), len(parts[0].Embeds))
				}
				n++
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d examples", n)
	}
}

// TestRandomReplies draws replies of random anatomy and hostile strings.
func TestRandomReplies(t *testing.T) {
	for seed := range uint64(40) {
		r := randomReply(rand.New(rand.NewPCG(seed, 1)), bottest.Hostile)
		checkReply(t, &r)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add(uint64(1), bottest.Hostile)
	f.Add(uint64(2), "\xff\x00\u202e:smile: <!channel> ```")
	f.Add(uint64(3), strings.Repeat("`", 5000))
	f.Add(uint64(4), strings.Repeat("e\u0301", 3000))
	f.Add(uint64(5), "\u200d\n\u200d")
	f.Add(uint64(6), "1\n.\\*[x](y)\n``\n`")
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		if len(text) > 2<<10 {
			return
		}
		r := randomReply(rand.New(rand.NewPCG(seed, 2)), text)
		checkReply(t, &r)
	})
}

// randomReply makes a reply whose strings are made of a text and of what breaks
// out of markup.
func randomReply(rng *rand.Rand, text string) bot.Reply {
	breakers := []string{"", " \n\t ", "@everyone <@1> :smile: ", "line * more\n", "👩‍👩‍👧", "```\n", "W", "> # - 1. "}
	str := func() string {
		if n := rng.IntN(16); n < len(breakers) {
			return strings.Repeat(breakers[n], 1+rng.IntN(1+rng.IntN(900)))
		} else if n < 10 {
			return "\x00\u202e" + text + "\u202c\xff"
		} else if n < 12 {
			return text
		}
		return "a plain sentence. Another one."
	}
	link := func() bot.Link {
		return []bot.Link{{Label: str(), URL: "https://docs.example/" + str()}, {Label: str(), URL: str()}, {Label: str(), Channel: "11", Message: "22"}, {Label: str(), Channel: str(), Message: str()}}[rng.IntN(4)]
	}
	tones := []bot.Tone{bot.Plain, bot.Sure, bot.Guess, bot.Warning, bot.Done, bot.Sorry, "other"}
	r := bot.Reply{Headline: str(), Tone: tones[rng.IntN(len(tones))], Footnote: str()}
	for range rng.IntN(8) {
		s := bot.Section{Label: str(), Syntax: []string{"sql", "shell", "text", text}[rng.IntN(4)]}
		switch rng.IntN(5) {
		case 0:
			s.Prose = str()
		case 1:
			s.Code = str()
		case 2:
			s.Number = rng.IntN(2) == 0
			for range rng.IntN(12) {
				s.List = append(s.List, str())
			}
		case 3:
			for range rng.IntN(8) {
				s.Fields = append(s.Fields, bot.Field{Name: str(), Value: str()})
			}
		case 4:
			s.Prose, s.Code, s.Links = str(), str(), []bot.Link{link(), link()}
		}
		r.Sections = append(r.Sections, s)
	}
	for i := range rng.IntN(30) {
		r.Choices = append(r.Choices, bot.Choice{ID: fmt.Sprintf("v1:%d:%.90s", i, str()), Label: str(), Style: "danger"})
	}
	if rng.IntN(2) == 0 {
		l := link()
		r.Link = &l
	}
	return r
}

func BenchmarkRender(b *testing.B) {
	for _, c := range bottest.Replies() {
		if c.Name != "full" && c.Name != "everything-long" {
			continue
		}
		b.Run(c.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				render(&c.Reply, addressIn("7"))
			}
		})
	}
}
