package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"authfix/storage"
)

// maxError bounds what is kept of a job's error.
const maxError = 500

// A worker runs every job that River hands out.
type worker[TTx any] struct {
	river.WorkerDefaults[args]
	q *Queue[TTx]
}

// Work runs one job and tells River what becomes of it.
func (w *worker[TTx]) Work(ctx context.Context, r *river.Job[args]) error {
	o := &w.q.o
	j := r.Args.job()
	j.Attempt, j.Last = r.Attempt, r.Attempt >= r.MaxAttempts
	logger := o.Logger.With("job_kind", j.Kind, "job_version", j.Version, "job", r.ID, "case", j.Case)
	if wasRescued(r.JobRow) {
		o.Observe(j.Kind, Rescued)
		logger.WarnContext(ctx, "job taken over from a replica that did not end it", "outcome", string(Rescued), "attempt", j.Attempt)
	}
	f := w.q.handler(j.Kind, j.Version)
	if f == nil || r.Args.strange {
		n := snoozes(r.JobRow)
		o.Observe(j.Kind, Parked)
		level := slog.LevelWarn
		if n > 0 {
			level = slog.LevelDebug
		}
		logger.Log(ctx, level, "job parked: this build does not know its kind and version", "outcome", string(Parked))
		return river.JobSnooze(o.park(n))
	}
	ctx, done := w.q.runs(ctx, r.ID)
	defer done()
	begin := time.Now()
	err := run(ctx, f, j)
	result, answer := judge(ctx, j, err)
	o.Observe(j.Kind, result)
	level := slog.LevelDebug
	switch result {
	case Failed, Interrupted:
		level = slog.LevelWarn
	case GivenUp, Never:
		level = slog.LevelError
	}
	logger = logger.With("outcome", string(result), "attempt", j.Attempt, "milliseconds", time.Since(begin).Milliseconds())
	if err != nil {
		logger = logger.With("err", err)
	}
	logger.Log(ctx, level, "job")
	return answer
}

// errForgotten is why the context of a job ends that [Queue.Forget] meant.
var errForgotten = errors.New("forgotten")

// runs notes that a job runs until done is called; the context that it returns
// ends when the job is forgotten.
func (q *Queue[TTx]) runs(ctx context.Context, id int64) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running[id] = cancel
	return ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.running, id)
		cancel(nil)
	}
}

// judge says how a run ended and what River is told.
func judge(ctx context.Context, j storage.Job, err error) (Outcome, error) {
	var later *storage.Later
	switch {
	case err == nil:
		return Done, nil
	case errors.As(err, &later):
		return Later, river.JobSnooze(max(later.After, 0))
	case errors.Is(err, storage.ErrNever):
		return Never, river.JobCancel(short(err))
	case errors.Is(context.Cause(ctx), errForgotten):
		return Never, river.JobCancel(errForgotten)
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		// The queue stops. River hands a job back when it sees the context's error.
		return Interrupted, ctx.Err()
	case j.Last:
		return GivenUp, short(err)
	}
	return Failed, short(err)
}

// run calls f and makes an error of a panic. The panic's value may hold what
// the job worked on, and is not told.
func run(ctx context.Context, f storage.JobFunc, j storage.Job) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		what := fmt.Sprintf("%T", v)
		if e, ok := v.(runtime.Error); ok {
			what = e.Error()
		}
		err = fmt.Errorf("panic: %s\n%s", what, debug.Stack())
	}()
	return f(ctx, j)
}

// short is err as it is kept and logged by River.
func short(err error) error {
	s := strings.ToValidUTF8(err.Error(), "")
	if len(s) > maxError {
		s = strings.ToValidUTF8(s[:maxError], "") + " …"
	}
	return errors.New(s)
}

// parkFor is how long a job is left alone that was parked n times: during a
// rolling upgrade it finds the new build soon.
func parkFor(n int) time.Duration {
	return min(30*time.Second<<min(n, 10), 10*time.Minute)
}

// snoozes is how often River has put a job off.
func snoozes(r *rivertype.JobRow) int {
	var m struct{ Snoozes int }
	if json.Unmarshal(r.Metadata, &m) != nil {
		return 0
	}
	return m.Snoozes
}

// wasRescued reports whether a job's last run never ended.
func wasRescued(r *rivertype.JobRow) bool {
	n := len(r.Errors)
	return n > 0 && r.Errors[n-1].Attempt == r.Attempt-1 && strings.HasPrefix(r.Errors[n-1].Error, "Stuck job rescued")
}

// A backoff is River's policy by ours.
type backoff func(attempt int) time.Duration

func (b backoff) NextRetry(r *rivertype.JobRow) time.Time {
	return time.Now().Add(b(max(r.Attempt, 1)))
}

// fourfold waits 5 s, 20 s, 80 s … an hour, give or take a tenth.
func fourfold(attempt int) time.Duration {
	d := min(5*time.Second<<(2*min(attempt-1, 10)), time.Hour)
	return d*9/10 + rand.N(d/5)
}

// quiet is a handler for River, to which the start of a client is
// information, and what its stop interrupts an error: both are detail here.
type quiet struct{ slog.Handler }

func (h quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return h.Handler.Enabled(ctx, lowered(level))
}

func (h quiet) Handle(ctx context.Context, r slog.Record) error {
	r.Level = lowered(r.Level)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "error" && strings.HasSuffix(a.Value.String(), context.Canceled.Error()) {
			r.Level = slog.LevelDebug
		}
		return true
	})
	if !h.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(a)} }
func (h quiet) WithGroup(name string) slog.Handler   { return quiet{h.Handler.WithGroup(name)} }

func lowered(level slog.Level) slog.Level {
	if level == slog.LevelInfo {
		return slog.LevelDebug
	}
	return level
}
