package fake

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A Config says what a [Server] asks the fake that is built on it. Each function
// may be nil.
type Config struct {
	// Now is the clock; nil: the system's. Timers follow it within 10 ms.
	Now func() time.Time
	// Drop closes the connections that were taken over from HTTP, such as web
	// sockets. It is called without the lock, when the server goes down.
	Drop func()
	// Summary says what has happened, for who has waited in vain. It is called
	// without the lock.
	Summary func() string
	// Read is how a text reads on the platform, without what its markup needs:
	// secrets are looked for in the text and in this.
	Read func(string) string
	// Shows says which credential of the platform a line of a log shows, such as
	// "a token"; "": none. It is called without the lock.
	Shows func(line string) string
}

// A Server is what a test may do with any fake. Its methods may be called
// concurrently.
type Server struct {
	// URL is where it listens, without a path: http://127.0.0.1:port.
	URL string

	core *Core
}

// A Core is what a fake may do with its [Server].
type Core struct {
	// Mu is the lock of everything that the fake remembers.
	Mu sync.Mutex
	// Client has the transport for what the fake sends to the app.
	Client *http.Client

	config Config
	addr   string
	ctx    context.Context
	cancel context.CancelFunc
	busy   sync.WaitGroup // everything that was started here
	clock  clock

	web struct { // the listener, which [Server.Down] closes
		sync.Mutex
		first   net.Listener // until it is served
		handler http.Handler
		http    *http.Server
		done    chan struct{}
	}

	secrets secrets

	changed    chan struct{} // under Mu, as what follows: closed and replaced when something changes
	closed     bool
	violations []Violation
}

// New takes a free port of the loopback interface. Connections are accepted once
// [Core.Serve] is called; [Server.Close] must be called in any case.
func New(c Config) (*Server, *Core, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listen: %w", err)
	}
	k := &Core{config: c, addr: l.Addr().String(), changed: make(chan struct{}),
		Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128, IdleConnTimeout: 30 * time.Second}}}
	k.web.first = l
	k.ctx, k.cancel = context.WithCancel(context.Background())
	k.clock.start(c.Now)
	k.busy.Go(func() { k.clock.run(k.ctx) })
	return &Server{URL: "http://" + k.addr, core: k}, k, nil
}

// Serve begins to answer requests. It is called once.
func (k *Core) Serve(h http.Handler) {
	k.web.Lock()
	defer k.web.Unlock()
	k.web.handler = h
	k.serve(k.web.first)
	k.web.first = nil
}

func (k *Core) serve(l net.Listener) {
	h, done := &http.Server{Handler: k.web.handler, ReadHeaderTimeout: 10 * time.Second}, make(chan struct{})
	k.web.http, k.web.done = h, done
	k.busy.Go(func() { defer close(done); _ = h.Serve(l) })
}

// Down closes the listener and all connections: nobody answers on the port until
// [Server.Up]. What the server itself sends, and what it remembers, goes on.
func (s *Server) Down() {
	k := s.core
	k.web.Lock()
	defer k.web.Unlock()
	if k.web.first != nil {
		_ = k.web.first.Close()
		k.web.first = nil
	}
	if k.web.http == nil {
		return
	}
	_ = k.web.http.Close()
	if k.config.Drop != nil {
		k.config.Drop()
	}
	<-k.web.done
	k.web.http = nil
}

// Up listens on the same port again.
func (s *Server) Up() error {
	k := s.core
	k.web.Lock()
	defer k.web.Unlock()
	if k.web.http != nil || k.ctx.Err() != nil {
		return nil
	}
	var l net.Listener
	var err error
	for range 100 { // another socket may have the port for a moment
		if l, err = net.Listen("tcp", k.addr); err == nil {
			k.serve(l)
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("listen again: %w", err)
}

// Close closes all connections, and ends everything that the server does. It may
// be called more than once.
func (s *Server) Close() {
	k := s.core
	k.Mu.Lock()
	closed := k.closed
	k.closed = true
	k.Mu.Unlock()
	if closed {
		return
	}
	k.cancel()
	s.Down()
	k.busy.Wait()
	k.Client.CloseIdleConnections()
}

// Closed reports whether [Server.Close] was called. The caller holds the lock.
func (k *Core) Closed() bool { return k.closed }

// Context ends when the server is closed.
func (k *Core) Context() context.Context { return k.ctx }

// Go runs f in a goroutine that Close waits for, unless the server is closed. The
// caller holds the lock.
func (k *Core) Go(f func()) {
	if !k.closed {
		k.busy.Go(f)
	}
}

// Enter has Close wait until [Core.Leave] is called, and reports whether the
// server is not closed: for a handler that takes its connection over.
func (k *Core) Enter() bool {
	k.Mu.Lock()
	defer k.Mu.Unlock()
	if k.closed {
		return false
	}
	k.busy.Add(1)
	return true
}

// Leave is the other half of [Core.Enter].
func (k *Core) Leave() { k.busy.Done() }

// Change tells who waits. The caller holds the lock.
func (k *Core) Change() {
	close(k.changed)
	k.changed = make(chan struct{})
}

// Changed is closed at the next change. The caller holds the lock.
func (k *Core) Changed() <-chan struct{} { return k.changed }

// Wait waits until cond, which is asked after everything that happens, returns
// true. It returns an error that says what has happened when ctx ends first.
// cond may call the server's methods.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		s.core.Mu.Lock()
		changed := s.core.changed
		s.core.Mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			if s.core.config.Summary == nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("%w: %s", context.Cause(ctx), s.core.config.Summary())
		}
	}
}

// WaitFor is Wait for a test: it fails the test after within.
func (s *Server) WaitFor(t testing.TB, within time.Duration, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := s.Wait(ctx, cond); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
