package slack

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

// TestRepliesAreTaken sends every canonical reply, and random ones, to a Slack
// that refuses what breaks a limit: as a message, as a private one, as a change
// of a message, and as a home tab.
func TestRepliesAreTaken(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{AnswersDoNotUnfurl: true, NoEcho: true})
	a := newAPI(s.API())
	t.Cleanup(a.close)
	send := func(t *testing.T, method string, args url.Values) string {
		t.Helper()
		var got struct {
			TS string `json:"ts"`
		}
		if _, err := a.call(t.Context(), "xoxb-acme", method, args, &got); err != nil {
			t.Errorf("%v", err)
		}
		return got.TS
	}
	take := func(t *testing.T, r *bot.Reply) {
		t.Helper()
		for _, p := range render(r, "the-key", testAddress) {
			args, err := p.values()
			if err != nil {
				t.Fatal(err)
			}
			args.Set("channel", slacktest.General)
			ts := send(t, "chat.postMessage", args)
			args.Set("user", slacktest.Alice)
			send(t, "chat.postEphemeral", args)
			p = p.forUpdate()
			if args, err = p.values(); err != nil {
				t.Fatal(err)
			}
			args.Set("channel", slacktest.General)
			args.Set("ts", ts)
			send(t, "chat.update", args)
		}
		home, err := compactJSON(renderHome(r, testAddress))
		if err != nil {
			t.Fatal(err)
		}
		send(t, "views.publish", url.Values{"user_id": {slacktest.Alice}, "view": {home}})
	}
	for _, c := range bottest.Replies() {
		t.Run(c.Name, func(t *testing.T) { take(t, &c.Reply) })
	}
	t.Run("random", func(t *testing.T) {
		for seed := range uint64(20) {
			r := random.Reply(rand.New(rand.NewPCG(seed, 3)), bottest.Hostile)
			take(t, &r)
		}
	})
	for _, v := range s.Violations() {
		t.Errorf("violation: %v", v)
	}
}

// TestComposedText types texts into that Slack's composer and reads them back,
// from the blocks and from the text alone.
func TestComposedText(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{})
	for _, typed := range []string{
		"oauth_problem=timestamp_refused",
		"dial tcp: lookup db.internal on 10.0.0.2:53: no such host",
		"user jane@corp.example was refused by https://jira.example/rest/x?a=1&b=2",
		"<html> & </html>",
		"look at this:\n```\n<saml2p:Status Value=\"x\"/>\nlookup db.internal\n```\nwhy?",
		"at java.net.SocketInputStream.read(SocketInputStream.java:150)",
	} {
		text, blocks := s.Compose(typed)
		data, err := json.Marshal(blocks)
		if err != nil {
			t.Fatal(err)
		}
		// In the text the fences stay, on whatever line Slack puts them.
		if got, _ := typedText(text, nil, nil, testSelf); strings.ReplaceAll(got, "```", "") != withoutFences(typed) {
			t.Errorf("from the text: %q, want %q", got, typed)
		}
		if got, _ := typedText(text, data, nil, testSelf); got != withoutFences(typed) {
			t.Errorf("from the blocks: %q, want %q", got, withoutFences(typed))
		}
	}
}

// withoutFences is a text without the fences of its code: in blocks it is code
// without them.
func withoutFences(s string) string {
	var out string
	for line := range strings.SplitSeq(s, "\n") {
		if line != "```" {
			out += line + "\n"
		}
	}
	return out[:len(out)-1]
}
