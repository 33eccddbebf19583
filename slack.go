package main

import (
	"context"
	"errors"

	"authfix/bot"
	"authfix/bot/slack"
	"authfix/storage"
	"authfix/storage/queue"
)

// installs keeps Slack's installs in the database.
type installs struct {
	store storage.Installations
}

var _ slack.Installs = installs{}

// Get implements [slack.Installs].
func (s installs) Get(ctx context.Context, t bot.Tenant) (slack.Install, error) {
	i, err := s.store.Installation(ctx, storage.Tenant(t.String()))
	if err != nil {
		return slack.Install{}, installError(err)
	}
	return fromStored(i)
}

// Put implements [slack.Installs].
func (s installs) Put(ctx context.Context, i slack.Install) error {
	return installError(s.store.PutInstallation(ctx, toStored(i)))
}

// Drop implements [slack.Installs].
func (s installs) Drop(ctx context.Context, t bot.Tenant) error {
	return s.store.DropInstallation(ctx, storage.Tenant(t.String()))
}

// With implements [slack.Installs].
func (s installs) With(ctx context.Context, t bot.Tenant, f func(slack.Install) (slack.Install, error)) error {
	return installError(s.store.WithInstallation(ctx, storage.Tenant(t.String()), func(stored storage.Installation) (storage.Installation, error) {
		i, err := fromStored(stored)
		if err != nil {
			return stored, err
		}
		i, err = f(i)
		return toStored(i), err
	}))
}

// List implements [slack.Installs].
func (s installs) List(ctx context.Context) ([]slack.Install, error) {
	stored, err := s.store.AllInstallations(ctx, slack.Name)
	if err != nil {
		return nil, err
	}
	all := make([]slack.Install, 0, len(stored))
	for _, one := range stored {
		i, err := fromStored(one)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

// installError is an error of the database as the platform decides on it.
func installError(err error) error {
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return slack.ErrNoInstall
	case errors.Is(err, storage.ErrConflict):
		return slack.ErrChanged
	}
	return err
}

func fromStored(s storage.Installation) (slack.Install, error) {
	t, err := bot.ParseTenant(string(s.Tenant))
	return slack.Install{Tenant: t, Name: s.Name, BotUser: s.BotUser, Bot: s.Bot, Scopes: s.Scopes, Token: string(s.Token), Refresh: string(s.Refresh),
		Expires: s.Expires, Broken: s.Broken, Updated: s.Updated, Version: s.Version}, err
}

func toStored(i slack.Install) storage.Installation {
	return storage.Installation{Tenant: storage.Tenant(i.Tenant.String()), Platform: slack.Name, Name: i.Name, BotUser: i.BotUser, Bot: i.Bot, Scopes: i.Scopes,
		Token: []byte(i.Token), Refresh: []byte(i.Refresh), Expires: i.Expires, Broken: i.Broken, Updated: i.Updated, Version: i.Version}
}

// examineSlack tries what is set of Slack, for the doctor. The database, if there
// is one, knows the installs and the channels in which chat has switched triage
// on.
func examineSlack(ctx context.Context, c config) []finding {
	if err := c.Slack.Validate(); err != nil {
		return []finding{wrong("slack", err, "docs/slack.md says what is needed")}
	}
	up := slack.Checkup{Config: c.Slack, PublicURL: c.PublicURL}
	channels, err := triagedIn(ctx, c, slack.Name)
	if err == nil && databaseThere(c) {
		var db opened
		if db, err = openDatabase(ctx, c, queue.Options{}); err == nil {
			defer db.Close()
			up.Installs = installs{db}
		}
	}
	if err != nil {
		return []finding{wrong("slack", err, "see what is wrong with the database above")}
	}
	for _, ch := range channels {
		up.Channels = append(up.Channels, slack.TriageChannel{Workspace: ch.workspace, ID: ch.id})
	}
	var found []finding
	for _, s := range up.Run(ctx) {
		f := ok("slack", "%s: %s", s.Of, s.Says)
		f.wrong, f.do = s.Wrong, s.Do
		found = append(found, f)
	}
	return found
}
