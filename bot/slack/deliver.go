package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"regexp"
	"runtime/debug"
	"time"

	"authfix/bot"
)

const (
	// maxPayload bounds one delivery.
	maxPayload = 1 << 20
	// waitInHand is how long a delivery may wait until it is decided. Slack delivers
	// it again meanwhile.
	waitInHand = 30 * time.Second
	// whoWithin bounds the question who the bot is in a tenant.
	whoWithin = time.Second
)

// maxInHand is how many deliveries are read and decided at once. More wait with
// Slack: over Socket Mode in the connection, over HTTP until they are retried.
const maxInHand = 256

// A kind is what a delivery was delivered as.
type kind string

const (
	kindEvent       kind = "event"
	kindCommand     kind = "command"
	kindInteraction kind = "interaction"
)

// A delivery is one thing that Slack delivered, over either transport.
type delivery struct {
	kind kind
	data []byte     // JSON
	form url.Values // of a command over HTTP, in place of data
	size int
}

// deliver has a delivery decided, and returns with what it is acknowledged: nil
// for nothing but that. After an error it is not acknowledged.
//
// It runs while the caller holds the ear.
func (p *Platform) deliver(ctx context.Context, accept bot.Accepter, d delivery) (answer any, err error) {
	ctx, cancel := context.WithTimeout(ctx, waitInHand)
	defer cancel()
	r, err := p.read(ctx, d)
	switch {
	case err != nil:
		return nil, p.broken(ctx, accept, d, err)
	case r.removed != nil:
		return nil, p.spaces.uninstalled(ctx, r.removed.tenant, r.removed.at)
	case r.message == nil:
		if r.ignored == ignoreLimited {
			p.log.Error("slack drops events: more than 30,000 an hour came from one workspace")
		}
		return nil, nil
	}
	ack, err := accept(ctx, *r.message)
	if err != nil {
		return nil, err
	}
	if ack.Form != nil && r.trigger != "" {
		p.ear.Go(func() { p.openForm(context.WithoutCancel(ctx), r.message, r.trigger, *ack.Form) })
	}
	if r.form && len(ack.Errors) > 0 {
		return formErrors(ack.Errors), nil
	}
	return nil, nil
}

// read reads a delivery of either kind. What cannot be read must not end the
// program, whatever it is.
func (p *Platform) read(ctx context.Context, d delivery) (r received, err error) {
	defer func() {
		if recover() != nil {
			r, err = received{}, errors.New("it cannot be read")
			p.log.Error("panic while reading a delivery", "type", string(d.kind), "stack", string(debug.Stack()))
		}
	}()
	who := func(t bot.Tenant) Install {
		ctx, cancel := context.WithTimeout(ctx, whoWithin)
		defer cancel()
		i, err := p.spaces.of(ctx, t)
		if err != nil && !errors.Is(err, ErrNoInstall) {
			p.log.Warn("who the bot is cannot be told", "workspace", t.Workspace, "err", err)
		}
		return i
	}
	if d.kind == kindEvent {
		return readEvent(d.data, who)
	}
	in := interpreter{now: p.now(), mayReply: p.mayReply, digest: p.digest, who: who, only: p.only()}
	if d.kind == kindInteraction {
		return in.interaction(d.data)
	}
	b := commandForm(d.form)
	if d.form == nil {
		if err := bot.Decode(d.data, &b); err != nil {
			return received{}, err
		}
	}
	return in.command(b)
}

// only is the one workspace of the configuration, once it is known.
func (p *Platform) only() bot.Tenant {
	if p.config.ClientID != "" {
		return bot.Tenant{}
	}
	p.spaces.mu.Lock()
	defer p.spaces.mu.Unlock()
	return p.spaces.one.Tenant
}

// broken has a delivery recorded that cannot be read: nothing of its content is
// kept.
func (p *Platform) broken(ctx context.Context, accept bot.Accepter, d delivery, why error) error {
	m := bot.Message{Kind: bot.Broken, Tenant: bot.Tenant{Platform: Name}, Delivery: eventID(d.data), Type: string(d.kind), Size: int64(d.size), Error: why.Error()}
	if m.Delivery == "" {
		data := d.data
		if d.form != nil {
			data = []byte(d.form.Encode())
		}
		m.Delivery = "sha256:" + hashOf(data)
	}
	p.log.Error("a delivery cannot be read", "type", m.Type, "size", m.Size, "delivery", m.Delivery, "err", why)
	_, err := accept(ctx, m)
	return err
}

// eventLike finds the id of an event in what may be no JSON.
var eventLike = regexp.MustCompile(`"event_id"\s*:\s*"(Ev[0-9A-Z]{1,40})"`)

// eventID is the id of an event, or "".
func eventID(data []byte) string {
	if found := eventLike.FindSubmatch(data); found != nil {
		return string(found[1])
	}
	return ""
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// digest tells texts apart for whoever knows the app's secret, and for nobody
// else.
func (p *Platform) digest(text string) string {
	mac := hmac.New(sha256.New, []byte(p.config.SigningSecret+"\x00"+p.config.AppToken))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// mayReply reports whether an address is one of Slack's for answers.
func (p *Platform) mayReply(address string) bool {
	u, err := url.Parse(address)
	return err == nil && p.api.mayReply(u)
}
