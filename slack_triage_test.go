package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
	"testing"

	"authfix/bot/slack/slacktest"
)

func tellTriage(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	quiet := w.Message(slacktest.Said{Channel: ch, User: u, Text: "good morning, the deploy went well"})
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: loudPaste})
	m := w.answer(t, ch, ts, 1, clockTitle)
	if m.Thread != ts {
		t.Errorf("the answer is in thread %q", m.Thread)
	}
	w.Unfurl(ch, ts)
	w.Message(slacktest.Said{Channel: ch, BotID: "B0OTHER", Text: githubPaste})
	typed := w.Message(slacktest.Said{Channel: ch, User: u, Text: slacktest.Smart(`the log says oauth_problem="consumer_key_unknown" at jira.example.com`)})
	w.answer(t, ch, typed, 1, consumerTitle)
	w.only(t, ch, ts, 1)
	w.only(t, ch, quiet, 0)
	if n := len(w.Messages(ch)); n != 7 {
		t.Errorf("%d messages are in the channel, want the notice that triage is on, 4 of others and 2 answers", n)
	}
	// Where triage is off nothing is said.
	off := w.channel(u, slacktest.Bot)
	w.Message(slacktest.Said{Channel: off, User: u, Text: clockPaste})
	w.settle(t, off)
	if n := len(w.Messages(off)); n != 1 {
		t.Errorf("it answers unasked where triage is off")
	}
}

// tellMarks has reactions show how a case stands.
func tellMarks(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	admin := w.admin()
	w.Message(slacktest.Said{Channel: ch, User: u, Text: "before marks are wanted"})
	did(t, w.Command(admin, ch, "/authfix", "triage marks on"))
	w.told(t, admin, 1, "on: a reaction on the message")
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	marked := func(want string) {
		t.Helper()
		w.sees(t, "the message is marked "+want, func() bool {
			for _, m := range w.Messages(ch) {
				if m.TS == ts {
					return len(m.Reactions) == 1 && m.Reactions[0].Name == want
				}
			}
			return false
		})
	}
	marked("speech_balloon")
	w.press(t, u, w.answer(t, ch, ts, 1, clockTitle), "Resolved")
	marked("white_check_mark")
}

func tellEarlyEdit(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	// The channel's pace holds the answer up behind those before it.
	for range 5 {
		w.Message(slacktest.Said{Channel: ch, User: u, Text: githubPaste})
	}
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.Edit(ch, ts, consumerPaste)
	m := w.answer(t, ch, ts, 1, consumerTitle)
	w.only(t, ch, ts, 1)
	// A reply that waits for the pace with its sender, for three seconds at most, is
	// said as it was; and on a busy machine the edit may come late.
	const inHand = 3.5
	said, err := strconv.ParseFloat(m.TS, 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range w.Deliveries() {
		if payload := string(d.Payload()); !strings.Contains(payload, "message_changed") || !strings.Contains(payload, ch) || !strings.Contains(payload, ts) {
			continue
		}
		if a := d.Attempts[0]; float64(a.At.Add(a.Took).UnixMicro())/1e6 < said-inHand && len(m.Edits) > 0 {
			t.Errorf("the edit was known %s before %s, and the answer was changed %d times", a.At.Add(a.Took), m.TS, len(m.Edits))
		}
	}
}

func tellLateEdit(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	first := w.answer(t, ch, ts, 1, clockTitle)
	w.Edit(ch, ts, consumerPaste)
	m := w.answer(t, ch, ts, 1, consumerTitle)
	if m.TS != first.TS || len(m.Edits) == 0 {
		t.Errorf("the answer is another message")
	}
	w.Edit(ch, ts, "never mind, it was me")
	m = w.answer(t, ch, ts, 1, "Withdrawn after the edit")
	if len(m.Buttons()) != 0 {
		t.Errorf("the withdrawn answer has buttons: %v", m.Buttons())
	}
	w.only(t, ch, ts, 1)
}

func tellDeletion(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	w.answer(t, ch, ts, 1, clockTitle)
	w.Delete(ch, ts)
	m := w.answer(t, ch, ts, 1, "Withdrawn: the message that this answered was deleted.")
	if len(m.Buttons()) != 0 {
		t.Errorf("the withdrawn answer has buttons: %v", m.Buttons())
	}
}

// packed is a log in one of the forms in which they are attached.
func packed(t *testing.T, kind, log string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case "gz":
		z := gzip.NewWriter(&b)
		_, err = z.Write([]byte(log))
		z.Close()
	case "zip":
		z := zip.NewWriter(&b)
		f, e := z.Create("logs/atlassian-jira.log")
		if err = e; err == nil {
			_, err = f.Write([]byte(log))
		}
		z.Close()
	default:
		b.WriteString(log)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tellFiles(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	log := strings.Repeat("2026-07-01 09:50:00,000 INFO [c.a.j.startup] Jira is ready\n", 2000) + githubPaste + "\ntoken=" + leakedToken + "\n"
	for _, f := range []slacktest.File{
		{Name: "jira.log", Content: packed(t, "log", log)},
		{Name: "jira.log.gz", Type: "application/gzip", Content: packed(t, "gz", log)},
		{Name: "support.zip", Type: "application/zip", Content: packed(t, "zip", log)},
		{Name: "shared.log", Content: packed(t, "log", log), Access: "check_file_info"}, // of another organisation
	} {
		t.Run(f.Name, func(t *testing.T) {
			f.Team, f.User = slacktest.Acme, u
			ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: "it does not sync", Files: []string{w.AddFile(f)}})
			w.answer(t, ch, ts, 1, githubTitle)
			w.only(t, ch, ts, 1)
		})
	}
	// Asked, with the file that is being read named at once.
	f := w.AddFile(slacktest.File{Team: slacktest.Acme, User: u, Name: "jira.log", Content: packed(t, "log", log)})
	ts := w.Mention(slacktest.Said{Channel: ch, User: u, Files: []string{f}})
	w.answer(t, ch, ts, 1, githubTitle)
	w.only(t, ch, ts, 1)
}

