package discord

import (
	"errors"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/discord/discordtest"
)

// TestSendBeginsThread checks that the first answer to a message begins its
// thread, and the next ones stand in it.
func TestSendBeginsThread(t *testing.T) {
	for _, channel := range []string{discordtest.General, discordtest.Private, discordtest.News} {
		s, p, _ := speak(t, discordtest.Options{})
		m := s.Message(discordtest.Said{Channel: channel, Text: "an error"})
		sent := mustSend(t, p, in(channel, m), answer)
		all := s.Answers(channel, m)
		if len(all) != 1 || all[0].Channel != m || sent.ID != m+":"+all[0].ID {
			t.Fatalf("answers are %+v, sent as %s", all, sent.ID)
		}
		if th, _ := s.Channel(m); th.Name != "The clocks differ" || th.AutoArchive != 1440 {
			t.Errorf("the thread is %+v", th)
		}
		next := in(channel, m)
		next.Key, next.Message = "k2", s.Message(discordtest.Said{Channel: channel, Thread: m, Text: "more"})
		mustSend(t, p, next, answer)
		fresh, _ := speakTo(t, s) // which knows of no thread
		next.Key, next.Message = "k3", ""
		mustSend(t, fresh, next, answer)
		next.Key, next.Message = "k4", m
		mustSend(t, fresh, next, answer)
		if all := s.Answers(channel, m); len(all) != 4 || all[3].Channel != m {
			t.Errorf("answers are %+v", all)
		}
		if n := len(s.CallsOf("POST /channels/{channel}/messages/{message}/threads")); n != 2 {
			t.Errorf("the thread was begun %d times", n)
		}
	}
}

// TestSendThreadFails checks that a reply whose thread could not be begun was
// certainly not said.
func TestSendThreadFails(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	s.Fault(discordtest.Fault{Route: "POST /channels/{channel}/messages/{message}/threads", Status: 502, After: true})
	if _, err := p.Send(t.Context(), in(discordtest.General, m), answer); err == nil || errors.Is(err, bot.ErrUnknown) || errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send = %v", err)
	}
	s.Fault(discordtest.Fault{Route: "POST /channels/{channel}/messages/{message}/threads", RetryAfter: time.Millisecond})
	var wait *bot.RetryAfter
	if _, err := p.Send(t.Context(), in(discordtest.General, m), answer); !errors.As(err, &wait) {
		t.Errorf("Send = %v", err)
	}
	eventually(t, "it is said", func() bool { _, err := p.Send(t.Context(), in(discordtest.General, m), answer); return err == nil })
	if n := len(s.Answers(discordtest.General, m)); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// TestSendInForum checks that the answer to a post stands in it.
func TestSendInForum(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	post := s.Message(discordtest.Said{Channel: discordtest.Forum, Title: "It fails", Text: "an error"})
	sent := mustSend(t, p, in(discordtest.Forum, post), answer)
	if all := s.Answers(discordtest.Forum, post); len(all) != 1 || sent.ID != post+":"+all[0].ID || len(s.CallsOf("POST /channels/{channel}/messages/{message}/threads")) != 0 {
		t.Errorf("answers are %+v, sent as %s", all, sent.ID)
	}
	s.RemoveChannel(post)
	to := in(discordtest.Forum, post)
	to.Key = "later"
	if _, err := p.Send(t.Context(), to, answer); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send to a post that is gone = %v", err)
	}
}

