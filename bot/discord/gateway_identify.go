package discord

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"authfix/bot"
)

// Beginning sessions. A bot may begin a thousand a day over all its shards, or
// its token is reset, and each bucket of shards one every five seconds.
// https://docs.discord.com/developers/events/gateway#session-start-limit-object

const (
	// turnFor is for how long the turn to begin a session is claimed.
	turnFor = 30 * time.Second
	// turnPoll is how often it is looked whether it is free.
	turnPoll = 500 * time.Millisecond
	// longestPause is between two sessions of a shard of which none lasts: so many
	// begin in a day that there are some left.
	longestPause = 10 * time.Minute
	// goodSession is how long one lasts that counts as good.
	goodSession = 5 * time.Minute
)

// identifyPause is how long to wait after the last session began, when so many
// have begun since one lasted. It holds across restarts.
func identifyPause(streak int, every time.Duration) time.Duration {
	if streak <= 0 {
		return 0
	}
	return min(longestPause, every<<min(streak-1, 10))
}

// A turns lets one shard of this process at a time wait for the turn of a bucket.
// Its zero value is ready.
type turns struct {
	mu  sync.Mutex
	all map[int]chan struct{}
}

func (t *turns) of(bucket int) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = make(map[int]chan struct{})
	}
	if t.all[bucket] == nil {
		t.all[bucket] = make(chan struct{}, 1)
	}
	return t.all[bucket]
}

// errStopped says that the shard was stopped while it waited.
var errStopped = errors.New("it was stopped")

// A turnState is what is written under the turn of a bucket.
type turnState struct {
	At int64 `json:"at"` // when a session last began, in microseconds
}

// encodeTurn is what is written under a turn.
func encodeTurn(at time.Time) []byte {
	if at.UnixMicro() <= 0 {
		return nil
	}
	data, err := json.Marshal(turnState{At: at.UnixMicro()})
	if err != nil {
		panic(err) // it is a number
	}
	return data
}

// mayBegin waits until the shard may begin a session, and returns where. done is
// called when it has begun, or not.
func (sh *shard) mayBegin(ctx context.Context) (where string, done func(), err error) {
	p := sh.p
	for {
		began, streak := sh.lastBegun()
		if wait := time.UnixMicro(began).Add(identifyPause(streak, p.gate.rhythm.identify)).Sub(p.now()); began > 0 && wait > 0 {
			if wait > time.Minute {
				sh.log.Warn("sessions do not last: the next one waits", "begun", streak, "again_in", wait)
			}
			if !pause(ctx, min(wait, longestPause)) {
				return "", nil, errStopped
			}
		}
		info, err := p.gatewayInfo(ctx)
		if err != nil {
			return "", nil, err
		}
		if info.Limit.Remaining > 0 {
			bucket := sh.index % max(info.Limit.Concurrency, 1)
			done, err := sh.turn(ctx, bucket)
			return info.URL, done, err
		}
		after := min(max(time.Duration(info.Limit.ResetAfter)*time.Millisecond, time.Second), 24*time.Hour)
		sh.log.Error("discord lets no more sessions begin today", "of", info.Limit.Total, "again_in", after)
		sh.down("no more sessions may begin until " + p.now().Add(after).UTC().Format(time.RFC3339))
		if !pause(ctx, after) {
			return "", nil, errStopped
		}
	}
}

// turn waits for the turn of a bucket. Between two sessions of it are five seconds,
// whichever processes begin them.
func (sh *shard) turn(ctx context.Context, bucket int) (done func(), err error) {
	p := sh.p
	mine := p.gate.turns.of(bucket)
	select {
	case mine <- struct{}{}:
	case <-ctx.Done():
		return nil, errStopped
	}
	name, every := identifyName(bucket), p.gate.rhythm.identify
	release := func(at time.Time) {
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
		defer cancel()
		if err := p.claims().Release(keep, name, encodeTurn(at)); err != nil {
			sh.log.Warn("the turn to begin a session is not handed on", "err", err)
		}
		<-mine
	}
	for {
		keep, cancel := context.WithTimeout(ctx, keepWithin)
		data, ok, err := p.claims().Claim(keep, name, p.now().Add(turnFor))
		cancel()
		if err != nil && ctx.Err() == nil {
			sh.log.Warn("the turn to begin a session cannot be claimed", "err", err)
		}
		if ok && err == nil {
			var s turnState
			if len(data) > 0 {
				_ = bot.Decode(data, &s)
			}
			last := time.UnixMicro(s.At)
			if wait := last.Add(every + every/50).Sub(p.now()); s.At > 0 && wait > 0 && !pause(ctx, min(wait, 2*every)) {
				release(last)
				return nil, errStopped
			}
			return func() { release(p.now()) }, nil
		}
		if !pause(ctx, turnPoll) {
			<-mine
			return nil, errStopped
		}
	}
}
