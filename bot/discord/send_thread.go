package discord

import (
	"context"
	"fmt"
	"net/http"

	"authfix/bot"
)

// archiveAfter is after how many minutes without a message a thread is put away.
const archiveAfter = 1440

// where is where a message is written to.
type where struct {
	channel string
	reply   string // the message that it is a reply to, or ""
}

// A threadState is what is known of a thread.
type threadState int

const (
	threadThere threadState = iota + 1 // it exists
	threadNever                        // none can be begun: it is a reply in the channel
)

// kind is what is known of a channel; of one that cannot be found out nothing is.
func (p *Platform) kind(ctx context.Context, channel string) channelInfo {
	c, err := p.channelInfo(ctx, channel)
	if err != nil {
		p.log.Debug("channel not found out", "err", err)
	}
	return c
}

// find returns where a reply is written to, and begins its thread when that is
// not there.
func (p *Platform) find(ctx context.Context, to bot.Destination, r *bot.Reply) (where, error) {
	switch {
	case to.Channel == "" && to.Person != "":
		channel, err := p.direct(ctx, to.Person)
		return where{channel: channel}, repeatableError(err)
	case !idLike(to.Channel):
		return where{}, fmt.Errorf("a reply to no channel: %w", bot.ErrPermanent)
	case to.Thread == "":
		return where{channel: to.Channel}, nil
	}
	switch state, _ := p.threads.Get(to.Thread, p.now()); state {
	case threadThere:
		return where{channel: to.Thread}, nil
	case threadNever:
		return where{to.Channel, to.Thread}, nil
	}
	if c, _, ok := p.world.place(to.Thread); ok && c.thread() {
		return where{channel: to.Thread}, nil
	}
	if !p.root(to) {
		return where{channel: to.Thread}, nil // it answers what was said there
	}
	at, _, err := p.begin(ctx, to, r)
	return at, err
}

// root reports whether a reply is to the message that its thread begins with.
func (p *Platform) root(to bot.Destination) bool { return to.Message == "" || to.Message == to.Thread }

// begin begins the thread of a reply. gone says that there is no message that it
// can begin with.
func (p *Platform) begin(ctx context.Context, to bot.Destination, r *bot.Reply) (at where, gone bool, err error) {
	inThread, inChannel := where{channel: to.Thread}, where{to.Channel, to.Thread}
	c := p.kind(ctx, to.Channel)
	switch {
	case c.forum():
		return inThread, false, nil
	case c.voice(), c.thread():
		return inChannel, false, nil
	}
	err = p.rest.call(ctx, call{method: http.MethodPost, route: "/channels/{}/messages/{}/threads", path: "/channels/" + to.Channel + "/messages/" + to.Thread + "/threads",
		body: map[string]any{"name": threadName(r), "auto_archive_duration": archiveAfter}})
	switch code := codeOf(err); {
	case err == nil, code == codeThreadExists:
		return inThread, false, nil
	case code == codeUnknownMessage:
		// It was deleted, or it is the opening post of a forum that is not known as
		// one; its thread may be there all the same.
		return inThread, true, nil
	case statusOf(err) >= 400 && statusOf(err) < 500 && statusOf(err) != http.StatusUnauthorized && permanent(err):
		p.log.Info("thread not begun", "workspace", to.Tenant.Workspace, "channel", to.Channel, "err", err)
		return inChannel, false, nil
	}
	return where{}, false, repeatableError(err)
}

// elsewhere returns where else a reply can be written to that could not be
// written where it belongs, and false when there is nowhere.
func (p *Platform) elsewhere(ctx context.Context, to bot.Destination, r *bot.Reply, at where, err error) (next where, ok bool, _ error) {
	if to.Thread == "" || at.channel != to.Thread {
		return where{}, false, nil
	}
	inChannel := where{to.Channel, to.Thread}
	parent := p.kind(ctx, to.Channel)
	forum := parent.forum()
	switch codeOf(err) {
	case codeUnknownChannel: // the thread is not there
		p.threads.Drop(to.Thread)
		if forum {
			return where{}, false, nil
		}
		if !p.root(to) {
			return inChannel, p.inChannel(ctx, to), nil
		}
		if at, gone, err := p.begin(ctx, to, r); err != nil || !gone {
			return at, err == nil && at.channel != "", err
		}
		return inChannel, true, nil
	case codeMissingPermission, codeMissingAccess:
		return inChannel, !forum, nil
	}
	return where{}, false, nil
}

// inChannel reports whether the message that a reply answers stands in the
// channel itself. There it belongs to a thread which was never begun: it replies
// to an answer that could not begin one.
func (p *Platform) inChannel(ctx context.Context, to bot.Destination) bool {
	return p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}/messages/{}", path: "/channels/" + to.Channel + "/messages/" + to.Message}) == nil
}

// settled remembers where a reply was written to.
func (p *Platform) settled(to bot.Destination, at where) {
	switch {
	case to.Thread == "":
	case at.channel == to.Thread:
		p.threads.Put(to.Thread, threadThere, p.now())
	default:
		p.threads.Put(to.Thread, threadNever, p.now())
	}
}

// threadName is what a thread is called: the headline of what is said first in
// it.
func threadName(r *bot.Reply) string {
	name := bot.PlainLine(r.Headline)
	if bot.Blank(name) {
		return "Answer"
	}
	if bot.Chars(name) > maxThreadName {
		name = bot.Pieces(name, maxThreadName-1, bot.RuneChars)[0] + "…"
	}
	return name
}

// unarchive takes a thread out of the archive.
func (p *Platform) unarchive(ctx context.Context, thread string) error {
	return p.rest.call(ctx, call{method: http.MethodPatch, route: "/channels/{}", path: "/channels/" + thread, body: map[string]any{"archived": false}})
}
