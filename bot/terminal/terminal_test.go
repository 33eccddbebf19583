package terminal

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/width"

	"authfix/knowledge"
	"authfix/knowledge/redact"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

// TestGolden draws every canonical diagnosis; the files are what a person reads.
func TestGolden(t *testing.T) {
	for name, d := range canonical() {
		for ending, style := range map[string]Style{
			"100.golden":    {Columns: 100},
			"60.golden":     {Columns: 60, Terminal: true},
			"colour.golden": {Columns: 100, Terminal: true, Colour: true},
			"full.golden":   {Columns: 100, Full: true, Dialects: []string{"mysql"}},
		} {
			var b bytes.Buffer
			if err := Diagnosis(&b, d, style); err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+ending, b.Bytes())
			checkTerminal(t, name+"."+ending, b.String(), style)
		}
		var b bytes.Buffer
		if err := Markdown(&b, d, Style{}); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".md.golden", b.Bytes())
	}
}

// checkTerminal reports what must never be printed: control characters but line
// feeds and our own colours, blanks at the end of a line, and lines over the
// width that neither hold a URL nor are a statement.
func checkTerminal(t *testing.T, name, text string, s Style) {
	t.Helper()
	for _, code := range []string{bold, faint, red, green, amber, blue, mark, "0"} {
		text = strings.ReplaceAll(text, "\x1b["+code+"m", "")
	}
	statement := strings.Repeat(" ", indent+4)
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		for _, r := range line {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == markOn || r == markOff {
				t.Errorf("%s: %U is printed in %q", name, r, line)
			}
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("%s: blanks end %q", name, line)
		}
		if n := columns(line); n > s.Columns && !strings.HasPrefix(line, statement) && !strings.Contains(line, "://") {
			t.Errorf("%s: %d columns in %q", name, n, line)
		}
	}
}

