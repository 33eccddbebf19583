package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"authfix/storage"
)

// Named says which jobs are meant: those of a tenant that name a case and a
// message, where these are not "".
type Named struct {
	Tenant  storage.Tenant
	Case    string
	Message string
}

// Forget deletes the jobs that are meant, whether they wait or are finished.
// Those that run are told to end, and running says how many they were: a caller
// that must be sure calls again until it is 0.
func (q *Queue[TTx]) Forget(ctx context.Context, n Named) (deleted, running int64, err error) {
	if n.Tenant == "" {
		return 0, 0, errors.New("forget jobs: of no tenant")
	}
	params := river.NewJobListParams().First(1000).OrderBy(river.JobListOrderByID, river.SortOrderAsc)
	for name, value := range map[string]string{"tenant": string(n.Tenant), "case": n.Case, "message": n.Message} {
		if value != "" {
			// Both databases read their form of JSON so.
			params = params.Where("args->>'"+name+"' = @"+name, river.NamedArgs{name: value})
		}
	}
	for {
		found, err := q.client.JobList(ctx, params)
		if err != nil {
			return deleted, running, fmt.Errorf("forget jobs: %w", err)
		}
		for _, r := range found.Jobs {
			gone, err := q.drop(ctx, r.ID)
			if err != nil {
				return deleted, running, fmt.Errorf("forget jobs: %w", err)
			}
			if gone {
				deleted++
			} else {
				running++
			}
		}
		if len(found.Jobs) < 1000 {
			return deleted, running, nil
		}
		params = params.After(found.LastCursor)
	}
}

// drop deletes a job, or tells it to end when it runs.
func (q *Queue[TTx]) drop(ctx context.Context, id int64) (gone bool, err error) {
	_, err = q.client.JobDelete(ctx, id)
	switch {
	case err == nil, errors.Is(err, rivertype.ErrNotFound):
		return true, nil
	case !errors.Is(err, rivertype.ErrJobRunning):
		return false, err
	}
	// On SQLite River tells no one, not even itself.
	q.mu.RLock()
	if cancel := q.running[id]; cancel != nil {
		cancel(errForgotten)
	}
	q.mu.RUnlock()
	if _, err = q.client.JobCancel(ctx, id); errors.Is(err, rivertype.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// Counts are how many jobs there are.
type Counts struct {
	Waiting int64 // to be done, now or later, for the first time or again, and those parked
	Running int64
	Lost    int64 // given up, and still kept
}

// Counts counts the jobs of all replicas.
func (q *Queue[TTx]) Counts(ctx context.Context) (Counts, error) {
	all, err := q.driver.GetExecutor().JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{})
	if err != nil {
		return Counts{}, fmt.Errorf("count jobs: %w", err)
	}
	n := func(states ...rivertype.JobState) (sum int64) {
		for _, s := range states {
			sum += int64(all[s])
		}
		return sum
	}
	return Counts{
		Waiting: n(rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled),
		Running: n(rivertype.JobStateRunning),
		Lost:    n(rivertype.JobStateCancelled, rivertype.JobStateDiscarded),
	}, nil
}
