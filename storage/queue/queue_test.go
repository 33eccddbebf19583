package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/storage"
)

func soon(int) time.Duration { return 10 * time.Millisecond }

func TestTransaction(t *testing.T) { onBoth(t, transaction, transaction) }

// A job is there when its transaction is committed, and not otherwise.
func transaction[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{})
	r.Handle("greet", 2, r.note(nil))
	undone := storage.Job{Kind: "greet", Version: 2, Tenant: "a", Message: "undone"}
	kept := storage.Job{Kind: "greet", Version: 2, Tenant: "a", Case: "c", Message: "m", File: "f"}
	r.insert(t, false, undone)
	r.insert(t, true, kept)
	if got, want := r.counts(t), (Counts{Waiting: 1}); got != want {
		t.Errorf("Counts() = %+v, want %+v", got, want)
	}
	r.start(t)
	kept.Attempt = 1
	if diff := cmp.Diff(kept, next(t, r.runs, "run")); diff != "" {
		t.Errorf("job (-want +got):\n%s", diff)
	}
	until(t, "nothing waits or runs", func() bool { return r.counts(t) == Counts{} })
	if len(r.runs) != 0 {
		t.Errorf("a second run: %+v", <-r.runs)
	}
}

func TestBounds(t *testing.T) { onBoth(t, bounds, bounds) }

func bounds[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{})
	for _, j := range []storage.Job{
		{Kind: "x"},
		{Kind: strings.Repeat("x", 101)},
		{Kind: "good", Version: -1},
		{Kind: "good", Message: strings.Repeat("x", 4001)},
	} {
		if err := r.tryInsert(t.Context(), true, j); err == nil {
			t.Errorf("InsertTx of %.20q version %d with %d bytes succeeds", j.Kind, j.Version, len(j.Message))
		}
	}
	if err := r.Every("often", 1, time.Millisecond); err == nil {
		t.Error("Every(1 ms) succeeds")
	}
}

func TestShared(t *testing.T) { onBoth(t, shared, shared) }

// Two processes share the jobs; each is done once.
func shared[TTx any](t *testing.T, p place[TTx]) {
	const jobs = 300
	var mu sync.Mutex
	done := map[string]int{}
	all := make(chan struct{})
	var both [2]*process[TTx]
	for i := range both {
		r := p.join(t, Options{})
		r.Handle("count", 1, func(_ context.Context, j storage.Job) error {
			mu.Lock()
			defer mu.Unlock()
			if done[j.Message]++; len(done) == jobs && done[j.Message] == 1 {
				close(all)
			}
			return nil
		})
		r.start(t)
		both[i] = r
	}
	for i := range jobs {
		both[i%2].insert(t, true, storage.Job{Kind: "count", Version: 1, Message: fmt.Sprint(i)})
	}
	next(t, all, "end of all jobs")
	until(t, "nothing waits or runs", func() bool { return both[0].counts(t) == Counts{} })
	mu.Lock()
	defer mu.Unlock()
	for m, n := range done {
		if n != 1 {
			t.Errorf("job %s was done %d times", m, n)
		}
	}
}

func TestRetry(t *testing.T) { onBoth(t, retry, retry) }

