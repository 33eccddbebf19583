package slacktest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A Server is a fake Slack. Its methods may be called concurrently.
type Server struct {
	// URL is where it listens, without a path: http://127.0.0.1:port.
	URL  string
	opts Options

	addr    string
	handler http.Handler
	client  *http.Client // delivers to the app
	ctx     context.Context
	cancel  context.CancelFunc
	busy    sync.WaitGroup // deliveries and everything else that this server started

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
	ids        int
	lastTS     int64
	endpoints  Endpoints
	teams      map[string]*Team
	users      map[string]*User
	channels   map[string]*Channel
	installs   []*Installation
	tokens     map[string]*token
	refreshes  map[string]*refresh
	codes      map[string]*code
	messages   []*Message
	byTS       map[place]*Message
	replies    map[place]int // of a parent
	files      map[string]*File
	views      map[string]*View
	stacks     map[string][]string // of a user: ids of the open views, the topmost last
	homes      map[string]*View    // of a user and team
	triggers   map[string]*trigger
	responses  map[string]*response
	calls      []*Call
	posted     int // messages of the app for everyone
	open       int // events that are neither acknowledged nor given up
	violations []Violation
	deliveries []*Delivery
	faults     []*fault
	limits     map[string]*pacer
	hourly     map[string]*hour
	hold       *holding
	disorder   Disorder
	socket     sockets
}

// place is a message's address.
type place struct{ channel, ts string }

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
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.clock.start(s.opts.Now)
	s.busy.Go(func() { s.clock.run(s.ctx) })
	s.client = &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 128, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > 2 {
				return errTooManyRedirects
			}
			return nil
		},
	}
	s.state = newState(s.opts)
	s.settle()
	s.handler = s.routes()
	s.serve(l)
	return s, nil
}

func newState(o Options) state {
	return state{
		endpoints: o.Endpoints, teams: map[string]*Team{}, users: map[string]*User{}, channels: map[string]*Channel{},
		tokens: map[string]*token{}, refreshes: map[string]*refresh{}, codes: map[string]*code{},
		byTS: map[place]*Message{}, replies: map[place]int{}, files: map[string]*File{}, views: map[string]*View{}, stacks: map[string][]string{},
		homes: map[string]*View{}, triggers: map[string]*trigger{}, responses: map[string]*response{},
		limits: map[string]*pacer{}, hourly: map[string]*hour{}, socket: sockets{tickets: map[string]time.Time{}, waiting: map[string][]chan []byte{}},
	}
}

// API is what the app takes for https://slack.com/api/.
func (s *Server) API() string { return s.URL + "/api/" }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.api)
	mux.HandleFunc("GET /link/", s.link)
	mux.HandleFunc("POST /commands/{team}/{id}/{secret}", s.respond)
	mux.HandleFunc("POST /actions/{team}/{id}/{secret}", s.respond)
	mux.HandleFunc("GET /files-pri/{id}/{name}", s.download)
	mux.HandleFunc("GET /files-pri/{id}/download/{name}", s.download)
	mux.HandleFunc("POST /upload/v1/{id}", s.upload)
	mux.HandleFunc("GET /oauth/v2/authorize", s.authorize)
	mux.HandleFunc("GET /signin", signIn)
	return mux
}

// serve accepts connections on l.
func (s *Server) serve(l net.Listener) {
	h, done := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second}, make(chan struct{})
	s.web.http, s.web.done = h, done
	s.busy.Go(func() { defer close(done); _ = h.Serve(l) })
}

// Down closes the listener and all connections: nobody answers on the port until
// [Server.Up]. Deliveries to the app go on over HTTP.
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

// Close ends all deliveries and closes all connections. It may be called more
// than once.
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

// spawn runs f in a goroutine that Close waits for. The caller holds the lock.
func (s *Server) spawn(f func()) {
	if !s.closed {
		s.busy.Go(f)
	}
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
		last = "the last call was " + s.calls[n-1].Method
		if e := s.calls[n-1].Error; e != "" {
			last += ", refused with " + e
		}
	}
	return fmt.Sprintf("%d calls (%s), %d messages, %d deliveries (%d not acknowledged), %d violations",
		len(s.calls), last, len(s.messages), len(s.deliveries), s.open, len(s.violations))
}

// id makes an id as Slack's. The caller holds the lock.
func (s *Server) id(prefix string) string {
	s.ids++
	return fmt.Sprintf("%s%08X", prefix, 0x0A000000+s.ids)
}

// ts makes the timestamp of a message, unlike any other. The caller holds the
// lock.
func (s *Server) ts() string {
	now := s.clock.wall().UnixMicro()
	if now <= s.lastTS {
		now = s.lastTS + 1
	}
	s.lastTS = now
	return fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
}

var errTooManyRedirects = errors.New("too many redirects")
