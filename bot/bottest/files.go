package bottest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authfix/bot"
)

// Endless serves a file without an end to a test, and returns its server's
// address. look may be nil, and is called with each request.
func Endless(t testing.TB, look func(*http.Request)) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if look != nil {
			look(r)
		}
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
}

// Half serves a file of which only the beginning comes, and returns its server's
// address.
func Half(t testing.TB) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	})
}

func serve(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// Bounded checks what a [bot.Fetcher] makes of a file that [Endless] serves: it is
// read to a bound and no further.
func Bounded(t testing.TB, body io.ReadCloser, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	n, err := io.Copy(io.Discard, body)
	if n != bot.MaxDownload || err == nil || !strings.Contains(err.Error(), fmt.Sprint(bot.MaxDownload>>20, " MB")) {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

// CutOff checks what a [bot.Fetcher] makes of a file that [Half] serves: it is
// none.
func CutOff(t testing.TB, body io.ReadCloser, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err == nil {
		t.Errorf("%q was taken for a file", got)
	}
}

// SameFile checks that a file was opened and has the content that it should.
func SameFile(t testing.TB, what string, body io.ReadCloser, err error, want []byte) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: Open = %v", what, err)
		return
	}
	got, err := io.ReadAll(body)
	if err != nil || string(got) != string(want) {
		t.Errorf("%s: %d bytes, %v; want %d", what, len(got), err, len(want))
	}
	if err := body.Close(); err != nil {
		t.Errorf("%s: Close = %v", what, err)
	}
}