// TestSendWithoutThread checks where an answer goes when its thread cannot be:
// it is a reply in the channel, and so is the answer to a reply to it.
func TestSendWithoutThread(t *testing.T) {
	for name, set := range map[string]func(s *discordtest.Server) string{
		"voice": func(*discordtest.Server) string { return discordtest.Voice },
		"may not begin one": func(s *discordtest.Server) string {
			s.Deny(discordtest.General, discordtest.BotRole, discordtest.CreatePublicThreads)
			return discordtest.General
		},
		"may not write in one": func(s *discordtest.Server) string {
			s.Deny(discordtest.General, discordtest.BotRole, discordtest.SendInThreads)
			return discordtest.General
		},
		"too many": func(s *discordtest.Server) string {
			s.Fault(discordtest.Fault{Route: "POST /channels/{channel}/messages/{message}/threads", Code: codeMaxActiveThreads, Times: -1})
			return discordtest.General
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, _ := speak(t, discordtest.Options{})
			channel := set(s)
			m := s.Message(discordtest.Said{Channel: channel, Text: "an error"})
			sent := mustSend(t, p, in(channel, m), answer)
			all := s.Answers(channel, m)
			if len(all) != 1 || all[0].Channel != channel || all[0].ReplyTo != m || sent.ID != channel+":"+all[0].ID {
				t.Fatalf("answers are %+v, sent as %s", all, sent.ID)
			}
			next := in(channel, m)
			next.Key, next.Message = "k2", s.Message(discordtest.Said{Channel: channel, Text: "more", ReplyTo: all[0].ID})
			fresh, _ := speakTo(t, s)
			for _, p := range []*Platform{p, fresh} {
				mustSend(t, p, next, answer)
				next.Key = "k3"
			}
			if all := s.Answers(channel, m); len(all) != 3 {
				t.Errorf("answers are %+v", all)
			}
			if len(all) == 3 { // and it is changed where it is
				next.Replaces, next.Key = sent.ID, "k4"
				mustSend(t, p, next, answer)
			}
		})
	}
}

// TestSendWhereMessageIsGone checks where an answer goes when its question was
// deleted: into the thread if there is one, else into the channel.
func TestSendWhereMessageIsGone(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	s.Delete(m)
	mustSend(t, p, in(discordtest.General, m), answer)
	if all := s.Answers(discordtest.General, ""); len(all) != 1 || all[0].Channel != discordtest.General {
		t.Errorf("answers are %+v", all)
	}
	m = s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	s.StartThread(discordtest.Alice, m, "a thread")
	s.Delete(m)
	mustSend(t, p, in(discordtest.General, m), answer)
	if all := s.Answers(discordtest.General, m); len(all) != 1 || all[0].Channel != m {
		t.Errorf("answers are %+v", all)
	}
}

// TestSendToEndedThreads checks how threads end: an archived one is opened again,
// a locked or deleted one takes nothing more.
func TestSendToEndedThreads(t *testing.T) {
	s, p, _ := speak(t, discordtest.Options{})
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "an error"})
	sent := mustSend(t, p, in(discordtest.General, m), answer)
	follow := in(discordtest.General, m)
	follow.Message = s.Message(discordtest.Said{Channel: discordtest.General, Thread: m, Text: "more"})

	s.SetThread(m, true, false)
	follow.Key = "to an archived one"
	mustSend(t, p, follow, answer)
	if th, _ := s.Channel(m); th.Archived {
		t.Error("the thread is still archived")
	}
	s.SetThread(m, true, false)
	edit := follow
	edit.Key, edit.Replaces = "change in an archived one", sent.ID
	mustSend(t, p, edit, answer)

	s.SetThread(m, false, true)
	follow.Key = "to a locked one"
	if _, err := p.Send(t.Context(), follow, answer); !errors.Is(err, bot.ErrPermanent) || codeOf(err) != codeThreadLocked {
		t.Errorf("Send to a locked thread = %v", err)
	}
	s.SetThread(m, true, true)
	edit.Key = "change in a locked one"
	if _, err := p.Send(t.Context(), edit, answer); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("a change in a locked thread = %v", err)
	}
	s.RemoveChannel(m)
	fresh, _ := speakTo(t, s)
	for _, p := range []*Platform{p, fresh} {
		follow.Key = "to a deleted one"
		if _, err := p.Send(t.Context(), follow, answer); !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("Send to a deleted thread = %v", err)
		}
	}
	if th, _ := s.Channel(m); !th.Deleted || len(s.CallsOf("POST /channels/{channel}/messages/{message}/threads")) != 1 {
		t.Error("the thread that was deleted is begun again")
	}
	s.RemoveChannel(discordtest.General)
	follow.Key = "to a deleted channel"
	if _, err := p.Send(t.Context(), follow, answer); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Send to a deleted channel = %v", err)
	}
}
