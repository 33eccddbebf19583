package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"authfix/bot"
)

const (
	// ackWithin is how long Slack is let wait: it gives up after three seconds, and
	// an answer takes its way.
	ackWithin = 2500 * time.Millisecond
	// readWithin bounds how long a body may take to arrive.
	readWithin = 5 * time.Second
	// maxReading bounds the bodies in memory that are not known to be Slack's.
	maxReading = 64
)

// Handler answers what Slack calls over HTTP: POST /slack/events,
// /slack/commands, /slack/interactivity and /slack/options, when the app is set to
// HTTP. While nobody listens it asks Slack to come again.
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	if !p.config.SocketMode() && p.config.SigningSecret != "" {
		h := &hook{p: p, reading: make(chan struct{}, maxReading), inHand: make(chan struct{}, maxInHand)}
		mux.Handle("POST /slack/events", h.serve(h.events))
		mux.Handle("POST /slack/commands", h.serve(h.commands))
		mux.Handle("POST /slack/interactivity", h.serve(h.interactions))
		mux.Handle("POST /slack/options", h.serve(h.interactions))
	}
	if p.installer != nil {
		p.installer.register(mux)
	}
	return mux
}

// A hook is where Slack calls.
type hook struct {
	p       *Platform
	reading chan struct{}
	inHand  chan struct{}
	warned  atomic.Int64 // when the log last had a refusal, in seconds
}

// A reply is what an HTTP request is answered with.
type reply struct {
	status int
	body   any    // JSON; nil: none
	final  bool   // Slack is not to come again
	text   string // without body: a sentence for whoever reads it
}

// serve reads and verifies a request once, and answers it as handle says.
func (h *hook) serve(handle func(context.Context, []byte) reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ctx, cancel := context.WithDeadline(r.Context(), began.Add(ackWithin))
		defer cancel()
		body, refusal := h.read(ctx, w, r)
		if refusal == nil {
			a := handle(ctx, body)
			refusal = &a
		}
		refusal.write(w)
	})
}

// read reads a body that Slack signed, or says how the request is refused.
func (h *hook) read(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, *reply) {
	refuse := func(status int, err error) *reply {
		// A wrong SLACK_SIGNING_SECRET must be seen, and strangers must not fill the log.
		level, now := slog.LevelDebug, time.Now().Unix()
		if last := h.warned.Load(); now-last >= 10 && h.warned.CompareAndSwap(last, now) {
			level = slog.LevelWarn
		}
		h.p.log.Log(ctx, level, "a request to slack's endpoints is refused", "path", r.URL.Path, "status", status, "err", err)
		return &reply{status: status, text: fmt.Sprintf("The request is refused: %v.\n", err), final: status == http.StatusRequestEntityTooLarge}
	}
	// Whose signature cannot be right is not listened to.
	if err := signedAt(r.Header, h.p.now()); err != nil {
		return nil, refuse(http.StatusUnauthorized, err)
	}
	if r.ContentLength > maxPayload {
		return nil, refuse(http.StatusRequestEntityTooLarge, errTooLarge)
	}
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return nil, refuse(http.StatusServiceUnavailable, errBusy)
	}
	// Not every ResponseWriter has a deadline: then the server's own holds.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readWithin))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, refuse(http.StatusRequestEntityTooLarge, errTooLarge)
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, errors.New("its body did not arrive"))
	}
	if err := verify(r.Header, body, h.p.config.SigningSecret, h.p.now()); err != nil {
		return nil, refuse(http.StatusUnauthorized, err)
	}
	return body, nil
}

var (
	errTooLarge = errors.New("its body has more than 1 MiB")
	errBusy     = errors.New("too much is in hand")
)

func (r *reply) write(w http.ResponseWriter) {
	if r.final {
		// https://docs.slack.dev/apis/events-api/#controlling-retries
		w.Header().Set("X-Slack-No-Retry", "1")
	}
	if r.body != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(r.status)
		_ = json.NewEncoder(w).Encode(r.body) // Slack may have gone
		return
	}
	if r.text != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.text)
}

// events answers /slack/events.
func (h *hook) events(ctx context.Context, body []byte) reply {
	var b struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if bot.Decode(body, &b) == nil && b.Type == "url_verification" {
		return reply{status: http.StatusOK, body: map[string]string{"challenge": b.Challenge}}
	}
	return h.decide(ctx, delivery{kind: kindEvent, data: body, size: len(body)})
}

// commands answers /slack/commands.
func (h *hook) commands(ctx context.Context, body []byte) reply {
	f, err := url.ParseQuery(string(body))
	if err == nil && f.Get("ssl_check") == "1" {
		return reply{status: http.StatusOK}
	}
	// What of a form cannot be read is missing from it, and is missed later.
	return h.decide(ctx, delivery{kind: kindCommand, form: f, size: len(body)})
}

// interactions answers /slack/interactivity and /slack/options.
func (h *hook) interactions(ctx context.Context, body []byte) reply {
	f, _ := url.ParseQuery(string(body))
	data := []byte(f.Get("payload"))
	if isSuggestion(data) {
		return reply{status: http.StatusOK, body: h.p.options(ctx, data)}
	}
	return h.decide(ctx, delivery{kind: kindInteraction, data: data, size: len(body)})
}

// decide has a delivery decided. What is not decided in time is answered with
// 503: Slack delivers it again. The work goes on, and the next delivery finds
// what it led to.
func (h *hook) decide(ctx context.Context, d delivery) reply {
	late := reply{status: http.StatusServiceUnavailable, text: "It was not decided in time: come again.\n"}
	accept, leave, ok := h.p.ear.Enter()
	if !ok {
		late.text = "Nobody listens yet, or any more: come again.\n"
		return late
	}
	select {
	case h.inHand <- struct{}{}:
	case <-ctx.Done():
		leave()
		return late
	}
	type outcome struct {
		answer any
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		defer leave()
		defer func() { <-h.inHand }()
		answer, err := h.p.deliver(context.WithoutCancel(ctx), accept, d)
		done <- outcome{answer, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			h.p.log.Warn("a delivery is not acknowledged", "type", string(d.kind), "err", o.err)
			return late
		}
		return reply{status: http.StatusOK, body: o.answer}
	case <-ctx.Done():
		return late
	}
}
