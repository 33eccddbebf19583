package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"authfix/bot"
	"authfix/bot/outbound"
)

// The gateway: the program opens a connection over which Discord tells what
// happens. Each event of a session has a number; a session that breaks is resumed
// behind the last one, and Discord tells again what followed. What it told it
// does not ask about: an event that this program loses is lost, unless it resumes
// earlier or reads channels back.
// https://docs.discord.com/developers/events/gateway

const (
	dialWithin = 10 * time.Second
	// helloWithin is how long Discord may take for the first frame, and for the
	// first event of a session.
	helloWithin = 20 * time.Second
	// writeWithin bounds the writing of one frame.
	writeWithin = 5 * time.Second
	// longestWait is between two attempts to connect, and shortLife how long a
	// connection lasts at least that counts as good.
	longestWait = 30 * time.Second
	shortLife   = 5 * time.Second
	// maxFrame bounds what is read of one frame: all of a guild is in one. maxDiscard
	// bounds what is skipped of one that is longer.
	maxFrame   = 32 << 20
	maxDiscard = 256 << 20
)

// What a frame is for.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// What the bot wants to hear. Interactions need no intent.
// https://docs.discord.com/developers/events/gateway#list-of-intents
const (
	intentGuilds         = 1 << 0
	intentMessages       = 1 << 9
	intentDirectMessages = 1 << 12
	intentContent        = 1 << 15 // privileged
)

// closeResumable is the code with which a connection is closed whose session is
// resumed: 1000 and 1001 end it.
const closeResumable = 4000

// closeContent is the code with which Discord refuses an intent that is not
// switched on.
const closeContent = 4014

// fatalClose says what to do about a code after which no attempt can succeed.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
var fatalClose = map[int]string{
	4004:         "DISCORD_TOKEN: discord refuses it: copy it anew from the page Bot of the application in the Developer Portal",
	4010:         "DISCORD_SHARDS: discord refuses the shard: set it to 0, which is as many as discord recommends",
	4011:         "DISCORD_SHARDS: discord asks for more connections: set it to 0, which is as many as discord recommends, and start again",
	4012:         "discord no longer speaks version 10 of its gateway: a newer version of this program is needed",
	4013:         "discord knows no such intents: a newer version of this program is needed",
	closeContent: "discord refuses the intents: see Privileged Gateway Intents on the page Bot of the application in the Developer Portal",
}

// A frame is one that Discord sends.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int64          `json:"s"`
	Kind string          `json:"t"`

	raw []byte // how it begins, of one that cannot be read
}

// A gatewayInfo tells where the gateway is, and how often a session may begin.
// https://docs.discord.com/developers/events/gateway#get-gateway-bot
type gatewayInfo struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Limit  struct {
		Total       int   `json:"total"`
		Remaining   int   `json:"remaining"`
		ResetAfter  int64 `json:"reset_after"` // milliseconds
		Concurrency int   `json:"max_concurrency"`
	} `json:"session_start_limit"`
}

// gatewayInfo asks where the gateway is.
func (p *Platform) gatewayInfo(ctx context.Context) (gatewayInfo, error) {
	var i gatewayInfo
	var data json.RawMessage
	if err := p.rest.call(ctx, call{method: http.MethodGet, route: "/gateway/bot", path: "/gateway/bot", into: &data, wait: true}); err != nil {
		return i, err
	}
	i.Limit.Remaining = -1
	if err := bot.Decode(data, &i); err != nil {
		return i, fmt.Errorf("GET /gateway/bot: %w", err)
	}
	if i.Limit.Remaining < 0 { // it was not said
		i.Limit.Remaining = 1
	}
	return i, nil
}

// refusedToken says what to do when Discord refuses the token, or is nil.
func refusedToken(err error) error {
	if statusOf(err) == http.StatusUnauthorized {
		return errors.New(fatalClose[4004])
	}
	return nil
}

// backoff is how long to wait after so many failures: half a second, doubled each
// time up to longest, and a random part of it.
func backoff(failures int, longest time.Duration) time.Duration {
	d := min(longest, 500*time.Millisecond<<min(failures, 10))
	return d/2 + rand.N(d/2)
}

// gatewayAddress is the address of a connection. What Discord names must be
// encrypted, or on this machine.
func gatewayAddress(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "wss" && (u.Scheme != "ws" || !outbound.Loopback(u.Hostname())) {
		return "", errors.New("discord names no address of a gateway")
	}
	u.RawQuery = url.Values{"v": {"10"}, "encoding": {"json"}}.Encode()
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// dial opens a connection.
func dial(ctx context.Context, address string) (*websocket.Conn, error) {
	to, err := gatewayAddress(address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, NetDialContext: (&net.Dialer{Timeout: dialWithin}).DialContext, HandshakeTimeout: dialWithin}
	ws, answer, err := d.DialContext(ctx, to, http.Header{"User-Agent": {userAgent}})
	if err != nil {
		if answer != nil {
			return nil, fmt.Errorf("open the gateway: status %d", answer.StatusCode)
		}
		return nil, fmt.Errorf("open the gateway: %w", outbound.BareCause(ctx, err))
	}
	return ws, nil
}
