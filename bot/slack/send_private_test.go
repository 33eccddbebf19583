package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/slack/slacktest"
)

// privateTo is a private reply to Alice in a channel.
func privateTo(channel, replyTo string) bot.Destination {
	return bot.Destination{Tenant: acmeTenant, Channel: channel, Person: slacktest.Alice, ReplyTo: replyTo, Key: "k"}
}

// A private reply takes the first way that is open.
func TestPrivateWays(t *testing.T) {
	for name, c := range map[string]struct {
		channel string
		prepare func(*testing.T, *slacktest.Server) (replyTo string)
		via     string // of what is said at last
		direct  bool
	}{
		"response_url": {slacktest.General, func(t *testing.T, s *slacktest.Server) string {
			return responseURL(t, s, slacktest.Alice, slacktest.General)
		}, "response_url", false},
		"response_url outside": {slacktest.Outside, func(t *testing.T, s *slacktest.Server) string {
			return responseURL(t, s, slacktest.Alice, slacktest.Outside)
		}, "response_url", false},
		"response_url expired": {slacktest.General, func(t *testing.T, s *slacktest.Server) string {
			u := responseURL(t, s, slacktest.Alice, slacktest.General)
			s.Advance(31 * time.Minute)
			return u
		}, "chat.postEphemeral", false},
		"response_url expired outside": {slacktest.Outside, func(t *testing.T, s *slacktest.Server) string {
			u := responseURL(t, s, slacktest.Alice, slacktest.Outside)
			s.Advance(31 * time.Minute)
			return u
		}, "chat.postMessage", true},
		"response_url of nowhere": {slacktest.General, func(_ *testing.T, s *slacktest.Server) string { return s.URL + "/commands/T0/1/none" }, "chat.postEphemeral", false},
		"response_url elsewhere":  {slacktest.General, func(*testing.T, *slacktest.Server) string { return "http://127.0.0.1:9/steal" }, "chat.postEphemeral", false},
		"not Slack's":             {slacktest.General, func(*testing.T, *slacktest.Server) string { return "https://hooks.slack.com.evil.example/x" }, "chat.postEphemeral", false},
		"ephemeral":               {slacktest.General, func(*testing.T, *slacktest.Server) string { return "" }, "chat.postEphemeral", false},
		"outside":                 {slacktest.Outside, func(*testing.T, *slacktest.Server) string { return "" }, "chat.postMessage", true},
		"secret":                  {slacktest.Secret, func(*testing.T, *slacktest.Server) string { return "" }, "chat.postMessage", true},
		"archived":                {slacktest.Archived, func(*testing.T, *slacktest.Server) string { return "" }, "chat.postMessage", true},
		"she has left": {slacktest.General, func(_ *testing.T, s *slacktest.Server) string {
			s.Leave(slacktest.General, slacktest.Alice)
			return ""
		}, "chat.postMessage", true},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, _ := speak(t, slacktest.Options{})
			d := privateTo(c.channel, c.prepare(t, s))
			sent, err := p.Send(t.Context(), d, answerOf("For Alice"))
			if err != nil || sent.ID == "" {
				t.Fatalf("Send = %v, %v", sent, err)
			}
			all := s.All()
			last := all[len(all)-1]
			if last.Via != c.via || !strings.Contains(last.Shown(), "For Alice") {
				t.Errorf("said by %s: %s", last.Via, last.Shown())
			}
			if c.direct {
				if last.Channel != s.DM(slacktest.Alice) {
					t.Errorf("said in %s", last.Channel)
				}
			} else if !last.Ephemeral || last.To != slacktest.Alice {
				t.Errorf("ephemeral %t, to %s", last.Ephemeral, last.To)
			}
		})
	}
}

// Whoever is gone cannot be told.
func TestPrivateToNobody(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	s.AddUser(slacktest.User{ID: slacktest.Alice, Team: slacktest.Acme, Name: "alice", Deleted: true})
	for _, channel := range []string{slacktest.General, slacktest.Outside} {
		_, err := p.Send(t.Context(), privateTo(channel, ""), answerOf("x"))
		if !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("Send in %s = %v", channel, err)
		}
	}
}

// A response_url takes five messages; what comes after them goes the next way.
func TestResponseURLFiveTimes(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	u := responseURL(t, s, slacktest.Alice, slacktest.General)
	for i := range 7 {
		if _, err := p.Send(t.Context(), privateTo(slacktest.General, u), answerOf("x")); err != nil {
			t.Fatalf("Send %d = %v", i, err)
		}
	}
	by := map[string]int{}
	for _, m := range s.Ephemerals(slacktest.Alice) {
		by[m.Via]++
	}
	if by["response_url"] != 5 || by["chat.postEphemeral"] != 2 {
		t.Errorf("said by %v", by)
	}
}

