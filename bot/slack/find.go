package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"authfix/bot"
)

var _ bot.Finder = (*Platform)(nil)

const (
	// findPage is how many messages are asked for at once, and findPages how often.
	// Apps that are sold outside Slack's Marketplace get 15, once a minute.
	// https://docs.slack.dev/apis/web-api/rate-limits
	findPage  = 200
	findPages = 5
)

// Find implements [bot.Finder]. It looks through the thread, or through what is
// newest in the channel, for messages of the bot with the key in their metadata.
// A reply of several messages is found when all of them are; what there is of
// them is remembered, and the next Send says the rest. Without the scope
// metadata.message:read, or where the bot cannot read, nothing is ever found.
func (p *Platform) Find(ctx context.Context, to bot.Destination) (bot.Sent, bool, error) {
	channel := to.Channel
	if to.Replaces != "" {
		channel = spokenAt(to, to.Replaces).channel
	}
	if channel == "" {
		var err error
		if channel, err = p.direct(ctx, to.Tenant, to.Person); err != nil {
			return bot.Sent{}, false, repeatableError(err)
		}
	}
	head := to.Thread
	found, parts, err := p.lookup(ctx, to, channel, to.Key, head)
	if err == nil && parts > 1 && len(found) < parts && head == "" && found[1] != "" && !isDirect(channel) {
		// It went on below its first message.
		var rest map[int]string
		if rest, _, err = p.lookup(ctx, to, channel, to.Key, found[1]); err == nil {
			for n, ts := range rest {
				found[n] = ts
			}
		}
	}
	switch {
	case unreadable(err):
		return bot.Sent{}, false, nil
	case err != nil:
		return bot.Sent{}, false, repeatableError(err)
	case parts == 0:
		return bot.Sent{}, false, nil
	}
	for n := 1; n <= parts; n++ {
		if found[n] == "" {
			p.begun.put(to, found)
			return bot.Sent{}, false, nil
		}
	}
	return sentAs(to, place{channel, found[1], parts}), true, nil
}

// unreadable reports whether a conversation cannot be read, now and later.
func unreadable(err error) bool {
	word := wordOf(err)
	return unreachable[word] || word == "missing_scope" || word == "thread_not_found" || word == "message_not_found"
}

// A foundMessage is what is read of a message that may be ours.
type foundMessage struct {
	TS       string        `json:"ts"`
	User     string        `json:"user"`
	Bot      string        `json:"bot_id"`
	Metadata replyMetadata `json:"metadata"`
}

// lookup returns the timestamps of the messages of a reply, by part, and how
// many it has; 0 when there is none. It looks in a thread, or with none in the
// channel.
func (p *Platform) lookup(ctx context.Context, to bot.Destination, channel, key, thread string) (found map[int]string, parts int, err error) {
	found = make(map[int]string)
	me, err := p.spaces.of(ctx, to.Tenant)
	if err != nil || key == "" || !me.has("metadata.message:read") {
		return found, 0, err
	}
	method, args := "conversations.history", url.Values{"channel": {channel}, "limit": {strconv.Itoa(findPage)}, "include_all_metadata": {"true"}}
	if thread != "" {
		method = "conversations.replies"
		args.Set("ts", thread)
	}
	if micros(to.Message) > 0 && to.Message != thread {
		args.Set("oldest", to.Message) // the answer came after the question
	}
	search := channel + " " + thread + " " + key
	if cursor, ok := p.cursors.Get(search, p.now()); ok {
		args.Set("cursor", cursor)
	}
	for range findPages {
		var page struct {
			Messages []json.RawMessage `json:"messages"`
			More     bool              `json:"has_more"`
			Metadata struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := p.spaces.call(ctx, to.Tenant, method, args, &page); err != nil {
			if wordOf(err) == "invalid_cursor" {
				p.cursors.Drop(search)
			}
			return found, parts, err
		}
		for _, raw := range page.Messages {
			var m foundMessage
			if bot.Decode(raw, &m) != nil || m.Metadata.Type != metaType || m.Metadata.Payload.Key != key {
				continue
			}
			// Everyone can read metadata, and so write the same.
			if m.User != me.BotUser && (m.Bot == "" || m.Bot != me.Bot) {
				continue
			}
			found[max(m.Metadata.Payload.Part, 1)] = m.TS
			parts = max(parts, m.Metadata.Payload.Parts, 1)
		}
		if parts > 0 && len(found) >= parts || !page.More || page.Metadata.Cursor == "" {
			break
		}
		// A search that a limit interrupts goes on where it was.
		args.Set("cursor", page.Metadata.Cursor)
		if len(found) == 0 {
			p.cursors.Put(search, page.Metadata.Cursor, p.now())
		}
	}
	p.cursors.Drop(search)
	return found, parts, nil
}

// cursorsFor is how long an interrupted search can go on where it was.
const cursorsFor = 10 * time.Minute
