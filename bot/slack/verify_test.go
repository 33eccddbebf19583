package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

const testSecret = "8f742231b10e8888abcd99yyyzzz85a5"

// signed are the headers of a request that Slack signed.
func signed(secret string, body []byte, at time.Time) http.Header {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + seconds + ":"))
	mac.Write(body)
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", seconds)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

// The example of Slack's documentation.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func TestVerifyDocumented(t *testing.T) {
	body := "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", "1531420618")
	h.Set("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")
	at := time.Unix(1531420618, 0)
	for _, skew := range []time.Duration{0, 5 * time.Minute, -5 * time.Minute} {
		if err := verify(h, []byte(body), testSecret, at.Add(skew)); err != nil {
			t.Errorf("%v later: %v", skew, err)
		}
	}
	for _, skew := range []time.Duration{5*time.Minute + time.Second, -5*time.Minute - time.Second, 24 * time.Hour} {
		if err := verify(h, []byte(body), testSecret, at.Add(skew)); !errors.Is(err, errTime) {
			t.Errorf("%v later: %v, want %v", skew, err, errTime)
		}
	}
	if err := verify(h, []byte(body+" "), testSecret, at); !errors.Is(err, errSignature) {
		t.Errorf("another body: %v", err)
	}
}

// What is refused, and that slack-go refuses it too.
func TestVerify(t *testing.T) {
	now := time.Now()
	body := []byte(`{"type":"event_callback"}`)
	good := signed(testSecret, body, now)
	with := func(name, value string) http.Header {
		h := good.Clone()
		h.Set(name, value)
		if value == "" {
			h.Del(name)
		}
		return h
	}
	signature := good.Get("X-Slack-Signature")
	for _, c := range []struct {
		name    string
		header  http.Header
		secrets string
		want    error
	}{
		{"good", good, testSecret, nil},
		{"another secret", good, strings.Repeat("0", 32), errSignature},
		{"old and new secret", good, strings.Repeat("0", 32) + "," + testSecret, nil},
		{"an empty secret", signed("", body, now), "", errSignature},
		{"no signature", with("X-Slack-Signature", ""), testSecret, errUnsigned},
		{"no time", with("X-Slack-Request-Timestamp", ""), testSecret, errUnsigned},
		{"a time that is none", with("X-Slack-Request-Timestamp", "now"), testSecret, errUnsigned},
		{"another time", with("X-Slack-Request-Timestamp", strconv.FormatInt(now.Unix()-1, 10)), testSecret, errSignature},
		{"a stale time", signed(testSecret, body, now.Add(-6*time.Minute)), testSecret, errTime},
		{"a future time", signed(testSecret, body, now.Add(6*time.Minute)), testSecret, errTime},
		{"another version", with("X-Slack-Signature", "v1"+signature[2:]), testSecret, errUnsigned},
		{"a short signature", with("X-Slack-Signature", signature[:20]), testSecret, errSignature},
		{"no hex", with("X-Slack-Signature", "v0="+strings.Repeat("z", 64)), testSecret, errSignature},
	} {
		if err := verify(c.header, body, c.secrets, now); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if strings.Contains(c.secrets, ",") {
			continue
		}
		v, err := slackgo.NewSecretsVerifier(c.header, c.secrets)
		if err == nil {
			_, _ = v.Write(body)
			err = v.Ensure()
		}
		if (err == nil) != (c.want == nil) {
			t.Errorf("%s: slack-go says %v", c.name, err)
		}
	}
}
