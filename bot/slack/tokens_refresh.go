package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"authfix/bot"
)

// A token that rotates is valid for twelve hours and is exchanged, with its
// refresh token, for a new pair. A refresh token works once, so all of it is
// done under the lock of the install, and the new pair is stored before it is
// used. https://docs.slack.dev/authentication/using-token-rotation

const (
	// refreshAhead is how long before its end a token is exchanged: a database or a
	// Slack that is away for an hour does no harm.
	refreshAhead = 2 * time.Hour
	// refreshLate is how long before its end a call does not go on without.
	refreshLate = 5 * time.Minute
	// refreshEvery is how often the tokens are looked through, and refreshAgain how
	// soon after one could not be exchanged.
	refreshEvery = time.Minute
	refreshAgain = 10 * time.Second
	// refreshers is how many are exchanged at a time.
	refreshers = 4
)

// A pair is what a refresh token was exchanged for and could not be stored.
type pair struct {
	old   string // the refresh token that is spent
	fresh Install
}

// errKept says that an install is to stay as it is.
var errKept = errors.New("the install is kept")

// keep exchanges tokens before their end until ctx ends. Before that it finds
// out for whom the one token is; it returns an error as soon as that token is
// worth nothing.
func (w *workspaces) keep(ctx context.Context) error {
	for w.token != "" {
		_, err := w.identify(ctx)
		if err == nil || ctx.Err() != nil {
			break
		}
		if errors.Is(err, bot.ErrPermanent) {
			return err
		}
		w.log.Warn("slack does not say who the bot is", "err", err)
		pause(ctx, refreshAgain)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.revoked:
			w.mu.Lock()
			defer w.mu.Unlock()
			return fmt.Errorf("SLACK_BOT_TOKEN no longer works: %s: %w", w.one.Broken, bot.ErrPermanent)
		case <-timer.C:
		}
		next := refreshEvery
		if w.store != nil && !w.refreshDue(ctx) {
			next = refreshAgain
		}
		timer.Reset(next)
	}
}

// refreshDue exchanges the tokens that end soon; it reports whether all could be.
func (w *workspaces) refreshDue(ctx context.Context) bool {
	all, err := w.store.List(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Error("installs not read", "err", err)
		}
		return false
	}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		good = true
		room = make(chan struct{}, refreshers)
	)
	for _, i := range all {
		if i.Broken != "" || i.Expires.IsZero() || i.Expires.Sub(w.now()) > refreshAhead || ctx.Err() != nil {
			continue
		}
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			if _, err := w.refresh(ctx, i.Tenant, refreshAhead); err != nil && ctx.Err() == nil {
				w.log.Error("token not exchanged", "workspace", i.Tenant.Workspace, "enterprise", i.Tenant.Enterprise, "expires", i.Expires, "err", err)
				mu.Lock()
				good = false
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return good
}

// refresh exchanges the token of an install if it ends within a time, and
// returns the install as it is then.
func (w *workspaces) refresh(ctx context.Context, t bot.Tenant, ahead time.Duration) (Install, error) {
	var now Install
	err := w.store.With(ctx, t, func(i Install) (Install, error) {
		now = i
		if i.Broken != "" || i.Refresh == "" || i.Expires.Sub(w.now()) > ahead {
			return i, errKept // another replica was faster
		}
		fresh, err := w.exchange(ctx, i)
		now = fresh
		return fresh, err
	})
	switch {
	case errors.Is(err, errKept):
		w.overlook(t)
		return now, nil
	case errors.Is(err, ErrChanged):
		// The app was installed again, or removed, meanwhile.
		w.overlook(t)
		return w.store.Get(ctx, t)
	case err != nil:
		return Install{}, fmt.Errorf("exchange a token: %w", err)
	}
	w.settled(t)
	w.overlook(t)
	if now.Broken != "" {
		w.log.Error("install no longer works: install the app again", "workspace", t.Workspace, "enterprise", t.Enterprise, "reason", now.Broken)
	} else {
		w.log.Info("token exchanged", "workspace", t.Workspace, "enterprise", t.Enterprise, "expires", now.Expires)
	}
	return now, nil
}

// exchange spends the refresh token of an install. The caller holds the lock of
// the install and stores what is returned; what was got before and could not be
// stored is returned again. An install whose refresh token Slack does not take is
// returned as broken.
func (w *workspaces) exchange(ctx context.Context, i Install) (Install, error) {
	w.mu.Lock()
	p, ok := w.pending[i.Tenant]
	w.mu.Unlock()
	if ok && p.old == i.Refresh {
		return p.fresh, nil
	}
	var got granted
	_, err := w.api.call(ctx, "", "oauth.v2.access", url.Values{
		"client_id": {w.clientID}, "client_secret": {w.clientSecret},
		"grant_type": {"refresh_token"}, "refresh_token": {i.Refresh},
	}, &got)
	switch wordOf(err) {
	case "":
	case "invalid_refresh_token", "token_revoked", "account_inactive", "app_uninstalled":
		return spoiled(i, wordOf(err), w.now()), nil
	}
	if err != nil {
		return i, err
	}
	if got.Token == "" || got.Refresh == "" {
		return i, errors.New("oauth.v2.access: it gave no tokens")
	}
	old := i.Refresh
	i.Token, i.Refresh, i.Broken, i.Updated = got.Token, got.Refresh, "", w.now()
	i.Expires = w.now().Add(got.lasts())
	if s := got.scopes(); s != "" {
		i.Scopes = s
	}
	w.mu.Lock()
	w.pending[i.Tenant] = pair{old: old, fresh: i}
	w.mu.Unlock()
	return i, nil
}

// settled notes that the pair of an install is stored.
func (w *workspaces) settled(t bot.Tenant) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pending, t)
}

// granted is what oauth.v2.access gives. Its token is that of the bot.
type granted struct {
	Token   string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Lasts   int64  `json:"expires_in"` // seconds; 0: for ever
	Scope   string `json:"scope"`
	BotUser string `json:"bot_user_id"`
	Org     bool   `json:"is_enterprise_install"`
	Team    struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"team"`
	Enterprise struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"enterprise"`
}

// lasts is for how long the token is valid, within reason.
func (g *granted) lasts() time.Duration {
	return time.Duration(min(max(g.Lasts, 60), 365*24*3600)) * time.Second
}

// scopes are those that were granted.
func (g *granted) scopes() string {
	return scopeList(map[string][]string{"X-Oauth-Scopes": {g.Scope}})
}
