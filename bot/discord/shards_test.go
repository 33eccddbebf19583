package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/discord/discordtest"
)

// A board is where processes claim what only one may do at a time.
type board struct {
	mu    sync.Mutex
	all   map[string]*claimed
	fails bool
}

type claimed struct {
	by    string
	until time.Time
	state []byte
}

func newBoard() *board { return &board{all: make(map[string]*claimed)} }

// holder are the claims of one process.
func (b *board) holder(name string) Claims { return &holder{b, name} }

// holds reports whether a process has a claim.
func (b *board) holds(who, name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.all[name]
	return c != nil && c.by == who && time.Now().Before(c.until)
}

// state is what was written last under a claim.
func (b *board) state(name string) shardState {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.all[name]; c != nil {
		return readState(c.state)
	}
	return shardState{}
}

// set writes a state as if it had been written by someone who is gone.
func (b *board) set(name string, s shardState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[name] = &claimed{state: s.encode()}
}

// steal gives a claim to someone else.
func (b *board) steal(name, who string, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[name].by, b.all[name].until = who, until
}

func (b *board) fail(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails = on
}

var errBoard = errors.New("the board is away")

type holder struct {
	b   *board
	who string
}

func (h *holder) Claim(_ context.Context, name string, until time.Time) ([]byte, bool, error) {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.b.fails {
		return nil, false, errBoard
	}
	c := h.b.all[name]
	if c == nil {
		c = &claimed{}
		h.b.all[name] = c
	}
	if c.by != h.who && time.Now().Before(c.until) {
		return nil, false, nil
	}
	c.by, c.until = h.who, until
	return c.state, true, nil
}

func (h *holder) Keep(_ context.Context, name string, state []byte, until time.Time) error {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.b.fails {
		return errBoard
	}
	c := h.b.all[name]
	if c == nil || c.by != h.who {
		return ErrClaimLost
	}
	c.state, c.until = state, until
	return nil
}

func (h *holder) Release(_ context.Context, name string, state []byte) error {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.b.fails {
		return errBoard
	}
	c := h.b.all[name]
	if c == nil || c.by != h.who {
		return ErrClaimLost
	}
	c.state, c.by, c.until = state, "", time.Time{}
	return nil
}

// dying are claims of a process that is gone as if it had been killed: nothing
// more of it gets through.
type dying struct {
	Claims
	mu   sync.Mutex
	dead bool
}

func (d *dying) die() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

func (d *dying) gone() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

func (d *dying) Claim(ctx context.Context, name string, until time.Time) ([]byte, bool, error) {
	if d.gone() {
		return nil, false, errBoard
	}
	return d.Claims.Claim(ctx, name, until)
}

func (d *dying) Keep(ctx context.Context, name string, state []byte, until time.Time) error {
	if d.gone() {
		return errBoard
	}
	return d.Claims.Keep(ctx, name, state, until)
}

func (d *dying) Release(ctx context.Context, name string, state []byte) error {
	if d.gone() {
		return errBoard
	}
	return d.Claims.Release(ctx, name, state)
}

// Every shard is connected once, over all replicas, and each guild is heard by
// the one that it belongs to.
func TestShardsSpread(t *testing.T) {
	t.Parallel()
	s := fakeDiscord(t, discordtest.Options{Shards: 4, MustShard: true})
	b := newBoard()
	e := &ears{}
	var all []*Platform
	for _, who := range []string{"a", "b"} {
		p, _ := onGateway(t, s, Config{}, Deps{Claims: b.holder(who)})
		all = append(all, p)
		listen(t, p, e.accept)
	}
	eventually(t, "all shards are connected", func() bool {
		up := 0
		for _, one := range s.Sessions() {
			if one.Connected && one.Of == 4 {
				up++
			}
		}
		return up == 4
	})
	shares := map[string]int{}
	for i := range 4 {
		for _, who := range []string{"a", "b"} {
			if b.holds(who, shardName(i, 4)) {
				shares[who]++
			}
		}
	}
	if shares["a"] == 0 || shares["b"] == 0 || shares["a"]+shares["b"] != 4 {
		t.Errorf("shares = %v, want some for each and 4 in all", shares)
	}
	for _, p := range all {
		eventually(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil })
	}
	if s.Identifies() != 4 {
		t.Errorf("%d sessions have begun, want 4", s.Identifies())
	}
	sayAll(s, discordtest.Triage, "to the guild's shard")
	s.Direct(discordtest.Alice, "to the first")
	want(t, e, "to the guild's shard", "to the first")
}

// When a process is killed, another resumes its session behind the last event
// before which everything was decided: nothing is lost, and nothing that was
// decided is decided again.
func TestShardsTakeOver(t *testing.T) {
	t.Parallel()
	s := fakeDiscord(t, discordtest.Options{StrictResume: true})
	b := newBoard()
	e := &ears{}
	stuck := make(chan struct{})
	e.refuses(func(m bot.Message) error {
		select {
		case <-stuck:
			return nil
		default:
		}
		if m.Text == "undecided" {
			return errors.New("not by this one")
		}
		return nil
	})
	claims := &dying{Claims: b.holder("a")}
	p, _ := onGateway(t, s, Config{}, Deps{Claims: claims})
	listen(t, p, e.accept)
	eventually(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil })
	sayAll(s, discordtest.Triage, numbered(0, 5)...)
	want(t, e, numbered(0, 5)...)
	sayAll(s, discordtest.Triage, "undecided")
	sayAll(s, discordtest.General, "decided")
	eventually(t, "one is decided", func() bool { _, ok := e.with("decided"); return ok })
	eventually(t, "that is written down", func() bool { return b.state(shardName(0, 1)).Seq > 0 })
	claims.die()
	close(stuck) // the next one can decide it
	began := time.Now()
	q, _ := onGateway(t, s, Config{}, Deps{Claims: b.holder("b")})
	listen(t, q, e.accept)
	eventually(t, "the other has it", func() bool { return b.holds("b", shardName(0, 1)) && q.Ready(t.Context()) == nil })
	t.Logf("taken over after %v of a lease of %v", time.Since(began), quick().lease)
	sayAll(s, discordtest.Triage, "afterwards")
	want(t, e, append(numbered(0, 5), "undecided", "decided", "afterwards")...)
	if s.Identifies() != 1 || s.Resumes() == 0 {
		t.Errorf("%d sessions have begun, %d were resumed, want 1 and some", s.Identifies(), s.Resumes())
	}
}

