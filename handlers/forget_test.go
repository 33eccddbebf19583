package handlers

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
	"authfix/storage/sqlite"
)

const timestampLine = "2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] Failed to authenticate: oauth_problem=timestamp_refused"

// jobKinds are the kinds of the jobs that wait.
func jobKinds(all []storage.Job) string {
	var kinds []string
	for _, j := range all {
		kinds = append(kinds, j.Kind)
	}
	return strings.Join(kinds, " ")
}

func TestForgetCommand(t *testing.T) {
	for _, x := range []struct {
		name  string
		steps [][2]string // the last one forgets
		want  string
		left  string // what is left of the cases, a piece
	}{
		{"in the thread, by its author", [][2]string{{"said key=1 by=U2", timestampLine}, {"said key=2 thread=1 asked by=U2", "forget this"}}, say.forgotMessage, "case1: gone"},
		{"in the thread, by another", [][2]string{{"said key=1 by=U2", timestampLine}, {"said key=2 thread=1 asked by=U3", "forget this"}}, say.notYours, "case1: open"},
		{"in the thread, by an administrator", [][2]string{{"said key=1 by=U2", timestampLine}, {"said key=2 thread=1 asked by=U9", "forget this"}}, say.forgotMessage, "case1: gone"},
		{"a shortcut on the message", [][2]string{{"said key=1 by=U2", timestampLine}, {"commanded key=1 by=U2", "forget this"}}, say.forgotMessage, "case1: gone"},
		{"a click in the thread", [][2]string{{"said key=1 by=U2", timestampLine}, {"clicked thread=1 key=9 raw=v1::forget by=U2", ""}}, say.forgotMessage, "case1: gone"},
		{"what came by a command", [][2]string{{"commanded by=U2", timestampLine}, {"commanded by=U2", "forget this"}}, say.forgotMessage, "case1: gone"},
		{"a direct conversation", [][2]string{{"said direct key=1 by=U2", timestampLine}, {"said direct key=2 by=U2", "forget this"}}, say.forgotMessage, "case1: gone"},
		{"one of two who contributed", [][2]string{{"said key=1 by=U2", timestampLine}, {"said key=2 thread=1 by=U3", "HTTP/1.1 401 Unauthorized, realm=\"https://jira.example.org\""}, {"commanded by=U2", "forget message 1"}}, say.forgotMessage, "by=U2 observed=2@0"},
		{"nothing to forget", [][2]string{{"commanded by=U2", "forget this"}}, say.noCase, ""},
		{"at the top of a channel", [][2]string{{"said key=1 by=U2", timestampLine}, {"said key=2 asked by=U2", "forget this"}}, say.forgetWhat, "case1: open"},
		{"a message that is not known", [][2]string{{"commanded by=U2", "forget message 77"}}, say.nothingStored, ""},
		{"a key that cannot be one", [][2]string{{"commanded by=U2", "forget message \x00"}}, say.nothingStored, ""},
		{"me", [][2]string{{"said key=1 by=U2", timestampLine}, {"commanded by=U2", "forget me"}}, say.forgotYou, "case1: gone"},
		{"a person, by anyone", [][2]string{{"said key=1 by=U2", timestampLine}, {"commanded by=U3", "forget person U2"}}, say.notAdmin, "case1: open"},
		{"a person, by an administrator", [][2]string{{"said key=1 by=U2", timestampLine}, {"commanded by=U9", "forget person U2"}}, say.forgotPerson, "case1: gone"},
		{"a person who is mentioned", [][2]string{{"said key=1 by=U2", timestampLine}, {"commanded by=U9", "forget person <@U2|ann>"}}, say.forgotPerson, "case1: gone"},
		{"a person who is a channel", [][2]string{{"commanded by=U9", "forget person <#U2|ann>"}}, say.noPerson, ""},
		{"nobody", [][2]string{{"commanded by=U9", "forget person"}}, say.forgetWhat, ""},
		{"something else", [][2]string{{"commanded by=U9", "forget everything"}}, say.forgetWhat, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, Options{Admins: []string{"story:U9"}, TriageChannels: []string{"story:C1"}})
			last := len(x.steps) - 1
			for _, step := range x.steps[:last] {
				s.step(step[0], step[1])
			}
			s.hold = true
			s.step(x.steps[last][0], x.steps[last][1])
			if done := strings.HasPrefix(x.want, "Forgotten"); (jobKinds(s.jobs) == JobPurge) != done {
				t.Errorf("jobs: %q", jobKinds(s.jobs))
			}
			s.hold = false
			if got := s.settle(); !strings.Contains(got, "# "+x.want) {
				t.Errorf("said:\n%s\nwant %s", got, x.want)
			}
			if got := s.cases(); !strings.Contains(got, x.left) {
				t.Errorf("stored:\n%swant %s", got, x.left)
			}
		})
	}
}

