package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot/discord"
	"authfix/bot/discord/discordtest"
)

// serveDiscord runs the whole program against a fake Discord.
func serveDiscord(t *testing.T, fake *discordtest.Server, log *logbook, overHTTP bool, change func(*server)) running {
	t.Helper()
	s := newServer(t, log)
	c := &s.config.Discord
	if err := errors.Join(c.SetToken(fake.Token()), c.SetAPI(fake.API())); err != nil {
		t.Fatal(err)
	}
	if overHTTP {
		if err := c.SetPublicKey(fake.PublicKey()); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(s)
	}
	run := startServer(t, s, log)
	if parts := run.ready(t, 200); parts["discord"] != "ok" {
		t.Errorf("/readyz has %v", parts)
	}
	if overHTTP {
		fake.SetInteractionsEndpoint(run.url + "/discord/interactions")
	}
	fake.WaitFor(t, 30*time.Second, "the bot is connected and its commands are registered", func() bool { return fake.Ready() && len(fake.Commands("")) == 2 })
	return run
}

// TestServeDiscord runs the whole program against a fake Discord, with interactions
// by either way: a command, a file, a form, a message command, a mention and a
// direct message are answered.
func TestServeDiscord(t *testing.T) {
	for name, overHTTP := range map[string]bool{"gateway": false, "http": true} {
		t.Run(name, func(t *testing.T) {
			fake := discordtest.Start(t, discordtest.Options{StrictMentions: true})
			secret := planted()["vendor token"]
			fake.Plant(secret)
			var log logbook
			run := serveDiscord(t, fake, &log, overHTTP, nil)
			if overHTTP {
				if err := fake.Verify(t.Context()); err != nil {
					t.Error(err)
				}
			}
			const paste = "oauth_problem=timestamp_refused"
			knows := func(what string, all func() []discordtest.Message) {
				t.Helper()
				fake.WaitFor(t, 30*time.Second, what+" is answered", func() bool {
					return slices.ContainsFunc(all(), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), "clock") })
				})
			}
			privately := func(user string) func() []discordtest.Message {
				before := len(fake.Ephemerals(user))
				return func() []discordtest.Message { return fake.Ephemerals(user)[before:] }
			}
			acked := func(what string, r discordtest.Result) {
				t.Helper()
				if !r.Acked || r.Err != nil {
					t.Errorf("%s: %+v", what, r)
				}
			}

			answers := privately(discordtest.Alice)
			acked("a command", fake.Command(discordtest.Alice, discordtest.General, "authfix diagnose", map[string]any{"text": paste + " " + secret}))
			knows("a command", answers)

			// A file is read by a job, which may be later than the command's token.
			before := len(fake.Privates(discordtest.Bob))
			answers = func() []discordtest.Message { return fake.Privates(discordtest.Bob)[before:] }
			acked("a file", fake.Command(discordtest.Bob, discordtest.General, "authfix diagnose", map[string]any{"file": discordtest.File{Name: "jira.log", Content: []byte("A log:\n" + paste + "\n")}}))
			knows("a file", answers)

			answers = privately(discordtest.Alice)
			acked("a command without a text", fake.Command(discordtest.Alice, discordtest.General, "authfix diagnose", nil))
			if _, ok := fake.Modal(discordtest.Alice); !ok {
				t.Fatal("no form is open")
			}
			acked("a form", fake.Submit(discordtest.Alice, map[string]any{"text": "A log:\n" + paste}))
			knows("a form", answers)

			said := fake.Message(discordtest.Said{Channel: discordtest.General, User: discordtest.Bob, Text: paste})
			answers = privately(discordtest.Alice)
			acked("a message command", fake.MessageCommand(discordtest.Alice, said, "Diagnose this"))
			knows("a message command", answers)
			complete := func() discordtest.Result {
				return fake.Autocomplete(discordtest.Alice, discordtest.General, "authfix show", "id", "applinks-time", nil)
			}
			r := complete()
			for range 20 { // on a busy machine it may take too long to be told
				if len(r.Choices) > 0 || r.Err != nil {
					break
				}
				r = complete()
			}
			if len(r.Choices) == 0 || r.Err != nil {
				t.Errorf("suggested for an id: %+v", r)
			}

			asked := fake.Mention(discordtest.Said{Channel: discordtest.General, User: discordtest.Bob, Text: paste})
			knows("a mention", func() []discordtest.Message { return fake.Answers(discordtest.General, asked) })
			told := len(fake.Privates(discordtest.Alice))
			fake.Direct(discordtest.Alice, paste)
			knows("a direct message", func() []discordtest.Message { return fake.Privates(discordtest.Alice)[told:] })
			if n := len(fake.Answers(discordtest.General, said)); n != 0 {
				t.Errorf("a message that nobody asked about has %d answers", n)
			}
			if n := len(fake.Answers(discordtest.General, asked)); n != 1 {
				t.Errorf("the mention is answered %d times", n)
			}

			if err := run.stop(); err != nil {
				t.Errorf("run = %v", err)
			}
			for _, v := range fake.Violations() {
				t.Errorf("violation: %v", v)
			}
			for _, no := range []string{secretPart(secret), fake.Token(), "aW50ZXJhY3Rpb24", "hm="} {
				if strings.Contains(log.String(), no) {
					t.Errorf("the log shows %q", no)
				}
			}
		})
	}
}

