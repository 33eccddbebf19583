package discord

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"authfix/bot"
)

const (
	// A session that cannot be resumed so often is given up, and one whose own
	// address cannot be reached so often is resumed at the general one.
	maxResumes = 3
	maxDials   = 4
)

// stayConnected keeps a connection until ctx ends. It returns an error when none
// can ever be made.
func (sh *shard) stayConnected(ctx context.Context) error {
	resumes, dials := 0, 0
	for failures := 0; ctx.Err() == nil; {
		e, dialed, err := sh.connection(ctx, dials >= maxDials)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if refused := refusedToken(err); refused != nil {
				return refused
			}
			e = ending{why: err}
		}
		if e.code == closeContent && e.asked {
			// What is for the bot can be heard all the same.
			if !sh.p.gate.contentless.Swap(true) {
				sh.p.gate.refused.Store(true)
				sh.log.Error("discord does not tell what messages say: switch on MESSAGE CONTENT INTENT on the page Bot of the application in the Developer Portal, and start again; until then triage, and what follows in threads, is not heard")
				sh.busy.Go(func() { sh.p.tellLacks(ctx) })
			}
			sh.forget()
			sh.lasted() // it is no sign of a loop
			continue
		}
		if do := fatalClose[e.code]; do != "" {
			return fmt.Errorf("%s (%w)", do, e.why)
		}
		if e.stayed >= goodSession {
			sh.lasted()
		}
		dials++
		if dialed {
			dials = 0
		}
		if session, _, _ := sh.resumable(); session != "" {
			if resumes++; e.began {
				resumes = 0
			} else if !dialed {
				resumes--
			}
			if e.anew || resumes >= maxResumes {
				sh.forget()
				resumes = 0
			}
		}
		sh.down("it is not connected: " + e.why.Error())
		wait := e.wait
		if failures++; e.began && e.stayed >= shortLife {
			failures = 0
		} else if failures > 1 || !dialed {
			wait = max(wait, backoff(failures-1, longestWait))
		}
		sh.log.Info("a connection has ended", "err", e.why, "again_in", wait)
		if wait > 0 {
			pause(ctx, wait)
		}
	}
	return nil
}

// connection makes a connection, resumes the session or begins one, and reads
// until it ends. dialed reports whether there was a connection.
func (sh *shard) connection(ctx context.Context, general bool) (e ending, dialed bool, err error) {
	session, where, _ := sh.resumable()
	begun := func() {}
	switch {
	case session == "":
		if where, begun, err = sh.mayBegin(ctx); err != nil {
			return e, false, err
		}
		begun = sync.OnceFunc(begun)
		defer begun()
	case where == "" || general:
		info, err := sh.p.gatewayInfo(ctx)
		if err != nil {
			return e, false, err
		}
		where = info.URL
	}
	ws, err := dial(ctx, where)
	if err != nil {
		return e, false, err
	}
	c := newConn(sh, ws)
	defer c.close()
	if session == "" {
		if err := sh.begins(ctx); err != nil {
			return e, true, fmt.Errorf("write down that a session begins: %w", err)
		}
		c.begun = begun
	}
	e = c.run(ctx)
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), ErrClaimLost) {
		sh.finish()
	}
	return e, true, nil
}

// finish waits until what is in hand is decided, but not for long.
func (sh *shard) finish() {
	done := make(chan struct{})
	go func() { // who runs the shard waits for the same
		sh.busy.Wait()
		close(done)
	}()
	t := time.NewTimer(finishWithin)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
}

