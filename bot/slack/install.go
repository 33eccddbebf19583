package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"authfix/bot"
)

// An Install is Slack's leave to act in a workspace, or in all of an Enterprise
// Grid: then its tenant has no workspace.
type Install struct {
	Tenant  bot.Tenant
	Name    string // of the workspace
	BotUser string // the bot as a user
	Bot     string // the bot as an app
	Scopes  string // granted, parted by commas; "" when they are not known
	Token   string
	Refresh string    // "" when the token does not rotate
	Expires time.Time // of Token; zero when it does not
	Broken  string    // why it no longer works, in a word; "" while it does
	Updated time.Time
	Version int64 // how often it was written; 0: never
}

// has reports whether a scope was granted. What was granted is not always known:
// then it is assumed.
func (i *Install) has(scope string) bool {
	return i.Scopes == "" || slices.Contains(strings.Split(i.Scopes, ","), scope)
}

// The errors of [Installs] that are decided on.
var (
	// ErrNoInstall says that nothing is known of a workspace.
	ErrNoInstall = errors.New("not installed")
	// ErrChanged says that an install was written by someone else meanwhile.
	ErrChanged = errors.New("the install has changed")
)

// Installs keeps the installs of workspaces, with their tokens sealed. All
// methods are called concurrently, by several replicas at a time.
type Installs interface {
	// Get returns that of a tenant, [ErrNoInstall] without one.
	Get(ctx context.Context, t bot.Tenant) (Install, error)
	// Put writes i over the one of its Version (0: there is none), and fails with
	// [ErrChanged] when that is not the one stored.
	Put(ctx context.Context, i Install) error
	// Drop forgets that of a tenant; it is no error that there is none.
	Drop(ctx context.Context, t bot.Tenant) error
	// With runs f with the install of a tenant, while no other replica can run it
	// for that tenant, and writes what f returns unless that is an error. f takes
	// as long as a request to Slack. It fails with [ErrNoInstall] without one, and
	// with [ErrChanged] when Put or Drop was faster.
	With(ctx context.Context, t bot.Tenant, f func(Install) (Install, error)) error
	// List returns all, without their tokens.
	List(ctx context.Context) ([]Install, error)
}
