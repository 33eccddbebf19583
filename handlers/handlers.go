package handlers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// Options are what a desk can be told. The zero Options are those of a desk
// without administrators or triage channels.
type Options struct {
	Log            *slog.Logger     // nil: silent
	Now            func() time.Time // nil: [time.Now]
	Admins         []string         // people who may change settings, as platform:id
	TriageChannels []string         // channels in which triage is on unless chat turned it off, as platform:channel or platform:workspace/channel
	Retention      storage.Retention
	Platform       func(name string) bot.Platform // of a message's tenant, for its [bot.Directory] and the like; nil: none
	PersonRate     int                            // questions a minute of one person; 0: 20
	ChannelRate    int                            // answers a minute in one channel; 0: 30
}

// A Desk is the service desk: it decides about every message and records what
// was decided. It is a [bot.Handler] and safe for concurrent use.
type Desk struct {
	base     atomic.Pointer[knowledge.Base]
	store    storage.Store
	log      *slog.Logger
	now      func() time.Time
	admins   map[string]bool
	triage   map[string]bool
	keep     storage.Retention
	platform func(string) bot.Platform
	persons  *limiter
	channels *limiter
	keys     sync.Map  // storage.Tenant → tenantKey
	usual    baselines // what is no surge
	commands []Command
	files    chan struct{} // a place for each file that may be read at a time
	wake     func(platform string)
}

// New returns a desk that knows base and remembers in store.
func New(base *knowledge.Base, store storage.Store, o Options) (*Desk, error) {
	d := &Desk{store: store, log: o.Log, now: o.Now, admins: map[string]bool{}, triage: map[string]bool{}, keep: o.Retention,
		platform: o.Platform, commands: Commands(), files: make(chan struct{}, filesAtOnce)}
	d.base.Store(base)
	if d.log == nil {
		d.log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.platform == nil {
		d.platform = func(string) bot.Platform { return nil }
	}
	for _, a := range o.Admins {
		d.admins[a] = true
	}
	for _, c := range o.TriageChannels {
		d.triage[c] = true
	}
	d.persons = newLimiter(cmpOr(o.PersonRate, 20))
	d.channels = newLimiter(cmpOr(o.ChannelRate, 30))
	return d, nil
}

func cmpOr(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// SetWake names what is called, with a platform's name, when a job has added a
// reply. It is set before the first job runs.
func (d *Desk) SetWake(wake func(platform string)) { d.wake = wake }

// SetBase makes the desk know another base from the next message on.
func (d *Desk) SetBase(b *knowledge.Base) { d.base.Store(b) }

// maxAttempts is how often a message is decided anew because another replica
// changed what it was decided from.
const maxAttempts = 12

// Handle decides about a message and records the decision with everything that
// follows from it, in one transaction; see [bot.Handler]. A message that was
// decided before leads to what it led to then.
func (d *Desk) Handle(ctx context.Context, m bot.Message) (bot.Outcome, error) {
	for attempt := 1; ; attempt++ {
		out, err := d.handle(ctx, m)
		switch {
		case err == nil:
			return out, nil
		case errors.Is(err, storage.ErrDelivered):
			// The record of another replica, or of this one before a crash, won.
			return d.repeated(ctx, m)
		case errors.Is(err, storage.ErrConflict) && attempt < maxAttempts:
			d.log.Debug("decided anew", "platform", m.Tenant.Platform, "attempt", attempt)
		default:
			return bot.Outcome{}, err
		}
		// Whoever was faster is done by then; the wait parts two that keep meeting.
		select {
		case <-ctx.Done():
			return bot.Outcome{}, ctx.Err()
		case <-time.After(time.Duration(attempt) * time.Millisecond):
		}
	}
}

// repeated is the outcome of a delivery that is recorded.
func (d *Desk) repeated(ctx context.Context, m bot.Message) (bot.Outcome, error) {
	mem, err := d.store.Recall(ctx, storage.Query{Tenant: tenantOf(m), Delivery: m.Delivery})
	if err != nil {
		return bot.Outcome{}, fmt.Errorf("recall a repeated delivery: %w", err)
	}
	if mem.Delivery == nil { // swept between: as if it were new
		return bot.Outcome{}, storage.ErrConflict
	}
	return again(mem.Delivery)
}

func again(del *storage.Delivery) (bot.Outcome, error) {
	out := bot.Outcome{Decision: del.Decision, Repeated: true}
	if len(del.Ack) > 0 {
		if err := json.Unmarshal(del.Ack, &out.Ack); err != nil {
			return out, fmt.Errorf("read the acknowledgement of a delivery: %w", err)
		}
	}
	return out, nil
}

func tenantOf(m bot.Message) storage.Tenant { return storage.Tenant(m.Tenant.String()) }

// handle decides once and records.
func (d *Desk) handle(ctx context.Context, m bot.Message) (bot.Outcome, error) {
	t, err := d.begin(ctx, m)
	if err != nil {
		return bot.Outcome{}, err
	}
	if t.mem.Delivery != nil {
		return again(t.mem.Delivery)
	}
	if err := t.route(ctx); err != nil {
		if err = t.apologise(err); err != nil {
			return bot.Outcome{}, err
		}
	}
	return t.commit(ctx)
}

// A tenantKey is the secret of a tenant, from which those of its cases stem.
type tenantKey [32]byte

func (d *Desk) tenantKey(ctx context.Context, t storage.Tenant) (*tenantKey, error) {
	if k, ok := d.keys.Load(t); ok {
		return k.(*tenantKey), nil
	}
	raw, err := d.store.TenantKey(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("key of a tenant: %w", err)
	}
	k := new(tenantKey)
	copy(k[:], raw)
	d.keys.Store(t, k)
	return k, nil
}

// of derives the key for a purpose.
func (k *tenantKey) of(purpose string) []byte {
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte(purpose))
	return h.Sum(nil)
}

// role is what the author of a message may do.
func (d *Desk) role(ctx context.Context, m bot.Message) bot.Role {
	if m.Author.Admin || d.admins[m.Tenant.Platform+":"+m.Author.ID] {
		return bot.Admin
	}
	if dir, ok := d.platform(m.Tenant.Platform).(bot.Directory); ok {
		r, err := dir.Role(ctx, m.Tenant, m.Author)
		if err == nil {
			return r
		}
		// Who cannot be looked up has no rights, and is told so.
		d.log.Warn("role unknown", "platform", m.Tenant.Platform, "err", err)
	}
	return bot.Viewer
}

// triageAtStart reports whether the configuration turned triage on in a channel.
func (d *Desk) triageAtStart(m bot.Message) bool {
	return d.triage[m.Tenant.Platform+":"+m.Channel] || d.triage[m.Tenant.Platform+":"+m.Tenant.Workspace+"/"+m.Channel]
}

// Commands whose names begin with what is being typed, and what they take.
func (d *Desk) Suggest(_ context.Context, m bot.Message) ([]bot.Choice, error) {
	return suggest(d.base.Load(), m), nil
}

var _ bot.Handler = (*Desk)(nil)
var _ bot.Suggester = (*Desk)(nil)
