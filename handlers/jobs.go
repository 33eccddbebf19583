package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"authfix/storage"
)

// The kinds of jobs.
const (
	JobFile   = "file"   // read an attached file and answer
	JobForget = "forget" // delete what is stored of a message that its author deleted
	JobSweep  = "sweep"  // delete what is older than its time
	JobRotate = "rotate" // seal with the current key what is sealed with an older one
)

// A Job is a kind of work that the queue does for the desk.
type Job struct {
	Kind    string
	Version int
	Every   time.Duration // how often it is done by itself; 0: only when it is enqueued
	Run     storage.JobFunc
}

// Jobs returns the desk's work for the queue.
func (d *Desk) Jobs() []Job {
	return []Job{
		{Kind: JobFile, Version: 1, Run: d.readFile},
		{Kind: JobForget, Version: 1, Run: d.forgetDeleted},
		{Kind: JobPurge, Version: 1, Run: d.purge},
		{Kind: JobLeave, Version: 1, Run: d.dropTenant},
		{Kind: JobSweep, Version: 1, Every: time.Hour, Run: d.sweep},
		{Kind: JobRotate, Version: 1, Every: 24 * time.Hour, Run: d.rotate},
	}
}

// sweep deletes what has reached its time.
func (d *Desk) sweep(ctx context.Context, _ storage.Job) error {
	keep := d.keep
	keep.Now = d.now().UTC()
	gone, err := d.store.Sweep(ctx, keep)
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	for kind, n := range gone {
		if n > 0 {
			d.log.Info("swept", "rows_of", kind, "rows", n)
		}
	}
	return nil
}

// rotate seals anew what an older key sealed.
func (d *Desk) rotate(ctx context.Context, _ storage.Job) error {
	n, err := d.store.Rotate(ctx)
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	if n > 0 {
		d.log.Info("sealed anew with the current key", "values", n)
	}
	return nil
}

// messageName and parseMessageName are how a job names a message.
func messageName(channel, key string) string { return channel + "/" + key }

func parseMessageName(name string) (channel, key string, ok bool) {
	return strings.Cut(name, "/")
}

// whileSending is how long a job waits for a reply that is on its way.
const whileSending = 5 * time.Second

// forgetDeleted deletes what is stored of a message that its author deleted,
// once the answer to it has been taken back.
func (d *Desk) forgetDeleted(ctx context.Context, j storage.Job) error {
	channel, key, ok := parseMessageName(j.Message)
	if !ok {
		return fmt.Errorf("a message called without its channel: %w", storage.ErrNever)
	}
	if j.Case != "" {
		all, err := d.store.Replies(ctx, j.Tenant, j.Case)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("replies of a case: %w", err)
		}
		for _, o := range all {
			if o.Message == key && (o.State == storage.Pending || o.State == storage.Leased) {
				return &storage.Later{After: whileSending}
			}
		}
	}
	_, err := d.store.Forget(ctx, storage.Forgotten{Tenant: j.Tenant, Channel: channel, Message: key,
		Audit: storage.Audit{At: d.now().UTC(), Action: "forget", Subject: "a message that its author deleted"}})
	if err != nil {
		return fmt.Errorf("forget a message: %w", err)
	}
	return nil
}