// What the configuration says of channels and people counts for Discord: a forum
// is triaged, and a person administers. The permissions of the link are enough.
func TestServeDiscordConfiguration(t *testing.T) {
	var asked discordtest.Permissions
	for _, p := range discord.Permissions() {
		asked |= discordtest.Permissions(p.Bit)
	}
	fake := discordtest.Start(t, discordtest.Options{StrictMentions: true, Permissions: asked})
	fake.AddRole(discordtest.Role{ID: discordtest.Acme, Guild: discordtest.Acme, Name: "@everyone",
		Permissions: discordtest.ViewChannel | discordtest.ReadMessageHistory | discordtest.SendMessages | discordtest.AttachFiles | discordtest.UseCommands})
	var log logbook
	run := serveDiscord(t, fake, &log, false, func(s *server) {
		s.config.TriageChannels = []string{"discord:" + discordtest.Acme + "/" + discordtest.Forum, "discord:" + discordtest.Triage}
		s.config.Admins = []string{"discord:" + discordtest.Bob}
		s.config.Discord.ForumTags = map[string]string{"answered": "open"}
	})
	const paste = "oauth_problem=timestamp_refused"
	answered := func(what string, all func() []discordtest.Message) {
		t.Helper()
		fake.WaitFor(t, 30*time.Second, what+" is answered", func() bool {
			return slices.ContainsFunc(all(), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), "clock") })
		})
	}
	command := func(user, channel string, options map[string]any) {
		t.Helper()
		before := len(fake.Ephemerals(user))
		if r := fake.Command(user, channel, "authfix triage", options); !r.Acked || r.Err != nil {
			t.Errorf("%v: %+v", options, r)
		}
		fake.WaitFor(t, 30*time.Second, "the command is answered", func() bool { return len(fake.Ephemerals(user)) > before })
	}
	// A forum has no commands, but its posts have.
	first := fake.Message(discordtest.Said{Channel: discordtest.Forum, User: discordtest.Bob, Title: "Welcome", Text: "Ask here."})
	command(discordtest.Bob, first, map[string]any{"setting": "marks", "value": "on"})
	post := fake.Message(discordtest.Said{Channel: discordtest.Forum, Title: "It fails", Text: paste})
	answered("a post", func() []discordtest.Message { return fake.Thread(discordtest.Forum, post) })
	fake.WaitFor(t, 30*time.Second, "the post has its tag", func() bool {
		c, ok := fake.Channel(post)
		return ok && slices.Contains(c.Applied, discordtest.TagOpen)
	})
	file := fake.Message(discordtest.Said{Channel: discordtest.Triage, Files: []discordtest.File{{Name: "message.txt", Content: []byte(strings.Repeat("x\n", 2000) + paste)}}})
	answered("a file in a triage channel", func() []discordtest.Message { return fake.Answers(discordtest.Triage, file) })

	command(discordtest.Bob, discordtest.General, map[string]any{"setting": "on"})
	unasked := fake.Message(discordtest.Said{Channel: discordtest.General, Text: paste})
	answered("a message in General", func() []discordtest.Message { return fake.Answers(discordtest.General, unasked) })
	command(discordtest.Alice, discordtest.General, map[string]any{"setting": "off"}) // she may not
	again := fake.Message(discordtest.Said{Channel: discordtest.General, User: discordtest.Bob, Text: paste})
	answered("a message after it", func() []discordtest.Message { return fake.Answers(discordtest.General, again) })
	if err := run.stop(); err != nil {
		t.Errorf("run = %v", err)
	}
	for _, v := range fake.Violations() {
		t.Errorf("violation: %v", v)
	}
}

