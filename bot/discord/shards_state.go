package discord

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// keep renews the claim, with what whoever comes next has to know.
func (sh *shard) keep(ctx context.Context, done <-chan struct{}, lost context.CancelCauseFunc) {
	t := time.NewTicker(sh.p.gate.rhythm.renew)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-done:
			return
		}
		err := sh.persist(ctx)
		if err == nil {
			continue
		}
		sh.mu.Lock()
		over := !sh.p.now().Before(sh.lease.Add(-sh.p.gate.rhythm.lease / 10))
		sh.mu.Unlock()
		if errors.Is(err, ErrClaimLost) || over {
			lost(fmt.Errorf("shard %d: %w", sh.index, ErrClaimLost))
			return
		}
		sh.log.Warn("the claim of a shard is not renewed", "err", err)
	}
}

// persist writes the shard's state and renews its claim.
func (sh *shard) persist(ctx context.Context) error {
	sh.writing.Lock()
	defer sh.writing.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	until := sh.p.now().Add(sh.p.gate.rhythm.lease)
	err := sh.p.claims().Keep(ctx, shardName(sh.index, sh.count), sh.snapshot().encode(), until)
	if err == nil {
		sh.mu.Lock()
		sh.lease = until
		sh.mu.Unlock()
	}
	return err
}

// snapshot is what whoever has the shard next has to know at present. While
// channels are read back, the session is not resumed but begun anew, so that
// they are read back again.
func (sh *shard) snapshot() shardState {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	s := sh.state
	seq, at := sh.book.mark()
	s.Seq = seq
	if !at.IsZero() {
		s.At = at.UnixMicro()
	}
	if !sh.from.IsZero() {
		s.Session, s.URL, s.Seq, s.At = "", "", 0, sh.from.UnixMicro()
	}
	s.Directs = append([]string(nil), s.Directs...)
	return s
}

// resumable is the session that can be resumed, "" for none, where, and behind
// which of its events.
func (sh *shard) resumable() (session, where string, seq int64) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.state.Session, sh.state.URL, sh.book.received()
}

// contentless reports whether the session is not told what messages say.
func (sh *shard) contentless() bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.state.Contentless
}

// forget says that the session cannot be resumed.
func (sh *shard) forget() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.state.Session, sh.state.URL = "", ""
}

// lastBegun is when a session was last begun, and how many were since one lasted.
func (sh *shard) lastBegun() (at int64, streak int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.state.Began, sh.state.Streak
}

// begins writes down that a session is about to begin, before it does.
func (sh *shard) begins(ctx context.Context) error {
	sh.mu.Lock()
	now := sh.p.now().UnixMicro()
	if time.Duration(now-sh.state.Began)*time.Microsecond > 6*longestPause {
		sh.state.Streak = 0 // the one before lasted, whatever became of it
	}
	sh.state.Began = now
	sh.state.Streak = min(sh.state.Streak+1, 100)
	sh.mu.Unlock()
	return sh.persist(ctx)
}

// lasted says that the session is a good one.
func (sh *shard) lasted() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.state.Streak = 0
}

// direct remembers a direct conversation.
func (sh *shard) direct(channel string) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	kept := make([]string, 0, len(sh.state.Directs)+1)
	for _, id := range sh.state.Directs {
		if id != channel {
			kept = append(kept, id)
		}
	}
	kept = append(kept, channel)
	sh.state.Directs = kept[max(0, len(kept)-maxDirects):]
}
