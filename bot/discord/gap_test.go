package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/discord/discordtest"
)

// A past is a fake Discord in which the bot was once, and then not for a while.
type past struct {
	*discordtest.Server
	clock *bottest.Clock
	board *board
	ears  *ears
}

// wasHere has a platform hear a first message, and stop.
func wasHere(t *testing.T, o discordtest.Options) *past {
	t.Helper()
	w := &past{clock: bottest.NewRunningClock(), board: newBoard(), ears: &ears{}}
	o.Now = w.clock.Now
	w.Server = fakeDiscord(t, o)
	p, _ := onGateway(t, w.Server, Config{}, Deps{Claims: w.board.holder("a"), Now: w.clock.Now})
	stop := heardBy(t, p, w.ears)
	sayAll(w.Server, discordtest.Triage, "first")
	w.Direct(discordtest.Alice, "first, directly")
	want(t, w.ears, "first", "first, directly")
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	return w
}

// comesBack has another process listen, without a session to resume.
func (w *past) comesBack(t *testing.T, d Deps) (*Platform, *bottest.Log) {
	t.Helper()
	w.ForgetSessions()
	d.Claims, d.Now = w.board.holder("b"), w.clock.Now
	p, n := onGateway(t, w.Server, Config{}, d)
	listen(t, p, w.ears.accept)
	eventually(t, "a session has begun", func() bool { return w.Identifies() == 2 && p.Ready(t.Context()) == nil })
	return p, n
}

// readBack waits until all is read back.
func (w *past) readBack(t *testing.T, n *bottest.Log) {
	t.Helper()
	eventually(t, "it is read back", func() bool { return strings.Contains(n.String(), "what was said meanwhile is read back") })
}

// What was said while the bot was not there, and no session could be resumed, is
// heard: in channels, threads, forums and direct messages, in the order of each.
func TestGapIsRead(t *testing.T) {
	t.Parallel()
	w := wasHere(t, discordtest.Options{})
	root := w.Message(discordtest.Said{Channel: discordtest.General, Text: "root"})
	var all []string
	all = append(all, "first", "first, directly", "root")
	in := map[string][]string{}
	for i := range 120 {
		text := fmt.Sprint("message ", i)
		channel := []string{discordtest.Triage, discordtest.General, discordtest.Private, discordtest.News, discordtest.Voice}[i%5]
		w.Message(discordtest.Said{Channel: channel, Text: text})
		in[channel] = append(in[channel], text)
		all = append(all, text)
	}
	thread := w.StartThread(discordtest.Bob, root, "thread")
	w.Message(discordtest.Said{Channel: discordtest.General, Thread: thread, Text: "in a thread"})
	post := w.Message(discordtest.Said{Channel: discordtest.Forum, Title: "post", Text: "opening post", Tags: []string{discordtest.TagOpen}})
	w.Message(discordtest.Said{Channel: discordtest.Forum, Thread: post, Text: "in a post"})
	w.Direct(discordtest.Alice, "directly")
	w.Message(discordtest.Said{Channel: discordtest.Outside, Text: "not to be seen"})
	all = append(all, "in a thread", "post\nopening post", "in a post", "directly")
	_, n := w.comesBack(t, Deps{})
	w.readBack(t, n)
	want(t, w.ears, all...)
	for channel, texts := range in {
		var got []string
		for _, m := range w.ears.all() {
			if m.Channel == channel && strings.HasPrefix(m.Text, "message") {
				got = append(got, m.Text)
			}
		}
		if !slices.Equal(got, texts) {
			t.Errorf("channel %s: heard in the order %v", channel, got)
		}
	}
	for text, m := range map[string]bot.Message{
		"in a thread":        {Channel: discordtest.General, Thread: thread, Tenant: bot.Tenant{Platform: Name, Workspace: discordtest.Acme}, Place: bot.Public},
		"post\nopening post": {Channel: discordtest.Forum, Key: post, Tenant: bot.Tenant{Platform: Name, Workspace: discordtest.Acme}, Place: bot.Public},
		"in a post":          {Channel: discordtest.Forum, Thread: post, Tenant: bot.Tenant{Platform: Name, Workspace: discordtest.Acme}, Place: bot.Public},
		"directly":           {Channel: w.DM(discordtest.Alice), Tenant: bot.Tenant{Platform: Name}, Place: bot.Direct},
	} {
		got, _ := w.ears.with(text)
		if got.Channel != m.Channel || got.Thread != m.Thread || got.Tenant != m.Tenant || got.Place != m.Place || m.Key != "" && got.Key != m.Key {
			t.Errorf("%s: heard as %+v", text, got)
		}
	}
	// What is heard of it once more is the same delivery.
	w.Redeliver(post)
	eventually(t, "it is delivered again", func() bool { w.ears.mu.Lock(); defer w.ears.mu.Unlock(); return w.ears.twice > 0 })
	want(t, w.ears, all...)
	if s := w.board.state(shardName(0, 1)); s.Session == "" {
		t.Error("the session cannot be resumed")
	}
}

