package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"authfix/bot"
	"authfix/storage"
)

// TellLacks tells the configured administrators of a platform, each in a direct
// message and once in a while at most, that it hears less than it should; says is
// what and what to do about it. It is told when everyone's message is recorded.
// Without administrators there is nobody to tell.
func (d *Desk) TellLacks(ctx context.Context, platform, says string) error {
	tenant := storage.Tenant(bot.Tenant{Platform: platform}.String())
	t := &turn{desk: d, tenant: tenant, now: d.now().UTC()}
	t.m.Tenant.Platform, t.m.Received = platform, t.now
	t.rec = storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: "lacks", Received: t.now, Decided: t.now, Decision: "told"}}
	r := bot.Reply{Headline: say.lacks, Tone: bot.Warning, Sections: []bot.Section{{Prose: says}}}
	for _, a := range d.adminsOf(platform) {
		if _, err := t.add(r, storage.Outgoing{Person: a}); err != nil {
			return err
		}
	}
	if t.rec.Outgoing == nil {
		return nil
	}
	// A delivery is known for a week or so: until then it is not told again.
	if err := d.store.Record(ctx, &t.rec); err != nil && !errors.Is(err, storage.ErrDelivered) {
		return fmt.Errorf("record what administrators are told: %w", err)
	}
	if d.wake != nil {
		d.wake(platform)
	}
	return nil
}

// adminsOf are the configured administrators of a platform, by id.
func (d *Desk) adminsOf(platform string) []string {
	var all []string
	for a := range d.admins {
		if id, ok := strings.CutPrefix(a, platform+":"); ok {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// lacks is what the message's platform lacks, as a section of a reply.
func (t *turn) lacks() []bot.Section {
	p, ok := t.desk.platform(t.m.Tenant.Platform).(bot.Lacking)
	if !ok || p.Lacks() == "" {
		return nil
	}
	return []bot.Section{{Label: say.lacksLabel, Prose: p.Lacks()}}
}
