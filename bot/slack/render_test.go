package slack

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/handlers"
	"authfix/knowledge"
)

var update = flag.Bool("update", false, "write the golden files anew")

// testAddress is the address of every message of one channel.
func testAddress(channel, message string) string {
	if channel != "C024BE91L" {
		return ""
	}
	return "https://team.slack.example/archives/" + channel + "/p" + strings.ReplaceAll(message, ".", "")
}

// TestCanonicalReplies draws every canonical reply into a golden file. Of those
// that are long the file has the shape: the blocks with the sizes of their texts.
func TestCanonicalReplies(t *testing.T) {
	for _, c := range bottest.Replies() {
		t.Run(c.Name, func(t *testing.T) {
			checkReply(t, &c.Reply)
			var b strings.Builder
			for _, p := range render(&c.Reply, "the-key", testAddress) {
				if text, err := indentJSON(p); err != nil {
					t.Fatal(err)
				} else if len(text) < 12_000 {
					b.WriteString(text)
					continue
				}
				for _, block := range p.Blocks {
					b.WriteString(shapeOf(t, block))
				}
				fmt.Fprintf(&b, "%d characters of text\n", bot.Chars(p.Text))
			}
			bottest.Golden(t, c.Name+".json", b.String(), *update)
		})
	}
}

// shapeOf is a block in a line.
func shapeOf(t *testing.T, block any) string {
	t.Helper()
	text, err := compactJSON(block)
	if err != nil {
		t.Fatal(err)
	}
	if bot.Chars(text) > 160 {
		return fmt.Sprintf("%s … %s (%d characters)\n", text[:bot.CutAt(text, 80, bot.RuneChars)], text[len(text)-40:], bot.Chars(text))
	}
	return text + "\n"
}

// checkReply draws a reply, and checks that it keeps every limit and that no line
// of it is lost, neither in what is seen nor in what is read out.
func checkReply(t *testing.T, r *bot.Reply) {
	t.Helper()
	var shown, said strings.Builder
	parts := render(r, "the-key", testAddress)
	if len(parts) == 0 {
		t.Fatal("no message")
	}
	for i := range parts {
		name := fmt.Sprintf("message %d of %d", i+1, len(parts))
		shown.WriteString(checkMessage(t, name, &parts[i]) + "\n")
		said.WriteString(parts[i].Text + "\n")
		m := parts[i].Metadata
		if m == nil || m.Type == "" || m.Payload != (replyMetadataBody{Key: "the-key", Part: i + 1, Parts: len(parts)}) {
			t.Errorf("%s: metadata %+v", name, m)
		}
		changed := parts[i].forUpdate()
		if n := bot.Chars(changed.Text); n > 4_000 || n == 0 || len(changed.Blocks) != len(parts[i].Blocks) {
			t.Errorf("%s: as a change it has %d characters of text", name, n)
		}
		checkMessage(t, name+" as a change", &changed)
	}
	spoken := strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "\u2060", "").Replace(said.String())
	parting := bottest.Parting{Whole: 700, Ends: 20}
	parting.Holds(t, "the blocks", shown.String(), r, true)
	parting.Holds(t, "the text", spoken, r, len(r.Sections) == 0 && r.Headline == "")
	home := renderHome(r, testAddress)
	checkView(t, "the home tab", &home)
}

// TestShape checks what a short answer is made of.
func TestShape(t *testing.T) {
	r := bot.Reply{
		Headline: "The clocks differ", Tone: bot.Sure,
		Sections: []bot.Section{
			{Label: "Seen", Code: "oauth_problem=timestamp_refused", Syntax: "text"},
			{Label: "Cause", Prose: "One clock is wrong."},
			{Label: "Before", Prose: "Seen once.", Links: []bot.Link{{Label: "last seen here", Channel: "C024BE91L", Message: "1700000000.000100"}}},
		},
		Choices:  []bot.Choice{{ID: "v1:c:helped", Label: "Helped", Style: bot.Primary}},
		Footnote: "applinks-timestamp-refused@3 · certain",
	}
	all := render(&r, "", testAddress)
	if len(all) != 1 || all[0].Metadata != nil {
		t.Fatalf("%d messages, metadata %v", len(all), all[0].Metadata)
	}
	const want = "Certain: The clocks differ\nSeen\noauth_problem=timestamp_refused\nCause: One clock is wrong.\nBefore: Seen once.\n" +
		"last seen here: https://team.slack.example/archives/C024BE91L/p1700000000000100\napplinks-timestamp-refused@3 · certain"
	if all[0].Text != want {
		t.Errorf("text = %q, want %q", all[0].Text, want)
	}
	var types []string
	for _, b := range wire(t, all[0])["blocks"].([]any) {
		types = append(types, b.(map[string]any)["type"].(string))
	}
	if got := strings.Join(types, " "); got != "header rich_text rich_text rich_text actions context" {
		t.Errorf("blocks are %s", got)
	}
}