// When the bot is there for the first time it answers nothing that was said
// before.
func TestGapFirstStart(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{})
	sayAll(s, discordtest.Triage, "long before")
	s.Direct(discordtest.Alice, "directly before")
	p, n := onGateway(t, s, Config{}, Deps{})
	heardBy(t, p, e)
	sayAll(s, discordtest.Triage, "now")
	want(t, e, "now")
	if len(s.CallsOf("GET /channels/{channel}/messages")) > 0 {
		t.Errorf("channels were read\n%s", n)
	}
}

// Nothing is read that is older than what is stored, but for the overlap; and what
// was edited in the overlap is told as edited.
func TestGapBounds(t *testing.T) {
	t.Parallel()
	w := wasHere(t, discordtest.Options{})
	w.clock.Turn(time.Hour)
	old := w.Message(discordtest.Said{Channel: discordtest.Triage, Text: "old"})
	w.clock.Turn(time.Hour)
	overlapped := w.Message(discordtest.Said{Channel: discordtest.Triage, Text: "overlapped"})
	w.ears.mu.Lock()
	w.ears.known[overlapped] = true // it was decided before the stop
	w.ears.mu.Unlock()
	w.clock.Turn(time.Minute)
	stored := w.board.state(shardName(0, 1))
	stored.At = w.clock.Now().UnixMicro()
	w.board.set(shardName(0, 1), stored)
	w.clock.Turn(10 * time.Second)
	young := w.Message(discordtest.Said{Channel: discordtest.Triage, Text: "young"})
	for _, id := range []string{old, overlapped, young} {
		w.Edit(id, "newest of "+id)
	}
	_, n := w.comesBack(t, Deps{})
	w.readBack(t, n)
	want(t, w.ears, "first", "first, directly", "newest of "+overlapped, "newest of "+young)
	if m, _ := w.ears.with("newest of " + overlapped); m.Kind != bot.Edited || m.Revision == 0 || !strings.HasPrefix(m.Delivery, overlapped+":") {
		t.Errorf("what was edited in the overlap is %+v", m)
	}
	if m, _ := w.ears.with("newest of " + young); m.Kind != bot.Said || m.Delivery != young {
		t.Errorf("what was said and edited since is %+v", m)
	}
}

// A day is read back, and a thousand messages of a channel; what is cut is said.
func TestGapCut(t *testing.T) {
	t.Parallel()
	w := wasHere(t, discordtest.Options{})
	w.clock.Turn(time.Hour)
	sayAll(w.Server, discordtest.General, "too long ago")
	w.clock.Turn(longestGap)
	all := numbered(0, gapPages*gapPage+20)
	sayAll(w.Server, discordtest.Triage, all...)
	_, n := w.comesBack(t, Deps{})
	w.readBack(t, n)
	want(t, w.ears, append([]string{"first", "first, directly"}, all[:gapPages*gapPage]...)...)
	for _, says := range []string{"not everything is read back", "not everything of a channel is read back"} {
		if !strings.Contains(n.String(), says) {
			t.Errorf("the log does not say %q", says)
		}
	}
}

// What is said while a channel is read back comes after what was said before; other
// channels do not wait.
func TestGapBeforeLive(t *testing.T) {
	t.Parallel()
	w := wasHere(t, discordtest.Options{})
	sayAll(w.Server, discordtest.Triage, "meanwhile")
	remove := w.Fault(discordtest.Fault{Route: "GET /channels/{channel}/messages", Status: 502, Times: -1})
	_, n := w.comesBack(t, Deps{})
	sayAll(w.Server, discordtest.Triage, "live")
	sayAll(w.Server, discordtest.General, "live elsewhere")
	want(t, w.ears, "first", "first, directly", "live elsewhere")
	remove()
	w.readBack(t, n)
	want(t, w.ears, "first", "first, directly", "live elsewhere", "meanwhile", "live")
	if got := w.ears.texts(); slices.Index(got, "meanwhile") > slices.Index(got, "live") {
		t.Errorf("heard in the order %v", got)
	}
}

