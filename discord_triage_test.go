package main

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"authfix/bot/discord/discordtest"
)

func (w *discordWorld) tellTriage(t *testing.T) {
	u, bot := w.person(), w.person()
	w.AddUser(discordtest.User{ID: bot, Name: "another bot", Bot: true})
	ch := w.listeningChannel(t)
	quiet := w.says(u, ch, "good morning, the deploy went well")
	id := w.says(u, ch, hostilePaste)
	m := w.answer(t, ch, id, 1, clockTitle)
	thread, ok := w.Channel(id)
	if m.Channel != id || m.Parent != ch || !ok || thread.Name == "" || !strings.Contains(m.Shown(), strings.TrimSuffix(thread.Name, "…")) {
		t.Errorf("the answer is in %s of %s, a thread that is called %q", m.Channel, m.Parent, thread.Name)
	}
	w.Unfurl(id)
	w.says(bot, ch, githubPaste)
	typed := w.says(u, ch, `the log says oauth_problem="consumer_key_unknown" at jira.example.com`)
	w.answer(t, ch, typed, 1, consumerTitle)
	w.only(t, ch, id, 1)
	w.only(t, ch, quiet, 0)
	w.only(t, ch, "", 3) // with the notice that triage is on
	// Where triage is off nothing is said.
	off := w.channel()
	w.says(u, off, clockPaste)
	w.only(t, off, "", 0)
	// Where it may not write it says nothing, and goes on.
	mute := w.channel(forBot(0, discordtest.SendMessages|discordtest.SendInThreads|discordtest.CreatePublicThreads))
	w.triage(t, w.admin(), mute, 1, "Triage is on here", "on")
	w.says(u, mute, clockPaste)
	w.only(t, mute, "", 0)
}

// tellThread pastes in threads of a channel in which triage is on: those of other
// people are theirs, and those that the bot has answered in are heard.
func (w *discordWorld) tellThread(t *testing.T) {
	u := w.person()
	ch := w.listeningChannel(t)
	root := w.says(u, ch, "look at this")
	w.StartThread(u, root, "it fails")
	w.Message(discordtest.Said{Channel: ch, Thread: root, User: u, Text: clockPaste})
	w.settle(t, ch)
	unasked := len(w.Answers(ch, root))
	w.Mention(discordtest.Said{Channel: ch, Thread: root, User: u, Text: githubPaste})
	w.answer(t, ch, root, unasked+1, githubTitle)
	w.only(t, ch, root, unasked+1)
	// A thread that stands alone.
	alone := w.StartThreadAlone(u, ch, "about tokens", false)
	w.Mention(discordtest.Said{Channel: ch, Thread: alone, User: u, Text: clockPaste})
	m := w.answer(t, ch, alone, 1, clockTitle)
	if m.Channel != alone {
		t.Errorf("the answer is in %s", m.Channel)
	}
	w.only(t, ch, alone, 1)
}

