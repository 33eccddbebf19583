package bot

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// An endless body is one of which everything is read but the end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }
func (endless) Close() error               { return nil }

func TestDownloadIsBounded(t *testing.T) {
	ctx, d := NewDownload(t.Context())
	d.Of(endless{})
	n, err := io.Copy(io.Discard, d)
	if n != MaxDownload || err == nil || !strings.Contains(err.Error(), "64 MB") {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if err := d.Close(); err != nil || ctx.Err() == nil {
		t.Errorf("Close = %v, and the request goes on: %t", err, ctx.Err() == nil)
	}
}

// A stuck body gives nothing until its request is given up.
type stuck struct{ ctx context.Context }

func (s stuck) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}
func (stuck) Close() error { return nil }

// It is given up when nothing comes, before the answer and after, but not while
// nobody reads.
func TestDownloadStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, d := NewDownload(t.Context())
		time.Sleep(stallTimeout + time.Second)
		if ctx.Err() == nil {
			t.Error("an answer is waited for for ever")
		}
		d.Close()

		ctx, d = NewDownload(t.Context())
		d.Of(io.NopCloser(strings.NewReader("some")))
		time.Sleep(10 * stallTimeout)
		if _, err := d.Read(make([]byte, 4)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * stallTimeout)
		if err := ctx.Err(); err != nil {
			t.Errorf("a reader that takes its time: %v", err)
		}
		if n, err := d.Read(make([]byte, 4)); n != 0 || err != io.EOF {
			t.Errorf("its end is %d, %v", n, err)
		}
		d.Close()

		ctx, d = NewDownload(t.Context())
		began := time.Now()
		if _, err := d.Of(stuck{ctx}).Read(make([]byte, 4)); !errors.Is(err, context.Canceled) || time.Since(began) != stallTimeout {
			t.Errorf("a body that is stuck: %v after %v", err, time.Since(began))
		}
		d.Close()
	})
}
