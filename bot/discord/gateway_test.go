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
	"authfix/bot/bottest"
	"authfix/bot/discord/discordtest"
)

// An ears is a desk that hears. It decides once about each delivery.
type ears struct {
	mu     sync.Mutex
	heard  []bot.Message   // what was decided, once each
	known  map[string]bool // by delivery
	twice  int             // deliveries that came again
	refuse func(bot.Message) error
	wait   func(bot.Message) // before it is decided
}

func (e *ears) accept(ctx context.Context, m bot.Message) (bot.Ack, error) {
	e.mu.Lock()
	wait, refuse := e.wait, e.refuse
	e.mu.Unlock()
	if wait != nil {
		wait(m)
	}
	if refuse != nil {
		if err := refuse(m); err != nil {
			return bot.Ack{}, err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known[m.Delivery] {
		e.twice++
		return bot.Ack{}, nil
	}
	if e.known == nil {
		e.known = make(map[string]bool)
	}
	e.known[m.Delivery] = true
	e.heard = append(e.heard, m)
	return bot.Ack{}, nil
}

func (e *ears) refuses(f func(bot.Message) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refuse = f
}

func (e *ears) all() []bot.Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]bot.Message(nil), e.heard...)
}

// texts are what was heard, in order.
func (e *ears) texts() []string {
	var all []string
	for _, m := range e.all() {
		all = append(all, m.Text)
	}
	return all
}

// with is what was heard of a text.
func (e *ears) with(text string) (bot.Message, bool) {
	for _, m := range e.all() {
		if m.Text == text {
			return m, true
		}
	}
	return bot.Message{}, false
}

// quick is a rhythm for tests.
func quick() rhythm {
	return rhythm{lease: time.Second, renew: 100 * time.Millisecond, look: 50 * time.Millisecond, identify: 100 * time.Millisecond, guilds: time.Second}
}

// fakeDiscord is a fake Discord in which nothing wrong is done.
func fakeDiscord(t *testing.T, o discordtest.Options) *discordtest.Server {
	t.Helper()
	if o.IdentifyEvery == 0 {
		o.IdentifyEvery = 90 * time.Millisecond
	}
	s := discordtest.Start(t, o)
	t.Cleanup(func() {
		for _, v := range s.Violations() {
			t.Errorf("violation: %v", v)
		}
	})
	return s
}

// onGateway is a platform of a fake Discord, with its log.
func onGateway(t *testing.T, s *discordtest.Server, c Config, d Deps) (*Platform, *bottest.Log) {
	t.Helper()
	n := &bottest.Log{}
	d.Log = n.Logger()
	c.API, c.Token = s.API(), s.Token()
	p, err := New(c, d)
	if err != nil {
		t.Fatal(err)
	}
	p.gate.rhythm = quick()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the log is\n%s", n)
		}
		if strings.Contains(n.String(), c.Token) {
			t.Error("the token is in the log")
		}
	})
	return p, n
}

// listen has a platform listen until the test ends or stop is called, which
// returns what Listen did.
func listen(t *testing.T, p *Platform, accept bot.Accepter) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Listen(ctx, accept) }()
	stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(30 * time.Second):
			t.Error("Listen does not return")
			return nil
		}
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Listen = %v, want nil", err)
		}
	})
	return stop
}

