package storagetest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/storage"
)

func words(s string) []string { return strings.Fields(s) }

func installation(t storage.Tenant) storage.Installation {
	return storage.Installation{Tenant: t, Platform: "slack", Name: "Example", BotUser: "U0", Bot: "B0", Scopes: "chat:write", Token: []byte("token of " + t),
		Refresh: []byte("refresh of " + t), Expires: at(12 * time.Hour), Updated: start}
}

func installations(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	_, err := s.Installation(ctx, tenant)
	wantErr(t, "an unknown installation", err, storage.ErrNotFound)
	i := installation(tenant)
	must(t, s.PutInstallation(ctx, i))
	wantErr(t, "installing again", s.PutInstallation(ctx, i), storage.ErrConflict)
	i.Version = 1
	same(t, "the installation", got(s.Installation(ctx, tenant))(t), i)
	i.Token, i.Refresh, i.Broken = []byte("new"), nil, "revoked"
	must(t, s.PutInstallation(ctx, i))
	wantErr(t, "writing an old version", s.PutInstallation(ctx, i), storage.ErrConflict)
	i.Version = 2
	same(t, "the changed installation", got(s.Installation(ctx, tenant))(t), i)
	elsewhere := installation(other)
	must(t, s.PutInstallation(ctx, elsewhere))
	foreign := installation("discord//G1")
	foreign.Platform = "discord"
	must(t, s.PutInstallation(ctx, foreign))
	elsewhere.Version, i.Token, elsewhere.Token, elsewhere.Refresh = 1, nil, nil, nil
	same(t, "the installations", got(s.AllInstallations(ctx, "slack"))(t), []storage.Installation{i, elsewhere})
	must(t, s.DropInstallation(ctx, tenant))
	must(t, s.DropInstallation(ctx, tenant))
	_, err = s.Installation(ctx, tenant)
	wantErr(t, "an installation that was dropped", err, storage.ErrNotFound)
	if err := s.PutInstallation(ctx, storage.Installation{Tenant: tenant}); err == nil {
		t.Error("an installation without a platform was put")
	}
}

func withInstallation(t *testing.T, d *database) {
	stores, ctx := []storage.Store{d.store(t), d.store(t)}, t.Context()
	must(t, stores[0].PutInstallation(ctx, installation(tenant)))
	must(t, stores[0].PutInstallation(ctx, installation(other)))
	failed := errors.New("the platform refused")
	err := stores[0].WithInstallation(ctx, tenant, func(i storage.Installation) (storage.Installation, error) {
		i.Token = []byte("not to be written")
		return i, failed
	})
	wantErr(t, "a function that fails", err, failed)
	if i := got(stores[0].Installation(ctx, tenant))(t); string(i.Token) != "token of "+string(tenant) || i.Version != 1 {
		t.Errorf("a function that fails left %+v", i)
	}
	// Each reads what the one before it wrote, and nobody runs beside another.
	var all sync.WaitGroup
	var mu sync.Mutex
	running := 0
	const callers = 6
	for n := range callers {
		all.Go(func() {
			err := stores[n%2].WithInstallation(ctx, tenant, func(i storage.Installation) (storage.Installation, error) {
				mu.Lock()
				if running++; running != 1 {
					t.Errorf("%d functions run at once", running)
				}
				mu.Unlock()
				// Neither another tenant nor the database waits for it.
				if err := stores[n%2].Record(ctx, say(fmt.Sprint("while held ", n), "A")); err != nil {
					t.Errorf("record while an installation is held: %v", err)
				}
				err := stores[n%2].WithInstallation(ctx, other, func(o storage.Installation) (storage.Installation, error) { return o, nil })
				if err != nil {
					t.Errorf("hold another tenant's: %v", err)
				}
				i.Name += "+"
				mu.Lock()
				running--
				mu.Unlock()
				return i, nil
			})
			if err != nil {
				t.Errorf("hold: %v", err)
			}
		})
	}
	all.Wait()
	if i := got(stores[1].Installation(ctx, tenant))(t); i.Name != "Example"+strings.Repeat("+", callers) || i.Version != callers+1 {
		t.Errorf("after %d callers the installation is %+v", callers, i)
	}
	// One who waits ends with its context.
	held, release := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		err := stores[0].WithInstallation(ctx, tenant, func(i storage.Installation) (storage.Installation, error) {
			close(held)
			<-release
			return i, nil
		})
		if err != nil {
			t.Errorf("hold: %v", err)
		}
	})
	<-held
	short, cancel := context.WithTimeout(ctx, 150*time.Millisecond)
	defer cancel()
	err = stores[1].WithInstallation(short, tenant, func(i storage.Installation) (storage.Installation, error) {
		t.Error("a function ran while another held the installation")
		return i, nil
	})
	wantErr(t, "waiting for an installation that is held", err, context.DeadlineExceeded)
	close(release)
	all.Wait()
	err = stores[0].WithInstallation(ctx, "slack//unknown", func(i storage.Installation) (storage.Installation, error) { return i, nil })
	wantErr(t, "holding an unknown installation", err, storage.ErrNotFound)
}

