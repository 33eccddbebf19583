package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"authfix/bot"
)

var (
	_ bot.Platform     = (*Platform)(nil)
	_ bot.Pacer        = (*Platform)(nil)
	_ bot.Deduplicator = (*Platform)(nil)
)

const (
	// pace is between two replies in a channel. Most replies go into threads, which
	// have limits of their own; what a limit has left is counted with each call.
	pace = 50 * time.Millisecond
	// window is in which Discord creates nothing anew that has the same nonce. It
	// says "in the past few minutes".
	// https://docs.discord.com/developers/resources/message#create-message
	window = 2 * time.Minute
)

// Pace implements [bot.Pacer].
func (p *Platform) Pace() time.Duration { return pace }

// Window implements [bot.Deduplicator]. It holds for what the bot's token says,
// and so not for private replies, which nobody repeats.
func (p *Platform) Window() time.Duration { return window }

// Send implements [bot.Platform]. A reply in a thread that does not exist begins
// it; where it cannot be begun, it is a reply to the message that the thread would
// have begun with. A private reply goes by the token of the interaction while
// that works, else it is a direct message. What would go to a person's own page,
// of which Discord has none, is a direct message too.
//
// What a reply was sent as is its channel with the ids of its messages:
// 112233445566778899:112233445566778900,112233445566778901. In a guild's channel
// outside of threads it is the id of its first message alone, which is the key of
// the thread that may begin there; and of what went by a token it is "private:"
// with the ids.
func (p *Platform) Send(ctx context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error) {
	if r.OnlyMarks(emojis) {
		return p.mark(ctx, to, &r)
	}
	if r.Audience == bot.ToHome {
		to.Channel, to.Thread = "", ""
	}
	if to.Tenant.Workspace == "" || !idLike(to.Thread) {
		to.Thread = ""
	}
	parts := render(&r, p.addresses(ctx, to.Tenant, &r))
	if to.Replaces != "" {
		return p.change(ctx, to, &r, parts)
	}
	return p.say(ctx, to, &r, parts)
}

// say says a reply anew.
func (p *Platform) say(ctx context.Context, to bot.Destination, r *bot.Reply, parts []payload) (bot.Sent, error) {
	if to.Person != "" && to.Channel != "" {
		return p.tell(ctx, to, parts)
	}
	return p.post(ctx, to, r, parts)
}

// A spoken is where a reply stands.
type spoken struct {
	channel string
	ids     []string // of its messages, in order
}

// toldPrivately begins what a reply was sent as that went by a token: no channel
// has its messages.
const toldPrivately = "private"

// sent is how a reply is named in [bot.Sent]. A case takes its thread from the
// name of what was posted into a channel, so nothing but the message is there.
func (s spoken) sent(to bot.Destination) bot.Sent {
	if s.channel == to.Channel && to.Thread == "" && to.Tenant.Workspace != "" {
		return bot.Sent{ID: s.ids[0]}
	}
	return s.whole()
}

// maxSent bounds what a reply is named by: it is stored as an id.
const maxSent = 255

// whole names a reply with its channel and all of its messages. Those after the
// first are named by their distance, in base 36, when there are many; what has no
// room then is not named, and cannot be changed.
func (s spoken) whole() bot.Sent {
	id := s.channel + ":" + strings.Join(s.ids, ",")
	if len(id) <= maxSent {
		return bot.Sent{ID: id}
	}
	id = s.channel + ":" + s.ids[0]
	for i, last := range s.ids[1:] {
		next := ",+" + strconv.FormatUint(snowflake(last)-snowflake(s.ids[i]), 36)
		if snowflake(last) <= snowflake(s.ids[i]) || len(id)+len(next) > maxSent {
			break
		}
		id += next
	}
	return bot.Sent{ID: id}
}

// spokenAs reads what sent wrote.
func spokenAs(to bot.Destination, id string) spoken {
	channel, list, ok := strings.Cut(id, ":")
	if !ok {
		return spoken{to.Channel, []string{id}}
	}
	ids := strings.Split(list, ",")
	for i, one := range ids {
		if distance, ok := strings.CutPrefix(one, "+"); ok && i > 0 {
			n, _ := strconv.ParseUint(distance, 36, 64)
			ids[i] = strconv.FormatUint(snowflake(ids[i-1])+n, 10)
		}
	}
	return spoken{channel, ids}
}

// post says a reply that everyone in the channel sees, or the person of a direct
// message.
func (p *Platform) post(ctx context.Context, to bot.Destination, r *bot.Reply, parts []payload) (bot.Sent, error) {
	had, ok := p.begun.Get(begunKey(to), p.now())
	if !ok {
		var err error
		had, err = p.first(ctx, to, r, parts[0])
		if err != nil && to.ReplyTo != "" && unreachable(err) {
			return p.broadcast(ctx, to, parts)
		}
		if err != nil {
			return bot.Sent{}, err
		}
		p.settled(to, had.at)
	}
	return p.finish(ctx, to, had, parts)
}

