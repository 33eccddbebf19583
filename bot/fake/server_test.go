package fake

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func start(t *testing.T, c Config, h http.HandlerFunc) (*Server, *Core) {
	t.Helper()
	s, core, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	core.Serve(h)
	return s, core
}

func get(t *testing.T, url string) (int, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	w, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	_ = w.Body.Close()
	return w.StatusCode, nil
}

func TestDownAndUp(t *testing.T) {
	t.Parallel()
	var dropped atomic.Int32
	s, _ := start(t, Config{Drop: func() { dropped.Add(1) }}, func(http.ResponseWriter, *http.Request) {})
	if status, err := get(t, s.URL); status != http.StatusOK {
		t.Fatalf("at first: status %d, %v", status, err)
	}
	s.Down()
	s.Down()
	if status, err := get(t, s.URL); err == nil {
		t.Errorf("down: status %d", status)
	}
	if n := dropped.Load(); n != 1 {
		t.Errorf("connections were dropped %d times, want once", n)
	}
	for range 2 {
		if err := s.Up(); err != nil {
			t.Fatal(err)
		}
	}
	if status, err := get(t, s.URL); status != http.StatusOK {
		t.Errorf("up again: status %d, %v", status, err)
	}
	s.Close()
	s.Close()
	if err := s.Up(); err != nil {
		t.Errorf("up after close: %v", err)
	}
	if status, err := get(t, s.URL); err == nil {
		t.Errorf("closed: status %d", status)
	}
}

func TestCloseWithoutServe(t *testing.T) {
	t.Parallel()
	s, _, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	l, err := net.Listen("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	_ = l.Close()
}

// TestCloseWaits: Close waits for what was started, and nothing is started after.
func TestCloseWaits(t *testing.T) {
	t.Parallel()
	s, core := start(t, Config{}, func(http.ResponseWriter, *http.Request) {})
	var ended atomic.Int32
	core.Mu.Lock()
	core.Go(func() { <-core.Context().Done(); ended.Add(1) })
	core.Mu.Unlock()
	if !core.Enter() {
		t.Fatal("it is closed already")
	}
	go func() { <-core.Context().Done(); ended.Add(1); core.Leave() }()
	s.Close()
	if n := ended.Load(); n != 2 {
		t.Errorf("%d of 2 had ended", n)
	}
	if core.Enter() {
		t.Error("a closed server was entered")
	}
	core.Mu.Lock()
	defer core.Mu.Unlock()
	core.Go(func() { t.Error("it runs though the server is closed") })
	if !core.Closed() {
		t.Error("it is not closed")
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	n := 0
	s, core := start(t, Config{Summary: func() string { return "2 calls" }}, func(http.ResponseWriter, *http.Request) {})
	go func() {
		for range 3 {
			core.Mu.Lock()
			n++
			core.Change()
			core.Mu.Unlock()
		}
	}()
	s.WaitFor(t, 20*time.Second, "three changes", func() bool {
		core.Mu.Lock()
		defer core.Mu.Unlock()
		return n == 3
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err := s.Wait(ctx, func() bool { return false })
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(fmt.Sprint(err), "2 calls") {
		t.Errorf("in vain: %v", err)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s, core := start(t, Config{Now: func() time.Time { return at }}, func(http.ResponseWriter, *http.Request) {})
	done := make(chan bool, 3)
	go func() { done <- core.SleepUntil(at.Add(time.Hour)) }()
	go func() { done <- core.SleepUntil(at.Add(30 * time.Minute)) }()
	if !core.Sleep(0) {
		t.Error("no time at all did not pass")
	}
	s.Advance(time.Hour)
	for range 2 {
		select {
		case ok := <-done:
			if !ok {
				t.Error("a sleeper was told that the server is closed")
			}
		case <-time.After(20 * time.Second):
			t.Fatal("a sleeper was not woken")
		}
	}
	if got := s.Now(); !got.Equal(at.Add(time.Hour)) {
		t.Errorf("Now = %v, want an hour after %v", got, at)
	}
	if got := core.Wall(); !got.Equal(at) {
		t.Errorf("Wall = %v, want %v", got, at)
	}
	go func() { done <- core.Sleep(time.Hour) }()
	s.Close()
	if <-done {
		t.Error("a sleeper was not told that the server is closed")
	}
}