// A private reply whose outcome is not known is not said another way.
func TestPrivateUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		fault slacktest.Fault
		url   bool
	}{
		"response_url 502":   {slacktest.Fault{Method: "response_url", Status: 502, After: true}, true},
		"response_url cut":   {slacktest.Fault{Method: "response_url", Cut: true, After: true}, true},
		"postEphemeral 502":  {slacktest.Fault{Method: "chat.postEphemeral", Status: 502, After: true}, false},
		"postEphemeral cut":  {slacktest.Fault{Method: "chat.postEphemeral", Cut: true, After: true}, false},
		"postEphemeral else": {slacktest.Fault{Method: "chat.postEphemeral", Error: "fatal_error"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, _ := speak(t, slacktest.Options{})
			u := ""
			if c.url {
				u = responseURL(t, s, slacktest.Alice, slacktest.General)
			}
			s.Fault(c.fault)
			_, err := p.Send(t.Context(), privateTo(slacktest.General, u), answerOf("x"))
			if !errors.Is(err, bot.ErrUnknown) {
				t.Errorf("Send = %v", err)
			}
			quiet(t, s, err)
			if n := len(s.Ephemerals(slacktest.Alice)); n > 1 || s.Posted() > n {
				t.Errorf("said %d times, of %d messages", n, s.Posted())
			}
		})
	}
}

// A limit is waited for and not gone round.
func TestPrivateLimited(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	u := responseURL(t, s, slacktest.Alice, slacktest.General)
	s.Fault(slacktest.Fault{Method: "response_url", RetryAfter: 2 * time.Second})
	_, err := p.Send(t.Context(), privateTo(slacktest.General, u), answerOf("x"))
	var wait *bot.RetryAfter
	if !errors.As(err, &wait) || wait.After != 2*time.Second || !wait.Channel {
		t.Errorf("Send = %v", err)
	}
}

// A private reply of several messages begins the one way and ends the other.
func TestPrivateSeveral(t *testing.T) {
	t.Parallel()
	s, p, _ := speak(t, slacktest.Options{})
	u := responseURL(t, s, slacktest.Alice, slacktest.General)
	r := long()
	want := len(render(&r, "k", nil))
	for range 4 {
		if _, err := p.Send(t.Context(), privateTo(slacktest.General, u), answerOf("x")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Send(t.Context(), privateTo(slacktest.General, u), r); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Ephemerals(slacktest.Alice)); n != 4+want {
		t.Errorf("%d messages, want %d", n, 4+want)
	}
	for _, c := range s.CallsOf("chat.postEphemeral") {
		if c.Args["metadata"] != "" {
			t.Error("a private message has metadata")
		}
	}
}

// What is shared where the bot is no member goes out by the address of the press,
// and never by that of a command, which would show what was typed.
func TestShareWhereNoMember(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	addresses := make(chan string, 2)
	h := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var press struct {
			ResponseURL string `json:"response_url"`
		}
		if err := json.Unmarshal([]byte(r.FormValue("payload")), &press); err != nil {
			t.Error(err)
		}
		addresses <- press.ResponseURL
	}))
	defer h.Close()
	command := responseURL(t, s, slacktest.Alice, slacktest.Outside)
	private := privateTo(slacktest.Outside, command)
	r := answerOf("Secretly")
	r.Choices = []bot.Choice{{ID: "v1:c:share", Label: "Share"}}
	if _, err := p.Send(t.Context(), private, r); err != nil {
		t.Fatal(err)
	}
	said := s.Ephemerals(slacktest.Alice)
	s.SetEndpoints(slacktest.At(h.URL))
	if got := s.Click(slacktest.Alice, said[0].TS, "Share"); !got.Acked {
		t.Fatal(got.Err)
	}
	d := into(slacktest.Outside, "k")
	d.ReplyTo = command
	if _, err := p.Send(t.Context(), d, answerOf("Shared")); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send by the address of the command = %v", err)
	}
	if n := len(s.Messages(slacktest.Outside)); n != 0 {
		t.Errorf("%d messages were said", n)
	}
	d.ReplyTo = <-addresses
	// A case would take its thread from what it was sent as.
	if sent, err := p.Send(t.Context(), d, answerOf("Shared")); err != nil || sent.ID != "" {
		t.Fatalf("Send = %q, %v", sent.ID, err)
	}
	all := s.Messages(slacktest.Outside)
	if len(all) != 1 || all[0].Ephemeral || !strings.Contains(all[0].Shown(), "Shared") {
		t.Errorf("%+v", all)
	}
}

// What was asked in a conversation of two people is answered to the one who
// asked: the bot is not in it.
func TestConversationOfOthers(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	s.AddChannel(slacktest.Channel{ID: "D0ALICEBO", Team: slacktest.Acme, Kind: slacktest.DirectMessage, Members: []string{slacktest.Alice, slacktest.Bob}})
	d := into("D0ALICEBO", "k")
	d.ReplyTo = responseURL(t, s, slacktest.Alice, "D0ALICEBO")
	if _, err := p.Send(t.Context(), d, answerOf("For Alice")); err != nil {
		t.Fatal(err)
	}
	if got := s.Ephemerals(slacktest.Alice); len(got) != 1 || !strings.Contains(got[0].Shown(), "For Alice") {
		t.Errorf("%+v", got)
	}
}