// TestLimits holds the drawing to each limit from both sides: what just fits
// stays one piece, and what does not is parted and kept.
func TestLimits(t *testing.T) {
	count := func(r bot.Reply, kind string) int {
		t.Helper()
		checkReply(t, &r)
		n := 0
		for _, p := range render(&r, "k", nil) {
			text, _ := compactJSON(p.Blocks)
			n += strings.Count(text, `"type":"`+kind+`"`)
		}
		return n
	}
	for _, c := range []struct {
		name string
		r    bot.Reply
		kind string
		want int
	}{
		{"headline at its limit", bot.Reply{Headline: strings.Repeat("h", 150)}, "header", 1},
		{"headline over it", bot.Reply{Headline: strings.Repeat("h", 151)}, "header", 0},
		{"prose at its limit", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("p", 3000)}}}, "text", 1},
		{"prose over it", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("p", 3001)}}}, "text", 2},
		{"prose of emojis at its limit", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("🙂", 1500)}}}, "text", 1},
		{"prose of emojis over it", bot.Reply{Sections: []bot.Section{{Prose: strings.Repeat("🙂", 1501)}}}, "text", 2},
		{"code stays one piece", bot.Reply{Sections: []bot.Section{{Code: strings.Repeat("code of a line\n", 600)}}}, "rich_text_preformatted", 1},
		{"25 choices", bot.Reply{Choices: bottest.Choices(25)}, "actions", 1},
		{"26 choices", bot.Reply{Choices: bottest.Choices(26)}, "actions", 2},
		{"a footnote at its limit", bot.Reply{Headline: "h", Footnote: strings.Repeat("f", 3000)}, "context", 1},
		{"50 sections", bot.Reply{Sections: bottest.Proses(50)}, "rich_text", 50},
		{"51 sections", bot.Reply{Sections: bottest.Proses(51)}, "rich_text", 1},
		{"a list is one list", bot.Reply{Sections: []bot.Section{{List: []string{"a", "b", "c"}, Number: true}}}, "rich_text_list", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := count(c.r, c.kind); got != c.want {
				t.Errorf("%d of %s, want %d", got, c.kind, c.want)
			}
		})
	}
}

// TestChoices checks what comes back from a press: the choice's id as it was.
func TestChoices(t *testing.T) {
	long := strings.Repeat("label ", 30)
	r := bot.Reply{Choices: []bot.Choice{{ID: "v1:c:a:token.kind=ghu", Label: "ghu_"}, {ID: "same", Label: "One"}, {ID: "same", Label: "Two"}, {ID: "x", Label: long}, {Label: " "}}}
	checkReply(t, &r)
	var values []string
	for _, b := range wire(t, render(&r, "", nil)[0])["blocks"].([]any) {
		if m := b.(map[string]any); m["type"] == "actions" {
			for _, e := range m["elements"].([]any) {
				values = append(values, e.(map[string]any)["value"].(string))
			}
		}
	}
	if got := strings.Join(values, ","); got != "v1:c:a:token.kind=ghu,same,same,x," {
		t.Errorf("values are %s", got)
	}
}

func TestReaction(t *testing.T) {
	for _, m := range []bot.Mark{bot.Unread, bot.Answered, bot.Unknown, bot.Escalated, bot.Resolved} {
		if name := emojis[m]; name == "" || strings.Contains(name, ":") || !(&bot.Reply{Mark: m}).OnlyMarks(emojis) || !(&bot.Reply{Unmark: m}).OnlyMarks(emojis) {
			t.Errorf("the reaction of %s is %q", m, name)
		}
	}
	for _, r := range []bot.Reply{{}, {Headline: "h", Mark: bot.Unread}, {Mark: "novel"}, {Mark: bot.Resolved, Unmark: "novel"}} {
		if r.OnlyMarks(emojis) {
			t.Errorf("%+v is drawn as a reaction", r)
		}
	}
	if p := render(&bot.Reply{Mark: bot.Unread}, "", nil); p[0].Text != "A file was not read." {
		t.Errorf("in words it is %q", p[0].Text)
	}
}

