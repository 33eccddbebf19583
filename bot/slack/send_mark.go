package slack

import (
	"context"
	"fmt"
	"net/url"

	"authfix/bot"
)

// mark reacts to a message. Where it may not, it says so in words.
func (p *Platform) mark(ctx context.Context, to bot.Destination, r *bot.Reply, emoji string) (bot.Sent, error) {
	if to.Message == "" || to.Channel == "" {
		return bot.Sent{}, fmt.Errorf("a mark on no message: %w", bot.ErrPermanent)
	}
	err := p.spaces.call(ctx, to.Tenant, "reactions.add", url.Values{"channel": {to.Channel}, "timestamp": {to.Message}, "name": {emoji}}, nil)
	switch wordOf(err) {
	case "already_reacted":
		err = nil
	case "missing_scope", "too_many_reactions", "too_many_emoji", "invalid_name", "not_reactable":
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
