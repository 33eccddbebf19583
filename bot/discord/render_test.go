package discord

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// inDiscord is a reply with links to messages as they are in Discord.
func inDiscord(r bot.Reply) bot.Reply {
	links := func(all []bot.Link) []bot.Link {
		all = slices.Clone(all)
		for i := range all {
			if all[i].Channel == "C024BE91L" {
				all[i].Channel, all[i].Message = "112233445566778899", "1"+strings.ReplaceAll(all[i].Message, ".", "")
			}
		}
		return all
	}
	r.Sections = slices.Clone(r.Sections)
	for i := range r.Sections {
		r.Sections[i].Links = links(r.Sections[i].Links)
	}
	return r
}

// TestCanonicalReplies draws every canonical reply into a golden file. Of those
// that are long the file has the shape: the parts with the sizes of their texts.
func TestCanonicalReplies(t *testing.T) {
	for _, c := range bottest.Replies() {
		t.Run(c.Name, func(t *testing.T) {
			r := inDiscord(c.Reply)
			checkReply(t, &r)
			text, err := Payload(r)
			if err != nil {
				t.Fatal(err)
			}
			if len(text) < 12_000 {
				bottest.Golden(t, c.Name+".json", text, *update)
				return
			}
			var b strings.Builder
			for _, p := range render(&r, addressIn("")) {
				fmt.Fprintf(&b, "content: %s\n", shape(p.Content))
				for _, e := range p.Embeds {
					fmt.Fprintf(&b, "embed: %s\n", shape(e.Description))
				}
				for _, row := range p.Components {
					fmt.Fprintf(&b, "%d buttons\n", len(row.Components))
				}
			}
			bottest.Golden(t, c.Name+".json", b.String(), *update)
		})
	}
}

// shape is a text in a line.
func shape(s string) string {
	if n := bot.Chars(s); n > 160 {
		r := []rune(s)
		return fmt.Sprintf("%q … %q (%d characters)", string(r[:80]), string(r[len(r)-40:]), n)
	}
	return fmt.Sprintf("%q", s)
}

// checkReply draws a reply, and checks that it keeps every limit, that nothing in
// it has a meaning that was not drawn, and that no line of it is lost.
func checkReply(t *testing.T, r *bot.Reply) {
	t.Helper()
	var shown strings.Builder
	parts := render(r, addressIn("7"))
	if len(parts) == 0 {
		t.Fatal("no message")
	}
	for i, p := range parts {
		shown.WriteString(checkMessage(t, fmt.Sprintf("message %d of %d", i+1, len(parts)), p) + "\n")
		if n := partOf(p.Content); i > 0 && n != i+1 {
			t.Errorf("message %d says that it is part %d", i+1, n)
		}
	}
	bottest.Parting{Whole: 250, Ends: 10}.Holds(t, "the messages", strings.ReplaceAll(shown.String(), zeroWidth, ""), r, true)
}

// TestShape checks what a short answer is made of.
func TestShape(t *testing.T) {
	r := bot.Reply{
		Headline: "The clocks differ", Tone: bot.Sure,
		Sections: []bot.Section{
			{Label: "Seen", Code: "oauth_problem=timestamp_refused", Syntax: "text"},
			{Label: "Cause", Prose: "One clock is wrong."},
			{Label: "Check", Prose: "Look."}, {Code: "SELECT 1;", Syntax: "sql"},
			{Label: "Fix", List: []string{"Start chronyd.", "Restart."}, Number: true},
			{Label: "Before", Prose: "Seen once.", Links: []bot.Link{{Label: "last seen here", Channel: "11", Message: "22"}}},
		},
		Choices:  []bot.Choice{{ID: "v1:c:helped", Label: "Helped", Style: bot.Primary}},
		Footnote: "applinks-timestamp-refused@3 · certain",
		Link:     &bot.Link{Label: "Jira (docs)", URL: "https://docs.example/a_(b)"},
	}
	all := render(&r, addressIn("7"))
	if len(all) != 1 || len(all[0].Embeds) != 1 {
		t.Fatalf("%d messages", len(all))
	}
	if got := all[0].Content; got != "**✅ Certain: The clocks differ**" {
		t.Errorf("content = %s", got)
	}
	e := all[0].Embeds[0]
	want := "**Seen**\n```\noauth_problem=timestamp_refused\n```\n**Cause:** One clock is wrong.\n\n**Check:** Look.\n```sql\nSELECT 1;\n```\n" +
		"**Fix**\n1. Start chronyd.\n2. Restart.\n\n**Before:** Seen once.\n[last seen here](https://discord.com/channels/7/11/22)\n\n**More:** [Jira (docs)](https://docs.example/a_%28b%29)"
	if e.Description != want {
		t.Errorf("embed = %s\nwant %s", e.Description, want)
	}
	if e.Footer == nil || e.Footer.Text != r.Footnote || e.Color == 0 {
		t.Errorf("footer %+v, colour %x", e.Footer, e.Color)
	}
	if b := all[0].Components[0].Components[0]; b.CustomID != "v1:c:helped" || b.Label != "Helped" || b.Style != stylePrimary {
		t.Errorf("button %+v", b)
	}
}