// TestForm draws forms; one with long strings keeps them where they have room.
func TestForm(t *testing.T) {
	for name, f := range map[string]bot.Form{
		"form":         {ID: "diagnose", Title: "Diagnose an error", Label: "The error", Hint: "Log lines, the HTTP exchange."},
		"form-long":    {ID: strings.Repeat("i", 300), Title: strings.Repeat("title ", 20), Label: strings.Repeat("label ", 600), Hint: strings.Repeat("hint ", 600)},
		"form-hostile": {ID: "<!here>", Title: bottest.Hostile, Label: bottest.Hostile, Hint: bottest.Hostile},
		"form-empty":   {},
	} {
		t.Run(name, func(t *testing.T) {
			v := renderForm(f, `{"channel":"C024BE91L"}`)
			if shown := checkView(t, name, &v); f.Title != "" && !strings.Contains(bottest.Fold(shown), bottest.Fold(bot.PlainLine(f.Title))) {
				t.Errorf("the title is cut: %s", shown)
			}
			text, err := indentJSON(v)
			if err != nil {
				t.Fatal(err)
			}
			bottest.Golden(t, name+".json", text, *update)
			if !strings.Contains(text, "3000 characters have room here. Attach") {
				t.Error("it does not say what to do with a longer text")
			}
		})
	}
}

// TestHome draws a home tab; what has no room is counted.
func TestHome(t *testing.T) {
	r := bot.Reply{Audience: bot.ToHome, Headline: "authfix", Sections: []bot.Section{
		{List: []string{"Write /authfix and the error.", "Mention me."}},
		{Label: "Recent", Prose: "25 November 10:00 · The clocks differ · open", Links: []bot.Link{{Label: "The thread", Channel: "C024BE91L", Message: "1700000000.000100"}}},
		{Label: "Channels", Links: []bot.Link{{Channel: "C024BE91L"}, {Label: "triage on", Channel: "C1"}}},
	}, Choices: bottest.Choices(2), Footnote: "43 failure modes"}
	v := renderHome(&r, testAddress)
	checkView(t, "home", &v)
	text, err := indentJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	bottest.Golden(t, "home.json", text, *update)

	long := bot.Reply{Headline: "long"}
	for i := range 3000 {
		long.Sections = append(long.Sections, bot.Section{Prose: fmt.Sprintf("Entry %d of a long page.", i)})
	}
	v = renderHome(&long, nil)
	shown := checkView(t, "long home", &v)
	n, kept := 0, strings.Count(shown, "of a long page.")
	if _, err := fmt.Sscanf(shown[strings.LastIndex(strings.TrimSpace(shown), "\n")+1:], "%d more entries have no room here.", &n); err != nil || n+kept != 3000 || kept < 100 {
		t.Errorf("%d entries are shown and %d counted (%v)", kept, n, err)
	}
}

// TestExamplesRender diagnoses every example of the knowledge base and draws the
// answer.
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
		for _, text := range examplesOf(mode) {
			for _, paste := range []string{text, text + "\n" + bottest.Hostile} {
				d, err := base.Diagnose(knowledge.Input{Text: []byte(paste)})
				if err != nil {
					t.Fatalf("%s: %v", listed.ID, err)
				}
				r := handlers.Present(&d)
				checkReply(t, &r)
				if parts := render(&r, "", nil); len(parts) != 1 || len(parts[0].Blocks) > 20 {
					t.Errorf("%s: an answer of %d messages, %d blocks", listed.ID, len(parts), len(parts[0].Blocks))
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
	Place:    bot.Link{Channel: "C024BE91L", Message: "1.2"},
	Breakers: []string{"", " \n\t ", "<!channel> <@U1> :smile: ", "line & more\n", "👩‍👩‍👧", "WWWWWWWW"},
}

func TestRandomReplies(t *testing.T) { random.Test(t, 60, checkReply) }

func FuzzRender(f *testing.F) { random.Fuzz(f, 64<<10, checkReply) }

// examplesOf are all texts that come with a failure mode.
func examplesOf(m *knowledge.FailureMode) []string {
	all := slices.Clone(m.Examples.Match)
	for _, miss := range m.Examples.Miss {
		all = append(all, miss.Text)
	}
	return all
}

func BenchmarkRender(b *testing.B) {
	for _, c := range bottest.Replies() {
		if c.Name != "full" && c.Name != "everything-long" {
			continue
		}
		b.Run(c.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range render(&c.Reply, "the-key", testAddress) {
					if _, err := p.values(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
