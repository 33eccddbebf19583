package main

import (
	"cmp"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"authfix/bot/discord/discordtest"
)

// discordWays are the two ways in which Discord delivers interactions; all else
// comes by the gateway.
var discordWays = []struct {
	name string
	http bool
}{{"gateway", false}, {"http", true}}

// discordPatience is how long a test waits for what must be seen in Discord.
const discordPatience = 60 * time.Second

// A discordWorld is a fake Discord and the program that serves it, a process of
// its own that is set by its environment as a person sets it.
type discordWorld struct {
	*discordtest.Server
	served
	http bool
	n    atomic.Int64 // of channels and people
}

// newDiscordWorld starts a fake Discord. At the end of the test it must have
// nothing to complain of, and no planted secret may be in a log.
func newDiscordWorld(t *testing.T, http bool, o discordtest.Options) *discordWorld {
	t.Helper()
	o.StrictMentions = true
	w := &discordWorld{served: served{t: t, dir: t.TempDir()}, http: http}
	w.Server = discordtest.Start(t, o)
	w.checkLog = w.CheckLog
	w.env = w.settings("sqlite:" + filepath.Join(w.dir, "authfix.db"))
	t.Cleanup(func() {
		for _, v := range w.Violations() {
			t.Errorf("violation: %v", v)
		}
	})
	return w
}

// settings are the environment of a process that serves the fake.
func (w *discordWorld) settings(database string) map[string]string {
	all := map[string]string{
		"DISCORD_API_URL": w.API(), "DISCORD_TOKEN": w.Token(), "DATABASE_URL": database,
		"AUTHFIX_LISTEN": "127.0.0.1:0", "AUTHFIX_PERSON_RATE": "10000", "AUTHFIX_CHANNEL_RATE": "10000",
		"PATH": os.Getenv("PATH"), "GORACE": os.Getenv("GORACE"),
	}
	if w.http {
		all["DISCORD_PUBLIC_KEY"] = w.PublicKey()
	}
	return all
}

// begin starts the program and waits until it is ready.
func (w *discordWorld) begin() {
	w.t.Helper()
	w.launch()
	w.awaitReady()
}

// awaitReady waits until the process says that it is ready, and Discord knows its
// commands and where interactions go.
func (w *discordWorld) awaitReady() {
	w.t.Helper()
	w.awaitServing()
	if w.http {
		w.SetInteractionsEndpoint(w.at + "/discord/interactions")
	}
	w.sees(w.t, "the bot is connected and its commands are registered", func() bool { return w.Ready() && len(w.Commands("")) == 2 })
}

