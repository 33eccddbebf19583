package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxSkew is how far from now the time of a request may be, either way.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
const maxSkew = 5 * time.Minute

// Why a request is refused.
var (
	errUnsigned  = errors.New("it is not signed")
	errSignature = errors.New("its signature is wrong")
	errTime      = errors.New("its time is more than 5 minutes from ours")
)

// signedAt checks what can be checked before the body is read: that there is a
// signature, and that its time is near.
func signedAt(h http.Header, now time.Time) error {
	if !strings.HasPrefix(h.Get("X-Slack-Signature"), "v0=") {
		return errUnsigned
	}
	seconds, err := strconv.ParseInt(h.Get("X-Slack-Request-Timestamp"), 10, 64)
	if err != nil {
		return errUnsigned
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > maxSkew {
		return errTime
	}
	return nil
}

// verify checks that one of the secrets, which are parted by commas, has signed a
// body at a time near now.
func verify(h http.Header, body []byte, secrets string, now time.Time) error {
	if err := signedAt(h, now); err != nil {
		return err
	}
	given, err := hex.DecodeString(strings.TrimPrefix(h.Get("X-Slack-Signature"), "v0="))
	if err != nil || len(given) != sha256.Size {
		return errSignature
	}
	for secret := range strings.SplitSeq(secrets, ",") {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("v0:" + h.Get("X-Slack-Request-Timestamp") + ":"))
		mac.Write(body)
		if hmac.Equal(mac.Sum(nil), given) {
			return nil
		}
	}
	return errSignature
}
