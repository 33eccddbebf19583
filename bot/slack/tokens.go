package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"authfix/bot"
)

const (
	// rememberInstall is for how long an install is used without looking whether
	// another replica has written it.
	rememberInstall = 30 * time.Second
	// maxRemembered bounds the installs that are remembered.
	maxRemembered = 10000
)

// workspaces knows the token of each tenant: that of the one workspace that is
// configured, or those that were installed. It calls the Web API with them. It
// is safe for concurrent use.
type workspaces struct {
	api          *api
	store        Installs // nil when nothing is installed by OAuth
	token        string   // of the one workspace, or ""
	clientID     string
	clientSecret string
	now          func() time.Time
	log          *slog.Logger

	removed func(context.Context, bot.Tenant) error // is told when the app was removed; nil: nobody

	asking  chan struct{} // held by who asks for whom the one token is
	revoked chan struct{} // closed when the one token has turned out to be worth nothing

	mu      sync.Mutex
	one     Install // of the one workspace, once known; Broken when its token is
	known   map[bot.Tenant]remembered
	pending map[bot.Tenant]pair
}

type remembered struct {
	install Install
	until   time.Time
}

// newWorkspaces returns the workspaces of a configuration. store may be nil.
func newWorkspaces(c Config, a *api, store Installs, now func() time.Time, lg *slog.Logger) *workspaces {
	return &workspaces{
		api: a, store: store, token: c.BotToken, clientID: c.ClientID, clientSecret: c.ClientSecret, now: now, log: lg,
		asking: make(chan struct{}, 1), revoked: make(chan struct{}), known: make(map[bot.Tenant]remembered), pending: make(map[bot.Tenant]pair),
	}
}

// call calls a method of the Web API for a tenant. A token that turns out to be
// worth nothing is exchanged, if that can be, and the call repeated; else the
// install is marked as broken.
func (w *workspaces) call(ctx context.Context, t bot.Tenant, method string, args url.Values, into any) error {
	i, err := w.of(ctx, t)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	_, err = w.api.call(ctx, i.Token, method, args, into)
	word := wordOf(err)
	if !authWords[word] && word != "token_expired" {
		return err
	}
	again, ok := w.renew(ctx, i, word)
	if !ok {
		return err
	}
	_, err = w.api.call(ctx, again.Token, method, args, into)
	return err
}

// of returns the install by which the bot acts in a tenant. Its error is
// permanent when there is none that works.
func (w *workspaces) of(ctx context.Context, t bot.Tenant) (Install, error) {
	if w.token != "" {
		i, err := w.identify(ctx)
		if err != nil {
			return Install{}, err
		}
		if covers(i.Tenant, t) {
			if i.Broken != "" {
				return Install{}, broken(i)
			}
			return i, nil
		}
	}
	if w.store == nil {
		return Install{}, fmt.Errorf("%w: %w", ErrNoInstall, bot.ErrPermanent)
	}
	i, err := w.find(ctx, t)
	switch {
	case errors.Is(err, ErrNoInstall):
		return Install{}, fmt.Errorf("%w: %w", err, bot.ErrPermanent)
	case err != nil:
		return Install{}, fmt.Errorf("find the install: %w", err)
	case i.Broken != "":
		return Install{}, broken(i)
	case !i.Expires.IsZero() && i.Expires.Sub(w.now()) < refreshLate:
		fresh, err := w.refresh(ctx, i.Tenant, refreshLate)
		switch {
		case err == nil && fresh.Broken == "":
			return fresh, nil
		case err == nil:
			return Install{}, broken(fresh)
		case i.Expires.After(w.now()):
			return i, nil // it still works for a while
		}
		return Install{}, err
	}
	return i, nil
}

// broken is the error of an install that does not work.
func broken(i Install) error {
	return fmt.Errorf("the install no longer works (%s): install the app again: %w", i.Broken, bot.ErrPermanent)
}

// covers reports whether an install of one tenant is good for another. Slack does
// not name the Enterprise Grid everywhere.
func covers(install, t bot.Tenant) bool {
	if install.Workspace == "" {
		return install.Enterprise != "" && install.Enterprise == t.Enterprise
	}
	return install.Workspace == t.Workspace && (install.Enterprise == t.Enterprise || install.Enterprise == "" || t.Enterprise == "")
}

// find looks for the install of a tenant: that of the workspace first, then that
// of its Enterprise Grid. One that is broken counts when no other is there.
func (w *workspaces) find(ctx context.Context, t bot.Tenant) (Install, error) {
	now := w.now()
	w.mu.Lock()
	r, ok := w.known[t]
	w.mu.Unlock()
	if ok && now.Before(r.until) {
		return r.install, nil
	}
	keys := []bot.Tenant{t}
	if t.Enterprise != "" && t.Workspace != "" {
		keys = append(keys, bot.Tenant{Platform: t.Platform, Workspace: t.Workspace}, bot.Tenant{Platform: t.Platform, Enterprise: t.Enterprise})
	}
	best, found := Install{}, false
	for _, key := range keys {
		i, err := w.store.Get(ctx, key)
		if errors.Is(err, ErrNoInstall) {
			continue
		}
		if err != nil {
			return Install{}, err
		}
		if !found || best.Broken != "" && i.Broken == "" {
			best, found = i, true
		}
		if i.Broken == "" {
			break
		}
	}
	if !found {
		return Install{}, ErrNoInstall
	}
	w.remember(t, best)
	return best, nil
}