func documents(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	put := func(id string, version int64, text string, deleted bool) error {
		return s.PutDocument(ctx, storage.Document{Tenant: tenant, ID: id, Version: version, Text: []byte(text), By: "editor", At: start, Deleted: deleted})
	}
	if n := got(s.Generation(ctx, tenant))(t); n != 0 {
		t.Errorf("the generation of nothing is %d", n)
	}
	must(t, put("b", 0, "b 1", false))
	must(t, put("a", 0, "a 1", false))
	must(t, put("a", 1, "a 2", false))
	for _, version := range []int64{0, 1, 3} {
		wantErr(t, fmt.Sprint("a version made from ", version), put("a", version, "x", false), storage.ErrConflict)
	}
	doc := func(id string, version int64, text string, deleted bool) storage.Document {
		return storage.Document{Tenant: tenant, ID: id, Version: version, Text: []byte(text), By: "editor", At: start, Deleted: deleted}
	}
	same(t, "the documents", got(s.AllDocuments(ctx, tenant))(t), []storage.Document{doc("a", 2, "a 2", false), doc("b", 1, "b 1", false)})
	must(t, put("b", 1, "b 1", true))
	same(t, "the documents without a deleted one", got(s.AllDocuments(ctx, tenant))(t), []storage.Document{doc("a", 2, "a 2", false)})
	same(t, "the versions", got(s.DocumentVersions(ctx, tenant, "b"))(t), []storage.Document{doc("b", 2, "b 1", true), doc("b", 1, "b 1", false)})
	must(t, put("b", 2, "b 3", false))
	if n := got(s.Generation(ctx, tenant))(t); n != 5 {
		t.Errorf("the generation after 5 changes is %d", n)
	}
	var all sync.WaitGroup
	errs := make([]error, 6)
	second := d.store(t)
	for i := range errs {
		all.Go(func() {
			errs[i] = []storage.Store{s, second}[i%2].PutDocument(ctx, storage.Document{Tenant: tenant, ID: "a", Version: 2, Text: []byte{byte('0' + i)}, At: start})
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantErr(t, "a version made at the same time", err, storage.ErrConflict)
		}
	}
	if n := len(got(s.DocumentVersions(ctx, tenant, "a"))(t)); won != 1 || n != 3 {
		t.Errorf("%d of %d versions made at once were put, and there are %d", won, len(errs), n)
	}
	if err := s.PutDocument(ctx, storage.Document{Tenant: tenant, ID: "big", Text: make([]byte, 64<<10+1)}); err == nil {
		t.Error("a large document was put")
	}
}

func rotate(t *testing.T, d *database) {
	ctx, oldKey, newKey := t.Context(), storage.NewKey(), storage.NewKey()
	s := d.with(t, ring(t, oldKey))
	fill(t, s, tenant)
	fill(t, s, other)
	key := got(s.TenantKey(ctx, tenant))(t)
	must(t, s.Close())

	s = d.with(t, ring(t, newKey+","+oldKey))
	same(t, "the key before the rotation", got(s.TenantKey(ctx, tenant))(t), key)
	// Of each tenant its key, two tokens and an address.
	if n := got(s.Rotate(ctx))(t); n != 8 {
		t.Errorf("rotation changed %d values, want 8", n)
	}
	if n := got(s.Rotate(ctx))(t); n != 0 {
		t.Errorf("a second rotation changed %d values", n)
	}
	must(t, s.Close())

	s = d.with(t, ring(t, newKey))
	same(t, "the key after the rotation", got(s.TenantKey(ctx, tenant))(t), key)
	if i := got(s.Installation(ctx, tenant))(t); string(i.Token) != "token of "+string(tenant) || string(i.Refresh) != "refresh of "+string(tenant) {
		t.Errorf("the installation after the rotation is %+v", i)
	}
	if all := lease(t, s, "me", start, 10); len(all) != 2 || string(all[0].ReplyTo) != "https://respond.example/a" {
		t.Errorf("the replies after the rotation are %+v", all)
	}
	must(t, s.Close())

	s = d.with(t, ring(t, oldKey))
	if _, err := s.TenantKey(ctx, tenant); err == nil {
		t.Error("the old key opens what was rotated")
	}
	if _, err := s.Installation(ctx, tenant); err == nil || errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the old key on an installation that was rotated: %v", err)
	}
	if _, err := s.Rotate(ctx); err == nil {
		t.Error("rotation with a ring that opens nothing succeeded")
	}
	// A reply can be said without its address.
	all := got(s.Lease(ctx, storage.Lease{Platform: "slack", Owner: "you", Now: at(time.Hour), Until: at(2 * time.Hour), Limit: 5}))(t)
	if len(all) != 2 || all[0].ReplyTo != nil {
		t.Errorf("the replies with an old key are %+v", all)
	}
}

func restart(t *testing.T, d *database) {
	s := d.store(t)
	fill(t, s, tenant)
	lease(t, s, "me", start, 1)
	before := Everything(t, s, tenant)
	must(t, s.Close())
	if err := s.Record(t.Context(), Full(tenant, "b")); err == nil {
		t.Error("a closed store recorded")
	}
	if _, err := s.Case(t.Context(), tenant, "case-a"); err == nil {
		t.Error("a closed store was read")
	}
	must(t, s.Close())
	s = d.store(t)
	same(t, "everything after a restart", Everything(t, s, tenant), before)
	wantErr(t, "a delivery recorded before the restart", s.Record(t.Context(), Full(tenant, "a")), storage.ErrDelivered)
	settle(t, s, "me", "reply-a", storage.Sent)
}

func keeper(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	must(t, s.Ping(ctx))
	must(t, s.Purge(ctx))
	fill(t, s, tenant)
	file := filepath.Join(t.TempDir(), "backup")
	must(t, s.Backup(ctx, file))
	if err := s.Backup(ctx, file); err == nil {
		t.Error("a backup took the place of a file")
	}
	if err := s.Backup(ctx, filepath.Join(t.TempDir(), "none", "backup")); err == nil {
		t.Error("a backup into a folder that is not there succeeded")
	}
	if _, err := s.Sweep(ctx, storage.Retention{}); err == nil {
		t.Error("swept without a time")
	}
}
