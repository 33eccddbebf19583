package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlainSection(t *testing.T) {
	t.Parallel()
	links := []Link{{Label: "a"}}
	for name, c := range map[string]struct{ in, want Section }{
		"blank": {
			Section{Label: " \u200c", Prose: "\n \n", Code: "\t", List: []string{"", " "}, Fields: []Field{{" ", "\u202e"}}},
			Section{},
		},
		"shown": {
			Section{Label: "La\nbel\x00", Prose: "\na\r\nb\n", Code: "\n  x\n", Syntax: "sql", List: []string{"", " one\n"}, Number: true, Fields: []Field{{"", ""}, {"n", ""}, {"", "\nv"}}, Links: links},
			Section{Label: "La bel", Prose: "a\nb", Code: "\n  x\n", Syntax: "sql", List: []string{"", "one"}, Number: true, Fields: []Field{{"n", ""}, {"", "v"}}, Links: links},
		},
	} {
		if diff := cmp.Diff(c.in.Plain(), c.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
	}
}

func TestOnlyMarks(t *testing.T) {
	t.Parallel()
	shown := map[Mark]string{Unread: "?", Resolved: "!"}
	for _, c := range []struct {
		r    Reply
		want bool
	}{
		{Reply{}, false},
		{Reply{Mark: Unread}, true},
		{Reply{Unmark: Resolved}, true},
		{Reply{Mark: Unread, Unmark: Resolved}, true},
		{Reply{Mark: Answered}, false},
		{Reply{Mark: Unread, Unmark: Answered}, false},
		{Reply{Mark: Unread, Headline: "h"}, false},
		{Reply{Mark: Unread, Sections: []Section{{}}}, false},
		{Reply{Mark: Unread, Choices: []Choice{{}}}, false},
	} {
		if got := c.r.OnlyMarks(shown); got != c.want {
			t.Errorf("OnlyMarks of %+v = %v, want %v", c.r, got, c.want)
		}
	}
}

// TestWords: what is shown by a sign or a mark is always said in words as well.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, tone := range []Tone{Sure, Guess, Warning, Done, Sorry} {
		if sign, words := tone.Lead(); sign == "" || words == "" {
			t.Errorf("the tone %s is %q and %q", tone, sign, words)
		}
	}
	if sign, words := Plain.Lead(); sign != "" || words != "" {
		t.Errorf("information is led by %q and %q", sign, words)
	}
	for mark, want := range map[Mark]string{Unread: "A file was not read.", "new\nmark": "new mark", "": ""} {
		if got := mark.Words(); got != want {
			t.Errorf("the mark %q is said as %q, want %q", mark, got, want)
		}
	}
}

func TestWebAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://a.example/b?c=d#e":    "https://a.example/b?c=d#e",
		"http://a.example/(x)":         "http://a.example/%28x%29",
		"https://a.example/é b":        "https://a.example/%C3%A9%20b",
		"https://a.example/?q=\u202ex": "https://a.example/?q=%E2%80%AEx",
		"ftp://a.example/":             "",
		"javascript:alert(1)":          "",
		"https://":                     "",
		"https://user:pw@a.example/":   "",
		"a.example":                    "",
		"https://a.example/%zz":        "",
	} {
		if got, ok := WebAddress(raw, "<>()"); got != want || ok != (want != "") {
			t.Errorf("WebAddress(%q) = %q, %v, want %q", raw, got, ok, want)
		}
	}
}

func TestBrief(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"", 3, ""},
		{"abc", 3, "abc"},
		{"äöü", 3, "äöü"},
		{"abcd", 3, "ab…"},
		{"a😀b", 3, "a…"},
		{"one two three", 10, "one two …"},
	} {
		if got := Brief(c.text, c.n); got != c.want || Chars(got) > c.n {
			t.Errorf("Brief(%q, %d) = %q (%d characters), want %q", c.text, c.n, got, Chars(got), c.want)
		}
	}
}
