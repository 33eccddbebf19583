package discordtest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A Server is a fake Discord. Its methods may be called concurrently.
type Server struct {
	// URL is where it listens, without a path: http://127.0.0.1:port.
	URL  string
	opts Options

	addr    string
	handler http.Handler
	client  *http.Client // delivers interactions to the app
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	ctx     context.Context
	cancel  context.CancelFunc
	busy    sync.WaitGroup // everything that this server started

	web struct { // the listener, which [Server.Down] closes
		sync.Mutex
		http *http.Server
		done chan struct{}
	}

	clock clock
	guard guard

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when something below changes
	closed  bool
	state
}

// state is everything that a Server remembers.
type state struct {
	lastMilli, ids int64 // of the last snowflake

	endpoint  string
	guilds    map[string]*Guild
	users     map[string]*User
	channels  map[string]*Channel
	roles     map[string]*Role
	members   map[pair]*Member
	messages  []*Message
	byID      map[string]*Message
	inChannel map[string][]*Message // in order, with deleted ones
	dms       map[string]*Channel   // by user
	nonces    map[pair]nonced       // by author and nonce
	files     map[string]*File

	commands     map[string][]object // by guild; "": global
	interactions map[string]*interaction
	byToken      map[string]*interaction
	modals       map[string]*Modal // open, by user

	calls      []*Call
	posted     int
	violations []Violation
	faults     []*fault
	buckets    map[string]*bucket
	global     bucket
	refused    map[string]int // 401 and 403 in a run, by route
	gateway    gateway
}

// A pair is two ids that make a key.
type pair struct{ a, b string }

type object = map[string]any

// Start starts a server for a test, at whose end it is closed.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// New starts a server on a free port of the loopback interface. It runs until
// [Server.Close].
func New(o Options) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &Server{opts: o.withDefaults(), addr: l.Addr().String(), URL: "http://" + l.Addr().String(), changed: make(chan struct{})}
	if s.public, s.private, err = ed25519.GenerateKey(rand.Reader); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("make a key: %w", err)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.clock.base = s.opts.Now
	if s.clock.base == nil {
		s.clock.base = time.Now
	}
	s.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 128, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.state = state{
		guilds: map[string]*Guild{}, users: map[string]*User{}, channels: map[string]*Channel{}, roles: map[string]*Role{},
		members: map[pair]*Member{}, byID: map[string]*Message{}, inChannel: map[string][]*Message{}, dms: map[string]*Channel{}, nonces: map[pair]nonced{}, files: map[string]*File{},
		commands: map[string][]object{}, interactions: map[string]*interaction{}, byToken: map[string]*interaction{},
		modals: map[string]*Modal{}, buckets: map[string]*bucket{}, refused: map[string]int{},
		gateway: gateway{sessions: map[string]*session{}, conns: map[*conn]bool{}, identified: map[int]time.Time{}},
	}
	s.settle()
	s.handler = s.routes()
	s.serve(l)
	return s, nil
}

// API is what the app takes for https://discord.com/.
func (s *Server) API() string { return s.URL + "/" }

// Token is the bot's token.
func (s *Server) Token() string { return s.opts.Token }

// PublicKey is the app's public key, in hexadecimal digits.
func (s *Server) PublicKey() string { return hex.EncodeToString(s.public) }

// serve accepts connections on l.
func (s *Server) serve(l net.Listener) {
	h, done := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second}, make(chan struct{})
	s.web.http, s.web.done = h, done
	s.busy.Go(func() { defer close(done); _ = h.Serve(l) })
}

// Down closes the listener and all connections: nobody answers on the port until
// [Server.Up]. Sessions of the gateway stay for a resume.
func (s *Server) Down() {
	s.web.Lock()
	defer s.web.Unlock()
	if s.web.http == nil {
		return
	}
	_ = s.web.http.Close()
	s.DropSockets()
	<-s.web.done
	s.web.http = nil
}

// Up listens on the same port again.
func (s *Server) Up() error {
	s.web.Lock()
	defer s.web.Unlock()
	if s.web.http != nil || s.ctx.Err() != nil {
		return nil
	}
	var l net.Listener
	var err error
	for range 100 { // another socket may have the port for a moment
		if l, err = net.Listen("tcp", s.addr); err == nil {
			s.serve(l)
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("listen again: %w", err)
}

// Close ends everything and closes all connections. It may be called more than
// once.
func (s *Server) Close() {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return
	}
	s.cancel()
	s.Down()
	s.busy.Wait()
	s.client.CloseIdleConnections()
}

// change tells who waits. The caller holds the lock.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Wait waits until cond, which is asked after everything that happens, returns
// true. It returns an error that says what has happened when ctx ends first.
// cond may call the server's methods.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), s.summary())
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

func (s *Server) summary() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := "no call"
	if n := len(s.calls); n > 0 {
		c := s.calls[n-1]
		last = fmt.Sprintf("the last call was %s, answered %d", c.Route, c.Status)
		if c.Code != 0 {
			last += fmt.Sprintf(" with %d", c.Code)
		}
	}
	return fmt.Sprintf("%d calls (%s), %d messages, %d events, %d connections to the gateway, %d identifies, %d violations",
		len(s.calls), last, len(s.messages), len(s.gateway.deliveries), len(s.gateway.conns), s.gateway.identifies, len(s.violations))
}
