package clean

import (
	"errors"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for _, test := range []struct{ name, raw, want string }{
		{"plain", "a\r\nb", "a\r\nb"},
		{"UTF-8", "für", "für"},
		{"mark", "\xef\xbb\xbfx", "x"},
		{"UTF-16LE", "\xff\xfea\x00\xfc\x00\n\x00=\xd8\x00\xde", "aü\n😀"},
		{"UTF-16BE", "\xfe\xff\x00a\x00\xfc", "aü"},
		{"UTF-16LE unmarked", "4\x000\x001\x00 \x00x\x00", "401 x"},
		{"UTF-16BE unmarked", "\x004\x000\x001\x00 \x00x", "401 x"},
		{"half a pair", "\xff\xfea\x00=\xd8", "a\uFFFD"},
		{"Latin-1", "Gr\xfc\xdfe aus K\xf6ln", "Grüße aus Köln"},
		{"Windows-1252", "\x93401\x94 \x96 \x85", "“401” – …"},
		{"mixed", "Grüße, Köln und Gr\xfc", "Grüße, Köln und Gr\uFFFD"},
		{"a few controls", "a\x00b is the text of a log \x1b[0m", "a\x00b is the text of a log \x1b[0m"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _, err := Read([]byte(test.raw))
			if err != nil || got != test.want {
				t.Errorf("Read(%q) = %q, %v, want %q", test.raw, got, err, test.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for _, test := range []struct {
		raw, names string
		want       error
	}{
		{"", "empty", ErrEmpty},
		{" \r\n\t\u200b\u00a0", "no visible character", ErrEmpty},
		{"\xef\xbb\xbf", "no visible character", ErrEmpty},
		{"PK\x03\x04rest", "zip archive", ErrBinary},
		{"\x1f\x8b\x08", "gzip", ErrBinary},
		{"\x89PNG\r\n\x1a\n", "picture", ErrBinary},
		{"%PDF-1.7", "PDF", ErrBinary},
		{strings.Repeat("\x01\x02ab\x03\x00\x00\x04", 20), "control characters", ErrBinary},
		{strings.Repeat("\xf8\xfe\xc1a", 40), "no text encoding", ErrBinary},
	} {
		text, _, err := Read([]byte(test.raw))
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.names) || text != "" {
			t.Errorf("Read(%q) = %q, %v, want %v that names %q", test.raw, text, err, test.want, test.names)
		}
	}
}

func TestReadCuts(t *testing.T) {
	numbered := func(n, size int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString("line ")
			b.WriteString(strings.Repeat("x", size))
			b.WriteByte(byte('0' + i%10))
			b.WriteByte('\n')
		}
		return b.String()
	}
	for _, test := range []struct {
		name, raw, note string
	}{
		{"many bytes", numbered(60_000, 90), "lines"},
		{"one line", "begin" + strings.Repeat("x", 6<<20) + "end", "part of its line 1"},
		{"many lines", "begin\n" + strings.Repeat("x\n", 300_000) + "end", "lines 100001 to 200003"},
		{"far too long", "begin" + strings.Repeat("x", 20*MaxBytes) + "end", "far too long"},
		{"wide characters", "begin" + strings.Repeat("ü", 3<<20) + "end", "part of its line 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, notes, err := Read([]byte(test.raw))
			if err != nil || len(got) > MaxBytes || strings.Count(got, "\n") > MaxLines {
				t.Fatalf("Read gave %d bytes, %d line ends, %v", len(got), strings.Count(got, "\n"), err)
			}
			if len(notes) != 1 || !strings.Contains(notes[0], test.note) {
				t.Errorf("notes = %q, want one with %q", notes, test.note)
			}
			if got[:5] != test.raw[:5] || got[len(got)-3:] != test.raw[len(test.raw)-3:] || strings.Contains(got, "\uFFFD") {
				t.Errorf("Read kept %q … %q of %q … %q", got[:5], got[len(got)-3:], test.raw[:5], test.raw[len(test.raw)-3:])
			}
		})
	}
	if _, notes, _ := Read([]byte(strings.Repeat("x\n", MaxLines))); notes != nil {
		t.Errorf("Read of as many lines as allowed notes %q", notes)
	}
}

// TestCutLinesAreCounted holds the note to what it says about line numbers.
func TestCutLinesAreCounted(t *testing.T) {
	var b strings.Builder
	for range 250_000 {
		b.WriteString("x\n")
	}
	b.WriteString("end\n")
	text, notes, err := Read([]byte(b.String()))
	if err != nil || len(notes) != 1 {
		t.Fatalf("Read: %q, %v", notes, err)
	}
	d := Clean(text)
	at := strings.Index(d.Text, "end")
	line := d.Spans(at, at+3)[0].Line
	want := "counted lower by " + itoa(250_001-line)
	if !strings.Contains(notes[0], want) {
		t.Errorf("line 250001 is %d, the note is %q, want %q", line, notes[0], want)
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
