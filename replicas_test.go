package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/bot/bottest"
)

// Every message is delivered up to five times, out of order, to whichever of
// several processes asks first: it is decided once and answered once.
func TestRedeliveryToProcesses(t *testing.T) {
	messages := 120
	if soak() {
		messages = 2000
	}
	for engine, processes := range map[string]int{"sqlite": 2, "postgres": 3} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, engine, nonce, bottest.Options{Shuffle: true})
			w.traffic.copies = 5
			w.lease = 30 * time.Second // as it is by default: nothing is taken over here
			var all []*process
			for range processes {
				all = append(all, w.launch("", 0))
			}
			for _, p := range all {
				p.awaitListening()
			}
			stop := w.feed(time.Millisecond, 150)
			w.await("all messages are delivered", func() bool { return w.traffic.count() >= messages })
			stop()
			w.drain()
			w.verify()
			decided := map[string]bool{}
			for _, a := range w.service.Acks() {
				decided[a.Client] = true
			}
			if len(decided) != processes {
				t.Errorf("%d processes took part, want %d", len(decided), processes)
			}
			for _, p := range all {
				p.stop()
			}
		})
	}
}

// idle is how long the server lets a transaction be idle in these tests, of
// processes that are frozen in one: by default that is 10 s.
const idle = 2 * time.Second

// endIdle has the server do so.
func (w *world) endIdle() {
	w.settings["DATABASE_URL"] += fmt.Sprintf("&idle_in_transaction_session_timeout=%d", idle.Milliseconds())
}

// Of three replicas on PostgreSQL one is frozen in the midst of a send and later
// woken, and one is killed: what they had taken passes to the third once its
// lease has ended, and nothing is lost or said twice.
func TestFrozenAndKilledReplicas(t *testing.T) {
	for _, v := range []variant{nonce, finder} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "postgres", v, bottest.Options{Shuffle: true})
			w.lease = 5 * time.Second
			w.endIdle()
			db := w.look()
			defer db.Close()
			frozen, killed, third := w.launch("", 0), w.launch("", 0), w.launch("", 0)
			for _, p := range []*process{frozen, killed, third} {
				p.awaitListening()
			}
			stop := w.feed(15*time.Millisecond, 30)
			defer stop()
			for _, p := range []*process{frozen, killed, third} {
				w.await(p.name+" says something", func() bool { return w.posted(p) > 2 })
			}

			w.duringSend(frozen, frozen.freeze)
			w.noteKill(frozen, anyTime)
			began := time.Now()
			w.duringSend(killed, killed.kill)
			w.noteKill(killed, anyTime)
			held := len(w.leased)
			acked := len(w.traffic.ackedNow())

			// The work goes on in the third, at first with what is new.
			w.await("the third goes on", func() bool { return len(w.traffic.ackedNow()) > acked })
			t.Logf("the first message was acknowledged after %v", time.Since(began).Round(time.Millisecond))
			owners := fmt.Sprintf(`SELECT count(*) FROM outbox WHERE state = 'leased' AND (owner LIKE '%%-%d-%%' OR owner LIKE '%%-%d-%%')`, frozen.cmd.Process.Pid, killed.cmd.Process.Pid)
			w.await("what the two had taken has passed on", func() bool { return number(t, db, owners) == 0 })
			took := time.Since(began)
			t.Logf("%d replies that the two had taken passed on within %v; the lease is %v", held, took.Round(time.Millisecond), w.lease)
			// A lease and a poll, by default 30 s and 1 s, and time for a busy machine. A
			// transaction in which one was frozen ends before.
			if limit := w.lease + 5*time.Second; took > limit {
				t.Errorf("it took %v, more than %v", took, limit)
			}
			if held == 0 {
				t.Error("the two had taken nothing")
			}

			w.woken = true
			frozen.thaw()
			before := w.posted(frozen)
			w.await("the woken one works again", func() bool { return w.posted(frozen) > before+2 })
			stop()
			w.drain()
			w.verify()
			frozen.stop()
			third.stop()
		})
	}
}

// posted is how many replies a process has said.
func (w *world) posted(p *process) int {
	n := 0
	for _, s := range w.service.Posts() {
		if s.Client == p.name {
			n++
		}
	}
	return n
}

// duringSend does something to a process while a post of it has arrived and
// waits for its answer.
func (w *world) duringSend(p *process, do func()) {
	w.t.Helper()
	reached, done := make(chan string, 1), make(chan struct{})
	var once sync.Once
	w.setHooks(bottest.Hooks{Arrived: func(post bottest.Post) bottest.Answer {
		if post.Client == p.name {
			once.Do(func() {
				reached <- post.To.Key
				<-done
			})
		}
		return bottest.Answer{}
	}})
	w.awaitPoint(p, reached)
	do()
	close(done)
	w.setHooks(bottest.Hooks{})
}

// A replica on PostgreSQL is frozen in the midst of a transaction, whose locks it
// holds: the server ends the transaction after a time, and others go on.
func TestFrozenInTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "postgres", nonce, bottest.Options{})
	w.endIdle()
	w.traffic.plain = true
	db := w.look()
	defer db.Close()
	frozen, other := w.launch("", 0), w.launch("", 0)
	frozen.awaitListening()
	other.awaitListening()
	for range 5 {
		w.traffic.deliver()
	}
	w.await("the first messages are acknowledged", func() bool { return w.service.Waiting() == 0 })

	// Its transaction waits for another one that records the same delivery when it
	// is frozen, and goes on when that is undone. The other process stands aside
	// meanwhile.
	other.freeze()
	lock, err := db.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = lock.Exec(`UPDATE deliveries SET id = 'd6' WHERE id = 'd5'`)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.traffic.deliver()
	var waiting [][]string
	w.await("its transaction waits", func() bool {
		waiting = table(t, db, `SELECT CAST(pid AS TEXT) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO deliveries%'`)
		return len(waiting) > 0
	})
	frozen.freeze()
	began := time.Now()
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.await("the frozen one holds its locks", func() bool {
		idle := int64(0)
		for _, session := range waiting {
			idle += number(t, db, `SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND pid = CAST($1 AS integer)`, session[0])
		}
		return idle > 0
	})
	other.thaw()
	w.await("the message is acknowledged", func() bool { return w.service.Waiting() == 0 })
	took := time.Since(began)
	t.Logf("the work of a replica frozen in a transaction moved on after %v; the server ends an idle transaction after %v", took.Round(time.Millisecond), idle)
	if limit := idle + 5*time.Second; took > limit {
		t.Errorf("it took %v, more than %v", took, limit)
	}
	frozen.thaw()
	w.drain()
	w.verify()
	frozen.stop()
	other.stop()
}

// lockSQLite keeps a SQLite database locked for writing until release is called.
func lockSQLite(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+strings.ReplaceAll(path, "?", "%3f")+"?_busy_timeout=30000&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		tx.Rollback()
		db.Close()
	})
}