// first says the first message of a reply, where it belongs or else where it can.
// Its error is that of Send.
func (p *Platform) first(ctx context.Context, to bot.Destination, r *bot.Reply, part payload) (said, error) {
	at, err := p.find(ctx, to, r)
	if err != nil {
		return said{}, err
	}
	id, err := p.fill(ctx, to, part)
	if id == "" && err == nil {
		id, err = p.create(ctx, to, at, part, 0)
	}
	for range 3 { // a thread that is gone, one that is begun, the channel
		if err == nil {
			break
		}
		next, ok, e := p.elsewhere(ctx, to, r, at, err)
		if e != nil {
			return said{}, e
		}
		if !ok {
			break
		}
		at = next
		id, err = p.create(ctx, to, at, part, 0)
	}
	return said{at: at, ids: []string{id}}, sendError(err)
}

// finish says the messages of a reply after those that were said.
func (p *Platform) finish(ctx context.Context, to bot.Destination, had said, parts []payload) (bot.Sent, error) {
	at := had.at
	at.reply = ""
	for len(had.ids) < len(parts) {
		n := len(had.ids)
		id, err := p.create(ctx, to, at, parts[n], n)
		if permanent(err) {
			p.log.Warn("reply is not whole", "reply", to.Key, "parts", len(parts), "said", n, "err", err)
			break
		}
		if err != nil {
			// Whoever goes on finds what was said: here, or by its nonce.
			p.begun.Put(begunKey(to), had, p.now())
			return bot.Sent{}, sendError(err)
		}
		had.ids = append(slices.Clip(had.ids), id)
	}
	p.begun.Drop(begunKey(to))
	return spoken{had.at.channel, had.ids}.sent(to), nil
}

// A said is what there is of a reply of several messages.
type said struct {
	at  where
	ids []string
}

func begunKey(to bot.Destination) string { return to.Tenant.String() + " " + to.Key }

// broadcast says a reply by the token of an interaction where the bot may not
// write.
func (p *Platform) broadcast(ctx context.Context, to bot.Destination, parts []payload) (bot.Sent, error) {
	all, err := p.byToken(ctx, to, parts, 0)
	switch {
	case len(all) > 0:
		return bot.Sent{ID: all[0]}, nil
	case p.early(to, err):
		return bot.Sent{}, &bot.RetryAfter{After: earlyWait, Channel: true}
	}
	if err = sendError(err); errors.Is(err, bot.ErrUnknown) {
		// Discord would say it again: it has no nonce.
		return bot.Sent{}, fmt.Errorf("it is not repeated by a token: %w: %w", bot.ErrPermanent, err)
	}
	return bot.Sent{}, err
}

// unreachable reports whether the bot cannot write there, though perhaps
// elsewhere.
func unreachable(err error) bool {
	switch codeOf(err) {
	case codeMissingAccess, codeMissingPermission, codeUnknownChannel:
		return true
	}
	return false
}

// permanent reports whether a send can never succeed.
func permanent(err error) bool {
	return err != nil && errors.Is(sendError(err), bot.ErrPermanent)
}

// addresses gives the addresses of messages in a tenant. The messages of a forum
// stand in its posts.
func (p *Platform) addresses(ctx context.Context, t bot.Tenant, r *bot.Reply) addresser {
	address := addressIn(t.Workspace)
	forums := make(map[string]bool)
	look := func(l bot.Link) {
		if _, known := forums[l.Channel]; l.URL == "" && l.Message != "" && !known && len(forums) < maxLookups && t.Workspace != "" {
			c := p.kind(ctx, l.Channel)
			forums[l.Channel] = c.forum()
		}
	}
	for _, s := range r.Sections {
		for _, l := range s.Links {
			look(l)
		}
	}
	if r.Link != nil {
		look(*r.Link)
	}
	return func(channel, message string) string {
		if forums[channel] {
			channel = message
		}
		return address(channel, message)
	}
}

// maxLookups bounds the channels that are asked for because of one reply.
const maxLookups = 5

// direct returns the channel of the direct messages with a person.
func (p *Platform) direct(ctx context.Context, person string) (string, error) {
	if d, ok := p.directs.Get(person, p.now()); ok {
		return d, nil
	}
	var got struct {
		ID string `json:"id"`
	}
	err := p.rest.call(ctx, call{method: http.MethodPost, route: "/users/@me/channels", path: "/users/@me/channels", body: map[string]string{"recipient_id": person}, into: &got})
	if err != nil {
		return "", err
	}
	if !idLike(got.ID) {
		return "", &callError{method: http.MethodPost, route: "/users/@me/channels", refused: true}
	}
	p.directs.Put(person, got.ID, p.now())
	return got.ID, nil
}

// pause waits, and reports whether ctx did not end first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
