package discord

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"authfix/bot"
)

// Shards: Discord tells of a guild over the connection whose index is
// (guild id >> 22) % count, and of direct messages over the first. Replicas claim
// shards one by one, so that each has some.
// https://docs.discord.com/developers/events/gateway#sharding

const (
	// settleWithin is how long the next shard waits for one to come up, and
	// shareDelay how much longer for each that this process has: others that have
	// fewer are first.
	settleWithin = 6 * time.Second
	shareDelay   = 200 * time.Millisecond
	// finishWithin is how long what is in hand may take when the program stops.
	finishWithin = 5 * time.Second
)

// A rhythm is how often things happen that take turns.
type rhythm struct {
	lease    time.Duration // for how long a shard is claimed; who crashed is replaced within it and look
	renew    time.Duration // how often that is renewed
	look     time.Duration // how often it is looked for shards that nobody has
	identify time.Duration // between two sessions that begin, of one bucket
	guilds   time.Duration // how long is waited for guilds that do not appear, when they are read back
}

// usual is the rhythm outside of tests. That of sessions is Discord's.
func usual() rhythm {
	return rhythm{lease: 10 * time.Second, renew: 3 * time.Second, look: time.Second, identify: 5 * time.Second, guilds: 2 * time.Minute}
}

// claims are how shards are spread over processes.
func (p *Platform) claims() Claims {
	if p.deps.Claims != nil {
		return p.deps.Claims
	}
	return p.gate.alone
}

// listenGateway has the shards that fall to this process until ctx ends. It
// returns an error when one of them can never be connected.
func (p *Platform) listenGateway(ctx context.Context, accept bot.Accepter) error {
	count, err := p.shardCount(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	held := make(map[int]bool)
	ended := make(chan int, count)
	failing := false
	first := rand.N(count)
	for ctx.Err() == nil {
		for k := range count {
			i := (first + k) % count
			if held[i] || ctx.Err() != nil {
				continue
			}
			keep, cancel := context.WithTimeout(ctx, keepWithin)
			until := p.now().Add(p.gate.rhythm.lease)
			data, ok, err := p.claims().Claim(keep, shardName(i, count), until)
			cancel()
			if err != nil {
				if !failing && ctx.Err() == nil {
					p.log.Warn("a shard cannot be claimed", "shard", i, "err", err)
				}
				failing = true
				p.gate.note("no shard can be claimed")
				break
			}
			failing = false
			if !ok {
				continue
			}
			held[i] = true
			sh := newShard(p, accept, i, count, readState(data), until)
			all.Go(func() {
				if err := sh.run(ctx); err != nil {
					stop(err)
				}
				ended <- i
			})
			sh.settled(ctx, settleWithin)
			pause(ctx, shareDelay*time.Duration(min(len(held), 10)))
		}
		if !failing {
			p.gate.looked.Store(true)
		}
		t := time.NewTimer(p.gate.rhythm.look)
		select {
		case i := <-ended:
			delete(held, i)
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// shardCount is how many shards there are over all processes.
func (p *Platform) shardCount(ctx context.Context) (int, error) {
	for failures := 0; ; failures++ {
		info, err := p.gatewayInfo(ctx)
		if refused := refusedToken(err); refused != nil {
			return 0, refused
		}
		switch {
		case err == nil && p.config.Shards > 0:
			return p.config.Shards, nil
		case err == nil:
			return min(max(info.Shards, 1), maxShards), nil
		case ctx.Err() != nil:
			return 0, nil
		}
		wait := backoff(failures, longestWait)
		p.gate.note("the last attempt failed: " + err.Error())
		p.log.Warn("where the gateway is cannot be asked", "attempt", failures+1, "again_in", wait, "err", err)
		pause(ctx, wait)
	}
}

// A shard is one of the connections to the gateway, as long as this process has
// claimed it.
type shard struct {
	p      *Platform
	log    *slog.Logger
	index  int
	count  int
	accept bot.Accepter
	book   ledger
	lanes  *lanes
	hands  carrier
	busy   sync.WaitGroup // what is in hand
	settle chan struct{}  // closed when it came up for the first time, or ended
	once   sync.Once

	writing sync.Mutex // of its state

	mu    sync.Mutex
	state shardState           // Seq and At as they were at its beginning
	lease time.Time            // the end of its claim
	gap   *gap                 // what is being read back, or nil
	late  map[string]time.Time // guilds that were out of reach, and from when on they must be read back
	from  time.Time            // from when on it must be read back; zero: from nowhere
}

func newShard(p *Platform, accept bot.Accepter, index, count int, s shardState, lease time.Time) *shard {
	sh := &shard{p: p, log: p.log.With("shard", index), index: index, count: count, accept: accept, lease: lease, settle: make(chan struct{})}
	sh.lanes = newLanes(&sh.busy)
	sh.hands = carrier{busy: &sh.busy, try: func(ctx context.Context, e event) bool { return p.hear(ctx, accept, e) },
		giveUp: func(e event) {
			p.log.Error("an event is given up: others are decided and it never is", "type", e.kind, "size", e.size)
		}}
	if s.Contentless && !p.gate.contentless.Load() {
		s.Session = "" // the intent may be switched on by now
	}
	if idLike(s.Me) {
		p.gate.me.Store(&s.Me)
	}
	sh.state = s
	sh.book.anew(s.Seq)
	if s.At > 0 {
		sh.book.touch(time.UnixMicro(s.At))
	}
	return sh
}

// settled waits until the shard has come up or ended.
func (sh *shard) settled(ctx context.Context, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-sh.settle:
	case <-t.C:
	case <-ctx.Done():
	}
}

// up and down say how the shard is, for [Platform.Ready].
func (sh *shard) up() {
	sh.p.gate.set(sh.index, "")
	sh.once.Do(func() { close(sh.settle) })
}
func (sh *shard) down(why string) { sh.p.gate.set(sh.index, why) }

// run keeps the shard connected until ctx ends or another process has it, and
// then until all that is in hand is decided. It returns an error when it can
// never be connected.
func (sh *shard) run(ctx context.Context) error {
	sh.down("it is not connected yet")
	defer sh.p.gate.unset(sh.index)
	defer sh.once.Do(func() { close(sh.settle) })
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var keeper sync.WaitGroup
	done := make(chan struct{})
	keeper.Go(func() { sh.keep(ctx, done, cancel) })
	err := sh.stayConnected(ctx)
	cancel(nil)
	sh.busy.Wait()
	close(done)
	keeper.Wait()
	sh.p.world.endShard(sh.index)
	if errors.Is(context.Cause(ctx), ErrClaimLost) {
		sh.log.Warn("another process has the shard")
		return err
	}
	write, stop := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer stop()
	if e := sh.p.claims().Release(write, shardName(sh.index, sh.count), sh.snapshot().encode()); e != nil && !errors.Is(e, ErrClaimLost) {
		sh.log.Warn("a shard is not handed on: another process takes it when its claim ends", "err", e)
	}
	return err
}
