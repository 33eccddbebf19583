package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"authfix/bot/outbound"
)

const (
	// userAgent has the form without which Discord's proxies refuse a client.
	// https://docs.discord.com/developers/reference#user-agent
	userAgent = "DiscordBot (https://authfix.example, 1)"
	// apiPath is the version of the API, below the address of Discord.
	apiPath = "api/v10"
	// globalRate is how many calls a second Discord takes of a bot for which it has
	// not raised that. A tenth is left for other replicas' beginnings and for
	// clocks that differ; it can be taken at once after a pause.
	// https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
	globalRate = 50
	// paceWait is how long a call that may not wait waits for its turn all the same.
	paceWait = 250 * time.Millisecond
	// readAgain is how often a call that may wait is repeated when Discord fails.
	readAgain = 3
)

// A rest calls Discord's REST API. It is called here and not through discordgo:
// a call must not sleep while a bucket is empty, and what becomes of a reply
// depends on whether a request was written before it broke. It is safe for
// concurrent use.
type rest struct {
	base    string // the address of the API, without a slash at its end
	token   string
	web     *http.Client
	now     func() time.Time
	log     *slog.Logger
	pace    *rate.Limiter // all calls but those of interactions
	buckets buckets
	guard   guard
	revoked atomic.Bool // Discord refused the token
}

func newREST(c Config, now func() time.Time, log *slog.Logger) *rest {
	address := c.API
	if address == "" {
		address = DefaultAPI
	}
	calls := cmp.Or(c.Rate, globalRate)
	return &rest{
		base: strings.TrimSuffix(address, "/") + "/" + apiPath, token: c.Token, now: now, log: log,
		pace: rate.NewLimiter(rate.Limit(calls)*9/10, max(1, calls/10)),
		web:  outbound.NewClient(),
	}
}

// close lets go of the connections that are not in use.
func (r *rest) close() { r.web.CloseIdleConnections() }

// ready reports why nothing can be said any more, or nil.
func (r *rest) ready() error {
	if r.revoked.Load() {
		return errRevoked
	}
	return nil
}

// errRevoked says what to do about a token that is worth nothing any more.
var errRevoked = errors.New("discord refuses the token: set DISCORD_TOKEN to the bot's present one and start again")

// A call is one request.
type call struct {
	method string
	route  string // the path with its ids as placeholders, such as /channels/{}/messages: its bucket together with the first id of the path
	path   string // such as /channels/1/messages?limit=100, below /api/v10
	body   any    // JSON, or nil
	into   any    // what the answer is decoded into, or nil
	open   bool   // without the bot's token: the path holds a token of its own
	wait   bool   // it waits while a limit is met, and reads again when Discord fails; never for what a person waits for
}

// call does one request. Its error is a *callError, or the context's.
func (r *rest) call(ctx context.Context, c call) error {
	for n := 1; ; n++ {
		err := r.once(ctx, c)
		if err == nil || !c.wait {
			return err
		}
		var e *callError
		if !errors.As(err, &e) || ctx.Err() != nil {
			return err
		}
		after := e.after
		switch {
		case e.limited:
		case c.method == http.MethodGet && n < readAgain && (e.status == 0 || e.status >= 500) && !e.refused:
			after = time.Duration(n) * time.Second
		default:
			return err
		}
		if !pause(ctx, max(after, 10*time.Millisecond)) {
			return ctx.Err()
		}
	}
}

// once does one request, unless a limit is met that is known.
func (r *rest) once(ctx context.Context, c call) error {
	fail := func(e callError) error {
		e.method, e.route = c.method, c.route
		return &e
	}
	var body []byte
	if c.body != nil {
		var err error
		if body, err = encode(c.body); err != nil {
			return fail(callError{refused: true, cause: errors.New("its body cannot be encoded")})
		}
	}
	q, err := http.NewRequest(c.method, r.base+c.path, bytes.NewReader(body))
	if err != nil {
		return fail(callError{refused: true, cause: errors.New("its address is wrong")})
	}
	q.Header.Set("User-Agent", userAgent)
	if c.body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if !c.open {
		if r.revoked.Load() {
			return fail(callError{status: http.StatusUnauthorized, cause: errRevoked})
		}
		q.Header.Set("Authorization", "Bot "+r.token)
	}

	major := majorOf(c.path)
	if e := r.guard.check(c.method+" "+c.route, major, c.open, r.now()); e != nil {
		return fail(*e)
	}
	use, after, global := r.buckets.take(c.method+" "+c.route, major, c.open, r.now())
	if after > 0 {
		return fail(callError{limited: true, global: global, after: after})
	}
	if !c.open {
		turn := r.pace.Reserve()
		after := turn.Delay()
		if after > paceWait && !c.wait {
			turn.Cancel()
			r.buckets.drop(use)
			return fail(callError{limited: true, global: true, after: after})
		}
		if !pause(ctx, after) {
			turn.Cancel()
			r.buckets.drop(use)
			return fail(callError{cause: ctx.Err()})
		}
	}
	header, e := r.do(ctx, q, c)
	now := r.now()
	switch {
	case e == nil:
		r.buckets.done(use, header, 0, false, now)
		r.guard.count(c.method+" "+c.route, major, nil, now)
		return nil
	case e.limited:
		r.buckets.done(use, header, e.after, e.global, now)
	default:
		r.buckets.done(use, header, 0, false, now)
	}
	e.method, e.route = c.method, c.route
	r.guard.count(c.method+" "+c.route, major, e, now)
	if e.status == http.StatusUnauthorized && !c.open && !r.revoked.Swap(true) {
		r.log.Error("token refused", "err", errRevoked)
	}
	return e
}

// do makes a request and decodes its answer.
func (r *rest) do(ctx context.Context, q *http.Request, c call) (http.Header, *callError) {
	w, written, err := outbound.Ask(ctx, r.web, q)
	if err != nil {
		return nil, &callError{written: written, cause: err}
	}
	switch {
	case w.Status == http.StatusTooManyRequests:
		return w.Header, limitOf(w.Header, w.Body)
	case w.Status >= 500:
		e := refusal(w.Status, w.Body)
		e.written = true
		return w.Header, e
	case w.Broken != nil:
		return w.Header, &callError{status: w.Status, written: true, cause: w.Broken}
	case w.Status < 200 || w.Status >= 300:
		return w.Header, refusal(w.Status, w.Body)
	}
	if c.into == nil {
		return w.Header, nil
	}
	if err := json.Unmarshal(w.Body, c.into); err != nil {
		return w.Header, &callError{status: w.Status, written: true, cause: errors.New("its answer has another form")}
	}
	return w.Header, nil
}

// majorOf is the id of a path that a bucket belongs to: of a channel, a guild,
// or of a webhook with its token. Without one it is "".
// https://docs.discord.com/developers/topics/rate-limits#rate-limits
func majorOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 4)
	if len(parts) < 2 {
		return ""
	}
	switch parts[0] {
	case "channels", "guilds":
		return parts[1]
	case "webhooks", "interactions":
		if len(parts) > 2 {
			return parts[1] + "/" + parts[2]
		}
		return parts[1]
	}
	return ""
}

// encode is JSON without the escapes that are meant for HTML: they make an angle
// bracket six characters.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// seconds reads a number of seconds, which may have a fraction; 0 when it is none.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0) {
		return 0
	}
	return time.Duration(min(f, 24*3600) * float64(time.Second))
}
