package discord

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/discord/discordtest"
)

// A counter hears what is used at its desk, and puts every answer off.
type counter struct {
	s     *discordtest.Server
	p     *Platform
	ahead atomic.Int64 // of the platform's clock, in nanoseconds
	mu    sync.Mutex
	heard []bot.Message
}

// atCounter returns a platform that listens, on a fake Discord.
func atCounter(t *testing.T, o discordtest.Options) *counter {
	t.Helper()
	o.StrictMentions = true
	s := fakeDiscord(t, o)
	c := &counter{s: s}
	c.p, _ = onGateway(t, s, Config{}, Deps{Now: func() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }, Commands: []bot.Command{{Name: "diagnose", Summary: "Diagnose an error", Options: []bot.Option{{Name: "text", Summary: "The error"}}}}})
	listen(t, c.p, func(_ context.Context, m bot.Message) (bot.Ack, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.heard = append(c.heard, m)
		return bot.Ack{Later: true}, nil
	})
	s.WaitFor(t, 20*time.Second, "no gateway", func() bool { return s.Ready() && len(s.Commands("")) > 0 })
	return c
}

// command has a person use the command, and returns where its answer goes.
func (c *counter) command(t *testing.T, person, channel string) bot.Destination {
	t.Helper()
	return c.answerTo(t, c.s.Command(person, channel, "authfix diagnose", map[string]any{"text": "an error"}))
}

// click has a person press a button of a message, and returns where the answer goes.
func (c *counter) click(t *testing.T, person, message, what string) bot.Destination {
	t.Helper()
	return c.answerTo(t, c.s.Click(person, message, what))
}

func (c *counter) answerTo(t *testing.T, r discordtest.Result) bot.Destination {
	t.Helper()
	if r.Err != nil || !r.Acked {
		t.Fatalf("the interaction = %+v", r)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.heard[len(c.heard)-1]
	to := bot.Destination{Tenant: m.Tenant, Channel: m.Channel, Thread: m.Thread, Message: m.Key, ReplyTo: m.ReplyTo, Key: "to " + m.Delivery}
	if m.Place != bot.Direct {
		to.Person = m.Author.ID
	}
	return to
}

// only checks that a person sees so many messages of ours that nobody else does,
// and that the channels show none.
func (c *counter) only(t *testing.T, person string, ephemeral, direct int) {
	t.Helper()
	got, all := len(c.s.Ephemerals(person)), len(c.s.Privates(person))
	if got != ephemeral || all-got != direct {
		t.Errorf("they see %d messages here and %d directly, want %d and %d", got, all-got, ephemeral, direct)
	}
	if n := len(c.s.Answers(discordtest.General, "")); n != 0 {
		t.Errorf("everyone sees %d messages", n)
	}
}

// TestTell checks a private answer: in the place of the one that was put off, in as
// many messages as it takes, and by a direct message when the token is worth
// nothing.
func TestTell(t *testing.T) {
	c := atCounter(t, discordtest.Options{})
	to := c.command(t, discordtest.Alice, discordtest.General)
	sent := mustSend(t, c.p, to, answer)
	c.only(t, discordtest.Alice, 1, 0)
	if all := c.s.Ephemerals(discordtest.Alice); all[0].Loading || !strings.Contains(all[0].Shown(), "The clocks differ") || sent.ID != "private:"+all[0].ID {
		t.Errorf("it shows %+v, sent as %s", all[0], sent.ID)
	}
	r := long(5)
	n := len(render(&r, nil))
	mustSend(t, c.p, c.command(t, discordtest.Bob, discordtest.General), r)
	c.only(t, discordtest.Bob, n, 0)

	to = c.command(t, discordtest.Bob, discordtest.General)
	c.s.Advance(16 * time.Minute)
	sent = mustSend(t, c.p, to, answer)
	if all := c.s.Privates(discordtest.Bob); sent.ID != c.s.DM(discordtest.Bob)+":"+all[len(all)-1].ID {
		t.Errorf("sent as %s", sent.ID)
	}
	to.ReplyTo = ""
	to.Key = "without a token"
	mustSend(t, c.p, to, answer)
	to.ReplyTo, to.Key = "1/../../channels/1", "with another's"
	mustSend(t, c.p, to, answer)
	to.ReplyTo, to.Key = discordtest.App+"/unknown", "with one that is unknown"
	mustSend(t, c.p, to, answer)
	if n := len(c.s.Messages(c.s.DM(discordtest.Bob))); n != 4 {
		t.Errorf("%d direct messages", n)
	}
}

// TestTellOnce checks that a private answer whose outcome is unknown says so, and
// is not said another way.
func TestTellOnce(t *testing.T) {
	for name, f := range map[string]discordtest.Fault{
		"said, and failed": {After: true, Status: 502}, "cut off": {After: true, Cut: true}, "failed": {Status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			c := atCounter(t, discordtest.Options{})
			to := c.command(t, discordtest.Alice, discordtest.General)
			f.Route = "POST /webhooks/{app}/{token}"
			c.s.Fault(f)
			if _, err := c.p.Send(t.Context(), to, answer); !errors.Is(err, bot.ErrUnknown) || strings.Contains(err.Error(), to.ReplyTo) {
				t.Errorf("Send = %v", err)
			}
			if n := len(c.s.Messages(c.s.DM(discordtest.Alice))); n != 0 {
				t.Errorf("%d direct messages", n)
			}
		})
	}
}

