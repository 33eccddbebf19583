package discordtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"authfix/bot/fake"
)

// A Server is a fake Discord. Its methods may be called concurrently.
type Server struct {
	*fake.Server // where it listens, Down and Up, Wait, Advance, Plant, Violations, …

	core    *fake.Core
	opts    Options
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	guard   guard

	mu *sync.Mutex // the core's
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

	calls   []*Call
	posted  int
	faults  fake.Faults[Fault]
	buckets map[string]*bucket
	global  bucket
	refused map[string]int // 401 and 403 in a run, by route
	gateway gateway
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
// Close.
func New(o Options) (*Server, error) {
	s := &Server{opts: o.withDefaults()}
	var err error
	if s.public, s.private, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	s.Server, s.core, err = fake.New(fake.Config{
		Now: o.Now, Drop: s.DropSockets, Summary: s.summary, Read: plainText, Shows: s.shows,
	})
	if err != nil {
		return nil, err
	}
	s.mu = &s.core.Mu
	s.core.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.state = state{
		guilds: map[string]*Guild{}, users: map[string]*User{}, channels: map[string]*Channel{}, roles: map[string]*Role{},
		members: map[pair]*Member{}, byID: map[string]*Message{}, inChannel: map[string][]*Message{}, dms: map[string]*Channel{}, nonces: map[pair]nonced{}, files: map[string]*File{},
		commands: map[string][]object{}, interactions: map[string]*interaction{}, byToken: map[string]*interaction{},
		modals: map[string]*Modal{}, buckets: map[string]*bucket{}, refused: map[string]int{},
		gateway: gateway{sessions: map[string]*session{}, conns: map[*conn]bool{}, identified: map[int]time.Time{}},
	}
	s.settle()
	s.core.Serve(s.routes())
	return s, nil
}

// API is what the app takes for https://discord.com/.
func (s *Server) API() string { return s.URL + "/" }

// Token is the bot's token.
func (s *Server) Token() string { return s.opts.Token }

// PublicKey is the app's public key, in hexadecimal digits.
func (s *Server) PublicKey() string { return hex.EncodeToString(s.public) }

func (s *Server) summary() string {
	violations := len(s.Violations())
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
		len(s.calls), last, len(s.messages), len(s.gateway.deliveries), len(s.gateway.conns), s.gateway.identifies, violations)
}
