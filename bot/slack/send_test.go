package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/outbound"
	"authfix/bot/slack/slacktest"
)

// acmeTenant is the workspace of a new fake Slack.
var acmeTenant = bot.Tenant{Platform: Name, Workspace: slacktest.Acme}

// speak returns a platform that speaks to a fake Slack. At the end of the test
// nothing of a token may be in its log, and no rule of Slack's broken.
func speak(t *testing.T, o slacktest.Options) (*slacktest.Server, *Platform, *bottest.Log) {
	t.Helper()
	s := slacktest.Start(t, o)
	p, log := speakTo(t, s, Config{BotToken: "xoxb-acme"}, Deps{})
	t.Cleanup(func() {
		for _, v := range s.Violations() {
			// How often history is read is not in the bot's hand: it reads and waits.
			if v.Rule != slacktest.RuleRate || !o.StrictHistory {
				t.Errorf("violation: %v", v)
			}
		}
	})
	return s, p, log
}

func speakTo(t *testing.T, s *slacktest.Server, c Config, d Deps) (*Platform, *bottest.Log) {
	t.Helper()
	log := &bottest.Log{}
	c.SigningSecret, c.API = "signing-secret", s.API()
	d.Log = log.Logger()
	p, err := New(c, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.api.close()
		before := len(s.Violations())
		if _, err := s.CheckLog("log", strings.NewReader(log.String())); err != nil || len(s.Violations()) > before {
			t.Errorf("the log: %v, %v", err, s.Violations())
		}
	})
	return p, log
}

// quiet checks that an error names no credential.
func quiet(t *testing.T, s *slacktest.Server, err error) {
	t.Helper()
	if err == nil {
		return
	}
	before := len(s.Violations())
	if _, e := s.CheckLog("error", strings.NewReader(err.Error()+"\n")); e != nil || len(s.Violations()) > before {
		t.Errorf("error %q shows a credential", err)
	}
	if strings.Contains(err.Error(), "http://") || strings.Contains(err.Error(), "https://") {
		t.Errorf("error %q shows an address", err)
	}
}

func into(channel, key string) bot.Destination {
	return bot.Destination{Tenant: acmeTenant, Channel: channel, Key: key}
}

func answerOf(text string) bot.Reply {
	return bot.Reply{Headline: text, Sections: []bot.Section{{Label: "Cause", Prose: "The clock is wrong."}}}
}

// long is a reply of several messages.
func long() bot.Reply {
	r := bot.Reply{Headline: "A long answer"}
	for i := range 9 {
		r.Sections = append(r.Sections, bot.Section{Label: fmt.Sprint("Part ", i), Prose: strings.Repeat("All of this is needed. ", 130)})
	}
	return r
}

func TestSend(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{AnswersDoNotUnfurl: true})
	question := s.Message(slacktest.Said{Channel: slacktest.General, User: slacktest.Alice, Text: "help"})
	for name, d := range map[string]bot.Destination{
		"channel": {Channel: slacktest.General, Key: "k1"},
		"thread":  {Channel: slacktest.General, Thread: question, Message: question, Key: "k2"},
		"private": {Channel: slacktest.Private, Key: "k3"},
		"person":  {Person: slacktest.Alice, Key: "k4"},
	} {
		d.Tenant = acmeTenant
		sent, err := p.Send(t.Context(), d, answerOf("Answer "+d.Key))
		if err != nil {
			t.Errorf("%s: Send = %v", name, err)
			continue
		}
		at := spokenAt(d, sent.ID)
		m, ok := s.MessageAt(at.channel, at.ts)
		if !ok || m.Thread != d.Thread || !strings.Contains(m.Shown(), "Answer "+d.Key) || m.Unfurls || m.Ephemeral {
			t.Errorf("%s: sent as %q: %t, %+v", name, sent.ID, ok, m)
			continue
		}
		if d.Channel != "" && sent.ID != m.TS {
			t.Errorf("%s: sent as %q, want the timestamp %q", name, sent.ID, m.TS)
		}
		if d.Person != "" && m.Channel != s.DM(slacktest.Alice) {
			t.Errorf("%s: said in %s", name, m.Channel)
		}
		var meta replyMetadataBody
		if m.Metadata == nil || json.Unmarshal(m.Metadata.Payload, &meta) != nil || meta != (replyMetadataBody{Key: d.Key, Part: 1, Parts: 1}) {
			t.Errorf("%s: metadata %+v", name, m.Metadata)
		}
		found, ok, err := p.Find(t.Context(), d)
		if err != nil || !ok || found != sent {
			t.Errorf("%s: Find = %v, %t, %v; want %v", name, found, ok, err, sent)
		}
	}
	if p.Pace() != time.Second {
		t.Errorf("Pace = %v", p.Pace())
	}
}

