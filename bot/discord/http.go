package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"authfix/bot"
)

const (
	// answerWithin is how long Discord is let wait: it gives up after three seconds,
	// and an answer takes its way.
	answerWithin = 2500 * time.Millisecond
	// maxSkew is how far from now the time of a request may be, either way.
	maxSkew = 5 * time.Minute
	// maxReading bounds the bodies in memory that are not known to be Discord's.
	maxReading = 64
	// takenWithin is how long Discord may take until it knows the first answer, which
	// a request that comes sooner must wait for.
	takenWithin = 100 * time.Millisecond
)

// Handler answers what Discord calls over HTTP when a public key is set: POST
// /discord/interactions. A request that Discord did not sign, or more than five
// minutes ago, is answered with 401; Discord tries now and then whether it is. While
// nobody listens, who used the interaction is told to try again.
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	if p.config.HTTPInteractions() {
		h := &hook{p: p, reading: make(chan struct{}, maxReading), inHand: make(chan struct{}, maxInHand)}
		if key, err := hex.DecodeString(p.config.PublicKey); err == nil && len(key) == ed25519.PublicKeySize {
			h.key = key
		}
		mux.Handle("POST /discord/interactions", h)
	}
	return mux
}

// A hook is where Discord calls.
type hook struct {
	p       *Platform
	key     ed25519.PublicKey // nil verifies nothing
	reading chan struct{}
	inHand  chan struct{}
	warned  atomic.Int64 // when the log last had a refusal, in seconds
}

// Why a request is refused.
var (
	errUnsigned  = errors.New("it is not signed")
	errSignature = errors.New("its signature is wrong")
	errTime      = errors.New("its time is more than 5 minutes from ours")
	errTooLarge  = errors.New("its body has more than 1 MiB")
	errUnread    = errors.New("its body did not arrive")
	errBusy      = errors.New("too much is in hand")
)

// A refusal of a request is a status with a reason.
type httpRefusal struct {
	status int
	why    error
}

// ServeHTTP implements [http.Handler].
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	received := time.Now()
	ctx, cancel := context.WithDeadline(r.Context(), received.Add(answerWithin))
	defer cancel()
	body, refused := h.read(ctx, w, r, received)
	if refused != nil {
		h.refuse(ctx, w, refused)
		return
	}
	select {
	case h.inHand <- struct{}{}:
		defer func() { <-h.inHand }()
	case <-ctx.Done():
		h.refuse(ctx, w, &httpRefusal{http.StatusServiceUnavailable, errBusy})
		return
	}
	h.answer(ctx, w, body, received)
}

// answer answers an interaction that Discord has signed.
func (h *hook) answer(ctx context.Context, w http.ResponseWriter, body []byte, received time.Time) {
	accept, leave, ok := h.p.ear.Enter()
	if !ok {
		h.write(w, h.away(body))
		return
	}
	defer leave()
	var named struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	if bot.Decode(body, &named) == nil && tokenShape.MatchString(named.Token) {
		answered := h.p.answering.begin(named.Token)
		defer func() { time.AfterFunc(takenWithin, answered) }()
	}
	answer, _, err := h.p.interaction(ctx, accept, body, received)
	if err != nil {
		if !idLike(named.ID) { // it may be of any length and say anything
			named.ID = ""
		}
		h.p.log.Warn("an interaction was not decided", "interaction", named.ID, "err", err)
	}
	h.write(w, answer)
}

// away is the answer while nobody listens. Discord does not call again, so who used
// the interaction is told to.
func (h *hook) away(body []byte) *interactionAnswer {
	var b struct {
		Type int `json:"type"`
	}
	switch _ = bot.Decode(body, &b); b.Type {
	case interactionPing:
		return &interactionAnswer{Type: answerPong}
	case interactionComplete:
		return &interactionAnswer{Type: answerComplete, Data: map[string]any{"choices": []suggestion{}}}
	}
	return privately(textAway)
}

// read reads a body that Discord signed, or says how the request is refused.
func (h *hook) read(ctx context.Context, w http.ResponseWriter, r *http.Request, received time.Time) ([]byte, *httpRefusal) {
	// Whose signature cannot be right is not listened to.
	signature, err := signedAt(r.Header, h.p.now())
	if err != nil {
		return nil, &httpRefusal{http.StatusUnauthorized, err}
	}
	if r.ContentLength > maxInteraction {
		return nil, &httpRefusal{http.StatusRequestEntityTooLarge, errTooLarge}
	}
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return nil, &httpRefusal{http.StatusServiceUnavailable, errBusy}
	}
	// Not every ResponseWriter has a deadline: then the server's own holds.
	_ = http.NewResponseController(w).SetReadDeadline(received.Add(answerWithin))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInteraction))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &httpRefusal{http.StatusRequestEntityTooLarge, errTooLarge}
	}
	if err != nil {
		return nil, &httpRefusal{http.StatusBadRequest, errUnread}
	}
	if h.key == nil || !ed25519.Verify(h.key, append([]byte(r.Header.Get("X-Signature-Timestamp")), body...), signature) {
		return nil, &httpRefusal{http.StatusUnauthorized, errSignature}
	}
	return body, nil
}

// signedAt checks what can be checked before the body is read: that there is a
// signature, which it returns, and that its time is near.
func signedAt(h http.Header, now time.Time) (signature []byte, err error) {
	signature, err = hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return nil, errUnsigned
	}
	seconds, err := strconv.ParseInt(h.Get("X-Signature-Timestamp"), 10, 64)
	if err != nil {
		return nil, errUnsigned
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > maxSkew {
		return nil, errTime
	}
	return signature, nil
}

// refuse answers a request with a reason. A wrong public key must be seen, and
// strangers must not fill the log.
func (h *hook) refuse(ctx context.Context, w http.ResponseWriter, r *httpRefusal) {
	level, now := slog.LevelDebug, time.Now().Unix()
	if last := h.warned.Load(); now-last >= 10 && h.warned.CompareAndSwap(last, now) {
		level = slog.LevelWarn
	}
	h.p.log.Log(ctx, level, "a request to discord's endpoint is refused", "status", r.status, "err", r.why)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(r.status)
	_, _ = fmt.Fprintf(w, "The request is refused: %v.\n", r.why)
}

// write answers with an interaction's answer. Nothing can be said to an
// interaction of a type that is not known.
func (h *hook) write(w http.ResponseWriter, answer *interactionAnswer) {
	if answer == nil {
		http.Error(w, "Nothing is known of interactions of this type.", http.StatusBadRequest)
		return
	}
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(answer); err != nil {
		h.p.log.Error("an answer cannot be encoded", "answer", answer.Type, "err", err)
		http.Error(w, "The answer cannot be written.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	_, _ = w.Write(body.Bytes()) // Discord may have gone
	_ = http.NewResponseController(w).Flush()
}
