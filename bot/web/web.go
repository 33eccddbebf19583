// Package web is what the program answers over HTTP: whether it lives, whether
// it is ready, and its metrics. It decides nothing.
package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of a request and its answer.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 15 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 32 << 10
	maxBodyBytes   = 1 << 20
	probeTimeout   = 3 * time.Second // of all probes of one question
)

// A Probe tells whether one part works.
type Probe struct {
	Name  string                      // such as database
	Check func(context.Context) error // nil: it works; the error's words are shown to whoever asks, so it has no content in it
}

// Options are what is shown. The zero Options are those of a program that is
// always ready.
type Options struct {
	Probes  []Probe
	Metrics http.Handler // nil: there are none
	// Routes are what platforms answer, by the path or, with a slash at its end,
	// what it begins with.
	Routes map[string]http.Handler
	Log    *slog.Logger // nil: silent
}

// Handler returns the endpoints /healthz, /readyz and /metrics and the routes.
// Any other path is answered with 404 and a sentence.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, health{Status: "ok"}) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { ready(w, r, o) })
	if o.Metrics != nil {
		mux.Handle("GET /metrics", o.Metrics)
	}
	for path, h := range o.Routes {
		mux.Handle(path, h)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		text := "There is no such page. GET /healthz, /readyz and /metrics are answered here.\n"
		code := http.StatusNotFound
		switch r.URL.Path {
		case "/healthz", "/readyz", "/metrics":
			if r.Method != http.MethodGet {
				text, code = "This is answered to GET only.\n", http.StatusMethodNotAllowed
				w.Header().Set("Allow", "GET, HEAD")
			}
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		w.Write([]byte(text))
	})
	return guard(mux)
}

// guard sets what every answer has and bounds what is read of a request.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		next.ServeHTTP(w, r)
	})
}

// health is the body of /healthz and /readyz.
type health struct {
	Status string            `json:"status"` // ok, or not ready
	Parts  map[string]string `json:"parts,omitempty"`
}

// ready asks all probes at once.
func ready(w http.ResponseWriter, r *http.Request, o Options) {
	ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
	defer cancel()
	type result struct {
		name string
		err  error
	}
	results := make(chan result, len(o.Probes))
	for _, p := range o.Probes {
		go func() { results <- result{p.Name, p.Check(ctx)} }()
	}
	body, code := health{Status: "ok", Parts: map[string]string{}}, http.StatusOK
	for _, p := range o.Probes {
		body.Parts[p.Name] = "no answer"
	}
	for range o.Probes {
		select {
		case one := <-results:
			body.Parts[one.name] = "ok"
			if one.err != nil {
				body.Parts[one.name] = one.err.Error()
			}
			continue
		case <-ctx.Done():
		}
		break
	}
	for _, p := range o.Probes {
		if body.Parts[p.Name] != "ok" {
			body.Status, code = "not ready", http.StatusServiceUnavailable
			if o.Log != nil {
				o.Log.Warn("not ready", "part", p.Name, "reason", body.Parts[p.Name])
			}
		}
	}
	write(w, code, body)
}

func write(w http.ResponseWriter, code int, body health) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(body) // whoever asked may have gone
}

// Serve answers on l until ctx ends; then what runs may finish, for at most
// grace. It returns nil after that, and an error when it cannot go on. It closes
// l.
func Serve(ctx context.Context, l net.Listener, h http.Handler, lg *slog.Logger, grace time.Duration) error {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(lg.Handler(), slog.LevelDebug), // what strangers' clients do wrong is no error of ours
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := s.Shutdown(stop); err != nil {
		s.Close()
	}
	<-done // http.ErrServerClosed
	return nil
}
