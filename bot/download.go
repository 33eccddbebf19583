package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	// MaxDownload bounds what is read of a file, in bytes; whoever reads it has a
	// bound of their own, which is lower.
	MaxDownload = 64 << 20
	// stallTimeout ends a download of which nothing comes for so long.
	stallTimeout = 30 * time.Second
)

// A Download is the content of a file as a platform's service sends it. It is
// bounded, and given up when nothing comes of it. It is made before the file is
// asked for and ends by [Download.Close], whether the file came or not. It is for
// one goroutine.
type Download struct {
	cancel  context.CancelFunc
	stalled *time.Timer
	body    io.ReadCloser
	left    int64
}

// NewDownload begins a download, and returns what the file is to be asked for
// under.
func NewDownload(ctx context.Context) (context.Context, *Download) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, &Download{cancel: cancel, stalled: time.AfterFunc(stallTimeout, cancel), left: MaxDownload}
}

// Of returns d with the body of the answer, which it closes.
func (d *Download) Of(body io.ReadCloser) *Download {
	d.stalled.Stop() // until it is read
	d.body = body
	return d
}

// Read implements [io.Reader]. Whoever reads may take as long as they like.
func (d *Download) Read(b []byte) (int, error) {
	if d.left <= 0 {
		return 0, fmt.Errorf("the file has more than %d MB", MaxDownload>>20)
	}
	b = b[:min(int64(len(b)), d.left)]
	d.stalled.Reset(stallTimeout)
	n, err := d.body.Read(b)
	d.stalled.Stop()
	d.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read a file: %w", err)
	}
	return n, err
}

// Close ends the download.
func (d *Download) Close() error {
	d.stalled.Stop()
	d.cancel()
	if d.body == nil {
		return nil
	}
	return d.body.Close()
}