// take takes an event in hand: what it tells of the world at once, and what is to
// be decided in the order of its channel.
func (sh *shard) take(ctx context.Context, c *conn, e event, seq int64) {
	id := sh.book.begin(seq, e.at)
	if e.broken == nil {
		switch e.kind {
		case "READY":
			sh.book.done(id)
			sh.ready(ctx, c, e, seq)
			return
		case "RESUMED":
			sh.log.Info("the session is resumed")
			sh.up()
		default:
			sh.learn(ctx, e)
		}
	}
	if !e.heard() {
		sh.book.done(id)
		return
	}
	var of struct {
		ID      string `json:"id"`
		Channel string `json:"channel_id"`
		Guild   string `json:"guild_id"`
		Context *int   `json:"context"` // of an interaction
	}
	_ = bot.Decode(e.data, &of) // what cannot be read has no channel
	if idLike(of.Channel) && of.Guild == "" && (e.kind == "MESSAGE_CREATE" || e.kind == "INTERACTION_CREATE" && of.Context != nil && *of.Context == contextBot) {
		sh.direct(of.Channel)
	}
	if !c.roomy(ctx, sh.p.gate.room) {
		return // and is not done: it is told again
	}
	done := func(decided bool) {
		if decided {
			sh.book.done(id)
		}
		<-sh.p.gate.room
	}
	channel := of.Channel
	if e.kind == "THREAD_DELETE" {
		channel = of.ID
	}
	if e.kind == "INTERACTION_CREATE" || !idLike(channel) {
		sh.busy.Go(func() { sh.hands.carry(ctx, e, done) })
		return
	}
	// What is said in a thread comes after the message that it began with.
	var root <-chan struct{}
	begun := func() {}
	if e.kind == "MESSAGE_CREATE" && of.ID != of.Channel {
		root = sh.lanes.pending(of.Channel)
		begun = sh.lanes.begin(of.ID)
	}
	sh.lanes.add(channel, func() {
		defer begun()
		if root != nil {
			select {
			case <-root:
			case <-ctx.Done():
			}
		}
		sh.hands.carry(ctx, e, done)
	})
}

// ready begins a session.
func (sh *shard) ready(ctx context.Context, c *conn, e event, seq int64) {
	p := sh.p
	var r struct {
		Session string `json:"session_id"`
		URL     string `json:"resume_gateway_url"`
		User    struct {
			ID string `json:"id"`
		} `json:"user"`
		Guilds []wireGuild `json:"guilds"`
	}
	if bot.Decode(e.data, &r) != nil || r.Session == "" {
		sh.log.Error("discord does not name the session", "size", e.size)
	}
	if idLike(r.User.ID) {
		p.gate.me.Store(&r.User.ID)
	}
	p.world.endShard(sh.index)
	sh.stopGap()
	_, at := sh.book.mark()
	sh.book.anew(seq)
	sh.mu.Lock()
	sh.state.Session, sh.state.URL, sh.state.Me = r.Session, r.URL, p.gate.self()
	sh.state.Contentless = !c.asked
	if sh.from.IsZero() {
		sh.from = at // zero when nothing was ever heard
	}
	from := sh.from
	directs := append([]string(nil), sh.state.Directs...)
	sh.mu.Unlock()
	here := make(map[string]bool, len(r.Guilds))
	for _, g := range r.Guilds {
		if idLike(g.ID) {
			here[g.ID] = true
		}
	}
	sh.log.Info("a session has begun", "guilds", len(here), "back_to", from)
	if from.IsZero() {
		sh.book.touch(e.at)
	} else {
		sh.readBack(ctx, from, here, directs)
	}
	if err := sh.persist(ctx); err != nil {
		sh.log.Warn("the session is not written down", "err", err)
	}
	sh.busy.Go(func() { sh.compare(ctx, here) })
	sh.up()
}

// compare tells which guilds the bot was removed from while nobody heard it.
func (sh *shard) compare(ctx context.Context, here map[string]bool) {
	p := sh.p
	if p.deps.Known == nil {
		return
	}
	var known []bot.Tenant
	for n := 0; ; n++ {
		var err error
		ask, cancel := context.WithTimeout(ctx, hearWithin)
		known, err = p.deps.Known(ask)
		cancel()
		if err == nil {
			break
		}
		sh.log.Warn("which guilds something is stored of cannot be told", "err", err)
		if !pause(ctx, backoff(n, longestRetry)) {
			return
		}
	}
	for _, t := range known {
		n := snowflake(t.Workspace)
		if t.Platform != Name || n == 0 || here[t.Workspace] || int(n>>22%uint64(sh.count)) != sh.index {
			continue
		}
		for tries := 0; !p.removed(context.WithoutCancel(ctx), t); tries++ {
			if !pause(ctx, backoff(tries, longestRetry)) {
				return
			}
		}
	}
}
