package sqlite_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"authfix/storage"
	"authfix/storage/storagetest"
)

// TestLogBeginsAnew writes, and reads all the time, until the log would be many
// times as long as it may get: it is moved into the file meanwhile, and begins
// anew, which it counts in its head.
func TestLogBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s := open(t, path, storagetest.NewKeyring(t))
	const writers, each = 8, 150
	var reading, writing sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		reading.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.Recall(t.Context(), storage.Query{Tenant: "t", Channel: "C1", Message: fmt.Sprint(i, n)}); err != nil {
					t.Errorf("read: %v", err)
					return
				}
			}
		})
	}
	beginnings := func() uint32 {
		t.Helper()
		log, err := os.Open(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		// https://sqlite.org/fileformat.html#the_write_ahead_log
		var head [32]byte
		if _, err := log.ReadAt(head[:], 0); err != nil {
			t.Fatal(err)
		}
		return binary.BigEndian.Uint32(head[12:])
	}
	write := func(round int) {
		for i := range writers {
			writing.Go(func() {
				for n := range each {
					if err := s.Record(t.Context(), storagetest.Full("t", fmt.Sprintf("%d-%d-%d", round, i, n))); err != nil {
						t.Errorf("record: %v", err)
						return
					}
				}
			})
		}
		writing.Wait()
	}
	write(0)
	first := beginnings()
	longest := int64(0)
	for round := 1; round <= 2; round++ {
		write(round)
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, info.Size())
	}
	close(stop)
	reading.Wait()
	t.Logf("the log began %d times anew, and had %d KiB at most", beginnings()-first, longest>>10)
	if beginnings() == first {
		t.Error("the log never begins anew")
	}
	if longest > 128<<20 {
		t.Errorf("the log has %d bytes", longest)
	}
}