// TestTellLimited checks that a limit on a private answer is waited for by the
// outbox at its beginning, and here on the way.
func TestTellLimited(t *testing.T) {
	c := atCounter(t, discordtest.Options{})
	to := c.command(t, discordtest.Alice, discordtest.General)
	c.s.Fault(discordtest.Fault{Route: "POST /webhooks/{app}/{token}", RetryAfter: 20 * time.Millisecond})
	_, err := c.p.Send(t.Context(), to, long(3))
	var wait *bot.RetryAfter
	if !errors.As(err, &wait) {
		t.Fatalf("Send = %v", err)
	}
	n := 0
	c.s.Fault(discordtest.Fault{Route: "POST /webhooks/{app}/{token}", RetryAfter: 20 * time.Millisecond, Match: func(discordtest.Call) bool { n++; return n == 2 }})
	r := long(3)
	eventually(t, "it is said", func() bool { _, err := c.p.Send(t.Context(), to, r); return err == nil })
	c.only(t, discordtest.Alice, len(render(&r, nil)), 0)
}

// TestTellTooEarly checks a private answer that is said before another process has
// answered its interaction: it waits for that, and goes another way when that
// does not happen.
func TestTellTooEarly(t *testing.T) {
	for _, answered := range []bool{true, false} {
		c := atCounter(t, discordtest.Options{})
		to := c.command(t, discordtest.Alice, discordtest.General)
		fault := discordtest.Fault{Route: "POST /webhooks/{app}/{token}", Status: 404, Code: codeUnknownWebhook, Times: -1}
		remove := c.s.Fault(fault)
		var wait *bot.RetryAfter
		if _, err := c.p.Send(t.Context(), to, answer); !errors.As(err, &wait) || wait.After > time.Second {
			t.Fatalf("Send = %v", err)
		}
		if answered {
			remove()
			mustSend(t, c.p, to, answer)
			c.only(t, discordtest.Alice, 1, 0)
			continue
		}
		c.ahead.Store(int64(answerWait + time.Second))
		mustSend(t, c.p, to, answer)
		c.only(t, discordtest.Alice, 1, 1)
	}
}

// TestTellWhoTakesNothing checks that who takes no direct messages is not written
// to again and again.
func TestTellWhoTakesNothing(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	s.AddUser(discordtest.User{ID: "1100000000000000209", Name: "closed", NoDMs: true})
	to := bot.Destination{Tenant: inAcme, Channel: discordtest.General, Person: "1100000000000000209", Key: "k"}
	if _, err := p.Send(t.Context(), to, answer); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}
}

// TestTellAnew checks what takes the place of a private answer: it changes that by
// the token of a click on it, and is said anew otherwise.
func TestTellAnew(t *testing.T) {
	c := atCounter(t, discordtest.Options{})
	sent := mustSend(t, c.p, c.command(t, discordtest.Alice, discordtest.General), answer)
	shown := c.s.Ephemerals(discordtest.Alice)[0]

	to := c.click(t, discordtest.Alice, shown.ID, "Helped")
	to.Replaces = sent.ID
	if again := mustSend(t, c.p, to, bot.Reply{Headline: "Noted"}); again != sent {
		t.Errorf("changed as %s, want %s", again.ID, sent.ID)
	}
	c.only(t, discordtest.Alice, 1, 0)
	if m, _ := c.s.MessageByID(shown.ID); m.Text != "**Noted**" || len(m.Buttons()) != 0 || len(m.Embeds) != 0 {
		t.Errorf("it shows %+v", m)
	}

	to = c.command(t, discordtest.Alice, discordtest.General)
	to.Replaces = sent.ID
	mustSend(t, c.p, to, answer)
	c.only(t, discordtest.Alice, 2, 0)
	if all := c.s.Ephemerals(discordtest.Alice); all[1].Loading {
		t.Error("the answer that was put off stays open")
	}

	to.ReplyTo, to.Key = "", "without a token"
	mustSend(t, c.p, to, answer)
	c.only(t, discordtest.Alice, 2, 1)
}

