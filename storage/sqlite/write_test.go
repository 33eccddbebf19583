package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authfix/storage"
	"authfix/storage/sqlite"
	"authfix/storage/storagetest"
)

// TestBackupWhileWriting takes a backup in the middle and restores it by opening
// it: it holds all that was recorded before it began, and each record whole.
func TestBackupWhileWriting(t *testing.T) {
	dir, k := t.TempDir(), storagetest.NewKeyring(t)
	s := open(t, filepath.Join(dir, "desk.db"), k)
	var all sync.WaitGroup
	var before []string
	var mu sync.Mutex
	stop := make(chan struct{})
	ready := make(chan struct{}, 1000)
	for i := range 4 {
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				name := fmt.Sprintf("%d-%d", i, n)
				if err := s.Record(t.Context(), storagetest.Full("t", name)); err != nil {
					t.Errorf("record during a backup: %v", err)
					return
				}
				mu.Lock()
				before = append(before, name)
				mu.Unlock()
				select {
				case ready <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 200 {
		<-ready
	}
	mu.Lock()
	known := append([]string(nil), before...)
	mu.Unlock()
	file := filepath.Join(dir, "backup.db")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Error(err)
	}
	close(stop)
	all.Wait()
	restored := open(t, file, k)
	for _, name := range known {
		if _, err := restored.Case(t.Context(), "t", "case-"+name); err != nil {
			t.Errorf("a case of before the backup: %v", err)
		}
	}
	whole := 0
	for _, name := range before {
		m, err := restored.Recall(t.Context(), storage.Query{Tenant: "t", Delivery: "delivery-" + name, Channel: "C1", Message: "message-" + name})
		if err != nil {
			t.Fatal(err)
		}
		if (m.Delivery == nil) != (m.Case == nil) || (m.Delivery == nil) != (len(m.Observations) == 0) {
			t.Errorf("the backup has a part of %s: %+v", name, m)
		}
		if m.Delivery != nil {
			whole++
		}
	}
	if whole < len(known) {
		t.Errorf("the backup has %d records, and %d were made before it", whole, len(known))
	}
	if err := restored.Record(t.Context(), storagetest.Full("t", "after")); err != nil {
		t.Errorf("record into a restored database: %v", err)
	}
}

func TestJobs(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t))
	if _, err := s.DB().Exec("CREATE TABLE jobs (kind TEXT)"); err != nil {
		t.Fatal(err)
	}
	refuse := errors.New("the queue refuses")
	fail := false
	s.SetEnqueue(func(ctx context.Context, tx *sql.Tx, jobs []storage.Job) error {
		for _, j := range jobs {
			if _, err := tx.ExecContext(ctx, "INSERT INTO jobs VALUES ($1)", j.Kind); err != nil {
				return err
			}
		}
		if fail {
			return refuse
		}
		return nil
	})
	job := func(name string) error {
		r := storagetest.Full("t", name)
		r.Jobs = []storage.Job{{Kind: "file", Tenant: "t"}, {Kind: "draft", Tenant: "t"}}
		return s.Record(t.Context(), r)
	}
	count := func() (n int) {
		t.Helper()
		if err := s.DB().QueryRow("SELECT COUNT(*) FROM jobs").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := job("a"); err != nil || count() != 2 {
		t.Errorf("a record with two jobs: %v, and there are %d", err, count())
	}
	if err := job("a"); !errors.Is(err, storage.ErrDelivered) || count() != 2 {
		t.Errorf("the record again: %v, and there are %d jobs", err, count())
	}
	fail = true
	if err := job("b"); !errors.Is(err, refuse) || count() != 2 {
		t.Errorf("a record whose jobs are refused: %v, and there are %d", err, count())
	}
	if _, err := s.Case(t.Context(), "t", "case-b"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the case of a record whose jobs are refused: %v", err)
	}
	s.SetEnqueue(nil)
	if err := job("c"); err == nil {
		t.Error("jobs were recorded without a queue")
	}
}

// TestGroups records good and bad records at once: a bad one takes nothing with
// it.
func TestGroups(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t))
	if err := s.Record(t.Context(), storagetest.Full("t", "taken")); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 300 {
		all.Go(func() {
			r, want := storagetest.Full("t", fmt.Sprint(n)), error(nil)
			switch n % 4 {
			case 1:
				r.Delivery.ID, want = "delivery-taken", storage.ErrDelivered
			case 2:
				r.Case.Version, want = 7, storage.ErrConflict
			}
			if err := s.Record(t.Context(), r); !errors.Is(err, want) {
				t.Errorf("record %d: %v, want %v", n, err, want)
			}
			if _, err := s.Case(t.Context(), "t", r.Case.ID); (err == nil) != (want == nil) {
				t.Errorf("the case of record %d: %v", n, err)
			}
		})
	}
	all.Wait()
}

// TestBackPressure fills the queue while another has the connection.
func TestBackPressure(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t), sqlite.Options{Queue: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := s.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var answered atomic.Int32
	for n := range 50 {
		all.Go(func() {
			err := s.Record(ctx, storagetest.Full("t", fmt.Sprint(n)))
			answered.Add(1)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("record %d while the connection is taken: %v", n, err)
			}
		})
	}
	short, end := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer end()
	if err := s.Record(short, storagetest.Full("t", "late")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("record behind a full queue: %v", err)
	}
	if n := answered.Load(); n != 0 {
		t.Errorf("%d records were answered while the connection was taken", n)
	}
	cancel()
	all.Wait()
	c.Close()
	// None of those whose callers went away is made.
	if err := s.Record(t.Context(), storagetest.Full("t", "next")); err != nil {
		t.Fatal(err)
	}
	recent, err := s.Alike(t.Context(), "t", "fingerprint-late", time.Time{}, 10)
	if err != nil || len(recent) != 0 {
		t.Errorf("a record whose caller had gone was made: %v, %v", recent, err)
	}
	for n := range 50 {
		if _, err := s.Case(t.Context(), "t", fmt.Sprint("case-", n)); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("record %d, whose caller had gone, was made: %v", n, err)
		}
	}
}

// TestCloseWaits closes while records are being made: each is made or refused.
func TestCloseWaits(t *testing.T) {
	path, k := filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t)
	s := open(t, path, k)
	var all sync.WaitGroup
	errs := make([]error, 200)
	started := make(chan struct{}, len(errs))
	for n := range errs {
		all.Go(func() {
			started <- struct{}{}
			errs[n] = s.Record(t.Context(), storagetest.Full("t", fmt.Sprint(n)))
		})
	}
	for range len(errs) / 2 {
		<-started
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	s = open(t, path, k)
	for n, err := range errs {
		_, found := s.Case(t.Context(), "t", fmt.Sprint("case-", n))
		if (err == nil) != (found == nil) || err != nil && !strings.Contains(err.Error(), "closed") {
			t.Errorf("record %d during Close: %v, and its case: %v", n, err, found)
		}
	}
}
