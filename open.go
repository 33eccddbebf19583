package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"authfix/knowledge/redact"
	"authfix/storage"
	"authfix/storage/postgres"
	"authfix/storage/queue"
	"authfix/storage/sqlite"
)

// openTimeout is how long a database may take until it is open, which includes
// bringing its tables up to date while other replicas do the same.
const openTimeout = 6 * time.Minute

// opened is a database with the queue of jobs in it.
type opened struct {
	storage.Store
	jobs queue.Runner
}

// openDatabase opens the configured database. It is the one place that knows
// engines.
func openDatabase(ctx context.Context, c config, jobs queue.Options) (opened, error) {
	k, err := keyring(c)
	if err != nil {
		return opened{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if c.Database.engine == "postgres" {
		s, err := postgres.Open(ctx, c.Database.url, k, postgres.Options{Logger: jobs.Logger})
		if err != nil {
			return opened{}, unopened(c, err)
		}
		q, err := queue.Open(ctx, s.River(), jobs)
		if err != nil {
			return opened{}, unopened(c, errors.Join(err, s.Close()))
		}
		s.SetEnqueue(q.InsertTx)
		return opened{s, q}, nil
	}
	s, err := sqlite.Open(ctx, c.Database.path, k, sqlite.Options{})
	if err != nil {
		return opened{}, unopened(c, err)
	}
	q, err := queue.Open(ctx, s.River(), jobs)
	if err != nil {
		return opened{}, unopened(c, errors.Join(err, s.Close()))
	}
	s.SetEnqueue(q.InsertTx)
	return opened{s, q}, nil
}

// unopened says of a database that cannot be opened which setting names it.
func unopened(c config, err error) error {
	return fmt.Errorf("DATABASE_URL %s: %s", c.Database, oneLine(err))
}

// oneLine is an error of a driver, which may list what it tried, as a sentence.
func oneLine(err error) string {
	var parts []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(parts, line) {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, " ")
}

// owner names this process among replicas, also after a restart with the same
// process id.
func owner() string {
	var b [6]byte
	rand.Read(b[:]) // never fails: see crypto/rand
	host, _ := os.Hostname()
	if len(host) > 64 {
		host = host[:64]
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), hex.EncodeToString(b[:]))
}

// sayable is an error whose every line has gone through the rules of secrets,
// for standard error.
func sayable(err error) error {
	if err == nil {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, string(redact.Line(line, maxLogValue)))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// jobOptions are those of the queue of jobs.
func jobOptions(c config, lg *slog.Logger, observe func(string, queue.Outcome)) queue.Options {
	return queue.Options{Logger: lg, Observe: observe, Workers: c.Workers, Stop: c.StopWithin / 2}
}
