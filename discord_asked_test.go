package main

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"authfix/bot/discord/discordtest"
)

func (w *discordWorld) tellCommand(t *testing.T) {
	u, other := w.person(), w.person()
	ch := w.channel()
	w.command(t, u, ch, "diagnose", map[string]any{"text": singleLine(hostilePaste) + " password=" + leakedPassword})
	m := w.told(t, u, 1, clockTitle)
	if !strings.Contains(m.Shown(), "Secrets to make worthless") {
		t.Errorf("the private answer says nothing of the password:\n%s", m.Shown())
	}
	w.press(t, u, m, "More")
	w.told(t, u, 2, "Sources")
	w.press(t, u, m, "Copy query")
	w.told(t, u, 3, "date -u")
	if n := len(w.Messages(ch)); n != 0 || len(w.Ephemerals(other)) != 0 {
		t.Errorf("others see something before it is shared: %d", n)
	}
	w.press(t, u, m, "Share in channel")
	w.told(t, u, 4, "Shared in the channel.")
	w.sees(t, "it is shared", func() bool { return len(w.Messages(ch)) == 1 })
	shared := w.Messages(ch)[0]
	if shared.Via != "POST /channels/{channel}/messages" || shared.Channel != ch || !strings.Contains(shared.Shown(), clockTitle) || strings.Contains(shared.Shown(), "make worthless") {
		t.Errorf("shared by %s in %s:\n%s", shared.Via, shared.Channel, shared.Shown())
	}
	w.press(t, u, m, "Share in channel")
	w.told(t, u, 5, "Shared in the channel.")
	// What is said in a thread that begins with the shared answer is heard.
	thread := w.StartThread(other, shared.ID, "about that")
	w.Message(discordtest.Said{Channel: ch, Thread: thread, User: other, Text: "thanks!"})
	w.Mention(discordtest.Said{Channel: ch, Thread: thread, User: other, Text: "what else can I try?"})
	w.answer(t, ch, shared.ID, 1, "Nothing in that changes the answer above.")
	w.only(t, ch, shared.ID, 1)
}

// singleLine is a text as an option of a command takes it.
func singleLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }

func (w *discordWorld) tellForm(t *testing.T) {
	u := w.person()
	ch := w.channel()
	r := w.did(t, w.Command(u, ch, "authfix diagnose", nil))
	if r.Modal == nil || r.Modal.Title != "Diagnose an error" {
		t.Fatalf("the form is %+v", r.Modal)
	}
	w.did(t, w.Submit(u, map[string]any{"text": "it began this morning\n" + githubPaste + "\ntoken=" + leakedToken}))
	w.told(t, u, 1, githubTitle)
	if n := len(w.Messages(ch)); n != 0 {
		t.Errorf("%d messages are in the channel", n)
	}
}

func (w *discordWorld) tellLookups(t *testing.T) {
	type options = map[string]any
	var all sync.WaitGroup
	defer all.Wait()
	for _, c := range []struct {
		name    string
		options options
		holds   string
	}{
		{"help", nil, "help NAME shows one command."},
		{"help", options{"command": "triage"}, "triage status"},
		{"explain", options{"concept": "2lo"}, "2-legged OAuth (2LO)"},
		{"explain", nil, "What I can explain"},
		{"logs", options{"product": "jira"}, "Where the logs are"},
		{"search", options{"words": "github token"}, "Failure modes that fit"},
		{"show", options{"id": "applinks-timestamp-refused"}, clockTitle},
		{"show", options{"id": "no-such-thing"}, "No failure mode has that id."},
		{"diagnose", options{"text": clockPaste}, clockTitle},
		{"triage", options{"setting": "status"}, "Triage is off here"},
		{"triage", options{"setting": "on"}, "Only an administrator can do that."},
		{"share", nil, "There is no case to do that with."},
		{"resolve", nil, "There is no case to do that with."},
		{"escalate", nil, "There is no case to do that with."},
		{"feedback", options{"value": "helped"}, "There is no case to do that with."},
		{"stats", nil, "The last 7 days"},
		{"stats", options{"span": "month"}, "The last 30 days"},
		{"forget", options{"what": "me"}, "Forgotten: nothing of you is stored any more."},
		{"answer", options{"answer": "x=y"}, ""},
		{"diagnose", options{"text": "frobnicate the thing"}, unknownTitle},
	} {
		all.Go(func() {
			t.Run(c.name, func(t *testing.T) {
				u := w.person()
				ch := w.channel(forBot(0, discordtest.ViewChannel)) // it works also where the bot sees nothing
				w.command(t, u, ch, c.name, c.options)
				w.told(t, u, 1, c.holds)
				if len(w.Messages(ch)) != 0 {
					t.Errorf("%s is answered for everyone", c.name)
				}
			})
		})
	}
}

