package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/bot"
	"authfix/bot/bottest"
)

// heard collects what a platform hands over, in short.
type heard struct {
	mu   sync.Mutex
	all  []bot.Message
	errs []error // what accept answers, one after another; then nil
}

func (h *heard) accept(_ context.Context, m bot.Message) (bot.Ack, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, m)
	if len(h.errs) > 0 {
		err := h.errs[0]
		h.errs = h.errs[1:]
		return bot.Ack{}, err
	}
	if m.Kind == bot.Commanded && m.Command == "" && m.Text == "" {
		return bot.Ack{Form: &bot.Form{ID: "diagnose", Title: "Diagnose an error", Hint: "Log lines."}}, nil
	}
	return bot.Ack{}, nil
}

func (h *heard) short() []string {
	var all []string
	for _, m := range h.all {
		what := string(m.Kind) + " " + m.Command + "|" + m.Text
		if m.Kind == bot.Clicked {
			what = "clicked " + m.Choice + " of " + m.Key
		}
		all = append(all, what)
	}
	return all
}

func newTestPlatform(in io.Reader, out io.Writer, idle func(context.Context) error) *Platform {
	return NewPlatform(PlatformOptions{User: "anna", In: in, Out: out, Commands: []string{"help", "stats", "show"}, Idle: idle})
}

// TestLines reads a pipe: what is one message and what is several.
func TestLines(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"blank", "\n \n\t\n", nil},
		{"a paste", "line one\nline two\r\n\nnext\n", []string{"said |line one\nline two", "said |next"}},
		{"no end", "one\n\n\n\ntwo", []string{"said |one", "said |two"}},
		{"commands", "/help\n/show an-id\n/stats\n", []string{"commanded help|", "commanded show|an-id", "commanded stats|"}},
		{"a command behind a paste", "line one\nline two\n/stats\nline three", []string{"said |line one\nline two", "commanded stats|", "said |line three"}},
		{"a path in a paste", "GET\n/rest/api/2/myself\n/var/log: no\n/usr\nend", []string{"said |GET\n/rest/api/2/myself\n/var/log: no\n/usr\nend"}},
		{"a path at the head", "/rest/api/2/myself answered\n401", []string{"said |/rest/api/2/myself answered\n401"}},
		{"no such command", "/nonsense x\nmore", []string{"commanded nonsense|x", "said |more"}},
		{"the program's name", "/authfix oauth_problem=x\n/AUTHFIX help", []string{"commanded |oauth_problem=x", "commanded |help"}},
		{"a number without choices", "401\n\n2", []string{"said |401", "said |2"}},
		{"a form", "/authfix\nthe error\nof two lines\n\nmore", []string{"commanded |", "commanded diagnose|the error\nof two lines", "said |more"}},
		{"a form and another command", "/authfix\n/help\nthen", []string{"commanded |", "commanded help|", "said |then"}},
	} {
		var h heard
		p := newTestPlatform(strings.NewReader(c.in), io.Discard, nil)
		if err := p.Listen(t.Context(), h.accept); err != nil {
			t.Errorf("%s: Listen = %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, h.short()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		for _, m := range h.all {
			if m.Tenant.Platform != p.Name() || m.Place != bot.Direct || !m.Asked || m.Channel != Channel || m.Author.ID != "anna" || m.Delivery == "" || m.Key == "" {
				t.Errorf("%s: the message is %+v", c.name, m)
			}
		}
	}
}

