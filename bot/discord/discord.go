package discord

import (
	"context"
	"log/slog"
	"time"

	"authfix/bot"
)

// Name is the platform's name in tenants and settings.
const Name = "discord"

// Deps is what a [Platform] works with.
type Deps struct {
	Log *slog.Logger     // nil: silent
	Now func() time.Time // nil: [time.Now]
	// Suggest completes what is typed into an option of a command. The message is
	// Commanded, with the command's name and what is typed so far as its text. nil:
	// nothing is suggested. See [bot.Suggester].
	Suggest func(context.Context, bot.Message) ([]bot.Choice, error)
	// Commands are the subcommands of /authfix, in order.
	Commands []bot.Command
	// Claims spreads the shards over replicas; nil: this process is alone, and
	// remembers nothing.
	Claims Claims
	// Known returns the guilds that something is stored of; nil: none is known.
	Known func(context.Context) ([]bot.Tenant, error)
	// Removed is told that the bot was removed from a guild, and what is stored of
	// it can be deleted; it may be told more than once. nil: nobody is told.
	Removed func(context.Context, bot.Tenant) error
	// Lacks is told once, when Discord refuses to tell what messages say, what is
	// missing and what to do about it; after an error it is told again. nil: the log
	// alone says it.
	Lacks func(ctx context.Context, says string) error
	// Seal and Unseal encrypt what must be kept for a while and nobody may read: the
	// signed address of a file. nil: such files cannot be fetched.
	Seal   func(plain string) (string, error)
	Unseal func(sealed string) (string, error)
}

// Claims keeps which process does what only one may do at a time, and what
// whoever does it next has to know. Its methods are called concurrently.
type Claims interface {
	// Claim takes a name until a time, or renews it, and returns the state that was
	// last written under it; ok is false while another process has it.
	Claim(ctx context.Context, name string, until time.Time) (state []byte, ok bool, err error)
	// Keep renews a claim and writes its state. It returns [ErrClaimLost] when
	// another process has it by now.
	Keep(ctx context.Context, name string, state []byte, until time.Time) error
	// Release writes the state and lets others claim the name at once.
	Release(ctx context.Context, name string, state []byte) error
}

// A Platform is a Discord application in the guilds that it was added to. Its
// methods are safe for concurrent use.
type Platform struct {
	config       Config
	deps         Deps
	log          *slog.Logger
	now          func() time.Time
	rest         *rest
	ear          bot.Ear  // who hears at present
	world        *world   // as the gateway tells of it
	gate         *hearing // the connections to the gateway
	memory                // of what Discord said
	interactions          // in hand
	speech                // what was said
}

// New returns the platform that c describes. It opens no connection.
func New(c Config, d Deps) (*Platform, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	p := &Platform{config: c, deps: d, log: d.Log, now: d.Now, memory: newMemory(), speech: newSpeech(), world: newWorld(), gate: newHearing(c)}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	p.log = p.log.With("platform", Name)
	if p.now == nil {
		p.now = time.Now
	}
	p.rest = newREST(c, p.now, p.log)
	return p, nil
}

// Name implements [bot.Platform].
func (p *Platform) Name() string { return Name }