// awaitServing waits until the process says that it is ready.
func (w *served) awaitServing() {
	w.t.Helper()
	p := w.process
	w.until("authfix serve is ready", func() bool {
		select {
		case <-p.ended:
			w.t.Fatalf("it has ended: %v\n%s", p.err, w.output())
		default:
		}
		if w.at == "" {
			found := listensAt.FindStringSubmatch(w.output())
			if found == nil {
				return false
			}
			w.at = "http://" + found[1]
		}
		answer, err := http.Get(w.at + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// sees waits for what must be seen in Discord.
func (w *discordWorld) sees(t *testing.T, what string, ok func() bool) {
	t.Helper()
	w.WaitFor(t, discordPatience, what, ok)
}

// undecided are the keys of what people said, changed and deleted in a channel, or
// anywhere with "", of which the database does not say that it was decided.
func (w *discordWorld) undecided(t *testing.T, db *sql.DB, channel string) (keys []string) {
	t.Helper()
	decided := map[string]bool{}
	for _, row := range table(t, db, `SELECT id FROM deliveries`) {
		decided[row[0]] = true
	}
	heard := map[string]bool{}
	for _, d := range w.Deliveries() {
		heard[d.Event+" "+d.ID] = true
	}
	for _, m := range w.All() {
		if m.User == discordtest.Bot || m.Type != 0 && m.Type != 19 || channel != "" && m.Channel != channel && m.Parent != channel {
			continue
		}
		if heard["MESSAGE_CREATE "+m.ID] && !decided[m.ID] {
			keys = append(keys, m.ID)
		}
		if edit := fmt.Sprintf("%s:%d", m.ID, m.Edited.UnixMicro()); !m.Edited.IsZero() && heard["MESSAGE_UPDATE "+m.ID] && !decided[edit] {
			keys = append(keys, edit)
		}
		if heard["MESSAGE_DELETE "+m.ID] && !decided[m.ID+":deleted"] {
			keys = append(keys, m.ID+":deleted")
		}
	}
	return keys
}

// finished reports whether all that was told of a channel, or anywhere with "", is
// decided, and all that was decided is said.
func (w *discordWorld) finished(t *testing.T, db *sql.DB, channel string) bool {
	t.Helper()
	return len(w.undecided(t, db, channel)) == 0 &&
		number(t, db, `SELECT count(*) FROM river_job WHERE json_extract(args, '$.kind') = 'file' AND state NOT IN ('completed', 'discarded', 'cancelled')`) == 0 &&
		number(t, db, `SELECT count(*) FROM outbox WHERE (channel = $1 OR $1 = '') AND state IN ('pending', 'leased')`, channel) == 0
}

// settle waits until everything before it in a channel, or anywhere with "", has
// come to an end.
func (w *discordWorld) settle(t *testing.T, channel string) {
	t.Helper()
	db := w.look()
	defer db.Close()
	for end := time.Now().Add(patience); !w.finished(t, db, channel); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not settled within %v: undecided are %v; unsaid %v", patience, w.undecided(t, db, channel),
				table(t, db, `SELECT id, channel, state, attempts FROM outbox WHERE state IN ('pending', 'leased')`))
		}
	}
}

// person adds a person to the guild, with roles.
func (w *discordWorld) person(roles ...string) string {
	id := fmt.Sprint(1100000000000010000 + w.n.Add(1))
	w.AddUser(discordtest.User{ID: id, Name: "person" + id[15:]})
	w.AddMember(discordtest.Member{Guild: discordtest.Acme, User: id, Roles: roles})
	return id
}

// admin adds an administrator to the guild.
func (w *discordWorld) admin() string { return w.person(discordtest.Admins) }

// channel adds a channel that everyone sees.
func (w *discordWorld) channel(overwrites ...discordtest.Overwrite) string {
	return w.channelOf(discordtest.TextChannel, overwrites...)
}

func (w *discordWorld) channelOf(kind discordtest.Kind, overwrites ...discordtest.Overwrite) string {
	id := fmt.Sprint(1100000000000020000 + w.n.Add(1))
	c := discordtest.Channel{ID: id, Guild: discordtest.Acme, Name: "channel" + id[15:], Kind: kind, Overwrites: overwrites}
	if kind == discordtest.ForumChannel {
		c.Tags = []discordtest.Tag{{ID: "9" + id[1:], Name: "answered"}, {ID: "8" + id[1:], Name: "solved"}, {ID: "7" + id[1:], Name: "urgent"}}
	}
	w.AddChannel(c)
	return id
}

// forBot changes what the bot may do in a channel.
func forBot(allow, deny discordtest.Permissions) discordtest.Overwrite {
	return discordtest.Overwrite{ID: discordtest.Bot, Member: true, Allow: allow, Deny: deny}
}

// did fails the test unless an interaction was acknowledged in time.
func (w *discordWorld) did(t *testing.T, r discordtest.Result) discordtest.Result {
	t.Helper()
	if !r.Acked || r.Err != nil {
		t.Fatalf("not acknowledged: %+v", r)
	}
	return r
}

// command has user give a command.
func (w *discordWorld) command(t *testing.T, user, channel, name string, options map[string]any) {
	t.Helper()
	w.did(t, w.Command(user, channel, "authfix "+name, options))
}

// triage has an administrator set something in a channel, and waits for the n-th
// private answer to them.
func (w *discordWorld) triage(t *testing.T, admin, channel string, n int, holds, setting string, more ...string) {
	t.Helper()
	options := map[string]any{"setting": setting}
	for i := 0; i+1 < len(more); i += 2 {
		options[more[i]] = more[i+1]
	}
	w.command(t, admin, channel, "triage", options)
	w.told(t, admin, n, holds)
}

// listeningChannel is a channel in which triage is on.
func (w *discordWorld) listeningChannel(t *testing.T, overwrites ...discordtest.Overwrite) string {
	t.Helper()
	ch := w.channel(overwrites...)
	w.triage(t, w.admin(), ch, 1, "Triage is on here", "on")
	return ch
}

// told waits for the n-th message that only user sees, and returns it.
func (w *discordWorld) told(t *testing.T, user string, n int, holds string) discordtest.Message {
	t.Helper()
	return w.private(t, "privately", func() []discordtest.Message { return w.Ephemerals(user) }, n, holds)
}

// written waits for the n-th message that the bot writes to user directly.
func (w *discordWorld) written(t *testing.T, user string, n int, holds string) discordtest.Message {
	t.Helper()
	dm := w.DM(user)
	return w.private(t, "directly", func() []discordtest.Message { return w.Answers(dm, "") }, n, holds)
}

func (w *discordWorld) private(t *testing.T, how string, all func() []discordtest.Message, n int, holds string) discordtest.Message {
	t.Helper()
	var m discordtest.Message
	w.sees(t, fmt.Sprintf("%d messages are told %s, the last holds %q", n, how, holds), func() bool {
		told := all()
		if len(told) < n || told[n-1].Loading {
			return false
		}
		m = told[n-1]
		return true
	})
	if !strings.Contains(m.Shown(), holds) {
		t.Fatalf("%s told is\n%s\nwant %q", how, m.Shown(), holds)
	}
	return m
}

// answers are what the bot said to everyone in the thread of a message or thread,
// or in a channel with "". That a failure surges, which others have too, is left
// out.
func (w *discordWorld) answers(channel, id string) []discordtest.Message {
	return slices.DeleteFunc(w.Answers(channel, id), func(m discordtest.Message) bool { return strings.Contains(m.Shown(), "Surge: ") })
}

// answer waits for the n-th answer to a message or thread, or in a channel with
// "", that holds something: also when it is changed to that.
func (w *discordWorld) answer(t *testing.T, channel, id string, n int, holds string) discordtest.Message {
	t.Helper()
	var m discordtest.Message
	defer func() {
		if t.Failed() && m.ID == "" {
			for i, m := range w.answers(channel, id) {
				t.Logf("answer %d is\n%s", i+1, m.Shown())
			}
		}
	}()
	w.sees(t, fmt.Sprintf("answer %d to %s in %s holds %q", n, cmp.Or(id, "it all"), channel, holds), func() bool {
		all := w.answers(channel, id)
		if len(all) < n || !strings.Contains(all[n-1].Shown(), holds) {
			return false
		}
		m = all[n-1]
		return true
	})
	return m
}

// only fails the test unless there are exactly so many answers once everything
// that was begun in the channel has come to an end.
func (w *discordWorld) only(t *testing.T, channel, id string, n int) {
	t.Helper()
	w.settle(t, channel)
	if got := w.answers(channel, id); len(got) != n {
		t.Errorf("%d answers to %s, want %d:", len(got), cmp.Or(id, "it all"), n)
		for _, m := range got {
			t.Log(m.Shown())
		}
	}
}

// press has user press a button, which is there.
func (w *discordWorld) press(t *testing.T, user string, m discordtest.Message, label string) {
	t.Helper()
	w.did(t, w.Click(user, m.ID, label))
}

// says has somebody say something in a channel, and returns its id.
func (w *discordWorld) says(user, channel, text string, files ...discordtest.File) string {
	return w.Message(discordtest.Said{Channel: channel, User: user, Text: text, Files: files})
}

// reacted are the names of the reactions to a message.
func (w *discordWorld) reacted(id string) []string {
	m, _ := w.MessageByID(id)
	var all []string
	for _, r := range m.Reactions {
		all = append(all, r.Name)
	}
	slices.Sort(all)
	return all
}

// sealed are what must be in no file: addresses of files, and the tokens of the
// bot and of interactions.
func (w *discordWorld) sealed() []string {
	return []string{w.Token(), "aW50ZXJhY3Rpb24", "/attachments/1"}
}