// Who is forgotten is in no file of the database and in no backup once the
// confirmation was sent and the job was done, in whatever they took part and
// wherever they asked for it. Their command comes again without doing anything.
func TestForgottenPersonLeavesNoByte(t *testing.T) {
	const person = "U7777ANNFORGETME"
	for _, x := range []struct {
		name string
		by   string // who forgets
		m    bot.Message
	}{
		{"by command", person, bot.Message{Kind: bot.Commanded, Text: "forget me", ReplyTo: "https://hooks.example/" + person}},
		{"by a mention", person, bot.Message{Kind: bot.Said, Key: "90", Asked: true, Text: "forget me"}},
		{"in a thread", person, bot.Message{Kind: bot.Said, Key: "91", Thread: "1", Asked: true, Text: "forget me"}},
		{"directly", person, bot.Message{Kind: bot.Said, Key: "92", Channel: "D" + person, Place: bot.Direct, Asked: true, Text: "forget me"}},
		{"by an administrator", "U9", bot.Message{Kind: bot.Commanded, Text: "forget person " + person}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			base, err := knowledge.Builtin()
			if err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			var jobs []storage.Job
			opening, err := sqlite.Open(ctx, filepath.Join(dir, "authfix.db"), testRing(t), sqlite.Options{
				Enqueue: func(_ context.Context, _ *sql.Tx, all []storage.Job) error {
					jobs = append(jobs, all...)
					return nil
				}})
			store := opened(t, opening, err)
			now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
			d, err := New(base, store, Options{Now: func() time.Time { return now }, Admins: []string{"test:U9"}, TriageChannels: []string{"test:C1"}})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			handle := func(m bot.Message) bot.Outcome {
				t.Helper()
				n++
				m.Tenant = bot.Tenant{Platform: "test", Workspace: "T"}
				if m.Delivery == "" {
					m.Delivery = strings.Repeat("d", n)
				}
				if m.Channel == "" {
					m.Channel, m.Place = "C1", bot.Public
				}
				m.ReplyBy = now.Add(time.Hour)
				out, err := d.Handle(ctx, m)
				if err != nil {
					t.Fatalf("%s %q: %v", m.Kind, m.Text, err)
				}
				return out
			}
			send := func() (said []bot.Reply) {
				t.Helper()
				out := d.Outbox("test")
				for {
					rows, err := out.Lease(ctx, "test", 100, now.Add(time.Minute))
					if err != nil {
						t.Fatal(err)
					}
					if len(rows) == 0 {
						return said
					}
					for _, g := range rows {
						said = append(said, g.Reply)
						if err := out.Settle(ctx, g, bot.Settlement{State: bot.WasSent, Sent: bot.Sent{ID: g.ID}}); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			ann, ben, admin := bot.Author{ID: person}, bot.Author{ID: "U2"}, bot.Author{ID: "U9"}
			handle(bot.Message{Kind: bot.Commanded, Author: admin, Text: "triage escalate person:" + person + " person:U3"})
			handle(bot.Message{Kind: bot.Commanded, Author: bot.Author{ID: person, Admin: true}, Text: "triage threshold likely"})
			handle(bot.Message{Kind: bot.Said, Key: "1", Author: ben, Text: timestampLine})
			handle(bot.Message{Kind: bot.Said, Key: "2", Thread: "1", Author: ann, Text: "oauth_acceptable_timestamps=\"1782899592-1782900192\", oauth_timestamp=\"1782896400\""})
			handle(bot.Message{Kind: bot.Said, Key: "3", Author: ann, Text: timestampLine + " token=ghp_16C7e42F292c6912E7710c838347Ae178B4a"})
			handle(bot.Message{Kind: bot.Commanded, Author: ann, Text: timestampLine, ReplyTo: "https://hooks.example/" + person})
			handle(bot.Message{Kind: bot.Said, Key: "4", Channel: "D" + person, Place: bot.Direct, Asked: true, Author: ann, Text: timestampLine})
			cases, err := store.Recent(ctx, "test//T", "U2", 1)
			if err != nil || len(cases) != 1 {
				t.Fatal(cases, err)
			}
			handle(bot.Message{Kind: bot.Clicked, Author: ann, Choice: choiceID(cases[0].ID, pressHelped)})
			handle(bot.Message{Kind: bot.Clicked, Author: ben, Choice: choiceID(cases[0].ID, pressEscalate)})
			send()
			if !holds(t, dir, person) {
				t.Fatal("nothing of the person was stored: the test shows nothing")
			}

			m := x.m
			m.Author, m.Delivery = bot.Author{ID: x.by}, "the one that forgets"
			handle(m)
			if said := send(); len(said) != 1 || !strings.HasPrefix(said[0].Headline, "Forgotten") {
				t.Fatalf("said %+v", said)
			}
			if kinds := jobKinds(jobs); !strings.HasSuffix(kinds, JobPurge) || strings.Count(kinds, JobPurge) != 1 {
				t.Fatalf("jobs: %s", kinds)
			}
			now = now.Add(purgeAfter)
			if err := d.purge(ctx, jobs[len(jobs)-1]); err != nil {
				t.Fatal(err)
			}
			if holds(t, dir, person) {
				t.Error("the person is still in the files of the database")
			}
			if err := store.Backup(ctx, filepath.Join(dir, "copy.db")); err != nil {
				t.Fatal(err)
			}
			if holds(t, dir, person) {
				t.Error("the person is in a backup")
			}
			if _, p := d.policyIn(t, "C1"); len(p.Escalate) != 1 || p.Escalate[0].Person != "U3" {
				t.Errorf("cases go to %v, want U3", p.Escalate)
			}
			if out := handle(m); !out.Repeated {
				t.Errorf("the command came again: %+v", out)
			}
			if said := send(); said != nil {
				t.Errorf("the command came again, and was answered: %v", said)
			}
			audits, err := store.Audits(ctx, "test//T", 1)
			if err != nil || len(audits) != 1 || audits[0].Action != "forget" || audits[0].Actor != strings.ReplaceAll(x.by, person, "") {
				t.Errorf("audit: %+v, %v", audits, err)
			}
		})
	}
}

func (d *Desk) policyIn(t *testing.T, channel string) (storage.Setting, Policy) {
	t.Helper()
	row, err := d.store.Policy(t.Context(), "test//T", channel)
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPolicy(&row, false)
	if err != nil {
		t.Fatal(err)
	}
	return row, p
}

// holds reports whether a file below dir holds text.
func holds(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			t.Logf("in %s", filepath.Base(path))
			found = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The bytes are purged when no reply waits that can be the confirmation.
func TestPurgeWaitsForTheConfirmation(t *testing.T) {
	s := newStory(t, Options{})
	s.hold = true
	s.step("commanded by=U2", "forget me")
	if jobKinds(s.jobs) != JobPurge {
		t.Fatalf("jobs: %v", s.jobs)
	}
	s.now = s.now.Add(purgeAfter)
	if err := s.desk.purge(t.Context(), s.jobs[0]); err == nil {
		t.Error("purged while the confirmation waits")
	}
	job := s.jobs[0]
	s.hold = false
	s.settle()
	if err := s.desk.purge(t.Context(), job); err != nil {
		t.Error(err)
	}
}