func retry[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{Attempts: 3, Backoff: soon})
	r.Handle("heals", 1, r.note(func(_ context.Context, j storage.Job) error {
		if j.Attempt < 3 {
			return errors.New("not yet")
		}
		return nil
	}))
	r.Handle("hopeless", 1, r.note(func(context.Context, storage.Job) error { return errors.New("no") }))
	r.Handle("never", 1, r.note(func(context.Context, storage.Job) error { return fmt.Errorf("gone: %w", storage.ErrNever) }))
	put := false
	r.Handle("later", 1, r.note(func(context.Context, storage.Job) error {
		if put = !put; put {
			return fmt.Errorf("busy: %w", &storage.Later{After: 10 * time.Millisecond})
		}
		return nil
	}))
	r.Handle("panics", 1, r.note(func(_ context.Context, j storage.Job) error {
		if j.Attempt < 3 {
			panic("secret")
		}
		return storage.ErrNever
	}))
	r.start(t)
	for _, tc := range []struct {
		kind     string
		attempts []int
		outcomes []Outcome
		lost     int64
	}{
		{"heals", []int{1, 2, 3}, []Outcome{Failed, Failed, Done}, 0},
		{"hopeless", []int{1, 2, 3}, []Outcome{Failed, Failed, GivenUp}, 1},
		{"never", []int{1}, []Outcome{Never}, 2},
		{"later", []int{1, 1}, []Outcome{Later, Done}, 2},
		{"panics", []int{1, 2, 3}, []Outcome{Failed, Failed, Never}, 3},
	} {
		r.insert(t, true, storage.Job{Kind: tc.kind, Version: 1})
		for i, attempt := range tc.attempts {
			j := next(t, r.runs, "run of "+tc.kind)
			if want := attempt == 3; j.Kind != tc.kind || j.Attempt != attempt || j.Last != want {
				t.Errorf("run %d is %+v, want %s, attempt %d, last %v", i, j, tc.kind, attempt, want)
			}
			if got := next(t, r.outcomes, "outcome"); got != tc.outcomes[i] {
				t.Errorf("outcome %d of %s = %s, want %s", i, tc.kind, got, tc.outcomes[i])
			}
		}
		until(t, "the end of "+tc.kind, func() bool { return r.counts(t) == Counts{Lost: tc.lost} })
	}
	found, err := r.client.JobList(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range found.Jobs {
		for _, e := range row.Errors {
			if strings.Contains(e.Error+e.Trace, "secret") {
				t.Errorf("the value of a panic is kept: %s", e.Error)
			}
			if len(e.Error) > maxError+10 {
				t.Errorf("an error of %d bytes is kept", len(e.Error))
			}
		}
	}
}

func TestParked(t *testing.T) { onBoth(t, parked, parked) }

// What this build does not know waits for one that does.
func parked[TTx any](t *testing.T, p place[TTx]) {
	old := p.join(t, Options{Attempts: 2, park: soon})
	old.Handle("draw", 1, old.note(nil))
	old.insert(t, true, storage.Job{Kind: "draw", Version: 2, Message: "m"})
	old.start(t)
	for range 4 { // more often than it may fail
		if got := next(t, old.outcomes, "outcome"); got != Parked {
			t.Errorf("outcome = %s, want %s", got, Parked)
		}
	}
	old.stop(t)
	if got, want := old.counts(t), (Counts{Waiting: 1}); got != want {
		t.Errorf("Counts() = %+v, want %+v", got, want)
	}
	fresh := p.join(t, Options{Attempts: 2})
	fresh.Handle("draw", 2, fresh.note(nil))
	fresh.start(t)
	if j := next(t, fresh.runs, "run"); j.Message != "m" || j.Attempt != 1 {
		t.Errorf("the job came as %+v, want message m, attempt 1", j)
	}
}

func TestStrange(t *testing.T) { onBoth(t, strange, strange) }

// So does what it cannot even read.
func strange[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{park: soon})
	r.Handle("draw", 1, r.note(nil))
	r.insert(t, true, storage.Job{Kind: "draw", Version: 1})
	document := "'{\"version\": \"two\"}'"
	if p.kind == "sqlite" {
		document = "jsonb(" + document + ")"
	}
	if err := r.exec(t.Context(), "UPDATE river_job SET args = "+document); err != nil {
		t.Fatal(err)
	}
	r.start(t)
	for range 2 {
		if got := next(t, r.outcomes, "outcome"); got != Parked {
			t.Errorf("outcome = %s, want %s", got, Parked)
		}
	}
	if len(r.runs) != 0 {
		t.Error("it was run")
	}
}

func TestOnce(t *testing.T) { onBoth(t, once, once) }

func once[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{})
	release := make(chan struct{})
	r.Handle("sweep", 1, r.note(func(context.Context, storage.Job) error { <-release; return nil }))
	j := storage.Job{Kind: "sweep", Version: 1, Tenant: "a", Once: true}
	other := j
	other.Tenant = "b"
	r.insert(t, true, j, j, other)
	r.insert(t, true, j)
	if got := r.counts(t).Waiting; got != 2 {
		t.Errorf("%d jobs wait, want 2", got)
	}
	r.start(t)
	next(t, r.runs, "run")
	next(t, r.runs, "run")
	r.insert(t, true, j) // while it runs
	if got := r.counts(t); got != (Counts{Running: 2}) {
		t.Errorf("Counts() = %+v, want 2 running", got)
	}
	close(release)
	until(t, "both are done", func() bool { return r.counts(t) == Counts{} })
	r.insert(t, true, j)
	next(t, r.runs, "run after the first was done")
}

