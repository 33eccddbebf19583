package storagetest

import (
	"bytes"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"authfix/storage"
)

func tenantKey(t *testing.T, d *database) {
	stores := []storage.Store{d.store(t), d.store(t)}
	keys := make([][]byte, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			var err error
			if keys[i], err = stores[i%2].TenantKey(t.Context(), tenant); err != nil {
				t.Errorf("the key of a tenant: %v", err)
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		if len(k) != 32 || !bytes.Equal(k, keys[0]) {
			t.Fatalf("callers got the keys %x and %x", keys[0], k)
		}
	}
	if k := got(stores[0].TenantKey(t.Context(), other))(t); bytes.Equal(k, keys[0]) {
		t.Error("two tenants have one key")
	}
	if _, err := d.with(t, NewKeyring(t)).TenantKey(t.Context(), tenant); err == nil {
		t.Error("the key of a tenant was opened with another ring")
	}
	same(t, "the tenants", got(stores[0].EachTenant(t.Context()))(t), []storage.Tenant{tenant, other})
}

// fill stores something of every kind for a tenant; Everything reads it.
func fill(t *testing.T, s storage.Store, tn storage.Tenant) {
	t.Helper()
	write(t, s, Full(tn, "a"))
	got(s.TenantKey(t.Context(), tn))(t)
	must(t, s.PutInstallation(t.Context(), installation(tn)))
	must(t, s.PutDocument(t.Context(), storage.Document{Tenant: tn, ID: "document-a", Text: []byte("text of a"), By: "author-a", At: start}))
}

// Everything returns all that can be read of a tenant whose records were made
// by Full with the names a and b.
func Everything(t *testing.T, s storage.Store, tn storage.Tenant) map[string]any {
	t.Helper()
	ctx, all := t.Context(), map[string]any{}
	for _, name := range []string{"a", "b"} {
		all["recall "+name] = got(s.Recall(ctx, storage.Query{Tenant: tn, Delivery: "delivery-" + name, Channel: "C1", Message: "message-" + name, Thread: "message-" + name,
			Secrets: [][]byte{[]byte("mac of " + name)}}))(t)
		all["recall case "+name] = got(s.Recall(ctx, storage.Query{Tenant: tn, Case: "case-" + name}))(t)
		all["recall direct "+name] = got(s.Recall(ctx, storage.Query{Tenant: tn, Channel: "C1", Direct: true}))(t)
		c, err := s.Case(ctx, tn, "case-"+name)
		all["case "+name], all["case error "+name] = c, err == nil
		p, err := s.Policy(ctx, tn, "channel-"+name)
		all["policy "+name], all["policy error "+name] = p, err == nil
		all["replies "+name] = got(s.Replies(ctx, tn, "case-"+name))(t)
		all["case votes "+name] = got(s.CaseVotes(ctx, tn, "case-"+name))(t)
		all["alike "+name] = got(s.Alike(ctx, tn, "fingerprint-"+name, time.Time{}, 10))(t)
		all["narrow "+name] = got(s.Sightings(ctx, tn, "fingerprint-"+name, storage.Narrow, time.Time{}))(t)
		all["wide "+name] = got(s.Sightings(ctx, tn, "fingerprint-"+name, storage.Wide, time.Time{}))(t)
		all["recent "+name] = got(s.Recent(ctx, tn, "author-"+name, 10))(t)
	}
	all["policies"] = got(s.Policies(ctx, tn))(t)
	all["figures"] = got(s.Figures(ctx, tn, at(-time.Hour), at(time.Hour)))(t)
	all["uncategorised"] = got(s.Uncategorised(ctx, tn, 10))(t)
	all["audits"] = got(s.Audits(ctx, tn, 10))(t)
	all["votes"] = got(s.Votes(ctx, tn, "mode"))(t)
	i, err := s.Installation(ctx, tn)
	all["installation"], all["installation error"] = i, err == nil
	all["documents"] = got(s.AllDocuments(ctx, tn))(t)
	all["versions"] = got(s.DocumentVersions(ctx, tn, "document-a"))(t)
	all["generation"] = got(s.Generation(ctx, tn))(t)
	return all
}

// isolation calls every method with the ids of another tenant. A method that is
// added to the store and named nowhere here fails the test.
func isolation(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	empty := Everything(t, s, other)
	fill(t, s, tenant)
	before := Everything(t, s, tenant)
	ofTenant := got(s.TenantKey(ctx, tenant))(t)

	read := "Recall Case Policy Policies Replies CaseVotes Alike Sightings Figures Recent Uncategorised Audits Votes Installation AllDocuments DocumentVersions Generation"
	same(t, "what another tenant sees", Everything(t, s, other), empty)
	all := map[string]func(){
		"Lease": func() {
			lease(t, s, "me", start, 10) // of both tenants: the next row tells whose it is
			before = Everything(t, s, tenant)
		},
		"Settle": func() {
			err := s.Settle(ctx, storage.Settlement{Tenant: other, ID: "reply-a", Owner: "me", State: storage.Sent, At: at(1), SentAs: "stolen"})
			wantErr(t, "settling another tenant's row", err, storage.ErrConflict)
		},
		"TenantKey": func() {
			if bytes.Equal(got(s.TenantKey(ctx, other))(t), ofTenant) {
				t.Error("two tenants have one key")
			}
		},
		"DropInstallation": func() { must(t, s.DropInstallation(ctx, other)) },
		"WithInstallation": func() {
			err := s.WithInstallation(ctx, other, func(i storage.Installation) (storage.Installation, error) { return i, nil })
			wantErr(t, "holding another tenant's installation", err, storage.ErrNotFound)
		},
		"Forget": func() {
			for _, f := range []storage.Forgotten{{Tenant: other, Person: "author-a"}, {Tenant: other, Channel: "C1", Message: "message-a"},
				{Tenant: other, Channel: "C1", Message: "message-a", Case: "case-a"}} {
				if n := got(s.Forget(ctx, f))(t); n != 0 {
					t.Errorf("%d rows of another tenant were forgotten", n)
				}
			}
		},
		"DropTenant": func() { must(t, s.DropTenant(ctx, other)) },
		// The same ids again, which are no conflict.
		"Record":          func() { write(t, s, Full(other, "a")) },
		"PutInstallation": func() { must(t, s.PutInstallation(ctx, installation(other))) },
		"PutDocument": func() {
			must(t, s.PutDocument(ctx, storage.Document{Tenant: other, ID: "document-a", Text: []byte("other"), At: start}))
		},
	}
	for _, name := range []string{"Lease", "Settle", "TenantKey", "DropInstallation", "WithInstallation", "Forget", "DropTenant", "Record", "PutInstallation", "PutDocument", "DropTenant"} {
		all[name]()
		same(t, "what the tenant sees after "+name+" of another", Everything(t, s, tenant), before)
	}
	same(t, "what another tenant sees when it was dropped", Everything(t, s, other), empty)

	// Of the whole database, not of a tenant.
	whole := "AllInstallations Backlog Backup Claim Close EachTenant KeepClaim Ping Purge ReleaseClaim Rotate Sweep"
	for method := range reflect.TypeFor[storage.Store]().Methods() {
		if _, ok := all[method.Name]; !ok && !slices.Contains(words(read), method.Name) && !slices.Contains(words(whole), method.Name) {
			t.Errorf("no test knows whether %s keeps tenants apart", method.Name)
		}
	}
}

func dropTenant(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	empty := Everything(t, s, tenant)
	fill(t, s, other)
	fill(t, s, tenant)
	before := Everything(t, s, other)
	same(t, "the tenants", got(s.EachTenant(ctx))(t), []storage.Tenant{tenant, other})
	must(t, s.DropTenant(ctx, tenant))
	same(t, "what is left of a tenant that was dropped", Everything(t, s, tenant), empty)
	same(t, "what the other tenant sees", Everything(t, s, other), before)
	same(t, "the tenants after one was dropped", got(s.EachTenant(ctx))(t), []storage.Tenant{other})
	must(t, s.DropTenant(ctx, tenant))
	fill(t, s, tenant)
}
