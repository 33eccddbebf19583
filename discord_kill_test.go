package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot/discord/discordtest"
	"authfix/internal/pgtest"
	"authfix/storage"
)

// killed kills the program three times in the middle of its work. Nothing is lost:
// every message is answered, once; a private answer is given up at most when its
// sender was killed.
func (w *discordWorld) killed(t *testing.T) {
	const messages, kills = 80, 3
	u := w.person()
	channels := w.triageIn(20)
	w.begin()
	// Answers are slow, so that some are in flight when it is killed.
	slow := w.Fault(discordtest.Fault{Match: onlyRoute(createRoute), After: true, Delay: 60 * time.Millisecond, Times: -1})
	var all []saying
	acked := make(map[string]bool) // commands, by person
	killed := 0
	for i := range messages {
		all = append(all, w.talked(u, channels[i%len(channels):][:1], i, 1)...)
		if i%10 == 5 {
			who := w.person()
			acked[who] = w.Command(who, w.channel(), "authfix diagnose", map[string]any{"text": clockFailure(messages + i)}).Acked
		}
		if killed < kills && i == (killed+1)*messages/(kills+1) {
			killed++
			w.sees(t, "it is in the middle of its work", func() bool { return w.Posted() > 8*killed })
			w.kill()
			t.Logf("killed after %d of %d messages, with %d answers", i, messages, w.Posted())
			w.launch()
			if i%2 == 0 {
				w.awaitReady()
			}
		}
	}
	w.awaitReady()
	slow()
	w.once(t, all)
	if n := w.Posted(); n != len(all) {
		t.Errorf("%d messages were posted for %d answers", n, len(all))
	}
	db := w.look()
	defer db.Close()
	w.privateOnce(t, db, acked)
	w.stop()
	w.searchFiles(w.sealed()...)
}

// privateOnce fails the test unless each person whose command was acknowledged was
// answered once, but for answers that are known as given up.
func (w *discordWorld) privateOnce(t *testing.T, db *sql.DB, acked map[string]bool) {
	t.Helper()
	lost := number(t, db, `SELECT count(*) FROM outbox WHERE private AND state = 'lost'`)
	if n := number(t, db, `SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'lost') OR state = 'lost' AND NOT private`); n != 0 {
		t.Errorf("%d replies are in another state than sent", n)
	}
	silent := int64(0)
	for who, heard := range acked {
		answers := slices.DeleteFunc(w.Privates(who), func(m discordtest.Message) bool { return !strings.Contains(m.Shown(), clockTitle) })
		switch n := len(answers); {
		case n > 1:
			t.Errorf("%s was answered %d times", who, n)
		case n == 0 && heard:
			silent++
		}
	}
	if silent > lost {
		t.Errorf("%d commands were acknowledged and not answered; %d private answers were given up", silent, lost)
	}
}

