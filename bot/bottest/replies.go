package bottest

import (
	"fmt"
	"strings"

	"authfix/bot"
)

// A Canonical is a reply that every platform must be able to draw.
type Canonical struct {
	Name  string // unique; lower case with hyphens, so that it can name a golden file
	Reply bot.Reply
}

// Hostile is text as a stranger would write it to break out of a reply: none of
// it may mention anyone, format anything, reach a terminal or close what it
// stands in. All of it must be readable.
const Hostile = "<!channel> <!here> @everyone @here <@U024BE7LH> <@&112233445566778899> <#C024BE91L> " +
	"*bold* _it_ ~no~ **b** __u__ ||spoiler|| `code` ```\nfence\n``` ~~~ > quote # head - item 1. item " +
	"<https://evil.example|https://login.example> [login](https://evil.example) <b>&amp;&lt;script&gt;alert(1)</script> " +
	"\\*escaped\\* :tada: <:tada:1> <t:0:R> </stats:1> " +
	"\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x00\x08\x7f\u009b31m " +
	"\u202eright to left\u202c \u2066isolated\u2069 \u200bzero\u200dwidth\ufeff {{.}} %s %!d(MISSING) ${x} $(id) '; DROP TABLE cases; --"

// Replies returns the canonical replies: every part of the anatomy, alone and
// together, as short and as long as they come, and with hostile text in all of
// its strings.
func Replies() []Canonical {
	prose := bot.Section{Label: "Cause", Prose: "The clock of one server is wrong.\nOAuth 1.0 rejects a request that is older than five minutes."}
	code := bot.Section{Label: "Check", Code: "SELECT id, name\nFROM   applications\nWHERE  expires < now();", Syntax: "sql"}
	list := bot.Section{Label: "Evidence", List: []string{"line 12: timestamp_refused", "line 14: the server's date"}}
	steps := bot.Section{Label: "Fix", List: []string{"Start chronyd.", "Restart the application."}, Number: true}
	fields := bot.Section{Label: "Facts", Fields: []bot.Field{{Name: "provider", Value: "Jira"}, {Name: "skew", Value: "6m12s"}}}
	helped := []bot.Choice{
		{ID: "v1:c1:helped", Label: "Helped", Style: bot.Primary},
		{ID: "v1:c1:unhelped", Label: "Did not help"},
		{ID: "v1:c1:wrong", Label: "Wrong", Style: bot.Danger},
	}
	link := &bot.Link{Label: "The full answer", URL: "https://desk.example/cases/c1?a=1&b=%7Bx%7D#fix"}
	full := bot.Reply{
		Headline: "The clocks differ by six minutes",
		Tone:     bot.Sure,
		Sections: []bot.Section{prose, list, code, steps, fields},
		Choices:  helped,
		Footnote: "oauth1-timestamp-refused@3 · certain",
		Link:     link,
	}
	with := func(change func(*bot.Reply)) bot.Reply {
		r := full
		change(&r)
		return r
	}
	all := []Canonical{
		{"headline", bot.Reply{Headline: "I don't recognise this"}},
		{"prose", bot.Reply{Sections: []bot.Section{{Prose: "Only prose."}}}},
		{"code", bot.Reply{Sections: []bot.Section{{Code: "SELECT 1;", Syntax: "sql"}}}},
		{"list", bot.Reply{Sections: []bot.Section{{List: []string{"one", "two"}}}}},
		{"steps", bot.Reply{Sections: []bot.Section{{List: []string{"first", "then"}, Number: true}}}},
		{"fields", bot.Reply{Sections: []bot.Section{{Fields: []bot.Field{{Name: "name", Value: "value"}}}}}},
		{"links", bot.Reply{Sections: []bot.Section{{Label: "Earlier", Links: []bot.Link{
			{Label: "3 times since Monday, last resolved here", Channel: "C024BE91L", Message: "1700000000.000100"},
			{Label: "Documentation", URL: "https://docs.example/a?b=1&c=%7Bd%7D"},
		}}}}},
		{"choices", bot.Reply{Choices: helped}},
		{"mark", bot.Reply{Mark: bot.Unread}},
		{"mark-changed", bot.Reply{Mark: bot.Resolved, Unmark: bot.Answered}},
		{"mark-gone", bot.Reply{Unmark: bot.Answered}},
		{"full", full},
		{"private", with(func(r *bot.Reply) { r.Audience = bot.ToPerson })},
		{"both", with(func(r *bot.Reply) { r.Audience = bot.ToBoth })},
		{"replaces", with(func(r *bot.Reply) { r.Replaces = "an-earlier-key" })},
		{"withdrawn", bot.Reply{Headline: "Withdrawn after the edit", Tone: bot.Plain, Replaces: "an-earlier-key"}},
		{"empty-parts", bot.Reply{
			Headline: "Parts without anything in them",
			Sections: []bot.Section{{}, {Label: "Only a label"}, {List: []string{}}, {List: []string{""}}, {Fields: []bot.Field{{}}}, {Links: []bot.Link{{}}}, {Prose: " \n "}},
			Choices:  []bot.Choice{},
			Link:     &bot.Link{},
		}},
	}
	for _, tone := range []bot.Tone{bot.Plain, bot.Sure, bot.Guess, bot.Warning, bot.Done, bot.Sorry} {
		name := string(tone)
		if tone == bot.Plain {
			name = "plain"
		}
		all = append(all, Canonical{"tone-" + name, bot.Reply{Headline: "How it is meant", Tone: tone, Sections: []bot.Section{{Prose: "The words say it too."}}}})
	}
	for _, syntax := range []string{"sql", "shell", "http", "jql", "text", ""} {
		name := syntax
		if name == "" {
			name = "none"
		}
		all = append(all, Canonical{"syntax-" + name, bot.Reply{Sections: []bot.Section{{Label: "Run", Code: "a < b && c > \"d\" # `e`", Syntax: syntax}}}})
	}
	return append(all, append(long(), hostile()...)...)
}