// tellCompletion has ids, products and concepts completed while they are typed.
func (w *discordWorld) tellCompletion(t *testing.T) {
	u, ch := w.person(), w.channel()
	for _, c := range []struct{ command, option, typed, want string }{
		{"show", "id", "applinks-time", "applinks-timestamp-refused"},
		{"show", "id", "", "-"},
		{"explain", "concept", "2l", "2"},
		{"help", "command", "tri", "triage"},
	} {
		// What takes longer than a person types is not told at all, which happens on a
		// busy machine; then the person types on.
		var r discordtest.Result
		w.until("something is completed", func() bool {
			r = w.did(t, w.Autocomplete(u, ch, "authfix "+c.command, c.option, c.typed, nil))
			return len(r.Choices) > 0
		})
		if !slices.ContainsFunc(r.Choices, func(o discordtest.Option) bool { return strings.Contains(o.Value, c.want) }) {
			t.Errorf("%s %s %q is completed to %v", c.command, c.option, c.typed, r.Choices)
		}
	}
	if r := w.did(t, w.Autocomplete(u, ch, "authfix show", "id", "nothing-begins-so", nil)); len(r.Choices) != 0 {
		t.Errorf("what nothing begins with is completed to %v", r.Choices)
	}
	if n := len(w.Privates(u)); n != 0 {
		t.Errorf("completion is answered with %d messages", n)
	}
}

func (w *discordWorld) tellCase(t *testing.T) {
	u, ch := w.person(), w.channel()
	for i, step := range []struct{ name, option, value, holds string }{
		{"diagnose", "text", singleLine(githubPaste), githubTitle},
		{"answer", "answer", "token.kind=gho", "lost its access for good"},
		{"feedback", "value", "helped", "Noted, thank you."},
		{"share", "", "", "Shared in the channel."},
		{"resolve", "", "", "Marked as resolved."},
		{"escalate", "", "", "Nobody is named here to hand this to."},
	} {
		options := map[string]any{}
		if step.option != "" {
			options[step.option] = step.value
		}
		w.command(t, u, ch, step.name, options)
		w.told(t, u, i+1, step.holds)
	}
	w.sees(t, "it is shared", func() bool { return len(w.Messages(ch)) > 0 })
	if all := w.Messages(ch); len(all) != 1 || !strings.Contains(all[0].Shown(), "lost its access for good") {
		t.Errorf("%d messages are shared", len(all))
	}
}

func (w *discordWorld) tellCommandFile(t *testing.T) {
	ch := w.channel(forBot(0, discordtest.ViewChannel))
	log := strings.Repeat("2026-07-01 09:50:00,000 INFO [c.a.j.startup] Jira is ready\n", 2000) + githubPaste + "\ntoken=" + leakedToken + "\n"
	for _, f := range []discordtest.File{
		{Name: "jira.log", Content: []byte(log)},
		{Name: "jira.log.gz", Type: "application/gzip", Content: packed(t, "gz", log)},
		{Name: "support.zip", Type: "application/zip", Content: packed(t, "zip", log)},
	} {
		u := w.person()
		w.command(t, u, ch, "diagnose", map[string]any{"file": f})
		w.told(t, u, 1, githubTitle)
	}
	if n := len(w.Messages(ch)); n != 0 {
		t.Errorf("%d messages are in the channel", n)
	}
}

