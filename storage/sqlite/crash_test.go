//go:build unix

package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/storage"
	"authfix/storage/sqlite"
	"authfix/storage/storagetest"
)

// TestMain lets tests start this program again as another process: what it does
// then is named by the environment.
func TestMain(m *testing.M) {
	if role := os.Getenv("SQLITE_TEST_ROLE"); role != "" {
		if err := play(role, os.Getenv("SQLITE_TEST_FILE"), os.Getenv("SQLITE_TEST_KEY")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// play is what a child process does. It says what it has done on standard
// output, a line each, and ends when its standard input does.
func play(role, path, key string) error {
	k, err := storage.ParseKeyring(key)
	if err != nil {
		return err
	}
	ctx, cancel := stdinContext()
	defer cancel()
	s, err := sqlite.Open(ctx, path, k, sqlite.Options{})
	if err != nil {
		return err
	}
	switch role {
	case "write": // as fast as it can, and tells what was recorded
		var all sync.WaitGroup
		var out sync.Mutex
		for i := range 8 {
			all.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					name := fmt.Sprintf("%d-%d-%d", os.Getpid(), i, n)
					if s.Record(ctx, storagetest.Full("t", name)) == nil {
						out.Lock()
						fmt.Println(name)
						out.Unlock()
					}
				}
			})
		}
		all.Wait()
	case "lock": // keeps the file locked
		c, err := s.DB().Conn(ctx)
		if err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		fmt.Println("locked")
		<-ctx.Done()
		return c.Close()
	case "start": // opens and records one
		name := fmt.Sprint(os.Getpid())
		if err := s.Record(ctx, storagetest.Full("t", name)); err != nil {
			return err
		}
		fmt.Println(name)
	}
	return s.Close()
}

// A child is a process that plays a role.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
	out   io.Reader
	said  strings.Builder // on standard error
}

func begin(t *testing.T, role, path, key string) *child {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(program)}
	c.cmd.Env = append(os.Environ(), "SQLITE_TEST_ROLE="+role, "SQLITE_TEST_FILE="+path, "SQLITE_TEST_KEY="+key)
	c.cmd.Stderr = &c.said
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.lines, c.out = bufio.NewScanner(out), out
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.cmd.Process.Kill(); c.cmd.Wait() })
	return c
}

// end ends the child softly and checks that it ended well.
func (c *child) end(t *testing.T) {
	t.Helper()
	c.stdin.Close()
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("a child: %v: %s", err, c.said.String())
	}
}

// TestKill kills a process that writes, and looks for all that it said it had
// recorded.
func TestKill(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "desk.db"), storage.NewKey()
	k, err := storage.ParseKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	var recorded []string
	for round := range 5 {
		c := begin(t, "write", path, key)
		for n := 0; n < 40+round*37 && c.lines.Scan(); n++ {
			recorded = append(recorded, c.lines.Text())
		}
		if err := c.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for c.lines.Scan() { // what it said before it died
			recorded = append(recorded, c.lines.Text())
		}
		c.cmd.Wait()
		s, err := sqlite.Open(t.Context(), path, k, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range recorded {
			m, err := s.Recall(t.Context(), storage.Query{Tenant: "t", Delivery: "delivery-" + name, Channel: "C1", Message: "message-" + name})
			if err != nil || m.Delivery == nil || m.Case == nil || len(m.Observations) != 1 {
				t.Fatalf("round %d: of %s, which was recorded, is left %+v, %v", round, name, m, err)
			}
		}
		var health string
		if err := s.DB().QueryRow("PRAGMA integrity_check").Scan(&health); err != nil || health != "ok" {
			t.Errorf("the file is %q after a kill: %v", health, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(recorded) < 100 {
		t.Errorf("only %d records were made", len(recorded))
	}
}

// TestStartAtOnce starts processes at once on a file that is not there.
func TestStartAtOnce(t *testing.T) {
	key := storage.NewKey()
	k, err := storage.ParseKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		path := filepath.Join(t.TempDir(), "desk.db")
		var all []*child
		for range 4 {
			all = append(all, begin(t, "start", path, key))
		}
		for _, c := range all {
			if !c.lines.Scan() {
				c.end(t)
				continue
			}
			name := c.lines.Text()
			c.end(t)
			s := open(t, path, k)
			if _, err := s.Case(t.Context(), "t", "case-"+name); err != nil {
				t.Errorf("the case of one of several that started at once: %v", err)
			}
			s.Close()
		}
	}
}

// TestTwoProcesses writes from two processes at once.
func TestTwoProcesses(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "desk.db"), storage.NewKey()
	k, err := storage.ParseKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, path, k)
	c := begin(t, "write", path, key)
	for n := range 100 {
		if !c.lines.Scan() {
			t.Fatalf("the child ended: %s", c.said.String())
		}
		if err := s.Record(t.Context(), storagetest.Full("t", fmt.Sprint(n))); err != nil {
			t.Fatalf("record beside another process: %v", err)
		}
		if n%25 == 0 {
			if _, err := s.Forget(t.Context(), storage.Forgotten{Tenant: "t", Person: fmt.Sprint("author-", n)}); err != nil {
				t.Fatalf("forget beside another process: %v", err)
			}
			if _, err := s.Case(t.Context(), "t", "case-"+c.lines.Text()); err != nil {
				t.Errorf("what another process recorded: %v", err)
			}
		}
	}
	go io.Copy(io.Discard, c.out) // it must not wait for a reader
	c.end(t)
	var health string
	if err := s.DB().QueryRow("PRAGMA integrity_check").Scan(&health); err != nil || health != "ok" {
		t.Errorf("the file is %q after two processes wrote: %v", health, err)
	}
}

