package main

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot/discord/discordtest"
)

// gatewayFaults are what can happen to the connection.
func gatewayFaults() (all []discordFault) {
	disturbances := map[string]struct {
		disturb           func(*discordWorld)
		resumes, sessions int // that are seen at the end, at least
	}{
		"op 7":             {func(w *discordWorld) { w.Reconnect() }, 1, 1},
		"op 9, resumable":  {func(w *discordWorld) { w.InvalidSession(true) }, 1, 1},
		"op 9, for good":   {func(w *discordWorld) { w.InvalidSession(false) }, 0, 2},
		"dropped":          {func(w *discordWorld) { w.DropSockets() }, 1, 1},
		"closed with 4000": {func(w *discordWorld) { w.CloseSockets(4000, "Unknown error.") }, 1, 1},
		"closed with 4007": {func(w *discordWorld) { w.CloseSockets(4007, "Invalid seq.") }, 0, 2},
		"closed with 4009": {func(w *discordWorld) { w.CloseSockets(4009, "Session timed out.") }, 0, 2},
		"forgotten":        {func(w *discordWorld) { w.ForgetSessions(); w.DropSockets() }, 0, 2},
		"deaf": {func(w *discordWorld) {
			n := w.Resumes()
			w.Silence(true)
			w.until("it connects anew", func() bool { return w.Resumes() > n })
			w.Silence(false)
		}, 1, 1},
	}
	for name, d := range disturbances {
		all = append(all, discordFault{name, func(t *testing.T) {
			o := discordtest.Options{}
			if name == "deaf" {
				o.Heartbeat = time.Second
			}
			w := newDiscordWorld(t, false, o)
			w.disturbed(t, d.disturb)
			if w.Resumes() < d.resumes || w.Identifies() < d.sessions || d.sessions == 1 && w.Identifies() > 1 {
				t.Errorf("%d sessions and %d resumes, want %d and %d", w.Identifies(), w.Resumes(), d.sessions, d.resumes)
			}
		}})
	}
	return append(all, discordFault{"fatal", discordFatal})
}

// disturbed has the connection disturbed while people talk. All are answered
// once, also who spoke while nobody was told.
func (w *discordWorld) disturbed(t *testing.T, disturb func(*discordWorld)) {
	u := w.person()
	channels := w.triageIn(6)
	w.begin()
	var all []saying
	say := func(how func(discordtest.Said) string) {
		ch := channels[len(all)%len(channels)]
		all = append(all, saying{ch, how(discordtest.Said{Channel: ch, User: u, Text: clockFailure(len(all))})})
	}
	for range 4 {
		say(w.Message)
	}
	w.answer(t, channels[0], all[0].ts, 1, clockTitle) // it is in the midst of them
	sessions, resumes := w.Identifies(), w.Resumes()
	disturb(w)
	say(w.Message)
	say(w.Mention)
	w.sees(t, "it is connected again", func() bool { return w.Ready() && w.Identifies()+w.Resumes() > sessions+resumes })
	if w.Identifies() > sessions { // what is not told is read back
		say(w.MessageLater)
	}
	say(w.Message)
	w.once(t, all[:6])
	w.once(t, all[len(all)-1:])
	w.stop()
}

// triageIn adds channels in which triage is on from the start.
func (w *discordWorld) triageIn(n int) []string {
	var all, heard []string
	for range n {
		ch := w.channel()
		all, heard = append(all, ch), append(heard, "discord:"+ch)
	}
	w.env["AUTHFIX_TRIAGE_CHANNELS"] = strings.Join(heard, ",")
	return all
}

// once fails the test unless each was answered, and once, when all has come to an
// end.
func (w *discordWorld) once(t *testing.T, all []saying) {
	t.Helper()
	w.sees(t, fmt.Sprintf("%d messages are answered", len(all)), func() bool {
		return !slices.ContainsFunc(all, func(m saying) bool { return len(w.answers(m.channel, m.ts)) == 0 })
	})
	w.settle(t, "")
	for _, m := range all {
		answers := w.answers(m.channel, m.ts)
		if len(answers) != 1 || answers[0].Channel != m.ts {
			t.Errorf("%v was answered %d times, or not in its thread", m, len(answers))
		}
	}
}

