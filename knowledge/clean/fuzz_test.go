package clean

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// check tests what holds for every document.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, d *Document) {
	t.Helper()
	if d.Text != string(d.Buf) {
		t.Fatalf("Text differs from Buf")
	}
	at := 0
	for i, r := range d.Rows {
		if r.Start != at || r.End < r.Start || r.End >= len(d.Buf) || d.Buf[r.End] != '\n' {
			t.Fatalf("row %d is [%d,%d), want one from %d up to a line end", i, r.Start, r.End, at)
		}
		if bytes.IndexByte(d.Buf[r.Start:r.End], '\n') >= 0 {
			t.Fatalf("row %d has a line end inside", i)
		}
		if plain := r.View == Plain; plain != (i < d.Plain) || plain && (r.First != i || r.Last != i) || r.First < 0 || r.Last >= d.Plain || r.First > r.Last {
			t.Fatalf("row %d is %+v of %d plain rows", i, r, d.Plain)
		}
		if rec := d.Records[r.Record]; r.First < rec.First || r.Last > rec.Last {
			t.Fatalf("row %d shows rows %d to %d, its record %d to %d", i, r.First, r.Last, rec.First, rec.Last)
		}
		if d.RowAt(r.Start) != i || d.RowAt(r.End) != i {
			t.Fatalf("RowAt(%d), RowAt(%d) = %d, %d, want %d", r.Start, r.End, d.RowAt(r.Start), d.RowAt(r.End), i)
		}
		at = r.End + 1
	}
	if at != len(d.Buf) {
		t.Fatalf("rows end at %d, Buf at %d", at, len(d.Buf))
	}
	plain := 0
	if d.Plain > 0 {
		plain = d.Rows[d.Plain-1].End + 1
	}
	if plain > 2*len(d.Source)+1 || len(d.Buf)-plain > viewFactor*plain+viewBytes {
		t.Fatalf("%d bytes of source gave %d plain and %d in views", len(d.Source), plain, len(d.Buf)-plain)
	}
	next := 0
	for i, rec := range d.Records {
		if rec.First != next || rec.Last < rec.First || rec.Last-rec.First >= maxRecordRows || rec.Message < d.Rows[rec.First].Start || rec.Message > d.Rows[rec.First].End {
			t.Fatalf("record %d is %+v, want one from row %d", i, rec, next)
		}
		next = rec.Last + 1
	}
	if next != d.Plain {
		t.Fatalf("records end before row %d of %d", next, d.Plain)
	}
	checkSegments(t, d)
}

func checkSegments(t interface {
	Helper()
	Fatalf(string, ...any)
}, d *Document) {
	t.Helper()
	at := 0
	for i, s := range d.segments {
		if int(s.at) != at || s.n <= 0 || s.src < 0 || s.m < 0 || int(s.src+s.m) > len(d.Source) {
			t.Fatalf("segment %d is %+v, want one from %d in a source of %d", i, s, at, len(d.Source))
		}
		at += int(s.n)
		if s.n == s.m && int(s.at) < d.plainEnd() {
			got, want := d.Text[s.at:s.at+s.n], d.Source[s.src:s.src+s.m]
			blanks := strings.NewReplacer("\t", " ", "\r", " ", "\n", " ")
			if blanks.Replace(got) != blanks.Replace(want) {
				t.Fatalf("segment %d: %q came from %q", i, got, want)
			}
		}
		for _, span := range d.Spans(int(s.at), int(s.at+s.n)) {
			checkSpan(t, d, span)
		}
	}
	if at != len(d.Buf) {
		t.Fatalf("segments end at %d, Buf at %d", at, len(d.Buf))
	}
	for _, span := range d.Spans(0, len(d.Buf)) {
		checkSpan(t, d, span)
	}
}

func (d *Document) plainEnd() int {
	if d.Plain == 0 {
		return 0
	}
	return d.Rows[d.Plain-1].End + 1
}

func checkSpan(t interface {
	Helper()
	Fatalf(string, ...any)
}, d *Document, s Span) {
	t.Helper()
	if s.Line < 1 || s.Line > len(d.lines) || s.Start < 0 || s.Start >= s.End {
		t.Fatalf("span %+v of %d lines", s, len(d.lines))
	}
	begin := d.lines[s.Line-1]
	if begin+s.End > len(d.Source) || strings.Contains(d.Source[begin+s.Start:begin+s.End], "\n") {
		t.Fatalf("span %+v reaches over its line", s)
	}
}