// long are replies that are longer than platforms take in one piece.
func long() []Canonical {
	var thirty []bot.Choice
	for i := range 30 {
		thirty = append(thirty, bot.Choice{ID: fmt.Sprintf("v1:c1:%d", i), Label: fmt.Sprintf("Choice %d", i)})
	}
	widest := bot.Choice{ID: "v1:" + strings.Repeat("c", 97), Label: strings.Repeat("Ж", 30)}
	var rows, items []string
	var fields []bot.Field
	var links []bot.Link
	var sections []bot.Section
	for i := range 400 {
		links = append(links, bot.Link{Label: fmt.Sprintf("earlier thread %d", i), Channel: "C024BE91L", Message: fmt.Sprintf("17%08d.000100", i)})
		rows = append(rows, fmt.Sprintf("SELECT %4d;", i))
		items = append(items, fmt.Sprintf("item %d of a long list", i))
		fields = append(fields, bot.Field{Name: fmt.Sprintf("name %d", i), Value: fmt.Sprintf("value %d", i)})
	}
	for i := range 60 {
		sections = append(sections, bot.Section{Label: fmt.Sprintf("Section %d", i), Prose: "One of many."})
	}
	return []Canonical{
		{"long-headline", bot.Reply{Headline: strings.Repeat("a long headline ", 60)}},
		{"long-prose", bot.Reply{Headline: "Long prose", Sections: []bot.Section{{Prose: strings.Repeat("Words and more words. ", 600)}}}},
		{"long-word", bot.Reply{Headline: "One word", Sections: []bot.Section{{Prose: strings.Repeat("w", 5000)}}}},
		{"long-code", bot.Reply{Headline: "10,000 characters of code", Sections: []bot.Section{{Label: "Check", Code: strings.Repeat("SELECT 1 FROM t;\n", 588) + "-- !", Syntax: "sql"}}}},
		{"long-code-lines", bot.Reply{Headline: "400 lines of code", Sections: []bot.Section{{Code: strings.Join(rows, "\n"), Syntax: "sql"}}}},
		{"long-code-wide", bot.Reply{Headline: "Wide characters", Sections: []bot.Section{{Code: strings.Repeat("日本語🙂", 1500)}}}},
		{"long-list", bot.Reply{Headline: "400 items", Sections: []bot.Section{{List: items}}}},
		{"long-steps", bot.Reply{Headline: "400 steps", Sections: []bot.Section{{List: items, Number: true}}}},
		{"long-fields", bot.Reply{Headline: "400 fields", Sections: []bot.Section{{Fields: fields}}}},
		{"long-field", bot.Reply{Headline: "A long field", Sections: []bot.Section{{Fields: []bot.Field{{Name: strings.Repeat("name ", 100), Value: strings.Repeat("value ", 600)}}}}}},
		{"long-links", bot.Reply{Headline: "400 links", Sections: []bot.Section{{Links: links}}}},
		{"long-footnote", bot.Reply{Headline: "A long footnote", Footnote: strings.Repeat("footnote ", 400)}},
		{"many-sections", bot.Reply{Headline: "60 sections", Sections: sections}},
		{"many-choices", bot.Reply{Headline: "30 choices", Choices: thirty}},
		{"widest-choice", bot.Reply{Headline: "The longest id and label", Choices: []bot.Choice{widest}}},
		{"everything-long", bot.Reply{
			Headline: strings.Repeat("headline ", 100), Tone: bot.Guess,
			Sections: append([]bot.Section{
				{Label: strings.Repeat("label ", 50), Prose: strings.Repeat("Prose. ", 1500)},
				{Code: strings.Repeat("code\n", 2000), Syntax: "shell"},
				{List: items}, {Fields: fields}, {Links: links},
			}, sections...),
			Choices: thirty, Footnote: strings.Repeat("footnote ", 400),
			Link: &bot.Link{Label: strings.Repeat("label ", 50), URL: "https://desk.example/?" + strings.Repeat("a=b&", 700)},
		}},
	}
}

