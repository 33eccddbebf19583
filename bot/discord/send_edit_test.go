package discord

import (
	"fmt"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/discord/discordtest"
)

// TestSendChanges checks a change that needs as many messages, fewer, and more.
func TestSendChanges(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	to := in(discordtest.General, m)
	sent := mustSend(t, p, to, long(5))
	for i, r := range []bot.Reply{long(5), long(8), answer, long(3), {Headline: "Withdrawn after the edit"}} {
		to.Replaces, to.Key = sent.ID, fmt.Sprint("edit ", i)
		sent = mustSend(t, p, to, r)
		want := render(&r, nil)
		all := s.Answers(discordtest.General, m)
		if len(all) != len(want) {
			t.Fatalf("change %d: %d messages, want %d", i, len(all), len(want))
		}
		for n := range all {
			if all[n].Text != want[n].Content || len(all[n].Embeds) != len(want[n].Embeds) || (len(all[n].Buttons()) > 0) != (len(want[n].Components) > 0) {
				t.Errorf("change %d: message %d is %q", i, n+1, all[n].Text)
			}
			if !strings.Contains(sent.ID, all[n].ID) {
				t.Errorf("change %d: message %d is not in %s", i, n+1, sent.ID)
			}
		}
	}
}

// TestSendChangesWhatIsGone checks that the change of a deleted message is said
// anew, unless it only withdraws.
func TestSendChangesWhatIsGone(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	to := in(discordtest.General, m)
	sent := mustSend(t, p, to, answer)
	s.Delete(s.Answers(discordtest.General, m)[0].ID)
	to.Replaces, to.Key = sent.ID, "withdrawal"
	mustSend(t, p, to, bot.Reply{Headline: "Withdrawn"})
	if n := len(s.Answers(discordtest.General, m)); n != 0 {
		t.Errorf("%d answers", n)
	}
	to.Key = "change"
	if again := mustSend(t, p, to, answer); again == sent || len(s.Answers(discordtest.General, m)) != 1 {
		t.Errorf("sent as %s", again.ID)
	}
}

// TestShared checks what is said in a channel outside of threads: it is named by
// its first message, the key of the thread that may begin there, and is changed
// with all of its messages.
func TestShared(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	to := bot.Destination{Tenant: inAcme, Channel: discordtest.General, Key: "share"}
	r := long(4)
	sent := mustSend(t, p, to, r)
	all := s.Answers(discordtest.General, "")
	if len(all) != len(render(&r, nil)) || sent.ID != all[0].ID {
		t.Fatalf("%d messages, sent as %s", len(all), sent.ID)
	}
	theirs := s.Message(discordtest.Said{Channel: discordtest.General, Text: fmt.Sprintf("*Part %d of %d*", len(all)+1, len(all)+1)})
	to.Replaces, to.Key = sent.ID, "change"
	if again := mustSend(t, p, to, answer); again != sent {
		t.Errorf("changed as %s", again.ID)
	}
	if all := s.Answers(discordtest.General, ""); len(all) != 1 || all[0].Text != "**✅ Certain: The clocks differ**" {
		t.Errorf("%d messages are left: %+v", len(all), all)
	}
	for _, c := range s.CallsOf("DELETE /channels/{channel}/messages/{message}") {
		if strings.HasSuffix(c.Path, theirs) {
			t.Error("what somebody else said was to be deleted")
		}
	}
}

// TestSentNames checks that the name of a reply has room where it is stored, and
// is read back.
func TestSentNames(t *testing.T) {
	to := bot.Destination{Tenant: inAcme, Channel: "1100000000000000301", Thread: "1100000000000000901"}
	for _, n := range []int{1, 2, 10, 11, 20, 30} {
		var ids []string
		for i := range n {
			ids = append(ids, fmt.Sprint(uint64(1100000000000001000)+uint64(i)*5_000<<22))
		}
		sent := spoken{to.Thread, ids}.sent(to)
		if len(sent.ID) > 255 {
			t.Errorf("of %d messages it has %d bytes", n, len(sent.ID))
		}
		got := spokenAs(to, sent.ID)
		if got.channel != to.Thread || strings.Join(got.ids, ",") != strings.Join(ids[:len(got.ids)], ",") || len(got.ids) < min(n, 20) {
			t.Errorf("of %d messages it is read as %+v", n, got)
		}
	}
	for _, s := range []string{"", ":", "1", "1:", "1:,", "1:+zz", "1:2,+", "private:3", "1:2,+zzzzzzzzzzzzzzzzzzzzzzzz"} {
		if got := spokenAs(to, s); len(got.ids) == 0 {
			t.Errorf("%q is read as %+v", s, got)
		}
	}
}