// heardBy listens, and waits until everything is heard.
func heardBy(t *testing.T, p *Platform, e *ears) (stop func() error) {
	t.Helper()
	stop = listen(t, p, e.accept)
	eventually(t, "the platform is ready", func() bool { return p.Ready(t.Context()) == nil })
	return stop
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !cond(); {
		if time.Now().After(end) {
			t.Fatalf("not so within 30 s: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// want waits until n texts were heard and reports those that were not.
func want(t *testing.T, e *ears, texts ...string) {
	t.Helper()
	got := map[string]int{}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		clear(got)
		for _, text := range e.texts() {
			got[text]++
		}
		missing := 0
		for _, text := range texts {
			if got[text] == 0 {
				missing++
			}
		}
		if missing == 0 {
			break
		}
	}
	for _, text := range texts {
		if got[text] != 1 {
			t.Errorf("%q was heard %d times, want once", text, got[text])
		}
		delete(got, text)
	}
	for text, n := range got {
		t.Errorf("%q was heard %d times, want never", text, n)
	}
}

func numbered(from, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint("message ", from+i))
	}
	return all
}

// sayAll has Alice write texts, one after another.
func sayAll(s *discordtest.Server, channel string, texts ...string) {
	for _, text := range texts {
		s.Message(discordtest.Said{Channel: channel, Text: text})
	}
}

// However a connection ends, what was said meanwhile is heard, once and in order.
func TestGatewayConnectsAnew(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*discordtest.Server)
		anew bool // a session begins
	}{
		"cut":        {end: (*discordtest.Server).DropSockets},
		"reconnect":  {end: (*discordtest.Server).Reconnect},
		"resumable":  {end: func(s *discordtest.Server) { s.InvalidSession(true) }},
		"invalid":    {end: func(s *discordtest.Server) { s.InvalidSession(false) }, anew: true},
		"4000":       {end: func(s *discordtest.Server) { s.CloseSockets(4000, "") }},
		"4008":       {end: func(s *discordtest.Server) { s.CloseSockets(4008, "") }},
		"4009":       {end: func(s *discordtest.Server) { s.CloseSockets(4009, "") }, anew: true},
		"going away": {end: func(s *discordtest.Server) { s.CloseSockets(1001, "") }},
		"forgotten":  {end: func(s *discordtest.Server) { s.ForgetSessions(); s.DropSockets() }, anew: true},
		"asked to beat": {end: func(s *discordtest.Server) {
			for range 200 {
				s.AskHeartbeat()
			}
			s.DropSockets()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &ears{}
			s := fakeDiscord(t, discordtest.Options{StrictResume: true})
			p, _ := onGateway(t, s, Config{}, Deps{})
			heardBy(t, p, e)
			all := numbered(0, 40)
			sayAll(s, discordtest.Triage, all[:10]...)
			c.end(s)
			sayAll(s, discordtest.Triage, all[10:20]...)
			eventually(t, "it is connected again", func() bool {
				return s.Ready() && p.Ready(t.Context()) == nil && s.Identifies()+s.Resumes() >= 2
			})
			sayAll(s, discordtest.Triage, all[20:]...)
			want(t, e, all...)
			if got := e.texts(); strings.Join(got, ",") != strings.Join(all, ",") {
				t.Errorf("heard in the order %v", got)
			}
			if c.anew != (s.Identifies() > 1) {
				t.Errorf("%d sessions have begun and %d were resumed", s.Identifies(), s.Resumes())
			}
		})
	}
}

// A connection whose heartbeats are not answered is replaced, with its session.
func TestGatewayHeartbeatLoss(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{Heartbeat: 200 * time.Millisecond})
	p, n := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	s.Silence(true)
	eventually(t, "it resumes", func() bool { return s.Resumes() > 0 })
	s.Silence(false)
	eventually(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil })
	if s.Identifies() != 1 {
		t.Errorf("%d sessions have begun, want 1", s.Identifies())
	}
	if !strings.Contains(n.String(), "discord does not answer heartbeats") {
		t.Errorf("the log does not say why")
	}
	sayAll(s, discordtest.Triage, "still there")
	want(t, e, "still there")
}

