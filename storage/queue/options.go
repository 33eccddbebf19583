package queue

import (
	"log/slog"
	"time"
)

// Options are what a queue may be told. The zero Options will do.
type Options struct {
	Logger   *slog.Logger                    // default: none
	Observe  func(kind string, o Outcome)    // is told how each run of a job ended; called concurrently
	Workers  int                             // jobs at once in this process; default 4
	Attempts int                             // after that many a job is given up; default 8
	Timeout  time.Duration                   // of one run of a job; default 2 minutes
	Rescue   time.Duration                   // a job that runs for so long is taken over; above Timeout; default 3 minutes
	Backoff  func(attempt int) time.Duration // the wait after a failed attempt; default 5 s, four times as long each time, at most an hour
	Stop     time.Duration                   // how long running jobs may go on when the queue stops; default 10 s
	Keep     time.Duration                   // done jobs are kept for; default 2 minutes
	KeepLost time.Duration                   // jobs that were given up are kept for; default 7 days

	park func(n int) time.Duration // how long a job is left alone that was parked n times
}

// An Outcome is how a run of a job ended.
type Outcome string

// The outcomes.
const (
	Done        Outcome = "done"
	Failed      Outcome = "failed"      // it is tried again
	GivenUp     Outcome = "given_up"    // after its last attempt
	Never       Outcome = "never"       // it said [storage.ErrNever]
	Later       Outcome = "later"       // it asked for [storage.Later]
	Parked      Outcome = "parked"      // this build does not know its kind or version
	Interrupted Outcome = "interrupted" // the queue stopped: the job was handed back
	Rescued     Outcome = "rescued"     // its earlier run never ended; the outcome of this run follows
)

func (o *Options) setDefaults() {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(string, Outcome) {}
	}
	if o.Backoff == nil {
		o.Backoff = fourfold
	}
	if o.park == nil {
		o.park = parkFor
	}
	for value, standard := range map[*int]int{&o.Workers: 4, &o.Attempts: 8} {
		if *value <= 0 {
			*value = standard
		}
	}
	for value, standard := range map[*time.Duration]time.Duration{
		&o.Timeout: 2 * time.Minute, &o.Rescue: 3 * time.Minute, &o.Stop: 10 * time.Second,
		&o.Keep: 2 * time.Minute, &o.KeepLost: 7 * 24 * time.Hour,
	} {
		if *value <= 0 {
			*value = standard
		}
	}
	o.Rescue = max(o.Rescue, o.Timeout+time.Second)
}
