package discord

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"authfix/bot"
)

// emojis are the reactions that show marks.
var emojis = map[bot.Mark]string{
	bot.Unread:    "❔",
	bot.Answered:  "💬",
	bot.Unknown:   "❓",
	bot.Escalated: "🆘",
	bot.Resolved:  "✅",
}

// mark reacts to a message, and takes an earlier reaction away. The post of a
// forum gets a tag, too, where that is configured. Where it may not, it says in
// words what is said nowhere else.
// https://docs.discord.com/developers/resources/message#create-reaction
func (p *Platform) mark(ctx context.Context, to bot.Destination, r *bot.Reply) (bot.Sent, error) {
	if !idLike(to.Message) || !idLike(to.Channel) {
		return bot.Sent{}, fmt.Errorf("a mark on no message: %w", bot.ErrPermanent)
	}
	done := bot.Sent{ID: to.Message}
	forum := false
	if to.Tenant.Workspace != "" {
		c := p.kind(ctx, to.Channel)
		forum = c.forum()
	}
	if forum {
		if err := p.tag(ctx, to, r); err != nil {
			return bot.Sent{}, err
		}
	}
	if r.Unmark != "" {
		err := p.react(ctx, to, http.MethodDelete, r.Unmark, forum)
		if err := repeatableError(err); err != nil && !permanent(err) {
			return bot.Sent{}, err
		}
	}
	if r.Mark == "" {
		return done, nil
	}
	err := p.react(ctx, to, http.MethodPut, r.Mark, forum)
	if err == nil {
		return done, nil
	}
	if !permanent(err) {
		return bot.Sent{}, repeatableError(err)
	}
	switch codeOf(err) {
	case codeMissingPermission, codeMissingAccess, codeMaxReactions, codeReactionBlocked, codeArchived:
		if r.Mark == bot.Unread {
			if to.Thread == "" {
				to.Thread = to.Message
			}
			if to.Tenant.Workspace == "" {
				to.Thread = ""
			}
			return p.post(ctx, to, r, render(r, nil))
		}
		fallthrough
	case codeUnknownMessage, codeUnknownChannel:
		if r.Mark != bot.Unread {
			p.log.Debug("how a case stands is not shown", "workspace", to.Tenant.Workspace, "err", err)
			return done, nil
		}
	}
	return bot.Sent{}, repeatableError(err)
}

// react adds or takes away a reaction of the bot's own. A message of a thread
// stands in the thread, its first one in the channel, and that of a forum in
// the thread too; what replies to an answer without a thread is in the channel.
func (p *Platform) react(ctx context.Context, to bot.Destination, method string, m bot.Mark, forum bool) error {
	channels := []string{to.Channel}
	switch {
	case forum && to.Thread == "":
		channels = []string{to.Message}
	case forum:
		channels = []string{to.Thread}
	case idLike(to.Thread) && to.Thread != to.Message && to.Tenant.Workspace != "":
		channels = []string{to.Thread, to.Channel}
	}
	var err error
	for _, channel := range channels {
		err = p.rest.call(ctx, call{method: method, route: "/channels/{}/messages/{}/reactions/{}/@me",
			path: "/channels/" + channel + "/messages/" + to.Message + "/reactions/" + url.PathEscape(emojis[m]) + "/@me"})
		if code := codeOf(err); code != codeUnknownChannel && code != codeUnknownMessage {
			break
		}
	}
	return err
}

// tag shows how a case stands by a tag of its forum post, in place of the tags of
// other states. It keeps the others, and does nothing without a tag of the
// configured name.
// https://docs.discord.com/developers/resources/channel#modify-channel
func (p *Platform) tag(ctx context.Context, to bot.Destination, r *bot.Reply) error {
	thread := to.Thread
	if thread == "" {
		thread = to.Message
	}
	if len(p.config.ForumTags) == 0 || !idLike(thread) {
		return nil
	}
	if _, refused := p.tagless.Get(to.Channel, p.now()); refused {
		return nil
	}
	known, err := p.forumTags(ctx, to.Channel)
	if err != nil {
		return besideError(err)
	}
	var ours []string
	for _, name := range p.config.ForumTags {
		if id := known[name]; id != "" {
			ours = append(ours, id)
		}
	}
	if len(ours) == 0 {
		return nil
	}
	var now struct {
		Applied []string `json:"applied_tags"`
	}
	if err := p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}", path: "/channels/" + thread, into: &now}); err != nil {
		return besideError(err)
	}
	next := retag(now.Applied, ours, known[p.config.ForumTags[string(r.Mark)]])
	if slices.Equal(next, now.Applied) {
		return nil
	}
	err = p.rest.call(ctx, call{method: http.MethodPatch, route: "/channels/{}", path: "/channels/" + thread, body: map[string]any{"archived": false, "applied_tags": next}})
	if permanent(err) {
		p.tagless.Put(to.Channel, true, p.now())
		p.log.Warn("tags of a forum not set: give the bot the right to manage threads there", "workspace", to.Tenant.Workspace, "channel", to.Channel, "err", err)
	}
	return besideError(err)
}

// retag is applied with one of our tags in place of all others of ours. What has
// no room is left out in favour of ours.
func retag(applied, ours []string, one string) []string {
	next := []string{}
	for _, id := range applied {
		if !slices.Contains(ours, id) {
			next = append(next, id)
		}
	}
	if one == "" {
		return next
	}
	if len(next) >= maxAppliedTags {
		next = next[:maxAppliedTags-1]
	}
	return append(next, one)
}

// forumTags are the ids of a forum's tags, by name.
func (p *Platform) forumTags(ctx context.Context, forum string) (map[string]string, error) {
	if known, ok := p.tags.Get(forum, p.now()); ok {
		return known, nil
	}
	var got struct {
		Tags []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"available_tags"`
	}
	if err := p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}", path: "/channels/" + forum, into: &got}); err != nil {
		return nil, err
	}
	known := make(map[string]string)
	for _, t := range got.Tags {
		if idLike(t.ID) && len(known) < 100 {
			known[t.Name] = t.ID
		}
	}
	p.tags.Put(forum, known, p.now())
	return known, nil
}

// besideError is the error of what is done beside: what can never be
// done is left undone.
func besideError(err error) error {
	if permanent(err) {
		return nil
	}
	return repeatableError(err)
}
