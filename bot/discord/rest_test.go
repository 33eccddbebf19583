package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authfix/bot"
)

// testToken has the form of a bot's token and belongs to nobody.
const testToken = "MTEyMjMzNDQ1NTY2Nzc4ODk5.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz_-"

// A roundTripper answers without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answered is an answer with a body and headers.
func answered(status int, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

// restTo returns a rest whose requests answer gets, and its log.
func restTo(answer roundTripper) (*rest, *bytes.Buffer) {
	log := new(bytes.Buffer)
	r := newREST(Config{Token: testToken, API: "https://discord.example/"}, time.Now, slog.New(slog.NewTextHandler(log, nil)))
	r.web.Transport = answer
	return r, log
}

var say = call{method: http.MethodPost, route: "/channels/{}/messages", path: "/channels/1/messages", body: map[string]string{"content": "<x>"}}

// TestRequest checks what goes over the wire, on a real connection.
func TestRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		fmt.Fprint(w, `{"id":"7"}`)
	}))
	defer s.Close()
	r := newREST(Config{Token: testToken, API: s.URL + "/"}, time.Now, slog.New(slog.DiscardHandler))
	defer r.close()
	var into struct{ ID string }
	c := say
	c.into = &into
	if err := r.call(t.Context(), c); err != nil || into.ID != "7" {
		t.Fatalf("call = %v, answer %+v", err, into)
	}
	if got.URL.Path != "/api/v10/channels/1/messages" || got.Header.Get("Authorization") != "Bot "+testToken || string(body) != `{"content":"<x>"}` {
		t.Errorf("%s with %q: %s", got.URL, got.Header.Get("Authorization"), body)
	}
	if ua := got.Header.Get("User-Agent"); !strings.HasPrefix(ua, "DiscordBot (https://") {
		t.Errorf("User-Agent = %q", ua)
	}
	c.open, c.path, c.route = true, "/webhooks/1/token", "/webhooks/{}/{}"
	if err := r.call(t.Context(), c); err != nil || got.Header.Get("Authorization") != "" {
		t.Errorf("an open call = %v, with %q", err, got.Header.Get("Authorization"))
	}
}

// TestNoRedirect checks that nothing is followed to where the token must not go.
func TestNoRedirect(t *testing.T) {
	var asked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	s := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	r := newREST(Config{Token: testToken, API: s.URL + "/"}, time.Now, slog.New(slog.DiscardHandler))
	defer r.close()
	if err := r.call(t.Context(), say); statusOf(err) != http.StatusTemporaryRedirect || asked.Load() != 0 {
		t.Errorf("call = %v, and the other server was asked %d times", err, asked.Load())
	}
}

// TestErrors checks what becomes of a reply for each way in which a call fails.
func TestErrors(t *testing.T) {
	broken := errors.New("connection reset")
	for name, c := range map[string]struct {
		answer  *http.Response
		err     error
		want    string // permanent, unknown, again, or the wait
		channel bool
		text    string
	}{
		"missing access":   {answer: answered(403, `{"code":50001,"message":"content of somebody"}`), want: "permanent", text: "POST /channels/{}/messages: status 403 code 50001 missing access"},
		"no JSON":          {answer: answered(403, `<html>content of somebody`), want: "permanent", text: "POST /channels/{}/messages: status 403"},
		"invalid form":     {answer: answered(400, `{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"description":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"content of somebody"}]}}}}}`), want: "permanent", text: "POST /channels/{}/messages: status 400 code 50035 invalid form at embeds.0.description BASE_TYPE_MAX_LENGTH"},
		"automod":          {answer: answered(400, `{"code":200000,"message":"content of somebody"}`), want: "permanent", text: "POST /channels/{}/messages: status 400 code 200000 blocked by automod"},
		"server error":     {answer: answered(502, `content of somebody`), want: "unknown", text: "POST /channels/{}/messages: status 502"},
		"unreadable":       {answer: answered(200, `content of somebody`), want: "unknown", text: "POST /channels/{}/messages: status 200 its answer has another form"},
		"broken before":    {err: broken, want: "again", text: "POST /channels/{}/messages: connection reset"},
		"slowmode":         {answer: answered(400, `{"code":20016}`), want: "5s", channel: true},
		"of the channel":   {answer: answered(429, `{"message":"","retry_after":1.5,"global":false}`, "X-RateLimit-Scope", "user"), want: "1.5s", channel: true, text: "POST /channels/{}/messages: limited for 1.5s"},
		"shared":           {answer: answered(429, `{"retry_after":2,"global":false}`, "X-RateLimit-Scope", "shared"), want: "2s", channel: true},
		"global":           {answer: answered(429, `{"retry_after":3,"global":true}`, "X-RateLimit-Scope", "global"), want: "3s"},
		"of the address":   {answer: answered(429, `<html>`, "Retry-After", "60"), want: "1m0s"},
		"without a time":   {answer: answered(429, `{}`, "X-RateLimit-Scope", "user"), want: "5s", channel: true},
		"a time of no end": {answer: answered(429, `{"retry_after":1e300}`, "X-RateLimit-Scope", "user"), want: "24h0m0s", channel: true},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := restTo(func(*http.Request) (*http.Response, error) { return c.answer, c.err })
			var into struct{ ID string }
			q := say
			q.into = &into
			err := r.call(t.Context(), q)
			if c.text != "" && (err == nil || err.Error() != c.text) {
				t.Errorf("error %v, want %q", err, c.text)
			}
			said := sendError(err)
			var wait *bot.RetryAfter
			got := "again"
			switch {
			case errors.Is(said, bot.ErrPermanent):
				got = "permanent"
			case errors.Is(said, bot.ErrUnknown):
				got = "unknown"
			case errors.As(said, &wait):
				got = wait.After.String()
				if wait.Channel != c.channel {
					t.Errorf("it holds for the channel alone: %t", wait.Channel)
				}
			}
			if got != c.want {
				t.Errorf("Send = %v: %s, want %s", said, got, c.want)
			}
			if errors.Is(repeatableError(err), bot.ErrUnknown) {
				t.Error("what may be repeated is unknown")
			}
			if strings.Contains(fmt.Sprint(err, said), "somebody") {
				t.Errorf("the error repeats what was said: %v", err)
			}
		})
	}
}

