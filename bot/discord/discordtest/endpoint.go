package discordtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// Signed says how a request to the interactions endpoint is signed.
type Signed int

// The ways; all but the first must be refused with 401.
const (
	SignedWell     Signed = iota
	SignedNot             // without the headers
	SignedBadly           // by another key
	SignedShort           // by less than a signature
	SignedElsewhen        // well, with another time in the header than was signed
)

// Sign returns the value of X-Signature-Ed25519 for a time and body.
func (s *Server) Sign(timestamp string, body []byte) string {
	return hex.EncodeToString(ed25519.Sign(s.private, append([]byte(timestamp), body...)))
}

// PostInteraction sends a request of any content to the interactions endpoint and
// returns the answer: for requests that the server does not make by itself.
func (s *Server) PostInteraction(ctx context.Context, body []byte, at time.Time, how Signed) (int, http.Header, []byte, error) {
	s.mu.Lock()
	to := s.endpoint
	s.mu.Unlock()
	return s.post(ctx, to, body, at, how)
}

func (s *Server) post(ctx context.Context, to string, body []byte, at time.Time, how Signed) (int, http.Header, []byte, error) {
	if to == "" {
		return 0, nil, nil, errors.New("no interactions endpoint is set")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	signature := s.Sign(stamp, body)
	switch how {
	case SignedBadly:
		_, other, err := ed25519.GenerateKey(nil)
		if err != nil {
			return 0, nil, nil, err
		}
		signature = hex.EncodeToString(ed25519.Sign(other, append([]byte(stamp), body...)))
	case SignedShort:
		signature = signature[:20]
	case SignedElsewhen:
		stamp = strconv.FormatInt(at.Unix()+1, 10)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	if how != SignedNot {
		r.Header.Set("X-Signature-Ed25519", signature)
		r.Header.Set("X-Signature-Timestamp", stamp)
	}
	return s.core.Deliver(r, maxBody)
}

// Verify does what Discord does when an interactions endpoint is set: a PING that
// must be answered with PONG, and badly signed ones that must be refused with 401.
func (s *Server) Verify(ctx context.Context) error {
	s.mu.Lock()
	id := s.id()
	s.mu.Unlock()
	body := encode(object{"id": id, "application_id": App, "type": interactionPing, "token": randomHex(20), "version": 1,
		"user": object{"id": Owner, "username": "owner"}, "entitlements": []object{}})
	status, header, answer, err := s.PostInteraction(ctx, body, s.core.Wall(), SignedWell)
	if err != nil {
		return fmt.Errorf("ping the interactions endpoint: %w", err)
	}
	var pong struct{ Type int }
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	if status != http.StatusOK || kind != "application/json" || json.Unmarshal(answer, &pong) != nil || pong.Type != answerPong {
		return fmt.Errorf("ping the interactions endpoint: status %d, %q, without PONG", status, kind)
	}
	for _, how := range []Signed{SignedNot, SignedBadly, SignedShort, SignedElsewhen} {
		status, _, _, err := s.PostInteraction(ctx, body, s.core.Wall(), how)
		if err != nil {
			return fmt.Errorf("probe the interactions endpoint: %w", err)
		}
		if status != http.StatusUnauthorized {
			return fmt.Errorf("probe the interactions endpoint: status %d to a bad signature (%d), want 401", status, how)
		}
	}
	return nil
}

// sendHTTP delivers an interaction over HTTP and takes the answer in the body. With
// the status 202 the answer comes by the callback.
func (s *Server) sendHTTP(in *interaction, to string, p object) (int, error) {
	ctx, cancel := context.WithDeadline(s.core.Context(), in.born.Add(s.opts.AckWithin))
	defer cancel()
	s.mu.Lock()
	s.gateway.deliveries = append(s.gateway.deliveries, &Delivery{Event: "INTERACTION_CREATE", ID: in.id, Guild: in.guild, Sent: true, At: time.Now()})
	s.core.Change()
	s.mu.Unlock()
	status, _, answer, err := s.post(ctx, to, encode(p), s.core.Wall(), SignedWell)
	switch {
	case err != nil:
		return status, fmt.Errorf("deliver an interaction: %w", err)
	case status == http.StatusAccepted || status == http.StatusNoContent:
		return status, nil
	case status != http.StatusOK:
		return status, fmt.Errorf("deliver an interaction: status %d", status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.core.Leaks(string(answer)) {
		s.core.Violate(RuleSecret, "interactions endpoint", "the answer holds a planted secret")
		return status, errors.New("the answer holds a planted secret")
	}
	var body object
	if err := json.Unmarshal(answer, &body); err != nil {
		s.core.Violate(RuleAnswer, "interactions endpoint", "the answer is not JSON")
		return status, fmt.Errorf("the answer to an interaction: %w", err)
	}
	if err := s.respond(in, "interactions endpoint", body, nil); err != nil {
		s.core.Violate(RuleAnswer, "interactions endpoint", err.Error())
		return status, err
	}
	return status, nil
}
