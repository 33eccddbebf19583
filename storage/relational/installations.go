package relational

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"authfix/storage"
)

const (
	// holdTime is how long an installation is held without a sign of life from
	// who holds it; it gives one every third of it.
	holdTime = 30 * time.Second
	// holdPoll is how often one who waits for an installation looks.
	holdPoll = 50 * time.Millisecond
)

const installationColumns = `tenant, platform, name, bot_user, bot, scopes, token, refresh, expires, broken, updated, version`

// PutInstallation writes an installation.
func (s *Store) PutInstallation(ctx context.Context, i storage.Installation) error {
	return doing("put the installation", s.putInstallation(ctx, i, ""))
}

// putInstallation writes i, if it is held by the holder when there is one.
func (s *Store) putInstallation(ctx context.Context, i storage.Installation, holder string) error {
	if err := checkInstallation(&i); err != nil {
		return err
	}
	token, err := s.k.Seal(i.Tenant, sealedToken, i.Token)
	if err != nil {
		return err
	}
	refresh, err := s.k.Seal(i.Tenant, sealedRefresh, i.Refresh)
	if err != nil {
		return err
	}
	var put Statement
	values := []any{i.Platform, prose(i.Name), i.BotUser, i.Bot, prose(i.Scopes), blob(token), blob(refresh), micros(i.Expires), prose(i.Broken), micros(i.Updated), string(i.Tenant)}
	if i.Version == 0 {
		put = Statement{`INSERT INTO installations (platform, name, bot_user, bot, scopes, token, refresh, expires, broken, updated, tenant, version, held_by, held_until)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, '', 0) ON CONFLICT DO NOTHING`, values}
	} else {
		put = Statement{`UPDATE installations SET platform = $1, name = $2, bot_user = $3, bot = $4, scopes = $5, token = $6, refresh = $7, expires = $8, broken = $9, updated = $10, version = version + 1
 WHERE tenant = $11 AND version = $12`, append(values, i.Version)}
		if holder != "" {
			put.SQL += ` AND held_by = $13`
			put.Args = append(put.Args, holder)
		}
	}
	n, err := s.exec(ctx, put.SQL, put.Args...)
	if err == nil && n == 0 {
		return storage.ErrConflict
	}
	return err
}

func checkInstallation(i *storage.Installation) error {
	var k checker
	k.tenant(i.Tenant)
	k.needed("the platform", i.Platform)
	k.ids(named{"the bot's user", i.BotUser}, named{"the bot", i.Bot})
	k.size("the name", len(i.Name), MaxTitle)
	k.size("the scopes", len(i.Scopes), MaxTitle)
	k.size("why it is broken", len(i.Broken), MaxTitle)
	k.size("the token", len(i.Token), MaxCredential)
	k.size("the refresh token", len(i.Refresh), MaxCredential)
	k.version("the installation", i.Version)
	return k.err("put the installation")
}

// Installation returns that of a tenant.
func (s *Store) Installation(ctx context.Context, t storage.Tenant) (storage.Installation, error) {
	if err := checkKey("read the installation", t); err != nil {
		return storage.Installation{}, err
	}
	var i storage.Installation
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) (err error) {
		i, err = readInstallation(ctx, c, t)
		return err
	})
	if err == nil {
		err = s.openInstallation(&i)
	}
	if err != nil {
		return storage.Installation{}, fmt.Errorf("read the installation: %w", err)
	}
	return i, nil
}

// readInstallation reads an installation with its tokens still sealed.
func readInstallation(ctx context.Context, c Conn, t storage.Tenant) (storage.Installation, error) {
	i, found := storage.Installation{}, false
	err := each(ctx, c, `SELECT `+installationColumns+` FROM installations WHERE tenant = $1`, []any{string(t)}, func(r Rows) (err error) {
		found = true
		i, err = scanInstallation(r)
		return err
	})
	if err == nil && !found {
		err = storage.ErrNotFound
	}
	return i, err
}

func scanInstallation(r Rows) (storage.Installation, error) {
	var i storage.Installation
	var tenant string
	var expires, updated int64
	err := r.Scan(&tenant, &i.Platform, &i.Name, &i.BotUser, &i.Bot, &i.Scopes, &i.Token, &i.Refresh, &expires, &i.Broken, &updated, &i.Version)
	i.Tenant, i.Expires, i.Updated = storage.Tenant(tenant), instant(expires), instant(updated)
	return i, err
}