func (w *discordWorld) tellMention(t *testing.T) {
	u := w.person()
	ch := w.channel()
	id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: hostilePaste})
	m := w.answer(t, ch, id, 1, clockTitle)
	if m.Channel != id || m.Parent != ch || m.Nonce == "" {
		t.Errorf("the answer is in %s of %q with the nonce %q", m.Channel, m.Parent, m.Nonce)
	}
	w.only(t, ch, id, 1)
	// In a thread of other people.
	other := w.person()
	root := w.says(other, ch, "who knows Jira?")
	w.StartThread(other, root, "Jira")
	w.Mention(discordtest.Said{Channel: ch, Thread: root, User: u, Text: githubPaste})
	w.answer(t, ch, root, 1, githubTitle)
	w.only(t, ch, root, 1)
	id = w.Mention(discordtest.Said{Channel: ch, User: u, Text: "help"})
	w.answer(t, ch, id, 1, "help NAME shows one command.")
	id = w.Mention(discordtest.Said{Channel: ch, User: u, Text: "java.lang.IllegalStateException: nothing of ours"})
	w.answer(t, ch, id, 1, unknownTitle)
	// Who replies to the bot with a ping mentions it.
	said := w.answer(t, ch, id, 1, unknownTitle)
	w.Message(discordtest.Said{Channel: ch, Thread: id, User: u, ReplyTo: said.ID, Text: githubPaste})
	w.sees(t, "the reply is answered", func() bool {
		return slices.ContainsFunc(w.Answers(ch, id), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), githubTitle) })
	})
}

func (w *discordWorld) tellSecret(t *testing.T) {
	u := w.person()
	ch := w.channel()
	id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: "```\n" + githubPaste + "\ncurl -H \"Authorization: Bearer " + warnedToken + "\" https://api.github.com/user\n```"})
	w.answer(t, ch, id, 1, githubTitle)
	m := w.written(t, u, 1, "Your message held a secret")
	if !strings.Contains(m.Shown(), "github.com/settings/tokens") {
		t.Errorf("the warning does not say where to revoke it:\n%s", m.Shown())
	}
	w.only(t, ch, id, 1)
}

// tellUntold pastes a secret and takes no direct messages: nobody else is told.
func (w *discordWorld) tellUntold(t *testing.T) {
	u := w.person()
	w.AddUser(discordtest.User{ID: u, Name: "shut", NoDMs: true})
	ch := w.listeningChannel(t)
	secret := "ghp_77B7e42F292c6912E7710c838347Ae178Z1y"
	w.Plant(secret)
	id := w.says(u, ch, githubPaste+"\ntoken="+secret)
	w.answer(t, ch, id, 1, githubTitle)
	w.only(t, ch, id, 1)
	if n := len(w.Privates(u)); n != 0 || strings.Contains(w.Answers(ch, id)[0].Shown(), "held a secret") {
		t.Errorf("%d messages are told privately", n)
	}
	w.until("the log says that it was not told", func() bool { return strings.Contains(w.output(), "50007") })
	w.searchFiles(secret)
}

func (w *discordWorld) tellDirect(t *testing.T) {
	u := w.person()
	w.Direct(u, "oauth_problem=timestamp_refused")
	m := w.written(t, u, 1, clockTitle)
	w.press(t, u, m, "Jira, Confluence or another…")
	w.written(t, u, 2, "Certain: ")
	dm := w.DM(u)
	w.Direct(u, "thanks")
	w.Direct(u, githubPaste)
	w.answer(t, dm, "", 3, githubTitle)
	w.only(t, dm, "", 3)
	w.command(t, u, dm, "help", nil)
	w.answer(t, dm, "", 4, "help NAME shows one command.")
	last := w.Direct(u, consumerPaste)
	w.answer(t, dm, "", 5, consumerTitle)
	w.Edit(last, clockPaste)
	w.answer(t, dm, "", 5, clockTitle)
	w.Direct(u, "", discordtest.File{Name: "message.txt", Content: []byte("A long message.\n" + githubPaste)})
	w.sees(t, "the file is read", func() bool {
		all := w.Answers(dm, "")
		return strings.Contains(all[len(all)-1].Shown(), githubTitle)
	})
}

