// Package outbound is how a platform asks its service for something: over HTTP,
// in bounded time and size, with no redirect followed, knowing afterwards whether
// the request may have been carried out, and with no address in its errors, which
// can be a credential. It knows no service.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"authfix/bot"
)

const (
	// Timeout bounds one request from the first byte to the last of its answer.
	Timeout = 20 * time.Second
	// MaxAnswer bounds what is read of an answer, in bytes: a page of messages is
	// the longest.
	MaxAnswer = 16 << 20
)

// NewClient returns a client for one service. It follows no redirect: no service
// that is asked here redirects, and whoever does is not it and gets no token.
func NewClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          64,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       60 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: Timeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// An Answer is what a service answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // as far as it came
	Broken error  // why Body is not all that was answered, or nil
}

// Ask makes a request and reads the answer, within [Timeout] and [MaxAnswer]. On an
// error there was no answer; written then says that the request may have been
// carried out all the same.
func Ask(ctx context.Context, client *http.Client, r *http.Request) (a Answer, written bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	var wrote atomic.Bool
	r = r.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// Once the head is on its way, the server may act on whatever arrives.
		WroteHeaders: func() { wrote.Store(true) },
	}))
	w, err := client.Do(r)
	if err != nil {
		return Answer{}, wrote.Load(), BareCause(ctx, err)
	}
	defer w.Body.Close()
	a = Answer{Status: w.StatusCode, Header: w.Header}
	a.Body, err = io.ReadAll(io.LimitReader(w.Body, MaxAnswer+1))
	switch {
	case err != nil:
		a.Broken = BareCause(ctx, err)
	case len(a.Body) > MaxAnswer:
		a.Broken = errors.New("its answer is too long")
	}
	return a, true, nil
}

// BareCause is the reason why a request failed, without its address.
func BareCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Download opens a file. header is what is sent beside the usual; check says what
// is wrong with an answer that should be the file. Other errors are of an address
// that is none, which is [bot.ErrPermanent], and of a connection that broke.
func Download(ctx context.Context, client *http.Client, from *url.URL, header http.Header, check func(*http.Response) error) (io.ReadCloser, error) {
	ctx, d := bot.NewDownload(ctx)
	fail := func(err error) (io.ReadCloser, error) {
		_ = d.Close()
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return fail(fmt.Errorf("its address is wrong: %w", bot.ErrPermanent))
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Accept-Encoding", "identity") // a packed file is not unpacked on the way
	w, err := client.Do(r)
	if err != nil {
		return fail(BareCause(ctx, err))
	}
	d.Of(w.Body)
	if err := check(w); err != nil {
		return fail(err)
	}
	return d, nil
}

// Base checks the address of a service, of which usual is the one that is meant
// where none is set, and returns it with a slash at its end. Tokens are sent there,
// so plain HTTP is for this machine alone.
func Base(address, usual string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())) {
		return "", errors.New("this is no address of an API: write " + usual + "; http:// is for this machine alone")
	}
	return strings.TrimRight(address, "/") + "/", nil
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
