package discord

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Reading back: what was said while no session lived is told by nobody. When one
// begins, the channels in which something was said since are read, and what is
// read is decided like what is heard. Most of it may have been heard before: a
// message that was decided under its key is not decided again.

const (
	// overlap is how much earlier than the time up to which everything was decided
	// reading back begins: clocks differ, and messages may arrive late.
	overlap = 2 * time.Minute
	// longestGap is how far back is read, and gapPages how many pages of gapPage
	// messages of one channel.
	longestGap = 24 * time.Hour
	gapPage    = 100
	gapPages   = 10
	// gapReaders is how many channels are read at once, and gapTries how often one
	// is tried that cannot be read.
	gapReaders = 4
	gapTries   = 8
)

// A gap is what is read back for one session of a shard.
type gap struct {
	sh   *shard
	from time.Time
	stop context.CancelFunc

	mu      sync.Mutex
	missing map[string]bool // guilds of which nothing is known yet
	waiting []gapChannel
	unread  map[string]bool // what waits and what is being read
	reading int
	ended   bool
	changed chan struct{} // something was added, or ended; has room for one
}

// A gapChannel is a channel to be read back.
type gapChannel struct {
	id     string
	guild  string
	parent string // of a thread: it is read first, for threads begin in it
	from   time.Time
}

// readBack begins to read back what was said since a time. What concerns a channel
// waits until it is read.
func (sh *shard) readBack(ctx context.Context, from time.Time, guilds map[string]bool, directs []string) {
	ctx, cancel := context.WithCancel(ctx)
	g := &gap{sh: sh, from: from, stop: cancel, missing: make(map[string]bool), unread: make(map[string]bool), changed: make(chan struct{}, gapReaders+1)}
	for id := range guilds {
		g.missing[id] = true
	}
	if now := sh.p.now(); now.Sub(from) > longestGap {
		sh.log.Warn("not everything is read back: it was too long ago", "heard_until", from, "read_from", now.Add(-longestGap))
	}
	sh.mu.Lock()
	sh.gap = g
	sh.mu.Unlock()
	for _, id := range slices.Backward(directs) {
		g.add(gapChannel{id: id, from: from})
	}
	var readers sync.WaitGroup
	for range gapReaders {
		readers.Add(1)
		sh.busy.Go(func() {
			defer readers.Done()
			g.read(ctx)
		})
	}
	sh.busy.Go(func() {
		defer cancel()
		late := time.AfterFunc(sh.p.gate.rhythm.guilds, g.giveUp)
		defer late.Stop()
		readers.Wait()
		g.finish(ctx)
	})
}

// stopGap stops what is being read back: a new session reads it again.
func (sh *shard) stopGap() {
	sh.mu.Lock()
	g := sh.gap
	sh.gap = nil
	sh.mu.Unlock()
	if g != nil {
		g.stop()
	}
}

// readGuild has the channels of a guild read back, when it was missing.
func (sh *shard) readGuild(ctx context.Context, guild *wireGuild) {
	sh.mu.Lock()
	g := sh.gap
	since, late := sh.late[guild.ID]
	delete(sh.late, guild.ID)
	if late && g == nil && sh.from.IsZero() {
		sh.from = since
	}
	sh.mu.Unlock()
	if late && g == nil { // it is within reach again
		sh.readBack(ctx, since, map[string]bool{guild.ID: true}, nil)
		sh.mu.Lock()
		g = sh.gap
		sh.mu.Unlock()
	}
	if g == nil || !g.found(guild.ID, late) {
		return
	}
	from := g.from
	if late && since.Before(from) {
		from = since
	}
	if joined := micros(guild.Joined); joined > 0 && time.UnixMicro(joined).After(from) {
		from = time.UnixMicro(joined).Add(overlap) // what was said before is not for the bot
	}
	least := idAt(from.Add(-overlap))
	add := func(c *wireChannel, parent string) {
		// What a forum names is the last of its posts, which is a thread.
		if snowflake(c.LastMessage) >= least && c.Type != channelCategory && c.Type != channelForum && c.Type != channelMedia {
			g.add(gapChannel{id: c.ID, guild: guild.ID, parent: parent, from: from})
		}
	}
	for i := range guild.Channels {
		add(&guild.Channels[i], "")
	}
	for i := range guild.Threads {
		add(&guild.Threads[i], guild.Threads[i].Parent)
	}
	g.wake()
}

