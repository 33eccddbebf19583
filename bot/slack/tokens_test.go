package slack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

// A shelf keeps installs in memory, as a database does for several replicas.
type shelf struct {
	mu    sync.Mutex
	all   map[string]Install
	held  map[string]*sync.Mutex
	fails func(op string) error // nil: nothing fails
}

func newShelf() *shelf {
	return &shelf{all: map[string]Install{}, held: map[string]*sync.Mutex{}}
}

func (s *shelf) fail(op string) error {
	s.mu.Lock()
	f := s.fails
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(op)
}

func (s *shelf) Get(_ context.Context, t bot.Tenant) (Install, error) {
	if err := s.fail("get"); err != nil {
		return Install{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.all[t.String()]
	if !ok {
		return i, ErrNoInstall
	}
	return i, nil
}

func (s *shelf) Put(_ context.Context, i Install) error {
	if err := s.fail("put"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[i.Tenant.String()].Version != i.Version {
		return ErrChanged
	}
	i.Version++
	s.all[i.Tenant.String()] = i
	return nil
}

func (s *shelf) Drop(_ context.Context, t bot.Tenant) error {
	if err := s.fail("drop"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, t.String())
	return nil
}

func (s *shelf) With(ctx context.Context, t bot.Tenant, f func(Install) (Install, error)) error {
	s.mu.Lock()
	lock := s.held[t.String()]
	if lock == nil {
		lock = &sync.Mutex{}
		s.held[t.String()] = lock
	}
	s.mu.Unlock()
	lock.Lock()
	defer lock.Unlock()
	i, err := s.Get(ctx, t)
	if err != nil {
		return err
	}
	changed, err := f(i)
	if err != nil {
		return err
	}
	changed.Tenant, changed.Version = t, i.Version
	return s.Put(ctx, changed)
}

func (s *shelf) List(context.Context) ([]Install, error) {
	if err := s.fail("list"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Collect(maps.Values(s.all))
	for i := range all {
		all[i].Token, all[i].Refresh = "", ""
	}
	return all, nil
}

var byOAuth = Config{ClientID: "111.222", ClientSecret: "client-secret"}

// installed returns a fake Slack with rotating tokens, the shelf with the install
// of Acme, and the clock of all.
func installed(t *testing.T, o slacktest.Options) (*slacktest.Server, *shelf, *bottest.Clock) {
	t.Helper()
	clock := bottest.NewClock(time.Now())
	o.Now, o.Rotation, o.NoInstall = clock.Now, true, true
	s := slacktest.Start(t, o)
	shelf := newShelf()
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	i, err := p.installer.redeem(t.Context(), s.Code(slacktest.Consent{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.spaces.put(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{slacktest.General, slacktest.Private} {
		s.Join(c, i.BotUser)
	}
	return s, shelf, clock
}

// Over a month three replicas keep a token that works, and each refresh token is
// spent once.
func TestRotationOverAMonth(t *testing.T) {
	t.Parallel()
	s, shelf, clock := installed(t, slacktest.Options{RefreshGrace: time.Nanosecond})
	var replicas []*Platform
	for range 3 {
		p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
		replicas = append(replicas, p)
	}
	used := map[string]int{}
	said := 0
	for hour := range 30 * 24 {
		clock.Turn(time.Hour)
		var wg sync.WaitGroup
		for n, p := range replicas {
			wg.Go(func() {
				if n == hour%3 { // one is asleep
					return
				}
				if !p.spaces.refreshDue(t.Context()) {
					t.Errorf("hour %d: replica %d exchanged not all", hour, n)
				}
			})
		}
		wg.Wait()
		if hour%5 == 0 {
			p := replicas[hour%3]
			if _, err := p.Send(t.Context(), into(slacktest.General, fmt.Sprint("k", hour)), answerOf("x")); err != nil {
				t.Fatalf("hour %d: Send = %v", hour, err)
			}
			said++
		}
	}
	for _, c := range s.CallsOf("oauth.v2.access") {
		if r := c.Args["refresh_token"]; r != "" {
			used[r]++
			if used[r] > 1 {
				t.Errorf("a refresh token was spent %d times", used[r])
			}
		}
	}
	// Every ten hours, for the tokens last twelve.
	if n := len(used); n < 70 || n > 73 {
		t.Errorf("%d exchanges in 30 days", n)
	}
	if n := s.Posted(); n != said {
		t.Errorf("posted %d times, want %d", n, said)
	}
	i, err := shelf.Get(t.Context(), acmeTenant)
	if err != nil || i.Broken != "" || !slices.Contains(s.ActiveTokens(slacktest.Acme), i.Token) {
		t.Errorf("install: %v, broken %q", err, i.Broken)
	}
	for _, c := range s.Calls() {
		if c.Error != "" {
			t.Errorf("%s was refused: %s", c.Method, c.Error)
		}
	}
}

// A new pair that cannot be stored is not used, and not lost: it is stored when
// the database is back.
func TestPairNotStored(t *testing.T) {
	t.Parallel()
	s, shelf, clock := installed(t, slacktest.Options{RefreshGrace: time.Nanosecond})
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	before, _ := shelf.Get(t.Context(), acmeTenant)
	clock.Turn(11 * time.Hour)
	shelf.fails = func(op string) error {
		if op == "put" {
			return errors.New("the disk is full")
		}
		return nil
	}
	for range 3 {
		if p.spaces.refreshDue(t.Context()) {
			t.Error("it says that all were exchanged")
		}
	}
	if _, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x")); err != nil {
		t.Errorf("Send meanwhile = %v", err)
	}
	if c := s.CallsOf("chat.postMessage"); len(c) != 1 || c[0].Token != before.Token {
		t.Error("it was not said with the old token")
	}
	shelf.mu.Lock()
	shelf.fails = nil
	shelf.mu.Unlock()
	if !p.spaces.refreshDue(t.Context()) {
		t.Error("not exchanged when the database is back")
	}
	after, err := shelf.Get(t.Context(), acmeTenant)
	if err != nil || after.Broken != "" || after.Token == before.Token || !after.Expires.After(clock.Now().Add(10*time.Hour)) {
		t.Errorf("install: %v, broken %q, ends %v", err, after.Broken, after.Expires)
	}
	exchanges := 0
	for _, c := range s.CallsOf("oauth.v2.access") {
		if c.Args["refresh_token"] != "" {
			exchanges++
		}
	}
	if exchanges != 1 {
		t.Errorf("%d exchanges", exchanges)
	}
}

// The answer to an exchange that was lost is asked for again within Slack's
// grace; after that the install is broken and says so.
func TestExchangeLost(t *testing.T) {
	t.Parallel()
	s, shelf, clock := installed(t, slacktest.Options{})
	p, log := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	clock.Turn(11 * time.Hour)
	s.Fault(slacktest.Fault{Method: "oauth.v2.access", Status: 502, After: true})
	if p.spaces.refreshDue(t.Context()) {
		t.Error("it says that all were exchanged")
	}
	clock.Turn(refreshAgain)
	if !p.spaces.refreshDue(t.Context()) {
		t.Error("not exchanged again")
	}
	clock.Turn(11 * time.Hour)
	s.Fault(slacktest.Fault{Method: "oauth.v2.access", Status: 502, After: true})
	p.spaces.refreshDue(t.Context())
	clock.Turn(2 * time.Minute) // the grace is over
	p.spaces.refreshDue(t.Context())
	i, err := shelf.Get(t.Context(), acmeTenant)
	if err != nil || i.Broken != "invalid_refresh_token" || i.Token != "" || i.Refresh != "" {
		t.Errorf("install: %v, broken %q, token kept %t", err, i.Broken, i.Token != "")
	}
	_, err = p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x"))
	if !errors.Is(err, bot.ErrPermanent) || !strings.Contains(err.Error(), "install the app again") {
		t.Errorf("Send = %v", err)
	}
	if !strings.Contains(log.String(), "install no longer works") {
		t.Errorf("log: %s", log)
	}
	// And it is installed again.
	again, err := p.installer.redeem(t.Context(), s.Code(slacktest.Consent{}))
	if err == nil {
		err = p.spaces.put(t.Context(), again)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x")); err != nil {
		t.Errorf("Send after a new installation = %v", err)
	}
}

// A replica that remembers an old token takes the new one when Slack refuses it,
// and says everything once.
func TestStaleToken(t *testing.T) {
	t.Parallel()
	s, shelf, clock := installed(t, slacktest.Options{})
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	if _, err := p.Send(t.Context(), into(slacktest.General, "k1"), answerOf("x")); err != nil {
		t.Fatal(err)
	}
	// Elsewhere the tokens are revoked and the app installed anew.
	s.TokensRevoked(slacktest.Acme)
	q, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	i, err := q.installer.redeem(t.Context(), s.Code(slacktest.Consent{}))
	if err == nil {
		err = q.spaces.put(t.Context(), i)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Send(t.Context(), into(slacktest.General, "k2"), answerOf("x")); err != nil {
		t.Errorf("Send = %v", err)
	}
	if n := s.Posted(); n != 2 {
		t.Errorf("posted %d times", n)
	}
	if i, _ := shelf.Get(t.Context(), acmeTenant); i.Broken != "" {
		t.Errorf("broken: %s", i.Broken)
	}
}

// A token that expired unseen is exchanged by whoever needs it.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	s, shelf, clock := installed(t, slacktest.Options{})
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	clock.Turn(36 * time.Hour)
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			if _, err := p.Send(t.Context(), into(slacktest.General, fmt.Sprint("k", n)), answerOf("x")); err != nil {
				t.Errorf("Send = %v", err)
			}
		})
	}
	wg.Wait()
	if n := s.Posted(); n != 4 {
		t.Errorf("posted %d times", n)
	}
	// Slack's clock may be ahead of ours.
	s.Advance(13 * time.Hour)
	if _, err := p.Send(t.Context(), into(slacktest.General, "later"), answerOf("x")); err != nil {
		t.Errorf("Send with a token that Slack says has expired = %v", err)
	}
}

// A refusal marks the install, and deletes its tokens.
func TestRevokedInstall(t *testing.T) {
	t.Parallel()
	s, shelf, clock := installed(t, slacktest.Options{})
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	s.TokensRevoked(slacktest.Acme)
	for range 2 {
		_, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x"))
		if !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("Send = %v", err)
		}
		quiet(t, s, err)
	}
	i, err := shelf.Get(t.Context(), acmeTenant)
	if err != nil || i.Broken != "token_revoked" || i.Token != "" || i.Refresh != "" {
		t.Errorf("install: %v, broken %q", err, i.Broken)
	}
	if n := len(s.CallsOf("chat.postMessage")); n != 1 {
		t.Errorf("chat.postMessage was called %d times", n)
	}
	if !p.spaces.refreshDue(t.Context()) {
		t.Error("a broken install is exchanged")
	}
}

// Both events, in either order and again, end with no tokens; told late, of an
// app that is installed anew, they change nothing.
func TestUninstalled(t *testing.T) {
	t.Parallel()
	for _, revokedFirst := range []bool{false, true} {
		s, shelf, clock := installed(t, slacktest.Options{})
		var told []bot.Tenant
		p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf, Removed: func(_ context.Context, t bot.Tenant) error {
			told = append(told, t)
			return nil
		}})
		clock.Turn(time.Minute)
		at := clock.Now()
		s.Uninstall(slacktest.Acme, revokedFirst)
		for range 3 {
			if err := p.spaces.uninstalled(t.Context(), acmeTenant, at); err != nil {
				t.Errorf("uninstalled = %v", err)
			}
		}
		if _, err := shelf.Get(t.Context(), acmeTenant); !errors.Is(err, ErrNoInstall) {
			t.Errorf("Get = %v", err)
		}
		if _, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x")); !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("Send = %v", err)
		}
		if len(told) != 3 || told[0] != acmeTenant {
			t.Errorf("told of %v", told)
		}
		told = nil
		clock.Turn(time.Hour)
		i, err := p.installer.redeem(t.Context(), s.Code(slacktest.Consent{}))
		if err == nil {
			err = p.spaces.put(t.Context(), i)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := p.spaces.uninstalled(t.Context(), acmeTenant, at); err != nil {
			t.Errorf("uninstalled, told late = %v", err)
		}
		if got, err := shelf.Get(t.Context(), acmeTenant); err != nil || got.Token != i.Token || len(told) > 0 {
			t.Errorf("Get = %v, told of %v", err, told)
		}
		// While Slack does not answer it cannot be told, and Slack is to come again.
		s.Down()
		if err := p.spaces.uninstalled(t.Context(), acmeTenant, at); err == nil {
			t.Error("uninstalled while Slack is down = nil")
		}
	}
}

// The app of the one workspace is removed: its token is not used again, and it is
// told once it is true.
func TestUninstalledToken(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{})
	told := 0
	p, _ := speakTo(t, s, Config{BotToken: "xoxb-acme"}, Deps{Removed: func(context.Context, bot.Tenant) error { told++; return nil }})
	if err := p.spaces.uninstalled(t.Context(), acmeTenant, time.Now()); err != nil || told != 0 {
		t.Errorf("uninstalled of an app that works = %v, told %d times", err, told)
	}
	s.Uninstall(slacktest.Acme, true)
	for range 2 {
		if err := p.spaces.uninstalled(t.Context(), acmeTenant, time.Now()); err != nil {
			t.Errorf("uninstalled = %v", err)
		}
	}
	if _, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x")); !errors.Is(err, bot.ErrPermanent) || told != 2 {
		t.Errorf("Send = %v, told %d times", err, told)
	}
	if n := len(s.CallsOf("chat.postMessage")); n != 0 {
		t.Errorf("chat.postMessage was called %d times", n)
	}
}

