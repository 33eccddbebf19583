// Package bottest has what tests of a chat platform, and of a program that
// speaks through one, need: replies that every platform must draw, a fake chat
// service with its platform, and the contract of [bot.Platform] as a test.
//
// The service is a [Server] on a loopback socket. Its [Platform] may live in
// another process, which a test can kill.
package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/fake"
)

// Options says how a [Server] behaves. The zero Options is a service that drops
// no repetitions and does not limit.
type Options struct {
	// Redeliver is how long after a delivery a message is delivered again that
	// was not acknowledged: 1 s.
	Redeliver time.Duration
	// Window is how long after a post another one with the same key is dropped
	// and answered with the id of the first; 0: never.
	Window time.Duration
	// Pace is the least time between two posts in one channel. One that comes
	// sooner is recorded as a violation and answered with 429.
	Pace time.Duration
	// Shuffle delivers in random order.
	Shuffle bool
}

// Hooks are called by a [Server] at the moments at which a program can be
// killed. Each may be nil, and may wait; they are called concurrently.
type Hooks struct {
	// Delivered is called when a message was written to a client.
	Delivered func(Delivery)
	// Acked is called when an acknowledgement has arrived. If it returns false
	// the acknowledgement is dropped: the service never saw it.
	Acked func(Acked) bool
	// Arrived is called when a post has arrived, before it is recorded, and says
	// what is done with it.
	Arrived func(Post) Answer
	// Recorded is called when a post was recorded, before it is answered.
	Recorded func(Post)
	// Sought is called when a post is looked for by its key, and says how that is
	// answered.
	Sought func(bot.Destination) Answer
}

// A Delivery is a message on its way to a client.
type Delivery struct {
	Message bot.Message
	Client  string
	Times   int // how often this copy was delivered, with this time
}

// An Acked is an acknowledgement.
type Acked struct {
	Message bot.Message
	Client  string
	Ack     bot.Ack
	At      time.Time
}

// A Post is something that a client said.
type Post struct {
	ID      string // given by the service
	Client  string
	To      bot.Destination
	Reply   bot.Reply
	At      time.Time
	Repeats int // how often it came again and was dropped
}

// An Answer says what a [Server] does with a request. The zero Answer accepts
// it.
type Answer struct {
	Status int           // 0: 200
	Record bool          // a post is recorded in spite of another Status, or of Close
	Close  bool          // close the connection instead of answering
	After  time.Duration // with status 429: to wait
	Tenant bool          // with status 429: it holds for the whole tenant, not only the channel
}

// The answers of services.
var (
	Gone    = Answer{Status: http.StatusNotFound}                 // it can never be said
	Failed  = Answer{Status: http.StatusBadGateway}               // nothing was said, but the client cannot know
	Garbled = Answer{Status: http.StatusBadGateway, Record: true} // it was said, but the client cannot know
	Cut     = Answer{Close: true, Record: true}                   // it was said, and the connection closed
	Dropped = Answer{Close: true}                                 // it was not said, and the connection closed
)

// Limited is the answer that asks to wait.
func Limited(after time.Duration, tenant bool) Answer {
	return Answer{Status: http.StatusTooManyRequests, After: after, Tenant: tenant}
}

// A Server is a fake chat service on a loopback socket. It delivers each message
// until it is acknowledged, to whichever client asks next, and records what is
// said.
type Server struct {
	URL  string
	opts Options
	fake *fake.Server
	core *fake.Core

	mu         *sync.Mutex   // the core's
	held       chan struct{} // closed when posts are released; nil: they are not held
	hooks      Hooks
	answers    []Answer // to the next posts
	copies     []*copied
	receipts   int
	acked      []Acked
	posts      []*Post
	attempts   int // posts that arrived, with those that were not recorded
	violations []Post
	last       map[place]time.Time // of the last post
}

// A copied is one copy of a message that is delivered until it is acknowledged.
type copied struct {
	receipt int
	message bot.Message
	times   int
	next    time.Time
}

type place struct {
	tenant  bot.Tenant
	channel string
}

// Start starts a server for a test, at whose end it is closed.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// NewServer starts a server on a free port of the loopback interface.
func NewServer(o Options) (*Server, error) {
	if o.Redeliver == 0 {
		o.Redeliver = time.Second
	}
	f, core, err := fake.New(fake.Config{})
	if err != nil {
		return nil, err
	}
	s := &Server{URL: f.URL, opts: o, fake: f, core: core, mu: &core.Mu, last: make(map[place]time.Time)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /poll", s.poll)
	mux.HandleFunc("POST /ack", s.ack)
	mux.HandleFunc("POST /post", s.post)
	mux.HandleFunc("POST /find", s.find)
	core.Serve(mux)
	return s, nil
}

// Close stops the server and closes its connections. It does not wait for hooks
// that hang.
func (s *Server) Close() { s.fake.Close() }

// SetHooks sets the hooks for what happens from now on.
func (s *Server) SetHooks(h Hooks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = h
}

// Deliver has copies of a message delivered (0 counts as 1), each until it is
// acknowledged.
func (s *Server) Deliver(m bot.Message, copies int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range max(copies, 1) {
		s.receipts++
		s.copies = append(s.copies, &copied{receipt: s.receipts, message: m})
	}
	s.core.Change()
}

// Answer has the next posts answered so, one each, in order. Hooks.Arrived comes
// first: what it does not accept takes none of these.
func (s *Server) Answer(a ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, a...)
}

// Hold keeps posts that arrive from now on waiting, unrecorded, until release is
// called or the server is closed.
func (s *Server) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := make(chan struct{})
	s.held = held
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		close(held)
		if s.held == held {
			s.held = nil
		}
	})
}

// Waiting returns how many copies of messages are not acknowledged.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.copies)
}

// Acks returns the acknowledgements in order.
func (s *Server) Acks() []Acked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Acked(nil), s.acked...)
}

// Posts returns what was said, in order; an edit is a post of its own.
func (s *Server) Posts() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fake.Copies(s.posts)
}

// Attempts returns how many posts arrived, with those that were refused, dropped
// or held.
func (s *Server) Attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts
}

// Violations returns the posts that came sooner than Options.Pace allows.
func (s *Server) Violations() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Post(nil), s.violations...)
}

// Wait waits until ok, which is asked after everything that happens, returns
// true. It returns an error after a while.
func (s *Server) Wait(within time.Duration, ok func() bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := s.fake.Wait(ctx, ok); err != nil {
		return fmt.Errorf("not within %v: %d posts, %d acknowledgements, %d waiting", within, len(s.Posts()), len(s.Acks()), s.Waiting())
	}
	return nil
}

// read reads a request.
func read(w http.ResponseWriter, r *http.Request, to any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<20)).Decode(to)
	if err != nil {
		status := http.StatusBadRequest
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the request cannot be read", status)
	}
	return err == nil
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
