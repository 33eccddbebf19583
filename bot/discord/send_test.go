package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/discord/discordtest"
)

// inAcme is the guild of a new fake Discord.
var inAcme = bot.Tenant{Platform: Name, Workspace: discordtest.Acme}

// answer is a reply of usual length.
var answer = bot.Reply{
	Headline: "The clocks differ", Tone: bot.Sure,
	Sections: []bot.Section{{Label: "Cause", Prose: "One clock is wrong."}, {Code: "SELECT 1;", Syntax: "sql"}},
	Choices:  []bot.Choice{{ID: "v1:c:helped", Label: "Helped"}}, Footnote: "clocks@1 · certain",
}

// long is a reply of so many messages.
func long(messages int) bot.Reply {
	r := bot.Reply{Headline: "A long answer"}
	for i := range messages {
		r.Sections = append(r.Sections, bot.Section{Prose: fmt.Sprintf("part-%d ", i+1) + strings.Repeat("words of it ", 320)})
	}
	return r
}

// speak returns a platform that speaks to a fake Discord. At the end of the test
// nothing of a token may be in its log, and no rule of Discord's broken.
func speak(t *testing.T, o discordtest.Options) (*discordtest.Server, *Platform, *bottest.Log) {
	t.Helper()
	o.StrictMentions = true
	s := discordtest.Start(t, o)
	s.PlantPaste(bottest.Hostile)
	p, log := speakTo(t, s)
	t.Cleanup(func() {
		for _, v := range s.Violations() {
			t.Errorf("violation: %v", v)
		}
	})
	return s, p, log
}

func speakTo(t *testing.T, s *discordtest.Server) (*Platform, *bottest.Log) {
	t.Helper()
	log := &bottest.Log{}
	p, err := New(Config{Token: s.Token(), API: s.API()}, Deps{Log: log.Logger()})
	if err != nil {
		t.Fatal(err)
	}
	me := discordtest.Bot
	p.gate.me.Store(&me)
	t.Cleanup(func() {
		p.rest.close()
		if _, err := s.CheckLog("log", strings.NewReader(log.String())); err != nil {
			t.Error(err)
		}
	})
	return p, log
}

// in is where the answer to a message of a channel goes.
func in(channel, message string) bot.Destination {
	return bot.Destination{Tenant: inAcme, Channel: channel, Thread: message, Message: message, Key: "k-" + message}
}

// mustSend sends, and fails the test when that fails.
func mustSend(t *testing.T, p *Platform, to bot.Destination, r bot.Reply) bot.Sent {
	t.Helper()
	sent, err := p.Send(t.Context(), to, r)
	if err != nil {
		t.Fatalf("Send = %v", err)
	}
	if sent.ID == "" {
		t.Fatal("Send returned no id")
	}
	return sent
}

// TestSendWhereBotMayNot checks that what may not be said ends.
func TestSendWhereBotMayNot(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	for _, channel := range []string{discordtest.ReadOnly, discordtest.Outside} {
		m := s.Message(discordtest.Said{Channel: channel, Text: "an error"})
		if _, err := p.Send(t.Context(), in(channel, m), answer); !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("Send = %v", err)
		}
	}
	for _, to := range []bot.Destination{{Tenant: inAcme}, {Tenant: inAcme, Channel: "C1"}, {Tenant: inAcme, Person: "x/../y", Channel: discordtest.General}} {
		if _, err := p.Send(t.Context(), to, answer); !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("Send to %+v = %v", to, err)
		}
	}
}

// creates is the Match of a fault that meets what creates messages.
func creates(this func() bool) func(discordtest.Call) bool {
	return func(c discordtest.Call) bool { return c.Route == "POST /channels/{channel}/messages" && this() }
}