// TestStatementIsWhole holds a statement against every width: it can be copied
// as it stands.
func TestStatementIsWhole(t *testing.T) {
	d := canonical()["certain"]
	for _, columns := range []int{40, 80, 140} {
		var b bytes.Buffer
		if err := Diagnosis(&b, d, Style{Columns: columns}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(d.Candidates[0].Checks[0].Queries[0].Query)) {
			if want := strings.Repeat(" ", indent+len("1  ")+4) + line; !strings.Contains(b.String(), want) {
				t.Errorf("at %d columns the statement lacks %q:\n%s", columns, want, b.String())
			}
		}
		if strings.Contains(b.String(), "om.`NAME`") {
			t.Errorf("at %d columns a dialect is printed that was not chosen", columns)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"folded\nline":                  "folded line",
		"a\x1b[31mred\x1b[0m\a\x00":     "a[31mred[0m",
		"tab\tand\r\nreturn":            "tab and  return",
		"bidi \u202Edetrever\u202C end": "bidi detrever end",
		"\uFEFFzero\u200Bwidth\u2060":   "zerowidth",
		"\u2028line\u2029s":             " line s",
		"नमस्\u200Dते":                  "नमस्\u200Dते",
		"\uFDD0marks\uFDD1\uFFFE":       "marks",
		"C1 \u009B31m":                  "C1 31m",
		"日本語":                           "日本語",
		"bad \xff":                      "bad \uFFFD",
	} {
		if got := Plain(text); got != want {
			t.Errorf("Plain(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestColumns compares with the table of golang.org/x/text: no character is
// taken for narrower than it is, and no letter for wider.
func TestColumns(t *testing.T) {
	for r := rune(0x20); r < 0x3FFFF; r++ {
		if !unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) {
			continue
		}
		want := 1
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			want = 2
		}
		if got := columns(string(r)); got < want || got > want && unicode.IsLetter(r) {
			t.Errorf("columns(%U %c) = %d, want %d", r, r, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 20, []string{""}},
		{"one two  three four five", 20, []string{"one two three four", "five"}},
		{"日本語のトークンが失効しました", 20, []string{"日本語のトークンが失", "効しました"}},
		{"see https://example.com/a/very/long/path for it", 20, []string{"see", "https://example.com/a/very/long/path", "for it"}},
		{"x.y.z.abcdefghijklmnopqrstuvw 1", 20, []string{"x.y.z.abcdefghijklmn", "opqrstuvw 1"}},
	} {
		if diff := cmp.Diff(c.want, fold(c.text, c.width)); diff != "" {
			t.Errorf("fold(%q, %d) (-want +got):\n%s", c.text, c.width, diff)
		}
	}
}

func TestMarked(t *testing.T) {
	on, off := string(markOn), string(markOff)
	for _, c := range []struct{ text, part, want string }{
		{"x Bad credentials (401)", "Bad cr", "x " + on + "Bad credentials" + off + " (401)"},
		{"a=b", "=", "a" + on + "=" + off + "b"},
		{"nothing", "absent", "nothing"},
		{"nothing", "", "nothing"},
		{on + "whole" + off, "whole", on + "whole" + off},
	} {
		if got := marked(c.text, c.part); got != c.want {
			t.Errorf("marked(%q, %q) = %q, want %q", c.text, c.part, got, c.want)
		}
	}
}

// hostile is a diagnosis whose every text, of the paste or not, is text.
func hostile(text string) knowledge.Diagnosis {
	d := canonical()["certain"]
	r := redact.Text(text)
	c := &d.Candidates[0]
	c.Title, c.Cause, c.Effect, c.Systems, c.Prevention = text, text, text, []string{text, text}, []string{text}
	c.Causes = []knowledge.ShownCause{{Text: text, Established: true}, {Text: text}}
	c.Evidence = []knowledge.Evidence{{Line: 1, Text: r, Around: "x" + r + " y " + r}, {Line: 1, Text: "y", Around: r}, {Source: "answer", Text: r}, {Line: 20, Text: r}}
	c.Checks = []knowledge.ShownCheck{{Text: text, Language: knowledge.SQL, Reads: text, Queries: []knowledge.Query{{Dialect: "postgres", Query: r}}},
		{Text: text, Parameters: []knowledge.ShownParameter{{Name: text, How: text}}}}
	c.Remedies = []knowledge.ShownRemedy{{Kind: knowledge.Fix, Steps: []string{text, text}}, {Kind: knowledge.Escalation, Steps: []string{text}}}
	c.References = []knowledge.ShownReference{{Title: text, URL: text, Read: "2026-01-02"}}
	d.Findings = []knowledge.Finding{{Text: r, Line: 3}}
	d.Redactions = []knowledge.Redaction{{Kind: text, Placeholder: text, Line: 1, Revoke: text}}
	d.Question = &knowledge.Asked{ID: "x", Text: text, Choices: []knowledge.Option{{Value: text, Label: text}}}
	d.Missing = &knowledge.Missing{How: text}
	d.Notes = []string{text}
	return d
}

// FuzzRender draws a diagnosis of which every string is a stranger's.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"plain", "\x1b]0;title\a\x1b[2J", "a\nb\r\nc", "```\n# x\n~~~", "\u202Eevil", "日本語の長い文字列です。日本語の長い文字列です。", "[x](https://example.com) <@U1> @here ![i](u)",
		strings.Repeat("long", 60), "| a | b |\n|---|---|", "1. x\n- y", "www.example.com http://a.b", "\uFDD0\uFDD1\uFDD0", "a\u0301\u0301", "    code", "\xff\xfe", "⚠️ 👩‍💻 ok", "> quote\n\n<script>"} {
		f.Add(s, 80)
	}
	f.Fuzz(func(t *testing.T, text string, wide int) {
		if len(text) > 4096 {
			text = text[:4096]
		}
		d := hostile(text)
		for _, s := range []Style{{Columns: max(minColumns, min(wide, maxColumns))}, {Columns: maxColumns, Colour: true, Full: true}} {
			var b bytes.Buffer
			if err := Diagnosis(&b, d, s); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(text, "\x1b") && !s.Colour && strings.Contains(b.String(), "\x1b") {
				t.Errorf("an escape of %q is printed", text)
			}
			checkTerminal(t, "text", b.String(), s)
		}
		var b bytes.Buffer
		if err := Markdown(&b, d, Style{}); err != nil {
			t.Fatal(err)
		}
		checkMarkdown(t, b.String())
	})
}

// checkMarkdown reports code blocks that the text in them ended or began, and
// markup outside of them that no line of ours begins with.
func checkMarkdown(t *testing.T, text string) {
	t.Helper()
	fence, blocks := "", 0
	for line := range strings.SplitSeq(text, "\n") {
		bare := strings.TrimSpace(line)
		ticks := bare[:len(bare)-len(strings.TrimLeft(bare, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
			blocks++
		case fence != "" && bare == fence:
			fence = ""
		case fence == "":
			for _, r := range line {
				if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
					t.Errorf("%U stands in %q", r, line)
				}
			}
			unescaped := strings.NewReplacer(`\\`, "", "\\`", "", `\<`, "", `\[`, "", `\]`, "", `\@`, "", `\://`, "").Replace(line)
			if link := strings.LastIndex(unescaped, "](<"); link >= 0 { // our own references
				unescaped = unescaped[:link]
				unescaped = strings.Replace(unescaped, "[", "", 1)
			}
			for _, bad := range []string{"](", "<", "@here", "://"} {
				if strings.Contains(unescaped, bad) {
					t.Errorf("%q stands unescaped in %q", bad, line)
				}
			}
		}
	}
	if fence != "" || blocks != 2 {
		t.Errorf("%d code blocks, want 2, the last open: %t\n%s", blocks, fence != "", text)
	}
}