// TestLimits holds the drawing to each limit from both sides: what just fits
// stays one piece, and what does not is parted and kept.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name                      string
		r                         bot.Reply
		messages, embeds, buttons int
	}{
		{"a headline at its limit", bot.Reply{Headline: strings.Repeat("h", maxHead)}, 1, 0, 0},
		{"a headline over it", bot.Reply{Headline: strings.Repeat("h", maxHead+1)}, 1, 1, 0},
		{"prose of one embed", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("p", 3600)}}}, 1, 1, 0},
		{"prose of two embeds", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("p", 5400)}}}, 1, 2, 0},
		{"prose of two messages", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("p", 7200)}}}, 2, 3, 0},
		{"prose of which all is escaped", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("*", 3600)}}}, 2, 3, 0},
		{"prose of emojis", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("🙂", 1800)}}}, 1, 1, 0},
		{"a footer at its limit", bot.Reply{Headline: "h", Footnote: strings.Repeat("f", maxFooter/2)}, 1, 1, 0},
		{"a footer over it", bot.Reply{Headline: "h", Footnote: strings.Repeat("f", maxFooter/2+1)}, 1, 1, 0},
		{"25 choices", bot.Reply{Headline: "h", Choices: bottest.Choices(25)}, 1, 0, 25},
		{"26 choices", bot.Reply{Headline: "h", Choices: bottest.Choices(26)}, 2, 0, 26},
		{"choices alone", bot.Reply{Choices: bottest.Choices(3)}, 1, 0, 3},
		{"nothing", bot.Reply{}, 1, 0, 0},
		{"an answer of usual length", bot.Reply{Headline: "h", Sections: bottest.Proses(40), Footnote: "f"}, 1, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkReply(t, &c.r)
			all := render(&c.r, nil)
			embeds, buttons := 0, 0
			for _, p := range all {
				embeds += len(p.Embeds)
				for _, row := range p.Components {
					buttons += len(row.Components)
				}
			}
			if len(all) != c.messages || embeds != c.embeds || buttons != c.buttons {
				t.Errorf("%d messages, %d embeds, %d buttons; want %d, %d, %d", len(all), embeds, buttons, c.messages, c.embeds, c.buttons)
			}
		})
	}
}

// TestChoices checks what comes back from a press: the choice's id as it was. What
// could not come back is text.
func TestChoices(t *testing.T) {
	long := strings.Repeat("label ", 30)
	r := bot.Reply{Choices: []bot.Choice{{ID: "v1:c:a:token.kind=ghu", Label: "ghu_"}, {ID: "same", Label: "One"}, {ID: "same", Label: "Two"}, {ID: "x", Label: long}, {Label: "Nothing"}, {ID: strings.Repeat("i", 101), Label: "Too long"}}}
	checkReply(t, &r)
	var ids []string
	for _, row := range render(&r, nil)[0].Components {
		for _, b := range row.Components {
			ids = append(ids, b.CustomID)
		}
	}
	if got := strings.Join(ids, ","); got != "v1:c:a:token.kind=ghu,same,x" {
		t.Errorf("ids are %s", got)
	}
}

func TestOnlyMarks(t *testing.T) {
	for mark := range emojis {
		if !(&bot.Reply{Mark: mark}).OnlyMarks(emojis) || !(&bot.Reply{Unmark: mark}).OnlyMarks(emojis) {
			t.Errorf("%s is no mark", mark)
		}
	}
	for _, r := range []bot.Reply{{}, {Headline: "h", Mark: bot.Unread}, {Mark: "other"}, {Mark: bot.Answered, Unmark: "other"}} {
		if r.OnlyMarks(emojis) {
			t.Errorf("%+v is nothing but marks", r)
		}
	}
	if p := render(&bot.Reply{Mark: bot.Unread}, nil); p[0].Embeds[0].Description != "A file was not read." {
		t.Errorf("in words it is %+v", p[0])
	}
}

// TestThreadName checks what a thread is called.
func TestThreadName(t *testing.T) {
	for in, want := range map[string]string{"": "Answer", " \n ": "Answer", "The clocks differ\nby six minutes": "The clocks differ by six minutes"} {
		if got := threadName(&bot.Reply{Headline: in}); got != want {
			t.Errorf("of %q it is %q, want %q", in, got, want)
		}
	}
	for _, s := range []string{strings.Repeat("word ", 50), strings.Repeat("w", 101), strings.Repeat("👩‍👩‍👧", 60), bottest.Hostile} {
		if got := threadName(&bot.Reply{Headline: s}); units(got) > 100 || got == "" {
			t.Errorf("of %q it is %q", s, got)
		}
	}
}
