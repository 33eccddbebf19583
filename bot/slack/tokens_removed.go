package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authfix/bot"
)

// uninstalled forgets the tokens of a tenant: Slack said at a time that the app
// was removed from it, or that the bot's token was revoked. It says both, in
// either order, and perhaps once more after hours, when the app is installed
// anew: an install that is not older than that is kept if its token works.
func (w *workspaces) uninstalled(ctx context.Context, t bot.Tenant, at time.Time) error {
	kept := false
	if w.token != "" {
		one, err := w.identify(ctx)
		works := false
		if err == nil && covers(one.Tenant, t) {
			works, err = w.works(ctx, w.token)
		}
		switch {
		case err != nil && !errors.Is(err, bot.ErrPermanent):
			return fmt.Errorf("find out whether the app was removed: %w", err)
		case works:
			kept = true
		case err == nil && covers(one.Tenant, t):
			w.revoke(t, "app_uninstalled")
		}
	}
	if w.store != nil {
		keys := []bot.Tenant{t}
		if t.Workspace != "" && t.Enterprise != "" {
			// An install of the whole Enterprise Grid does not end with one workspace of it.
			keys = append(keys, bot.Tenant{Platform: t.Platform, Workspace: t.Workspace})
		}
		for _, key := range keys {
			k, err := w.drop(ctx, key, at)
			if err != nil {
				return fmt.Errorf("forget the tokens of a workspace: %w", err)
			}
			kept = kept || k
		}
	}
	if kept {
		w.log.Info("an uninstall was told of an app that works: its tokens are kept", "workspace", t.Workspace, "enterprise", t.Enterprise)
		return nil
	}
	if w.removed == nil {
		return nil
	}
	return w.removed(ctx, t)
}

// drop forgets the tokens of one install that was removed at a time, unless they
// are younger and work.
func (w *workspaces) drop(ctx context.Context, t bot.Tenant, at time.Time) (kept bool, err error) {
	i, err := w.store.Get(ctx, t)
	if errors.Is(err, ErrNoInstall) {
		return false, nil
	}
	if err == nil && i.Token != "" && !i.Updated.Before(at) {
		kept, err = w.works(ctx, i.Token)
	}
	if err != nil || kept {
		return kept, err
	}
	if err := w.store.Drop(ctx, t); err != nil {
		return false, err
	}
	w.overlook(t)
	w.log.Info("app was removed: its tokens are forgotten", "workspace", t.Workspace, "enterprise", t.Enterprise)
	return false, nil
}

// Here reports whether the app is installed in a tenant: the one token works
// there, or there is an install.
func (p *Platform) Here(ctx context.Context, t bot.Tenant) (bool, error) {
	w := p.spaces
	if w.token != "" {
		one, err := w.identify(ctx)
		if err == nil && covers(one.Tenant, t) {
			return w.works(ctx, w.token)
		}
		if err != nil && !errors.Is(err, bot.ErrPermanent) {
			return false, err
		}
	}
	if w.store == nil {
		return false, nil
	}
	for _, key := range []bot.Tenant{t, {Platform: t.Platform, Enterprise: t.Enterprise}, {Platform: t.Platform, Workspace: t.Workspace}} {
		i, err := w.store.Get(ctx, key)
		switch {
		case errors.Is(err, ErrNoInstall):
		case err != nil:
			return false, err
		case i.Token != "":
			return true, nil
		}
	}
	return false, nil
}

// works reports whether Slack takes a token. One that has merely expired is of an
// app that was not exchanged in time, or of one that was removed.
func (w *workspaces) works(ctx context.Context, token string) (bool, error) {
	_, err := w.api.call(ctx, token, "auth.test", nil, nil)
	if word := wordOf(err); authWords[word] || word == "token_expired" {
		return false, nil
	}
	return err == nil, err
}
