package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot/slack"
	"authfix/bot/slack/slacktest"
)

// TestServeSlack runs the whole program against a fake Slack over either
// transport: a command, a form and a mention are answered.
func TestServeSlack(t *testing.T) {
	for name, socketMode := range map[string]bool{"http": false, "socket": true} {
		t.Run(name, func(t *testing.T) {
			fake := slacktest.Start(t, slacktest.Options{SocketMode: socketMode})
			secret := planted()["vendor token"]
			fake.Plant(secret)
			var log logbook
			s := newServer(t, &log)
			s.config.Slack = slack.Config{BotToken: "xoxb-acme", SigningSecret: "signing-secret", API: fake.API()}
			if socketMode {
				s.config.Slack.AppToken = "xapp-1-acme"
			}
			run := startServer(t, s, &log)
			if !socketMode {
				fake.SetEndpoints(slacktest.At(run.url))
			}
			if parts := run.ready(t, 200); parts["slack"] != "ok" {
				t.Errorf("/readyz has %v", parts)
			}
			if !socketMode {
				if err := fake.Verify(t.Context()); err != nil {
					t.Error(err)
				}
			}
			const paste = "oauth_problem=timestamp_refused"
			private := func(n int) slacktest.Message {
				t.Helper()
				fake.WaitFor(t, 30*time.Second, "a private answer", func() bool { return len(fake.Ephemerals(slacktest.Alice)) >= n })
				return fake.Ephemerals(slacktest.Alice)[n-1]
			}
			knows := func(what string, m slacktest.Message) {
				t.Helper()
				if !strings.Contains(m.Shown(), "clock") {
					t.Errorf("%s is answered with\n%s", what, m.Shown())
				}
			}

			if r := fake.Command(slacktest.Alice, slacktest.General, "/authfix", paste+" "+secret); !r.Acked || r.Err != nil {
				t.Errorf("%+v", r)
			}
			knows("a command", private(1))
			before := len(fake.Ephemerals(slacktest.Alice)) // the secret may be warned of apart
			if r := fake.Command(slacktest.Alice, slacktest.General, "/authfix", ""); !r.Acked || r.Err != nil {
				t.Errorf("%+v", r)
			}
			fake.WaitFor(t, 30*time.Second, "the form is open", func() bool { return len(fake.OpenViews(slacktest.Alice)) == 1 })
			if r := fake.Submit(slacktest.Alice, map[string]string{"text": "A log:\n" + paste}); !r.Acked || r.Err != nil {
				t.Errorf("%+v", r)
			}
			knows("a form", private(before+1))

			ts := fake.Mention(slacktest.Said{Channel: slacktest.General, User: slacktest.Bob, Text: paste})
			fake.WaitFor(t, 30*time.Second, "the mention is answered", func() bool { return len(fake.Answers(slacktest.General, ts)) > 0 })
			knows("a mention", fake.Answers(slacktest.General, ts)[0])
			fake.WaitFor(t, 30*time.Second, "all is acknowledged", func() bool { return fake.Undelivered() == 0 })
			if n := len(fake.Answers(slacktest.General, ts)); n != 1 {
				t.Errorf("the mention, which is told twice, is answered %d times", n)
			}

			var took []time.Duration
			for _, d := range fake.Deliveries() {
				for _, a := range d.Attempts {
					took = append(took, a.Took)
				}
			}
			slices.Sort(took)
			t.Logf("acknowledged within %v to %v", took[0], took[len(took)-1])
			for _, v := range fake.Violations() {
				t.Errorf("violation: %v", v)
			}
			if err := run.stop(); err != nil {
				t.Errorf("run = %v", err)
			}
			for _, no := range []string{secretPart(secret), "xoxb-acme", "xapp-1", "signing-secret", "/commands/"} {
				if strings.Contains(log.String(), no) {
					t.Errorf("the log shows %q", no)
				}
			}
		})
	}
}