// TestChoices types numbers: they press what the newest reply with choices has.
func TestChoices(t *testing.T) {
	in, keys := io.Pipe()
	var out bytes.Buffer
	idle := make(chan struct{})
	p := newTestPlatform(in, &out, func(context.Context) error { idle <- struct{}{}; return nil })
	var h heard
	done := make(chan error, 1)
	go func() { done <- p.Listen(t.Context(), h.accept) }()
	<-idle
	say := func(key string, choices ...string) {
		t.Helper()
		r := bot.Reply{Headline: "answer " + key}
		for _, c := range choices {
			r.Choices = append(r.Choices, bot.Choice{ID: "v1:c:" + c, Label: c})
		}
		if sent, err := p.Send(t.Context(), bot.Destination{Key: key}, r); err != nil || sent.ID != key {
			t.Fatalf("Send = %v, %v", sent, err)
		}
	}
	typed := func(text string) {
		t.Helper()
		io.WriteString(keys, text)
	}
	if err := p.Resume("r0", bot.Reply{Headline: "before", Sections: []bot.Section{{Prose: "left out"}}, Choices: []bot.Choice{{ID: "v1:c:old", Label: "old"}}}); err != nil {
		t.Fatal(err)
	}
	typed("1\n")
	<-idle
	say("r1", "yes", "no")
	say("r2") // without choices: those of r1 stay
	typed("2\n")
	<-idle
	typed("7\n\n")
	typed("paste\n1\n") // the number ends the paste
	<-idle
	<-idle
	keys.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	want := []string{"clicked v1:c:old of r0", "clicked v1:c:no of r1", "said |paste", "clicked v1:c:yes of r1"}
	if diff := cmp.Diff(want, h.short()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, text := range []string{"before\n\n1) old\n", "answer r1\n\n1) yes   2) no\n", "There is no choice 7: there are 1 to 2.\n"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("the screen lacks %q:\n%s", text, out.String())
		}
	}
	if strings.Contains(out.String(), "left out") {
		t.Error("an earlier answer is printed whole again")
	}
}

// Keys and deliveries are unique, and keys grow, within a run and over runs.
func TestKeys(t *testing.T) {
	at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	last := ""
	for run := range 3 {
		var h heard
		p := NewPlatform(PlatformOptions{User: "anna", In: strings.NewReader("a\n\nb\n\nc\n"), Out: io.Discard, Now: func() time.Time { return at.Add(time.Duration(run) * time.Second) }})
		if err := p.Listen(t.Context(), h.accept); err != nil {
			t.Fatal(err)
		}
		for _, m := range h.all {
			if seen[m.Delivery] || m.Key <= last {
				t.Errorf("run %d: delivery %q, key %q after %q", run, m.Delivery, m.Key, last)
			}
			seen[m.Delivery], last = true, m.Key
		}
	}
	if len(seen) != 9 {
		t.Errorf("%d deliveries, want 9", len(seen))
	}
}

// A message whose decision could not be recorded is handed over again under the
// same delivery.
func TestHandsOverAgain(t *testing.T) {
	var h heard
	h.errs = []error{errors.New("locked"), errors.New("locked")}
	var out bytes.Buffer
	if err := newTestPlatform(strings.NewReader("a\n\nb\n"), &out, nil).Listen(t.Context(), h.accept); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"said |a", "said |a", "said |a", "said |b"}, h.short()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if h.all[0].Delivery != h.all[2].Delivery || h.all[0].Key != h.all[2].Key || out.Len() > 0 {
		t.Errorf("the deliveries are %v, the screen has %q", h.all, out.String())
	}

	h = heard{errs: []error{bot.ErrStopping}}
	if err := newTestPlatform(strings.NewReader("a\n"), &out, nil).Listen(t.Context(), h.accept); err != nil || out.Len() > 0 {
		t.Errorf("while the dispatcher stops: %v, %q", err, out.String())
	}
}

func TestGivesUpAMessage(t *testing.T) {
	h := heard{errs: make([]error, maxTries)}
	for i := range h.errs {
		h.errs[i] = errors.New("secret detail")
	}
	var out bytes.Buffer
	if err := newTestPlatform(strings.NewReader("a\n\nb\n"), &out, nil).Listen(t.Context(), h.accept); err != nil {
		t.Fatal(err)
	}
	if len(h.all) != maxTries+1 || !strings.Contains(out.String(), "could not be recorded") || strings.Contains(out.String(), "secret") {
		t.Errorf("%d times, %q", len(h.all), out.String())
	}
}