// TestLocked keeps the file locked by another process.
func TestLocked(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "desk.db"), storage.NewKey()
	k, err := storage.ParseKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path, k, sqlite.Options{BusyTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := begin(t, "lock", path, key)
	if !c.lines.Scan() {
		t.Fatalf("the child ended: %s", c.said.String())
	}
	r := storagetest.Full("t", "a")
	if err := s.Record(t.Context(), r); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("record into a locked file: %v, want it to be unavailable", err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("ping of a locked file: %v, want it to be unavailable", err)
	}
	if _, err := s.Recall(t.Context(), storage.Query{Tenant: "t", Delivery: "delivery-a"}); err != nil {
		t.Errorf("a locked file cannot be read: %v", err)
	}
	second, err := sqlite.Open(t.Context(), path, k, sqlite.Options{BusyTimeout: 50 * time.Millisecond})
	if err == nil {
		second.Close()
		t.Error("a locked file was opened")
	} else if !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("open a locked file: %v, want it to be unavailable", err)
	}
	c.end(t)
	if err := s.Record(t.Context(), r); err != nil {
		t.Errorf("record when the lock is gone: %v", err)
	}
}

// TestDiskFull lets the file not grow any more.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s := open(t, path, storagetest.NewKeyring(t))
	if err := s.Record(t.Context(), storagetest.Full("t", "before")); err != nil {
		t.Fatal(err)
	}
	var pages, limit int
	if err := s.DB().QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := s.DB().QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", pages+10)).Scan(&limit); err != nil {
		t.Fatal(err)
	}
	// Many at once, so that several share a transaction that is lost.
	var all sync.WaitGroup
	errs := make([]error, 100)
	for i := range errs {
		all.Go(func() { errs[i] = s.Record(t.Context(), victim(fmt.Sprint(i))) })
	}
	all.Wait()
	failed := 0
	for i, err := range errs {
		_, found := s.Case(t.Context(), "t", fmt.Sprint("case-", i))
		switch {
		case err == nil && found != nil:
			t.Errorf("record %d was made and is not there: %v", i, found)
		case err != nil && !errors.Is(err, storage.ErrUnavailable):
			t.Errorf("record %d on a full disk: %v, want it to be unavailable", i, err)
		case err != nil && !errors.Is(found, storage.ErrNotFound):
			t.Errorf("record %d failed, and its case is there: %v", i, found)
		}
		if err != nil {
			failed++
		}
	}
	if failed == 0 {
		t.Error("the disk was never full")
	}
	if _, err := s.Case(t.Context(), "t", "case-before"); err != nil {
		t.Errorf("a case of before: %v", err)
	}
	if err := s.DB().QueryRow("PRAGMA max_page_count = 1000000").Scan(&limit); err != nil {
		t.Fatal(err)
	}
	for i, err := range errs {
		if err != nil {
			if err := s.Record(t.Context(), victim(fmt.Sprint(i))); err != nil {
				t.Fatalf("record %d when there is room again: %v", i, err)
			}
		}
	}
}

// stdinContext ends with the standard input.
func stdinContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return ctx, cancel
}
