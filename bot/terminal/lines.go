package terminal

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"authfix/bot"
)

// lines reads messages from a pipe: the lines up to an empty one are a message,
// and a line that alone says so is one by itself.
type lines struct {
	r     *bufio.Reader
	alone func(line string) bool
	ahead string // a line that was read and belongs to the next message
	held  bool
}

func newLines(r io.Reader, alone func(string) bool) *lines {
	return &lines{r: bufio.NewReaderSize(r, 64<<10), alone: alone}
}

func (l *lines) open() (io.Writer, func(), error) { return nil, func() {}, nil }

func (l *lines) waits() bool { return true }

func (l *lines) next() (string, error) {
	var b strings.Builder
	for {
		line, err := l.line()
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" && b.Len() > 0, trimmed == "" && err != nil:
			if b.Len() > 0 && (err == nil || errors.Is(err, io.EOF)) {
				return b.String(), nil
			}
			return "", err
		case trimmed == "":
			continue
		case l.alone(trimmed) && b.Len() == 0:
			return trimmed, nil
		case l.alone(trimmed):
			l.ahead, l.held = line, true
			return b.String(), nil
		case b.Len() == 0:
			if _, _, ok := command(trimmed); ok {
				return trimmed, nil // a command that there is not: the desk says so
			}
		}
		// What is more than a message may have is read and dropped: the desk sees
		// that there was more.
		if room := bot.MaxText - b.Len(); room > 0 {
			b.WriteString(line[:min(len(line), room)])
			b.WriteString("\n")
		}
	}
}

// line reads a line without its end. Of a line that is too long, what a message
// may have is kept.
func (l *lines) line() (string, error) {
	if l.held {
		l.held = false
		return l.ahead, nil
	}
	var b strings.Builder
	for {
		part, err := l.r.ReadSlice('\n')
		if room := bot.MaxText - b.Len(); room > 0 {
			b.Write(part[:min(len(part), room)])
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return strings.TrimRight(b.String(), "\r\n"), err
		}
	}
}