// hostile are replies with [Hostile] in each of their strings.
func hostile() []Canonical {
	fences := "```\n" + "````sql\n~~~\n" + Hostile + "\n```\n`" + "` `` ``` ````"
	invalid := "\xff\xfe half a rune \xe2\x82"
	return []Canonical{
		{"hostile-headline", bot.Reply{Headline: Hostile}},
		{"hostile-label", bot.Reply{Headline: "Label", Sections: []bot.Section{{Label: Hostile, Prose: "prose"}}}},
		{"hostile-prose", bot.Reply{Headline: "Prose", Sections: []bot.Section{{Prose: Hostile}}}},
		{"hostile-code", bot.Reply{Headline: "Code", Sections: []bot.Section{{Code: Hostile, Syntax: "sql"}}}},
		{"hostile-fences", bot.Reply{Headline: "Fences", Sections: []bot.Section{{Code: fences}}}},
		{"hostile-syntax", bot.Reply{Headline: "Syntax", Sections: []bot.Section{{Code: "SELECT 1;", Syntax: "sql\n```\n@everyone"}}}},
		{"hostile-list", bot.Reply{Headline: "List", Sections: []bot.Section{{List: []string{Hostile, Hostile}}}}},
		{"hostile-steps", bot.Reply{Headline: "Steps", Sections: []bot.Section{{List: []string{Hostile, Hostile}, Number: true}}}},
		{"hostile-fields", bot.Reply{Headline: "Fields", Sections: []bot.Section{{Fields: []bot.Field{{Name: Hostile, Value: Hostile}}}}}},
		{"hostile-links", bot.Reply{Headline: "Links", Sections: []bot.Section{{Links: []bot.Link{
			{Label: Hostile, URL: "https://docs.example/?q=%3Cscript%3E|)>\"'*_"},
			{Label: "run", URL: "javascript:alert(1)"},
			{Label: Hostile, Channel: "C1|<!here>)", Message: "1.0/../../x"},
		}}}}},
		{"hostile-choice", bot.Reply{Headline: "Choice", Choices: []bot.Choice{{ID: "v1::a\"b<c>&", Label: "<!here> @here *x* `y` \x1b[31m"}}}},
		{"hostile-footnote", bot.Reply{Headline: "Footnote", Footnote: Hostile}},
		{"hostile-link", bot.Reply{Headline: "Link", Link: &bot.Link{Label: Hostile, URL: "https://desk.example/?q=%3Cscript%3E|)>\"'*_"}}},
		{"hostile-scheme", bot.Reply{Headline: "Scheme", Link: &bot.Link{Label: "run", URL: "javascript:alert(1)"}}},
		{"hostile-bytes", bot.Reply{Headline: invalid, Sections: []bot.Section{{Prose: invalid}, {Code: invalid}, {List: []string{invalid}}}}},
		{"hostile-everything", bot.Reply{
			Headline: Hostile, Tone: bot.Warning,
			Sections: []bot.Section{
				{Label: Hostile, Prose: Hostile}, {Label: Hostile, Code: fences}, {Label: Hostile, List: []string{Hostile}},
				{Label: Hostile, Fields: []bot.Field{{Name: Hostile, Value: Hostile}}},
			},
			Choices: []bot.Choice{{ID: "v1::x", Label: "@everyone"}}, Footnote: Hostile,
			Link: &bot.Link{Label: Hostile, URL: "https://desk.example/"},
		}},
	}
}
