package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"authfix/bot"
	"authfix/storage"
)

// Outbox returns the replies that wait, for the dispatcher's senders. Owner
// names this process: no two that run at a time have the same.
func (d *Desk) Outbox(owner string) bot.Outbox {
	return &outbox{store: d.store, owner: owner, now: d.now, log: d.log}
}

type outbox struct {
	store storage.Store
	owner string
	now   func() time.Time
	log   *slog.Logger
}

func (o *outbox) Lease(ctx context.Context, platform string, n int, until time.Time) ([]bot.Outgoing, error) {
	now := o.now()
	rows, err := o.store.Lease(ctx, storage.Lease{Platform: platform, Owner: o.owner, Now: now, Until: until, Limit: n})
	if err != nil {
		return nil, fmt.Errorf("lease replies: %w", err)
	}
	var all []bot.Outgoing
	for i := range rows {
		g, err := outgoing(&rows[i], now)
		if err != nil {
			// It was written by another build; nobody can send it.
			o.log.Error("unreadable reply", "reply", rows[i].ID, "err", err)
			if err := o.store.Settle(ctx, storage.Settlement{Tenant: rows[i].Tenant, ID: rows[i].ID, Owner: o.owner, State: storage.Failed, At: now, Error: "unreadable"}); err != nil {
				return all, fmt.Errorf("settle an unreadable reply: %w", err)
			}
			continue
		}
		all = append(all, g)
	}
	return all, nil
}

func outgoing(row *storage.Outgoing, now time.Time) (bot.Outgoing, error) {
	tenant, err := bot.ParseTenant(string(row.Tenant))
	if err != nil {
		return bot.Outgoing{}, err
	}
	g := bot.Outgoing{ID: row.ID, Private: row.Private, Attempt: row.Attempts, Unsure: row.Unsure, Created: row.Created, Received: row.Created, Until: row.Until,
		To: bot.Destination{Tenant: tenant, Channel: row.Channel, Thread: row.Thread, Person: row.Person, Message: row.Message, Replaces: row.Target, Key: row.ID}}
	if len(row.ReplyTo) > 0 && now.Before(row.ReplyBy) {
		g.To.ReplyTo = string(row.ReplyTo)
	}
	return g, json.Unmarshal(row.Reply, &g.Reply)
}

func (o *outbox) Settle(ctx context.Context, g bot.Outgoing, s bot.Settlement) error {
	now := o.now()
	w := storage.Settlement{Tenant: storage.Tenant(g.To.Tenant.String()), ID: g.ID, Owner: o.owner, At: now, SentAs: s.Sent.ID, Unsure: s.Unsure, Error: s.Reason}
	switch s.State {
	case bot.WasSent:
		w.State = storage.Sent
	case bot.TryAgain:
		w.State, w.NotBefore = storage.Pending, now.Add(s.After)
	case bot.WasLost:
		w.State = storage.Lost
	default:
		w.State = storage.Failed
	}
	err := o.store.Settle(ctx, w)
	switch {
	case errors.Is(err, storage.ErrConflict), errors.Is(err, storage.ErrNotFound):
		return bot.ErrLeaseLost
	case err != nil:
		return fmt.Errorf("settle a reply: %w", err)
	}
	return nil
}