// remember keeps an install for a while.
func (w *workspaces) remember(t bot.Tenant, i Install) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.known) >= maxRemembered {
		clear(w.known)
	}
	w.known[t] = remembered{i, w.now().Add(rememberInstall)}
}

// overlook drops what is remembered of an install, for every tenant that it is
// good for.
func (w *workspaces) overlook(install bot.Tenant) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for t, r := range w.known {
		if t == install || r.install.Tenant == install {
			delete(w.known, t)
		}
	}
}

// renew is called when Slack has refused a token: it returns the install with
// another one, if there is one or one can be had; else it marks it as broken.
func (w *workspaces) renew(ctx context.Context, used Install, word string) (Install, bool) {
	if used.Token == w.token {
		w.revoke(used.Tenant, word)
		return Install{}, false
	}
	var now Install
	err := w.store.With(ctx, used.Tenant, func(i Install) (Install, error) {
		now = i
		switch {
		case i.Token != used.Token:
			return i, errKept
		case word == "token_expired" && i.Refresh != "":
			fresh, err := w.exchange(ctx, i)
			now = fresh
			return fresh, err
		}
		now = spoiled(i, word, w.now())
		return now, nil
	})
	w.overlook(used.Tenant)
	switch {
	case errors.Is(err, errKept):
		return now, now.Broken == "" && now.Token != ""
	case err != nil:
		w.log.Error("install not written", "workspace", used.Tenant.Workspace, "reason", word, "err", err)
		return Install{}, false
	case now.Broken != "":
		w.log.Error("install no longer works: install the app again", "workspace", used.Tenant.Workspace, "reason", now.Broken)
		return Install{}, false
	}
	w.settled(used.Tenant)
	return now, true
}

// revoke notes that the one token is worth nothing any more.
func (w *workspaces) revoke(t bot.Tenant, word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.one.Broken != "" {
		return
	}
	w.one.Broken = word
	w.log.Error("SLACK_BOT_TOKEN no longer works", "workspace", t.Workspace, "reason", word)
	close(w.revoked)
}

// spoiled is an install that no longer works, without its tokens.
func spoiled(i Install, why string, now time.Time) Install {
	i.Token, i.Refresh, i.Expires, i.Broken, i.Updated = "", "", time.Time{}, why, now
	return i
}

// identify finds out once for whom the one token is.
func (w *workspaces) identify(ctx context.Context) (Install, error) {
	known := func() (Install, bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.one, w.one.Token != ""
	}
	if i, ok := known(); ok {
		return i, nil
	}
	select {
	case w.asking <- struct{}{}:
		defer func() { <-w.asking }()
	case <-ctx.Done():
		return Install{}, ctx.Err()
	}
	if i, ok := known(); ok {
		return i, nil
	}
	i, err := w.whose(ctx, w.token)
	if err != nil {
		return Install{}, fmt.Errorf("SLACK_BOT_TOKEN: %w", repeatableError(err))
	}
	w.mu.Lock()
	w.one = i
	w.mu.Unlock()
	w.log.Info("slack knows the bot", "workspace", i.Tenant.Workspace, "enterprise", i.Tenant.Enterprise)
	if rotates(w.token) {
		w.log.Error("SLACK_BOT_TOKEN is one that rotates: it ends within twelve hours; docs/slack.md says what to do")
	}
	for _, s := range Scopes() {
		if i.has(s.Name) {
			continue
		}
		level := slog.LevelError
		if s.Optional {
			level = slog.LevelWarn
		}
		w.log.Log(ctx, level, "scope is missing", "scope", s.Name, "for", s.For)
	}
	return i, nil
}

// rotates reports whether a token is one that rotates.
func rotates(token string) bool { return strings.HasPrefix(token, "xoxe.") }

// whose asks whose token it is.
func (w *workspaces) whose(ctx context.Context, token string) (Install, error) {
	var who struct {
		Team       string `json:"team"`
		TeamID     string `json:"team_id"`
		UserID     string `json:"user_id"`
		BotID      string `json:"bot_id"`
		Enterprise string `json:"enterprise_id"`
		Org        bool   `json:"is_enterprise_install"`
	}
	header, err := w.api.call(ctx, token, "auth.test", nil, &who)
	if err != nil {
		return Install{}, err
	}
	i := Install{Tenant: bot.Tenant{Platform: Name, Enterprise: who.Enterprise, Workspace: who.TeamID},
		Name: clip(who.Team, maxName), BotUser: who.UserID, Bot: who.BotID, Token: token, Scopes: scopeList(header)}
	if who.Org {
		i.Tenant.Workspace = ""
	}
	if i.Tenant.Workspace == "" && i.Tenant.Enterprise == "" {
		return Install{}, &callError{method: "auth.test", status: http.StatusOK, cause: errors.New("it names no workspace")}
	}
	return i, nil
}

// scopeList is what an answer says of the scopes of its token.
func scopeList(h http.Header) string {
	var all []string
	for scope := range strings.SplitSeq(h.Get("X-OAuth-Scopes"), ",") {
		if scope = plainWord(scope); scope != "" {
			all = append(all, scope)
		}
	}
	return strings.Join(all[:min(len(all), maxScopes)], ",")
}

// Bounds of what Slack says of an install.
const (
	maxScopes = 100
	maxName   = 200 // bytes
)

// clip cuts a name at a number of bytes.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
