package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/knowledge"
	"authfix/storage"
)

// The whole server starts, answers and stops again and again, and leaves no
// goroutine. It runs alone, before the tests that run side by side.
func TestServerLeavesNothing(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			w := newWorld(t, engine, nonce, bottest.Options{})
			w.traffic.plain = true
			// The test's own servers and the process of the database.
			before := goleak.IgnoreCurrent()
			for n := 1; n <= 20; n++ {
				w.serveOnce(base)
				if t.Failed() {
					return
				}
			}
			goleak.VerifyNone(t, before)
			w.verify()
		})
	}
}

// serveOnce runs a server in this process until it has answered a message.
func (w *world) serveOnce(base *knowledge.Base) {
	w.t.Helper()
	c, _, err := readSettings(func(name string) string { return w.settings[name] }, nil, everything)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &bottest.Platform{URL: w.service.URL, Client: "inside", Within: w.variant.window}
	defer p.Close()
	s := &server{config: c, base: base, log: slog.New(slog.DiscardHandler), platforms: []bot.Platform{p},
		wrapStore: func(s storage.Store) storage.Store { return s }}
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	posts := len(w.service.Posts())
	w.traffic.deliver()
	if err := w.service.Wait(patience, func() bool { return len(w.service.Posts()) > posts && w.service.Waiting() == 0 }); err != nil {
		w.t.Fatal(err)
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			w.t.Errorf("the server ended with %v", err)
		}
	case <-time.After(patience):
		w.t.Fatal("the server does not stop")
	}
}