// After a code with which no attempt can succeed Listen ends, and says what to do.
func TestGatewayFatal(t *testing.T) {
	t.Parallel()
	for code, says := range map[int]string{4004: "DISCORD_TOKEN", 4010: "DISCORD_SHARDS", 4011: "DISCORD_SHARDS", 4012: "version 10", 4013: "intents"} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			s := fakeDiscord(t, discordtest.Options{})
			p, _ := onGateway(t, s, Config{}, Deps{})
			ended := make(chan error, 1)
			go func() { ended <- p.Listen(t.Context(), (&ears{}).accept) }()
			eventually(t, "it is ready", func() bool { return p.Ready(t.Context()) == nil })
			s.CloseSockets(code, "no")
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), fmt.Sprint(code)) {
					t.Errorf("Listen = %v, want an error with %q and the code", err, says)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("Listen goes on")
			}
			if s.Identifies()+s.Resumes() != 1 {
				t.Errorf("it tried again")
			}
		})
	}
}

// A token that Discord refuses at the start ends Listen as well.
func TestGatewayRefusedToken(t *testing.T) {
	t.Parallel()
	s := discordtest.Start(t, discordtest.Options{})
	p, _ := onGateway(t, s, Config{}, Deps{})
	p.rest.token = "OTk5OTk5OTk5OTk5OTk5OTk5.wrong.0123456789"
	err := p.Listen(t.Context(), (&ears{}).accept)
	if err == nil || !strings.Contains(err.Error(), "DISCORD_TOKEN") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("Listen = %v, want an error with DISCORD_TOKEN and without the token", err)
	}
}

// Without the intent the bot hears what is for it, and says once what is missing.
func TestGatewayMissingIntent(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{NoMessageContent: true})
	p, n := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	if got := p.Lacks(); got != textNoIntent {
		t.Errorf("Lacks = %q", got)
	}
	sayAll(s, discordtest.Triage, "not for the bot")
	s.Mention(discordtest.Said{Channel: discordtest.Triage, Text: "for the bot"})
	s.Direct(discordtest.Alice, "directly")
	want(t, e, "for the bot", "directly")
	if got := strings.Count(n.String(), "MESSAGE CONTENT INTENT"); got != 1 {
		t.Errorf("the log says %d times what is missing, want once", got)
	}
	for _, one := range s.Sessions() {
		if one.Intents != intentGuilds|intentMessages|intentDirectMessages {
			t.Errorf("intents = %d", one.Intents)
		}
	}
}

// An intent that is switched off while the bot listens is done without as well.
func TestGatewayIntentTakenAway(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{})
	p, _ := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	s.CloseSockets(4000, "")
	eventually(t, "it resumes", func() bool { return s.Resumes() == 1 && p.Ready(t.Context()) == nil })
	s.CloseSockets(4014, "Disallowed intent(s).")
	eventually(t, "it has another session", func() bool { return s.Identifies() == 2 && p.Ready(t.Context()) == nil && p.Lacks() == textNoIntent })
	s.Mention(discordtest.Said{Channel: discordtest.Triage, Text: "for the bot"})
	want(t, e, "for the bot")
}

// A session that is not told what messages say is not resumed by another process,
// for the intent may be switched on by then.
func TestGatewayIntentLater(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{})
	b := newBoard()
	p, _ := onGateway(t, s, Config{NoMessageContent: true}, Deps{Claims: b.holder("a")})
	stop := heardBy(t, p, e)
	sayAll(s, discordtest.Triage, "not to be read")
	s.Mention(discordtest.Said{Channel: discordtest.Triage, Text: "for the bot"})
	want(t, e, "for the bot")
	if got := p.Lacks(); got != textNoContent {
		t.Errorf("Lacks = %q", got)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	q, _ := onGateway(t, s, Config{}, Deps{Claims: b.holder("b")})
	heardBy(t, q, e)
	sayAll(s, discordtest.Triage, "to be read")
	eventually(t, "that is heard", func() bool { _, ok := e.with("to be read"); return ok })
	if s.Identifies() != 2 || s.Resumes() != 0 {
		t.Errorf("%d sessions have begun, %d were resumed, want 2 and 0", s.Identifies(), s.Resumes())
	}
}