// Without the privileged intent, whether that is known or not, everything that
// names the bot is answered, and nothing else.
func TestServeDiscordWithoutContent(t *testing.T) {
	for name, known := range map[string]bool{"known": true, "not known": false} {
		t.Run(name, func(t *testing.T) {
			fake := discordtest.Start(t, discordtest.Options{StrictMentions: true, NoMessageContent: true, IdentifyEvery: time.Millisecond})
			var log logbook
			run := serveDiscord(t, fake, &log, false, func(s *server) {
				s.config.TriageChannels = []string{"discord:" + discordtest.Triage}
				s.config.Discord.NoMessageContent = known
				s.config.Admins = []string{"discord:" + discordtest.Admin, "slack:U0OTHER"}
			})
			const paste = "oauth_problem=timestamp_refused"
			answered := func(what string, all func() []discordtest.Message) {
				t.Helper()
				fake.WaitFor(t, 30*time.Second, what+" is answered", func() bool {
					return slices.ContainsFunc(all(), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), "clock") })
				})
			}
			unread := fake.Message(discordtest.Said{Channel: discordtest.Triage, Text: paste})
			asked := fake.Mention(discordtest.Said{Channel: discordtest.Triage, User: discordtest.Bob, Text: paste})
			answered("a mention", func() []discordtest.Message { return fake.Answers(discordtest.Triage, asked) })
			fake.Direct(discordtest.Bob, paste)
			answered("a direct message", func() []discordtest.Message { return fake.Privates(discordtest.Bob) })
			if r := fake.MessageCommand(discordtest.Alice, unread, "Diagnose this"); !r.Acked || r.Err != nil {
				t.Errorf("%+v", r)
			}
			answered("a message command", func() []discordtest.Message { return fake.Ephemerals(discordtest.Alice) })
			if n := len(fake.Answers(discordtest.Triage, unread)); n != 0 {
				t.Errorf("a message that cannot be read has %d answers", n)
			}
			// Who switches triage on is told that it cannot work; when it was not known, the
			// administrators are told once, unasked.
			if r := fake.Command(discordtest.Admin, discordtest.Triage, "authfix triage", map[string]any{"setting": "on"}); !r.Acked || r.Err != nil {
				t.Errorf("%+v", r)
			}
			fake.WaitFor(t, 30*time.Second, "the administrator is told what is missing", func() bool {
				return slices.ContainsFunc(fake.Ephemerals(discordtest.Admin), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), "Developer Portal") })
			})
			want := 1
			if known {
				want = 0
			}
			fake.CloseSockets(4000, "")
			fake.WaitFor(t, 30*time.Second, "it is connected again", fake.Ready)
			if all := fake.Messages(fake.DM(discordtest.Admin)); len(all) != want || want > 0 && !strings.Contains(all[0].Shown(), "Message Content Intent") {
				t.Errorf("the administrator has %d direct messages, want %d: %+v", len(all), want, all)
			}
			if err := run.stop(); err != nil {
				t.Errorf("run = %v", err)
			}
			if got := strings.Contains(log.String(), "MESSAGE CONTENT INTENT"); got == known {
				t.Errorf("the log says what to switch on: %t", got)
			}
			for _, v := range fake.Violations() {
				t.Errorf("violation: %v", v)
			}
		})
	}
}

// A token that Discord refuses ends the program, with what to do.
func TestServeDiscordRefused(t *testing.T) {
	fake := discordtest.Start(t, discordtest.Options{})
	var log logbook
	s := newServer(t, &log)
	s.config.Discord = discord.Config{Token: "MTEyMjMzNDQ1NTY2Nzc4ODk5.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz01", API: fake.API()}
	done := make(chan error, 1)
	go func() { done <- s.run(t.Context()) }()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(log.String(), "DISCORD_TOKEN") || strings.Contains(log.String(), "Gabcde") {
			t.Errorf("it ends with %v, and the log has\n%s", err, &log)
		}
	case <-time.After(60 * time.Second):
		t.Fatalf("it goes on\n%s", &log)
	}
}
