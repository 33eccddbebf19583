package relational

import (
	"bytes"
	"context"
	"fmt"

	"authfix/storage"
)

// A vault is a column of sealed values.
type vault struct {
	table, key, column string // key picks a row within a tenant
	sealed             string // as the key ring knows it
	where              string // which rows may have a value
}

var vaults = [...]vault{
	{"tenant_keys", "tenant", "key", sealedKey, ""},
	{"installations", "tenant", "token", sealedToken, ""},
	{"installations", "tenant", "refresh", sealedRefresh, ""},
	{"outbox", "id", "reply_to", sealedReplyTo, ` AND state IN ('pending','leased')`}, // a settled row has none
}

// Rotate seals every sealed value with the first key. A value that changes
// meanwhile is left to who changed it, for that is sealed with the first key,
// too. What the ring cannot open is an error; the rest is sealed by then or at
// the next call.
func (s *Store) Rotate(ctx context.Context) (int64, error) {
	tenants, err := s.EachTenant(ctx)
	if err != nil {
		return 0, fmt.Errorf("rotate: %w", err)
	}
	var changed int64
	for _, t := range tenants {
		for _, v := range vaults {
			n, err := s.rotate(ctx, t, v)
			changed += n
			if err != nil {
				return changed, fmt.Errorf("rotate: %w", err)
			}
		}
	}
	if changed > 0 {
		err = doing("rotate", s.e.Purge(ctx)) // what an old key opens
	}
	return changed, err
}

func (s *Store) rotate(ctx context.Context, t storage.Tenant, v vault) (int64, error) {
	type value struct {
		key    string
		sealed []byte
	}
	var old []value
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		old = nil
		return each(ctx, c, `SELECT `+v.key+`, `+v.column+` FROM `+v.table+` WHERE tenant = $1 AND `+v.column+` IS NOT NULL`+v.where, []any{string(t)}, func(r Rows) error {
			var o value
			err := r.Scan(&o.key, &o.sealed)
			if !s.k.Current(o.sealed) {
				old = append(old, value{o.key, bytes.Clone(o.sealed)})
			}
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	var changed int64
	for _, o := range old {
		plain, err := s.k.Open(t, v.sealed, o.sealed)
		if err != nil {
			return changed, err
		}
		sealed, err := s.k.Seal(t, v.sealed, plain)
		if err != nil {
			return changed, err
		}
		n, err := s.exec(ctx, `UPDATE `+v.table+` SET `+v.column+` = $1 WHERE tenant = $2 AND `+v.key+` = $3 AND `+v.column+` = $4`, sealed, string(t), o.key, o.sealed)
		changed += n
		if err != nil {
			return changed, err
		}
	}
	return changed, nil
}
