package main

import (
	"cmp"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/discord"
	"authfix/bot/discord/discordtest"
	"authfix/handlers"
)

// discordStage tells stories in Discord, where everything has a number.
type discordStage struct {
	t     *testing.T
	fake  *discordtest.Server
	run   running
	ids   map[string]string // of people, channels and messages, by the story's
	names map[string]string // the other way round
	told  []string          // deliveries that must be decided
}

func newDiscordStage() stage {
	return &discordStage{ids: map[string]string{}, names: map[string]string{}}
}

func (s *discordStage) name(story, id string) { s.ids[story], s.names[id] = id, story }

func (s *discordStage) start(t *testing.T, program *server, people, admins, channels []string) {
	s.t = t
	s.fake = discordtest.Start(t, discordtest.Options{Now: program.now, StrictMentions: true})
	for i, id := range people {
		s.name(id, fmt.Sprint(1100000000000010000+i))
		s.fake.AddUser(discordtest.User{ID: s.ids[id], Name: strings.ToLower(id)})
		m := discordtest.Member{Guild: discordtest.Acme, User: s.ids[id]}
		if slices.Contains(admins, id) {
			m.Roles = []string{discordtest.Admins}
		}
		s.fake.AddMember(m)
		s.names[s.fake.DM(s.ids[id])] = "D" + id
		s.ids["D"+id] = s.fake.DM(s.ids[id])
	}
	for i, id := range channels {
		s.name(id, fmt.Sprint(1100000000000020000+i))
		c := discordtest.Channel{ID: s.ids[id], Guild: discordtest.Acme, Name: strings.ToLower(id), Kind: discordtest.TextChannel}
		if member, private := strings.CutPrefix(id, "G"); private {
			c.Overwrites = []discordtest.Overwrite{
				{ID: discordtest.Acme, Deny: discordtest.ViewChannel},
				{ID: s.ids[member], Member: true, Allow: discordtest.ViewChannel},
				{ID: discordtest.Bot, Member: true, Allow: discordtest.ViewChannel},
			}
		}
		s.fake.AddChannel(c)
	}
	for i, c := range program.config.TriageChannels {
		program.config.TriageChannels[i] = "discord:" + s.ids[strings.TrimPrefix(c, "story:")]
	}
	program.config.Discord = discord.Config{Token: s.fake.Token(), API: s.fake.API()}
	var log logbook
	s.run = startServer(t, program, &log)
	s.run.ready(t, 200)
	s.fake.WaitFor(t, patience, "the bot is connected and its commands are registered", func() bool { return s.fake.Ready() && len(s.fake.Commands("")) == 2 })
}

// translate puts the platform's ids in the place of the story's.
func (s *discordStage) translate(text string) string {
	text = regexp.MustCompile(`<#(C\d+)\|[^>]*>`).ReplaceAllString(text, "<#$1>")
	return regexp.MustCompile(`\b[UCG]\d+\b|\b\d+\.\d+\b`).ReplaceAllStringFunc(text, func(id string) string { return cmp.Or(s.ids[id], id) })
}

// back puts the story's ids in the place of the platform's.
func (s *discordStage) back(text string) string {
	return regexp.MustCompile(`\b\d{15,20}\b`).ReplaceAllStringFunc(text, func(id string) string { return cmp.Or(s.names[id], id) })
}

func (s *discordStage) say(by, channel, thread, key, text string, asked bool, files []playFile) {
	m := discordtest.Said{Channel: s.ids[channel], User: s.ids[by], Thread: s.ids[thread], Text: text}
	if by == "bot" {
		other := "1100000000000030000"
		s.fake.AddUser(discordtest.User{ID: other, Name: "another bot", Bot: true})
		s.fake.AddMember(discordtest.Member{Guild: discordtest.Acme, User: other})
		m.User = other
	}
	if _, there := s.fake.Channel(m.Thread); m.Thread != "" && !there {
		s.fake.StartThread(m.User, m.Thread, "a thread")
	}
	for _, f := range files {
		one := s.fake.AddFile(discordtest.File{Name: f.name, Content: []byte(f.content)})
		if f.content == "" {
			s.fake.GoneFile(one.ID)
		}
		m.Files = append(m.Files, one)
	}
	var id string
	if asked {
		id = s.fake.Mention(m)
	} else {
		id = s.fake.Message(m)
	}
	s.name(key, id)
	s.told = append(s.told, id)
}

func (s *discordStage) edit(_, key, text string) {
	s.fake.Edit(s.ids[key], text)
	s.told = append(s.told, s.ids[key]+":%")
}

func (s *discordStage) remove(_, key string) {
	s.fake.Delete(s.ids[key])
	s.told = append(s.told, s.ids[key]+":deleted")
}

