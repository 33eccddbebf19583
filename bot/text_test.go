package bot_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"authfix/bot"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                    "plain",
		"a\r\nb\rc\u2028d":         "a\nb\nc\nd",
		"\x1b[31mred\x00\x7f":      "[31mred",
		"\u202eleft\u202c\u200b":   "left",
		"\xff\xfe":                 "\uFFFD",
		"fam\u200dily":             "fam\u200dily",
		"\ufdd0\U0001fffe\uffffok": "ok",
	} {
		if got := bot.PlainLines(in); got != want {
			t.Errorf("PlainLines(%q) = %q, want %q", in, got, want)
		}
	}
	if got := bot.PlainLine(" \ta\nb\t "); got != "a b" {
		t.Errorf("PlainLine = %q", got)
	}
	for in, want := range map[string]bool{"": true, " \n\t\u200d": true, "a": false} {
		if bot.Blank(in) != want {
			t.Errorf("Blank(%q) is not %t", in, want)
		}
	}
}

func one(rune) int { return 1 }

func TestPieces(t *testing.T) {
	for _, c := range []struct {
		in   string
		room int
		want []string
	}{
		{"", 5, nil},
		{"short", 5, []string{"short"}},
		{"line one\nline two", 12, []string{"line one\n", "line two"}},
		{"A sentence. Another one.", 15, []string{"A sentence. ", "Another one."}},
		{"some words here", 11, []string{"some words ", "here"}},
		{"onewordonly", 4, []string{"onew", "ordo", "nly"}},
		{"日本語", 2, []string{"日本", "語"}},
		{"ae\u0301", 2, []string{"a", "e\u0301"}},
		{"ab", 0, []string{"a", "b"}},
	} {
		got := bot.Pieces(c.in, c.room, one)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("Pieces(%q, %d) = %q, want %q", c.in, c.room, got, c.want)
		}
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("a b. c\nd", 3)
	f.Add("👩‍👩‍👧👩‍👩‍👧", 4)
	f.Add("\xffe\u0301\u0301\u0301\u0301", 2)
	f.Fuzz(func(t *testing.T, s string, room int) {
		size := func(r rune) int {
			if r == '*' {
				return 2
			}
			return 1
		}
		all := bot.Pieces(s, room, size)
		if strings.Join(all, "") != s {
			t.Errorf("put together %q is %q", s, all)
		}
		for _, p := range all {
			n := 0
			for _, r := range p {
				n += size(r)
			}
			if n > room && utf8.RuneCountInString(p) > 1 || p == "" {
				t.Errorf("the piece %q takes %d, and %d at most", p, n, room)
			}
		}
	})
}
