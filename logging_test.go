package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// planted are made-up secrets of different kinds and looks; their prefixes are
// joined here, so that no scanner of repositories takes one for real. What the
// rules find is the business of package redact, which tests all kinds.
func planted() map[string]string {
	return map[string]string{
		"vendor token":   "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
		"slack token":    "xoxb-" + "2718281828-1a2b3c4d5e6f7g8h9i0jklmn",
		"jwt":            "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0." + "eyJzdWIiOiJhbm5hIiwiZXhwIjoxfQ.s1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9",
		"url password":   "postgres://jira:" + "S3cr3tPassw0rd" + "@db.example.com/jira",
		"bearer":         "Authorization: Bearer " + "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9Z0",
		"basic":          "Authorization: Basic " + "c3ZjLWppcmE6aHVudGVyMmh1bnRlcjI=",
		"cookie":         "Cookie: JSESSIONID=" + "0A1B2C3D4E5F60718293A4B5C6D7E8F9",
		"key and value":  "client_secret=" + "Zx9Cv8Bn7Mq6Wd5Er4Ty3Ui2Op1",
		"json":           `{"refresh_token":"` + "Lk8Jh7Gf6Ds5Aq4Wp3Eo2Ri1Tu0Y" + `"}`,
		"command":        "curl -u bob:" + "k9J8h7G6f5D4s3" + " https://jira.example.com/rest",
		"spoken":         "the password is " + "Tr0ub4dor3xyz" + " by the way",
		"pem":            "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpQIBAAKCAQEAx1y2z3a4b5c6d7e8f9g0h1i2j3k4l5m6n7o8p9q0r1s2t3u4\nv5w6x7y8z9A0B1C2D3E4F5G6H7I8J9K0L1M2N3O4P5Q6R7S8T9U0V1W2X3Y4Z5a6\n-----END RSA " + "PRIVATE KEY-----",
		"e-mail address": "anna.qwertzuiopas1@example.com",
	}
}

