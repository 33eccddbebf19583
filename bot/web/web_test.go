package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func get(t *testing.T, h http.Handler, method, path string) (int, string, http.Header) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code, w.Body.String(), w.Header()
}

func TestHealth(t *testing.T) {
	broken := Probe{"database", func(context.Context) error { return errors.New("the database is not available") }}
	code, body, header := get(t, Handler(Options{Probes: []Probe{broken}}), "GET", "/healthz")
	if code != 200 || body != `{"status":"ok"}`+"\n" || header.Get("Content-Type") != "application/json" || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("/healthz = %d %q %v", code, body, header)
	}
}

// A platform's routes are answered under the same bounds.
func TestRoutes(t *testing.T) {
	h := Handler(Options{Routes: map[string]http.Handler{"/slack/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		} else {
			json.NewEncoder(w).Encode(n)
		}
	})}})
	for size, want := range map[int]int{2: 200, maxBodyBytes: 200, maxBodyBytes + 1: 413} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/slack/events", strings.NewReader(strings.Repeat("x", size))))
		if w.Code != want || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%d bytes: %d %v, want %d", size, w.Code, w.Header(), want)
		}
	}
	if code, _, _ := get(t, h, "GET", "/slackers"); code != 404 {
		t.Errorf("/slackers = %d", code)
	}
}

func TestReady(t *testing.T) {
	works := func(context.Context) error { return nil }
	hangs := func(ctx context.Context) error { <-ctx.Done(); time.Sleep(50 * time.Millisecond); return nil }
	for _, c := range []struct {
		name   string
		probes []Probe
		code   int
		parts  map[string]string
	}{
		{"none", nil, 200, nil},
		{"all work", []Probe{{"database", works}, {"workers", works}}, 200, map[string]string{"database": "ok", "workers": "ok"}},
		{"one does not", []Probe{{"database", works}, {"slack", func(context.Context) error { return errors.New("it does not listen") }}}, 503,
			map[string]string{"database": "ok", "slack": "it does not listen"}},
		{"one hangs", []Probe{{"database", hangs}, {"workers", works}}, 503, map[string]string{"database": "no answer", "workers": "ok"}},
	} {
		var log bytes.Buffer
		began := time.Now()
		code, body, _ := get(t, Handler(Options{Probes: c.probes, Log: slog.New(slog.NewTextHandler(&log, nil))}), "GET", "/readyz")
		var got health
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatalf("%s: %q: %v", c.name, body, err)
		}
		if code != c.code || len(got.Parts) != len(c.parts) || (got.Status == "ok") != (code == 200) {
			t.Errorf("%s: %d %+v, want %d %v", c.name, code, got, c.code, c.parts)
		}
		for name, want := range c.parts {
			if got.Parts[name] != want {
				t.Errorf("%s: %s is %q, want %q", c.name, name, got.Parts[name], want)
			}
		}
		if (log.Len() > 0) != (code != 200) {
			t.Errorf("%s: the log has %q", c.name, log.String())
		}
		if d := time.Since(began); d > 2*probeTimeout {
			t.Errorf("%s: it took %v", c.name, d)
		}
	}
}

func TestOtherPaths(t *testing.T) {
	h := Handler(Options{Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "m 1\n") })})
	for _, c := range []struct {
		method, path string
		code         int
		text         string
	}{
		{"GET", "/metrics", 200, "m 1"},
		{"HEAD", "/healthz", 200, ""},
		{"GET", "/", 404, "There is no such page."},
		{"GET", "/healthz/x", 404, "There is no such page."},
		{"POST", "/diagnose", 404, "There is no such page."},
		{"POST", "/readyz", 405, "GET only"},
		{"DELETE", "/metrics", 405, "GET only"},
	} {
		if code, body, _ := get(t, h, c.method, c.path); code != c.code || !strings.Contains(body, c.text) {
			t.Errorf("%s %s = %d %q, want %d %q", c.method, c.path, code, body, c.code, c.text)
		}
	}
	if code, _, _ := get(t, Handler(Options{}), "GET", "/metrics"); code != 404 {
		t.Errorf("without metrics /metrics = %d, want 404", code)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestServeStops ends a server while a request runs: it is answered, new ones
// are not, and Serve returns.
func TestServeStops(t *testing.T) {
	l := listen(t)
	in, out := make(chan bool), make(chan bool)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { in <- true; <-out; io.WriteString(w, "done") })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, h, slog.New(slog.DiscardHandler), 10*time.Second) }()
	answer := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		answer <- string(body)
	}()
	<-in
	cancel()
	for { // the listener closes before what runs has ended
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	close(out)
	if got := <-answer; got != "done" {
		t.Errorf("what ran was answered with %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
}

// A request that does not end is cut off after the grace.
func TestServeIsBounded(t *testing.T) {
	l := listen(t)
	in := make(chan bool)
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { close(in); <-r.Context().Done() })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, h, slog.New(slog.DiscardHandler), 50*time.Millisecond) }()
	go http.Get("http://" + l.Addr().String())
	<-in
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Serve = %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("Serve did not end")
	}
}

// What a stranger sends is bounded.
func TestLargeHeader(t *testing.T) {
	l := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, Handler(Options{}), slog.New(slog.DiscardHandler), time.Second) }()
	defer func() { cancel(); <-ended }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	go io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 4*maxHeaderBytes)+"\r\n\r\n")
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil || !strings.Contains(line, " 431 ") {
		t.Errorf("a header of %d bytes is answered with %q, %v", 4*maxHeaderBytes, line, err)
	}
}
