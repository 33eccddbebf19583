package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// purged are the tables from which something is deleted when it is forgotten or
// too old, and the queue's.
var purged = []string{
	"audits", "cases", "deliveries", "documents", "generations", "installations", "messages", "observations", "outbox",
	"river_job", "settings", "sightings", "tenant_keys", "unrecognised", "votes", "warned",
}

// Purge has the server clear the space of deleted rows, unless it does that at
// this moment anyway. No query and no dump has them even before.
func (e *engine) Purge(ctx context.Context) error {
	pooled, err := e.pool.Acquire(ctx)
	if err != nil {
		return classify(ctx, nil, fmt.Errorf("connect to the database: %w", err))
	}
	// The session's settings are changed: it is not given back.
	c := pooled.Hijack()
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, "SET statement_timeout = 0"); err != nil {
		return classify(ctx, c, err)
	}
	var tables string
	err = c.QueryRow(ctx, "SELECT COALESCE(string_agg(name, ', '), '') FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL", purged).Scan(&tables)
	if err != nil {
		return classify(ctx, c, err)
	}
	if tables = strings.TrimSpace(tables); tables == "" {
		return nil
	}
	// Large tables take longer than a caller with little time can wait; what is
	// not cleared now is when somebody purges again, or by the server itself.
	short, cancel := ctx, context.CancelFunc(func() {})
	if until, ok := ctx.Deadline(); ok {
		short, cancel = context.WithTimeout(ctx, time.Until(until)/2)
	}
	defer cancel()
	if _, err := c.Exec(short, "VACUUM (SKIP_LOCKED) "+tables); err != nil && (short.Err() == nil || ctx.Err() != nil) {
		return classify(ctx, c, fmt.Errorf("vacuum: %w", err))
	}
	return nil
}
