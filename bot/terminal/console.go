package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"

	"authfix/bot"
)

// console reads what a person types, with keys to edit it. Bracketed paste mode
// is on meanwhile, so that a paste of many lines is one message: it stands in
// the line that is typed as "[paste 1: 34 lines]", and Enter sends it.
type console struct {
	in     *os.File
	out    *os.File
	keys   *pastes
	screen *term.Terminal
}

func newConsole(in io.Reader, out io.Writer) *console {
	i, _ := in.(*os.File)
	o, _ := out.(*os.File)
	return &console{in: i, out: o}
}

func (c *console) waits() bool { return false }

func (c *console) open() (io.Writer, func(), error) {
	state, err := term.MakeRaw(int(c.in.Fd()))
	if err != nil {
		return nil, nil, fmt.Errorf("terminal: %w", err)
	}
	c.keys = &pastes{r: c.in}
	c.screen = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{c.keys, c.out}, "> ")
	c.resize()
	io.WriteString(c.out, "\x1b[?2004h")
	return c.screen, func() {
		io.WriteString(c.out, "\x1b[?2004l\r\n")
		term.Restore(int(c.in.Fd()), state)
	}, nil
}

// resize tells the editor how wide the terminal is by now.
func (c *console) resize() {
	if wide, high, err := term.GetSize(int(c.out.Fd())); err == nil && wide > 0 && high > 0 {
		c.screen.SetSize(wide, high)
	}
}

func (c *console) next() (string, error) {
	c.resize()
	line, err := c.screen.ReadLine()
	if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
		return "", err
	}
	return c.keys.expand(line), nil
}

// The marks of a paste, which a terminal in bracketed paste mode sends.
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Bracketed-Paste-Mode
const (
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"
)

// maxInline is how long a paste of one line may be to be typed as it is.
const maxInline = 200

// pastes is a reader of keys that takes pastes of many lines out of them and
// leaves a name of each.
type pastes struct {
	r      io.Reader
	inside bool
	raw    []byte // read and not yet looked at
	keys   []byte // to be handed on
	paste  strings.Builder
	kept   []string
	bytes  int // of kept
}

func (p *pastes) Read(b []byte) (int, error) {
	for len(p.keys) == 0 {
		buf := make([]byte, 32<<10)
		n, err := p.r.Read(buf)
		p.raw = append(p.raw, buf[:n]...)
		p.sort(err != nil)
		if len(p.keys) == 0 && err != nil {
			return 0, err
		}
	}
	n := copy(b, p.keys)
	p.keys = p.keys[n:]
	return n, nil
}

// sort parts what was read into keys and pastes. Unless it is the last, a
// beginning of a mark at the end waits for its rest.
func (p *pastes) sort(last bool) {
	for len(p.raw) > 0 {
		mark := pasteBegins
		if p.inside {
			mark = pasteEnds
		}
		before, after, found := strings.Cut(string(p.raw), mark)
		if !found {
			hold := 0
			for n := min(len(mark)-1, len(before)); n > 0 && hold == 0 && !last; n-- {
				if strings.HasSuffix(before, mark[:n]) {
					hold = n
				}
			}
			before, after = before[:len(before)-hold], before[len(before)-hold:]
		}
		p.raw = []byte(after)
		if p.inside {
			if room := bot.MaxText - p.paste.Len(); room > 0 {
				p.paste.WriteString(before[:min(len(before), room)])
			}
		} else {
			p.keys = append(p.keys, before...)
		}
		if !found {
			return
		}
		if p.inside {
			p.end()
		}
		p.inside = !p.inside
	}
}

// end takes a paste that is complete.
func (p *pastes) end() {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(p.paste.String())
	p.paste.Reset()
	trimmed := strings.Trim(text, "\n")
	if !strings.Contains(trimmed, "\n") && len(trimmed) <= maxInline {
		p.keys = append(p.keys, strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, trimmed)...)
		return
	}
	if p.bytes+len(text) > 2*bot.MaxText { // pastes that were never sent
		p.kept, p.bytes = nil, 0
	}
	p.kept = append(p.kept, text)
	p.bytes += len(text)
	p.keys = append(p.keys, pasteName(len(p.kept), text)...)
}

func pasteName(n int, text string) string {
	lines := strings.Count(strings.Trim(text, "\n"), "\n") + 1
	if lines == 1 {
		return fmt.Sprintf("[paste %d: %d bytes]", n, len(text))
	}
	return fmt.Sprintf("[paste %d: %d lines]", n, lines)
}

// expand puts the pastes in place of their names; they are forgotten then.
func (p *pastes) expand(line string) string {
	for i, text := range p.kept {
		name := pasteName(i+1, text)
		before, after, found := strings.Cut(line, name)
		if !found {
			continue
		}
		if strings.TrimSpace(before) != "" && !strings.HasSuffix(before, "\n") {
			before += "\n"
		}
		if strings.TrimSpace(after) != "" {
			after = "\n" + after
		}
		line = strings.TrimLeft(before, " ") + text + after
	}
	p.kept, p.bytes = nil, 0
	return line
}
