package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"authfix/bot"
)

// longestHold is how long a private reply of several messages is held up when
// Discord asks to wait between them.
const longestHold = 5 * time.Second

// tell says a reply that one person alone sees. It goes by the token of the
// interaction; when that is closed, it is a direct message. Nothing is said twice:
// what fails after the first message was said stays unsaid.
func (p *Platform) tell(ctx context.Context, to bot.Destination, parts []payload) (bot.Sent, error) {
	if answerable(to.ReplyTo) {
		ids, err := p.byToken(ctx, to, parts, flagEphemeral)
		switch {
		case len(ids) > 0:
			return spoken{toldPrivately, ids}.whole(), nil
		case p.early(to, err):
			return bot.Sent{}, &bot.RetryAfter{After: earlyWait, Channel: true}
		case !closed(err):
			return bot.Sent{}, sendError(err)
		}
	}
	if !idLike(to.Person) {
		return bot.Sent{}, fmt.Errorf("a private reply to nobody: %w", bot.ErrPermanent)
	}
	channel, err := p.direct(ctx, to.Person)
	if err != nil {
		return bot.Sent{}, repeatableError(err)
	}
	ids, err := p.inTurn(ctx, to, parts, func(n int) (string, error) {
		return p.create(ctx, to, where{channel: channel}, parts[n], n)
	})
	if len(ids) == 0 {
		return bot.Sent{}, sendError(err)
	}
	return spoken{channel, ids}.whole(), nil
}

// fill puts a reply in direct messages where the answer to its command was put
// off, and returns its id; "" when none was. It may be repeated: what was filled
// with the same text is not filled again.
func (p *Platform) fill(ctx context.Context, to bot.Destination, part payload) (string, error) {
	if to.Tenant.Workspace != "" || to.Person != "" || !answerable(to.ReplyTo) {
		return "", nil
	}
	p.answering.wait(ctx, to.ReplyTo)
	var now createdMessage
	err := p.rest.call(ctx, call{method: http.MethodGet, route: "/webhooks/{}/{}/messages/{}", path: "/webhooks/" + to.ReplyTo + "/messages/@original", open: true, into: &now})
	switch {
	case p.early(to, err):
		return "", &bot.RetryAfter{After: earlyWait, Channel: true}
	case closed(err), err == nil && !idLike(now.ID):
		return "", nil // it was answered otherwise, or is too old
	case err != nil:
		return "", repeatableError(err)
	case now.ID == to.Message: // it is the message that was clicked on
		return "", nil
	case now.Flags&flagLoading == 0 && now.Content == part.Content:
		return now.ID, nil
	case now.Flags&flagLoading == 0:
		return "", nil
	}
	if err := p.amend(ctx, to.ReplyTo, now.ID, part); !closed(err) {
		return now.ID, err
	}
	return "", nil
}

// earlyWait is how long to wait with what is said too early.
const earlyWait = 500 * time.Millisecond

// early reports whether a token may not be known yet: the interaction is answered
// by another process, which has until the deadline for it. Discord says the same of
// one that is known no more.
func (p *Platform) early(to bot.Destination, err error) bool {
	if codeOf(err) != codeUnknownWebhook {
		return false
	}
	since, ok := p.unknown.Get(begunKey(to), p.now())
	if !ok {
		since = p.now()
		p.unknown.Put(begunKey(to), since, since)
	}
	return p.now().Sub(since) < answerWait
}

// flagLoading is set on the message that stands for an answer that was put off.
const flagLoading = 1 << 7

// byToken says the messages of a reply by the token of an interaction, and returns
// the ids of those that were said.
func (p *Platform) byToken(ctx context.Context, to bot.Destination, parts []payload, flags int) ([]string, error) {
	if !answerable(to.ReplyTo) {
		return nil, &callError{method: http.MethodPost, route: "/webhooks/{}/{}", refused: true}
	}
	p.answering.wait(ctx, to.ReplyTo)
	return p.inTurn(ctx, to, parts, func(n int) (string, error) {
		m, err := p.follow(ctx, to.ReplyTo, parts[n], flags)
		return m.ID, err
	})
}

// inTurn says the messages of a reply one after the other, and waits a little
// when Discord asks to. What is said stays said: after an error the rest is not.
func (p *Platform) inTurn(ctx context.Context, to bot.Destination, parts []payload, one func(n int) (string, error)) (ids []string, err error) {
	for n := range parts {
		id, err := one(n)
		for waits := 0; err != nil && n > 0 && waits < 3; waits++ {
			var wait *bot.RetryAfter
			if !errors.As(sendError(err), &wait) || wait.After > longestHold || !pause(ctx, wait.After) {
				break
			}
			id, err = one(n)
		}
		if err != nil {
			if n > 0 {
				p.log.Warn("reply is not whole", "reply", to.Key, "parts", len(parts), "said", n, "err", err)
			}
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// closed reports whether a token is closed for good: nothing was said, and nothing
// can be said by it.
func closed(err error) bool {
	var e *callError
	if !errors.As(err, &e) || e.written || e.limited {
		return false
	}
	switch e.code {
	case codeUnknownWebhook, codeUnknownInteraction, codeWebhookToken, codeUnknownMessage, codeMaxFollowUps:
		return true
	}
	return e.status == http.StatusUnauthorized || e.status == http.StatusForbidden || e.status == http.StatusNotFound
}
