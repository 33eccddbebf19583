package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"authfix/bot"
	"authfix/handlers"
	"authfix/storage"
	"authfix/storage/queue"
)

// A triagedChannel is one in which triage is on; workspace is "" when the
// configuration does not say it.
type triagedChannel struct{ workspace, id string }

// triagedIn returns the channels of a platform in which triage is on: those of the
// configuration, and those in which chat has switched it on.
func triagedIn(ctx context.Context, c config, platform string) ([]triagedChannel, error) {
	var all []triagedChannel
	for _, name := range c.TriageChannels {
		if id, ok := strings.CutPrefix(name, platform+":"); ok {
			all = append(all, readTriaged(id))
		}
	}
	if !databaseThere(c) {
		return all, nil
	}
	db, err := openDatabase(ctx, c, queue.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return switchedOn(ctx, db, platform, all)
}

// databaseThere reports whether there is a database that can be opened without
// making one.
func databaseThere(c config) bool {
	_, err := os.Stat(c.Database.path)
	return c.Database.engine != "sqlite" || err == nil
}

// readTriaged reads WORKSPACE/CHANNEL or CHANNEL.
func readTriaged(id string) triagedChannel {
	if workspace, channel, ok := strings.Cut(id, "/"); ok {
		return triagedChannel{workspace, channel}
	}
	return triagedChannel{id: id}
}

// switchedOn adds the channels of a platform in which chat has switched triage on.
func switchedOn(ctx context.Context, db storage.Store, platform string, all []triagedChannel) ([]triagedChannel, error) {
	tenants, err := db.EachTenant(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tenants {
		tenant, err := bot.ParseTenant(string(t))
		if err != nil || tenant.Platform != platform {
			continue
		}
		settings, err := db.Policies(ctx, t)
		if err != nil {
			return nil, err
		}
		for _, one := range settings {
			var p handlers.Policy
			ch := triagedChannel{tenant.Workspace, one.Channel}
			if one.Channel == "" || json.Unmarshal(one.Data, &p) != nil || !p.On || slices.Contains(all, ch) || slices.Contains(all, triagedChannel{id: ch.id}) {
				continue
			}
			all = append(all, ch)
		}
	}
	return all, nil
}
