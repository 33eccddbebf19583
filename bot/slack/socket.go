package slack

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"authfix/bot/outbound"
)

// Socket Mode: the program opens a connection over which Slack delivers. Slack
// closes it every few hours and says so before; then another one is opened first,
// so that there is always one. What was delivered and not acknowledged over one
// connection Slack delivers again over another.
// https://docs.slack.dev/apis/events-api/using-socket-mode

const (
	dialWithin = 15 * time.Second
	// longestWait is between two attempts to connect, and shortLife how long a
	// connection lasts at least that counts as good.
	longestWait = 30 * time.Second
	shortLife   = 5 * time.Second
	// socketWriteBuffer keeps an acknowledgement in one frame: Slack drops it in
	// pieces.
	socketWriteBuffer = 32 << 10
)

// A link is how the connections of Socket Mode are.
type link struct {
	mu  sync.Mutex
	up  int    // connections over which Slack has said hello
	why string // why there is none
}

// count counts a connection that came up, or went down for a reason.
func (l *link) count(n int, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up += n
	l.why = why
}

// ready reports why there is no connection.
func (l *link) ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.up > 0 {
		return nil
	}
	if l.why == "" {
		return errors.New("it is not connected yet")
	}
	return errors.New("it is not connected: " + l.why)
}

// refusedToken are Slack's words for an app-level token with which no attempt can
// succeed.
var refusedToken = map[string]bool{"invalid_auth": true, "not_authed": true, "account_inactive": true, "token_revoked": true, "token_expired": true,
	"missing_scope": true, "not_allowed_token_type": true, "no_permission": true}

// listenSocket keeps a connection until ctx ends, and then until all that came
// over it is decided. It returns an error when Slack refuses the token.
func (p *Platform) listenSocket(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	inHand := make(chan struct{}, maxInHand)
	for failures := 0; ctx.Err() == nil; {
		c, wait, err := p.connect(ctx)
		switch word := wordOf(err); {
		case ctx.Err() != nil:
			if c != nil {
				c.ws.Close()
			}
			return nil
		case refusedToken[word]:
			return fmt.Errorf("SLACK_APP_TOKEN: slack refuses it (%s): make an app-level token with the scope connections:write", word)
		case err != nil:
			p.link.count(0, "the last attempt failed: "+err.Error())
			wait = max(wait, backoff(failures))
			failures++
			p.log.Warn("no connection for socket mode", "attempt", failures, "again_in", wait, "err", err)
			pause(ctx, wait)
			continue
		}
		c.inHand = inHand
		began := time.Now()
		all.Go(func() { c.run(ctx) })
		select {
		case <-c.leaving:
		case <-ctx.Done():
		}
		if time.Since(began) >= shortLife {
			failures = 0
			continue
		}
		if failures++; failures > 1 {
			pause(ctx, backoff(failures-2))
		}
	}
	return nil
}

// backoff is how long to wait after so many failures: half a second, doubled each
// time, and a random part of it.
func backoff(failures int) time.Duration {
	d := min(longestWait, 500*time.Millisecond<<min(failures, 10))
	return d/2 + rand.N(d/2)
}

// connect opens a connection; wait is how long Slack asks to wait after an error.
// The address of a connection is a secret and in no error.
func (p *Platform) connect(ctx context.Context) (c *conn, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	var got struct {
		URL string `json:"url"`
	}
	if _, err := p.api.call(ctx, p.config.AppToken, "apps.connections.open", nil, &got); err != nil {
		var e *callError
		if errors.As(err, &e) {
			wait = e.after
		}
		return nil, wait, err
	}
	u, err := url.Parse(got.URL)
	if err != nil || u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || !outbound.Loopback(u.Hostname())) {
		return nil, 0, errors.New("apps.connections.open: it gave no address")
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialWithin, WriteBufferSize: socketWriteBuffer}
	ws, answer, err := dialer.DialContext(ctx, u.String(), nil)
	if err != nil {
		if answer != nil {
			return nil, retryAfter(answer.Header), fmt.Errorf("open the socket: status %d", answer.StatusCode)
		}
		return nil, 0, fmt.Errorf("open the socket: %w", outbound.BareCause(ctx, err))
	}
	return newConn(p, ws), 0, nil
}