// TestSendIsSaidOnce checks that a reply whose outcome is unknown is said once by
// sending it again, also when it has several messages, and from another process.
func TestSendIsSaidOnce(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	to := in(discordtest.General, m)
	r := long(5)
	parts := len(render(&r, nil))
	if parts < 3 {
		t.Fatalf("%d messages", parts)
	}
	const route = "POST /channels/{channel}/messages"
	for i := range parts {
		n := 0
		s.Fault(discordtest.Fault{Route: route, After: true, Status: 502, Match: creates(func() bool { n++; return n == i+1 })})
	}
	var sent bot.Sent
	var err error
	for range parts + 1 {
		q, _ := speakTo(t, s)
		if sent, err = q.Send(t.Context(), to, r); err == nil {
			break
		}
		if !errors.Is(err, bot.ErrUnknown) {
			t.Fatalf("Send = %v", err)
		}
	}
	all := s.Answers(discordtest.General, m)
	if err != nil || len(all) != parts {
		t.Fatalf("said %d messages, want %d (%v)", len(all), parts, err)
	}
	for i, a := range all {
		if n := partOf(strings.TrimPrefix(a.Text, "**A long answer**\n")); i > 0 && n != i+1 {
			t.Errorf("message %d is part %d", i+1, n)
		}
		if !strings.Contains(sent.ID, a.ID) {
			t.Errorf("message %d is not in %s", i+1, sent.ID)
		}
	}
	if again := mustSend(t, p, to, r); again != sent || len(s.Answers(discordtest.General, m)) != parts {
		t.Errorf("the repetition was sent as %v, want %v", again, sent)
	}
}

// TestSendGoesOn checks that a reply of several messages that meets a limit says
// the rest later, even when its nonces are forgotten by then.
func TestSendGoesOn(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{NonceFor: time.Nanosecond})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	r := long(5)
	n := 0
	s.Fault(discordtest.Fault{Route: "POST /channels/{channel}/messages", RetryAfter: 10 * time.Millisecond, Match: creates(func() bool { n++; return n == 2 })})
	_, err := p.Send(t.Context(), in(discordtest.General, m), r)
	var wait *bot.RetryAfter
	if !errors.As(err, &wait) || !wait.Channel || wait.After != 10*time.Millisecond {
		t.Fatalf("Send = %v", err)
	}
	eventually(t, "the rest is said", func() bool {
		_, err = p.Send(t.Context(), in(discordtest.General, m), r)
		return err == nil
	})
	if all := s.Answers(discordtest.General, m); len(all) != len(render(&r, nil)) {
		t.Errorf("said %d messages", len(all))
	}
}

// TestSendCutOff checks that a connection that breaks leaves the outcome unknown,
// and one that is never made does not.
func TestSendCutOff(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	to := in(discordtest.General, m)
	s.Fault(discordtest.Fault{Route: "POST /channels/{channel}/messages", Cut: true, After: true, Match: creates(func() bool { return true })})
	if _, err := p.Send(t.Context(), to, answer); !errors.Is(err, bot.ErrUnknown) {
		t.Errorf("Send = %v", err)
	}
	mustSend(t, p, to, answer)
	if all := s.Answers(discordtest.General, m); len(all) != 1 {
		t.Errorf("said %d times", len(all))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	to.Key = "never"
	if _, err := p.Send(ctx, to, answer); err == nil || errors.Is(err, bot.ErrUnknown) || errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}
}

// TestLimitDoesNotBlock checks that a reply that meets a limit comes back at once
// with the wait, and that no limit is overdrawn.
func TestLimitDoesNotBlock(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{Rates: map[string]discordtest.Rate{"POST /channels/{channel}/messages": {Limit: 3, Per: time.Minute}}})
	dm := s.DM(discordtest.Alice)
	to := bot.Destination{Tenant: bot.Tenant{Platform: Name}, Channel: dm}
	for i := range 6 {
		to.Key = fmt.Sprint("k", i)
		_, err := p.Send(t.Context(), to, answer)
		var wait *bot.RetryAfter
		if i < 3 && err != nil || i >= 3 && (!errors.As(err, &wait) || !wait.Channel || wait.After < 50*time.Second) {
			t.Errorf("Send %d = %v", i, err)
		}
	}
	// Whoever is elsewhere is answered.
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	mustSend(t, p, in(discordtest.General, m), answer)
}

// TestLinks checks that messages are linked to where they stand.
func TestLinks(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	post := s.Message(discordtest.Said{Channel: discordtest.Forum, Title: "It fails", Text: "an error"})
	mustSend(t, p, in(discordtest.General, m), bot.Reply{Headline: "h", Sections: []bot.Section{{Links: []bot.Link{
		{Label: "message", Channel: discordtest.General, Message: m}, {Label: "post", Channel: discordtest.Forum, Message: post}}}}})
	all := s.Answers(discordtest.General, m)
	shown := all[0].Shown()
	for _, want := range []string{"[message](https://discord.com/channels/" + discordtest.Acme + "/" + discordtest.General + "/" + m + ")", "[post](https://discord.com/channels/" + discordtest.Acme + "/" + post + "/" + post + ")"} {
		if !strings.Contains(shown, want) {
			t.Errorf("it lacks %s: %s", want, shown)
		}
	}
}
