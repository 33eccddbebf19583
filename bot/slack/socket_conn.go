package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"authfix/bot"
)

const (
	// longestSilence is how long nothing at all may come over a connection, which is
	// tried three times meanwhile.
	longestSilence = 30 * time.Second
	// writeWithin bounds the writing of one frame.
	writeWithin = 5 * time.Second
	// lingerFor is how long a connection is kept that Slack is about to close: what
	// came over it is acknowledged over it.
	lingerFor = 15 * time.Second
	// maxFrame bounds what is read of one frame, and maxDiscard what is skipped of
	// one that is longer.
	maxFrame   = maxPayload + 8<<10
	maxDiscard = 64 << 20
	// maxAck bounds an acknowledgement: Slack drops one of 20,480 bytes in silence.
	maxAck = 20_000
)

// An envelope is a frame from Slack.
type envelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Reason  string          `json:"reason"` // of disconnect
	Answers bool            `json:"accepts_response_payload"`
	Retry   int             `json:"retry_attempt"`
	Payload json.RawMessage `json:"payload"`
	Count   int             `json:"num_connections"` // of hello
}

// A conn is one connection of Socket Mode.
type conn struct {
	p       *Platform
	ws      *websocket.Conn
	inHand  chan struct{} // a place for each delivery that is being decided
	silence time.Duration // how long nothing at all may come
	leaving chan struct{} // closed when it must be replaced
	leave   func()
	busy    sync.WaitGroup // deliveries

	writing sync.Mutex

	mu       sync.Mutex
	stopped  bool
	up       bool
	deadline time.Time // after which it is closed; zero: none
	why      string    // it ended
}

func newConn(p *Platform, ws *websocket.Conn) *conn {
	c := &conn{p: p, ws: ws, silence: longestSilence, leaving: make(chan struct{})}
	c.leave = sync.OnceFunc(func() { close(c.leaving) })
	return c
}

// run reads until the connection ends or ctx does, waits for what is being
// decided, acknowledges it, and closes the connection.
func (c *conn) run(ctx context.Context) {
	defer c.ws.Close()
	ended := make(chan struct{})
	var helpers sync.WaitGroup
	helpers.Go(func() { c.keep(ctx, ended) })
	err := c.read(context.WithoutCancel(ctx))
	c.down(err)
	c.leave()
	c.busy.Wait()
	close(ended)
	helpers.Wait()
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(writeWithin))
}

// keep tries the connection now and then, and stops the reader when ctx ends.
func (c *conn) keep(ctx context.Context, ended <-chan struct{}) {
	ping := time.NewTicker(c.silence / 3)
	defer ping.Stop()
	done := ctx.Done()
	for {
		select {
		case <-done:
			c.stop()
			done = nil
		case <-ping.C:
			_ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWithin)) // the reader notices
		case <-ended:
			return
		}
	}
}

// stop makes the reader return.
func (c *conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	_ = c.ws.SetReadDeadline(time.Now())
}

// extend lets the reader wait for the next frame.
func (c *conn) extend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	until := time.Now().Add(c.silence)
	if !c.deadline.IsZero() && c.deadline.Before(until) {
		until = c.deadline
	}
	_ = c.ws.SetReadDeadline(until)
}

// read reads frames until there are no more.
func (c *conn) read(ctx context.Context) error {
	pong := c.ws.PingHandler()
	c.ws.SetPingHandler(func(data string) error { c.extend(); return pong(data) })
	c.ws.SetPongHandler(func(string) error { c.extend(); return nil })
	for {
		c.extend()
		_, r, err := c.ws.NextReader()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(io.LimitReader(r, maxFrame))
		if err != nil {
			return err
		}
		rest, err := io.CopyN(io.Discard, r, maxDiscard)
		if err == nil {
			return errors.New("a frame without end")
		}
		if !errors.Is(err, io.EOF) {
			return err
		}
		c.frame(ctx, data, int(rest))
	}
}