var (
	harmless = regexp.MustCompile("^[ A-Za-z0-9_.,;:!?/()'\"{}=%+#\\\\-]*$")
	word     = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]{3,}`)
)

// checkEvidence tests that the words of undamaged lines are in some row.
func checkEvidence(t interface {
	Helper()
	Fatalf(string, ...any)
}, d *Document) {
	t.Helper()
	for line := range strings.Lines(d.Source) {
		line = strings.TrimRight(line, "\r\n")
		if !harmless.MatchString(line) || strings.Contains(line, "__") || strings.Contains(line, "#033") {
			continue
		}
		for _, w := range word.FindAllString(line, -1) {
			if !strings.Contains(d.Text, w) {
				t.Fatalf("%q of the line %q is in no row", w, line)
			}
		}
	}
}

func plainText(d *Document) string {
	return strings.TrimRight(d.Text[:d.plainEnd()], "\n")
}

// checkTwice tests that cleaning what is clean changes nothing.
func checkTwice(t interface {
	Helper()
	Fatalf(string, ...any)
}, d *Document) {
	t.Helper()
	once := plainText(d)
	if twice := plainText(Clean(once)); once != twice {
		t.Fatalf("cleaning again made %q of %q", twice, once)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := Clean(text)
		check(t, d)
		if utf8.ValidString(text) {
			checkEvidence(t, d)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Add([]byte("\xff\xfea\x00b\x00\xd8\x3d"))
	f.Add([]byte("a\x00b\x00c\x00d\x00"))
	f.Add([]byte("\x00a\x00b\x00c\x00d"))
	f.Add([]byte("gr\xfc\xdfe \x93x\x94"))
	f.Add([]byte("gr\xc3\xbc\xdfe"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, notes, err := Read(raw)
		if err != nil {
			if !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrBinary) || strings.Contains(err.Error(), "\n") || text != "" {
				t.Fatalf("Read(%q) = %q, %v", raw, text, err)
			}
			return
		}
		if !utf8.ValidString(text) || len(text) > MaxBytes || strings.Count(text, "\n") > MaxLines {
			t.Fatalf("Read(%q) = %q", raw, text)
		}
		for _, n := range notes {
			if !strings.HasSuffix(n, ".") {
				t.Fatalf("note %q is no sentence", n)
			}
		}
		check(t, Clean(text))
	})
}

func seeds() []string {
	return []string{
		"", "\n", "x", undamaged(),
		"&lt;a&gt; <https://x.example.com|x.example.com> <https://x.example.com/y|label> <@U012AB3CD>",
		"> > quoted\n> text\n```json\n{\"a\":\"{\\\"b\\\":1}\"}\n```\n",
		"\x1b[31mred\x1b[0m \x1b]0;t\x07 a\rb\bc\x00",
		"“x” ﬁ \u200b\u2028 ：（４）",
		"     1\ta\n     2\tb\n     3\tc\n",
		"│ oauth_prob │\n│ lem=x      │\n+---+---+\n| a | b |\n",
		"a=%2525&b=x+y&quot;&#39;\\n\\u00fc\\ud83d\\ude00#012",
		"x=3D1 =C3=BC soft=\nbreak hy-\nphen",
		"b'ab'\n  b'cd'\n",
		"* Connected\n> GET / HTTP/1.1\n< HTTP/1.1 401\n",
		`{"timestamp":"2026-01-02T03:04:05Z","level":"ERROR","message":"a \"b\" \\n c"}`,
	}
}

// TestCleanTwice builds pastes of realistic pieces of damage.
func TestCleanTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Clean(drawPaste(t))
		check(t, d)
		checkEvidence(t, d)
		checkTwice(t, d)
	})
}

func drawPaste(t *rapid.T) string {
	piece := rapid.SampledFrom([]string{
		"oauth_problem=token_rejected", "unable to find valid certification path", "401", "\n", "\n", "\n", " ", " ", "\n\n",
		"2026-03-04 10:11:12,131 main ERROR [c.a.j.Foo] ", "\tat com.acme.Foo.<init>(Foo.java:1)\n", "Caused by: ",
		"> ", "> > ", "&gt; ", "&amp;", "&lt;b&gt;", "&quot;", "<https://x.example.com|x.example.com>", "<https://x.example.com/a|here>", "<@U012AB3CD|eva>",
		"```", "```json\n", "`x`", "**bold**", "||", "__", "“x”", "–", "\u00a0", "\u200b", "ﬁ", "：", "。",
		"\x1b[31m", "\x1b[0m", "[0m", "\r", "\r\n", "\t", "\x00", "\x07", "| ", " | ", "│ ", "┌──┐\n", "+---+\n",
		"  1 ", "  2 ", "12: ", "%41", "%2541", `\n`, `\"`, `\u003c`, "=\n", "-\n", "=3D", "#012", "'", "b'x'\n", "* ", "- ", "{", "}", `"a": "b",`,
	})
	return strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "")
}
