package handlers

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"authfix/bot"
)

// bigZip returns an archive of so many bytes, of a log that hardly compresses,
// with one failure in its middle.
func bigZip(t *testing.T, size int) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "atlassian-jira.log", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	written, failed := 0, false
	for written < size {
		var line string
		if !failed && written > size/2 {
			line, failed = "2026-07-01 09:58:12,101 ERROR [c.a.j.p.dvcs] GithubClientWithTimeout Failed to execute request [GET /users/ORG1234] response code: 401, errors:\nBad credentials (401)\n", true
		} else {
			line = fmt.Sprintf("2026-07-01 09:50:00,000 INFO [c.a.j.web] request %016x%016x took %d ms\n", random.Uint64(), random.Uint64(), random.IntN(900))
		}
		n, err := w.Write([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		written += n
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A 40 MB archive in a triage channel is read in memory and answered in one
// message; one over the bound is refused with a reason to whoever asked.
func TestLargeArchives(t *testing.T) {
	s := newStory(t, Options{TriageChannels: []string{"story:C1"}})
	s.files["BIG"] = bigZip(t, 40<<20)
	// What is garbage already does not count.
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	var peak uint64
	stop := make(chan struct{})
	done := make(chan struct{})
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	out := s.step("said key=1.1 files=BIG", "the log of this morning")
	close(stop)
	<-done
	if strings.Count(out, "in C1 thread 1.1") != 1 || !strings.Contains(out, "jira-dvcs-github-bad-credentials@1 · certain") {
		t.Errorf("an unasked archive drew:\n%s", out)
	}
	// The archive itself is held once, for a zip's directory stands at its end.
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 50<<20+64<<20 {
		t.Errorf("reading it took %d MiB", grown>>20)
	}
	s.files["HUGE"] = s.files["BIG"] + strings.Repeat("x", 11<<20)
	out = s.step("said key=2.1 asked files=HUGE", "")
	if !strings.Contains(out, "larger than 50 MiB") {
		t.Errorf("an archive over the bound drew:\n%s", out)
	}
	if out = s.step("said key=3.1 files=HUGE", ""); !strings.Contains(out, "(mark unread)") || strings.Contains(out, "#") {
		t.Errorf("an unasked archive over the bound drew:\n%s", out)
	}
}

// The id of a file may be as long as a platform's sealed address.
func TestLongFileID(t *testing.T) {
	s := newStory(t, Options{})
	id := strings.Repeat("f", 1024)
	s.files[id] = "oauth_problem=timestamp_refused"
	out := s.step("said key=1.1 asked files="+id, "")
	if !strings.Contains(out, "applinks-timestamp-refused@1") {
		t.Errorf("a file with a long id drew:\n%s", out)
	}
	if a, b := fileDelivery(id, "1.1"), fileDelivery(id, "1.2"); a == b || len(a) > maxDelivery {
		t.Errorf("two messages have the deliveries %q and %q", a, b)
	}
	if got := fileDelivery("F1", "1.1"); got != "file F1 1.1" {
		t.Errorf("a short id has the delivery %q", got)
	}
}

// No more than two files are read at a time, however many jobs there are.
func TestFilesAtOnce(t *testing.T) {
	s := newStory(t, Options{})
	if got := cap(s.desk.files); got != filesAtOnce {
		t.Fatalf("%d places, want %d", got, filesAtOnce)
	}
	s.files["F"] = "oauth_problem=timestamp_refused"
	for range filesAtOnce {
		s.desk.files <- struct{}{}
	}
	s.step("hold", "")
	if out := s.step("said key=1.1 asked files=F", ""); !strings.Contains(out, "decided: file") {
		t.Fatal(out)
	}
	finished := make(chan error, 1)
	go func() { finished <- s.desk.readFile(t.Context(), s.jobs[0]) }()
	select {
	case err := <-finished:
		t.Fatalf("a third file was read: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	<-s.desk.files
	if err := <-finished; err != nil {
		t.Fatal(err)
	}
}

var _ bot.Fetcher = (*storyPlatform)(nil)