// TestAnswerInDirectMessages checks that a command in direct messages is answered
// where its answer was put off, that a click there is answered anew, that what is
// said can be changed, and that nothing is said twice.
func TestAnswerInDirectMessages(t *testing.T) {
	c := atCounter(t, discordtest.Options{})
	dm := c.s.DM(discordtest.Alice)
	to := c.command(t, discordtest.Alice, dm)
	if to.Person != "" || to.Tenant.Workspace != "" {
		t.Fatalf("the answer goes to %+v", to)
	}
	c.s.Fault(discordtest.Fault{Route: "PATCH /webhooks/{app}/{token}", After: true, Status: 502})
	if _, err := c.p.Send(t.Context(), to, answer); !errors.Is(err, bot.ErrUnknown) {
		t.Errorf("Send = %v", err)
	}
	sent := mustSend(t, c.p, to, answer)
	said := func() []discordtest.Message {
		var all []discordtest.Message
		for _, m := range c.s.Messages(dm) {
			if m.User == discordtest.Bot {
				all = append(all, m)
			}
		}
		return all
	}
	all := said()
	if len(all) != 1 || all[0].Loading || all[0].Ephemeral || sent.ID != all[0].ID && sent.ID != dm+":"+all[0].ID {
		t.Fatalf("it shows %+v, sent as %s", all, sent.ID)
	}
	second := to
	second.Key = "the second reply"
	mustSend(t, c.p, second, bot.Reply{Headline: "And another"})
	edit := to
	edit.Replaces, edit.Key, edit.ReplyTo = sent.ID, "edit", ""
	mustSend(t, c.p, edit, bot.Reply{Headline: "Changed", Choices: answer.Choices})
	if all = said(); len(all) != 2 || all[0].Text != "**Changed**" || all[1].Text != "**And another**" {
		t.Errorf("it shows %+v", all)
	}
	mustSend(t, c.p, c.click(t, discordtest.Alice, all[0].ID, "Helped"), bot.Reply{Headline: "Changed"})
	if all = said(); len(all) != 3 {
		t.Errorf("it shows %d messages", len(all))
	}
	late := c.command(t, discordtest.Alice, dm)
	c.s.Advance(16 * time.Minute)
	mustSend(t, c.p, late, bot.Reply{Headline: "Late"})
	if all = said(); all[len(all)-1].Text != "**Late**" {
		t.Errorf("it shows %+v", all[len(all)-1])
	}
}

// TestShareWhereBotIsNot checks that a public reply goes by the token of a click
// where the bot may not write.
func TestShareWhereBotIsNot(t *testing.T) {
	c := atCounter(t, discordtest.Options{})
	mustSend(t, c.p, c.command(t, discordtest.Alice, discordtest.ReadOnly), answer)
	to := c.click(t, discordtest.Alice, c.s.Ephemerals(discordtest.Alice)[0].ID, "Helped")
	to.Person = ""
	c.s.Fault(discordtest.Fault{Route: "POST /webhooks/{app}/{token}", Status: 502}) // nobody knows whether it was said
	if _, err := c.p.Send(t.Context(), to, answer); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}
	sent := mustSend(t, c.p, to, answer)
	if all := c.s.Answers(discordtest.ReadOnly, ""); len(all) != 1 || all[0].Ephemeral || sent.ID != all[0].ID {
		t.Errorf("it shows %+v, sent as %s", all, sent.ID)
	}
}

// TestHome checks that what would go to a person's page is a direct message.
func TestHome(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	mustSend(t, p, bot.Destination{Tenant: inAcme, Channel: discordtest.General, Person: discordtest.Alice, Key: "k"}, bot.Reply{Headline: "authfix", Audience: bot.ToHome})
	if n := len(s.Messages(s.DM(discordtest.Alice))); n != 1 {
		t.Errorf("%d direct messages", n)
	}
}
