package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what [Dispatcher.Accept] takes.
const (
	// MaxText is how many bytes of text a message may have. It is one more than
	// what is read of a paste, so that the reader can tell that it was cut.
	MaxText = 4<<20 + 1
	// MaxDelivery is how many bytes the key of a delivery may have.
	MaxDelivery = 255
)

// ErrStopping says that a message was not taken because the dispatcher stops:
// the platform delivers it again, to another replica or after the restart.
var ErrStopping = errors.New("the dispatcher is stopping")

// Options bounds a [Dispatcher] and lets it be watched. A field that is zero has
// the default that is named with it.
type Options struct {
	Observer Observer
	InHand   int           // messages in hand at once, over all platforms: 256
	Handling time.Duration // for one message: 10 s
	Senders  int           // replies sent at once, of each platform: 16
	Lease    time.Duration // for which a reply is taken from the outbox: 30 s
	Poll     time.Duration // between two looks for replies of other replicas: 1 s
	MaxAge   time.Duration // after which a reply that cannot be sent is given up: 24 h
	Grace    time.Duration // from the end of Run's context to its return: 10 s
	// Now is the clock for what is written down and for leases: time.Now. Waits
	// and paces follow the machine's own clock.
	Now func() time.Time
}

// An Observer is told what the dispatcher does, for metrics. Either function may
// be nil; both are called concurrently and must return at once.
type Observer struct {
	Handled func(Handled)
	Settled func(Settled)
}

// Handled tells how a message was decided.
type Handled struct {
	Platform string
	Kind     Kind
	Outcome  Outcome       // zero when Failed
	Elapsed  time.Duration // from received to decided and recorded
	Failed   bool          // it was not decided, and not acknowledged
}

// Settled tells what an attempt to send a reply led to.
type Settled struct {
	Platform string
	// Result is a [SendState], or "lease_lost" when the reply passed to another
	// sender before its outcome was written down. Replies that were handed back
	// unsent, to wait for their turn, are not told of.
	Result  string
	Attempt int
	Unsure  bool          // it may have been said, which is found out later
	Elapsed time.Duration // from when the message was received, or the reply recorded, to now
}

// A Dispatcher carries messages from platforms to a [Handler], and replies from
// an [Outbox] to platforms. It holds nothing that would be lost with it: what
// is acknowledged is recorded, and what is recorded waits in the outbox. Its
// methods are safe for concurrent use.
type Dispatcher struct {
	handler  Handler
	outbox   Outbox
	log      *slog.Logger
	opts     Options
	gate     *gate
	random   func() float64 // in [0, 1), for jitter
	stopping atomic.Bool

	mu   sync.Mutex
	wake map[string]chan struct{} // by platform, for its leaser
}

// NewDispatcher returns a dispatcher that decides by h and sends what o holds.
func NewDispatcher(h Handler, o Outbox, lg *slog.Logger, opts Options) *Dispatcher {
	opts.InHand = cmp.Or(opts.InHand, 256)
	opts.Handling = cmp.Or(opts.Handling, 10*time.Second)
	opts.Senders = cmp.Or(opts.Senders, 16)
	opts.Lease = cmp.Or(opts.Lease, 30*time.Second)
	opts.Poll = cmp.Or(opts.Poll, time.Second)
	opts.MaxAge = cmp.Or(opts.MaxAge, 24*time.Hour)
	opts.Grace = cmp.Or(opts.Grace, 10*time.Second)
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Observer.Handled == nil {
		opts.Observer.Handled = func(Handled) {}
	}
	if opts.Observer.Settled == nil {
		opts.Observer.Settled = func(Settled) {}
	}
	return &Dispatcher{
		handler: h, outbox: o, log: lg, opts: opts,
		gate:   newGate(opts.InHand),
		random: rand.Float64,
		wake:   make(map[string]chan struct{}),
	}
}

// Accept has a message decided. When it returns without an error, the decision
// and its replies are recorded durably and the platform acknowledges with what
// is returned; after an error it does not, and delivers the message again.
//
// Messages of one conversation are decided one after another, in the order in
// which Accept was called for them. When too many are in hand Accept waits, at
// most until ctx ends: the platform is slowed down and nothing is dropped. Once
// a decision has begun, the end of ctx does not interrupt it.
//
// A message without a delivery key, with one that is too long, or of another
// platform is refused. A text longer than [MaxText] is cut.
func (d *Dispatcher) Accept(ctx context.Context, platform string, m Message) (Ack, error) {
	return d.accept(ctx, context.Background(), context.Background(), platform, m)
}

