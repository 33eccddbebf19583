package main

import (
	"strings"
	"sync"
	"testing"

	"authfix/bot/slack/slacktest"
)

func tellCommand(t *testing.T, w *slackWorld) {
	u, other := w.person(), w.person()
	ch := w.channel(u, other, slacktest.Bot)
	did(t, w.Command(u, ch, "/authfix", loudPaste+" password="+leakedPassword))
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
	if shared.Via != "chat.postMessage" || shared.Thread != "" || !strings.Contains(shared.Shown(), clockTitle) || strings.Contains(shared.Shown(), "make worthless") {
		t.Errorf("shared by %s in thread %q:\n%s", shared.Via, shared.Thread, shared.Shown())
	}
	w.press(t, u, m, "Share in channel")
	w.told(t, u, 5, "Shared in the channel.")
	// The shared answer is the head of a thread that is heard.
	w.Message(slacktest.Said{Channel: ch, User: other, Thread: shared.TS, Text: "thanks!"})
	w.Mention(slacktest.Said{Channel: ch, User: other, Thread: shared.TS, Text: "what else can I try?"})
	w.answer(t, ch, shared.TS, 1, "Nothing in that changes the answer above.")
	w.only(t, ch, shared.TS, 1)
}

// fill fills the open form in.
func (w *slackWorld) fill(t *testing.T, user, text string) {
	t.Helper()
	w.sees(t, "the form is open", func() bool { return len(w.OpenViews(user)) == 1 })
	view := w.OpenViews(user)[0]
	if view.Title != "Diagnose an error" {
		t.Errorf("the form is called %q", view.Title)
	}
	did(t, w.Submit(user, map[string]string{"text": text}))
	if n := len(w.OpenViews(user)); n != 0 {
		t.Errorf("%d forms are open after they were filled in", n)
	}
}

func tellForm(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.channel(u, slacktest.Bot)
	did(t, w.Command(u, ch, "/authfix", ""))
	w.fill(t, u, "it began this morning\n"+githubPaste+"\ntoken="+leakedToken)
	m := w.told(t, u, 1, githubTitle)
	if m.Channel != ch || len(w.Messages(ch)) != 0 {
		t.Errorf("the answer is in %s", m.Channel)
	}
}

func tellLookups(t *testing.T, w *slackWorld) {
	var all sync.WaitGroup
	defer all.Wait()
	for text, holds := range map[string]string{
		"help":                            "help NAME shows one command.",
		"help triage":                     "triage status",
		"explain 2lo":                     "2-legged OAuth (2LO)",
		"explain":                         "What I can explain",
		"logs jira":                       "Where the logs are",
		"search github token":             "Failure modes that fit",
		"show applinks-timestamp-refused": clockTitle,
		"diagnose " + clockPaste:          clockTitle,
		"triage":                          "Triage is off here",
		"triage on":                       "Only an administrator can do that.",
		"share":                           "There is no case to do that with.",
		"resolve":                         "There is no case to do that with.",
		"escalate":                        "There is no case to do that with.",
		"feedback helped":                 "There is no case to do that with.",
		"stats":                           "The last 7 days",
		"stats month":                     "The last 30 days",
		"forget me":                       "Forgotten: nothing of you is stored any more.",
		"answer x=y":                      "",
		"frobnicate the thing":            unknownTitle,
	} {
		all.Go(func() {
			t.Run(text[:min(len(text), 20)], func(t *testing.T) {
				u := w.person()
				ch := w.channel(u) // it works also where the bot is no member
				did(t, w.Command(u, ch, "/authfix", text))
				w.told(t, u, 1, holds)
				if len(w.Messages(ch)) != 0 {
					t.Errorf("%s is answered for everyone", text)
				}
			})
		})
	}
}

func tellCase(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.channel(u, slacktest.Bot)
	for i, step := range []struct{ text, holds string }{
		{githubPaste, githubTitle},
		{"answer token.kind=gho", "lost its access for good"},
		{"feedback helped", "Noted, thank you."},
		{"share", "Shared in the channel."},
		{"resolve", "Marked as resolved."},
		{"escalate", "Nobody is named here to hand this to."},
	} {
		did(t, w.Command(u, ch, "/authfix", step.text))
		w.told(t, u, i+1, step.holds)
	}
	if all := w.Messages(ch); len(all) != 1 || !strings.Contains(all[0].Shown(), "lost its access for good") {
		t.Errorf("%d messages are shared", len(all))
	}
}

func tellMention(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.channel(u, slacktest.Bot)
	ts := w.Mention(slacktest.Said{Channel: ch, User: u, Text: loudPaste})
	m := w.answer(t, ch, ts, 1, clockTitle)
	if m.Thread != ts || m.Metadata == nil {
		t.Errorf("the answer is in thread %q with metadata %v", m.Thread, m.Metadata)
	}
	w.only(t, ch, ts, 1)
	// In a thread of other people.
	other := w.person()
	root := w.Message(slacktest.Said{Channel: ch, User: other, Text: "who knows Jira?"})
	w.Mention(slacktest.Said{Channel: ch, User: u, Thread: root, Text: githubPaste})
	w.answer(t, ch, root, 1, githubTitle)
	w.only(t, ch, root, 1)
	ts = w.Mention(slacktest.Said{Channel: ch, User: u, Text: "help"})
	w.answer(t, ch, ts, 1, "help NAME shows one command.")
	ts = w.Mention(slacktest.Said{Channel: ch, User: u, Text: "java.lang.IllegalStateException: nothing of ours"})
	w.answer(t, ch, ts, 1, unknownTitle)
}

