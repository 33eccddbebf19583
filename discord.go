package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"authfix/bot"
	"authfix/bot/discord"
	"authfix/handlers"
	"authfix/storage"
)

// discord returns the platform Discord as it is configured.
func (s *server) discord(desk *handlers.Desk, store storage.Store) (bot.Platform, error) {
	keys, err := keyring(s.config)
	if err != nil {
		return nil, err
	}
	seals := addresses{keys}
	d := discord.Deps{Log: s.log, Now: s.now, Suggest: desk.Suggest, Commands: desk.Menu(), Removed: desk.Leave,
		Lacks: func(ctx context.Context, says string) error { return desk.TellLacks(ctx, discord.Name, says) }, Seal: seals.seal, Unseal: seals.unseal,
		Known:  func(ctx context.Context) ([]bot.Tenant, error) { return knownTo(ctx, store, discord.Name) },
		Claims: claims{store: store, owner: owner(), now: s.now}}
	return discord.New(s.config.Discord, d)
}

// knownTo returns the tenants of a platform that something is stored of.
func knownTo(ctx context.Context, store storage.Store, platform string) ([]bot.Tenant, error) {
	stored, err := store.EachTenant(ctx)
	if err != nil {
		return nil, err
	}
	var all []bot.Tenant
	for _, one := range stored {
		t, err := bot.ParseTenant(string(one))
		if err == nil && t.Platform == platform {
			all = append(all, t)
		}
	}
	return all, nil
}

// addresses seals the addresses of files: whoever has one can read the file.
type addresses struct{ keys *storage.Keyring }

// addressColumn is what such an address is sealed for; it belongs to no tenant's
// row but to a job.
const addressColumn = "job.file"

// maxSealed is what the id of a file leaves for a sealed address, in bytes: see
// [bot.File].
const maxSealed = 1000

func (a addresses) seal(plain string) (string, error) {
	data, err := a.keys.Seal(discord.Name, addressColumn, []byte(plain))
	if err != nil {
		return "", err
	}
	sealed := base64.RawURLEncoding.EncodeToString(data)
	if len(sealed) > maxSealed {
		return "", fmt.Errorf("an address of %d bytes is too long to be kept", len(plain))
	}
	return sealed, nil
}

func (a addresses) unseal(sealed string) (string, error) {
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return "", errors.New("a sealed address is cut short")
	}
	plain, err := a.keys.Open(discord.Name, addressColumn, data)
	return string(plain), err
}

// claims are what this process does alone among replicas.
type claims struct {
	store storage.Claims
	owner string
	now   func() time.Time
}

var _ discord.Claims = claims{}

// Claim implements [discord.Claims].
func (c claims) Claim(ctx context.Context, name string, until time.Time) ([]byte, bool, error) {
	return c.store.Claim(ctx, name, c.owner, c.now(), until)
}

// Keep implements [discord.Claims].
func (c claims) Keep(ctx context.Context, name string, state []byte, until time.Time) error {
	return claimError(name, c.store.KeepClaim(ctx, name, c.owner, state, until))
}

// Release implements [discord.Claims].
func (c claims) Release(ctx context.Context, name string, state []byte) error {
	return claimError(name, c.store.ReleaseClaim(ctx, name, c.owner, state))
}

// claimError is an error of the database as the platform decides on it.
func claimError(name string, err error) error {
	if errors.Is(err, storage.ErrConflict) {
		return fmt.Errorf("%s: %w", name, discord.ErrClaimLost)
	}
	return err
}

// examineDiscord tries what is set of Discord, for the doctor. The database, if
// there is one, knows the channels in which chat has switched triage on.
func examineDiscord(ctx context.Context, c config) []finding {
	if err := c.Discord.Validate(); err != nil {
		return []finding{wrong("discord", err, "docs/discord.md says what is needed")}
	}
	channels, err := triagedIn(ctx, c, discord.Name)
	if err != nil {
		return []finding{wrong("discord", err, "see what is wrong with the database above")}
	}
	up := discord.Checkup{Config: c.Discord, PublicURL: c.PublicURL}
	for _, ch := range channels {
		up.Channels = append(up.Channels, discord.TriageChannel{Guild: ch.workspace, ID: ch.id})
	}
	var found []finding
	for _, s := range up.Run(ctx) {
		f := ok("discord", "%s: %s", s.Of, s.Says)
		f.wrong, f.do = s.Wrong, s.Do
		found = append(found, f)
	}
	return found
}