// TestTokenRefused checks that nothing goes out any more once the token is
// refused, but what goes by another token.
func TestTokenRefused(t *testing.T) {
	asked := 0
	r, log := restTo(func(q *http.Request) (*http.Response, error) {
		asked++
		if strings.Contains(q.URL.Path, "/webhooks/") {
			return answered(200, `{}`), nil
		}
		return answered(401, `{"message":"401: Unauthorized","code":0}`), nil
	})
	if err := r.ready(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := sendError(r.call(t.Context(), say)); !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("call = %v", err)
		}
	}
	if err := r.ready(); asked != 1 || err == nil || !strings.Contains(err.Error(), "DISCORD_TOKEN") {
		t.Errorf("asked %d times; ready = %v", asked, err)
	}
	if n := strings.Count(log.String(), "token refused"); n != 1 || strings.Contains(log.String(), testToken) {
		t.Errorf("the log says so %d times: %s", n, log)
	}
	if err := r.call(t.Context(), call{method: "POST", route: "/webhooks/{}/{}", path: "/webhooks/1/other", open: true}); err != nil {
		t.Errorf("by another token = %v", err)
	}
}

// A token of an interaction that is refused says nothing about the bot's.
func TestOpenCallRefused(t *testing.T) {
	r, _ := restTo(func(*http.Request) (*http.Response, error) { return answered(401, `{"code":50027}`), nil })
	err := r.call(t.Context(), call{method: "POST", route: "/webhooks/{}/{}", path: "/webhooks/1/other", open: true})
	if codeOf(err) != codeWebhookToken || r.ready() != nil {
		t.Errorf("call = %v, ready = %v", err, r.ready())
	}
}

// TestReadAgain checks that a reading call that may wait is made again when
// Discord fails, and a writing one is not.
func TestReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		r, _ := restTo(func(*http.Request) (*http.Response, error) {
			if asked++; asked%3 != 0 {
				return answered(503, ``), nil
			}
			return answered(200, `{}`), nil
		})
		if err := r.call(t.Context(), call{method: http.MethodGet, route: "/gateway/bot", path: "/gateway/bot", wait: true}); err != nil || asked != 3 {
			t.Errorf("reading = %v, asked %d times", err, asked)
		}
		c := say
		c.wait = true
		if err := r.call(t.Context(), c); statusOf(err) != 503 || asked != 4 {
			t.Errorf("writing = %v, asked %d times", err, asked)
		}
	})
}

func TestMajor(t *testing.T) {
	for path, want := range map[string]string{
		"/channels/1/messages?limit=2": "1", "/channels/1": "1", "/guilds/3/members/4": "3", "/webhooks/5/tok/messages/6": "5/tok", "/users/@me/channels": "", "/gateway/bot": "", "/interactions/7/tok/callback": "7/tok", "/applications/1/commands": "",
	} {
		if got := majorOf(path); got != want {
			t.Errorf("majorOf(%q) = %q, want %q", path, got, want)
		}
	}
}

func FuzzFieldsOf(f *testing.F) {
	f.Add(`{"a":{"_errors":[{"code":"X"}]}}`)
	f.Add(`{"_errors":[1,null,{"code":1}],"a b":{"_errors":[{"code":"Y"}]}}`)
	f.Fuzz(func(t *testing.T, s string) {
		all := fieldsOf(json.RawMessage(s))
		if len(all) > maxFields {
			t.Errorf("%d fields", len(all))
		}
		for _, one := range all {
			if len(one) > 400 || strings.ContainsAny(one, "\n<>@`") {
				t.Errorf("field %q", one)
			}
		}
	})
}
