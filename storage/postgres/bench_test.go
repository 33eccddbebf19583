package postgres

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"authfix/internal/pgtest"
)

// BenchmarkRecord writes records with a case and a reply to a server that waits
// for the disk.
func BenchmarkRecord(b *testing.B) {
	server := pgtest.StartServer(b, "fsync=on")
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := open(b, server.Database(b), keyring(b))
			var next atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := s.Record(b.Context(), record("t", fmt.Sprint(n))); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
