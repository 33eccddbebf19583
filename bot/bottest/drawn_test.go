package bottest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
)

// complaints is a test that keeps what is said of it.
type complaints struct {
	testing.TB
	all []string
}

func (c *complaints) Helper() {}

func (c *complaints) Errorf(format string, args ...any) {
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func TestHolds(t *testing.T) {
	t.Parallel()
	parting := bottest.Parting{Whole: 20, Ends: 3}
	r := bot.Reply{
		Headline: "The  clocks\ndiffer", Footnote: "foot", Choices: bottest.Choices(1),
		Sections: append(bottest.Proses(1), bot.Section{Label: "label", Code: "code of more than one word " + strings.Repeat("w", 30) + "end",
			List: []string{"item", " "}, Fields: []bot.Field{{Name: "name", Value: "value"}}, Links: []bot.Link{{Label: "link"}}}),
		Link: &bot.Link{Label: "more"},
	}
	all := []string{"The clocks", "differ", "foot", "Section 0.", "label", "code of", "more than one", "word www", "end", "item", "name", "value", "link", "more", "Choice 0"}
	for _, c := range []struct {
		without string
		choices bool
		want    int
	}{
		{"", true, 0}, {"Choice 0", false, 0}, {"Choice 0", true, 1}, {"differ", true, 1}, {"foot", true, 1}, {"Section 0.", true, 1},
		{"label", true, 1}, {"code of", true, 1}, {"end", true, 1}, {"item", true, 1}, {"name", true, 1}, {"value", true, 1}, {"link", true, 1},
	} {
		var shown []string
		for _, s := range all {
			if s != c.without {
				shown = append(shown, s)
			}
		}
		got := &complaints{TB: t}
		parting.Holds(got, "it", strings.Join(shown, "\n"), &r, c.choices)
		if len(got.all) != c.want {
			t.Errorf("without %q, choices %v: %d complaints, want %d: %q", c.without, c.choices, len(got.all), c.want, got.all)
		}
	}
}

func TestRandom(t *testing.T) {
	t.Parallel()
	make := func(seed uint64) bot.Reply {
		return bottest.Random{Breakers: []string{"<", "`"}, Place: bot.Link{Channel: "c", Message: "m"}}.Reply(rand.New(rand.NewPCG(seed, 1)), "text")
	}
	sections := 0
	for seed := range uint64(50) {
		one, again := make(seed), make(seed)
		if fmt.Sprint(one.Sections, one.Choices) != fmt.Sprint(again.Sections, again.Choices) {
			t.Errorf("seed %d makes two replies", seed)
		}
		sections += len(one.Sections)
	}
	if sections < 50 {
		t.Errorf("only %d sections", sections)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := bottest.NewClock(at)
	c.Turn(time.Hour)
	c.Turn(time.Minute)
	if got := c.Now().Sub(at); got != 61*time.Minute {
		t.Errorf("it was turned by %v, want 61 min", got)
	}
	c = bottest.NewRunningClock()
	before := time.Now()
	c.Turn(time.Hour)
	if got := c.Now().Sub(before); got < time.Hour || got > time.Hour+time.Minute {
		t.Errorf("it was turned by %v, want an hour", got)
	}
}

func TestCheckup(t *testing.T) {
	t.Parallel()
	got := &complaints{TB: t}
	text := bottest.Checkup(got, []bot.Symptom{{Of: "token", Says: "it is well"}, {Of: "channel", Says: "it is gone", Wrong: true, Do: "make it"}, {Of: "scope", Wrong: true}})
	if want := "ok token: it is well. \nWRONG channel: it is gone. make it\nWRONG scope: . \n"; text != want {
		t.Errorf("Checkup = %q, want %q", text, want)
	}
	if len(got.all) != 1 || !strings.Contains(got.all[0], "scope") {
		t.Errorf("complaints: %q", got.all)
	}
}