func (s *Store) openInstallation(i *storage.Installation) (err error) {
	if i.Token, err = s.k.Open(i.Tenant, sealedToken, i.Token); err != nil {
		return err
	}
	i.Refresh, err = s.k.Open(i.Tenant, sealedRefresh, i.Refresh)
	return err
}

// AllInstallations returns those of a platform.
func (s *Store) AllInstallations(ctx context.Context, platform string) ([]storage.Installation, error) {
	var all []storage.Installation
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT `+installationColumns+` FROM installations WHERE platform = $1 ORDER BY tenant`, []any{platform}, func(r Rows) error {
			i, err := scanInstallation(r)
			i.Token, i.Refresh = nil, nil
			all = append(all, i)
			return err
		})
	})
	return all, doing("read the installations of "+platform, err)
}

// DropInstallation forgets the tokens of a tenant, and leaves no byte of them in
// the files.
func (s *Store) DropInstallation(ctx context.Context, t storage.Tenant) error {
	if err := checkKey("drop the installation", t); err != nil {
		return err
	}
	n, err := s.exec(ctx, `DELETE FROM installations WHERE tenant = $1`, string(t))
	if err == nil && n > 0 {
		err = s.e.Purge(ctx)
	}
	return doing("drop the installation", err)
}

// WithInstallation runs f with the installation of a tenant while nobody else
// can. The row is held by a name that only one caller knows, until a time that
// is put off while f runs: no transaction and no connection is kept for as long
// as f takes, and the hold of a process that died ends by itself. One whose hold
// was lost meanwhile writes nothing: [storage.ErrConflict].
func (s *Store) WithInstallation(ctx context.Context, t storage.Tenant, f func(storage.Installation) (storage.Installation, error)) error {
	if err := checkKey("hold the installation", t); err != nil {
		return err
	}
	holder := rand.Text()
	i, err := s.holdInstallation(ctx, t, holder)
	if err != nil {
		return fmt.Errorf("hold the installation: %w", err)
	}
	stop := s.keepHolding(ctx, t, holder)
	defer func() {
		stop()
		// The caller's context may be the reason why f came back.
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), holdTime)
		defer cancel()
		// Without success the hold ends by its time.
		s.exec(free, `UPDATE installations SET held_by = '', held_until = 0 WHERE tenant = $1 AND held_by = $2`, string(t), holder)
	}()
	if err := s.openInstallation(&i); err != nil {
		return fmt.Errorf("hold the installation: %w", err)
	}
	changed, err := f(i)
	if err != nil {
		return err
	}
	changed.Tenant, changed.Version = t, i.Version
	return doing("put the installation", s.putInstallation(ctx, changed, holder))
}

// holdInstallation waits until it holds the installation.
func (s *Store) holdInstallation(ctx context.Context, t storage.Tenant, holder string) (storage.Installation, error) {
	var i storage.Installation
	for {
		held := false
		err := s.e.Write(ctx, func(ctx context.Context, c Conn) error {
			now := s.now()
			n, err := c.Exec(ctx, `UPDATE installations SET held_by = $1, held_until = $2 WHERE tenant = $3 AND (held_by = '' OR held_until <= $4)`,
				holder, micros(now.Add(holdTime)), string(t), micros(now))
			if err != nil {
				return err
			}
			held = n > 0
			i, err = readInstallation(ctx, c, t)
			return err
		})
		if err != nil || held {
			return i, err
		}
		if err := s.awaitRelease(ctx, t); err != nil {
			return i, err
		}
	}
}

// awaitRelease waits, by reading, until nobody seems to hold the installation.
func (s *Store) awaitRelease(ctx context.Context, t storage.Tenant) error {
	tick := time.NewTicker(holdPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		var until int64
		err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
			return one(ctx, c, `SELECT held_until FROM installations WHERE tenant = $1`, []any{string(t)}, &until)
		})
		if errors.Is(err, storage.ErrNotFound) {
			return nil // it is gone, as the caller will see
		}
		if err != nil || until <= micros(s.now()) {
			return err
		}
	}
}

// keepHolding puts off the end of a hold until stop is called, which waits for
// it.
func (s *Store) keepHolding(ctx context.Context, t storage.Tenant, holder string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(holdTime / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			// One that fails is repeated at the next tick, before the hold ends.
			s.exec(ctx, `UPDATE installations SET held_until = $1 WHERE tenant = $2 AND held_by = $3`, micros(s.now().Add(holdTime)), string(t), holder)
		}
	}()
	return func() { cancel(); <-done }
}
