package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"authfix/bot"
)

const (
	// commandsClaim is the claim of whoever registers the commands; its state is
	// what was registered last.
	commandsClaim = "discord/commands"
	// registerWithin bounds one attempt, and how long others wait for it.
	registerWithin = time.Minute
	// Between two attempts.
	firstRegisterWait   = 5 * time.Second
	longestRegisterWait = 10 * time.Minute
)

// A registered is what is kept of the set of commands.
type registered struct {
	Hash string `json:"hash"` // of the set, and of where it is registered
}

// keepCommands registers the commands, unless they are registered as they are. It
// returns when they are, when Discord refuses them for good, or when ctx ends.
func (p *Platform) keepCommands(ctx context.Context) {
	p.keepRegistered(ctx, firstRegisterWait)
}

// keepRegistered is keepCommands with the wait after the first attempt.
func (p *Platform) keepRegistered(ctx context.Context, wait time.Duration) {
	if len(p.deps.Commands) == 0 {
		return
	}
	if err := checkCommands(p.deps.Commands); err != nil {
		p.log.Error("commands not registered", "err", err)
		return
	}
	for {
		err := p.registerCommands(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			return
		case errors.Is(err, bot.ErrPermanent):
			p.log.Error("commands not registered: what is registered stays until the next start", "err", err)
			return
		case errors.Is(err, ErrClaimLost): // it may yet fail
			p.log.Debug("another process registers the commands")
			if !pause(ctx, registerWithin) {
				return
			}
			continue
		}
		after := wait
		if limit, ok := errors.AsType[*bot.RetryAfter](err); ok {
			after = max(after, limit.After)
		}
		p.log.Warn("commands not registered yet", "err", err, "after", after)
		if !pause(ctx, after) {
			return
		}
		wait = min(2*wait, longestRegisterWait)
	}
}

// registerCommands sees to it once. Discord bounds how often commands may be
// registered, so it is asked as little as possible: not at all when this set was
// registered last.
func (p *Platform) registerCommands(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, registerWithin)
	defer cancel()
	app, err := p.applicationID(ctx)
	if err != nil {
		return fmt.Errorf("which application it is: %w", err)
	}
	route, path := "/applications/{}/commands", "/applications/"+app+"/commands"
	if p.config.Guild != "" {
		route, path = "/applications/{}/guilds/{}/commands", "/applications/"+app+"/guilds/"+p.config.Guild+"/commands"
	}
	set := commandSet(p.deps.Commands, p.config.Guild == "")
	hash := setHash(path, set)
	if claims := p.deps.Claims; claims != nil {
		state, ok, failed := claims.Claim(ctx, commandsClaim, p.now().Add(registerWithin))
		if failed != nil {
			return fmt.Errorf("claim the registration of commands: %w", failed)
		}
		if !ok {
			return ErrClaimLost
		}
		defer func() { // the result tells whether this set is registered by now
			if err == nil {
				state, err = json.Marshal(registered{Hash: hash})
			}
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sayWithin)
			defer cancel()
			if failed := claims.Release(ctx, commandsClaim, state); failed != nil {
				p.log.Warn("what commands are registered was not noted", "err", failed)
			}
		}()
		var known registered
		if len(state) > 0 && json.Unmarshal(state, &known) == nil && known.Hash == hash {
			return nil
		}
	}
	return p.putCommands(ctx, route, path, set)
}

// putCommands registers a set in the place of all that is registered, unless that
// is the same.
func (p *Platform) putCommands(ctx context.Context, route, path string, set []command) error {
	same, err := p.isRegistered(ctx, route, path, set)
	if err != nil {
		return err
	}
	if same {
		p.log.Debug("commands are registered")
		return nil
	}
	if err := p.rest.call(ctx, call{method: http.MethodPut, route: route, path: path, body: set}); err != nil {
		return fmt.Errorf("register commands: %w", repeatableError(err))
	}
	p.log.Info("commands registered", "commands", len(p.deps.Commands), "guild", p.config.Guild)
	return nil
}

// isRegistered reports whether a set is what is registered.
func (p *Platform) isRegistered(ctx context.Context, route, path string, set []command) (bool, error) {
	var all []json.RawMessage
	if err := p.rest.call(ctx, call{method: http.MethodGet, route: route, path: path, into: &all}); err != nil {
		return false, fmt.Errorf("ask what commands are registered: %w", repeatableError(err))
	}
	found := make([]command, len(all))
	for i, raw := range all {
		if bot.Decode(raw, &found[i]) != nil {
			return false, nil
		}
		if p.config.Guild != "" { // Discord fills in what such commands cannot have
			found[i].Contexts, found[i].Integrations = nil, nil
		}
	}
	return setHash("", found) == setHash("", set), nil
}

// applicationID is the id of the application. The token begins with the id of its
// bot, which is another one when the application is old.
func (p *Platform) applicationID(ctx context.Context) (string, error) {
	var got struct {
		ID string `json:"id"`
	}
	if err := p.rest.call(ctx, call{method: http.MethodGet, route: "/applications/@me", path: "/applications/@me", into: &got}); err != nil {
		return "", repeatableError(err)
	}
	if !idLike(got.ID) {
		return "", errors.New("discord names no application")
	}
	return got.ID, nil
}