// skipGuild says that a guild is out of reach: it is read back when it returns.
func (sh *shard) skipGuild(guild string) {
	sh.mu.Lock()
	g := sh.gap
	sh.mu.Unlock()
	if g == nil || !g.found(guild, false) {
		return
	}
	sh.mu.Lock()
	if sh.late == nil {
		sh.late = make(map[string]time.Time)
	}
	if _, known := sh.late[guild]; !known {
		sh.late[guild] = g.from
	}
	sh.mu.Unlock()
	g.wake()
}

// leaveGuild says that a guild is not read back.
func (sh *shard) leaveGuild(guild string) {
	sh.mu.Lock()
	g := sh.gap
	delete(sh.late, guild)
	sh.mu.Unlock()
	if g != nil && g.found(guild, false) {
		g.wake()
	}
}

// found says that a guild is missing no more, and reports whether it is to be read
// now: it was missing, or comes late. Then wake follows.
func (g *gap) found(guild string, late bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := (g.missing[guild] || late) && !g.ended
	if was {
		delete(g.missing, guild)
		g.reading++ // until wake, for its channels are about to be added
	}
	return was
}

// wake lets the readers look again, after found.
func (g *gap) wake() {
	g.mu.Lock()
	g.reading--
	g.mu.Unlock()
	g.notify()
}

func (g *gap) notify() {
	for {
		select {
		case g.changed <- struct{}{}:
		default:
			return
		}
	}
}

// add has a channel read back.
func (g *gap) add(c gapChannel) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended || !idLike(c.id) {
		return
	}
	g.sh.lanes.hold(c.id)
	g.waiting = append(g.waiting, c)
	g.unread[c.id] = true
}

// giveUp waits for no more guilds: those that are missing are out of reach.
func (g *gap) giveUp() {
	g.mu.Lock()
	missing := slices.Collect(maps.Keys(g.missing))
	g.mu.Unlock()
	if len(missing) > 0 {
		g.sh.log.Warn("some guilds do not appear: they are read back when they do", "guilds", len(missing))
	}
	for _, guild := range missing {
		g.sh.skipGuild(guild)
	}
}

// next is a channel to be read: first one of which something was heard meanwhile,
// for that waits. ok is false when none is waiting, and over when none will be.
func (g *gap) next() (c gapChannel, ok, over bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return c, false, len(g.missing) == 0 && g.reading == 0
	}
	at := -1
	for i, c := range g.waiting {
		if g.unread[c.parent] {
			continue
		}
		if at < 0 {
			at = i
		}
		if g.sh.lanes.urgent(c.id) {
			at = i
			break
		}
	}
	if at < 0 {
		return c, false, false
	}
	c = g.waiting[at]
	g.waiting = slices.Delete(g.waiting, at, at+1)
	g.reading++
	return c, true, false
}

// read reads channels until there are no more.
func (g *gap) read(ctx context.Context) {
	for ctx.Err() == nil {
		c, ok, over := g.next()
		if over {
			return
		}
		if !ok {
			select {
			case <-g.changed:
			case <-ctx.Done():
			}
			continue
		}
		whole := g.sh.readChannel(ctx, c)
		g.mu.Lock()
		g.reading--
		if !whole { // the next session reads it again
			g.waiting = append(g.waiting, c)
		} else {
			delete(g.unread, c.id)
		}
		g.mu.Unlock()
		if whole {
			g.sh.lanes.release(c.id)
		}
		g.notify()
	}
}

// finish lets go of what was not read, and writes down that all was.
func (g *gap) finish(ctx context.Context) {
	g.mu.Lock()
	g.ended = true
	left := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	for _, c := range left {
		g.sh.lanes.release(c.id)
	}
	sh := g.sh
	sh.mu.Lock()
	all := sh.gap == g && ctx.Err() == nil && len(left) == 0
	if all {
		sh.gap, sh.from = nil, time.Time{}
	}
	sh.mu.Unlock()
	if !all {
		return
	}
	sh.log.Info("what was said meanwhile is read back")
	if err := sh.persist(ctx); err != nil {
		sh.log.Warn("the session is not written down", "err", err)
	}
}