// The end of the context ends Listen although nothing is typed.
func TestListenEnds(t *testing.T) {
	in, keys := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- newTestPlatform(in, io.Discard, nil).Listen(ctx, (&heard{}).accept) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Listen = %v", err)
	}
	keys.Close() // and with it the reader
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// When nobody reads, a reply counts as not sent and Listen says so.
func TestNobodyReads(t *testing.T) {
	in, keys := io.Pipe()
	defer keys.Close()
	p := newTestPlatform(in, broken{}, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	done := make(chan error, 1)
	go func() { done <- p.Listen(t.Context(), (&heard{}).accept) }()
	if _, err := p.Send(t.Context(), bot.Destination{Key: "k"}, bot.Reply{Headline: "x"}); !errors.Is(err, io.ErrClosedPipe) || errors.Is(err, bot.ErrPermanent) || errors.Is(err, bot.ErrUnknown) {
		t.Errorf("Send = %v, want one to be tried again", err)
	}
	if err := <-done; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Listen = %v", err)
	}
}

func TestSilentReply(t *testing.T) {
	var out bytes.Buffer
	p := newTestPlatform(strings.NewReader(""), &out, nil)
	if _, err := p.Send(t.Context(), bot.Destination{Key: "k", Replaces: "a"}, bot.Reply{}); err != nil || out.Len() > 0 {
		t.Errorf("a silent reply: %v, %q", err, out.String())
	}
	if _, err := p.Send(t.Context(), bot.Destination{Key: "k", Replaces: "a"}, bot.Reply{Headline: "changed \x1b[2J"}); err != nil || out.String() != "This replaces an answer above:\nchanged [2J\n\n" {
		t.Errorf("a changed reply: %v, %q", err, out.String())
	}
}

// TestLongLines bounds what a pipe may hold.
func TestLongLines(t *testing.T) {
	var h heard
	long := strings.Repeat("x", bot.MaxText+100)
	in := io.MultiReader(strings.NewReader(long), strings.NewReader("\n"+long+"\n\nnext\n"))
	if err := newTestPlatform(in, io.Discard, nil).Listen(t.Context(), h.accept); err != nil {
		t.Fatal(err)
	}
	if len(h.all) != 2 || len(h.all[0].Text) < bot.MaxText || len(h.all[0].Text) > bot.MaxText+1 || h.all[1].Text != "next" {
		t.Errorf("%d messages, the first of %d bytes", len(h.all), len(h.all[0].Text))
	}
}

// A service counts what is typed and shown.
type service struct {
	mu    sync.Mutex
	acked int
	said  int
}

func (s *service) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said++
	return len(b), nil
}

// TestExercise holds the terminal against the contract of platforms.
func TestExercise(t *testing.T) {
	bottest.Exercise(t, func(t *testing.T) bottest.Subject {
		in, keys := io.Pipe()
		t.Cleanup(func() { keys.Close() })
		s := &service{}
		p := newTestPlatform(in, s, nil)
		heard := make(chan string, 100)
		typing := make(chan struct{})
		go func() {
			defer close(typing)
			for text := range heard {
				io.WriteString(keys, text+"\n\n")
			}
		}()
		t.Cleanup(func() {
			close(heard)
			in.Close()
			<-typing
		})
		return bottest.Subject{
			Platform:     counting{p, s},
			To:           bot.Destination{Tenant: p.Tenant(), Channel: Channel},
			Hear:         func(text string) { heard <- text },
			Acknowledged: func() int { s.mu.Lock(); defer s.mu.Unlock(); return s.acked },
			Said:         func() int { s.mu.Lock(); defer s.mu.Unlock(); return s.said },
			Next:         func(bottest.Fault) bool { return false },
		}
	})
}

// counting counts what was acknowledged.
type counting struct {
	*Platform
	s *service
}

func (c counting) Listen(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	return c.Platform.Listen(ctx, func(ctx context.Context, m bot.Message) (bot.Ack, error) {
		ack, err := accept(ctx, m)
		if err == nil {
			c.s.mu.Lock()
			c.s.acked++
			c.s.mu.Unlock()
		}
		return ack, err
	})
}
