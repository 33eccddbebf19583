package handlers

import (
	"context"
	"fmt"

	"authfix/bot"
	"authfix/storage"
)

// JobLeave deletes everything of a tenant that removed the bot.
const JobLeave = "leave"

// Leave is told that the bot was removed from a tenant: what is stored of it is
// deleted after the configured time, unless the bot is back by then. It may be
// told more than once.
func (d *Desk) Leave(ctx context.Context, t bot.Tenant) error {
	if d.keep.Removed == 0 {
		return nil
	}
	now := d.now().UTC()
	tenant := storage.Tenant(t.String())
	rec := storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: "leave " + newID(), Received: now, Decided: now, Decision: "left"},
		Audits: []storage.Audit{{At: now, Action: "leave", Subject: "the workspace"}},
		Jobs:   []storage.Job{{Kind: JobLeave, Version: 1, Tenant: tenant, Once: true, At: now.Add(d.keep.Removed)}}}
	if err := d.store.Record(ctx, &rec); err != nil {
		return fmt.Errorf("record that the bot was removed: %w", err)
	}
	return nil
}

// dropTenant deletes everything of a tenant, if the bot is not back.
func (d *Desk) dropTenant(ctx context.Context, j storage.Job) error {
	t, err := bot.ParseTenant(string(j.Tenant))
	if err != nil {
		return fmt.Errorf("%w: %w", err, storage.ErrNever)
	}
	if r, ok := d.platform(t.Platform).(bot.Resident); ok {
		here, err := r.Here(ctx, t)
		if err != nil {
			return fmt.Errorf("find out whether the bot is back: %w", err)
		}
		if here {
			return nil
		}
	}
	if err := d.store.DropTenant(ctx, j.Tenant); err != nil {
		return fmt.Errorf("delete a workspace: %w", err)
	}
	d.log.Info("everything of a workspace is deleted, which had removed the bot", "platform", t.Platform, "workspace", t.Workspace)
	return nil
}
