package slacktest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Delivery is something that the app is told.
type Delivery struct {
	ID       string // the event_id; "" of what is not an event
	Kind     string // as the envelopes of Socket Mode: events_api, interactive, slash_commands
	Type     string // of the event or interaction; the command
	Team     string
	Envelope string // its envelope_id in Socket Mode
	At       time.Time
	Attempts []Attempt
	Acked    bool
	GaveUp   bool // it is not delivered any more, and was not acknowledged

	payload object
	form    url.Values // of a command
}

// Payload is what was sent, as JSON. That of a command is its form.
func (d Delivery) Payload() []byte {
	raw, err := json.Marshal(d.payload)
	if err != nil {
		return nil
	}
	return raw
}

// An Attempt is one try to deliver.
type Attempt struct {
	Num    int       // x-slack-retry-num; 0 the first time
	At     time.Time // by the server's clock
	Reason string    // x-slack-retry-reason: why the one before had failed
	Status int       // of the answer; 0 when there was none, or in Socket Mode
	Failed string    // why it failed, in the words of Reason; "" when it was acknowledged
	Took   time.Duration
	answer []byte
	header http.Header
}

// Sign returns the headers X-Slack-Request-Timestamp and X-Slack-Signature of a
// body.
func Sign(secret string, at time.Time, body []byte) (timestamp, signature string) {
	timestamp = strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:", timestamp)
	mac.Write(body)
	return timestamp, "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// Deliveries returns what the app was told, in order.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		out[i] = *d
		out[i].Attempts = append([]Attempt(nil), d.Attempts...)
	}
	return out
}

// Undelivered returns how many events are neither acknowledged nor given up.
func (s *Server) Undelivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// Redeliver delivers an event again, as if its acknowledgement had been lost.
func (s *Server) Redeliver(eventID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.deliveries {
		if d.ID == eventID && eventID != "" {
			s.core.Go(func() { s.drive(d, 1, false) })
			return
		}
	}
	panic("slacktest: no event " + eventID)
}

// deliver delivers an event as Slack does. The caller holds the lock.
func (s *Server) deliver(d *Delivery) {
	d.At = s.Now()
	s.deliveries = append(s.deliveries, d)
	s.open++
	s.core.Change()
	if s.hold != nil {
		s.hold.held = append(s.hold.held, d)
		return
	}
	wait := s.disorder.Shuffle
	for i := range max(1, s.disorder.Copies) {
		s.core.Go(func() {
			if wait > 0 {
				s.core.Sleep(rand.N(wait))
			}
			s.drive(d, i, i == 0)
		})
	}
}

// schedule is how long after a failure each retry comes.
func (s *Server) schedule() []time.Duration {
	waits := []time.Duration{0, time.Minute, 5 * time.Minute}
	if s.opts.Delayed {
		for range 24 {
			waits = append(waits, time.Hour)
		}
	}
	for i := range waits {
		waits[i] = time.Duration(float64(waits[i]) / s.opts.Scale)
	}
	return waits
}

// drive delivers until it is acknowledged, once unless persistent.
func (s *Server) drive(d *Delivery, num int, persistent bool) {
	reason := ""
	if num > 0 {
		reason = "http_timeout"
	}
	waits := s.schedule()
	for {
		a := s.attempt(d, num, reason)
		if s.core.Context().Err() != nil {
			return
		}
		stop := a.Failed == "" || !persistent || num == len(waits) || a.header.Get("X-Slack-No-Retry") == "1" && a.Status != http.StatusOK
		// When the next is due is known before anyone can see that this one failed, and
		// advance the clock.
		due := s.Now()
		if !stop {
			due = due.Add(waits[num])
		}
		s.mu.Lock()
		d.Attempts = append(d.Attempts, a)
		was := d.Acked || d.GaveUp
		d.Acked = d.Acked || a.Failed == ""
		d.GaveUp = !d.Acked && (d.GaveUp || stop && persistent)
		if !was && (d.Acked || d.GaveUp) {
			s.open--
		}
		s.core.Change()
		s.mu.Unlock()
		if stop || !s.core.SleepUntil(due) {
			return
		}
		num, reason = num+1, a.Failed
	}
}

// attempt tries once, by either transport.
func (s *Server) attempt(d *Delivery, num int, reason string) Attempt {
	if s.opts.SocketMode {
		return s.attemptSocket(d, num, reason)
	}
	a := Attempt{Num: num, Reason: reason, At: s.Now()}
	raw, err := json.Marshal(d.payload)
	if err != nil {
		panic("slacktest: " + err.Error())
	}
	s.mu.Lock()
	to := s.endpoints
	s.mu.Unlock()
	where, kind, body := to.Events, "application/json", raw
	switch {
	case d.Kind == "slash_commands":
		where, kind, body = to.Commands, "application/x-www-form-urlencoded", []byte(d.form.Encode())
	case d.Kind == "interactive":
		where, kind, body = to.Interactivity, "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(raw)}}.Encode())
		if d.Type == "block_suggestion" && to.Options != "" {
			where = to.Options
		}
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(s.core.Context(), s.opts.AckWithin)
	defer cancel()
	a.Status, a.header, a.answer, err = s.Post(ctx, where, kind, body, num, reason)
	a.Took = time.Since(start)
	switch {
	case err != nil:
		a.Failed = failure(err)
	case a.Status/100 != 2:
		a.Failed = "http_error"
	}
	s.heard(d, a.answer)
	return a
}

// heard checks what the app answered.
func (s *Server) heard(d *Delivery, answer []byte) {
	if s.core.Leaks(string(answer)) {
		s.mu.Lock()
		s.core.Violate(RuleSecret, d.Kind+" "+d.Type, "the answer holds a planted secret")
		s.mu.Unlock()
	}
}

// Post sends a signed request to the app, as Slack does, and returns its answer.
// Tests use it for requests that the server does not make by itself.
func (s *Server) Post(ctx context.Context, to, contentType string, body []byte, retryNum int, reason string) (int, http.Header, []byte, error) {
	if to == "" {
		return 0, nil, nil, errNoEndpoint
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(string(body)))
	if err != nil {
		return 0, nil, nil, err
	}
	stamp, signature := Sign(s.opts.SigningSecret, s.core.Wall(), body)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", signature)
	if retryNum > 0 {
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(retryNum))
		r.Header.Set("X-Slack-Retry-Reason", reason)
	}
	return s.core.Deliver(r, maxBody)
}

var errNoEndpoint = errors.New("no request URL is set")

// failure is the x-slack-retry-reason of an error.
func failure(err error) string {
	var timeout net.Error
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errTooManyRedirects):
		return "too_many_redirects"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "http_timeout"
	case errors.As(err, &cert):
		return "ssl_error"
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, errNoEndpoint):
		return "connection_failed"
	}
	return "unknown_error"
}

// Verify sends url_verification to the app's events URL, and returns an error
// unless the challenge comes back.
func (s *Server) Verify(ctx context.Context) error {
	s.mu.Lock()
	to := s.endpoints.Events
	s.mu.Unlock()
	challenge := random()
	body, err := json.Marshal(object{"token": "legacy", "type": "url_verification", "challenge": challenge})
	if err != nil {
		return err
	}
	status, _, answer, err := s.Post(ctx, to, "application/json", body, 0, "")
	switch {
	case err != nil:
		return fmt.Errorf("verify the events URL: %w", err)
	case status != http.StatusOK || !strings.Contains(string(answer), challenge):
		return fmt.Errorf("verify the events URL: status %d without the challenge", status)
	}
	return nil
}