// Every word of Slack's has its consequence.
func TestSendErrors(t *testing.T) {
	t.Parallel()
	permanent := func(err error) bool { return errors.Is(err, bot.ErrPermanent) && !errors.Is(err, bot.ErrUnknown) }
	unknown := func(err error) bool { return errors.Is(err, bot.ErrUnknown) && !errors.Is(err, bot.ErrPermanent) }
	again := func(err error) bool {
		return err != nil && !errors.Is(err, bot.ErrPermanent) && !errors.Is(err, bot.ErrUnknown) && !isLimit(err)
	}
	limited := func(after time.Duration, channel bool) func(error) bool {
		return func(err error) bool {
			var wait *bot.RetryAfter
			return errors.As(err, &wait) && wait.After == after && wait.Channel == channel
		}
	}
	for name, c := range map[string]struct {
		fault slacktest.Fault
		want  func(error) bool
	}{
		"not_in_channel":        {slacktest.Fault{Error: "not_in_channel"}, permanent},
		"channel_not_found":     {slacktest.Fault{Error: "channel_not_found"}, permanent},
		"is_archived":           {slacktest.Fault{Error: "is_archived"}, permanent},
		"restricted_action":     {slacktest.Fault{Error: "restricted_action"}, permanent},
		"msg_too_long":          {slacktest.Fault{Error: "msg_too_long"}, permanent},
		"invalid_blocks":        {slacktest.Fault{Error: "invalid_blocks"}, permanent},
		"msg_blocks_too_long":   {slacktest.Fault{Error: "msg_blocks_too_long"}, permanent},
		"missing_scope":         {slacktest.Fault{Error: "missing_scope"}, permanent},
		"a new word":            {slacktest.Fault{Error: "something_new"}, permanent},
		"no word":               {slacktest.Fault{Error: "Sorry, <b>no</b> xoxb-acme"}, permanent},
		"rate_limited":          {slacktest.Fault{Error: "rate_limited"}, limited(unsaidWait, true)},
		"429 of a channel":      {slacktest.Fault{RetryAfter: 2 * time.Second}, limited(2*time.Second, true)},
		"429 of the workspace":  {slacktest.Fault{RetryAfter: 40 * time.Second}, limited(40*time.Second, false)},
		"service_unavailable":   {slacktest.Fault{Error: "service_unavailable"}, again},
		"internal_error":        {slacktest.Fault{Error: "internal_error"}, unknown},
		"fatal_error":           {slacktest.Fault{Error: "fatal_error"}, unknown},
		"502":                   {slacktest.Fault{Status: 502}, unknown},
		"503":                   {slacktest.Fault{Status: 503}, unknown},
		"cut":                   {slacktest.Fault{Cut: true}, unknown},
		"no JSON":               {slacktest.Fault{Body: "<html>"}, unknown},
		"half JSON":             {slacktest.Fault{Body: `{"ok":true,"ts":"1`}, unknown},
		"another form":          {slacktest.Fault{Body: `{"ok":true,"ts":7}`}, unknown},
		"a redirect":            {slacktest.Fault{Status: 302}, permanent},
		"too long an answer":    {slacktest.Fault{Body: `{"ok":true,"x":"` + strings.Repeat("x", outbound.MaxAnswer) + `"}`}, unknown},
		"a login page in place": {slacktest.Fault{Status: 404, Body: "<html>xoxb-acme</html>"}, permanent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p, _ := speak(t, slacktest.Options{})
			c.fault.Method = "chat.postMessage"
			s.Fault(c.fault)
			_, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x"))
			if !c.want(err) {
				t.Errorf("Send = %v (%#v)", err, err)
			}
			quiet(t, s, err)
		})
	}
}

func isLimit(err error) bool {
	var wait *bot.RetryAfter
	return errors.As(err, &wait)
}

