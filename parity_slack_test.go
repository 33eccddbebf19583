package main

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/slack"
	"authfix/bot/slack/slacktest"
)

// slackStage tells stories in Slack, where people and channels have the story's
// own ids.
type slackStage struct {
	t      *testing.T
	fake   *slacktest.Server
	run    running
	keys   map[string]string // of messages, by the story's
	names  map[string]string // the other way round
	people []string
	files  int
}

func newSlackStage() stage { return &slackStage{keys: map[string]string{}, names: map[string]string{}} }

func (s *slackStage) start(t *testing.T, program *server, people, admins, channels []string) {
	s.t, s.people = t, people
	s.fake = slacktest.Start(t, slacktest.Options{Now: program.now})
	everyone := append(slices.Clone(people), slacktest.Bot)
	for _, id := range people {
		s.fake.AddUser(slacktest.User{ID: id, Team: slacktest.Acme, Name: strings.ToLower(id), Admin: slices.Contains(admins, id)})
	}
	for _, id := range channels {
		c := slacktest.Channel{ID: id, Team: slacktest.Acme, Name: strings.ToLower(id), Members: everyone}
		if member, private := strings.CutPrefix(id, "G"); private {
			c.Kind, c.Members = slacktest.PrivateChannel, []string{member, slacktest.Bot}
		}
		s.fake.AddChannel(c)
	}
	for i, c := range program.config.TriageChannels {
		program.config.TriageChannels[i] = strings.Replace(c, "story:", "slack:", 1)
	}
	program.config.Slack = slack.Config{BotToken: "xoxb-acme", SigningSecret: "signing-secret", API: s.fake.API()}
	var log logbook
	s.run = startServer(t, program, &log)
	s.fake.SetEndpoints(slacktest.At(s.run.url))
	s.run.ready(t, 200)
}

func (s *slackStage) channel(id string) string {
	if by, direct := strings.CutPrefix(id, "D"); direct {
		return s.fake.DM(by)
	}
	return id
}

func (s *slackStage) say(by, channel, thread, key, text string, asked bool, files []playFile) {
	m := slacktest.Said{Channel: s.channel(channel), User: by, Thread: s.keys[thread], Text: text}
	if by == "bot" {
		m.User, m.BotID = "", "B0OTHER"
	}
	for _, f := range files {
		s.files++
		id := fmt.Sprintf("F0PLAY%d", s.files)
		one := slacktest.File{ID: id, Team: slacktest.Acme, User: by, Name: f.name, Content: []byte(f.content)}
		one.Gone = f.content == ""
		s.fake.AddFile(one)
		m.Files = append(m.Files, id)
	}
	var ts string
	if asked {
		ts = s.fake.Mention(m)
	} else {
		ts = s.fake.Message(m)
	}
	s.keys[key], s.names[ts] = ts, key
}

func (s *slackStage) edit(channel, key, text string) {
	s.fake.Edit(s.channel(channel), s.keys[key], text)
}
func (s *slackStage) remove(channel, key string) { s.fake.Delete(s.channel(channel), s.keys[key]) }

func (s *slackStage) command(by, channel, text string, file *playFile) bool {
	if file != nil { // Slack's commands take none
		return false
	}
	did(s.t, s.fake.Command(by, s.channel(channel), "/authfix", s.translate(text)))
	return true
}

// translate puts the platform's keys of messages in the place of the story's.
func (s *slackStage) translate(text string) string {
	for key, ts := range s.keys {
		text = strings.ReplaceAll(text, key, ts)
	}
	return text
}

func (s *slackStage) form(by, channel, text string) {
	did(s.t, s.fake.Command(by, s.channel(channel), "/authfix", ""))
	s.fake.WaitFor(s.t, patience, "the form is open", func() bool { return len(s.fake.OpenViews(by)) == 1 })
	did(s.t, s.fake.Submit(by, map[string]string{"text": text}))
}

func (s *slackStage) shortcut(by, channel, key string) {
	did(s.t, s.fake.MessageShortcut(by, s.channel(channel), s.keys[key], "diagnose_message"))
}

func (s *slackStage) press(by, message, choice string) {
	for _, m := range s.fake.All() {
		if m.TS != message {
			continue
		}
		for _, b := range m.Buttons() {
			if b.Value == choice {
				did(s.t, s.fake.Click(by, message, b.ActionID))
				return
			}
		}
	}
	s.t.Fatalf("%s is not on %s", choice, message)
}

func (s *slackStage) settled(*sql.DB) bool { return s.fake.Undelivered() == 0 }

func (s *slackStage) shown() []shownMessage {
	var all []shownMessage
	for _, m := range s.fake.All() {
		if m.Via == "" || m.Deleted {
			continue
		}
		one := shownMessage{id: m.TS, person: m.To, channel: m.Channel, thread: s.names[m.Thread], text: m.Shown()}
		if strings.HasPrefix(m.Channel, "D") && m.To == "" {
			one.person, one.thread = s.with(m.Channel), ""
		}
		for _, b := range m.Buttons() {
			one.choices = append(one.choices, shownChoice{b.Value, b.Label})
			one.text = strings.Replace(one.text, b.Label+"\n", "", 1)
		}
		all = append(all, one)
	}
	return all
}

// with is whom a direct conversation is with.
func (s *slackStage) with(channel string) string {
	for _, id := range s.people {
		if s.fake.DM(id) == channel {
			return id
		}
	}
	return ""
}

func (s *slackStage) marks(channel, key string) []bot.Mark {
	m, _ := s.fake.MessageAt(s.channel(channel), s.keys[key])
	var all []bot.Mark
	for _, r := range m.Reactions {
		all = append(all, map[string]bot.Mark{"grey_question": bot.Unread, "speech_balloon": bot.Answered, "question": bot.Unknown,
			"sos": bot.Escalated, "white_check_mark": bot.Resolved}[r.Name])
	}
	return all
}

func (s *slackStage) finish() {
	s.fake.WaitFor(s.t, 30*time.Second, "all is acknowledged", func() bool { return s.fake.Undelivered() == 0 })
	for _, v := range s.fake.Violations() {
		s.t.Errorf("violation: %v", v)
	}
	if err := s.run.stop(); err != nil {
		s.t.Errorf("run = %v", err)
	}
}
