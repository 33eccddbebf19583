package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"authfix/bot"
)

// An ending is how a connection ended.
type ending struct {
	why    error
	code   int           // with which Discord closed it, or 0
	anew   bool          // its session cannot be resumed
	wait   time.Duration // before the next connection
	asked  bool          // it asked for the content of messages
	began  bool          // it got as far as READY or RESUMED
	stayed time.Duration // since then
}

// A conn is one connection to the gateway.
type conn struct {
	sh      *shard
	ws      *websocket.Conn
	asked   bool
	begun   func()        // is called when a session was asked for; nil when it is resumed
	up      time.Time     // READY or RESUMED
	sends   *rate.Limiter // Discord closes a connection over which too much is sent
	writing sync.Mutex
	acked   atomic.Bool  // the last heartbeat was answered
	blocked atomic.Int64 // when the reader last waited for room, in nanoseconds

	mu  sync.Mutex
	why error // the program closed it
}

func newConn(sh *shard, ws *websocket.Conn) *conn {
	c := &conn{sh: sh, ws: ws, sends: rate.NewLimiter(rate.Every(sendWindow/maxSends), maxSends)}
	c.acked.Store(true)
	return c
}

// run begins or resumes a session and reads until the connection ends or ctx
// does. Who calls it closes the connection.
func (c *conn) run(ctx context.Context) ending {
	done := make(chan struct{})
	var helpers sync.WaitGroup
	helpers.Go(func() { // whoever stops reading wakes the reader
		select {
		case <-ctx.Done():
			_ = c.ws.SetReadDeadline(time.Unix(1, 0))
		case <-done:
		}
	})
	e := c.converse(ctx, done, &helpers)
	close(done)
	helpers.Wait()
	e.asked = c.asked
	if e.began = !c.up.IsZero(); e.began {
		e.stayed = time.Since(c.up)
	}
	return e
}

func (c *conn) converse(ctx context.Context, done <-chan struct{}, helpers *sync.WaitGroup) ending {
	c.deadline(ctx, helloWithin)
	f, size, err := c.read()
	if err != nil {
		return c.ended(ctx, err)
	}
	var hello struct {
		Interval int64 `json:"heartbeat_interval"` // milliseconds
	}
	if f.Op != opHello || bot.Decode(f.Data, &hello) != nil || hello.Interval <= 0 {
		return c.unlike(f, size)
	}
	every := max(time.Duration(min(hello.Interval, 600_000))*time.Millisecond, minHeartbeat)
	helpers.Go(func() { c.beat(every, done) })
	if err := c.introduce(); err != nil {
		return c.ended(ctx, err)
	}
	for {
		if c.up.IsZero() {
			c.deadline(ctx, helloWithin)
		} else {
			c.deadline(ctx, 0)
		}
		f, size, err := c.read()
		if err != nil {
			return c.ended(ctx, err)
		}
		if !c.up.IsZero() { // what is told again is behind it
			c.sh.book.touch(c.sh.p.now())
		}
		switch f.Op {
		case opDispatch:
			c.dispatch(ctx, f, size)
		case opHeartbeat:
			_ = c.heartbeat() // the reader notices
		case opReconnect:
			return ending{why: errors.New("discord asks to connect anew")}
		case opInvalid:
			resumable := bytes.Equal(bytes.TrimSpace(f.Data), []byte("true"))
			if resumable {
				return ending{why: errors.New("discord asks to resume the session")}
			}
			// Discord asks to wait one to five seconds before another session begins.
			return ending{why: errors.New("discord ends the session"), anew: true, wait: time.Second + rand.N(4*time.Second)}
		case opAck:
			c.acked.Store(true)
		}
	}
}

// maxSends is how much is sent within sendWindow; Discord takes 120.
// https://docs.discord.com/developers/events/gateway#rate-limiting
const (
	maxSends   = 100
	sendWindow = time.Minute
)

// minHeartbeat is the shortest interval that is believed.
const minHeartbeat = 20 * time.Millisecond

func (c *conn) unlike(f frame, size int) ending {
	return ending{why: fmt.Errorf("a frame of type %d and %d bytes is no beginning of a connection", f.Op, size), wait: time.Second}
}

// deadline lets the reader wait so long for the next frame; 0: for ever, for a
// connection that is dead is found by its heartbeats.
func (c *conn) deadline(ctx context.Context, d time.Duration) {
	until := time.Time{}
	if d > 0 {
		until = time.Now().Add(d)
	}
	_ = c.ws.SetReadDeadline(until)
	if ctx.Err() != nil { // it may have ended in between
		_ = c.ws.SetReadDeadline(time.Unix(1, 0))
	}
}

