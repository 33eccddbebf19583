package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"authfix/bot"
)

const (
	// deferAfter is how long a decision is waited for: Discord takes a first answer
	// within three seconds, and the answer takes its way.
	// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response
	deferAfter = 1800 * time.Millisecond
	// decideWithin is how long a decision may take that was put off.
	decideWithin = 30 * time.Second
	// sayWithin bounds a request that answers an interaction.
	sayWithin = 5 * time.Second
	// maxDeciding bounds the interactions that wait for a decision, most of them put
	// off: more are sent away.
	maxDeciding = 1024
	// maxInteraction bounds an interaction that comes by any way.
	maxInteraction = 1 << 20
)

// What people are told when the desk has not said anything.
const (
	textDone     = "Done."
	textNotTaken = "That could not be taken just now: try again in a moment."
	textLateForm = "The form could not be opened: use the command again, or write the text behind it."
	textAway     = "The program is starting or stopping: try again in a moment."
)

// interaction has an interaction decided, and returns what it is to be answered
// with at first: nil for nothing. received is when it came; the answer is returned
// within [deferAfter] of then, however long the decision takes, for a decision
// that takes longer is put off and its outcome said later: late then gives the
// error of the decision, once. An error tells that
// the interaction could not be decided, or read; who used it is answered all the
// same.
//
// It runs while the caller holds the ear.
func (p *Platform) interaction(ctx context.Context, accept bot.Accepter, data []byte, received time.Time) (answer *interactionAnswer, late <-chan error, err error) {
	in, err := p.safelyRead(ctx, data)
	switch {
	case err != nil:
		answer, err = p.brokenInteraction(ctx, accept, in, data, err)
		return answer, nil, err
	case in.ping:
		return &interactionAnswer{Type: answerPong}, nil, nil
	case in.complete:
		return &interactionAnswer{Type: answerComplete, Data: p.options(ctx, in.message)}, nil, nil
	case in.message == nil:
		p.log.Debug("an interaction is ignored", "reason", in.ignored)
		return nil, nil, nil
	}
	type outcome struct {
		ack bot.Ack
		err error
	}
	if !p.deciding.enter(maxDeciding) {
		return privately(textNotTaken), nil, errBusy
	}
	done := make(chan outcome, 1)
	p.ear.Go(func() {
		defer p.deciding.leave()
		// Who used it is not asked again: the decision outlives the request.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), decideWithin)
		defer cancel()
		ack, err := accept(ctx, *in.message)
		done <- outcome{ack, err}
	})
	wait := time.NewTimer(deferAfter - time.Since(received))
	defer wait.Stop()
	select {
	case o := <-done:
		if o.err != nil {
			return privately(textNotTaken), nil, o.err
		}
		return in.answer(o.ack), nil, nil
	case <-wait.C:
	}
	decided := make(chan error, 1)
	p.ear.Go(func() {
		o := <-done
		p.afterwards(context.WithoutCancel(ctx), &in, o.ack, o.err)
		decided <- o.err
	})
	return in.putOff(), decided, nil
}

// answer is what an interaction is answered with at first.
func (in *interaction) answer(ack bot.Ack) *interactionAnswer {
	switch {
	case ack.Form != nil && in.form:
		return privately(textLateForm) // Discord opens none after another
	case ack.Form != nil:
		return formAnswer(*ack.Form)
	case len(ack.Errors) > 0:
		return privately(errorsText(ack.Errors))
	case ack.Later:
		return in.putOff()
	case in.component:
		return &interactionAnswer{Type: answerNothing}
	}
	return privately(textDone)
}

// putOff is the answer that another follows. Who sees that one is settled here: in
// direct messages with the bot nobody else is there, and what only one may see is
// gone when the client is closed.
func (in *interaction) putOff() *interactionAnswer {
	switch {
	case in.component:
		return &interactionAnswer{Type: answerNothing}
	case in.message.Place == bot.Direct:
		return &interactionAnswer{Type: answerDefer}
	}
	return &interactionAnswer{Type: answerDefer, Data: map[string]any{"flags": flagEphemeral}}
}

