package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"authfix/storage"
)

func TestWaits(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: 5 * time.Second, 2: 20 * time.Second, 3: 80 * time.Second, 6: time.Hour, 1000: time.Hour} {
		if got := fourfold(attempt); got < want*9/10 || got > want*11/10 {
			t.Errorf("fourfold(%d) = %v, want about %v", attempt, got, want)
		}
	}
	for n, want := range map[int]time.Duration{0: 30 * time.Second, 1: time.Minute, 5: 10 * time.Minute, 1 << 30: 10 * time.Minute} {
		if got := parkFor(n); got != want {
			t.Errorf("parkFor(%d) = %v, want %v", n, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	got := short(errors.New("a\xff" + strings.Repeat("é", 1000))).Error()
	if len(got) > maxError+5 || !utf8.ValidString(got) || !strings.HasPrefix(got, "aé") {
		t.Errorf("short gives %d bytes: %.20q", len(got), got)
	}
}

// A panic is an error that does not tell its value, unless it is the runtime's.
func TestRun(t *testing.T) {
	var none []int
	for _, tc := range []struct {
		name       string
		f          storage.JobFunc
		want, hide string
	}{
		{"value", func(context.Context, storage.Job) error { panic("hunter2") }, "panic: string", "hunter2"},
		{"error", func(context.Context, storage.Job) error { panic(fmt.Errorf("hunter2")) }, "panic: *errors.errorString", "hunter2"},
		{"runtime", func(_ context.Context, j storage.Job) error { _ = none[j.Version]; return nil }, "index out of range", "hunter2"},
	} {
		err := run(t.Context(), tc.f, storage.Job{Version: 3})
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), tc.hide) {
			t.Errorf("%s: run = %.100v, want %q and no %q", tc.name, err, tc.want, tc.hide)
		}
	}
}

// What River tells as information is detail here; its warnings are kept.
func TestQuiet(t *testing.T) {
	var b bytes.Buffer
	logger := slog.New(quiet{slog.NewTextHandler(&b, nil)}).With("a", 1)
	logger.Info("started")
	logger.Warn("strange")
	if got := b.String(); strings.Contains(got, "started") || !strings.Contains(got, "strange") {
		t.Errorf("logged %q, want the warning alone", got)
	}
}