// Real refusals, not made ones.
func TestSendWhereItCannot(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	for name, d := range map[string]bot.Destination{
		"outside":          {Channel: slacktest.Outside},
		"a secret channel": {Channel: slacktest.Secret},
		"archived":         {Channel: slacktest.Archived},
		"no channel":       {Channel: "C0NOSUCH1"},
		"nobody":           {Person: "U0NOSUCH1"},
		"no install":       {Channel: slacktest.General, Tenant: bot.Tenant{Platform: Name, Workspace: "T0ELSEWHERE"}},
	} {
		if d.Tenant == (bot.Tenant{}) {
			d.Tenant = acmeTenant
		}
		d.Key = name
		_, err := p.Send(t.Context(), d, answerOf("x"))
		if !errors.Is(err, bot.ErrPermanent) || errors.Is(err, bot.ErrUnknown) {
			t.Errorf("%s: Send = %v", name, err)
		}
		quiet(t, s, err)
	}
	if n := s.Posted(); n != 0 {
		t.Errorf("%d messages were posted", n)
	}
	s.Down()
	p.api.close() // a connection that is open may have taken the request
	_, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x"))
	if err == nil || errors.Is(err, bot.ErrPermanent) || errors.Is(err, bot.ErrUnknown) {
		t.Errorf("Send while Slack is down = %v", err)
	}
	quiet(t, s, err)
}

// What succeeds and answers 502, or not at all, is found and not said again.
func TestUnknownOutcome(t *testing.T) {
	for name, fault := range map[string]slacktest.Fault{
		"502": {Status: 502, After: true},
		"cut": {Cut: true, After: true},
	} {
		for _, in := range []string{"channel", "thread", "person"} {
			t.Run(name+" in a "+in, func(t *testing.T) {
				s, p, _ := speak(t, slacktest.Options{})
				d := into(slacktest.General, "k")
				switch in {
				case "thread":
					d.Thread = s.Message(slacktest.Said{Channel: slacktest.General, User: slacktest.Alice, Text: "help"})
					d.Message = d.Thread
				case "person":
					d.Channel, d.Person = "", slacktest.Alice
				}
				fault.Method = "chat.postMessage"
				s.Fault(fault)
				if _, err := p.Send(t.Context(), d, answerOf("x")); !errors.Is(err, bot.ErrUnknown) {
					t.Fatalf("Send = %v", err)
				}
				// Another replica looks for it.
				q, _ := speakTo(t, s, Config{BotToken: "xoxb-acme"}, Deps{})
				sent, found, err := q.Find(t.Context(), d)
				if err != nil || !found || spokenAt(d, sent.ID).ts == "" {
					t.Fatalf("Find = %v, %t, %v", sent, found, err)
				}
				d.Key = "other"
				if _, found, err := q.Find(t.Context(), d); found || err != nil {
					t.Errorf("Find of another = %t, %v", found, err)
				}
				if n := s.Posted(); n != 1 {
					t.Errorf("posted %d times", n)
				}
			})
		}
	}
}

// Someone else's message with the same metadata is not ours.
func TestFindOnlyOwn(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	s.AddUser(slacktest.User{ID: "U0OTHERB", Team: slacktest.Acme, Bot: true, BotID: "B0OTHERB"})
	d := into(slacktest.General, "k")
	sent, err := p.Send(t.Context(), d, answerOf("x"))
	if err != nil {
		t.Fatal(err)
	}
	p.spaces.mu.Lock()
	p.spaces.one.BotUser, p.spaces.one.Bot = "U0ME", "B0ME"
	p.spaces.mu.Unlock()
	if got, found, err := p.Find(t.Context(), d); found || err != nil {
		t.Errorf("Find = %v, %t, %v of a message of %s", got, found, err, sent)
	}
}

// Without the scope nothing is found, and it is no error.
func TestFindWithoutScope(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{Scopes: []string{"chat:write", "channels:history"}})
	d := into(slacktest.General, "k")
	if _, err := p.Send(t.Context(), d, answerOf("x")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := p.Find(t.Context(), d); found || err != nil {
		t.Errorf("Find = %t, %v", found, err)
	}
	if n := len(s.CallsOf("conversations.history")); n != 0 {
		t.Errorf("history was read %d times", n)
	}
}

