package scan

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"runtime/metrics"
	"testing"

	"authfix/knowledge"
)

// repeated gives the same bytes n times.
type repeated struct {
	data []byte
	n    int
	at   int
	note func()
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.note != nil {
		r.note()
	}
	if r.at == len(r.data) {
		r.n--
		r.at = 0
	}
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.data[r.at:])
	r.at += n
	return n, nil
}

// A large file takes no more memory than a small one.
func TestMemory(t *testing.T) {
	const most = 64 << 20
	b := testBase(t)
	in := knowledge.Input{Now: testNow}
	mib := healthy(1<<20 + 1<<18)[:1<<20]
	times := 300
	if racing {
		times = 20
	}
	packed := packGzip(t, mib) // several of them in a row are one gzip file
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	base, peak := heap(), uint64(0)
	r, err := Diagnose(context.Background(), b, in, "jira.log.gz", &repeated{data: packed, n: times, note: func() { peak = max(peak, heap()) }}, Limits{})
	if err != nil || r.Bytes != int64(times)<<20 || len(r.Notes) > 0 {
		t.Fatalf("%d bytes, %v, %v", r.Bytes, r.Notes, err)
	}
	t.Logf("%d MiB in %d MiB of gzip: at most %.1f MiB", times, len(packed)*times>>20, float64(peak-base)/(1<<20))
	if peak-base > most {
		t.Errorf("%d MiB of heap beside what was there, more than %d", (peak-base)>>20, most>>20)
	}
}

func BenchmarkDiagnose(b *testing.B) {
	base := testBase(b)
	text := healthy(16 << 20)
	failing := bytes.Clone(text)
	for at := 0; at+1<<20 < len(failing); at += 1 << 20 { // one failure in each MiB
		line := at + bytes.IndexByte(failing[at:], '\n') + 1
		copy(failing[line:], failure)
		failing[line+len(failure)-1] = '\n'
	}
	for _, c := range []struct {
		name string
		data []byte
	}{{"healthy", text}, {"failing", failing}, {"gzip", packGzip(b, text)}, {"zstd", packZstd(b, text)}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Diagnose(context.Background(), base, knowledge.Input{Now: testNow}, "x.log", bytes.NewReader(c.data), Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEntries(b *testing.B) {
	text := healthy(16 << 20)
	for _, c := range []struct {
		name string
		data []byte
	}{{"gzip", packGzip(b, text)}, {"zstd", packZstd(b, text)}, {"zip", packZip(b, file{"a.log", text})}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				for e, err := range Entries(context.Background(), "x", bytes.NewReader(c.data), Limits{}) {
					if err != nil {
						b.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, e.Text); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