// A process that has lost its claim lets go of the shard.
func TestShardsLost(t *testing.T) {
	t.Parallel()
	s := fakeDiscord(t, discordtest.Options{})
	b := newBoard()
	p, _ := onGateway(t, s, Config{}, Deps{Claims: b.holder("a")})
	listen(t, p, (&ears{}).accept)
	eventually(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil })
	b.steal(shardName(0, 1), "b", time.Now().Add(time.Hour))
	eventually(t, "it is not connected", func() bool {
		for _, one := range s.Sessions() {
			if one.Connected {
				return false
			}
		}
		return true
	})
	eventually(t, "who stands by is ready", func() bool { return p.Ready(t.Context()) == nil })
	b.steal(shardName(0, 1), "", time.Time{})
	eventually(t, "it has it again", func() bool { return b.holds("a", shardName(0, 1)) && s.Resumes() == 1 })
}

// While claims cannot be renewed the shard goes on until its claim ends, and
// comes back with its session.
func TestShardsClaimsAway(t *testing.T) {
	t.Parallel()
	s := fakeDiscord(t, discordtest.Options{})
	b := newBoard()
	e := &ears{}
	p, _ := onGateway(t, s, Config{}, Deps{Claims: b.holder("a")})
	heardBy(t, p, e)
	b.fail(true)
	eventually(t, "it is not ready", func() bool { return p.Ready(t.Context()) != nil || !s.Ready() })
	b.fail(false)
	eventually(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil && s.Ready() })
	sayAll(s, discordtest.Triage, "after all")
	want(t, e, "after all")
}

// A day's sessions are not used up: when none is left it waits, and says so.
func TestShardsSessionsLeft(t *testing.T) {
	t.Parallel()
	s := fakeDiscord(t, discordtest.Options{Identifies: 1})
	p, n := onGateway(t, s, Config{}, Deps{})
	listen(t, p, (&ears{}).accept)
	eventually(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil })
	s.ForgetSessions()
	s.DropSockets()
	eventually(t, "it says that none is left", func() bool {
		return strings.Contains(n.String(), "discord lets no more sessions begin today") && p.Ready(t.Context()) != nil
	})
	if s.Identifies() != 1 {
		t.Errorf("%d sessions have begun, want 1", s.Identifies())
	}
}

// Sessions that do not last are begun ever more rarely, also over restarts.
func TestIdentifyPause(t *testing.T) {
	t.Parallel()
	day := time.Duration(0)
	begun := 0
	for ; day < 24*time.Hour; begun++ {
		day += max(identifyPause(begun, 5*time.Second), time.Second)
	}
	if begun > 200 {
		t.Errorf("%d sessions begin in a day, want far fewer than 1,000", begun)
	}
	for streak, want := range map[int]time.Duration{-1: 0, 0: 0, 1: 5 * time.Second, 2: 10 * time.Second, 3: 20 * time.Second, 100: longestPause} {
		if got := identifyPause(streak, 5*time.Second); got != want {
			t.Errorf("identifyPause(%d) = %v, want %v", streak, got, want)
		}
	}
}

// A crash loop does not begin a session at each start.
func TestShardsCrashLoop(t *testing.T) {
	t.Parallel()
	s := fakeDiscord(t, discordtest.Options{})
	b := newBoard()
	b.set(shardName(0, 1), shardState{Began: time.Now().UnixMicro(), Streak: 20})
	p, n := onGateway(t, s, Config{}, Deps{Claims: b.holder("a")})
	p.gate.rhythm.identify = 5 * time.Second
	listen(t, p, (&ears{}).accept)
	eventually(t, "it says that it waits", func() bool { return strings.Contains(n.String(), "sessions do not last") })
	if s.Identifies() != 0 {
		t.Errorf("%d sessions have begun, want 0", s.Identifies())
	}
}

// What is written under a claim by another version, or by nobody, is no state.
func TestReadState(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "{", "[]", "null", `"x"`, `{"seq":-1}`, `{"at":-9}`, `{"streak":-1}`} {
		if got := readState([]byte(data)); got.Session != "" || got.Seq != 0 || got.At != 0 {
			t.Errorf("readState(%q) = %+v, want nothing", data, got)
		}
	}
	var s shardState
	for i := range 2 * maxDirects {
		s.Directs = append(s.Directs, fmt.Sprint(i))
	}
	s.Session, s.Seq, s.At = "s", 7, 9
	got := readState(s.encode())
	if got.Session != "s" || got.Seq != 7 || got.At != 9 || len(got.Directs) != maxDirects || got.Directs[maxDirects-1] != fmt.Sprint(2*maxDirects-1) {
		t.Errorf("readState = %+v", got)
	}
}
