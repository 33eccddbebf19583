package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"authfix/storage"
)

// InsertTx enqueues jobs within a transaction: they are worked once it is
// committed, and are gone when it is undone.
func (q *Queue[TTx]) InsertTx(ctx context.Context, tx TTx, jobs []storage.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, 0, len(jobs))
	for i, j := range jobs {
		if err := check(j); err != nil {
			return err
		}
		// The database refuses to settle a conflict within one statement.
		if j.Once && slices.ContainsFunc(jobs[:i], func(k storage.Job) bool { return k.Once && toArgs(k) == toArgs(j) }) {
			continue
		}
		params = append(params, river.InsertManyParams{Args: toArgs(j), InsertOpts: insertOptions(j)})
	}
	if _, err := q.client.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	return nil
}

// insertOptions are River's for j.
func insertOptions(j storage.Job) *river.InsertOpts {
	o := &river.InsertOpts{ScheduledAt: j.At}
	if j.Once {
		o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}}
	}
	return o
}

// check reports what keeps j from being enqueued.
func check(j storage.Job) error {
	switch {
	case len(j.Kind) < 2 || len(j.Kind) > 100:
		return errors.New("a job's kind has 2 to 100 bytes")
	case j.Version < 0:
		return fmt.Errorf("job %s: its version is negative", j.Kind)
	case len(j.Tenant)+len(j.Case)+len(j.Message)+len(j.File) > 4000:
		return fmt.Errorf("job %s: its ids have more than 4000 bytes", j.Kind)
	}
	return nil
}
