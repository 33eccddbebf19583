package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"authfix/bot"
	"authfix/bot/discord"
	"authfix/bot/slack"
	"authfix/bot/web"
	"authfix/handlers"
	"authfix/knowledge"
	"authfix/storage"
)

type serveCommand struct{}

// Help is printed below the synopsis of authfix serve --help.
func (serveCommand) Help() string {
	return `Runs without any configuration: a SQLite file in this folder, with its key file beside it, and HTTP on 127.0.0.1:8080. authfix config --docs lists what can be set.

SIGTERM ends it softly: nothing new is taken, what runs is finished or handed back. A second signal ends it at once.`
}

func (*serveCommand) Run(p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	base, err := p.base()
	if err != nil {
		return err
	}
	if c.Slack.Enabled() {
		if err := c.Slack.Validate(); err != nil {
			return fmt.Errorf("configuration:\n%w", err)
		}
		if c.Slack.ClientID != "" && c.PublicURL == "" {
			return errors.New("configuration:\nAUTHFIX_PUBLIC_URL: set it for SLACK_CLIENT_ID: Slack leads people back there after the installation")
		}
	}
	if c.Discord.Enabled() {
		if err := c.Discord.Validate(); err != nil {
			return fmt.Errorf("configuration:\n%w", err)
		}
	}
	s := &server{config: c, base: base, log: newLogger(p.stderr, c.LogFormat, c.LogLevel)}
	return s.run(p.ctx)
}

// A server is everything that serve runs. config, base and log are required.
type server struct {
	config    config
	base      *knowledge.Base
	log       *slog.Logger
	platforms []bot.Platform                    // what it hears and speaks by
	wrapStore func(storage.Store) storage.Store // between desk and database; nil: nothing
	dispatch  func(bot.Options) bot.Options     // changes the dispatcher's; nil: nothing
	listening func(net.Addr)                    // is told where HTTP is answered; nil: nobody
	now       func() time.Time                  // nil: time.Now
	stopping  atomic.Bool
	working   atomic.Bool
}

