package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"authfix/bot"
)

var (
	_ bot.Platform = (*Platform)(nil)
	_ bot.Pacer    = (*Platform)(nil)
)

// pace is between two messages in a channel.
// https://docs.slack.dev/apis/web-api/rate-limits
const pace = time.Second

// Pace implements [bot.Pacer].
func (p *Platform) Pace() time.Duration { return pace }

// Send implements [bot.Platform]. A private reply goes to the response_url while
// that works, else it is an ephemeral message, else, where the bot cannot write,
// a direct message.
//
// What a reply was sent as is the timestamp of its first message, with the
// channel in front when that is another than the destination's, and the number
// of its messages behind when it has several and is in a thread or a direct
// message: D024BE7LH/1700000000.000100+2.
func (p *Platform) Send(ctx context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error) {
	address := p.permalinks(ctx, to.Tenant, &r)
	if r.Audience == bot.ToHome {
		return p.publish(ctx, to, renderHome(&r, address))
	}
	if r.OnlyMarks(emojis) {
		return p.mark(ctx, to, &r)
	}
	if strings.HasPrefix(to.Replaces, privately) {
		to.Replaces = "" // it cannot be changed; what takes its place is said anew
	}
	parts := render(&r, to.Key, address)
	switch {
	case to.Replaces != "":
		return p.change(ctx, to, &r, parts)
	case to.Person != "" && to.Channel != "":
		return p.tell(ctx, to, parts)
	}
	return p.post(ctx, to, parts)
}

// A place is where a reply stands.
type place struct {
	channel string
	ts      string // of its first message
	parts   int    // how many messages it has, as far as that is told
}

// sentAs is how a place is named in [bot.Sent]. A case takes its thread from the
// name of what was posted into a channel, so nothing but the timestamp is there.
func sentAs(to bot.Destination, at place) bot.Sent {
	id := at.ts
	if at.channel != to.Channel {
		id = at.channel + "/" + id
	}
	if at.parts > 1 && (to.Thread != "" || isDirect(at.channel)) {
		id += "+" + strconv.Itoa(at.parts)
	}
	return bot.Sent{ID: id}
}

// spokenAt reads what sentAs wrote.
func spokenAt(to bot.Destination, id string) place {
	at := place{channel: to.Channel, ts: id, parts: 1}
	if channel, ts, ok := strings.Cut(id, "/"); ok {
		at.channel, at.ts = channel, ts
	}
	if ts, parts, ok := strings.Cut(at.ts, "+"); ok {
		at.ts = ts
		at.parts, _ = strconv.Atoi(parts)
	}
	return at
}

// isDirect reports whether a channel is a direct message.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// post says a reply that everyone in the channel sees, or the person of a direct
// message.
func (p *Platform) post(ctx context.Context, to bot.Destination, parts []payload) (bot.Sent, error) {
	channel := to.Channel
	if channel == "" {
		var err error
		if channel, err = p.direct(ctx, to.Tenant, to.Person); err != nil {
			return bot.Sent{}, repeatableError(err)
		}
	}
	sent, err := p.postParts(ctx, to, channel, parts)
	if who := audienceOf(to); err != nil && who != "" && unreachable[wordOf(err)] {
		return p.broadcast(ctx, to, parts, who)
	}
	return sent, err
}

// audienceOf is for whom a reply can be said by the response_url where the bot
// is no member, "" when it cannot. In a conversation of two people it is for the
// one who called. To everyone it never goes by the address of a command: Slack
// would show what was typed with it.
func audienceOf(to bot.Destination) string {
	if to.ReplyTo == "" || to.Person != "" {
		return ""
	}
	if isDirect(to.Channel) {
		return "ephemeral"
	}
	if u, err := url.Parse(to.ReplyTo); err == nil && strings.HasPrefix(u.Path, "/actions/") {
		return "in_channel"
	}
	return ""
}