// secretPart is what must not be shown of a planted text.
func secretPart(text string) string {
	for _, s := range []string{"a1B2c3D4e5F6", "1a2b3c4d5e6f7g8h", "s1a2B3c4D5e6F7g8", "S3cr3tPassw0rd", "q1W2e3R4t5Y6", "c3ZjLWppcmE6aHVudGVyMmh1bnRlcjI", "0A1B2C3D4E5F60718293",
		"Zx9Cv8Bn7Mq6", "Lk8Jh7Gf6Ds5", "k9J8h7G6f5D4s3", "Tr0ub4dor3xyz", "x1y2z3a4b5c6d7e8", "anna.qwertzuiopas1"} {
		if strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

type nested struct {
	Name  string
	Inner struct{ Note string }
}

type named string

func (n named) String() string { return "named " + string(n) }

type lazy string

func (l lazy) LogValue() slog.Value {
	return slog.GroupValue(slog.String("a", string(l)), slog.Group("b", "c", string(l)))
}

// TestLogHidesSecrets plants secrets wherever a logger takes text.
func TestLogHidesSecrets(t *testing.T) {
	places := map[string]func(*slog.Logger, string){
		"message":   func(l *slog.Logger, s string) { l.Info("refused: " + s) },
		"attribute": func(l *slog.Logger, s string) { l.Info("m", "detail", s) },
		"error":     func(l *slog.Logger, s string) { l.Error("m", "err", fmt.Errorf("call: %w", errors.New(s))) },
		"group":     func(l *slog.Logger, s string) { l.Info("m", slog.Group("g", slog.Group("h", "detail", s))) },
		"with":      func(l *slog.Logger, s string) { l.With("detail", s, "err", errors.New(s)).Info("m") },
		"withgroup": func(l *slog.Logger, s string) { l.WithGroup("g").With("detail", s).Info("m", "more", s) },
		"struct":    func(l *slog.Logger, s string) { l.Info("m", "v", nested{Inner: struct{ Note string }{s}}) },
		"pointer":   func(l *slog.Logger, s string) { l.Info("m", "v", &nested{Name: s}) },
		"slice":     func(l *slog.Logger, s string) { l.Info("m", "v", []string{"x", s}) },
		"map":       func(l *slog.Logger, s string) { l.Info("m", "v", map[string]any{"detail": s}) },
		"stringer":  func(l *slog.Logger, s string) { l.Info("m", "v", named(s)) },
		"bytes":     func(l *slog.Logger, s string) { l.Info("m", "v", []byte(s)) },
		"valuer":    func(l *slog.Logger, s string) { l.Info("m", "v", lazy(s)) },
		"raw json":  func(l *slog.Logger, s string) { l.Info("m", "v", json.RawMessage(s)) },
	}
	for _, format := range []string{"text", "json"} {
		for place, write := range places {
			for kind, secret := range planted() {
				var out bytes.Buffer
				write(newLogger(&out, format, slog.LevelDebug), secret)
				if out.Len() == 0 {
					t.Errorf("%s, %s: nothing was logged", format, place)
				}
				if part := secretPart(out.String()); part != "" {
					t.Errorf("%s, %s in %s: %q shows %q", format, kind, place, out.String(), part)
				}
				if n := strings.Count(out.String(), "\n"); n != 1 {
					t.Errorf("%s, %s in %s: %d lines, want 1", format, kind, place, n)
				}
			}
		}
	}
}

// A value that only its key gives away.
func TestLogHidesByKey(t *testing.T) {
	for _, key := range []string{"password", "client_secret", "access_token"} {
		var out bytes.Buffer
		newLogger(&out, "text", slog.LevelInfo).Info("m", key, "Hunter22Hunter")
		if strings.Contains(out.String(), "Hunter22") {
			t.Errorf("%s shows its value: %s", key, out.String())
		}
	}
}

func TestLogCountsBytes(t *testing.T) {
	var out bytes.Buffer
	newLogger(&out, "text", slog.LevelInfo).Info("m", "v", json.RawMessage(`{"a":1}`), "w", []byte("abc"))
	if !strings.Contains(out.String(), `v="7 bytes" w="3 bytes"`) {
		t.Errorf("bytes are logged as %s", out.String())
	}
}

func TestLogKeeps(t *testing.T) {
	var out bytes.Buffer
	newLogger(&out, "text", slog.LevelInfo).Info("message decided", "platform", "slack", "case", "c7f3", "failure_mode", "applinks-timestamp-refused",
		"replies", 2, "elapsed", 1500*time.Millisecond, "repeated", false, "err", errors.New("open authfix.db: disk full"), "listen", "127.0.0.1:8080")
	for _, want := range []string{`msg="message decided"`, "platform=slack", "case=c7f3", "failure_mode=applinks-timestamp-refused", "replies=2", "elapsed=1.5s", "repeated=false", `err="open authfix.db: disk full"`, "listen=127.0.0.1:8080"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the line lacks %s: %s", want, out.String())
		}
	}
}

func TestLogIsBounded(t *testing.T) {
	var out bytes.Buffer
	log := newLogger(&out, "json", slog.LevelInfo)
	long := strings.Repeat("long words of a log ", 1<<16)
	log.Info(long, "v", long, slog.Group("g", "w", long))
	if n := out.Len(); n > maxLogMessage+2*maxLogValue+512 {
		t.Errorf("a line has %d bytes", n)
	}
	var deep slog.Attr = slog.String("end", planted()["bearer"])
	for range 50 {
		deep = slog.Group("g", deep)
	}
	out.Reset()
	log.Info("m", deep)
	if n := strings.Count(out.String(), `"g"`); n > maxLogDepth+1 {
		t.Errorf("%d groups deep: %s", n, out.String())
	}
}

func TestLogLevel(t *testing.T) {
	var out bytes.Buffer
	log := newLogger(&out, "text", slog.LevelWarn)
	log.Info("quiet")
	if out.Len() > 0 || log.Enabled(context.Background(), slog.LevelInfo) {
		t.Errorf("at level warn an info line is logged: %s", out.String())
	}
}