// afterwards says what a decision led to that was put off, unless the desk does.
func (p *Platform) afterwards(ctx context.Context, in *interaction, ack bot.Ack, err error) {
	text := textDone
	switch {
	case err != nil:
		p.log.Error("an interaction was not decided", "interaction", in.id, "err", err)
		text = textNotTaken
	case ack.Form != nil:
		text = textLateForm
	case len(ack.Errors) > 0:
		text = errorsText(ack.Errors)
	case ack.Later, in.component:
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sayWithin)
	defer cancel()
	if err := p.followUp(ctx, in.message.ReplyTo, text); err != nil {
		p.log.Warn("who used an interaction was not told what became of it", "interaction", in.id, "err", err)
	}
}

// interacted answers an interaction that came by the gateway: data is that of the
// event. It returns when the interaction is decided, also when that was put off:
// Discord tells the event again when the program ends before. Its error is that of
// the decision; who used it was told so, and is not asked again.
//
// It runs while the caller holds the ear.
func (p *Platform) interacted(ctx context.Context, accept bot.Accepter, data []byte, received time.Time) error {
	var named struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	known := len(data) <= maxInteraction && bot.Decode(data, &named) == nil && idLike(named.ID) && tokenShape.MatchString(named.Token)
	answered := func() {}
	if known {
		answered = sync.OnceFunc(p.answering.begin(named.Token))
		defer answered()
	}
	answer, late, err := p.interaction(ctx, accept, data, received)
	if answer != nil && known {
		p.firstAnswer(ctx, named.ID, named.Token, answer)
	}
	answered()
	if late != nil {
		err = <-late
	}
	return err
}

// firstAnswer answers an interaction that came by the gateway.
func (p *Platform) firstAnswer(ctx context.Context, id, token string, answer *interactionAnswer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sayWithin)
	defer cancel()
	failed := p.rest.call(ctx, call{method: http.MethodPost, route: "/interactions/{}/{}/callback", path: "/interactions/" + id + "/" + token + "/callback",
		body: answer, open: true})
	if failed != nil {
		// It came too late, or another replica was faster. What the desk says goes
		// another way then.
		p.log.Warn("an interaction was not answered", "interaction", id, "answer", answer.Type, "err", failed)
	}
}

// safelyRead reads an interaction. What cannot be read must not end the program,
// whatever it is.
func (p *Platform) safelyRead(ctx context.Context, data []byte) (in interaction, err error) {
	defer func() {
		if recover() != nil {
			in, err = interaction{}, errors.New("it cannot be read")
			p.log.Error("panic while reading an interaction", "stack", string(debug.Stack()))
		}
	}()
	if len(data) > maxInteraction {
		return interaction{}, errors.New("it has more than 1 MiB")
	}
	return p.readInteraction(data, func(guild, channel string) spot { return p.spotNow(ctx, guild, channel) })
}

// brokenInteraction has an interaction recorded that cannot be read: nothing of
// its content is kept.
func (p *Platform) brokenInteraction(ctx context.Context, accept bot.Accepter, in interaction, data []byte, why error) (*interactionAnswer, error) {
	sum := sha256.Sum256(data)
	m := bot.Message{Kind: bot.Broken, Tenant: bot.Tenant{Platform: Name}, Delivery: "sha256:" + hex.EncodeToString(sum[:]), Type: "interaction", Size: int64(len(data)), Error: why.Error()}
	if idLike(in.id) {
		m.Delivery = in.id
	}
	p.log.Error("an interaction cannot be read", "size", len(data), "delivery", m.Delivery, "err", why)
	_, err := accept(ctx, m)
	return privately(textNotTaken), errors.Join(why, err)
}
