// Package queue runs the jobs of records on any number of replicas: it is the
// only importer of River's core, which keeps jobs in the store's database.
//
// # Jobs
//
// A job is enqueued in the transaction of the record that led to it, so it is
// there when the record is and not otherwise. Each job is handed to one worker
// of one replica at a time. It is done at least once: when a replica ends or
// freezes in the midst of a job, another takes it over after [Options.Rescue].
//
// A job of a kind or version that no replica at hand knows (a newer build
// enqueued it) is parked: it is looked at again after a while that grows to ten
// minutes, for as long as it takes. It is neither dropped nor counted as failed.
//
// # At rest
//
// A job carries ids only. Finished ones are deleted after [Options.Keep];
// [Queue.Forget] deletes those that name a message at once. What a job returns
// as its error is kept with it, cut to 500 bytes.
package queue

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"authfix/storage"
)

// A job is announced unless another was within fetchCooldown, and found by the
// next poll if it was not. A poll that finds nothing costs one read.
const (
	fetchCooldown = 20 * time.Millisecond
	fetchPoll     = 250 * time.Millisecond
)

// A Queue enqueues and runs jobs. TTx is the type of the database's
// transactions.
type Queue[TTx any] struct {
	o      Options
	client *river.Client[TTx]
	driver riverdriver.Driver[TTx]

	mu      sync.RWMutex
	known   map[kind]storage.JobFunc
	running map[int64]context.CancelCauseFunc // of the jobs that run here, by River's id
}

// A kind is a kind of jobs in one version.
type kind struct {
	name    string
	version int
}

// A Runner is a queue whatever its database.
type Runner interface {
	Handle(kind string, version int, f storage.JobFunc)
	Every(kind string, version int, d time.Duration) error
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Forget(ctx context.Context, n Named) (deleted, running int64, err error)
	Counts(ctx context.Context) (Counts, error)
}

var _ Runner = (*Queue[any])(nil)

// Open brings the queue's tables up to date, which several processes may do at
// once, and returns a queue that enqueues. It works after [Queue.Start].
func Open[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], o Options) (*Queue[TTx], error) {
	o.setDefaults()
	q := &Queue[TTx]{o: o, driver: driver, known: map[kind]storage.JobFunc{}, running: map[int64]context.CancelCauseFunc{}}
	logger := slog.New(quiet{o.Logger.Handler()})
	if err := migrate(ctx, driver, logger); err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &worker[TTx]{q: q}); err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	var err error
	q.client, err = river.NewClient(driver, &river.Config{
		Logger:                      logger,
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}},
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           fetchPoll,
		MaxAttempts:                 o.Attempts,
		JobTimeout:                  o.Timeout,
		RescueStuckJobsAfter:        o.Rescue,
		RetryPolicy:                 backoff(o.Backoff),
		SoftStopTimeout:             o.Stop,
		CompletedJobRetentionPeriod: o.Keep,
		CancelledJobRetentionPeriod: o.KeepLost,
		DiscardedJobRetentionPeriod: o.KeepLost,
	})
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	return q, nil
}

// Handle says what does the jobs of a kind in a version. It panics when that is
// said twice.
func (q *Queue[TTx]) Handle(name string, version int, f storage.JobFunc) {
	q.mu.Lock()
	defer q.mu.Unlock()
	k := kind{name, version}
	if q.known[k] != nil {
		panic(fmt.Sprintf("queue: kind %s version %d is handled twice", name, version))
	}
	q.known[k] = f
}

func (q *Queue[TTx]) handler(name string, version int) storage.JobFunc {
	q.mu.RLock()
	defer q.mu.RUnlock()
	return q.known[kind{name, version}]
}

// Every enqueues a job of a kind and no tenant each d, at least a second, for as
// long as any replica works, and when a replica takes the lead. None is added
// while one waits or runs. It is called before Start, with the same arguments on
// all replicas.
func (q *Queue[TTx]) Every(kind string, version int, d time.Duration) error {
	if d < time.Second {
		return fmt.Errorf("job %s: every %v is too often", kind, d)
	}
	j := storage.Job{Kind: kind, Version: version, Once: true}
	if err := check(j); err != nil {
		return err
	}
	_, err := q.client.PeriodicJobs().AddSafely(river.NewPeriodicJob(river.PeriodicInterval(d),
		func() (river.JobArgs, *river.InsertOpts) { return toArgs(j), insertOptions(j) },
		&river.PeriodicJobOpts{ID: fmt.Sprintf("%s:%d", kind, version), RunOnStart: true}))
	if err != nil {
		return fmt.Errorf("job %s: %w", kind, err)
	}
	return nil
}

// Start begins to work; the end of ctx does not stop it, [Queue.Stop] does.
func (q *Queue[TTx]) Start(ctx context.Context) error {
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	return nil
}

// Stop takes no more jobs and waits until those that run are done; after
// [Options.Stop] it ends their contexts, and those that heed it are handed back
// to be done again at once. It returns the context's error when the context
// ends first: jobs that still run then are taken over after [Options.Rescue].
func (q *Queue[TTx]) Stop(ctx context.Context) error {
	if err := q.client.Stop(ctx); err != nil {
		return fmt.Errorf("stop queue: %w", err)
	}
	return nil
}