// discordReplicas has two replicas on PostgreSQL with a shard each. One is killed in the middle of its
// work: the other takes its shard over when its claim ends, and nothing is lost or
// said twice.
func discordReplicas(t *testing.T) {
	w := newDiscordWorld(t, false, discordtest.Options{Shards: 2, MaxConcurrency: 2})
	url := pgtest.Database(t)
	w.AddGuild(discordtest.Guild{ID: discordtest.Globex, Name: "Globex", Owner: discordtest.Owner})
	u := w.person()
	w.AddMember(discordtest.Member{Guild: discordtest.Globex, User: u})
	channels := w.triageIn(6)
	for i := range 6 {
		id := fmt.Sprint(1100000000000040000 + i)
		w.AddChannel(discordtest.Channel{ID: id, Guild: discordtest.Globex, Name: "globex", Kind: discordtest.TextChannel})
		channels = append(channels, id)
	}
	var heard []string
	for _, ch := range channels {
		heard = append(heard, "discord:"+ch)
	}
	w.env = w.settings(url)
	w.env["AUTHFIX_TRIAGE_CHANNELS"], w.env["AUTHFIX_SECRET_KEY"], w.env["DISCORD_SHARDS"] = strings.Join(heard, ","), storage.NewKey(), "2"
	second := &served{t: t, dir: t.TempDir(), env: w.env, checkLog: w.CheckLog}
	// Both look for shards before either has begun a session, and each takes one.
	slowly := w.Fault(discordtest.Fault{Route: "GET /gateway/bot", Delay: 3 * time.Second, Times: -1})
	w.launch()
	second.launch()
	w.sees(t, "both shards are connected", func() bool { return w.Ready() && len(w.Sessions()) == 2 })
	slowly()
	w.awaitServing()
	second.awaitServing()
	for _, s := range []*served{&w.served, second} {
		if n := strings.Count(s.output(), "a session has begun"); n != 1 {
			t.Fatalf("one of them has %d shards:\n%s", n, s.output())
		}
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w.sees(t, "its commands are registered", func() bool { return len(w.Commands("")) == 2 })
	if n := len(w.CallsOf("PUT /applications/{app}/commands")); n != 1 {
		t.Errorf("the commands were registered %d times", n)
	}

	slow := w.Fault(discordtest.Fault{Match: onlyRoute(createRoute), After: true, Delay: 50 * time.Millisecond, Times: -1})
	all := w.talked(u, channels, 0, 24)
	w.sees(t, "it is in the middle of its work", func() bool { return w.Posted() > 6 })
	began := time.Now()
	second.kill()
	all = append(all, w.talked(u, channels, 24, 24)...)
	w.sees(t, "the shard is taken over", func() bool { return w.Ready() && w.Resumes()+w.Identifies() >= 3 })
	took := time.Since(began)
	t.Logf("the shard was taken over after %v", took.Round(100*time.Millisecond))
	// A claim lasts 10 s and is looked for each second.
	if took > 20*time.Second {
		t.Errorf("the shard was taken over after %v", took)
	}
	all = append(all, w.talked(u, channels, 48, 12)...)
	slow()
	w.sees(t, "all are answered", func() bool {
		return !slices.ContainsFunc(all, func(m saying) bool { return len(w.answers(m.channel, m.ts)) == 0 })
	})
	w.until("all is decided and said", func() bool {
		return len(w.undecided(t, db, "")) == 0 && number(t, db, `SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')`) == 0
	})
	for _, m := range all {
		if n := len(w.answers(m.channel, m.ts)); n != 1 {
			t.Errorf("%v was answered %d times", m, n)
		}
	}
	if n := w.Posted(); n != len(all) {
		t.Errorf("%d messages were posted for %d answers", n, len(all))
	}
	w.stop()
}

// discordRemoved has what is stored of a guild be deleted some time after the bot was removed from
// it, also when that happened while the program was away, unless it is back.
func discordRemoved(t *testing.T) {
	w := newDiscordWorld(t, false, discordtest.Options{})
	var log logbook
	begin := func() running { // in this process, for an hour is the least that can be set
		return serveDiscord(t, w.Server, &log, false, func(s *server) {
			s.config.Database.path = filepath.Join(w.dir, "authfix.db")
			s.config.Keep.Removed = 2 * time.Second
		})
	}
	u := w.person()
	guilds := map[string]string{} // to a channel
	for i, name := range []string{"kicked", "away", "back"} {
		guild, ch := fmt.Sprint(1100000000005000000+i), fmt.Sprint(1100000000000050000+i)
		w.AddGuild(discordtest.Guild{ID: guild, Name: name, Owner: discordtest.Owner})
		w.AddMember(discordtest.Member{Guild: guild, User: u})
		w.AddChannel(discordtest.Channel{ID: ch, Guild: guild, Name: name, Kind: discordtest.TextChannel})
		guilds[guild] = ch
	}
	kicked, away, back := "1100000000005000000", "1100000000005000001", "1100000000005000002"
	run := begin()
	stay := w.channel()
	for _, ch := range append([]string{stay}, guilds[kicked], guilds[away], guilds[back]) {
		id := w.Mention(discordtest.Said{Channel: ch, User: u, Text: clockPaste})
		w.answer(t, ch, id, 1, clockTitle)
	}
	w.settle(t, "")
	db := w.look()
	defer db.Close()
	cases := func(guild string) int64 {
		return number(t, db, `SELECT count(*) FROM cases WHERE tenant = $1`, "discord//"+guild)
	}
	for _, guild := range []string{kicked, away, back, discordtest.Acme} {
		if cases(guild) != 1 {
			t.Fatalf("%d cases of %s", cases(guild), guild)
		}
	}
	w.GuildOutage(discordtest.Acme, true) // is no removal
	w.Kick(back)
	w.Invite(back)
	if err := run.stop(); err != nil {
		t.Errorf("run = %v", err)
	}
	w.Kick(away)
	w.ForgetSessions()
	run = begin()
	w.Kick(kicked)
	w.GuildOutage(discordtest.Acme, false)
	w.until("what is stored of the two is deleted", func() bool { return cases(kicked) == 0 && cases(away) == 0 })
	all := table(t, db, `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'tenant'`)
	if len(all) < 10 {
		t.Errorf("%d tables are of tenants", len(all))
	}
	w.until("nothing is left of the two", func() bool {
		left := int64(0)
		for _, row := range all {
			left += number(t, db, `SELECT count(*) FROM "`+row[0]+`" WHERE tenant IN ($1, $2)`, "discord//"+kicked, "discord//"+away)
		}
		return left == 0
	})
	w.until("the third was looked at", func() bool {
		return number(t, db, `SELECT count(*) FROM river_job WHERE json_extract(args, '$.kind') = 'leave' AND state <> 'completed'`) == 0
	})
	if cases(back) != 1 || cases(discordtest.Acme) != 1 {
		t.Errorf("%d and %d cases are left of those in which it is", cases(back), cases(discordtest.Acme))
	}
	if err := run.stop(); err != nil {
		t.Errorf("run = %v", err)
	}
}