// An app that gets 15 messages a minute finds its message by going on where it
// was.
func TestFindWithinStrictLimits(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{StrictHistory: true})
	question := s.Message(slacktest.Said{Channel: slacktest.General, User: slacktest.Alice, Text: "help"})
	for i := range 40 {
		s.Message(slacktest.Said{Channel: slacktest.General, User: slacktest.Bob, Thread: question, Text: fmt.Sprint("chatter ", i)})
	}
	d := into(slacktest.General, "k")
	d.Thread, d.Message = question, question
	sent, err := p.Send(t.Context(), d, answerOf("x"))
	if err != nil {
		t.Fatal(err)
	}
	waits := 0
	for {
		got, found, err := p.Find(t.Context(), d)
		var wait *bot.RetryAfter
		if errors.As(err, &wait) && waits < 5 {
			waits++
			s.Advance(wait.After)
			continue
		}
		if err != nil || !found || got != sent {
			t.Fatalf("Find = %v, %t, %v after %d waits; want %v", got, found, err, waits, sent)
		}
		break
	}
	if waits != 2 {
		t.Errorf("it waited %d times", waits)
	}
}

// A reply of several messages is said whole and in its thread, and what was
// interrupted is gone on with, by another replica too.
func TestSeveralMessages(t *testing.T) {
	t.Parallel()
	s, p, _ := speak(t, slacktest.Options{Pace: true, Burst: 1})
	r := long()
	want := len(render(&r, "k", nil))
	if want < 2 {
		t.Fatalf("the reply has %d messages", want)
	}
	d := into(slacktest.General, "k")
	post := 0
	s.Fault(slacktest.Fault{Method: "chat.postMessage", Status: 502, Match: func(slacktest.Call) bool { post++; return post == 2 }})
	if _, err := p.Send(t.Context(), d, r); !errors.Is(err, bot.ErrUnknown) {
		t.Fatalf("Send = %v", err)
	}
	q, _ := speakTo(t, s, Config{BotToken: "xoxb-acme"}, Deps{})
	if sent, found, err := q.Find(t.Context(), d); found || err != nil {
		t.Fatalf("Find of a part = %v, %t, %v", sent, found, err)
	}
	sent, err := q.Send(t.Context(), d, r)
	if err != nil {
		t.Fatalf("Send of the rest = %v", err)
	}
	all := s.Messages(slacktest.General)
	if len(all) != want || all[0].TS != sent.ID {
		t.Fatalf("%d messages, the first %s, sent as %v; want %d", len(all), all[0].TS, sent, want)
	}
	for i, m := range all[1:] {
		if m.Thread != all[0].TS {
			t.Errorf("message %d stands in %q", i+2, m.Thread)
		}
	}
	if got, found, err := p.Find(t.Context(), d); err != nil || !found || got != sent {
		t.Errorf("Find = %v, %t, %v; want %v", got, found, err, sent)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	s, p, _ := speak(t, slacktest.Options{})
	question := s.Message(slacktest.Said{Channel: slacktest.General, User: slacktest.Alice, Text: "help"})
	d := into(slacktest.General, "k1")
	d.Thread, d.Message = question, question
	first, err := p.Send(t.Context(), d, long())
	if err != nil {
		t.Fatal(err)
	}
	before := s.Answers(slacktest.General, question)
	edit := d
	edit.Key, edit.Replaces = "k2", first.ID
	r := answerOf("Changed")
	r.Replaces = "k1"
	second, err := p.Send(t.Context(), edit, r)
	if err != nil {
		t.Fatal(err)
	}
	after := s.Answers(slacktest.General, question)
	if len(before) < 2 || len(after) != 1 || !strings.Contains(after[0].Shown(), "Changed") || after[0].TS != before[0].TS {
		t.Fatalf("%d messages, then %d: %+v", len(before), len(after), after)
	}
	// And back to several.
	edit.Key, edit.Replaces = "k3", second.ID
	r = long()
	r.Replaces = "k2"
	third, err := p.Send(t.Context(), edit, r)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Answers(slacktest.General, question)); n != len(before) || third.ID != first.ID {
		t.Errorf("%d messages as %v, want %d as %v", n, third, len(before), first)
	}
	if got, found, err := p.Find(t.Context(), edit); err != nil || !found || got != third {
		t.Errorf("Find = %v, %t, %v; want %v", got, found, err, third)
	}
}

