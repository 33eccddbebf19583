package relational

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"authfix/storage"
)

// tables are those with rows of tenants. The index of each begins with the
// tenant.
var tables = [...]string{"deliveries", "messages", "cases", "observations", "outbox", "votes", "settings", "audits",
	"sightings", "unrecognised", "warned", "tenant_keys", "installations", "documents", "generations"}

// tenantKeySize is the size of a tenant's key in bytes.
const tenantKeySize = 32

// dropRows bounds the rows that one transaction of DropTenant deletes.
const dropRows = 500

// TenantKey returns the key of a tenant.
func (s *Store) TenantKey(ctx context.Context, t storage.Tenant) ([]byte, error) {
	if err := checkKey("read the tenant's key", t); err != nil {
		return nil, err
	}
	const read = `SELECT key FROM tenant_keys WHERE tenant = $1`
	var sealed []byte
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		sealed = nil
		return one(ctx, c, read, []any{string(t)}, &sealed)
	})
	if errors.Is(err, storage.ErrNotFound) {
		var fresh []byte
		if fresh, err = s.freshKey(t); err != nil {
			return nil, err
		}
		err = s.e.Write(ctx, func(ctx context.Context, c Conn) error {
			_, err := c.Exec(ctx, `INSERT INTO tenant_keys (tenant, key, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, string(t), fresh, micros(s.now()))
			if err != nil {
				return err
			}
			sealed = nil
			return one(ctx, c, read, []any{string(t)}, &sealed) // that of another replica, if it came first
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read the tenant's key: %w", err)
	}
	return s.k.Open(t, sealedKey, sealed)
}

func (s *Store) freshKey(t storage.Tenant) ([]byte, error) {
	key := make([]byte, tenantKeySize)
	rand.Read(key) // never fails: see crypto/rand
	return s.k.Seal(t, sealedKey, key)
}

// EachTenant returns all tenants that have anything stored.
func (s *Store) EachTenant(ctx context.Context) ([]storage.Tenant, error) {
	seen := map[string]bool{}
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		clear(seen)
		for _, table := range tables {
			// From one tenant to the next through the index, so that the rows of
			// none are read.
			for after := ""; ; {
				err := one(ctx, c, `SELECT COALESCE(MIN(tenant), '') FROM `+table+` WHERE tenant > $1`, []any{after}, &after)
				if err != nil {
					return err
				}
				if after == "" {
					break
				}
				seen[after] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the tenants: %w", err)
	}
	all := make([]storage.Tenant, 0, len(seen))
	for t := range seen {
		all = append(all, storage.Tenant(t))
	}
	slices.Sort(all)
	return all, nil
}

// DropTenant deletes everything of a tenant, and leaves no byte of it in the
// files.
func (s *Store) DropTenant(ctx context.Context, t storage.Tenant) error {
	if err := checkKey("drop the tenant", t); err != nil {
		return err
	}
	for _, table := range tables {
		for {
			n, err := s.drop(ctx, table, t)
			if err != nil {
				return fmt.Errorf("drop the tenant: %s: %w", table, err)
			}
			if n < dropRows {
				break
			}
		}
	}
	return doing("drop the tenant", s.e.Purge(ctx))
}

// clusters is by which columns the rows of a table are picked in portions.
var clusters = map[string]string{"deliveries": "id", "messages": "channel, key", "cases": "seq", "observations": "seq", "outbox": "seq",
	"votes": "case_id, person", "settings": "channel", "audits": "seq", "sightings": "fingerprint, width, start", "unrecognised": "fingerprint",
	"warned": "mac", "tenant_keys": "tenant", "installations": "tenant", "documents": "id, version", "generations": "tenant"}

// drop deletes some rows of a tenant and returns how many.
func (s *Store) drop(ctx context.Context, table string, t storage.Tenant) (int64, error) {
	return s.exec(ctx, `DELETE FROM `+table+` WHERE tenant = $1 AND (`+clusters[table]+`) IN (SELECT `+clusters[table]+` FROM `+table+` WHERE tenant = $1 LIMIT $2)`, string(t), int64(dropRows))
}

// exec runs one statement in a transaction of its own.
func (s *Store) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	var n int64
	err := s.e.Write(ctx, func(ctx context.Context, c Conn) (err error) {
		n, err = c.Exec(ctx, sql, args...)
		return err
	})
	return n, err
}