// postParts posts the messages of a reply, without those that were posted by an
// earlier attempt.
func (p *Platform) postParts(ctx context.Context, to bot.Destination, channel string, parts []payload) (bot.Sent, error) {
	had := p.begun.take(to)
	for i := range parts {
		if had[i+1] != "" {
			continue
		}
		thread := to.Thread
		if i > 0 {
			if !pause(ctx, p.gap) {
				return bot.Sent{}, p.interrupted(to, had, ctx.Err())
			}
			if thread == "" && !isDirect(channel) {
				thread = had[1] // what does not fit into a channel goes on below it
			}
		}
		ts, err := p.postOne(ctx, to.Tenant, channel, thread, &parts[i])
		switch {
		case err == nil:
			had[i+1] = ts
		case i == 0:
			return bot.Sent{}, sendError(err)
		case errors.Is(sendError(err), bot.ErrPermanent):
			p.log.Warn("reply is not whole", "reply", to.Key, "parts", len(parts), "said", i, "err", err)
			return sentAs(to, place{channel, had[1], i}), nil
		default:
			return bot.Sent{}, p.interrupted(to, had, err)
		}
	}
	return sentAs(to, place{channel, had[1], len(parts)}), nil
}

// interrupted is the error when a part of a reply was said: whoever goes on
// looks for that part first.
func (p *Platform) interrupted(to bot.Destination, had map[int]string, err error) error {
	p.begun.put(to, had)
	var wait *bot.RetryAfter
	if errors.As(sendError(err), &wait) {
		err = errors.New("then Slack asked to wait " + wait.After.String())
	}
	return fmt.Errorf("%w: a part of it was: %w", bot.ErrUnknown, err)
}

// errThreadGone says that the message was deleted to whose thread a reply goes.
var errThreadGone = fmt.Errorf("the thread is gone: %w", bot.ErrPermanent)

// postOne posts one message.
func (p *Platform) postOne(ctx context.Context, t bot.Tenant, channel, thread string, part *payload) (string, error) {
	args, err := part.values()
	if err != nil {
		return "", fmt.Errorf("encode a message: %w: %w", err, bot.ErrPermanent)
	}
	args.Set("channel", channel)
	if thread != "" {
		args.Set("thread_ts", thread)
	}
	var got struct {
		TS      string `json:"ts"`
		Message *struct {
			ThreadTS string `json:"thread_ts"`
		} `json:"message"`
	}
	if err := p.spaces.call(ctx, t, "chat.postMessage", args, &got); err != nil {
		return "", err
	}
	if thread != "" && got.Message != nil && got.Message.ThreadTS == "" {
		// The head of the thread was deleted, and Slack said it in the channel.
		if err := p.spaces.call(ctx, t, "chat.delete", url.Values{"channel": {channel}, "ts": {got.TS}}, nil); err != nil {
			p.log.Warn("message outside of its thread not deleted", "err", err)
		}
		return "", errThreadGone
	}
	return got.TS, nil
}

// direct returns the channel of the direct messages with a person.
func (p *Platform) direct(ctx context.Context, t bot.Tenant, person string) (string, error) {
	key := t.String() + " " + person
	if d, ok := p.directs.Get(key, p.now()); ok {
		return d, nil
	}
	var got struct {
		Channel struct {
			ID string `json:"id"`
		} `json:"channel"`
	}
	if err := p.spaces.call(ctx, t, "conversations.open", url.Values{"users": {person}}, &got); err != nil {
		return "", err
	}
	if got.Channel.ID == "" {
		return "", fmt.Errorf("conversations.open: it names no channel: %w", bot.ErrPermanent)
	}
	p.directs.Put(key, got.Channel.ID, p.now())
	return got.Channel.ID, nil
}

// begun remembers the parts of replies that were said, until the rest is. It is
// bounded; what falls out of it is found by its metadata.
type begun struct {
	mu    sync.Mutex
	parts map[string]map[int]string // by reply: timestamps, by part from 1
}

// maxBegun bounds the replies that are begun.
const maxBegun = 1024

// take returns what was said of a reply, and forgets it.
func (b *begun) take(to bot.Destination) map[int]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := to.Tenant.String() + " " + to.Key
	had := b.parts[key]
	delete(b.parts, key)
	if had == nil {
		had = make(map[int]string)
	}
	return had
}

func (b *begun) put(to bot.Destination, had map[int]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.parts == nil || len(b.parts) >= maxBegun {
		b.parts = make(map[string]map[int]string)
	}
	b.parts[to.Tenant.String()+" "+to.Key] = had
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