// tellForum posts in a forum: the opening post with its file is read, the answer
// stands below it, and tags show how it stands.
func (w *discordWorld) tellForum(t *testing.T) {
	u, admin := w.person(), w.admin()
	forum := w.channelOf(discordtest.ForumChannel)
	tags := func(post string) string {
		c, _ := w.Channel(post)
		var names []string
		for _, id := range c.Applied {
			names = append(names, id[:1])
		}
		slices.Sort(names)
		return strings.Join(names, "")
	}
	// A forum has no commands of its own, but its posts have.
	first := w.Message(discordtest.Said{Channel: forum, User: admin, Title: "Welcome", Text: "Ask here."})
	w.triage(t, admin, first, 1, "Triage is on here", "on")
	w.triage(t, admin, first, 2, "on: a reaction on the message", "marks", "value", "on")
	post := w.Message(discordtest.Said{Channel: forum, User: u, Title: "It fails", Text: hostilePaste, Tags: []string{"7" + forum[1:]}})
	m := w.answer(t, forum, post, 1, clockTitle)
	if m.Channel != post || len(w.Threads(forum)) != 2 {
		t.Errorf("the answer is in %s; there are %d posts", m.Channel, len(w.Threads(forum)))
	}
	w.sees(t, "the post has the tag of what is answered, and its own", func() bool { return tags(post) == "79" })
	w.press(t, u, m, "Resolved")
	w.sees(t, "the post has the tag of what is resolved, and its own", func() bool { return tags(post) == "78" })
	// A question that needs the file.
	log := strings.Repeat("2026-07-01 09:50:00,000 INFO [c.a.j.startup] Jira is ready\n", 500) + githubPaste
	file := w.Message(discordtest.Said{Channel: forum, User: u, Title: "GitHub", Text: "The log is attached.", Files: []discordtest.File{{Name: "message.txt", Content: []byte(log)}}})
	w.answer(t, forum, file, 1, githubTitle)
	w.Message(discordtest.Said{Channel: forum, Thread: file, User: u, Text: "thank you!"})
	w.only(t, forum, file, 1)
	// The opening post is edited, and another deleted.
	w.Edit(post, consumerPaste)
	w.answer(t, forum, post, 1, consumerTitle)
	w.Mention(discordtest.Said{Channel: forum, User: u, Title: "Asked", Text: clockPaste})
	w.only(t, forum, "", 4) // with the notice in the first post
	w.RemoveChannel(file)
	w.settle(t, forum)
}

// tellMarks has reactions show how a case stands.
func (w *discordWorld) tellMarks(t *testing.T) {
	u, admin := w.person(), w.admin()
	ch := w.channel()
	w.triage(t, admin, ch, 1, "Triage is on here", "on")
	w.says(u, ch, "before marks are wanted")
	w.triage(t, admin, ch, 2, "on: a reaction on the message", "marks", "value", "on")
	id := w.says(u, ch, clockPaste)
	marked := func(want string) {
		t.Helper()
		w.sees(t, "the message is marked "+want, func() bool { return slices.Equal(w.reacted(id), []string{want}) })
	}
	marked("💬")
	w.press(t, u, w.answer(t, ch, id, 1, clockTitle), "Resolved")
	marked("✅")
}

