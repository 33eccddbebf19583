package handlers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"authfix/bot"
	"authfix/storage"
)

// noteSurge gives the channel's people notice when the failure that this turn
// records a sighting of surges: once a failure, a day and whoever is told.
func (t *turn) noteSurge(ctx context.Context, c *storage.Case, title string) error {
	seen := t.rec.Sighting
	targets := t.policy.Escalate
	if len(targets) == 0 && t.m.Place != bot.Direct && !t.policy.quietAt(t.m.Received) {
		targets = []Target{{Channel: t.m.Channel}}
	}
	if seen == nil || seen.Fingerprint == "" || len(targets) == 0 {
		return nil
	}
	narrow, err := t.desk.store.Sightings(ctx, t.tenant, seen.Fingerprint, storage.Narrow, seen.At.Add(-surgeReach).Truncate(storage.Narrow))
	if err != nil {
		return fmt.Errorf("sightings of the last hours: %w", err)
	}
	narrow = counted(narrow, storage.Narrow, seen.At)
	n := int64(0)
	for _, s := range narrow {
		n += s.N
	}
	if n < surgeLeast { // mostly there is nothing to find out
		return nil
	}
	b, err := t.desk.usually(ctx, t.tenant, seen.Fingerprint, seen.At)
	if err != nil {
		return err
	}
	x, ok := surging(narrow, b, seen.At)
	if !ok {
		return nil
	}
	r := surgeReply(title, x, b)
	if !c.Private && c.Thread != "" && t.m.Place != bot.Direct {
		r.Sections = append(r.Sections, bot.Section{Links: []bot.Link{{Label: say.thread, Channel: c.Channel, Message: c.Thread}}})
	}
	for _, to := range targets {
		// It belongs to no case: it is no answer that a click could change.
		_, err := t.add(r, storage.Outgoing{Channel: to.Channel, Person: to.Person, Message: t.m.Key,
			Once: clip("surge "+seen.Fingerprint+" "+seen.At.UTC().Format(time.DateOnly)+" "+to.Channel+to.Person, maxKey)})
		if err != nil {
			return err
		}
	}
	return nil
}

// surgeReply is the notice of a surge.
func surgeReply(title string, x burst, b *baseline) bot.Reply {
	since := x.From.UTC().Format("15:04 UTC")
	return bot.Reply{Headline: say.surge + title, Tone: bot.Warning, Sections: []bot.Section{
		{Prose: fmt.Sprintf(say.surgeCount, x.N, since) + " " + before(b)}}}
}

// before says how often a failure came before: as a rate where there is one.
func before(b *baseline) string {
	span := b.end.Sub(b.begin)
	switch {
	case b.seen == 0 && b.mature:
		return say.notSeenBefore
	case b.seen == 0:
		return say.newHere
	case b.mean >= 1:
		return fmt.Sprintf(say.usually, b.mean)
	case span < 48*time.Hour:
		return fmt.Sprintf(say.hoursBefore, int(span.Hours()), times(b.seen))
	}
	return fmt.Sprintf(say.daysBefore, int(span.Hours()/24+0.5), times(b.seen))
}

// baselines are those that were learned in the running hour.
type baselines struct {
	mu    sync.Mutex
	hour  time.Time
	known map[string]*baseline
	old   map[storage.Tenant]bool // their desk has listened long enough
}

// maxBaselines bounds them: one is of a kilobyte and a half.
const maxBaselines = 2000

func (k *baselines) get(key string, hour time.Time) *baseline {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.hour.Equal(hour) {
		return nil
	}
	return k.known[key]
}

func (k *baselines) put(key string, hour time.Time, b *baseline) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || !k.hour.Equal(hour) || len(k.known) >= maxBaselines {
		k.hour, k.known = hour, map[string]*baseline{}
	}
	k.known[key] = b
}

func (k *baselines) isOld(t storage.Tenant) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.old[t]
}

func (k *baselines) setOld(t storage.Tenant) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.old == nil || len(k.old) >= maxBaselines {
		k.old = map[storage.Tenant]bool{}
	}
	k.old[t] = true
}

// usually returns the baseline of a failure, learned anew every hour.
func (d *Desk) usually(ctx context.Context, tenant storage.Tenant, fingerprint string, now time.Time) (*baseline, error) {
	hour, key := now.Truncate(storage.Wide), string(tenant)+"\x00"+fingerprint
	if b := d.usual.get(key, hour); b != nil {
		return b, nil
	}
	wide, err := d.store.Sightings(ctx, tenant, fingerprint, storage.Wide, now.Add(-maxHistory))
	if err != nil {
		return nil, fmt.Errorf("sightings of the last weeks: %w", err)
	}
	since := now
	if len(wide) == 0 || now.Sub(wide[0].From) < matureAfter {
		old, err := d.longHere(ctx, tenant, now)
		if err != nil {
			return nil, err
		}
		if old {
			since = now.Add(-matureAfter)
		}
	}
	b := learn(wide, since, now)
	d.usual.put(key, hour, b)
	return b, nil
}

// longHere reports whether a tenant has had the desk for so long that a failure
// that was not seen did not happen: it had cases then.
func (d *Desk) longHere(ctx context.Context, tenant storage.Tenant, now time.Time) (bool, error) {
	if d.usual.isOld(tenant) {
		return true, nil
	}
	// Two days: not both are without cases where there are any.
	f, err := d.store.Figures(ctx, tenant, now.Add(-matureAfter-48*time.Hour), now.Add(-matureAfter))
	if err != nil {
		return false, fmt.Errorf("figures of last week: %w", err)
	}
	if f.Cases > 0 {
		d.usual.setOld(tenant)
	}
	return f.Cases > 0, nil
}
