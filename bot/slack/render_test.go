package slack

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

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

// golden compares text with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "replies", name+".json")
	if *update {
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
				fmt.Fprintf(&b, "%d characters of text\n", chars(p.Text))
			}
			golden(t, c.Name, b.String())
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
	if chars(text) > 160 {
		return fmt.Sprintf("%s … %s (%d characters)\n", text[:cutAt(text, 80)], text[len(text)-40:], chars(text))
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
		if n := chars(changed.Text); n > 4_000 || n == 0 || len(changed.Blocks) != len(parts[i].Blocks) {
			t.Errorf("%s: as a change it has %d characters of text", name, n)
		}
		checkMessage(t, name+" as a change", &changed)
	}
	spoken := strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "\u2060", "").Replace(said.String())
	holds(t, "the blocks", shown.String(), r, true)
	holds(t, "the text", spoken, r, len(r.Sections) == 0 && r.Headline == "")
	home := renderHome(r, testAddress)
	checkView(t, "the home tab", &home)
}

// holds checks that text has every line of a reply, in which long lines may be
// parted between words.
func holds(t *testing.T, what, text string, r *bot.Reply, choices bool) {
	t.Helper()
	folded := fold(text)
	has := func(s string) {
		t.Helper()
		for line := range strings.Lines(plainLines(s)) {
			for _, word := range wordsOf(line) {
				if !strings.Contains(folded, word) {
					t.Errorf("%s lack %q", what, word[:min(len(word), 200)])
					return
				}
			}
		}
	}
	has(r.Headline)
	has(r.Footnote)
	for _, s := range r.Sections {
		has(s.Label)
		has(s.Prose)
		has(s.Code)
		for _, item := range s.List {
			has(item)
		}
		for _, f := range s.Fields {
			has(f.Name)
			has(f.Value)
		}
		for _, l := range s.Links {
			has(l.Label)
		}
	}
	if r.Link != nil {
		has(r.Link.Label)
	}
	if choices {
		for _, c := range r.Choices {
			has(c.Label)
		}
	}
}

// fold takes the blanks out of a text: where lines are parted, they change.
func fold(s string) string { return strings.Join(strings.Fields(s), "") }

// wordsOf are the pieces of a line that stay together: the line itself unless it
// is long, and then its words unless they are.
func wordsOf(line string) []string {
	if strings.TrimFunc(line, func(r rune) bool { return r == 0x200C || r == 0x200D || unicode.IsSpace(r) }) == "" {
		return nil
	}
	if len(line) < 700 {
		return []string{fold(line)}
	}
	var all []string
	for _, w := range strings.Fields(line) {
		if len(w) < 700 {
			all = append(all, w)
			continue
		}
		runes := []rune(w)
		all = append(all, string(runes[:20]), string(runes[len(runes)-20:]))
	}
	return all
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
		{"25 choices", bot.Reply{Choices: choices(25)}, "actions", 1},
		{"26 choices", bot.Reply{Choices: choices(26)}, "actions", 2},
		{"a footnote at its limit", bot.Reply{Headline: "h", Footnote: strings.Repeat("f", 3000)}, "context", 1},
		{"50 sections", bot.Reply{Sections: proses(50)}, "rich_text", 50},
		{"51 sections", bot.Reply{Sections: proses(51)}, "rich_text", 1},
		{"a list is one list", bot.Reply{Sections: []bot.Section{{List: []string{"a", "b", "c"}, Number: true}}}, "rich_text_list", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := count(c.r, c.kind); got != c.want {
				t.Errorf("%d of %s, want %d", got, c.kind, c.want)
			}
		})
	}
}

func choices(n int) []bot.Choice {
	var all []bot.Choice
	for i := range n {
		all = append(all, bot.Choice{ID: fmt.Sprintf("v1:c:%d", i), Label: fmt.Sprintf("Choice %d", i)})
	}
	return all
}

func proses(n int) []bot.Section {
	var all []bot.Section
	for i := range n {
		all = append(all, bot.Section{Prose: fmt.Sprintf("Section %d.", i)})
	}
	return all
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
		if name := emojis[m]; name == "" || strings.Contains(name, ":") || !onlyMarks(&bot.Reply{Mark: m}) || !onlyMarks(&bot.Reply{Unmark: m}) {
			t.Errorf("the reaction of %s is %q", m, name)
		}
	}
	for _, r := range []bot.Reply{{}, {Headline: "h", Mark: bot.Unread}, {Mark: "novel"}, {Mark: bot.Resolved, Unmark: "novel"}} {
		if onlyMarks(&r) {
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
			if shown := checkView(t, name, &v); f.Title != "" && !strings.Contains(fold(shown), fold(plainLine(f.Title))) {
				t.Errorf("the title is cut: %s", shown)
			}
			text, err := indentJSON(v)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name, text)
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
	}, Choices: choices(2), Footnote: "43 failure modes"}
	v := renderHome(&r, testAddress)
	checkView(t, "home", &v)
	text, err := indentJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "home", text)

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

// TestRandomReplies draws replies of random anatomy and hostile strings.
func TestRandomReplies(t *testing.T) {
	for seed := range uint64(60) {
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
	f.Add(uint64(3), strings.Repeat("&", 5000))
	f.Add(uint64(4), strings.Repeat("e\u0301", 3000))
	f.Add(uint64(5), "\u200d\n\u200d")
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		if len(text) > 64<<10 {
			return
		}
		r := randomReply(rand.New(rand.NewPCG(seed, 2)), text)
		checkReply(t, &r)
	})
}

// randomReply makes a reply whose strings are made of a text and of what breaks
// out of markup.
func randomReply(rng *rand.Rand, text string) bot.Reply {
	str := func() string {
		switch rng.IntN(12) {
		case 0:
			return ""
		case 1:
			return " \n\t "
		case 2:
			return strings.Repeat("<!channel> <@U1> :smile: ", 1+rng.IntN(300))
		case 3:
			return strings.Repeat("W", rng.IntN(7000))
		case 4:
			return strings.Repeat("line & more\n", rng.IntN(400))
		case 5:
			return strings.Repeat("👩‍👩‍👧", 1+rng.IntN(800))
		case 6:
			return "\x00\u202e" + text + "\u202c\xff"
		case 7:
			return text
		}
		return "a plain sentence. Another one."
	}
	some := func(n int) []string {
		var all []string
		for range rng.IntN(n) {
			all = append(all, str())
		}
		return all
	}
	link := func() bot.Link {
		return []bot.Link{{Label: str(), URL: "https://docs.example/" + str()}, {Label: str(), URL: str()}, {Label: str(), Channel: "C024BE91L", Message: "1.2"}, {Label: str(), Channel: str(), Message: str()}}[rng.IntN(4)]
	}
	tones := []bot.Tone{bot.Plain, bot.Sure, bot.Guess, bot.Warning, bot.Done, bot.Sorry, "other"}
	r := bot.Reply{Headline: str(), Tone: tones[rng.IntN(len(tones))], Footnote: str()}
	for range rng.IntN(8) {
		s := bot.Section{Label: str(), Syntax: "sql"}
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
	for i := range rng.IntN(15) {
		r.Choices = append(r.Choices, bot.Choice{ID: fmt.Sprintf("v1:%d:%.90s", i, str()), Label: str(), Style: "danger"})
	}
	if rng.IntN(2) == 0 {
		l := link()
		r.Link = &l
	}
	return r
}

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
