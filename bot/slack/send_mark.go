package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"authfix/bot"
)

// mark reacts to a message, and takes an earlier reaction away. Where it may not,
// it says in words what is said nowhere else.
// https://docs.slack.dev/reference/methods/reactions.add
// https://docs.slack.dev/reference/methods/reactions.remove
func (p *Platform) mark(ctx context.Context, to bot.Destination, r *bot.Reply) (bot.Sent, error) {
	if to.Message == "" || to.Channel == "" {
		return bot.Sent{}, fmt.Errorf("a mark on no message: %w", bot.ErrPermanent)
	}
	at := func(m bot.Mark) url.Values {
		return url.Values{"channel": {to.Channel}, "timestamp": {to.Message}, "name": {emojis[m]}}
	}
	if r.Unmark != "" {
		err := p.spaces.call(ctx, to.Tenant, "reactions.remove", at(r.Unmark), nil)
		switch wordOf(err) {
		case "no_reaction", "missing_scope":
		default:
			if err := repeatableError(err); err != nil && !errors.Is(err, bot.ErrPermanent) {
				return bot.Sent{}, err
			}
		}
	}
	if r.Mark == "" {
		return bot.Sent{ID: to.Message}, nil
	}
	err := p.spaces.call(ctx, to.Tenant, "reactions.add", at(r.Mark), nil)
	switch wordOf(err) {
	case "already_reacted":
		err = nil
	case "missing_scope", "too_many_reactions", "too_many_emoji", "invalid_name", "not_reactable", "message_not_found":
		if r.Mark != bot.Unread {
			p.log.Debug("how a case stands is not shown", "workspace", to.Tenant.Workspace, "err", err)
			return bot.Sent{ID: to.Message}, nil
		}
		if wordOf(err) == "message_not_found" {
			break
		}
		if to.Thread == "" && !isDirect(to.Channel) {
			to.Thread = to.Message
		}
		return p.post(ctx, to, render(r, to.Key, nil))
	}
	if err != nil {
		return bot.Sent{}, repeatableError(err)
	}
	return bot.Sent{ID: to.Message}, nil
}

// publish draws a person's page of the bot. It is drawn whole and without a hash,
// so what is drawn last stands; when two draw it at a time Slack may ask for it
// once more.
func (p *Platform) publish(ctx context.Context, to bot.Destination, page viewPayload) (bot.Sent, error) {
	if to.Person == "" {
		return bot.Sent{}, fmt.Errorf("a page of nobody: %w", bot.ErrPermanent)
	}
	view, err := compactJSON(page)
	if err != nil {
		return bot.Sent{}, fmt.Errorf("encode a page: %w: %w", err, bot.ErrPermanent)
	}
	var got struct {
		View struct {
			ID string `json:"id"`
		} `json:"view"`
	}
	args := url.Values{"user_id": {to.Person}, "view": {view}}
	for range 2 {
		if err = p.spaces.call(ctx, to.Tenant, "views.publish", args, &got); wordOf(err) != "hash_conflict" {
			break
		}
	}
	if err != nil {
		return bot.Sent{}, repeatableError(err)
	}
	if got.View.ID == "" {
		got.View.ID = "home"
	}
	return bot.Sent{ID: got.View.ID}, nil
}
