package discord

import (
	"errors"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/discord/discordtest"
)

// TestMarks checks reactions: where a message stands, in place of an earlier one,
// and in words where none may be.
func TestMarks(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	root := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	mustSend(t, p, in(discordtest.General, root), answer)
	follow := s.Message(discordtest.Said{Channel: discordtest.General, Thread: root, Text: "more"})
	post := s.Message(discordtest.Said{Channel: discordtest.Forum, Title: "It fails", Text: "an error"})
	direct := s.Direct(discordtest.Alice, "an error")
	has := func(m string) string {
		got, _ := s.MessageByID(m)
		var all []string
		for _, r := range got.Reactions {
			all = append(all, r.Name)
		}
		return strings.Join(all, " ")
	}
	inDM := bot.Destination{Tenant: bot.Tenant{Platform: Name}, Channel: s.DM(discordtest.Alice), Message: direct}
	inThread := in(discordtest.General, root)
	inThread.Message = follow
	for _, to := range []bot.Destination{in(discordtest.General, root), inThread, in(discordtest.Forum, post), {Tenant: inAcme, Channel: discordtest.Forum, Message: post}, inDM} {
		for _, c := range []struct {
			r    bot.Reply
			want string
		}{
			{bot.Reply{Unmark: bot.Unknown}, ""},
			{bot.Reply{Mark: bot.Answered}, "💬"},
			{bot.Reply{Mark: bot.Answered}, "💬"},
			{bot.Reply{Mark: bot.Resolved, Unmark: bot.Answered}, "✅"},
			{bot.Reply{Unmark: bot.Resolved}, ""},
		} {
			if sent := mustSend(t, p, to, c.r); sent.ID != to.Message || has(to.Message) != c.want {
				t.Errorf("after %+v on %s it has %q, want %q (sent as %s)", c.r, to.Message, has(to.Message), c.want, sent.ID)
			}
		}
	}
	s.Delete(root)
	mustSend(t, p, in(discordtest.General, root), bot.Reply{Mark: bot.Resolved}) // there is nothing to show it on
	if _, err := p.Send(t.Context(), in(discordtest.General, root), bot.Reply{Mark: bot.Unread}); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}

	s.Deny(discordtest.Triage, discordtest.BotRole, discordtest.AddReactions)
	m := s.Message(discordtest.Said{Channel: discordtest.Triage, Text: "an error"})
	mustSend(t, p, in(discordtest.Triage, m), bot.Reply{Mark: bot.Answered})
	if n := len(s.Answers(discordtest.Triage, "")); n != 0 {
		t.Errorf("how it stands is said in %d messages", n)
	}
	mustSend(t, p, in(discordtest.Triage, m), bot.Reply{Mark: bot.Unread})
	if all := s.Answers(discordtest.Triage, m); len(all) != 1 || !strings.Contains(all[0].Shown(), "A file was not read") {
		t.Errorf("in words it is %+v", all)
	}
}

// TestTags checks that the tags of a forum post follow how its case stands, that
// others stay, and that a bot that may not set them says so once.
func TestTags(t *testing.T) {
	s, p, log := speak(t, discordtest.Options{Permissions: discordtest.DefaultPermissions | discordtest.ManageThreads})
	p.config.ForumTags = map[string]string{"answered": "open", "resolved": "solved", "unknown": "no such tag"}
	post := s.Message(discordtest.Said{Channel: discordtest.Forum, Title: "It fails", Text: "an error"})
	to := in(discordtest.Forum, post)
	tags := func() string { c, _ := s.Channel(post); return strings.Join(c.Applied, " ") }
	mustSend(t, p, to, bot.Reply{Mark: bot.Answered})
	if got := tags(); got != discordtest.TagOpen {
		t.Errorf("tags are %s", got)
	}
	s.SetThread(post, true, false)
	mustSend(t, p, to, bot.Reply{Mark: bot.Resolved, Unmark: bot.Answered})
	if got := tags(); got != discordtest.TagSolved {
		t.Errorf("tags are %s", got)
	}
	mustSend(t, p, to, bot.Reply{Mark: bot.Unknown, Unmark: bot.Resolved})
	if got := tags(); got != "" {
		t.Errorf("tags are %s", got)
	}
	s.Fault(discordtest.Fault{Route: "PATCH /channels/{channel}", Status: 403, Code: codeMissingPermission, Times: -1})
	for range 3 {
		mustSend(t, p, to, bot.Reply{Mark: bot.Answered})
	}
	if n := strings.Count(log.String(), "manage threads"); n != 1 {
		t.Errorf("the log says %d times that it may not", n)
	}
}

func TestRetag(t *testing.T) {
	for _, c := range []struct {
		applied, ours string
		one, want     string
	}{
		{"", "a b", "a", "a"}, {"a x", "a b", "b", "x b"}, {"x a", "a b", "", "x"}, {"1 2 3 4 5", "a b", "a", "1 2 3 4 a"}, {"1 2 3 4 a", "a b", "b", "1 2 3 4 b"},
	} {
		if got := strings.Join(retag(strings.Fields(c.applied), strings.Fields(c.ours), c.one), " "); got != c.want {
			t.Errorf("retag(%s) = %s, want %s", c.applied, got, c.want)
		}
	}
}