func (w *discordWorld) tellEarlyEdit(t *testing.T) {
	u := w.person()
	ch := w.listeningChannel(t)
	// Discord asks to wait with the thread, so that the answer is not said yet.
	const hold = 3 * time.Second
	w.Fault(discordtest.Fault{Route: "POST /channels/{channel}/messages/{message}/threads", RetryAfter: hold, Match: func(c discordtest.Call) bool { return strings.Contains(c.Path, ch) }})
	id := w.says(u, ch, clockPaste)
	w.sees(t, "the thread is refused", func() bool {
		return slices.ContainsFunc(w.CallsOf("POST /channels/{channel}/messages/{message}/threads"), func(c discordtest.Call) bool { return c.Status == 429 && strings.Contains(c.Path, ch) })
	})
	db := w.look()
	defer db.Close()
	w.until("the answer waits", func() bool {
		return number(t, db, `SELECT count(*) FROM outbox WHERE channel = $1 AND state = 'pending' AND attempts > 0`, ch) == 1
	})
	w.Edit(id, consumerPaste)
	m := w.answer(t, ch, id, 1, consumerTitle)
	w.only(t, ch, id, 1)
	rows := table(t, db, `SELECT decided FROM deliveries WHERE id LIKE $1`, id+":%")
	if len(rows) != 1 {
		t.Fatalf("the edit is decided as %v", rows)
	}
	micros, err := strconv.ParseInt(rows[0][0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if decided := time.UnixMicro(micros); decided.Before(m.At.Add(-time.Second)) && len(m.Edits) > 0 {
		t.Errorf("the edit was decided at %s, before %s, and the answer was changed %d times", decided, m.At, len(m.Edits))
	}
}

func (w *discordWorld) tellLateEdit(t *testing.T) {
	u := w.person()
	ch := w.listeningChannel(t)
	id := w.says(u, ch, clockPaste)
	first := w.answer(t, ch, id, 1, clockTitle)
	w.Edit(id, consumerPaste)
	m := w.answer(t, ch, id, 1, consumerTitle)
	if m.ID != first.ID || len(m.Edits) == 0 {
		t.Errorf("the answer is another message")
	}
	w.Edit(id, "never mind, it was me")
	m = w.answer(t, ch, id, 1, "Withdrawn after the edit")
	if len(m.Buttons()) != 0 {
		t.Errorf("the withdrawn answer has buttons: %v", m.Buttons())
	}
	w.only(t, ch, id, 1)
}

func (w *discordWorld) tellDeletion(t *testing.T) {
	u := w.person()
	ch := w.listeningChannel(t)
	var all []string
	for _, text := range []string{clockPaste, githubPaste, consumerPaste} {
		all = append(all, w.says(u, ch, text))
	}
	for i, title := range []string{clockTitle, githubTitle, consumerTitle} {
		w.answer(t, ch, all[i], 1, title)
	}
	w.Delete(all[0])
	w.DeleteBulk(all[1:]...)
	for _, id := range all {
		m := w.answer(t, ch, id, 1, "Withdrawn: the message that this answered was deleted.")
		if len(m.Buttons()) != 0 {
			t.Errorf("the withdrawn answer has buttons: %v", m.Buttons())
		}
	}
}

func (w *discordWorld) tellFiles(t *testing.T) {
	u := w.person()
	ch := w.listeningChannel(t)
	log := strings.Repeat("2026-07-01 09:50:00,000 INFO [c.a.j.startup] Jira is ready\n", 2000) + githubPaste + "\ntoken=" + leakedToken + "\n"
	for _, f := range []discordtest.File{
		{Name: "message.txt", Content: []byte(log)}, // what is too long for a message, the client offers to attach
		{Name: "jira.log.gz", Type: "application/gzip", Content: packed(t, "gz", log)},
		{Name: "support.zip", Type: "application/zip", Content: packed(t, "zip", log)},
	} {
		t.Run(f.Name, func(t *testing.T) {
			text := "it does not sync"
			if f.Name == "message.txt" {
				text = ""
			}
			id := w.says(u, ch, text, f)
			w.answer(t, ch, id, 1, githubTitle)
			w.only(t, ch, id, 1)
		})
	}
	// Asked, with the file that is being read named at once.
	id := w.Mention(discordtest.Said{Channel: ch, User: u, Files: []discordtest.File{{Name: "jira.log", Content: []byte(log)}}})
	w.answer(t, ch, id, 1, githubTitle)
	w.only(t, ch, id, 1)
}

func (w *discordWorld) tellUnreadable(t *testing.T) {
	u := w.person()
	ch := w.listeningChannel(t)
	image := discordtest.File{Name: "screen.png", Type: "image/png", Content: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")}
	id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: "what is this?", Files: []discordtest.File{image}})
	w.answer(t, ch, id, 1, "I cannot read that file.")
	id = w.says(u, ch, "holiday", image)
	w.sees(t, "the image is marked", func() bool { return slices.Equal(w.reacted(id), []string{"❔"}) })
	w.only(t, ch, id, 0)
	gone := w.AddFile(discordtest.File{Name: "jira.log", Content: []byte(clockPaste)})
	w.GoneFile(gone.ID)
	id = w.Mention(discordtest.Said{Channel: ch, User: u, Text: "and this?", Files: []discordtest.File{gone}})
	w.sees(t, "it is said that the file is gone", func() bool {
		return slices.ContainsFunc(w.Answers(ch, id), func(m discordtest.Message) bool {
			return strings.Contains(m.Shown(), "file") && !strings.Contains(m.Shown(), "I am reading")
		})
	})
}

func (w *discordWorld) tellFollowUps(t *testing.T) {
	u, other := w.person(), w.person()
	ch := w.listeningChannel(t)
	id := w.says(u, ch, "oauth_problem=timestamp_refused")
	w.answer(t, ch, id, 1, "Which application answered")
	w.Message(discordtest.Said{Channel: ch, Thread: id, User: other, Text: "thanks, I look"})
	w.only(t, ch, id, 1)
	w.Message(discordtest.Said{Channel: ch, Thread: id, User: other, Text: clockEvidence})
	w.evidence(t, ch, id)
}

// clockEvidence tells by how much a clock is wrong.
const clockEvidence = `oauth_acceptable_timestamps="1782899592-1782900192", oauth_timestamp="1782896400" and ` + clockPaste

// evidence waits until it has changed an answer.
func (w *discordWorld) evidence(t *testing.T, ch, id string) {
	t.Helper()
	w.sees(t, "the evidence changes the answer", func() bool {
		return slices.ContainsFunc(w.Answers(ch, id), func(m discordtest.Message) bool {
			return strings.Contains(m.Shown(), "the server took timestamps from") || strings.Contains(m.Shown(), "wrong by")
		})
	})
}

func (w *discordWorld) tellQuestion(t *testing.T) {
	u, other := w.person(), w.person()
	ch := w.listeningChannel(t)
	id := w.says(u, ch, githubPaste)
	m := w.answer(t, ch, id, 1, "What does the stored token start with?")
	w.press(t, other, m, "gho_ (OAuth app)")
	after := w.answer(t, ch, id, 1, "lost its access for good")
	if after.ID != m.ID {
		t.Errorf("the answer is another message")
	}
	w.only(t, ch, id, 1)
}

func (w *discordWorld) tellButtons(t *testing.T) {
	u, other := w.person(), w.person()
	ch := w.listeningChannel(t)
	id := w.says(u, ch, clockPaste)
	m := w.answer(t, ch, id, 1, clockTitle)
	for i, step := range []struct{ label, holds string }{
		{"Helped", "Noted, thank you."},
		{"Wrong", "Noted. It replaces what you said before."},
		{"Did not help", "Noted. It replaces what you said before."},
		{"More", "Sources"},
		{"Copy query", "date -u"},
		{"Resolved", "Marked as resolved."},
		{"Resolved", "This is resolved already."},
	} {
		w.press(t, other, m, step.label)
		w.told(t, other, i+1, step.holds)
	}
	w.only(t, ch, id, 1)
	// A button of an older version, and one that nobody ever made.
	for i, odd := range []string{"v1:0123456789abcdef:helped", "something else", "v9:::"} {
		w.did(t, w.Press(u, m.ID, odd))
		w.told(t, u, i+1, "")
	}
}

func (w *discordWorld) tellEscalation(t *testing.T) {
	u, expert, admin := w.person(), w.person(), w.admin()
	ch, experts := w.channel(), w.channel()
	w.triage(t, admin, ch, 1, "Triage is on here", "on")
	w.triage(t, admin, ch, 2, "Triage is on here", "escalate", "person", expert, "channel", experts)
	id := w.says(u, ch, githubPaste)
	m := w.answer(t, ch, id, 1, githubTitle)
	w.press(t, u, m, "Escalate")
	w.told(t, u, 1, "Handed on.")
	// There may also be a notice that this failure surges, for others have it too.
	handed := func(all []discordtest.Message) (n int) {
		for _, m := range all {
			if strings.Contains(m.Shown(), "For you: "+githubTitle) {
				n++
			}
		}
		return n
	}
	dm := w.DM(expert)
	w.sees(t, "the person and the channel are told", func() bool {
		return handed(w.Answers(dm, "")) == 1 && handed(w.Messages(experts)) == 1
	})
	w.press(t, u, m, "Escalate")
	w.told(t, u, 2, "This was handed on already.")
	if n := handed(w.Answers(dm, "")) + handed(w.Messages(experts)); n != 2 {
		t.Errorf("it was handed on %d times", n)
	}
}

// tellNoThreads answers where no thread can be made: by replies.
func (w *discordWorld) tellNoThreads(t *testing.T) {
	u, other := w.person(), w.person()
	ch := w.listeningChannel(t, forBot(0, discordtest.CreatePublicThreads))
	id := w.says(u, ch, "oauth_problem=timestamp_refused")
	m := w.answer(t, ch, id, 1, "Which application answered")
	if m.Channel != ch || m.ReplyTo != id || len(w.Threads(ch)) != 0 || len(m.Pings) != 0 {
		t.Errorf("the answer is in %s, replies to %q and calls %v", m.Channel, m.ReplyTo, m.Pings)
	}
	w.Message(discordtest.Said{Channel: ch, User: other, ReplyTo: m.ID, Quiet: true, Text: "thanks"})
	w.only(t, ch, "", 2) // with the notice that triage is on
	w.Message(discordtest.Said{Channel: ch, User: other, ReplyTo: m.ID, Quiet: true, Text: clockEvidence})
	w.evidence(t, ch, "")
	if n := len(w.Threads(ch)); n != 0 {
		t.Errorf("%d threads were made", n)
	}
	voice := w.channelOf(discordtest.VoiceChannel)
	id = w.Mention(discordtest.Said{Channel: voice, User: u, Text: githubPaste})
	if m := w.answer(t, voice, id, 1, githubTitle); m.ReplyTo != id {
		t.Errorf("the answer in a voice channel replies to %q", m.ReplyTo)
	}
	w.only(t, voice, id, 1)
}

// tellShutThreads puts the thread of an answer away, or shuts it: what follows
// takes it out of the archive, and nothing is said in one that is shut.
func (w *discordWorld) tellShutThreads(t *testing.T) {
	u := w.person()
	ch := w.listeningChannel(t)
	id := w.says(u, ch, githubPaste)
	m := w.answer(t, ch, id, 1, githubTitle)
	w.SetThread(id, true, false)
	w.press(t, u, m, "gho_ (OAuth app)")
	w.answer(t, ch, id, 1, "lost its access for good")
	w.SetThread(id, true, false)
	w.Edit(id, consumerPaste)
	w.answer(t, ch, id, 1, consumerTitle)
	w.SetThread(id, true, true)
	w.Edit(id, clockPaste)
	w.settle(t, ch)
	if n := len(w.Answers(ch, id)); n > 1 {
		t.Errorf("%d answers are in a thread that is shut", n)
	}
	// A message that has a thread already is answered in it.
	own := w.says(u, ch, "it fails")
	w.StartThread(u, own, "fails")
	w.SetThread(own, true, false)
	w.Edit(own, githubPaste)
	w.answer(t, ch, own, 1, githubTitle)
	w.only(t, ch, own, 1)
}

// tellLong shows everything that is known of a failure, which takes several
// messages, and answers a text of the greatest length.
func (w *discordWorld) tellLong(t *testing.T) {
	u := w.person()
	ch := w.channel()
	long := strings.Repeat("x\u200dö``` ", 180)
	id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: githubPaste + "\n" + long})
	m := w.answer(t, ch, id, 1, githubTitle)
	w.press(t, u, m, "More")
	w.told(t, u, 1, "")
	w.command(t, u, ch, "show", map[string]any{"id": "github-bad-credentials"})
	w.sees(t, "it is shown", func() bool {
		return slices.ContainsFunc(w.Ephemerals(u), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), "github-bad-credentials") })
	})
	w.command(t, u, ch, "diagnose", map[string]any{"text": singleLine(githubPaste) + strings.Repeat(" and on", 700)})
	w.sees(t, "the longest text is diagnosed", func() bool {
		return slices.ContainsFunc(w.Ephemerals(u), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), githubTitle) })
	})
}
