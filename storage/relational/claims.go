package relational

import (
	"context"
	"time"

	"authfix/storage"
)

// Claim takes a name for an owner, or renews it.
func (s *Store) Claim(ctx context.Context, name, owner string, now, until time.Time) (state []byte, ok bool, err error) {
	if err := checkClaim("claim", name, owner, nil); err != nil {
		return nil, false, err
	}
	err = s.e.Write(ctx, func(ctx context.Context, c Conn) error {
		state, ok = nil, false
		n, err := c.Exec(ctx, `INSERT INTO claims (name, owner, until, state) VALUES ($1, $2, $3, $4) ON CONFLICT (name)
 DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE claims.owner = excluded.owner OR claims.until <= $5`,
			name, owner, micros(until), blob(nil), micros(now))
		if err != nil || n == 0 {
			return err
		}
		ok = true
		return one(ctx, c, `SELECT state FROM claims WHERE name = $1`, []any{name}, &state)
	})
	return state, ok && err == nil, doing("claim "+name, err)
}

// KeepClaim renews a claim and writes its state.
func (s *Store) KeepClaim(ctx context.Context, name, owner string, state []byte, until time.Time) error {
	return doing("keep the claim "+name, s.writeClaim(ctx, name, owner, state, until))
}

// ReleaseClaim writes the state and ends a claim.
func (s *Store) ReleaseClaim(ctx context.Context, name, owner string, state []byte) error {
	return doing("release the claim "+name, s.writeClaim(ctx, name, owner, state, time.Time{}))
}

func (s *Store) writeClaim(ctx context.Context, name, owner string, state []byte, until time.Time) error {
	if err := checkClaim("write a claim", name, owner, state); err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE claims SET state = $1, until = $2 WHERE name = $3 AND owner = $4`, blob(state), micros(until), name, owner)
	if err == nil && n == 0 {
		return storage.ErrConflict
	}
	return err
}

func checkClaim(doing, name, owner string, state []byte) error {
	var k checker
	k.needed("the name", name)
	k.needed("the owner", owner)
	k.ids(named{"the name", name}, named{"the owner", owner})
	k.size("the state", len(state), MaxState)
	return k.err(doing)
}