// An answer whose message is gone is said anew; a withdrawal has nothing left to
// do.
func TestEditOfWhatIsGone(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	d := into(slacktest.General, "k1")
	sent, err := p.Send(t.Context(), d, answerOf("first"))
	if err != nil {
		t.Fatal(err)
	}
	s.Delete(slacktest.General, sent.ID)
	d.Replaces, d.Key = sent.ID, "k2"
	if got, err := p.Send(t.Context(), d, bot.Reply{Headline: "Withdrawn", Replaces: "k1"}); err != nil || got != sent {
		t.Errorf("Send of a withdrawal = %v, %v", got, err)
	}
	if n := s.Posted(); n != 1 {
		t.Errorf("%d messages were posted", n)
	}
	d.Key = "k3"
	r := answerOf("second")
	r.Replaces = "k1"
	got, err := p.Send(t.Context(), d, r)
	if m, ok := s.MessageAt(slacktest.General, got.ID); err != nil || !ok || got == sent || !strings.Contains(m.Shown(), "second") {
		t.Errorf("Send of an answer = %v, %v: %+v", got, err, m)
	}
}

// A change may be made twice, so its outcome is never unknown.
func TestEditBroken(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	d := into(slacktest.General, "k1")
	sent, err := p.Send(t.Context(), d, answerOf("first"))
	if err != nil {
		t.Fatal(err)
	}
	s.Fault(slacktest.Fault{Method: "chat.update", Status: 502, After: true})
	d.Replaces, d.Key = sent.ID, "k2"
	r := answerOf("second")
	if _, err := p.Send(t.Context(), d, r); err == nil || errors.Is(err, bot.ErrUnknown) || errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}
	if got, err := p.Send(t.Context(), d, r); err != nil || got != sent {
		t.Errorf("Send again = %v, %v", got, err)
	}
}

func TestMark(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	m := s.Message(slacktest.Said{Channel: slacktest.General, User: slacktest.Alice, Text: "see the file"})
	d := into(slacktest.General, "k")
	d.Thread, d.Message = m, m
	for range 2 { // the second is there already
		if sent, err := p.Send(t.Context(), d, bot.Reply{Mark: bot.Unread}); err != nil || sent.ID == "" {
			t.Fatalf("Send = %v, %v", sent, err)
		}
	}
	if got, _ := s.MessageAt(slacktest.General, m); len(got.Reactions) != 1 || s.Posted() != 0 {
		t.Errorf("%v, and %d messages", got.Reactions, s.Posted())
	}
	s.SetScopes(slacktest.Acme, "chat:write")
	d.Message = s.Message(slacktest.Said{Channel: slacktest.General, User: slacktest.Alice, Text: "see that"})
	d.Thread = ""
	if _, err := p.Send(t.Context(), d, bot.Reply{Mark: bot.Unread}); err != nil {
		t.Fatal(err)
	}
	if all := s.Answers(slacktest.General, d.Message); len(all) != 1 || !strings.Contains(all[0].Shown(), "not read") {
		t.Errorf("in words: %+v", all)
	}
}

func TestPublishHome(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	d := bot.Destination{Tenant: acmeTenant, Person: slacktest.Alice, Key: "k"}
	r := answerOf("Your cases")
	r.Audience = bot.ToHome
	s.Fault(slacktest.Fault{Method: "views.publish", Error: "hash_conflict"})
	sent, err := p.Send(t.Context(), d, r)
	if err != nil || sent.ID == "" {
		t.Fatalf("Send = %v, %v", sent, err)
	}
	if v, ok := s.Home(slacktest.Alice); !ok || !strings.Contains(v.Shown(), "Your cases") {
		t.Errorf("%t, %+v", ok, v)
	}
	if n := s.Posted(); n != 0 {
		t.Errorf("%d messages were posted", n)
	}
}

// Where the head of a thread was deleted, Slack says the reply in the channel: it
// is taken back.
func TestThreadGone(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	d := into(slacktest.General, "k")
	d.Thread = "1700000000.000100"
	s.Fault(slacktest.Fault{Method: "chat.postMessage", Body: `{"ok":true,"channel":"C0GENERAL","ts":"1700000001.000100","message":{"ts":"1700000001.000100"}}`})
	if _, err := p.Send(t.Context(), d, answerOf("x")); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}
	if c := s.CallsOf("chat.delete"); len(c) != 1 || c[0].Args["ts"] != "1700000001.000100" || c[0].Args["channel"] != slacktest.General {
		t.Errorf("chat.delete: %+v", c)
	}
}