func tellUnreadable(t *testing.T, w *slackWorld) {
	u := w.person()
	ch := w.listeningChannel(t, u)
	image := slacktest.File{Team: slacktest.Acme, User: u, Name: "screen.png", Type: "image/png", Content: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")}
	ts := w.Mention(slacktest.Said{Channel: ch, User: u, Text: "what is this?", Files: []string{w.AddFile(image)}})
	w.answer(t, ch, ts, 1, "I cannot read that file.")
	ts = w.Message(slacktest.Said{Channel: ch, User: u, Text: "holiday", Files: []string{w.AddFile(image)}})
	w.sees(t, "the image is marked", func() bool {
		m, _ := w.MessageAt(ch, ts)
		return len(m.Reactions) == 1 && m.Reactions[0].User == slacktest.Bot
	})
	w.only(t, ch, ts, 0)
}

func tellFollowUps(t *testing.T, w *slackWorld) {
	u, other := w.person(), w.person()
	ch := w.listeningChannel(t, u, other)
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: "oauth_problem=timestamp_refused"})
	w.answer(t, ch, ts, 1, "Which application answered")
	w.Message(slacktest.Said{Channel: ch, User: other, Thread: ts, Text: "thanks, I look"})
	w.only(t, ch, ts, 1)
	w.Message(slacktest.Said{Channel: ch, User: other, Thread: ts, Text: `oauth_acceptable_timestamps="1782899592-1782900192", oauth_timestamp="1782896400" and ` + clockPaste})
	w.sees(t, "the evidence changes the answer", func() bool {
		for _, m := range w.Answers(ch, ts) {
			if strings.Contains(m.Shown(), "the server took timestamps from") || strings.Contains(m.Shown(), "wrong by") {
				return true
			}
		}
		return false
	})
}

func tellQuestion(t *testing.T, w *slackWorld) {
	u, other := w.person(), w.person()
	ch := w.listeningChannel(t, u, other)
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: githubPaste})
	m := w.answer(t, ch, ts, 1, "What does the stored token start with?")
	w.press(t, other, m, "gho_ (OAuth app)")
	after := w.answer(t, ch, ts, 1, "lost its access for good")
	if after.TS != m.TS {
		t.Errorf("the answer is another message")
	}
	w.only(t, ch, ts, 1)
}

func tellButtons(t *testing.T, w *slackWorld) {
	u, other := w.person(), w.person()
	ch := w.listeningChannel(t, u, other)
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: clockPaste})
	m := w.answer(t, ch, ts, 1, clockTitle)
	for i, step := range []struct{ who, label, holds string }{
		{other, "Helped", "Noted, thank you."},
		{other, "Wrong", "Noted. It replaces what you said before."},
		{other, "More", "Sources"},
		{other, "Copy query", "date -u"},
		{other, "Resolved", "Marked as resolved."},
		{other, "Resolved", "This is resolved already."},
	} {
		w.press(t, step.who, m, step.label)
		w.told(t, step.who, i+1, step.holds)
	}
	w.only(t, ch, ts, 1)
}

func tellEscalation(t *testing.T, w *slackWorld) {
	u, expert, admin := w.person(), w.person(), w.admin()
	ch, experts := w.channel(u, admin, slacktest.Bot), w.channel(expert, slacktest.Bot)
	did(t, w.Command(admin, ch, "/authfix", "triage on"))
	w.told(t, admin, 1, "Triage is on here")
	did(t, w.Command(admin, ch, "/authfix", "triage escalate <@"+expert+"> <#"+experts+"|experts>"))
	w.told(t, admin, 2, "Triage is on here")
	ts := w.Message(slacktest.Said{Channel: ch, User: u, Text: githubPaste})
	m := w.answer(t, ch, ts, 1, githubTitle)
	w.press(t, u, m, "Escalate")
	w.told(t, u, 1, "Handed on.")
	// There may also be a notice that this failure surges, for others have it too.
	handed := func(all []slacktest.Message) (n int) {
		for _, m := range all {
			if strings.Contains(m.Shown(), "For you: "+githubTitle) {
				n++
			}
		}
		return n
	}
	w.sees(t, "the person and the channel are told", func() bool {
		return handed(w.Answers(w.DM(expert), "")) == 1 && handed(w.Messages(experts)) == 1
	})
	w.press(t, u, m, "Escalate")
	w.told(t, u, 2, "This was handed on already.")
	if n := handed(w.Answers(w.DM(expert), "")) + handed(w.Messages(experts)); n != 2 {
		t.Errorf("it was handed on %d times", n)
	}
}