// done fails the test unless an interaction was acknowledged in time.
func (s *discordStage) done(r discordtest.Result) {
	s.t.Helper()
	if !r.Acked || r.Err != nil {
		s.t.Fatalf("not acknowledged: %+v", r)
	}
}

func (s *discordStage) command(by, channel, text string, file *playFile) bool {
	name, options := "diagnose", map[string]any{}
	text = s.translate(text)
	if word, rest, _ := strings.Cut(strings.TrimSpace(text), " "); slices.ContainsFunc(handlers.Commands(), func(c handlers.Command) bool { return c.Name == word }) {
		name, text = word, strings.TrimSpace(rest)
	}
	if file != nil {
		options["file"] = discordtest.File{Name: file.name, Content: []byte(file.content)}
	}
	if name == "diagnose" && strings.Contains(text, "\n") { // an option has one line: it is pasted into the form
		s.paste(by, s.ids[channel], text)
		return true
	}
	for _, c := range handlers.Commands() {
		if c.Name != name {
			continue
		}
		for _, o := range c.Options {
			if o.File || o.Person || o.Channel || text == "" {
				continue
			}
			word, rest, _ := strings.Cut(text, " ")
			if o.Choices == nil {
				word, rest = text, ""
			} else if !slices.Contains(o.Choices, word) {
				return false // it cannot be chosen
			}
			options[o.Name], text = word, rest
		}
	}
	if name == "triage" && len(options) == 0 {
		options["setting"] = "status"
	}
	if name == "forget" && options["what"] == "person" {
		options["whom"], options["which"] = options["which"], nil
		delete(options, "which")
	}
	r := s.fake.Command(s.ids[by], s.ids[channel], "authfix "+name, options)
	if r.Err != nil && strings.Contains(r.Err.Error(), "has no choice") {
		return false // it cannot be chosen
	}
	s.done(r)
	return true
}

// paste opens the form and fills it in.
func (s *discordStage) paste(by, channel, text string) {
	s.done(s.fake.Command(s.ids[by], channel, "authfix diagnose", nil))
	s.done(s.fake.Submit(s.ids[by], map[string]any{"text": text}))
}

func (s *discordStage) form(by, channel, text string) { s.paste(by, s.ids[channel], text) }

func (s *discordStage) shortcut(by, _, key string) {
	s.done(s.fake.MessageCommand(s.ids[by], s.ids[key], "Diagnose this"))
}

func (s *discordStage) press(by, message, choice string) {
	s.done(s.fake.Click(s.ids[by], message, choice))
}

func (s *discordStage) settled(db *sql.DB) bool {
	for len(s.told) > 0 {
		var n int
		if err := db.QueryRow(`SELECT count(*) FROM deliveries WHERE id LIKE ?`, s.told[0]).Scan(&n); err != nil {
			s.t.Fatal(err)
		}
		if n == 0 {
			return false
		}
		s.told = s.told[1:]
	}
	return true
}

// markdown is what one does not read of it: the languages of code, the addresses
// of links, the numbers of lists.
var markdown = regexp.MustCompile("(?m)```[a-z]+$|\\]\\(https?://[^)\\s]*\\)|^ *\\d+\\\\?\\. ")

func (s *discordStage) shown() []shownMessage {
	var all []shownMessage
	for _, m := range s.fake.All() {
		if m.Via == "" || m.Deleted || m.Loading || m.Type == 18 || m.Type == 21 {
			continue
		}
		text := m.Shown()
		one := shownMessage{id: m.ID, person: s.names[m.To], channel: s.names[m.Channel]}
		if m.Parent != "" {
			one.channel, one.thread = s.names[m.Parent], s.names[m.Channel]
		}
		if with, direct := strings.CutPrefix(one.channel, "D"); direct {
			one.person, one.channel = with, ""
		}
		for _, b := range m.Buttons() {
			one.choices = append(one.choices, shownChoice{b.ID, b.Label})
			text = strings.Replace(text, b.Label+"\n", "", 1)
		}
		one.text = s.back(markdown.ReplaceAllString(text, ""))
		all = append(all, one)
	}
	return all
}

func (s *discordStage) marks(_, key string) []bot.Mark {
	m, _ := s.fake.MessageByID(s.ids[key])
	var all []bot.Mark
	for _, r := range m.Reactions {
		all = append(all, map[string]bot.Mark{"💬": bot.Answered, "❔": bot.Unread, "❓": bot.Unknown, "🆘": bot.Escalated, "✅": bot.Resolved}[r.Name])
	}
	return all
}

func (s *discordStage) finish() {
	for _, v := range s.fake.Violations() {
		s.t.Errorf("violation: %v", v)
	}
	if err := s.run.stop(); err != nil {
		s.t.Errorf("run = %v", err)
	}
}
