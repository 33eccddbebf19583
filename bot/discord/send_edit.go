package discord

import (
	"context"
	"net/http"
	"strings"

	"authfix/bot"
)

// change says a reply in the place of an earlier one: each message in the place of
// one; what is too few is created, and what is too many is deleted. A private
// reply can be changed by the token of a click on it alone; else it is said anew.
func (p *Platform) change(ctx context.Context, to bot.Destination, r *bot.Reply, parts []payload) (bot.Sent, error) {
	was := spokenAs(to, to.Replaces)
	if was.channel == toldPrivately {
		return p.changePrivate(ctx, to, r, parts, was)
	}
	err := p.changeOne(ctx, was.channel, was.ids[0], parts[0])
	switch codeOf(err) {
	case codeUnknownMessage, codeUnknownChannel, codeNotOurs:
		if len(r.Sections) == 0 && len(r.Choices) == 0 {
			return bot.Sent{ID: to.Replaces}, nil // what was to be withdrawn is gone
		}
		return p.say(ctx, to, r, parts)
	}
	if err != nil {
		return bot.Sent{}, repeatableError(err) // it may be changed twice
	}
	if !strings.Contains(to.Replaces, ":") {
		more, err := p.partsAfter(ctx, was)
		if err != nil {
			return bot.Sent{}, repeatableError(err)
		}
		was.ids = append(was.ids, more...)
	}
	return p.changeRest(ctx, to, parts, was)
}

// changeOne changes a message, and takes its thread out of the archive for that.
func (p *Platform) changeOne(ctx context.Context, channel, id string, part payload) error {
	err := p.update(ctx, channel, id, part)
	if codeOf(err) == codeArchived {
		if err := p.unarchive(ctx, channel); err != nil {
			return err
		}
		err = p.update(ctx, channel, id, part)
	}
	return err
}

// changeRest changes, creates or deletes the messages of a reply after the first.
func (p *Platform) changeRest(ctx context.Context, to bot.Destination, parts []payload, was spoken) (bot.Sent, error) {
	is := spoken{was.channel, was.ids[:1:1]}
	for n := 1; n < max(len(was.ids), len(parts)); n++ {
		var id string
		var err error
		if n < len(was.ids) {
			id = was.ids[n]
		}
		switch {
		case n >= len(parts):
			err = p.rest.call(ctx, call{method: http.MethodDelete, route: "/channels/{}/messages/{}", path: "/channels/" + was.channel + "/messages/" + id})
			if codeOf(err) == codeUnknownMessage {
				err = nil
			}
			id = ""
		case id != "":
			if err = p.changeOne(ctx, was.channel, id, parts[n]); codeOf(err) != codeUnknownMessage {
				break
			}
			fallthrough
		default:
			id, err = p.create(ctx, to, where{channel: was.channel}, parts[n], n)
		}
		if permanent(err) {
			p.log.Warn("reply is not whole", "reply", to.Key, "parts", len(parts), "said", n, "err", err)
			continue
		}
		if err != nil {
			return bot.Sent{}, repeatableError(err)
		}
		if id != "" {
			is.ids = append(is.ids, id)
		}
	}
	if !strings.Contains(to.Replaces, ":") {
		return bot.Sent{ID: to.Replaces}, nil
	}
	return is.whole(), nil
}

// maxBehind is how many messages behind the first are looked through for the rest
// of a reply.
const maxBehind = "25"

// partsAfter finds the messages of a reply after the first, of which nothing but
// that is known: what the bot said right behind it as further parts.
func (p *Platform) partsAfter(ctx context.Context, was spoken) ([]string, error) {
	var page []struct {
		ID      string `json:"id"`
		Content string `json:"content"`
		Author  struct {
			ID string `json:"id"`
		} `json:"author"`
	}
	err := p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}/messages", path: "/channels/" + was.channel + "/messages?limit=" + maxBehind + "&after=" + was.ids[0], into: &page})
	if unreachable(err) {
		return nil, nil // it may write, and not read
	}
	if err != nil {
		return nil, err
	}
	found := make(map[int]string)
	for i := len(page) - 1; i >= 0; i-- { // the newest comes first
		m := page[i]
		if n := partOf(m.Content); n > 1 && found[n] == "" && m.Author.ID == p.gate.self() && (n == 2 || found[n-1] != "") {
			found[n] = m.ID
		}
	}
	var ids []string
	for n := 2; found[n] != ""; n++ {
		ids = append(ids, found[n])
	}
	return ids, nil
}

// changePrivate changes a reply that went by a token, by the token of a click on
// it.
func (p *Platform) changePrivate(ctx context.Context, to bot.Destination, r *bot.Reply, parts []payload, was spoken) (bot.Sent, error) {
	if answerable(to.ReplyTo) && len(was.ids) == 1 && len(parts) == 1 {
		p.answering.wait(ctx, to.ReplyTo)
		err := p.amend(ctx, to.ReplyTo, was.ids[0], parts[0])
		if err == nil {
			return bot.Sent{ID: to.Replaces}, nil
		}
		if !closed(err) {
			return bot.Sent{}, sendError(err)
		}
	}
	return p.say(ctx, to, r, parts)
}
