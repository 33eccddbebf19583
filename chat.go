package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"regexp"
	"strings"
	"time"

	"authfix/bot"
	"authfix/bot/terminal"
	"authfix/handlers"
	"authfix/knowledge"
	"authfix/storage"
)

type chatCommand struct {
	As string `help:"Talk as this person (default: the user of this machine)." placeholder:"NAME"`
}

// Help is printed below the synopsis of authfix chat --help.
func (chatCommand) Help() string {
	return `Paste an error and press Enter; what is typed or pasted later is more evidence. A number chooses, /help lists the commands, Ctrl-D ends. The conversation is kept in the database and goes on the next time. Two at a time need two names: see --as.

From a pipe, the lines up to an empty one are one message.`
}

func (c *chatCommand) Run(p *program) error {
	settings, err := p.config()
	if err != nil {
		return err
	}
	base, err := p.base()
	if err != nil {
		return err
	}
	name, err := person(c.As)
	if err != nil {
		return err
	}
	// What runs well is no news to somebody who talks.
	level := max(settings.LogLevel, slog.LevelWarn)
	if settings.LogLevel == slog.LevelDebug {
		level = slog.LevelDebug
	}
	talk := &conversation{config: settings, base: base, person: name, level: level, now: p.now}
	return talk.run(p)
}

// A conversation is what chat runs.
type conversation struct {
	config config
	base   *knowledge.Base
	person string
	level  slog.Level
	now    func() time.Time
	store  storage.Store
}

// chatLease is how long a reply that an earlier run left unprinted may be held
// up when that run was killed while it printed.
const chatLease = 3 * time.Second

// run talks until the input ends or the program is told to.
func (c *conversation) run(p *program) error {
	var names []string
	for _, command := range handlers.Commands() {
		names = append(names, command.Name)
	}
	platform := terminal.NewPlatform(terminal.PlatformOptions{User: c.person, In: p.stdin, Out: p.stdout, Commands: names, Idle: c.idle, Now: c.now})
	log := newLogger(platform.Writer(p.stderr), c.config.LogFormat, c.level)
	db, err := openDatabase(p.ctx, c.config, jobOptions(c.config, log, nil))
	if err != nil {
		return sayable(err)
	}
	defer db.Close()
	c.store = db.Store
	desk, err := handlers.New(c.base, db.Store, handlers.Options{Log: log, Now: c.now, Admins: c.config.Admins, Retention: c.config.Keep,
		PersonRate: c.config.PersonRate, ChannelRate: c.config.ChannelRate, Platform: func(string) bot.Platform { return platform }})
	if err != nil {
		return sayable(err)
	}
	for _, j := range desk.Jobs() {
		db.jobs.Handle(j.Kind, j.Version, j.Run)
	}
	if err := db.jobs.Start(p.ctx); err != nil {
		return sayable(err)
	}
	if err := c.resume(p.ctx, platform); err != nil {
		return errors.Join(sayable(err), c.stop(p.ctx, db))
	}
	if terminal.Interactive(p.stdin) {
		fmt.Fprintln(p.stdout, "Paste an error and press Enter. /help lists the commands, Ctrl-D ends.")
	}
	dispatcher := bot.NewDispatcher(desk, desk.Outbox(owner()), log, bot.Options{Grace: c.config.StopWithin * 8 / 10, Lease: chatLease, Now: c.now})
	err = dispatcher.Run(p.ctx, platform)
	return errors.Join(err, sayable(c.stop(p.ctx, db)))
}

// stop ends the jobs.
func (c *conversation) stop(ctx context.Context, db opened) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.StopWithin*8/10)
	defer cancel()
	return db.jobs.Stop(ctx)
}

// How long, at most, the next message of a pipe waits for the answer to the last
// one, and how often it is looked.
const (
	idleTimeout = 30 * time.Second
	idlePoll    = 2 * time.Millisecond
)

// idle waits until nothing is left to be printed.
func (c *conversation) idle(ctx context.Context) error {
	name := terminal.PlatformName(c.person)
	for began := time.Now(); time.Since(began) < idleTimeout; {
		b, err := c.store.Backlog(ctx, name)
		if err != nil && !errors.Is(err, storage.ErrUnavailable) {
			return err
		}
		if err == nil && b.Rows == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(50*time.Millisecond, idlePoll+time.Since(began)/10)):
		}
	}
	return nil
}

// resume makes the choices of the newest answer those that numbers press, and
// says what the conversation was about.
func (c *conversation) resume(ctx context.Context, p *terminal.Platform) error {
	tenant := storage.Tenant(p.Tenant().String())
	cases, err := c.store.Recent(ctx, tenant, c.person, 1)
	if err != nil || len(cases) == 0 {
		return err
	}
	replies, err := c.store.Replies(ctx, tenant, cases[0].ID)
	if err != nil {
		return err
	}
	for i := len(replies) - 1; i >= 0; i-- {
		var r bot.Reply
		if replies[i].State != storage.Sent || json.Unmarshal(replies[i].Reply, &r) != nil || len(r.Choices) == 0 {
			continue
		}
		r.Headline = "Before: " + cmp.Or(r.Headline, cases[0].Title)
		return p.Resume(replies[i].SentAs, r)
	}
	return nil
}

var personPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// person is who talks: the name that was given, or that of the machine's user.
func person(as string) (string, error) {
	if as != "" {
		if !personPattern.MatchString(as) {
			return "", errors.New("--as wants a name of at most 64 letters, digits, dots, dashes or underscores")
		}
		return as, nil
	}
	name := ""
	if u, err := user.Current(); err == nil {
		name = u.Username[strings.LastIndexAny(u.Username, `\/`)+1:]
	}
	for _, n := range []string{name, os.Getenv("USER"), fmt.Sprintf("user-%d", os.Getuid())} {
		if personPattern.MatchString(n) {
			return n, nil
		}
	}
	return "me", nil
}
