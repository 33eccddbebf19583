package handlers

import (
	"context"
	"fmt"
	"time"

	"authfix/bot"
	"authfix/storage"
)

// alikeSpan is how far back the same failure counts as the same trouble.
const alikeSpan = 7 * 24 * time.Hour

// maxAlike bounds the earlier cases that are looked at.
const maxAlike = 20

// again counts the sighting of a case's failure, links earlier threads with the
// same one that the asker can see, and gives notice of a surge.
func (t *turn) again(ctx context.Context, r *reading, reply *bot.Reply) error {
	t.rec.Sighting = &storage.Sighting{Fingerprint: r.d.Fingerprint, At: t.m.Received}
	if !r.d.Verdict.Spoken() {
		return nil
	}
	all, err := t.desk.store.Alike(ctx, t.tenant, r.d.Fingerprint, t.m.Received.Add(-alikeSpan), maxAlike)
	if err != nil {
		return fmt.Errorf("cases alike: %w", err)
	}
	seen, oldest := 0, t.m.Received
	var last, solved *storage.Case
	visible := map[string]bool{}
	for i := range all {
		c := &all[i]
		if c.ID == r.c.ID || c.Private || c.Thread == "" || c.State == storage.Withdrawn {
			continue
		}
		can, asked := visible[c.Channel]
		if !asked {
			can = t.canSee(ctx, c.Channel)
			visible[c.Channel] = can
		}
		if !can {
			continue
		}
		seen++
		oldest = c.Received
		if last == nil {
			last = c
		}
		if solved == nil && c.State == storage.Resolved {
			solved = c
		}
	}
	if seen > 0 {
		times := howOften(seen, len(all) == maxAlike)
		reply.Sections = append(reply.Sections, earlierSection(times, oldest, t.m.Received, last, solved))
	}
	return t.noteSurge(ctx, r.c, r.c.Title)
}

// howOften says a number of times; more says that there may be more.
func howOften(n int, more bool) string {
	switch {
	case more:
		return fmt.Sprintf("at least %d times", n)
	case n == 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// earlierSection says how often the same failure was seen, with the thread that
// helps most: the one last resolved, else the newest.
func earlierSection(times string, oldest, now time.Time, last, solved *storage.Case) bot.Section {
	when := "since " + oldest.UTC().Format("Monday")
	switch {
	case oldest.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly):
		when = "today"
	case now.Sub(oldest) >= 6*24*time.Hour:
		when = "since " + oldest.UTC().Format("Monday 2 January")
	}
	which, where := last, say.lastSeen
	if solved != nil {
		which, where = solved, say.lastResolved
	}
	return bot.Section{Label: say.earlier, Links: []bot.Link{{Label: "Seen " + times + " " + when + ", " + where, Channel: which.Channel, Message: which.Thread}}}
}

// canSee reports whether the author of the message can see a channel: the one
// where it was said, and others if the platform says so.
func (t *turn) canSee(ctx context.Context, channel string) bool {
	if channel == t.m.Channel {
		return true
	}
	v, ok := t.desk.platform(t.m.Tenant.Platform).(bot.Viewpoint)
	if !ok {
		return false
	}
	can, err := v.CanSee(ctx, t.m.Tenant, t.m.Author, channel)
	if err != nil {
		t.desk.log.Warn("channel's members unknown", "platform", t.m.Tenant.Platform, "err", err)
		return false
	}
	// An answer that everyone in the thread sees must not lead there either.
	return can && (t.m.Kind == bot.Commanded || t.m.Place == bot.Direct || v.IsPublic(ctx, t.m.Tenant, channel))
}