// Installs of one enterprise, its workspaces and others are kept apart.
func TestEnterprise(t *testing.T) {
	t.Parallel()
	s, shelf, clock := installed(t, slacktest.Options{})
	s.AddTeam(slacktest.Team{ID: "T0GRIDONE", Name: "One", Domain: "one", Enterprise: "E0GRID001"})
	s.AddTeam(slacktest.Team{ID: "T0GRIDTWO", Name: "Two", Domain: "two", Enterprise: "E0GRID001"})
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	install := func(c slacktest.Consent) Install {
		t.Helper()
		i, err := p.installer.redeem(t.Context(), s.Code(c))
		if err == nil {
			err = p.spaces.put(t.Context(), i)
		}
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	org := install(slacktest.Consent{Enterprise: "E0GRID001"})
	if org.Tenant != (bot.Tenant{Platform: Name, Enterprise: "E0GRID001"}) {
		t.Errorf("the organisation is %v", org.Tenant)
	}
	one := bot.Tenant{Platform: Name, Enterprise: "E0GRID001", Workspace: "T0GRIDONE"}
	two := bot.Tenant{Platform: Name, Enterprise: "E0GRID001", Workspace: "T0GRIDTWO"}
	of := func(tenant bot.Tenant) string {
		t.Helper()
		i, err := p.spaces.of(t.Context(), tenant)
		if err != nil {
			t.Errorf("of %v = %v", tenant, err)
		}
		return i.Token
	}
	if of(one) != org.Token || of(two) != org.Token {
		t.Error("a workspace does not use the install of its organisation")
	}
	own := install(slacktest.Consent{Team: "T0GRIDONE"})
	if own.Tenant != one {
		t.Errorf("the workspace is %v", own.Tenant)
	}
	if of(one) != own.Token || of(two) != org.Token {
		t.Error("a workspace does not use its own install first")
	}
	for _, other := range []bot.Tenant{{Platform: Name, Workspace: "T0GRIDTWO2"}, {Platform: Name, Enterprise: "E0OTHER01", Workspace: "T0GRIDONE"}} {
		if _, err := p.spaces.of(t.Context(), other); !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("of %v = %v", other, err)
		}
	}
	// The organisation's ends; the workspace's stays.
	clock.Turn(time.Minute)
	s.Uninstall("E0GRID001", false)
	if err := p.spaces.uninstalled(t.Context(), org.Tenant, clock.Now()); err != nil {
		t.Fatal(err)
	}
	if of(one) != own.Token {
		t.Error("the workspace's own install is gone")
	}
	if _, err := p.spaces.of(t.Context(), two); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("of a workspace without = %v", err)
	}
}
