package main

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"authfix/bot/bottest"
	"authfix/internal/pgtest"
)

// While another process keeps SQLite's file locked, nothing is acknowledged that
// is not recorded; once the lock is gone all is recorded and answered.
func TestDatabaseLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite", nonce, bottest.Options{})
	p := w.launch("", 0)
	stop := w.feed(10*time.Millisecond, 30)
	defer stop()
	w.await("messages are acknowledged", func() bool { return len(w.traffic.ackedNow()) > 20 })
	began := time.Now()
	release := lockSQLite(t, w.path)
	defer release()
	t.Logf("locked after %v", time.Since(began).Round(time.Millisecond))
	// What was recorded before may still be acknowledged.
	w.await("nothing is acknowledged any more", w.unchanged(func() int { return len(w.traffic.ackedNow()) }, time.Second))
	acked := len(w.traffic.ackedNow())
	time.Sleep(7 * time.Second) // longer than a write waits for the lock
	if n := len(w.traffic.ackedNow()); n != acked {
		t.Errorf("%d deliveries were acknowledged while the database was locked", n-acked)
	}
	began = time.Now()
	release()
	w.await("messages are acknowledged again", func() bool { return len(w.traffic.ackedNow()) > acked+20 })
	t.Logf("acknowledged again %v after the lock was gone", time.Since(began).Round(time.Millisecond))
	stop()
	w.drain()
	w.verify()
	p.stop()
}

// unchanged returns what reports whether a number has stayed the same for so
// long.
func (w *world) unchanged(n func() int, long time.Duration) func() bool {
	last, since := -1, time.Now()
	return func() bool {
		if now := n(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > long
	}
}

// A disk that takes nothing more refuses what it cannot record, and all goes on
// when there is room again, without a restart. Once the file cannot grow, and
// once the database may have no more pages, which is how SQLite itself tells of a
// full disk.
func TestDiskFull(t *testing.T) {
	for _, full := range []string{noGrowth, noPages} {
		t.Run(full, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "sqlite", nonce, bottest.Options{})
			p := w.launch("", 0)
			stop := w.feed(5*time.Millisecond, 30)
			defer stop()
			w.await("messages are acknowledged", func() bool { return len(w.traffic.ackedNow()) > 20 })
			if full == noGrowth {
				full = fmt.Sprint(noGrowth, ": ", sizeOf(t, w.path, w.path+"-wal")+64<<10)
			}
			p.order(full)
			w.await("nothing is acknowledged any more", w.unchanged(func() int { return len(w.traffic.ackedNow()) }, 1500*time.Millisecond))
			acked := len(w.traffic.ackedNow())
			t.Logf("full at %d deliveries acknowledged, %d waiting", acked, w.service.Waiting())
			if w.service.Waiting() == 0 {
				t.Error("no message waits: the disk was not full")
			}
			p.order(freely)
			w.await("messages are acknowledged again", func() bool { return len(w.traffic.ackedNow()) > acked+20 })
			stop()
			w.drain()
			w.verify()
			p.stop()
			db := w.look()
			defer db.Close()
			if ok := table(t, db, `PRAGMA integrity_check`); ok[0][0] != "ok" {
				t.Errorf("the database is damaged: %v", ok)
			}
		})
	}
}

// sizeOf is the size of the largest of some files.
func sizeOf(t *testing.T, names ...string) uint64 {
	t.Helper()
	var most int64
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if err == nil {
			most = max(most, info.Size())
		}
	}
	return uint64(most)
}

// PostgreSQL is restarted under load, again and again: what it cannot record is
// not acknowledged, and all goes on when it is back.
func TestPostgresRestarts(t *testing.T) {
	t.Parallel()
	restarts := 2
	if soak() {
		restarts = 20
	}
	server := pgtest.StartServer(t)
	w := newWorldOn(t, server.Database(t), nonce, bottest.Options{Shuffle: true})
	first, second := w.launch("", 0), w.launch("", 0)
	first.awaitListening()
	second.awaitListening()
	stop := w.feed(8*time.Millisecond, 40)
	defer stop()
	for range restarts {
		acked := len(w.traffic.ackedNow())
		w.await("messages are acknowledged", func() bool { return len(w.traffic.ackedNow()) > acked+30 })
		server.Stop(t)
		w.await("nothing is acknowledged any more", w.unchanged(func() int { return len(w.traffic.ackedNow()) }, 500*time.Millisecond))
		began := time.Now()
		server.Start(t)
		acked = len(w.traffic.ackedNow())
		w.await("messages are acknowledged again", func() bool { return len(w.traffic.ackedNow()) > acked })
		t.Logf("acknowledged again %v after the start of the server's start", time.Since(began).Round(time.Millisecond))
	}
	stop()
	w.drain()
	w.verify()
	first.stop()
	second.stop()
}

// Nothing can be sent for as long as a message a second adds up to an hour: the
// replies wait in the database, the process holds few of them, and all are said
// once when it is possible again.
func TestSendsBlocked(t *testing.T) {
	t.Parallel()
	messages := 1200
	if soak() {
		messages = 3600
	}
	w := newWorld(t, "sqlite", nonce, bottest.Options{})
	w.traffic.plain = true
	w.lease = time.Second // it ends again and again meanwhile
	release := w.service.Hold()
	defer release()
	p := w.launch("", 0)
	stop := w.feed(time.Millisecond, 60)
	defer stop()
	var early int64
	w.await("all are acknowledged", func() bool {
		n := len(w.traffic.ackedNow())
		if early == 0 && n > messages/5 {
			early = w.memory(p)
		}
		return n >= messages
	})
	stop()
	attempts := w.service.Attempts()
	w.await("sends were tried again", func() bool { return w.service.Attempts() > attempts+20 })
	late := w.memory(p)
	t.Logf("%d replies wait, %d sends were tried; %d MiB after a fifth of them, %d MiB at the end", w.traffic.count(), w.service.Attempts(), early>>20, late>>20)
	// What it keeps is what is in hand; the rest of the growth is SQLite's cache
	// and what the collector has not yet taken.
	if grown := late - early; grown > 64<<20 {
		t.Errorf("the process grew by %d MiB while replies waited", grown>>20)
	}
	if n := len(w.service.Posts()); n != 0 {
		t.Errorf("%d replies were said while none could be", n)
	}
	release()
	w.drain()
	w.verify()
	p.stop()
}

// memory is what a process has at present.
func (w *world) memory(p *process) int64 {
	w.t.Helper()
	n, err := p.rss()
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
