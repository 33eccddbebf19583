package discord

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"authfix/bot"
)

// maxInHand is how many events are decided at once. More wait with Discord: the
// connection is not read meanwhile.
const maxInHand = 256

// A hearing is what a [Platform] hears by the gateway at present. It is safe for
// concurrent use.
type hearing struct {
	me          atomic.Pointer[string] // the bot's own user
	contentless atomic.Bool            // the intent MESSAGE_CONTENT is not asked for
	refused     atomic.Bool            // because Discord refused it
	looked      atomic.Bool            // for shards that nobody has
	room        chan struct{}          // a place for each event in hand
	turns       turns                  // to begin sessions
	alone       *alone                 // the claims of a process without others
	rhythm      rhythm

	mu     sync.Mutex
	shards map[int]string // why a shard is not connected; "": it is
	why    string         // there are none
}

func newHearing(c Config) *hearing {
	h := &hearing{room: make(chan struct{}, maxInHand), alone: newAlone(), rhythm: usual(), shards: make(map[int]string)}
	if id := c.Application(); id != "" {
		h.me.Store(&id) // as a rule a bot has its application's id
	}
	h.contentless.Store(c.NoMessageContent)
	return h
}

// self is the bot's own user, or "" when it is not known yet.
func (h *hearing) self() string {
	if id := h.me.Load(); id != nil {
		return *id
	}
	return ""
}

// set says how a shard of this process is, and unset that it is none any more.
func (h *hearing) set(shard int, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shards[shard] = why
}

func (h *hearing) unset(shard int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.shards, shard)
}

// note says why there are no shards.
func (h *hearing) note(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.why = why
}

// ready reports why not everything is heard that this process should hear.
func (h *hearing) ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(h.shards)) {
		if why := h.shards[i]; why != "" {
			return fmt.Errorf("shard %d: %s", i, why)
		}
	}
	if len(h.shards) == 0 && !h.looked.Load() {
		if h.why != "" {
			return errors.New("it is not connected: " + h.why)
		}
		return errors.New("it is not connected yet")
	}
	return nil
}

var _ bot.Lacking = (*Platform)(nil)

// Listen implements [bot.Platform]. It keeps as many connections to the gateway
// as fall to this process, and hears the interactions that come to
// [Platform.Handler] meanwhile. It returns an error when Discord refuses the
// token, the shards or the intents; what to do is in it. An intent that is not
// switched on is done without: see [Platform.Lacks].
func (p *Platform) Listen(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	if err := p.ear.Open(accept); err != nil {
		return err
	}
	defer p.ear.Close()
	_, leave, ok := p.ear.Enter()
	if !ok {
		return errors.New("it does not listen")
	}
	defer leave()
	p.gate.looked.Store(false)
	var beside sync.WaitGroup
	defer beside.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside.Go(func() { p.keepCommands(ctx) })
	return p.listenGateway(ctx, accept)
}

// Ready reports why not everything can be heard or said at present, or nil. A
// process that has no shard, for others have them all, is ready.
func (p *Platform) Ready(context.Context) error {
	if !p.ear.Listening() {
		return errors.New("it does not listen")
	}
	if err := p.rest.ready(); err != nil {
		return err
	}
	return p.gate.ready()
}

// Lacks implements [bot.Lacking].
func (p *Platform) Lacks() string {
	switch {
	case p.gate.refused.Load():
		return textNoIntent
	case p.gate.contentless.Load():
		return textNoContent
	}
	return ""
}

// What is not heard without the intent MESSAGE_CONTENT, and what to do about it.
const (
	textNoIntent = "Discord does not show me messages that do not name me: triage does not work, nor what follows in threads. " +
		"Switch on Message Content Intent on the page Bot of the application in the Developer Portal, and start the program again."
	textNoContent = "I am set to ask for no messages that do not name me: triage does not work, nor what follows in threads. " +
		"Take away DISCORD_MESSAGE_CONTENT=off, switch on Message Content Intent on the page Bot of the application in the Developer Portal, and start the program again."
)

// tellLacks tells what is missing, until that was taken.
func (p *Platform) tellLacks(ctx context.Context) {
	if p.deps.Lacks == nil {
		return
	}
	for n := 0; ; n++ {
		err := p.deps.Lacks(ctx, textNoIntent)
		if err == nil || !pause(ctx, backoff(n, longestRetry)) {
			return
		}
		p.log.Warn("administrators are not told what is missing yet", "err", err)
	}
}