func tellSecret(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: "```\n" + githubPaste + "\ncurl -H \"Authorization: Bearer " + warnedToken + "\" https://api.github.com/user\n```"})
	w.answer(t, ch, ts, 1, githubTitle)
	m := w.told(t, u, 1, "Your message held a secret")
	if !strings.Contains(m.Shown(), "https://github.com/settings/tokens") {
		t.Errorf("the warning does not say where to revoke it:\n%s", m.Shown())
	}
	w.only(t, ch, ts, 1)
}

func tellDirect(t *testing.T, w *slackWorld) {
	u := w.person()
	dm := w.DM(u)
	w.Message(slacktest.Said{Channel: dm, User: u, Text: "oauth_problem=timestamp_refused"})
	m := w.answer(t, dm, "", 1, clockTitle)
	w.press(t, u, m, "Jira, Confluence or another…")
	w.answer(t, dm, "", 2, "Certain: ")
	w.Message(slacktest.Said{Channel: dm, User: u, Text: "thanks"})
	w.Message(slacktest.Said{Channel: dm, User: u, Text: githubPaste})
	w.answer(t, dm, "", 3, githubTitle)
	w.only(t, dm, "", 3)
}

func tellMessageShortcut(t *testing.T, w *slackWorld) {
	u, author := w.person(), w.person()
	in, out := w.channel(u, author, slacktest.Bot), w.channel(u, author)
	hidden := w.channel(u, author)
	w.AddChannel(slacktest.Channel{ID: hidden, Team: slacktest.Acme, Name: "hidden", Kind: slacktest.PrivateChannel, Members: []string{u, author}})
	n := 0
	for _, ch := range []string{in, out, hidden} {
		ts := w.Message(slacktest.Said{Channel: ch, User: author, Text: loudPaste})
		did(t, w.MessageShortcut(u, ch, ts, "diagnose_message"))
		n++
		m := w.told(t, u, n, clockTitle)
		if m.Channel != ch || m.Via != "response_url" {
			t.Errorf("the answer is in %s by %s", m.Channel, m.Via)
		}
		w.press(t, u, m, "Copy query")
		n++
		w.told(t, u, n, "date -u")
		if len(w.Messages(ch)) != 1 {
			t.Errorf("everyone sees something in %s", ch)
		}
	}
}

func tellGlobalShortcut(t *testing.T, w *slackWorld) {
	u := w.person()
	did(t, w.Shortcut(u, "diagnose"))
	w.fill(t, u, githubPaste)
	w.answer(t, w.DM(u), "", 1, githubTitle)
}

func tellHome(t *testing.T, w *slackWorld) {
	u, admin := w.person(), w.admin()
	ch := w.channel(u, admin, slacktest.Bot)
	shows := func(user, text string) {
		t.Helper()
		w.HomeOpened(user, "home")
		w.sees(t, "home shows "+text, func() bool {
			v, ok := w.Home(user)
			return ok && strings.Contains(v.Shown(), text)
		})
	}
	shows(u, "None yet.")
	did(t, w.Command(u, ch, "/authfix", clockPaste))
	w.told(t, u, 1, clockTitle)
	shows(u, clockTitle)
	did(t, w.Command(admin, ch, "/authfix", "triage on"))
	w.told(t, admin, 1, "Triage is on here")
	shows(admin, "Triage is on in")
	if v, _ := w.Home(u); strings.Contains(v.Shown(), "Triage is on in") {
		t.Errorf("a member sees the channels' settings:\n%s", v.Shown())
	}
	v, _ := w.Home(u)
	did(t, w.Click(u, v.ID, "Help"))
	w.answer(t, w.DM(u), "", 1, "help NAME shows one command.")
	did(t, w.Click(u, v.ID, "Failure modes"))
	w.answer(t, w.DM(u), "", 2, "github-bad-credentials")
}

func tellSettings(t *testing.T, w *slackWorld) {
	u, admin := w.person(), w.admin()
	ch := w.channel(u, admin, slacktest.Bot)
	did(t, w.Command(u, ch, "/authfix", "triage on"))
	w.told(t, u, 1, "Only an administrator can do that.")
	w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.settle(t, ch)
	if n := len(w.Messages(ch)); n != 1 {
		t.Errorf("triage was switched on by a member")
	}
	did(t, w.Command(admin, ch, "/authfix", "triage on"))
	w.told(t, admin, 1, "Triage is on here")
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.answer(t, ch, ts, 1, clockTitle)
	did(t, w.Command(admin, ch, "/authfix", "triage threshold certain"))
	w.told(t, admin, 2, "nothing less is said unasked")
	did(t, w.Command(admin, ch, "/authfix", "triage off"))
	w.told(t, admin, 3, "Triage is off here")
	ts = w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.only(t, ch, ts, 0)
}