// Edits, deletions and what nobody changed are told apart, whatever of a message
// an event has.
func TestGatewayEdits(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{})
	p, _ := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	id := s.Message(discordtest.Said{Channel: discordtest.Triage, Text: "one"})
	other := s.Message(discordtest.Said{Channel: discordtest.Triage, Text: "other"})
	s.Unfurl(id)
	s.Edit(id, "two")
	s.Unfurl(id)
	want(t, e, "one", "other", "two")
	s.EditPartly(id, "three")
	want(t, e, "one", "other", "two", "three")
	s.Delete(id)
	s.DeleteBulk(other)
	eventually(t, "both are deleted", func() bool { return len(e.all()) == 6 })
	last := int64(0)
	for _, m := range e.all() {
		if m.Key != id {
			continue
		}
		if m.Revision < last || m.Kind == bot.Said != (m.Revision == 0) || m.Tenant.Workspace != discordtest.Acme || m.Place != bot.Public {
			t.Errorf("%s is %+v, after revision %d", m.Kind, m, last)
		}
		last = m.Revision
	}
	if m := e.all()[4]; m.Kind != bot.Deleted || m.Key != id || m.Delivery != id+":deleted" {
		t.Errorf("a deletion is %+v", m)
	}
}

// What is said in a thread is decided after the message that it began with.
func TestGatewayThreadAfterRoot(t *testing.T) {
	t.Parallel()
	e := &ears{}
	gate := make(chan struct{})
	e.wait = func(m bot.Message) {
		if m.Text == "root" {
			<-gate
		}
	}
	s := fakeDiscord(t, discordtest.Options{})
	p, _ := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	root := s.Message(discordtest.Said{Channel: discordtest.General, Text: "root"})
	thread := s.StartThread(discordtest.Bob, root, "thread")
	s.Message(discordtest.Said{Channel: discordtest.General, Thread: thread, Text: "in its thread"})
	sayAll(s, discordtest.Triage, "elsewhere")
	want(t, e, "elsewhere")
	close(gate)
	want(t, e, "elsewhere", "root", "in its thread")
	if got := strings.Join(e.texts(), ","); got != "elsewhere,root,in its thread" {
		t.Errorf("heard in the order %s", got)
	}
}

// What is not decided is tried again until it is; what was decided behind it in
// other channels is heard meanwhile.
func TestGatewayTriesAgain(t *testing.T) {
	t.Parallel()
	e := &ears{}
	tries := 0
	e.refuses(func(m bot.Message) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		if m.Text == "hard" {
			if tries++; tries < 4 {
				return errors.New("not now")
			}
		}
		return nil
	})
	s := fakeDiscord(t, discordtest.Options{})
	p, _ := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	sayAll(s, discordtest.Triage, "hard", "behind")
	sayAll(s, discordtest.General, "beside")
	want(t, e, "hard", "behind", "beside")
	if got := strings.Join(e.texts(), ","); got != "beside,hard,behind" {
		t.Errorf("heard in the order %s", got)
	}
}

// When too much is in hand the connection is not read, and lives all the same.
func TestGatewayBackPressure(t *testing.T) {
	t.Parallel()
	e := &ears{}
	gate := make(chan struct{})
	var most, now int
	e.wait = func(bot.Message) {
		e.mu.Lock()
		now++
		most = max(most, now)
		e.mu.Unlock()
		<-gate
		e.mu.Lock()
		now--
		e.mu.Unlock()
	}
	s := fakeDiscord(t, discordtest.Options{Heartbeat: 150 * time.Millisecond})
	p, _ := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	var all []string
	for i := range 40 {
		id := fmt.Sprintf("11000000000000%05d", 90000+i)
		s.AddChannel(discordtest.Channel{ID: id, Guild: discordtest.Acme, Name: fmt.Sprint("c", i), Kind: discordtest.TextChannel})
		texts := numbered(i*10, 10)
		sayAll(s, id, texts...)
		all = append(all, texts...)
	}
	eventually(t, "its places are taken", func() bool { return len(p.gate.room) == maxInHand })
	beats := time.Now().Add(time.Second) // several heartbeats
	eventually(t, "a while has passed", func() bool { return time.Now().After(beats) })
	if s.Resumes() > 0 {
		t.Errorf("the connection was replaced")
	}
	close(gate)
	want(t, e, all...)
	if most > 40 {
		t.Errorf("%d messages of 40 channels were decided at once", most)
	}
	order := map[string]int{}
	for _, m := range e.all() {
		var n int
		fmt.Sscanf(m.Text, "message %d", &n)
		if last, ok := order[m.Channel]; ok && n != last+1 {
			t.Errorf("channel %s: message %d came after %d", m.Channel, n, last)
		}
		order[m.Channel] = n
	}
}

