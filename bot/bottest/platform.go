package bottest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"authfix/bot"
)

// A Platform speaks to a [Server]. It is a [bot.Pacer] and a [bot.Deduplicator],
// with nothing to say as long as its fields are zero.
type Platform struct {
	URL    string        // of the server
	Title  string        // the platform's name: "test"
	Client string        // what the server knows this client by
	Every  time.Duration // the pace in a channel
	Within time.Duration // the window in which the server drops repetitions
	Ears   int           // messages taken at once: 8

	once sync.Once
	web  *http.Client
}

// A FindingPlatform is a Platform that is a [bot.Finder] too.
type FindingPlatform struct {
	*Platform
}

var (
	_ bot.Platform     = (*Platform)(nil)
	_ bot.Pacer        = (*Platform)(nil)
	_ bot.Deduplicator = (*Platform)(nil)
	_ bot.Finder       = FindingPlatform{}
)

// What goes over the wire.
type (
	pollRequest struct {
		Client string
		Wait   time.Duration
	}
	pollAnswer struct {
		Receipt int
		Message bot.Message
	}
	ackRequest struct {
		Client  string
		Receipt int
		Ack     bot.Ack
	}
	postRequest struct {
		Client string
		To     bot.Destination
		Reply  bot.Reply
	}
	postAnswer struct {
		ID    string
		Found bool
	}
	limitAnswer struct {
		After  time.Duration
		Tenant bool
	}
)

// Name is Title.
func (p *Platform) Name() string {
	if p.Title == "" {
		return "test"
	}
	return p.Title
}

// Pace is Every.
func (p *Platform) Pace() time.Duration { return p.Every }

// Window is Within.
func (p *Platform) Window() time.Duration { return p.Within }

// Close closes connections that are not in use.
func (p *Platform) Close() { p.client().CloseIdleConnections() }

func (p *Platform) client() *http.Client {
	p.once.Do(func() {
		p.web = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 10 * time.Second}}
	})
	return p.web
}

// Listen polls the server. While it cannot be reached it tries again.
func (p *Platform) Listen(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	ears := p.Ears
	if ears == 0 {
		ears = 8
	}
	var wg sync.WaitGroup
	for range ears {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := p.hear(ctx, accept); err != nil {
					pause(ctx, 50*time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	return nil
}

// hear takes one message, if one comes within some seconds.
func (p *Platform) hear(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	var got pollAnswer
	status, _, err := p.call(ctx, "/poll", pollRequest{p.Client, 5 * time.Second}, &got)
	if err != nil || status == http.StatusNoContent {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("poll: status %d", status)
	}
	ack, err := accept(ctx, got.Message)
	if err != nil {
		return nil // not acknowledged: it comes again
	}
	// The acknowledgement is sent even when listening has ended meanwhile.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _, err = p.call(ctx, "/ack", ackRequest{p.Client, got.Receipt, ack}, nil)
	return err
}

// Send posts r.
func (p *Platform) Send(ctx context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error) {
	var got postAnswer
	var limit limitAnswer
	status, written, err := p.call(ctx, "/post", postRequest{p.Client, to, r}, &got, &limit)
	switch {
	case err != nil && written:
		return bot.Sent{}, fmt.Errorf("post: %w: %w", bot.ErrUnknown, err)
	case err != nil:
		return bot.Sent{}, fmt.Errorf("post: %w", err)
	case status == http.StatusOK:
		return bot.Sent{ID: got.ID}, nil
	case status == http.StatusTooManyRequests:
		return bot.Sent{}, &bot.RetryAfter{After: limit.After, Channel: !limit.Tenant}
	case status >= 500:
		return bot.Sent{}, fmt.Errorf("post: %w: status %d", bot.ErrUnknown, status)
	}
	return bot.Sent{}, fmt.Errorf("post: %w: status %d", bot.ErrPermanent, status)
}

// Find looks for a post by its key.
func (p FindingPlatform) Find(ctx context.Context, to bot.Destination) (bot.Sent, bool, error) {
	var got postAnswer
	var limit limitAnswer
	status, _, err := p.call(ctx, "/find", postRequest{Client: p.Client, To: to}, &got, &limit)
	switch {
	case err != nil:
		return bot.Sent{}, false, fmt.Errorf("find: %w", err)
	case status == http.StatusTooManyRequests:
		return bot.Sent{}, false, &bot.RetryAfter{After: limit.After, Channel: !limit.Tenant}
	case status != http.StatusOK:
		return bot.Sent{}, false, fmt.Errorf("find: status %d", status)
	}
	return bot.Sent{ID: got.ID}, got.Found, nil
}

// call makes a request and reads the answer into the first of answers, or that
// of status 429 into the second. It reports whether the request may have
// reached the server.
func (p *Platform) call(ctx context.Context, path string, request any, answers ...any) (status int, written bool, err error) {
	body, err := json.Marshal(request)
	if err != nil {
		return 0, false, err
	}
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, false, err
	}
	w, err := p.client().Do(r)
	if err != nil {
		return 0, wrote.Load(), err
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(w.Body, 16<<20))
	if err != nil {
		return 0, true, err
	}
	i := 0
	if w.StatusCode == http.StatusTooManyRequests {
		i = 1
	} else if w.StatusCode != http.StatusOK {
		return w.StatusCode, true, nil
	}
	if i < len(answers) && answers[i] != nil {
		if err := json.Unmarshal(answer, answers[i]); err != nil {
			return 0, true, errors.New("the answer cannot be read")
		}
	}
	return w.StatusCode, true, nil
}

// pause waits, at most until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
