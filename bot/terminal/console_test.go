package terminal

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"authfix/bot"
)

// keysOf reads all keys that are left of what was typed, read in pieces by wrap.
func keysOf(t *testing.T, p *pastes, typed string, wrap func(io.Reader) io.Reader) string {
	t.Helper()
	p.r = wrap(strings.NewReader(typed))
	got, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestPastes(t *testing.T) {
	paste := func(text string) string { return pasteBegins + text + pasteEnds }
	lines := "first\rsecond\r\nthird\n"
	for _, c := range []struct {
		name, typed, keys, line string
	}{
		{"typed", "hello\r", "hello\r", "hello"},
		{"arrow keys", "a\x1b[Db\r", "a\x1b[Db\r", ""},
		{"escape alone", "\x1b", "\x1b", ""},
		{"a short paste", "say " + paste("oauth_problem=x") + "\r", "say oauth_problem=x\r", "say oauth_problem=x"},
		{"control characters in it", paste("a\x03\x1b[31mb") + "\r", "a[31mb\r", "a[31mb"},
		{"many lines", paste(lines) + "\r", "[paste 1: 3 lines]\r", "first\nsecond\nthird\n"},
		{"among words", "look: " + paste(lines) + " why?\r", "look: [paste 1: 3 lines] why?\r", "look: \nfirst\nsecond\nthird\n\n why?"},
		{"two of them", paste("a\rb") + paste("c\rd") + "\r", "[paste 1: 2 lines][paste 2: 2 lines]\r", "a\nb\nc\nd"},
		{"a long line", paste(strings.Repeat("y", maxInline+1)) + "\r", "[paste 1: 201 bytes]\r", strings.Repeat("y", maxInline+1)},
		{"a mark that is none", "\x1b[20x" + paste("a\x1b[20\rb"), "\x1b[20x[paste 1: 2 lines]", "\x1b[20x\na\x1b[20\nb"},
		{"cut", pasteBegins + "never ends\r", "", ""},
	} {
		for how, wrap := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader} {
			var p pastes
			keys := keysOf(t, &p, c.typed, wrap)
			if keys != c.keys {
				t.Errorf("%s, %s: the keys are %q, want %q", c.name, how, keys, c.keys)
			}
			if c.line == "" {
				continue
			}
			if diff := cmp.Diff(c.line, p.expand(strings.TrimSuffix(keys, "\r"))); diff != "" {
				t.Errorf("%s, %s: the line (-want +got):\n%s", c.name, how, diff)
			}
			if got := p.expand("[paste 1: 3 lines]"); got != "[paste 1: 3 lines]" {
				t.Errorf("%s: a paste that was sent is still there: %q", c.name, got)
			}
		}
	}
}

func TestPastesAreBounded(t *testing.T) {
	var p pastes
	large := pasteBegins + strings.Repeat("line\r", bot.MaxText/4) + pasteEnds
	whole := func(r io.Reader) io.Reader { return r }
	for range 5 {
		keysOf(t, &p, large, whole)
		if p.bytes > 3*bot.MaxText {
			t.Fatalf("%d bytes are kept", p.bytes)
		}
	}
	if n := len(p.kept[len(p.kept)-1]); n > bot.MaxText {
		t.Errorf("a paste has %d bytes, of at most %d", n, bot.MaxText)
	}
}

func FuzzPastes(f *testing.F) {
	f.Add("a\x1b[200~b\rc\x1b[201~\r", 3)
	f.Add("\x1b[200~\x1b[200~\x1b[201~\x1b", 1)
	f.Fuzz(func(t *testing.T, typed string, step int) {
		whole, pieces := pastes{}, pastes{}
		a := keysOf(t, &whole, typed, func(r io.Reader) io.Reader { return r })
		b := keysOf(t, &pieces, typed, iotest.OneByteReader)
		if a != b {
			t.Errorf("%q is read as %q, byte by byte as %q", typed, a, b)
		}
	})
}
