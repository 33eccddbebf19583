package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"authfix/bot"
)

// A target is where a message is written to.
type target struct {
	method  string
	route   string
	path    string
	byToken bool // of an interaction, which the path holds
}

// write creates or changes a message. Every one that is goes through here, which
// keeps it from mentioning anyone.
func (p *Platform) write(ctx context.Context, at target, w written, into any) error {
	return p.rest.call(ctx, call{method: at.method, route: at.route, path: at.path, open: at.byToken, body: inert(w), into: into})
}

// A createdMessage is what is read of the answer.
type createdMessage struct {
	ID      string `json:"id"`
	Content string `json:"content"`
	Flags   int64  `json:"flags"`
}

// created checks the answer to a message that was created.
func (m *createdMessage) created(at target) error {
	if !idLike(m.ID) {
		return &callError{method: at.method, route: at.route, status: http.StatusOK, written: true}
	}
	return nil
}

// create creates the nth message of a reply. When it is repeated within the
// window, Discord answers with the message that it created first.
func (p *Platform) create(ctx context.Context, to bot.Destination, at where, part payload, n int) (string, error) {
	w := written{payload: part}
	if to.Key != "" {
		w.Nonce, w.Enforce = nonce(to.Key, n), true
	}
	if at.reply != "" {
		w.Reference = &reference{Message: at.reply}
	}
	var got createdMessage
	t := target{method: http.MethodPost, route: "/channels/{}/messages", path: "/channels/" + at.channel + "/messages"}
	if err := p.write(ctx, t, w, &got); err != nil {
		return "", err
	}
	return got.ID, got.created(t)
}

// update changes a message.
func (p *Platform) update(ctx context.Context, channel, id string, part payload) error {
	return p.write(ctx, target{method: http.MethodPatch, route: "/channels/{}/messages/{}", path: "/channels/" + channel + "/messages/" + id}, written{payload: part}, nil)
}

// follow creates a message by the token of an interaction. The first one takes
// the place of an answer that was put off, and keeps its visibility.
// https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message
func (p *Platform) follow(ctx context.Context, replyTo string, part payload, flags int) (createdMessage, error) {
	var got createdMessage
	t := target{method: http.MethodPost, route: "/webhooks/{}/{}", path: "/webhooks/" + replyTo, byToken: true}
	if err := p.write(ctx, t, written{payload: part, Flags: flags}, &got); err != nil {
		return got, err
	}
	return got, got.created(t)
}

// amend changes a message that was created by a token.
func (p *Platform) amend(ctx context.Context, replyTo, id string, part payload) error {
	return p.write(ctx, target{method: http.MethodPatch, route: "/webhooks/{}/{}/messages/{}", path: "/webhooks/" + replyTo + "/messages/" + id, byToken: true}, written{payload: part}, nil)
}

// nonce is what Discord knows a repetition by.
func nonce(key string, n int) string {
	sum := sha256.Sum256([]byte(key + strconv.Itoa(n)))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:maxNonce]
}

// answerable reports whether a ReplyTo is an application and a token.
func answerable(replyTo string) bool {
	app, token, ok := strings.Cut(replyTo, "/")
	return ok && idLike(app) && tokenShape.MatchString(token)
}
