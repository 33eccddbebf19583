package storage

import (
	"context"
	"errors"
	"time"
)

// A JobFunc does a job. Its context ends when the job's time is over and when
// the program stops. Unless it returns nil the job is done again after a while,
// a bounded number of times; [ErrNever] and [Later] say otherwise. It may be run
// more than once for one job, for a program can end before it has told that the
// job is done.
type JobFunc func(ctx context.Context, j Job) error

// ErrNever says that no attempt of a job can succeed: it is not tried again.
var ErrNever = errors.New("it can never be done")

// Later is an error by which a job asks to be done again after a time, without
// counting the attempt.
type Later struct {
	After time.Duration
}

func (e *Later) Error() string { return "to be done after " + e.After.String() }
