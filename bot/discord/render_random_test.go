package discord

import (
	"slices"
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

// random makes replies with what breaks out of markup.
var random = bottest.Random{
	Place:    bot.Link{Channel: "11", Message: "22"},
	Breakers: []string{"", " \n\t ", "@everyone <@1> :smile: ", "line * more\n", "👩‍👩‍👧", "```\n", "W", "> # - 1. "},
}

func TestRandomReplies(t *testing.T) { random.Test(t, 40, checkReply) }

func FuzzRender(f *testing.F) { random.Fuzz(f, 2<<10, checkReply) }

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
