//go:build unix

package sqlite_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authfix/storage"
	"authfix/storage/sqlite"
)

// event is a record as a message in a channel leads to: a new case with what it
// contributed, and the answer. Ids grow with time, as the desk's and the
// platforms' do; people, channels and fingerprints come again.
func event(n int64) *storage.Record {
	tenant := storage.Tenant("slack//T" + strconv.FormatInt(n%7, 10))
	at := time.UnixMicro(1_790_000_000_000_000 + n*1000)
	id := fmt.Sprintf("%016x", n)
	channel, person := fmt.Sprintf("C%08d", n%211), fmt.Sprintf("U%08d", n*7919%5003)
	key, fingerprint := fmt.Sprintf("%d.%06d", at.Unix(), n), fmt.Sprintf("%032x", n*31%409)
	return &storage.Record{
		Tenant:   tenant,
		Delivery: storage.Delivery{ID: "Ev" + id, Received: at, Decided: at, Decision: "answered"},
		Message:  &storage.Message{Channel: channel, Key: key, Author: person, Asked: true, Spoken: true, Case: id, At: at},
		Case: &storage.Case{ID: id, Channel: channel, Thread: key, Author: person, Asked: true, State: storage.Open, Verdict: "certain",
			FailureMode: "jira-dvcs-github-bad-credentials", ModeVersion: 3, Base: "20261101-1", Fingerprint: fingerprint,
			Title: "Jira's GitHub account was connected with a token that dies after 8 hours", Excerpt: "Failed to execute request: Bad credentials (401)",
			Received: at, Decided: at, Updated: at},
		Observation: &storage.Observation{Message: key, Author: person, At: at, Data: payload},
		Outgoing:    []storage.Outgoing{{ID: id, Case: id, Platform: "slack", Channel: channel, Thread: key, Message: key, Reply: payload, Created: at}},
		Sighting:    &storage.Sighting{Fingerprint: fingerprint, At: at},
	}
}

var payload = bytes.Repeat([]byte("0123456789abcdef"), 128) // 2 KiB

func benchmarkStore(b *testing.B) *sqlite.Store {
	k, err := storage.ParseKeyring(storage.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"), k, sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// work records events first, first+1, … from callers at once.
func work(ctx context.Context, b testing.TB, s storage.Recorder, callers int, first, n int64) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				if err := s.Record(ctx, event(first+i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkRecord(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := benchmarkStore(b)
			work(b.Context(), b, s, callers, 0, 200)
			b.ReportAllocs()
			before := processors(b)
			b.ResetTimer()
			work(b.Context(), b, s, callers, 200, int64(b.N))
			report(b, before)
		})
	}
}

// BenchmarkRecordAt shows whether a record costs more when there are more cases.
func BenchmarkRecordAt(b *testing.B) {
	for _, cases := range []int64{1000, 100_000} {
		b.Run(fmt.Sprintf("cases=%d", cases), func(b *testing.B) {
			s := benchmarkStore(b)
			work(b.Context(), b, s, 256, 0, cases)
			before := processors(b)
			b.ResetTimer()
			work(b.Context(), b, s, 64, cases, int64(b.N))
			report(b, before)
		})
	}
}

// report adds the rate, and the time of processors that a record took: on a
// busy machine that tells more.
func report(b *testing.B, before time.Duration) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64((processors(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// processors returns the time that this process has had of processors.
func processors(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