func TestAt(t *testing.T) { onBoth(t, at, at) }

func at[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{})
	r.Handle("remind", 1, r.note(nil))
	r.start(t)
	r.insert(t, true, storage.Job{Kind: "remind", Version: 1, Message: "in an hour", At: time.Now().Add(time.Hour)},
		storage.Job{Kind: "remind", Version: 1, Message: "by now", At: time.Now().Add(-time.Hour)})
	if j := next(t, r.runs, "run"); j.Message != "by now" {
		t.Errorf("ran %q, want the one whose time has come", j.Message)
	}
}

func TestEvery(t *testing.T) { onBoth(t, every, every) }

func every[TTx any](t *testing.T, p place[TTx]) {
	a, b := p.join(t, Options{}), p.join(t, Options{})
	b.runs = a.runs
	for _, r := range []*process[TTx]{a, b} {
		r.Handle("sweep", 3, r.note(nil))
		if err := r.Every("sweep", 3, time.Second); err != nil {
			t.Fatal(err)
		}
		if err := r.Every("sweep", 3, time.Second); err == nil {
			t.Error("the same twice succeeds")
		}
		r.start(t)
	}
	for range 3 {
		if j := next(t, a.runs, "run"); j.Kind != "sweep" || j.Version != 3 {
			t.Errorf("ran %+v", j)
		}
	}
}

func TestForget(t *testing.T) { onBoth(t, forget, forget) }

func forget[TTx any](t *testing.T, p place[TTx]) {
	r := p.join(t, Options{})
	r.Handle("finish", 1, r.note(nil))
	r.Handle("fail", 1, r.note(func(context.Context, storage.Job) error { return storage.ErrNever }))
	r.Handle("hang", 1, r.note(func(ctx context.Context, _ storage.Job) error { <-ctx.Done(); return ctx.Err() }))
	r.start(t)
	for _, k := range []string{"finish", "fail", "hang"} {
		r.insert(t, true, storage.Job{Kind: k, Version: 1, Tenant: "a", Case: "c", Message: "m"})
		next(t, r.runs, "run of "+k)
	}
	r.insert(t, true,
		storage.Job{Kind: "hang", Version: 1, Tenant: "a", Case: "c", Message: "m", At: time.Now().Add(time.Hour)},
		storage.Job{Kind: "hang", Version: 1, Tenant: "a", Case: "c", Message: "other", At: time.Now().Add(time.Hour)},
		storage.Job{Kind: "hang", Version: 1, Tenant: "b", Case: "c", Message: "m", At: time.Now().Add(time.Hour)})
	until(t, "one runs, one was given up", func() bool { return r.counts(t) == Counts{Waiting: 3, Running: 1, Lost: 1} })
	if _, _, err := r.Forget(t.Context(), Named{Message: "m"}); err == nil {
		t.Error("Forget of no tenant succeeds")
	}
	var all int64
	first := true
	until(t, "the message's jobs are gone", func() bool {
		deleted, running, err := r.Forget(t.Context(), Named{Tenant: "a", Message: "m"})
		if err != nil {
			t.Fatal(err)
		}
		if first && (deleted != 3 || running != 1) {
			t.Errorf("Forget deletes %d with %d running, want 3 with 1", deleted, running)
		}
		first = false
		all += deleted
		return running == 0
	})
	if all != 4 {
		t.Errorf("Forget deleted %d jobs, want 4", all)
	}
	left, err := r.client.JobList(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range left.Jobs {
		if strings.Contains(string(row.EncodedArgs), `"a"`) && strings.Contains(string(row.EncodedArgs), `"m"`) {
			t.Errorf("left: %s", row.EncodedArgs)
		}
	}
	if deleted, _, err := r.Forget(t.Context(), Named{Tenant: "b", Case: "c"}); err != nil || deleted != 1 {
		t.Errorf("Forget of another tenant's case = %d, %v, want 1", deleted, err)
	}
	if got := r.counts(t); got.Waiting != 1 {
		t.Errorf("%d jobs wait, want 1", got.Waiting)
	}
}