// accept is Accept with two more contexts: after the end of soft no decision is
// begun, and that of hard interrupts one.
func (d *Dispatcher) accept(ctx, soft, hard context.Context, platform string, m Message) (Ack, error) {
	m.Received = d.opts.Now()
	if err := bound(platform, &m); err != nil {
		return Ack{}, err
	}
	began := time.Now()
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(soft, cancel)()
	leave, err := d.gate.enter(wait, conversation(&m))
	if err == nil {
		defer leave()
	}
	switch {
	case d.stopping.Load() || soft.Err() != nil:
		return Ack{}, ErrStopping
	case err != nil:
		return Ack{}, fmt.Errorf("wait to decide about a message of %s: %w", platform, err)
	}

	// The platform's request may be given up while the decision is being
	// recorded: it is finished all the same, and the redelivery finds it.
	run, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.opts.Handling)
	defer cancel()
	defer context.AfterFunc(hard, cancel)()
	out, err := d.handle(run, m)
	elapsed := time.Since(began)
	if err != nil {
		d.opts.Observer.Handled(Handled{Platform: platform, Kind: m.Kind, Elapsed: elapsed, Failed: true})
		d.log.Error("message not decided", "platform", platform, "workspace", m.Tenant.Workspace,
			"kind", string(m.Kind), "elapsed", elapsed, "err", err)
		return Ack{}, fmt.Errorf("decide about a message of %s: %w", platform, err)
	}
	if out.Replies > 0 {
		d.Wake(platform)
	}
	d.opts.Observer.Handled(Handled{Platform: platform, Kind: m.Kind, Outcome: out, Elapsed: elapsed})
	level := slog.LevelInfo
	if out.Replies == 0 {
		level = slog.LevelDebug
	}
	d.log.Log(ctx, level, "message decided", "platform", platform, "workspace", m.Tenant.Workspace,
		"kind", string(m.Kind), "decision", out.Decision, "verdict", out.Verdict, "failure_mode", out.Mode,
		"repeated", out.Repeated, "replies", out.Replies, "elapsed", elapsed)
	return out.Ack, nil
}

// Wake has the senders of a platform look into the outbox at once. Whoever adds
// a reply outside of [Handler.Handle] calls it; without, the reply waits for
// the next poll.
func (d *Dispatcher) Wake(platform string) {
	select {
	case d.waker(platform) <- struct{}{}:
	default: // one that is not yet heard is enough
	}
}

// waker returns the channel that wakes the leaser of a platform.
func (d *Dispatcher) waker(platform string) chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	w, ok := d.wake[platform]
	if !ok {
		w = make(chan struct{}, 1)
		d.wake[platform] = w
	}
	return w
}

// handle calls the handler and turns a panic into an error. What the panic says
// may hold a part of the message, so only its type is told, and its words when
// they are the runtime's own.
func (d *Dispatcher) handle(ctx context.Context, m Message) (out Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
			d.log.Error("panic while deciding", "platform", m.Tenant.Platform, "err", err, "stack", stack())
		}
	}()
	return d.handler.Handle(ctx, m)
}

// panicked is a panic as an error without content.
func panicked(p any) error {
	if r, ok := p.(runtime.Error); ok {
		return fmt.Errorf("panic: %w", r)
	}
	return fmt.Errorf("panic: a %T", p)
}

// stack is the running goroutine's stack: places in the code and addresses.
func stack() string {
	s := debug.Stack()
	return string(s[:min(len(s), 8<<10)])
}

// bound checks what came from outside.
func bound(platform string, m *Message) error {
	if m.Tenant.Platform == "" {
		m.Tenant.Platform = platform
	}
	switch {
	case m.Tenant.Platform != platform:
		return fmt.Errorf("a message of %s came from platform %s", m.Tenant.Platform, platform)
	case m.Delivery == "":
		return fmt.Errorf("a message of %s has no delivery key", platform)
	case len(m.Delivery) > MaxDelivery:
		return fmt.Errorf("the delivery key of a message of %s has %d bytes, of at most %d", platform, len(m.Delivery), MaxDelivery)
	}
	if len(m.Text) > MaxText {
		m.Text = m.Text[:MaxText]
	}
	return nil
}

// conversation is the key under which messages are decided in order. A direct
// conversation is one; elsewhere a thread is, which a message may begin, and
// what is no message of a channel belongs to its author.
func conversation(m *Message) string {
	key := m.Tenant.String() + "\x00" + m.Channel + "\x00"
	switch {
	case m.Thread != "":
		return key + m.Thread
	case m.Place == Direct:
		return key
	case m.Key != "":
		return key + m.Key
	}
	return key + "\x00" + m.Author.ID
}