// In a storm of limits everything is said once, as soon as Slack lets it.
func TestStorm(t *testing.T) {
	t.Parallel()
	s := slacktest.Start(t, slacktest.Options{Pace: true, Burst: 1})
	p, _ := speakTo(t, s, Config{BotToken: "xoxb-acme"}, Deps{})
	s.Fault(slacktest.Fault{Method: "chat.postMessage", RetryAfter: time.Minute, Times: 25})
	channels := []string{slacktest.General, slacktest.Triage, slacktest.Private}
	var wg sync.WaitGroup
	for n := range 30 {
		wg.Go(func() {
			d := into(channels[n%len(channels)], fmt.Sprint("k", n))
			for {
				_, err := p.Send(t.Context(), d, answerOf(d.Key))
				var wait *bot.RetryAfter
				switch {
				case err == nil:
					return
				case !errors.As(err, &wait) || wait.After <= 0 || wait.After > time.Minute:
					t.Errorf("Send = %v", err)
					return
				}
				s.Advance(wait.After)
			}
		})
	}
	wg.Wait()
	said := map[string]int{}
	for _, m := range s.All() {
		var meta replyMetadataBody
		if m.Metadata != nil && json.Unmarshal(m.Metadata.Payload, &meta) == nil {
			said[meta.Key]++
		}
	}
	for n := range 30 {
		if key := fmt.Sprint("k", n); said[key] != 1 {
			t.Errorf("%s was said %d times", key, said[key])
		}
	}
}

// An organisation's token that is not good for one workspace is kept for the
// others.
func TestOneWorkspaceOfMany(t *testing.T) {
	s, shelf, clock := installed(t, slacktest.Options{})
	p, _ := speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf})
	s.Fault(slacktest.Fault{Method: "chat.postMessage", Error: "team_access_not_granted"})
	if _, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x")); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}
	if i, err := shelf.Get(t.Context(), acmeTenant); err != nil || i.Broken != "" || i.Token == "" {
		t.Errorf("install: %v, broken %q", err, i.Broken)
	}
}

// A revoked token ends its sends and its platform.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	s, p, log := speak(t, slacktest.Options{})
	ended := make(chan error, 1)
	go func() {
		ended <- p.Listen(t.Context(), func(context.Context, bot.Message) (bot.Ack, error) { return bot.Ack{}, nil })
	}()
	if _, err := p.Send(t.Context(), into(slacktest.General, "k1"), answerOf("x")); err != nil {
		t.Fatal(err)
	}
	s.TokensRevoked(slacktest.Acme)
	for i := range 2 {
		_, err := p.Send(t.Context(), into(slacktest.General, "k2"), answerOf("x"))
		if !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("Send %d = %v", i, err)
		}
		quiet(t, s, err)
	}
	if n := len(s.CallsOf("chat.postMessage")); n != 2 {
		t.Errorf("chat.postMessage was called %d times; a token that was refused is not used again", n)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, bot.ErrPermanent) || !strings.Contains(err.Error(), "SLACK_BOT_TOKEN") {
			t.Errorf("Listen = %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("Listen goes on")
	}
	if !strings.Contains(log.String(), "SLACK_BOT_TOKEN no longer works") {
		t.Errorf("log: %s", log)
	}
}

// A wrong token is told at once.
func TestWrongToken(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{})
	p, _ := speakTo(t, s, Config{BotToken: "xoxb-wrong"}, Deps{})
	err := p.Listen(t.Context(), func(context.Context, bot.Message) (bot.Ack, error) { return bot.Ack{}, nil })
	if !errors.Is(err, bot.ErrPermanent) || !strings.Contains(err.Error(), "invalid_auth") || strings.Contains(err.Error(), "xoxb") {
		t.Errorf("Listen = %v", err)
	}
}

// responseURL has Slack deliver a command and returns its response_url.
func responseURL(t *testing.T, s *slacktest.Server, user, channel string) string {
	t.Helper()
	address := make(chan string, 1)
	h := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		address <- r.FormValue("response_url")
	}))
	defer h.Close()
	s.SetEndpoints(slacktest.At(h.URL))
	if r := s.Command(user, channel, "/authfix", "x"); !r.Acked {
		t.Fatal(r.Err)
	}
	return <-address
}