// What was not read back when the program stops is read by whoever comes next, and
// what could not be decided is.
func TestGapInterrupted(t *testing.T) {
	t.Parallel()
	w := wasHere(t, discordtest.Options{})
	sayAll(w.Server, discordtest.Triage, numbered(0, 10)...)
	w.ears.refuses(func(m bot.Message) error {
		if m.Text == "message 5" {
			return errors.New("not yet")
		}
		return nil
	})
	w.ForgetSessions()
	p, _ := onGateway(t, w.Server, Config{}, Deps{Claims: w.board.holder("b"), Now: w.clock.Now})
	stop := listen(t, p, w.ears.accept)
	want(t, w.ears, append(numbered(0, 5), "first", "first, directly")...)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if s := w.board.state(shardName(0, 1)); s.Session != "" || s.At == 0 {
		t.Errorf("the state is %+v, want one that is read back from", s)
	}
	w.ears.refuses(nil)
	q, n := onGateway(t, w.Server, Config{}, Deps{Claims: w.board.holder("c"), Now: w.clock.Now})
	listen(t, q, w.ears.accept)
	w.readBack(t, n)
	want(t, w.ears, append(numbered(0, 10), "first", "first, directly")...)
}

// A guild that is out of reach when the bot comes back is read back when it is
// within reach again.
func TestGapOfLateGuild(t *testing.T) {
	t.Parallel()
	w := wasHere(t, discordtest.Options{})
	sayAll(w.Server, discordtest.Triage, "meanwhile")
	w.GuildOutage(discordtest.Acme, true)
	_, n := w.comesBack(t, Deps{})
	w.readBack(t, n)
	want(t, w.ears, "first", "first, directly")
	w.GuildOutage(discordtest.Acme, false)
	want(t, w.ears, "first", "first, directly", "meanwhile")
	eventually(t, "it is read back again", func() bool { return strings.Count(n.String(), "what was said meanwhile is read back") == 2 })
}

// A channel is read before the threads that begin in it, and first of all one of
// which something waits.
func TestGapOrder(t *testing.T) {
	t.Parallel()
	p := reader(t)
	sh := newShard(p, nil, 0, 1, shardState{}, time.Now())
	g := &gap{sh: sh, missing: map[string]bool{}, unread: map[string]bool{}, changed: make(chan struct{}, 1)}
	const parent, thread, other, urgent = "1100000000000000001", "1100000000000000002", "1100000000000000003", "1100000000000000004"
	for _, c := range []gapChannel{{id: thread, parent: parent}, {id: parent}, {id: other, parent: "1100000000000000009"}, {id: urgent}} {
		g.add(c)
	}
	sh.lanes.add(urgent, func() {})
	var got []string
	for {
		c, ok, over := g.next()
		if over || !ok {
			break
		}
		got = append(got, c.id)
	}
	if !slices.Equal(got, []string{urgent, parent, other}) {
		t.Errorf("read in the order %v", got)
	}
	g.mu.Lock()
	delete(g.unread, parent)
	g.mu.Unlock()
	if c, ok, _ := g.next(); !ok || c.id != thread {
		t.Errorf("next = %v, %t, want the thread once its channel is read", c, ok)
	}
	sh.lanes.release(urgent)
	sh.busy.Wait()
}

// A guild from which the bot was removed is told of, whether it was heard or not;
// one that is out of reach is not.
func TestGapRemoved(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s := fakeDiscord(t, discordtest.Options{})
	s.AddGuild(discordtest.Guild{ID: discordtest.Globex, Name: "Globex", Owner: discordtest.Bob})
	var mu sync.Mutex
	gone := map[string]int{}
	fails := 2
	const left = "1100000004194304500"
	p, _ := onGateway(t, s, Config{}, Deps{
		Known: func(context.Context) ([]bot.Tenant, error) {
			return []bot.Tenant{{Platform: Name}, {Platform: Name, Workspace: discordtest.Acme}, {Platform: Name, Workspace: left}, {Platform: "slack", Workspace: "1100000004194304501"}}, nil
		},
		Removed: func(_ context.Context, tenant bot.Tenant) error {
			mu.Lock()
			defer mu.Unlock()
			if fails--; fails >= 0 {
				return errors.New("not now")
			}
			gone[tenant.Workspace]++
			return nil
		},
	})
	heardBy(t, p, e)
	s.GuildOutage(discordtest.Acme, true)
	s.GuildOutage(discordtest.Acme, false)
	s.Kick(discordtest.Globex)
	sayAll(s, discordtest.Triage, "behind it")
	want(t, e, "behind it")
	eventually(t, "both are told of", func() bool { mu.Lock(); defer mu.Unlock(); return len(gone) == 2 })
	mu.Lock()
	defer mu.Unlock()
	if gone[left] != 1 || gone[discordtest.Globex] != 1 {
		t.Errorf("told of are %v", gone)
	}
}