func (w *discordWorld) tellMessageCommand(t *testing.T) {
	u, author := w.person(), w.person()
	in, out := w.channel(), w.channel(forBot(0, discordtest.ViewChannel))
	n := 0
	for _, ch := range []string{in, out} {
		id := w.says(author, ch, hostilePaste)
		r := w.did(t, w.MessageCommand(u, id, "Diagnose this"))
		n++
		m := w.told(t, u, n, clockTitle)
		if m.Channel != ch || r.Message != m.ID {
			t.Errorf("the answer to %s is in %s, and what was deferred is %s", m.ID, m.Channel, r.Message)
		}
		w.press(t, u, m, "Copy query")
		n++
		w.told(t, u, n, "date -u")
		if len(w.Messages(ch)) != 1 {
			t.Errorf("everyone sees something in %s", ch)
		}
	}
	// The message of a file, which the bot cannot fetch anew.
	id := w.says(author, out, "it fails", discordtest.File{Name: "jira.log", Content: []byte(githubPaste)})
	w.did(t, w.MessageCommand(u, id, "Diagnose this"))
	w.told(t, u, n+1, githubTitle)
	if len(w.Privates(u)) != n+1 {
		t.Errorf("%d messages are told privately, want %d", len(w.Privates(u)), n+1)
	}
}

// tellUserInstall uses the app where it is installed for the person alone.
func (w *discordWorld) tellUserInstall(t *testing.T) {
	u := w.person()
	guild := "1100000000008388999"
	w.AddGuild(discordtest.Guild{ID: guild, Name: "Elsewhere", Owner: u, NoBot: true})
	w.AddMember(discordtest.Member{Guild: guild, User: u})
	ch := "1100000000008389001"
	w.AddChannel(discordtest.Channel{ID: ch, Guild: guild, Name: "general", Kind: discordtest.TextChannel})
	id := w.says(u, ch, hostilePaste)
	w.did(t, w.MessageCommand(u, id, "Diagnose this"))
	m := w.told(t, u, 1, clockTitle)
	w.press(t, u, m, "Copy query")
	w.told(t, u, 2, "date -u")
	w.command(t, u, ch, "explain", map[string]any{"concept": "2lo"})
	w.told(t, u, 3, "2-legged OAuth (2LO)")
	if n := len(w.Messages(ch)); n != 1 {
		t.Errorf("%d messages are in the channel before it is shared", n)
	}
	// It can be shared by the token of the interaction alone.
	w.press(t, u, m, "Share in channel")
	w.sees(t, "it is shared", func() bool {
		all := w.Messages(ch)
		return len(all) == 2 && strings.Contains(all[1].Shown(), clockTitle) && strings.HasPrefix(all[1].Via, "POST /webhooks/")
	})
}

func (w *discordWorld) tellSettings(t *testing.T) {
	u, admin := w.person(), w.admin()
	ch := w.channel()
	w.triage(t, u, ch, 1, "Only an administrator can do that.", "on")
	w.says(u, ch, clockPaste)
	w.only(t, ch, "", 0)
	w.triage(t, admin, ch, 1, "Triage is on here", "on")
	id := w.says(u, ch, clockPaste)
	w.answer(t, ch, id, 1, clockTitle)
	w.triage(t, admin, ch, 2, "nothing less is said unasked", "threshold", "value", "certain")
	w.triage(t, admin, ch, 3, "Triage is off here", "off")
	id = w.says(u, ch, clockPaste)
	w.only(t, ch, id, 0)
	// Owners administer, and who may manage the guild, and whom the configuration
	// names.
	role := "11000000000000301" + w.person()[17:]
	w.AddRole(discordtest.Role{ID: role, Guild: discordtest.Acme, Name: "managers", Permissions: discordtest.ManageGuild})
	for _, who := range []string{discordtest.Owner, w.person(role), discordtest.Alice} {
		ch := w.channel()
		w.triage(t, who, ch, 1, "Triage is on here", "on")
		id := w.says(u, ch, clockPaste)
		w.answer(t, ch, id, 1, clockTitle)
	}
	// What may be done by command may be done by mention.
	w.Mention(discordtest.Said{Channel: ch, User: u, Text: "triage on"})
	w.written(t, u, 1, "Only an administrator can do that.")
	id = w.Mention(discordtest.Said{Channel: ch, User: w.person(role), Text: "triage on"})
	w.answer(t, ch, id, 1, "Triage is on here")
}
