package terminal

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"authfix/bot"
)

// A Platform is a person at a terminal, or the two ends of a pipe, as a chat
// platform: one direct conversation, which goes on where an earlier Platform of
// the same person left it.
type Platform struct {
	user     string
	commands map[string]bool
	idle     func(context.Context) error
	now      func() time.Time
	in       source
	gone     chan struct{} // closed when nobody reads what is printed

	mu       sync.Mutex
	out      io.Writer
	style    Style
	shown    string // the id of the reply whose choices are numbered now
	choices  []bot.Choice
	form     *bot.Form // what the next text fills in
	lastKey  int64
	hangUp   sync.Once
	printing error // why gone is closed
}

// PlatformOptions are what a terminal is told. User is required.
type PlatformOptions struct {
	User     string    // who is at the terminal
	In       io.Reader // keys, or lines of a pipe
	Out      io.Writer
	Commands []string // the names that may follow a slash
	// Idle waits until nothing is left to be said. Where the input is a pipe, the
	// next message is read after that. nil: nothing is waited for.
	Idle func(context.Context) error
	Now  func() time.Time // nil: [time.Now]
}

// Channel is the one channel of the platform.
const Channel = "terminal"

// NewPlatform returns the platform of one person. Where input and output are a
// terminal, keys can be edited and a paste of many lines is one message;
// elsewhere the lines up to an empty one are. A line that begins with a slash is
// a command, and one that is only a number is the choice of the last reply that
// has it.
func NewPlatform(o PlatformOptions) *Platform {
	p := &Platform{user: o.User, commands: map[string]bool{}, idle: o.Idle, now: o.Now, out: o.Out, style: Look(o.Out), gone: make(chan struct{})}
	for _, c := range o.Commands {
		p.commands[c] = true
	}
	if p.now == nil {
		p.now = time.Now
	}
	if Interactive(o.In) && p.style.Terminal {
		p.in = newConsole(o.In, o.Out)
	} else {
		p.in = newLines(o.In, p.alone)
	}
	return p
}

// A source gives one message after another; io.EOF is its end.
type source interface {
	// open prepares the source and returns where replies are printed from now on,
	// or nil, and what undoes it.
	open() (out io.Writer, undo func(), err error)
	next() (string, error)
	// waits reports whether the next message may only be read when the last one
	// has been answered.
	waits() bool
}

// Name implements [bot.Platform]. Each person has a platform of their own, so
// that no terminal prints what another one asked.
func (p *Platform) Name() string { return PlatformName(p.user) }

// PlatformName is the name of a person's platform.
func PlatformName(user string) string { return "terminal-" + user }

// Tenant is whose cases the conversation's are.
func (p *Platform) Tenant() bot.Tenant { return bot.Tenant{Platform: p.Name()} }

// Resume makes the choices of an earlier reply the numbered ones, and prints its
// headline and choices. id is what the reply was sent as.
func (p *Platform) Resume(id string, r bot.Reply) error {
	r.Sections, r.Link = nil, nil
	_, err := p.Send(context.Background(), bot.Destination{Key: id}, r)
	return err
}

// maxTries is how often a message is handed over whose decision could not be
// recorded.
const maxTries = 5

// Listen implements [bot.Platform]. It returns nil when the input ends. A read
// that waits for input then goes on until the input gives way.
func (p *Platform) Listen(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	out, undo, err := p.in.open()
	if err != nil {
		return err
	}
	defer undo()
	if out != nil {
		p.mu.Lock()
		before := p.out
		p.out = out
		p.mu.Unlock()
		defer func() {
			p.mu.Lock()
			p.out = before
			p.mu.Unlock()
		}()
	}
	if err := p.wait(ctx); err != nil {
		return err
	}
	for {
		text, err := p.read(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		m, note := p.message(text)
		if note != "" {
			p.note(note)
			continue
		}
		if err := p.hand(ctx, m, accept); err != nil {
			return err
		}
		if err := p.wait(ctx); err != nil {
			return err
		}
	}
}

// read reads the next message; it ends early when ctx does or nobody reads what
// is printed.
func (p *Platform) read(ctx context.Context) (string, error) {
	type input struct {
		text string
		err  error
	}
	got := make(chan input, 1)
	go func() {
		text, err := p.in.next()
		got <- input{text, err}
	}()
	select {
	case in := <-got:
		return in.text, in.err
	case <-ctx.Done():
		return "", ctx.Err()
	case <-p.gone:
		return "", p.printing
	}
}

// wait waits until everything is said, where the next message depends on it.
func (p *Platform) wait(ctx context.Context) error {
	if p.idle == nil || !p.in.waits() {
		return nil
	}
	heard, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-p.gone:
			cancel()
		case <-heard.Done():
		}
	}()
	err := p.idle(heard)
	select {
	case <-p.gone:
		return p.printing
	default:
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// hand hands a message over, again when its decision could not be recorded.
func (p *Platform) hand(ctx context.Context, m bot.Message, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	for try := 1; ; try++ {
		ack, err := accept(ctx, m)
		if err == nil {
			p.acknowledge(ack)
			return nil
		}
		if errors.Is(err, bot.ErrStopping) || ctx.Err() != nil {
			return nil
		}
		if try == maxTries {
			p.note("That could not be recorded, so it was not answered. Say it again in a minute; authfix doctor tells what is wrong.")
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(try*try) * 100 * time.Millisecond):
		}
	}
}