// A discordTalk is what people say while the program is away.
type discordTalk struct {
	dm, root, edited string // where they have talked with it before
	user             string
	channels         []string
	sayings          []saying
}

// before has people talk with the program before it is away.
func (w *discordWorld) before(t *testing.T) *discordTalk {
	t.Helper()
	k := &discordTalk{user: w.person(), channels: w.triageIn(5)}
	w.begin()
	k.root = w.says(k.user, k.channels[0], "oauth_problem=timestamp_refused")
	w.answer(t, k.channels[0], k.root, 1, "Which application answered")
	k.edited = w.says(k.user, k.channels[1], clockPaste)
	w.answer(t, k.channels[1], k.edited, 1, clockTitle)
	w.Direct(k.user, githubPaste)
	k.dm = w.DM(k.user)
	w.answer(t, k.dm, "", 1, githubTitle)
	w.settle(t, "")
	return k
}

// meanwhile has them talk while it is away.
func (k *discordTalk) meanwhile(w *discordWorld) {
	for i := range 20 {
		ch := k.channels[i%len(k.channels)]
		m := discordtest.Said{Channel: ch, User: k.user, Text: clockFailure(i)}
		if i%5 == 0 {
			k.sayings = append(k.sayings, saying{ch, w.Mention(m)})
		} else {
			k.sayings = append(k.sayings, saying{ch, w.Message(m)})
		}
	}
	w.Message(discordtest.Said{Channel: k.channels[0], Thread: k.root, User: k.user, Text: clockEvidence})
	w.Edit(k.edited, consumerPaste)
	w.Direct(k.user, consumerPaste)
	changed := w.says(k.user, k.channels[2], "nothing yet")
	w.Edit(changed, githubPaste)
	k.sayings = append(k.sayings, saying{k.channels[2], changed})
}

// afterwards fails the test unless all of it was heard, and answered once.
func (k *discordTalk) afterwards(w *discordWorld, t *testing.T) {
	t.Helper()
	w.once(t, k.sayings)
	w.evidence(t, k.channels[0], k.root)
	w.answer(t, k.channels[1], k.edited, 1, consumerTitle)
	w.only(t, k.channels[1], k.edited, 1)
	w.answer(t, k.dm, "", 2, consumerTitle)
	w.only(t, k.dm, "", 2)
}

// awayResumed stops it softly: what is said meanwhile is told when the session is
// resumed.
func (w *discordWorld) awayResumed(t *testing.T) {
	k := w.before(t)
	w.stop()
	k.meanwhile(w)
	w.Delete(w.says(k.user, k.channels[3], githubPaste)) // of which a new session would not tell
	w.begin()
	k.afterwards(w, t)
	if w.Identifies() != 1 || w.Resumes() == 0 {
		t.Errorf("%d sessions were begun and %d resumed", w.Identifies(), w.Resumes())
	}
	w.stop()
}

// awayAnew stops it until the session is forgotten: channels are read back.
func (w *discordWorld) awayAnew(t *testing.T) {
	k := w.before(t)
	w.stop()
	w.ForgetSessions()
	k.meanwhile(w)
	w.begin()
	k.afterwards(w, t)
	if w.Identifies() != 2 {
		t.Errorf("%d sessions were begun", w.Identifies())
	}
	// What was read back is not answered again when it is read back again.
	w.kill()
	w.ForgetSessions()
	w.begin()
	w.until("it is read back", func() bool { return strings.Contains(w.output(), "what was said meanwhile is read back") })
	k.afterwards(w, t)
	w.stop()
}

// killedResumed kills it: the session is resumed behind what was decided.
func (w *discordWorld) killedResumed(t *testing.T) {
	k := w.before(t)
	w.kill()
	k.meanwhile(w)
	w.begin()
	k.afterwards(w, t)
	if w.Identifies() != 1 || w.Resumes() == 0 {
		t.Errorf("%d sessions were begun and %d resumed", w.Identifies(), w.Resumes())
	}
	w.stop()
}

