package sqlite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"authfix/storage"
	"authfix/storage/storagetest"
)

// files returns the bytes of the database's files and of a fresh backup.
func files(t *testing.T, s storage.Keeper, path string) map[string][]byte {
	t.Helper()
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, file := range []string{path, path + "-wal", path + "-shm", backup} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = b
	}
	return all
}

// found returns in which files a text stands.
func found(all map[string][]byte, text string) []string {
	var where []string
	for name, b := range all {
		if bytes.Contains(b, []byte(text)) {
			where = append(where, name)
		}
	}
	return where
}

// victim is a record of one person among those of others, with a mark in every
// text, and some of them large, so that they have pages of their own.
func victim(name string) *storage.Record {
	r := storagetest.Full("t", name)
	long := bytes.Repeat([]byte("observed by "+name+" "), 500)
	r.Observation.Data, r.Outgoing[0].Reply, r.Delivery.Ack = long, long, long
	r.Case.Excerpt = string(long[:5000])
	r.Outgoing = append(r.Outgoing, storage.Outgoing{ID: "fleeting " + name, Platform: "slack", Channel: "C1", Thread: "F", Private: true, Person: "author-" + name,
		Fleeting: true, Reply: []byte("fleeting reply to " + name), Created: r.Case.Received})
	return r
}

// TestForgetLeavesNoByte plants marks in hundreds of records in random order, so
// that pages split and rows move, and looks for those of the forgotten ones.
func TestForgetLeavesNoByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s := open(t, path, storagetest.NewKeyring(t))
	ctx := t.Context()
	const people = 300
	order := rand.New(rand.NewPCG(1, 2)).Perm(people)
	name := func(n int) string { return fmt.Sprintf("nOnCe%04dx", n) }
	for _, n := range order {
		if err := s.Record(ctx, victim(name(n))); err != nil {
			t.Fatal(err)
		}
	}
	if where := found(files(t, s, path), name(7)); len(where) < 2 {
		t.Fatalf("a mark that was planted is found only in %v: the test looks in the wrong place", where)
	}
	now := time.Now()
	for {
		all, err := s.Lease(ctx, storage.Lease{Platform: "slack", Owner: "me", Now: now, Until: now.Add(time.Hour), Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			break
		}
		for _, o := range all {
			if err := s.Settle(ctx, storage.Settlement{Tenant: "t", ID: o.ID, Owner: "me", State: storage.Sent, At: now, SentAs: o.ID}); err != nil {
				t.Fatal(err)
			}
		}
	}
	gone, kept := map[string]bool{}, 0
	for n := range people {
		f := storage.Forgotten{Tenant: "t"}
		switch {
		case n%10 == 0:
			f.Person = "author-" + name(n)
			gone[f.Person] = true
		case n%3 == 0:
			f.Channel, f.Message = "C1", "message-"+name(n)
			gone["message-"+name(n)] = true
		default:
			kept = n
			continue
		}
		for _, text := range []string{"observed by ", "fleeting reply to ", "excerpt of ", "ghu of ", "mac of "} {
			gone[text+name(n)] = true
		}
		if _, err := s.Forget(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	all := files(t, s, path)
	for text := range gone {
		if where := found(all, text); where != nil {
			t.Errorf("%q is in %v after it was forgotten", text, where)
		}
	}
	if where := found(all, "observed by "+name(kept)); len(where) < 2 {
		t.Errorf("what was not forgotten is found only in %v", where)
	}
}

// TestSettledLeavesNoByte looks for credentials and fleeting rows.
func TestSettledLeavesNoByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s := open(t, path, storagetest.NewKeyring(t))
	ctx, now := t.Context(), time.Now()
	if err := s.Record(ctx, victim("x")); err != nil {
		t.Fatal(err)
	}
	if where := found(files(t, s, path), "https://respond.example/"); where != nil {
		t.Errorf("an address is in %v, unsealed", where)
	}
	if where := found(files(t, s, path), "fleeting reply to x"); len(where) < 2 {
		t.Errorf("a reply that waits is in %v", where)
	}
	if all, err := s.Lease(ctx, storage.Lease{Platform: "slack", Owner: "me", Now: now, Until: now.Add(time.Hour), Limit: 10}); err != nil || len(all) != 2 {
		t.Fatalf("leased %d rows, %v", len(all), err)
	}
	for _, id := range []string{"fleeting x", "reply-x"} {
		if err := s.Settle(ctx, storage.Settlement{Tenant: "t", ID: id, Owner: "me", State: storage.Sent, At: now, SentAs: "1"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if where := found(files(t, s, path), "fleeting reply to x"); where != nil {
		t.Errorf("a fleeting reply is in %v after it was settled", where)
	}
	info, err := os.Stat(path + "-wal")
	if err != nil || info.Size() > 16<<10 {
		t.Errorf("the log has %d bytes after Purge (%v)", info.Size(), err)
	}
}

// TestPurgeWaitsForReaders keeps a read and many writes going meanwhile.
func TestPurgeWaitsForReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	k := storagetest.NewKeyring(t)
	s, second := open(t, path, k), open(t, path, k)
	ctx := t.Context()
	if err := s.Record(ctx, victim("before")); err != nil {
		t.Fatal(err)
	}
	// A transaction on the other store's connection keeps its view of the log.
	tx, err := second.DB().Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"BEGIN DEFERRED", "SELECT COUNT(*) FROM cases"} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := s.Record(ctx, victim(fmt.Sprintf("%d/%d", i, n))); err != nil {
					t.Errorf("record while a purge waits: %v", err)
					return
				}
			}
		})
	}
	purged := make(chan error, 1)
	all.Go(func() {
		_, err := s.Forget(ctx, storage.Forgotten{Tenant: "t", Person: "author-before"})
		purged <- err
	})
	select {
	case err := <-purged:
		t.Errorf("a purge ended (%v) while a reader could see what was deleted", err)
	case <-time.After(300 * time.Millisecond):
	}
	if _, err := tx.ExecContext(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	tx.Close()
	if err := <-purged; err != nil {
		t.Errorf("purge: %v", err)
	}
	close(stop)
	all.Wait()
	if where := found(files(t, s, path), "author-before"); where != nil {
		t.Errorf("a person who was forgotten is in %v", where)
	}
}
