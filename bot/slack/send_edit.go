package slack

import (
	"context"
	"errors"
	"net/url"

	"authfix/bot"
)

// change says a reply in the place of an earlier one. Its first message takes the
// place of the first; further ones take the place of further ones, which are
// found by their metadata.
func (p *Platform) change(ctx context.Context, to bot.Destination, r *bot.Reply, parts []payload) (bot.Sent, error) {
	at := spokenAt(to, to.Replaces)
	err := p.update(ctx, to.Tenant, at.channel, at.ts, parts[0])
	switch wordOf(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "not_in_channel":
		if len(r.Sections) == 0 && len(r.Choices) == 0 {
			return bot.Sent{ID: to.Replaces}, nil // what was to be withdrawn is gone
		}
		if at.channel != to.Channel {
			to.Channel = at.channel
		}
		return p.post(ctx, to, parts)
	}
	if err != nil {
		return bot.Sent{}, repeatableError(err) // it may be changed twice
	}
	if at.parts <= 1 && len(parts) == 1 {
		return bot.Sent{ID: to.Replaces}, nil
	}
	return p.changeRest(ctx, to, r, at, parts)
}

// update changes one message.
func (p *Platform) update(ctx context.Context, t bot.Tenant, channel, ts string, part payload) error {
	part = part.forUpdate()
	args, err := part.values()
	if err != nil {
		return err
	}
	args.Set("channel", channel)
	args.Set("ts", ts)
	return p.spaces.call(ctx, t, "chat.update", args, nil)
}

// changeRest changes, posts or deletes the messages of a reply after the first.
func (p *Platform) changeRest(ctx context.Context, to bot.Destination, r *bot.Reply, at place, parts []payload) (bot.Sent, error) {
	had := p.begun.take(to)
	had[1] = at.ts
	if at.parts > 1 {
		old, _, err := p.lookup(ctx, to, at.channel, r.Replaces, at.ts)
		if err != nil {
			return bot.Sent{}, p.interrupted(to, had, err)
		}
		for n, ts := range old {
			if had[n] == "" {
				had[n] = ts
			}
		}
	}
	thread := to.Thread
	if thread == "" && !isDirect(at.channel) {
		thread = at.ts
	}
	for n := 2; n <= max(at.parts, len(parts)); n++ {
		if !pause(ctx, p.gap) {
			return bot.Sent{}, p.interrupted(to, had, ctx.Err())
		}
		var err error
		switch {
		case n > len(parts) && had[n] != "":
			err = p.spaces.call(ctx, to.Tenant, "chat.delete", url.Values{"channel": {at.channel}, "ts": {had[n]}}, nil)
			if wordOf(err) == "message_not_found" {
				err = nil
			}
		case n > len(parts):
		case had[n] != "":
			err = p.update(ctx, to.Tenant, at.channel, had[n], parts[n-1])
		default:
			had[n], err = p.postOne(ctx, to.Tenant, at.channel, thread, &parts[n-1])
		}
		if err != nil && !errors.Is(sendError(err), bot.ErrPermanent) {
			return bot.Sent{}, p.interrupted(to, had, err)
		}
		if err != nil {
			p.log.Warn("reply is not whole", "reply", to.Key, "parts", len(parts), "said", n-1, "err", err)
			break
		}
	}
	return sentAs(to, place{at.channel, at.ts, len(parts)}), nil
}