// run serves until ctx ends, and then stops within the configured time. An error
// before it serves is one sentence for a person; a later one is logged and
// becomes the exit status alone.
func (s *server) run(ctx context.Context) error {
	if s.now == nil {
		s.now = time.Now
	}
	var names, ids []string
	for _, p := range s.platforms {
		names = append(names, p.Name())
	}
	if s.config.Slack.Enabled() {
		names = append(names, slack.Name)
	}
	if s.config.Discord.Enabled() {
		names = append(names, discord.Name)
	}
	for _, m := range s.base.List("") {
		ids = append(ids, m.ID)
	}
	listener, err := listen(s.config.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	var db opened
	m := newMetrics(names, ids, func(ctx context.Context, platform string) (storage.Backlog, error) { return db.Backlog(ctx, platform) })
	if db, err = openDatabase(ctx, s.config, jobOptions(s.config, s.log, m.worked)); err != nil {
		return sayable(err)
	}
	// What has not stopped in time may still use the database: then the end of the
	// process closes it, as a crash does.
	clean := true
	defer func() {
		if clean {
			db.Close()
		}
	}()
	store := db.Store
	if s.wrapStore != nil {
		store = s.wrapStore(store)
	}
	byName := map[string]bot.Platform{}
	desk, err := handlers.New(s.base, store, handlers.Options{Log: s.log, Now: s.now, Admins: s.config.Admins, TriageChannels: s.config.TriageChannels,
		Retention: s.config.Keep, PersonRate: s.config.PersonRate, ChannelRate: s.config.ChannelRate,
		Platform: func(name string) bot.Platform { return byName[name] }})
	if err != nil {
		return sayable(err)
	}
	if s.config.Slack.Enabled() {
		p, err := slack.New(s.config.Slack, slack.Deps{Log: s.log, Now: s.now, Suggest: desk.Suggest, Installs: installs{store}, Removed: desk.Leave, PublicURL: s.config.PublicURL})
		if err != nil {
			return sayable(err)
		}
		s.platforms = append(s.platforms, p)
	}
	if s.config.Discord.Enabled() {
		p, err := s.discord(desk, store)
		if err != nil {
			return sayable(err)
		}
		s.platforms = append(s.platforms, p)
	}
	for _, p := range s.platforms {
		byName[p.Name()] = p
	}
	for _, j := range desk.Jobs() {
		db.jobs.Handle(j.Kind, j.Version, j.Run)
		if j.Every > 0 {
			if err := db.jobs.Every(j.Kind, j.Version, j.Every); err != nil {
				return err
			}
		}
	}
	grace := s.config.StopWithin * 8 / 10
	d := bot.Options{Observer: m.observer(), Senders: s.config.Senders, Grace: grace, Now: s.now}
	if s.dispatch != nil {
		d = s.dispatch(d)
	}
	dispatcher := bot.NewDispatcher(desk, desk.Outbox(owner()), s.log, d)
	desk.SetWake(dispatcher.Wake)
	h := web.Handler(web.Options{Probes: s.probes(store), Metrics: m.handler(), Routes: s.routes(), Log: s.log})

	s.announce(listener.Addr(), names)
	if s.listening != nil {
		s.listening(listener.Addr())
	}
	group, soft := errgroup.WithContext(ctx)
	group.Go(func() error { return part("http", web.Serve(soft, listener, h, s.log, grace)) })
	group.Go(func() error { return part("jobs", s.work(soft, db, grace)) })
	if len(s.platforms) > 0 {
		group.Go(func() error {
			err := dispatcher.Run(soft, s.platforms...)
			if err == nil && soft.Err() == nil {
				err = errors.New("every chat platform ended by itself")
			}
			return part("chat", err)
		})
	}
	clean, err = s.finish(soft, group)
	return err
}

// part names what failed.
func part(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

// work runs jobs until ctx ends.
func (s *server) work(ctx context.Context, db opened, grace time.Duration) error {
	if err := db.jobs.Start(ctx); err != nil {
		return err
	}
	s.working.Store(true)
	<-ctx.Done()
	s.working.Store(false)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return db.jobs.Stop(stop)
}

// finish waits for all parts. Once one has failed, or the program was told to
// end, they have the configured time; clean is false when it was too short.
func (s *server) finish(soft context.Context, group *errgroup.Group) (clean bool, err error) {
	done := make(chan error, 1)
	go func() { done <- group.Wait() }()
	clean = true
	select {
	case err = <-done:
	case <-soft.Done():
		s.stopping.Store(true)
		s.log.Info("stopping", "within", s.config.StopWithin)
		select {
		case err = <-done:
		case <-time.After(s.config.StopWithin):
			clean, err = false, fmt.Errorf("not stopped within %v", s.config.StopWithin)
		}
	}
	if err != nil {
		s.log.Error("stopped", "err", err)
		return clean, status(trouble)
	}
	s.log.Info("stopped")
	return clean, nil
}

// announce says in the log what is served.
func (s *server) announce(at net.Addr, names []string) {
	s.log.Info("serving", "version", programVersion(), "listen", at.String(), "database", s.config.Database.String(),
		"failure_modes", len(s.base.List("")), "base", s.base.Generation(), "platforms", names)
	if len(names) == 0 {
		s.log.Info("no chat platform is configured: only health, readiness and metrics are served; authfix chat talks to the desk in a terminal")
	}
}

// A called platform answers what its service calls over HTTP, below a path of its
// own name.
type called interface {
	Handler() http.Handler
}

// routes are what the platforms answer over HTTP.
func (s *server) routes() map[string]http.Handler {
	all := map[string]http.Handler{}
	for _, p := range s.platforms {
		if c, ok := p.(called); ok {
			all["/"+p.Name()+"/"] = c.Handler()
		}
	}
	return all
}

// A readier is a platform that knows whether it is connected.
type readier interface {
	Ready(ctx context.Context) error
}

// probes are what readiness asks.
func (s *server) probes(store storage.Store) []web.Probe {
	all := []web.Probe{
		{Name: "program", Check: func(context.Context) error {
			if s.stopping.Load() {
				return errors.New("it is stopping")
			}
			return nil
		}},
		{Name: "database", Check: func(ctx context.Context) error {
			if err := store.Ping(ctx); err != nil {
				s.log.Warn("database does not answer", "err", err)
				return errors.New("it does not answer or cannot write; the log says why")
			}
			return nil
		}},
		{Name: "workers", Check: func(context.Context) error {
			if !s.working.Load() {
				return errors.New("they do not run")
			}
			return nil
		}},
	}
	for _, p := range s.platforms {
		if r, ok := p.(readier); ok { // others listen for as long as the program runs
			all = append(all, web.Probe{Name: p.Name(), Check: r.Ready})
		}
	}
	return all
}

// listen opens the address for HTTP.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("AUTHFIX_LISTEN: %s is in use: stop what listens there, or set another address", address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("AUTHFIX_LISTEN: %s is no address of this machine", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("AUTHFIX_LISTEN: this user may not listen on %s: take a port above 1023", address)
	case err != nil:
		return nil, fmt.Errorf("AUTHFIX_LISTEN: %w", err)
	}
	return l, nil
}
