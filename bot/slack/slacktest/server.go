package slacktest

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"sync"
	"testing"
	"time"

	"authfix/bot/fake"
)

// A Server is a fake Slack. Its methods may be called concurrently.
type Server struct {
	*fake.Server // where it listens, Down and Up, Wait, Advance, Plant, Violations, …

	core  *fake.Core
	opts  Options
	guard guard

	mu *sync.Mutex // the core's
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
	deliveries []*Delivery
	faults     fake.Faults[Fault]
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
// Close.
func New(o Options) (*Server, error) {
	s := &Server{opts: o.withDefaults()}
	var err error
	s.Server, s.core, err = fake.New(fake.Config{
		Now: o.Now, Drop: s.DropSockets, Summary: s.summary, Read: html.UnescapeString, Shows: s.shows,
	})
	if err != nil {
		return nil, err
	}
	s.mu = &s.core.Mu
	s.core.Client.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		if len(via) > 2 {
			return errTooManyRedirects
		}
		return nil
	}
	s.state = newState(s.opts)
	s.settle()
	s.core.Serve(s.routes())
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

func (s *Server) summary() string {
	violations := len(s.Violations())
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
		len(s.calls), last, len(s.messages), len(s.deliveries), s.open, violations)
}

// id makes an id as Slack's. The caller holds the lock.
func (s *Server) id(prefix string) string {
	s.ids++
	return fmt.Sprintf("%s%08X", prefix, 0x0A000000+s.ids)
}

// ts makes the timestamp of a message, unlike any other. The caller holds the
// lock.
func (s *Server) ts() string {
	now := s.core.Wall().UnixMicro()
	if now <= s.lastTS {
		now = s.lastTS + 1
	}
	s.lastTS = now
	return fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
}

var errTooManyRedirects = errors.New("too many redirects")