// acknowledge shows what was answered at once.
func (p *Platform) acknowledge(a bot.Ack) {
	for _, text := range a.Errors {
		p.note(text)
	}
	if a.Form != nil {
		p.mu.Lock()
		p.form = a.Form
		p.mu.Unlock()
		note := a.Form.Title
		if a.Form.Hint != "" {
			note += ". " + a.Form.Hint
		}
		p.note(note)
	}
}

// message makes a message of what was typed, or says why it is none.
func (p *Platform) message(text string) (m bot.Message, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	m = bot.Message{
		Tenant: p.Tenant(), Delivery: p.unique(now), Channel: Channel, Place: bot.Direct, Asked: true, Sent: now,
		Author: bot.Author{ID: p.user, Admin: true}, // whoever can write the database has all rights
	}
	form := p.form
	if n, err := strconv.Atoi(text); err == nil && len(p.choices) > 0 && len(text) < 4 {
		if n < 1 || n > len(p.choices) {
			return m, fmt.Sprintf("There is no choice %d: there are 1 to %d.", n, len(p.choices))
		}
		m.Kind, m.Choice, m.Key = bot.Clicked, p.choices[n-1].ID, p.shown
		return m, ""
	}
	m.Key = p.key(now)
	switch name, args, isCommand := command(text); {
	case isCommand:
		p.form = nil
		m.Kind, m.Command, m.Text = bot.Commanded, name, args
	case form != nil:
		p.form = nil
		m.Kind, m.Command, m.Text = bot.Commanded, form.ID, text
	default:
		m.Kind, m.Text = bot.Said, text
	}
	return m, ""
}

// command reads "/name arguments". Without a name, what follows /authfix is
// meant. A path, as at the head of many pastes, is none.
func command(text string) (name, args string, ok bool) {
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		return "", "", false
	}
	name = rest
	if i := strings.IndexAny(rest, " \t\r\n"); i >= 0 {
		name, args = rest[:i], strings.TrimSpace(rest[i:])
	}
	if name == "" || strings.ContainsAny(name, "/.:=") {
		return "", "", false
	}
	if name = strings.ToLower(name); name == "authfix" {
		name = ""
	}
	return name, args, true
}

// alone reports whether a line is a message by itself wherever it stands: a
// command that there is, or the number of a choice.
func (p *Platform) alone(line string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n, err := strconv.Atoi(line); err == nil {
		return n >= 1 && n <= len(p.choices) && len(line) < 4
	}
	name, _, ok := command(line)
	return ok && (p.commands[name] || name == "")
}

// key is the id of a message in its channel: later ones are greater, also in
// later runs.
func (p *Platform) key(now time.Time) string {
	p.lastKey = max(p.lastKey+1, now.UnixMicro())
	return strconv.FormatInt(p.lastKey, 10)
}

// unique is the key of a delivery.
func (p *Platform) unique(now time.Time) string {
	var b [8]byte
	rand.Read(b[:]) // never fails: see crypto/rand
	return strconv.FormatInt(now.UnixMicro(), 36) + "-" + hex.EncodeToString(b[:])
}

// Send implements [bot.Platform]: it prints a reply.
func (p *Platform) Send(_ context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error) {
	sent := bot.Sent{ID: to.Key}
	if r.Silent() {
		return sent, nil // choices that are taken back are still on the screen: the desk answers them
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var b bytes.Buffer
	if to.Replaces != "" {
		b.WriteString(p.style.paint(faint, "This replaces an answer above:") + "\n")
	}
	if err := Reply(&b, &r, p.style); err != nil {
		return bot.Sent{}, err
	}
	b.WriteByte('\n')
	if err := p.print(b.Bytes()); err != nil {
		return bot.Sent{}, err
	}
	if len(r.Choices) > 0 {
		p.shown, p.choices = to.Key, r.Choices
	}
	return sent, nil
}

// note prints a sentence of the terminal's own.
func (p *Platform) note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b bytes.Buffer
	for _, line := range fold(Plain(text), min(p.style.Columns, maxMeasure)) {
		b.WriteString(p.style.paint(faint, line) + "\n")
	}
	p.print(b.Bytes()) // Listen ends when that fails
}

// print writes at once, and hangs up when nobody reads.
func (p *Platform) print(text []byte) error {
	_, err := p.out.Write(text)
	if err != nil {
		err = fmt.Errorf("print: %w", err)
		p.hangUp.Do(func() {
			p.printing = err
			close(p.gone)
		})
	}
	return err
}

// Writer returns a writer for lines beside the conversation, such as a log's.
func (p *Platform) Writer(otherwise io.Writer) io.Writer {
	if _, ok := p.in.(*console); ok {
		return aside{p}
	}
	return otherwise
}

// aside writes between replies, so that a line that is being typed stays whole.
type aside struct{ p *Platform }

func (a aside) Write(b []byte) (int, error) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	return a.p.out.Write(b)
}

var _ bot.Platform = (*Platform)(nil)