// firstStart has people talk before the program ever ran: nobody expects an
// answer to that.
func (w *discordWorld) firstStart(t *testing.T) {
	u := w.person()
	channels := w.triageIn(2)
	for _, ch := range channels {
		w.says(u, ch, clockPaste)
		w.Mention(discordtest.Said{Channel: ch, User: u, Text: githubPaste})
	}
	w.begin()
	id := w.says(u, channels[0], consumerPaste)
	w.answer(t, channels[0], id, 1, consumerTitle)
	w.settle(t, "")
	if n := w.Posted(); n != 1 {
		t.Errorf("%d messages were posted", n)
	}
	w.stop()
}

// discordFatal has Discord refuse for good: the program ends with what to do.
func discordFatal(t *testing.T) {
	for code, names := range map[int]string{4004: "DISCORD_TOKEN", 4010: "DISCORD_SHARDS", 4011: "DISCORD_SHARDS", 4012: "newer version", 4013: "newer version"} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			w := newDiscordWorld(t, false, discordtest.Options{})
			w.begin()
			w.CloseSockets(code, "as the test asked for")
			w.endsWith(t, names)
		})
	}
	w := newDiscordWorld(t, false, discordtest.Options{})
	w.env["DISCORD_TOKEN"] = "MTEyMjMzNDQ1NTY2Nzc4ODk5.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz01"
	w.Plant("Gabcde")
	w.launch()
	w.endsWith(t, "DISCORD_TOKEN")
}

// endsWith waits until the program has ended by itself, with a sentence about what
// to do.
func (w *discordWorld) endsWith(t *testing.T, names string) {
	t.Helper()
	select {
	case <-w.ended:
	case <-time.After(discordPatience):
		t.Fatalf("it has not ended:\n%s", w.output())
	}
	var exit *exec.ExitError
	if !errors.As(w.err, &exit) || exit.ExitCode() != trouble {
		t.Errorf("it ended with %v, want status %d", w.err, trouble)
	}
	if log := w.output(); !strings.Contains(log, names) {
		t.Errorf("the log does not name %s:\n%s", names, log)
	}
}

// contentlessFaults are that the intent for what messages say is missing: all that
// is for the bot works and triage does not. When that was not known, the log says
// what to do.
func contentlessFaults() (all []discordFault) {
	for name, setting := range map[string]string{"without content": "off", "content refused": "on"} {
		all = append(all, discordFault{name, func(t *testing.T) {
			w := newDiscordWorld(t, false, discordtest.Options{NoMessageContent: true})
			u := w.person()
			ch := w.triageIn(1)[0]
			w.env["DISCORD_MESSAGE_CONTENT"] = setting
			first, second := w.admin(), w.admin()
			w.env["AUTHFIX_ADMINS"] = "discord:" + first + ",discord:" + second
			w.begin()
			quiet := w.says(u, ch, clockPaste)
			w.command(t, u, ch, "diagnose", map[string]any{"text": clockPaste})
			w.told(t, u, 1, clockTitle)
			w.did(t, w.MessageCommand(u, quiet, "Diagnose this"))
			w.told(t, u, 2, clockTitle)
			id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: githubPaste})
			w.answer(t, ch, id, 1, githubTitle)
			w.Direct(u, consumerPaste)
			w.answer(t, w.DM(u), "", 1, consumerTitle)
			file := w.Mention(discordtest.Said{Channel: ch, User: u, Files: []discordtest.File{{Name: "jira.log", Content: []byte(githubPaste)}}})
			w.answer(t, ch, file, 1, githubTitle)
			if n := len(w.answers(ch, quiet)); n != 0 {
				t.Errorf("what it may not read is answered %d times", n)
			}
			if log := w.output(); strings.Contains(log, "MESSAGE CONTENT INTENT") != (setting == "on") {
				t.Errorf("the log says\n%s", log)
			}
			w.triage(t, first, ch, 1, "Message Content Intent", "status")
			warned := 0
			if setting == "on" { // administrators are told once, also when it starts again
				warned = 1
				w.written(t, first, 1, "Message Content Intent")
				w.written(t, second, 1, "Message Content Intent")
				w.stop()
				w.begin()
				id = w.Mention(discordtest.Said{Channel: ch, User: u, Text: consumerPaste})
				w.answer(t, ch, id, 1, consumerTitle)
			}
			for _, admin := range []string{first, second} {
				if n := len(w.Answers(w.DM(admin), "")); n != warned {
					t.Errorf("an administrator is told %d times, want %d", n, warned)
				}
			}
			w.stop()
		}})
	}
	return all
}
