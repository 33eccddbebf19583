package queue

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"authfix/storage"
)

// childVariable makes the test's binary a process that works and hangs: see
// [TestKill].
const childVariable = "AUTHFIX_QUEUE_TEST_CHILD"

func TestMain(m *testing.M) {
	kind, address, ok := strings.Cut(os.Getenv(childVariable), " ")
	switch {
	case !ok:
		os.Exit(m.Run())
	case kind == "sqlite":
		child(place[*sql.Tx]{kind, address, connectSQLite})
	default:
		child(place[pgx.Tx]{kind, address, connectPostgres})
	}
}

func TestStopFinishes(t *testing.T) { onBoth(t, stopFinishes, stopFinishes) }

// What runs is finished when the queue stops.
func stopFinishes[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{Stop: patience})
	release := make(chan struct{})
	r.Handle("slow", 1, r.note(func(context.Context, storage.Job) error { <-release; return nil }))
	r.start(t)
	r.insert(t, true, storage.Job{Kind: "slow", Version: 1})
	next(t, r.runs, "run")
	stopped := make(chan struct{})
	go func() { r.stop(t); close(stopped) }()
	// The queue takes no more, while it waits.
	r.insert(t, true, storage.Job{Kind: "slow", Version: 1, Message: "too late"})
	select {
	case <-stopped:
		t.Error("it stopped while a job ran")
	case <-time.After(200 * time.Millisecond):
	}
	close(release)
	next(t, stopped, "stop")
	if got := next(t, r.outcomes, "outcome"); got != Done {
		t.Errorf("outcome = %s, want %s", got, Done)
	}
	if got := r.counts(t); got.Running != 0 || got.Waiting > 1 {
		t.Errorf("Counts() = %+v after the stop", got)
	}
}

func TestStopHandsBack(t *testing.T) { onBoth(t, stopHandsBack, stopHandsBack) }

// What does not finish in time is handed back and done elsewhere at once.
func stopHandsBack[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{Stop: 50 * time.Millisecond})
	r.Handle("slow", 1, r.note(func(ctx context.Context, _ storage.Job) error { <-ctx.Done(); return fmt.Errorf("read: closed") }))
	r.start(t)
	r.insert(t, true, storage.Job{Kind: "slow", Version: 1})
	next(t, r.runs, "run")
	r.stop(t)
	if got := next(t, r.outcomes, "outcome"); got != Interrupted {
		t.Errorf("outcome = %s, want %s", got, Interrupted)
	}
	if got, want := r.counts(t), (Counts{Waiting: 1}); got != want {
		t.Errorf("Counts() = %+v, want %+v", got, want)
	}
	other := p.join(t, Options{})
	other.Handle("slow", 1, other.note(nil))
	other.start(t)
	if j := next(t, other.runs, "run elsewhere"); j.Attempt != 1 {
		t.Errorf("attempt = %d, want 1: a stop is no failure", j.Attempt)
	}
}

func TestStopIsBounded(t *testing.T) { onBoth(t, stopIsBounded, stopIsBounded) }

// A job that heeds nothing does not keep the program from ending.
func stopIsBounded[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{Stop: 10 * time.Millisecond})
	release := make(chan struct{})
	r.Handle("deaf", 1, r.note(func(context.Context, storage.Job) error { <-release; return nil }))
	r.start(t)
	r.insert(t, true, storage.Job{Kind: "deaf", Version: 1})
	next(t, r.runs, "run")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := r.Stop(ctx); err == nil {
		t.Error("Stop succeeds while a job runs")
	}
	close(release)
}

func TestKill(t *testing.T) { onBoth(t, kill, kill) }

// The job of a process that was killed is done by another.
func kill[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, rescueSoon)
	r.insert(t, true, storage.Job{Kind: "hang", Version: 1, Message: "m"})
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+p.kind+" "+p.address)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() { cmd.Process.Kill(); cmd.Wait() })
	defer end()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "running m\n" {
		t.Fatalf("the process says %q, %v", line, err)
	}
	end()
	if got, want := r.counts(t), (Counts{Running: 1}); got != want {
		t.Errorf("Counts() after the kill = %+v, want %+v", got, want)
	}
	r.Handle("hang", 1, r.note(nil))
	r.start(t)
	begin := time.Now()
	if j := next(t, r.runs, "run after the kill"); j.Message != "m" || j.Attempt != 2 {
		t.Errorf("ran %+v, want message m, attempt 2", j)
	}
	t.Logf("rescued after %v", time.Since(begin).Round(time.Second))
	for _, want := range []Outcome{Rescued, Done} {
		if got := next(t, r.outcomes, "outcome"); got != want {
			t.Errorf("outcome = %s, want %s", got, want)
		}
	}
}

var rescueSoon = Options{Timeout: time.Second, Rescue: 2 * time.Second, Backoff: soon}

// child works one job without end. It takes the lead among processes first, so
// that the other must take that over too.
func child[TTx any](p place[TTx]) {
	ctx := context.Background()
	t := &testing.B{}
	q, err := Open(ctx, p.connect(t, p.address).driver, rescueSoon)
	if err == nil {
		q.Handle("hang", 1, func(_ context.Context, j storage.Job) error {
			fmt.Println("running", j.Message)
			select {}
		})
		err = q.Start(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

func TestMigrate(t *testing.T) { onBoth(t, migrateTogether, migrateTogether) }

// Processes that start at once on an empty database all start.
func migrateTogether[TTx any](t *testing.T, p place[TTx]) {
	var wg sync.WaitGroup
	for range 4 {
		a := p.connect(t, p.address)
		wg.Go(func() {
			if _, err := Open(t.Context(), a.driver, Options{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	a := p.connect(t, p.address)
	if err := a.exec(t.Context(), "INSERT INTO river_migration (line, version) VALUES ('main', 999)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), a.driver, Options{}); err == nil || !strings.Contains(err.Error(), "version 999") {
		t.Errorf("Open on tables of a newer build: %v, want an error that says so", err)
	}
}