// What cannot be read is recorded, without its content, and disturbs nothing.
func TestGatewayFrames(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{})
	p, n := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	for _, frame := range []string{
		``, `{`, `[]`, `null`, `7`, `"x"`, `{"op":"0"}`, `{"op":99,"d":{}}`, `{"t":"MESSAGE_CREATE","s":null,"op":0,"d":"hunter2"}`,
		`{"t":"MESSAGE_CREATE","s":-5,"op":0,"d":{"id":[],"content":"hunter2"}}`, `{"t":"TOMORROW","s":null,"op":0,"d":{"a":1}}`,
		`{"t":"MESSAGE_CREATE","s":null,"op":0,"d":{"id":"1","content":"hunter2`,
		`{"t":"GUILD_CREATE","s":null,"op":0,"d":[1]}`, `{"t":"MESSAGE_DELETE_BULK","s":null,"op":0,"d":{"ids":5}}`,
		`{"t":"GUILD_DELETE","s":null,"op":0,"d":{"id":"x"}}`, strings.Repeat(`[`, 20000),
	} {
		s.Frame([]byte(frame))
	}
	sayAll(s, discordtest.Triage, "behind all that")
	eventually(t, "what follows is heard", func() bool { _, ok := e.with("behind all that"); return ok })
	for _, m := range e.all() {
		if m.Kind == bot.Broken && (strings.Contains(m.Error, "hunter2") || m.Type == "" || m.Delivery == "") {
			t.Errorf("a broken delivery is %+v", m)
		}
	}
	if s.Identifies() != 1 || s.Resumes() != 0 {
		t.Errorf("%d sessions have begun, %d were resumed, want 1 and 0", s.Identifies(), s.Resumes())
	}
	if strings.Contains(n.String(), "hunter2") {
		t.Error("the log has what was said")
	}
}

// When the program stops, what is in hand is decided, nothing new is, and the
// session can be resumed by whoever comes next.
func TestGatewayStops(t *testing.T) {
	t.Parallel()
	first := &ears{}
	gate := make(chan struct{})
	first.wait = func(bot.Message) { <-gate }
	s := fakeDiscord(t, discordtest.Options{})
	board := newBoard()
	p, _ := onGateway(t, s, Config{}, Deps{Claims: board.holder("a")})
	stop := heardBy(t, p, first)
	sayAll(s, discordtest.Triage, "in hand")
	eventually(t, "it is in hand", func() bool { return len(p.gate.room) == 1 })
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	eventually(t, "it is not ready", func() bool { return board.holds("a", shardName(0, 1)) && len(p.gate.room) == 1 })
	close(gate)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	want(t, first, "in hand")
	sayAll(s, discordtest.Triage, "meanwhile")
	second := &ears{}
	q, _ := onGateway(t, s, Config{}, Deps{Claims: board.holder("b")})
	heardBy(t, q, second)
	want(t, second, "meanwhile")
	if s.Identifies() != 1 || s.Resumes() != 1 {
		t.Errorf("%d sessions have begun, %d were resumed, want 1 and 1", s.Identifies(), s.Resumes())
	}
}
