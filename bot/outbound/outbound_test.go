package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"authfix/bot"
)

// service is a service with the paths of the tests below.
func service(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			w.Header().Set("X-Sent", r.Header.Get("Authorization")+" "+r.Header.Get("Accept-Encoding"))
			_, _ = io.WriteString(w, "fine")
		case "/busy":
			w.WriteHeader(http.StatusTooManyRequests)
		case "/redirect":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/long":
			_, _ = io.CopyN(w, endless{}, MaxAnswer+2)
		case "/short":
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
		case "/cut":
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = c.Close()
			}
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func client(t *testing.T) *http.Client {
	c := NewClient()
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func post(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader("said"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAsk(t *testing.T) {
	t.Parallel()
	base, c := service(t), client(t)
	for path, want := range map[string]struct {
		status int
		body   string
		broken bool
	}{
		"/ok":       {http.StatusOK, "fine", false},
		"/busy":     {http.StatusTooManyRequests, "", false},
		"/redirect": {http.StatusFound, "", false}, // and not followed
		"/short":    {http.StatusOK, "half", true},
	} {
		got, written, err := Ask(t.Context(), c, post(t, base+path))
		if err != nil || !written || got.Status != want.status || string(got.Body) != want.body || (got.Broken != nil) != want.broken {
			t.Errorf("%s: %d %q, broken %v, written %v, %v; want %+v", path, got.Status, got.Body, got.Broken, written, err, want)
		}
	}
	if got, _, err := Ask(t.Context(), c, post(t, base+"/long")); err != nil || got.Broken == nil {
		t.Errorf("an answer that is too long: broken %v, %v", got.Broken, err)
	}
}

// TestWritten: whether a request may have been carried out is known when there is
// no answer, and the reason holds no address.
func TestWritten(t *testing.T) {
	t.Parallel()
	base, c := service(t), client(t)
	const secret = "/cut?token=secret"
	_, written, err := Ask(t.Context(), c, post(t, base+secret))
	if err == nil || !written || strings.Contains(err.Error(), "secret") {
		t.Errorf("cut off: written %v, %v", written, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	_ = l.Close()
	_, written, err = Ask(t.Context(), c, post(t, nobody+secret))
	if err == nil || written || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody listens: written %v, %v", written, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, written, err = Ask(ctx, c, post(t, base+secret))
	if !errors.Is(err, context.Canceled) || written || strings.Contains(err.Error(), "secret") {
		t.Errorf("given up before: written %v, %v", written, err)
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	base, c := service(t), client(t)
	address := func(path string) *url.URL {
		u, err := url.Parse(base + path)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	sent, wrong := "", errors.New("wrong")
	check := func(w *http.Response) error {
		sent = w.Header.Get("X-Sent")
		if w.StatusCode != http.StatusOK {
			return wrong
		}
		return nil
	}
	body, err := Download(t.Context(), c, address("/ok"), http.Header{"Authorization": {"Bearer x"}}, check)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(body)
	if err != nil || string(got) != "fine" || sent != "Bearer x identity" {
		t.Errorf("the file is %q, %v; sent was %q", got, err, sent)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Download(t.Context(), c, address("/redirect"), nil, check); !errors.Is(err, wrong) {
		t.Errorf("a redirect: %v", err)
	}
	if _, err := Download(t.Context(), c, address("/cut?token=secret"), nil, check); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("cut off: %v", err)
	}
	if _, err := Download(t.Context(), c, &url.URL{Scheme: "http", Host: "a b"}, nil, check); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("no address: %v", err)
	}
}

func TestBase(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.example":       "https://a.example/",
		"https://a.example/api//": "https://a.example/api/",
		"http://localhost:1":      "http://localhost:1/",
		"http://127.0.0.9:1/x":    "http://127.0.0.9:1/x/",
		"http://[::1]:1":          "http://[::1]:1/",
		"http://a.example":        "",
		"http://10.0.0.1":         "",
		"https://u:p@a.example":   "",
		"https://a.example/?x":    "",
		"https://a.example/?x=1":  "",
		"https://a.example/#x":    "",
		"a.example":               "",
		"":                        "",
	} {
		got, err := Base(address, "https://usual.example/")
		if got != want || (err == nil) != (want != "") || err != nil && !strings.Contains(err.Error(), "https://usual.example/") {
			t.Errorf("Base(%q) = %q, %v, want %q", address, got, err, want)
		}
	}
}