// frame handles one frame, of which the last bytes may have been skipped.
func (c *conn) frame(ctx context.Context, data []byte, skipped int) {
	var e envelope
	err := bot.Decode(data, &e)
	size := len(data) + skipped
	switch {
	case skipped > 0 || len(e.Payload) > maxPayload:
		err = errLongFrame
	case err == nil && e.Type == "":
		err = errors.New("it has no type")
	}
	if err != nil {
		e.ID = first(e.ID, envelopeID(data))
		c.hand(ctx, e, delivery{kind: "envelope", data: data, size: size}, err)
		return
	}
	switch e.Type {
	case "hello":
		c.hello(e.Count)
	case "disconnect":
		c.disconnect(e.Reason)
	case "events_api":
		c.hand(ctx, e, delivery{kind: kindEvent, data: e.Payload, size: size}, nil)
	case "slash_commands":
		c.hand(ctx, e, delivery{kind: kindCommand, data: e.Payload, size: size}, nil)
	case "interactive":
		c.hand(ctx, e, delivery{kind: kindInteraction, data: e.Payload, size: size}, nil)
	default:
		c.p.log.Info("an envelope of an unknown type is ignored", "type", plainWord(e.Type))
		c.ack(e, nil)
	}
}

var errLongFrame = errors.New("it has more than 1 MiB")

// hand has a delivery decided and acknowledges it. It waits when too much is in
// hand, and Slack with it. With broken the envelope cannot be read, and is
// recorded as such.
func (c *conn) hand(ctx context.Context, e envelope, d delivery, broken error) {
	accept, leave, ok := c.p.ear.Enter()
	if !ok {
		return
	}
	c.inHand <- struct{}{}
	c.busy.Go(func() {
		defer leave()
		defer func() { <-c.inHand }()
		var answer any
		var err error
		switch {
		case broken != nil:
			err = c.p.broken(ctx, accept, d, broken)
		case d.kind == kindInteraction && isSuggestion(d.data):
			answer = c.p.options(ctx, d.data)
		default:
			answer, err = c.p.deliver(ctx, accept, d)
		}
		if err != nil {
			c.p.log.Warn("a delivery is not acknowledged", "type", string(d.kind), "retry", e.Retry, "err", err)
			return
		}
		c.ack(e, answer)
	})
}

// ack acknowledges an envelope. When that does not arrive Slack delivers again.
func (c *conn) ack(e envelope, answer any) {
	if e.ID == "" {
		return
	}
	a := struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}{ID: e.ID}
	if e.Answers {
		a.Payload = answer
	}
	data, err := encodeAck(a)
	if err == nil && len(data) > maxAck {
		c.p.log.Error("an answer is too long for socket mode", "type", plainWord(e.Type), "size", len(data))
		a.Payload = nil
		data, err = encodeAck(a)
	}
	if err == nil {
		c.writing.Lock()
		_ = c.ws.SetWriteDeadline(time.Now().Add(writeWithin))
		err = c.ws.WriteMessage(websocket.TextMessage, data)
		c.writing.Unlock()
	}
	if err != nil {
		c.p.log.Warn("an acknowledgement is not sent: slack delivers again", "type", plainWord(e.Type), "err", err)
	}
}

func encodeAck(a any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(a)
	return bytes.TrimSpace(b.Bytes()), err
}

func (c *conn) hello(connections int) {
	c.mu.Lock()
	first := !c.up
	c.up = true
	c.mu.Unlock()
	if first {
		c.p.link.count(1, "")
		c.p.log.Info("connected for socket mode", "connections", connections)
	}
}

// disconnect is that Slack is about to close the connection.
func (c *conn) disconnect(reason string) {
	if reason == "link_disabled" {
		c.p.log.Error("socket mode is switched off in the app's settings: switch it on, or set SLACK_SIGNING_SECRET in place of SLACK_APP_TOKEN")
	} else {
		c.p.log.Info("slack asks to connect anew", "reason", plainWord(reason))
	}
	c.mu.Lock()
	if c.deadline.IsZero() {
		c.deadline = time.Now().Add(lingerFor)
	}
	c.why = "slack closed the connection (" + plainWord(reason) + ")"
	c.mu.Unlock()
	c.leave()
}

// down notes that nothing comes over the connection any more.
func (c *conn) down(err error) {
	c.mu.Lock()
	was, stopped, why := c.up, c.stopped, c.why
	c.up = false
	c.mu.Unlock()
	if why == "" {
		why = "the connection broke"
		if !stopped {
			c.p.log.Warn("the connection for socket mode broke", "err", err)
		}
	}
	n := 0
	if was {
		n = -1
	}
	c.p.link.count(n, why)
}

// envelopeLike finds the id of an envelope in what may be no JSON.
var envelopeLike = regexp.MustCompile(`"envelope_id"\s*:\s*"([0-9A-Za-z_-]{1,64})"`)

func envelopeID(data []byte) string {
	if found := envelopeLike.FindSubmatch(data); found != nil {
		return string(found[1])
	}
	return ""
}
