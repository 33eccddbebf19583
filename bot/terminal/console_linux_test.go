package terminal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"authfix/bot"
)

// openTerminal returns both ends of a terminal of 80 columns: what a person's
// hands and eyes have, and what the program has.
func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	return person, program
}

// A screen collects what a terminal was sent.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) watch(f *os.File) {
	b := make([]byte, 4096)
	for {
		n, err := f.Read(b)
		s.mu.Lock()
		s.buf.Write(b[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		s.mu.Lock()
		shown := s.buf.String()
		s.mu.Unlock()
		if strings.Contains(shown, text) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the screen lacks %q:\n%q", text, shown)
		}
	}
}

// TestConsole types at a real terminal.
func TestConsole(t *testing.T) {
	t.Setenv("TERM", "dumb")
	t.Setenv("COLUMNS", "")
	person, program := openTerminal(t)
	before, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	var s screen
	go s.watch(person)
	heardOne := make(chan bot.Message, 10)
	var h heard
	p := newTestPlatform(program, program, nil)
	done := make(chan error, 1)
	go func() {
		done <- p.Listen(t.Context(), func(_ context.Context, m bot.Message) (bot.Ack, error) {
			h.all = append(h.all, m)
			heardOne <- m
			return bot.Ack{}, nil
		})
	}()
	s.await(t, "\x1b[?2004h")
	s.await(t, "> ")
	typed := func(keys string) {
		t.Helper()
		if _, err := person.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	typed("helo\x7flo\r") // a slip, corrected
	<-heardOne
	typed(pasteBegins + "line one\rline two\r\r/rest/api\r1\r" + pasteEnds)
	s.await(t, "[paste 1: 5 lines]")
	typed("\r")
	<-heardOne
	if _, err := p.Send(t.Context(), bot.Destination{Key: "r1"}, bot.Reply{Headline: "an answer", Choices: []bot.Choice{{ID: "v1::a", Label: "first"}, {ID: "v1::b", Label: "second"}}}); err != nil {
		t.Fatal(err)
	}
	s.await(t, "an answer\r\n\r\n1) first   2) second\r\n")
	typed("2\r")
	<-heardOne
	typed("/show an-id\r")
	<-heardOne
	fmt.Fprintln(p.Writer(nil), "beside it")
	s.await(t, "beside it\r\n")
	typed("\x04") // Ctrl-D
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("Listen = %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Ctrl-D does not end it")
	}
	s.await(t, "\x1b[?2004l")
	want := []string{"said |hello", "said |line one\nline two\n\n/rest/api\n1", "clicked v1::b of r1", "commanded show|an-id"}
	if diff := cmp.Diff(want, h.short()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	after, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the terminal is left changed (-before +after):\n%s", diff)
	}
}

// The end of the context gives the terminal back although nobody types.
func TestConsoleIsGivenBack(t *testing.T) {
	person, program := openTerminal(t)
	var s screen
	go s.watch(person)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- newTestPlatform(program, program, nil).Listen(ctx, (&heard{}).accept) }()
	s.await(t, "\x1b[?2004h")
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Listen = %v", err)
	}
	s.await(t, "\x1b[?2004l")
	person.WriteString("\r") // which ends the read that waits
}