// ended says how a connection ended that broke.
func (c *conn) ended(ctx context.Context, err error) ending {
	c.mu.Lock()
	why := c.why
	c.mu.Unlock()
	if ctx.Err() != nil {
		return ending{why: ctx.Err()}
	}
	if why != nil {
		return ending{why: why}
	}
	e := ending{why: errors.New("the connection broke")}
	if close, ok := errors.AsType[*websocket.CloseError](err); ok {
		e.code, e.why = close.Code, fmt.Errorf("discord closed the connection with code %d", close.Code)
		switch close.Code {
		case 4007, 4009: // the number is wrong, or it was silent for too long
			e.anew = true
		}
	}
	return e
}

// fail ends a connection for a reason, so that its session can be resumed.
func (c *conn) fail(why error) {
	c.mu.Lock()
	if c.why == nil {
		c.why = why
	}
	c.mu.Unlock()
	c.close()
}

// close ends a connection. Its session can be resumed.
func (c *conn) close() {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closeResumable, ""), time.Now().Add(time.Second))
	c.ws.Close()
}

// beat sends heartbeats until done is closed. While the reader waits for room,
// answers to them wait as well, and nothing follows from their absence.
func (c *conn) beat(every time.Duration, done <-chan struct{}) {
	wait := rand.N(every)
	var sent time.Time
	for {
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-done:
			t.Stop()
			return
		}
		wait = every
		if !c.acked.Load() && c.blocked.Load() < sent.UnixNano() {
			c.fail(errors.New("discord does not answer heartbeats"))
			return
		}
		c.acked.Store(false)
		sent = time.Now()
		if err := c.heartbeat(); err != nil {
			c.fail(errors.New("a heartbeat cannot be sent"))
			return
		}
	}
}

// heartbeat sends one. It names the last event that is decided: what followed may
// have to be told again.
func (c *conn) heartbeat() error {
	if !c.sends.Allow() {
		c.acked.Store(true) // none is missing
		return nil
	}
	var d any
	if seq, _ := c.sh.book.mark(); seq > 0 {
		d = seq
	}
	return c.send(opHeartbeat, d)
}

// introduce resumes the session, or begins one.
func (c *conn) introduce() error {
	p := c.sh.p
	if session, _, seq := c.sh.resumable(); session != "" {
		c.asked = !c.sh.contentless()
		return c.send(opResume, map[string]any{"token": p.config.Token, "session_id": session, "seq": seq})
	}
	intents := intentGuilds | intentMessages | intentDirectMessages
	if !p.gate.contentless.Load() {
		intents |= intentContent
		c.asked = true
	}
	err := c.send(opIdentify, map[string]any{
		"token": p.config.Token, "intents": intents, "shard": [2]int{c.sh.index, c.sh.count}, "large_threshold": 50,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "authfix", "device": "authfix"},
	})
	c.begun()
	return err
}

func (c *conn) send(op int, d any) error {
	data, err := json.Marshal(map[string]any{"op": op, "d": d})
	if err != nil {
		return err
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeWithin))
	return c.ws.WriteMessage(websocket.TextMessage, data)
}

// dispatch hands an event on, and waits until there is room for it.
func (c *conn) dispatch(ctx context.Context, f frame, size int) {
	e := event{kind: f.Kind, data: f.Data, received: time.Now(), at: c.sh.p.now(), size: size}
	if f.Kind == "" {
		e.kind = kindUnread
	}
	if e.kind == kindUnread || len(f.Data) == 0 {
		e.broken, e.data = errors.New("it is no JSON, or too long"), f.raw
	}
	seq := c.sh.book.received()
	if f.Seq != nil && *f.Seq > 0 {
		seq = *f.Seq
	}
	if e.kind == "READY" || e.kind == "RESUMED" {
		c.up = e.received
	}
	c.sh.take(ctx, c, e, seq)
}

// roomy waits until there is room for an event, and reports whether there is.
func (c *conn) roomy(ctx context.Context, room chan struct{}) bool {
	select {
	case room <- struct{}{}:
		return true
	default:
	}
	// Heartbeats go on meanwhile.
	c.blocked.Store(1<<63 - 1)
	defer func() { c.blocked.Store(time.Now().UnixNano()) }()
	select {
	case room <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}
