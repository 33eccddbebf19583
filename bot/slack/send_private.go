package slack

import (
	"context"
	"errors"
	"net/http"
	"time"

	"authfix/bot"
)

// privately is what a private reply is sent as: it cannot be changed, so nobody
// needs its timestamp.
const privately = "private"

// longestPause is how long a private reply of several messages is held up when
// Slack asks to wait between them.
const longestPause = 5 * time.Second

// An answer is the body of a request to a response_url.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
type answer struct {
	payload
	ResponseType string `json:"response_type"` // ephemeral or in_channel
	Replace      bool   `json:"replace_original"`
	ThreadTS     string `json:"thread_ts,omitempty"`
}

// tell says a reply that one person alone sees. Each of its messages takes the
// first way that is open; which it is may change on the way, since a response_url
// takes five messages. Nothing is said twice: what fails after the first message
// was said stays unsaid.
func (p *Platform) tell(ctx context.Context, to bot.Destination, parts []payload) (bot.Sent, error) {
	ways := []func(*payload) error{
		func(part *payload) error { return p.respond(ctx, to, part, "ephemeral") },
		func(part *payload) error { return p.whisper(ctx, to, part) },
		func(part *payload) error { return p.write(ctx, to, part) },
	}
	if to.ReplyTo == "" {
		ways = ways[1:]
	}
	for i := range parts {
		part := &parts[i]
		part.Metadata = nil // it is not looked for, and in a response_url it is refused
		err := ways[0](part)
		for waits := 0; err != nil; {
			var wait *bot.RetryAfter
			if closed(err) && len(ways) > 1 {
				ways = ways[1:]
			} else if i > 0 && errors.As(sendError(err), &wait) && wait.After <= longestPause && waits < 3 && pause(ctx, wait.After) {
				waits++
			} else {
				break
			}
			err = ways[0](part)
		}
		if err != nil && i > 0 {
			p.log.Warn("reply is not whole", "reply", to.Key, "parts", len(parts), "said", i, "err", err)
			break
		}
		if err != nil {
			return bot.Sent{}, sendError(err)
		}
	}
	return bot.Sent{ID: privately}, nil
}

// closed reports whether a way to a person is closed for good: nothing was said,
// and nothing can be said that way.
func closed(err error) bool {
	var e *callError
	if !errors.As(err, &e) || e.written {
		return false
	}
	if e.method == responseMethod {
		// expired_url, used_url, or a page that says so.
		return e.word != "" && !limits[e.word] || e.status >= 400 && e.status < 500 && e.status != http.StatusTooManyRequests
	}
	return unreachable[e.word]
}

// respond posts a message to the response_url.
func (p *Platform) respond(ctx context.Context, to bot.Destination, part *payload, who string) error {
	return p.api.respond(ctx, to.ReplyTo, answer{payload: *part, ResponseType: who, ThreadTS: to.Thread})
}

// broadcast says a reply by the response_url where the bot is no member. What it
// was said as is not told.
func (p *Platform) broadcast(ctx context.Context, to bot.Destination, parts []payload, who string) (bot.Sent, error) {
	for i := range parts {
		parts[i].Metadata = nil
		err := p.respond(ctx, to, &parts[i], who)
		if err != nil && i == 0 {
			return bot.Sent{}, sendError(err)
		}
		if err != nil {
			p.log.Warn("reply is not whole", "reply", to.Key, "parts", len(parts), "said", i, "err", err)
			break
		}
	}
	return bot.Sent{}, nil
}

// whisper posts an ephemeral message.
func (p *Platform) whisper(ctx context.Context, to bot.Destination, part *payload) error {
	args, err := part.values()
	if err != nil {
		return err
	}
	args.Set("channel", to.Channel)
	args.Set("user", to.Person)
	if to.Thread != "" {
		args.Set("thread_ts", to.Thread)
	}
	return p.spaces.call(ctx, to.Tenant, "chat.postEphemeral", args, nil)
}

// write posts a direct message.
func (p *Platform) write(ctx context.Context, to bot.Destination, part *payload) error {
	channel, err := p.direct(ctx, to.Tenant, to.Person)
	if err != nil {
		return err
	}
	_, err = p.postOne(ctx, to.Tenant, channel, "", part)
	return err
}
