package slack

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"authfix/bot"
	"authfix/bot/cache"
)

// Name is the platform's name in tenants and settings.
const Name = "slack"

// Deps is what a [Platform] works with.
type Deps struct {
	Log *slog.Logger     // nil: silent
	Now func() time.Time // nil: [time.Now]
	// Suggest completes what is typed into a menu; nil: nothing is suggested. See
	// [bot.Suggester].
	Suggest func(context.Context, bot.Message) ([]bot.Choice, error)
	// Installs keeps what was installed by OAuth; nil: there is the one workspace
	// of the configuration.
	Installs Installs
	// Removed is told that the app was removed from a tenant, and what is stored of
	// it can be deleted; it may be told more than once. After an error Slack tells
	// it again. nil: nobody is told.
	Removed func(context.Context, bot.Tenant) error
	// PublicURL is where people reach the program, for installing by OAuth; "" is
	// the first address that the app has registered.
	PublicURL string
}

// A Platform is a Slack app in the workspaces that it is installed in. Its
// methods are safe for concurrent use.
type Platform struct {
	config  Config
	suggest func(context.Context, bot.Message) ([]bot.Choice, error)
	log     *slog.Logger
	now     func() time.Time
	api     *api
	spaces  *workspaces // with the token of each
	ear     bot.Ear     // who hears at present
	link    link        // the connection of Socket Mode
	memory              // of what Slack said

	opened *cache.Cache[bool] // triggers with which a form was opened

	installer *installer // nil when nothing is installed by OAuth
}

// New returns the platform that c describes. It opens no connection.
func New(c Config, d Deps) (*Platform, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	p := &Platform{config: c, suggest: d.Suggest, log: d.Log, now: d.Now, api: newAPI(c.API), memory: newMemory(), opened: cache.New[bool](10*time.Minute, maxBelieved)}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	p.log = p.log.With("platform", Name)
	if p.now == nil {
		p.now = time.Now
	}
	p.spaces = newWorkspaces(c, p.api, d.Installs, p.now, p.log)
	p.spaces.removed = d.Removed
	if c.ClientID != "" && d.Installs != nil {
		p.installer = newInstaller(p.spaces, d.PublicURL)
	}
	return p, nil
}

// Name implements [bot.Platform].
func (p *Platform) Name() string { return Name }

// Listen implements [bot.Platform]. Over HTTP it hears what comes to [Platform.Handler]
// meanwhile. Over Socket Mode it keeps a connection. It returns an error when
// Slack refuses the app-level token or the token of the one workspace.
func (p *Platform) Listen(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	if err := p.ear.Open(accept); err != nil {
		return err
	}
	defer p.ear.Close()
	var tokens sync.WaitGroup
	defer tokens.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tokens.Go(func() {
		if err := p.spaces.keep(ctx); err != nil {
			cancel(err)
		}
	})
	var err error
	if p.config.SocketMode() {
		err = p.listenSocket(ctx)
	} else {
		<-ctx.Done()
	}
	if cause := context.Cause(ctx); err == nil && errors.Is(cause, bot.ErrPermanent) {
		return cause
	}
	return err
}

// Ready reports why nothing can be heard at present, or nil.
func (p *Platform) Ready(context.Context) error {
	if !p.ear.Listening() {
		return errors.New("it does not listen")
	}
	if p.config.SocketMode() {
		return p.link.ready()
	}
	return nil
}
