package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"authfix/bot"
	"authfix/bot/outbound"
)

// The Web API is called here and not through slack-go: what becomes of a reply
// depends on whether a request was written before it broke, and one block that
// slack-go does not know must not make an answer unreadable.

// unsaidWait is how long to wait when Slack limits a call and does not say
// for how long.
const unsaidWait = 5 * time.Second

// An api calls methods of the Web API. It is safe for concurrent use.
type api struct {
	base string // with a slash at its end
	web  *http.Client
}

// newAPI returns the api of an address; "" is Slack's.
func newAPI(address string) *api {
	if address == "" {
		address = DefaultAPI
	}
	if !strings.HasSuffix(address, "/") {
		address += "/"
	}
	return &api{base: address, web: outbound.NewClient()}
}

// close lets go of the connections that are not in use.
func (a *api) close() { a.web.CloseIdleConnections() }

// A callError is why a call failed. It holds no token, no address and nothing
// of what was said.
type callError struct {
	method  string
	word    string        // Slack's word for it, "" when it said none
	needed  string        // of missing_scope: the scope
	status  int           // of HTTP, 0 when there was no answer
	after   time.Duration // of a limit: when to come again
	written bool          // the request may have been carried out
	cause   error         // of a connection that broke
}

func (e *callError) Error() string {
	switch {
	case e.needed != "":
		return e.method + ": " + e.word + " " + e.needed
	case e.word != "":
		return e.method + ": " + e.word
	case e.cause != nil:
		return e.method + ": " + e.cause.Error()
	}
	return fmt.Sprintf("%s: status %d", e.method, e.status)
}

func (e *callError) Unwrap() error { return e.cause }

// wordOf is Slack's word in an error of a call, or "".
func wordOf(err error) string {
	var e *callError
	if errors.As(err, &e) {
		return e.word
	}
	return ""
}

// An answerHead is what every answer of the Web API has.
type answerHead struct {
	OK       bool   `json:"ok"`
	Error    string `json:"error"`
	Needed   string `json:"needed"`
	Metadata struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// call calls a method with a token, "" for none, and decodes the answer into
// into unless that is nil. The header of the answer is returned when there was
// one.
func (a *api) call(ctx context.Context, token, method string, args url.Values, into any) (http.Header, error) {
	body := []byte(args.Encode())
	r, err := http.NewRequest(http.MethodPost, a.base+method, bytes.NewReader(body))
	if err != nil {
		return nil, &callError{method: method, cause: errors.New("its address is wrong")}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	data, header, err := a.do(ctx, method, r)
	if err != nil {
		return header, err
	}
	var head answerHead
	if err := json.Unmarshal(data, &head); err != nil {
		return header, &callError{method: method, status: http.StatusOK, written: true, cause: errors.New("its answer is no JSON")}
	}
	if !head.OK {
		e := &callError{method: method, word: plainWord(head.Error), status: http.StatusOK, after: retryAfter(header)}
		if e.word == "missing_scope" {
			e.needed = plainWord(head.Needed)
		}
		return header, e
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			return header, &callError{method: method, status: http.StatusOK, written: true, cause: errors.New("its answer has another form")}
		}
	}
	return header, nil
}

// responseMethod stands for a response_url in errors.
const responseMethod = "response_url"

// respond posts to a response_url: an address that is a credential.
func (a *api) respond(ctx context.Context, address string, payload any) error {
	const method = responseMethod
	body, err := json.Marshal(payload)
	if err != nil {
		return &callError{method: method, cause: errors.New("the reply cannot be encoded")}
	}
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil || !a.mayReply(r.URL) {
		return &callError{method: method, word: "invalid_url"}
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	data, header, err := a.do(ctx, method, r)
	if err != nil {
		return err
	}
	// It answers "ok", or with an object like that of a method.
	var head answerHead
	if json.Unmarshal(data, &head) == nil && !head.OK && head.Error != "" {
		return &callError{method: method, word: plainWord(head.Error), status: http.StatusOK, after: retryAfter(header)}
	}
	return nil
}

// mayReply reports whether a response_url leads to Slack, or to where the API
// is set to be.
func (a *api) mayReply(u *url.URL) bool {
	return u.User == nil && (u.Scheme == "https" && slackHost(u.Hostname()) || a.sameHost(u))
}

// sameHost reports whether u is on the host that the API is on, when that is not
// Slack's own.
func (a *api) sameHost(u *url.URL) bool {
	b, err := url.Parse(a.base)
	return err == nil && b.Host != "" && u.Scheme == b.Scheme && strings.EqualFold(u.Host, b.Host)
}

// slackHost reports whether a host is Slack's.
func slackHost(host string) bool {
	host = strings.ToLower(host)
	for _, domain := range []string{"slack.com", "slack-gov.com"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

// do makes a request and returns the body of an answer with status 200.
func (a *api) do(ctx context.Context, method string, r *http.Request) ([]byte, http.Header, error) {
	w, written, err := outbound.Ask(ctx, a.web, r)
	if err != nil {
		return nil, nil, &callError{method: method, written: written, cause: err}
	}
	switch {
	case w.Status == http.StatusTooManyRequests:
		return nil, w.Header, &callError{method: method, word: "ratelimited", status: w.Status, after: retryAfter(w.Header)}
	case w.Status >= 500:
		return nil, w.Header, &callError{method: method, status: w.Status, written: true}
	case w.Broken != nil:
		return nil, w.Header, &callError{method: method, status: w.Status, written: true, cause: w.Broken}
	case w.Status != http.StatusOK:
		var head answerHead
		e := &callError{method: method, status: w.Status}
		if json.Unmarshal(w.Body, &head) == nil {
			e.word = plainWord(head.Error)
		} else {
			e.word = plainWord(string(w.Body[:min(len(w.Body), maxWord)]))
		}
		return nil, w.Header, e
	}
	return w.Body, w.Header, nil
}

// retryAfter is what a limit asks for, 0 when there is none.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, 24*3600)) * time.Second
}

// maxWord bounds a word of Slack's that is repeated in an error.
const maxWord = 80

// plainWord is a word of Slack's if it looks like one: lower case, digits, and
// the marks that scopes are written with.
func plainWord(s string) string {
	s = strings.TrimSpace(s)
	ok := s != "" && len(s) <= maxWord
	for _, c := range s {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune("_.:,-", c))
	}
	if !ok && s != "" {
		return "an_error_in_other_words"
	}
	return s
}

// sendError is an error of [bot.Platform] for that of a call which says
// something once only: when the request may have been carried out, nobody knows
// whether it was said.
func sendError(err error) error { return classify(err, true) }

// repeatableError is that of a call which may be repeated without harm.
func repeatableError(err error) error { return classify(err, false) }

func classify(err error, once bool) error {
	var e *callError
	if err == nil || !errors.As(err, &e) {
		return err
	}
	limited := limits[e.word] || e.status == http.StatusTooManyRequests
	switch {
	case limited:
		after := e.after
		if after == 0 {
			after = unsaidWait
		}
		// The limit that is met is nearly always one message a second and channel;
		// one for the whole workspace asks for longer. Other methods have limits of
		// their own, which are no reason not to answer elsewhere.
		posts := strings.HasPrefix(e.method, "chat.")
		return &bot.RetryAfter{After: after, Channel: !posts || e.word == "rate_limited" || after <= channelWait}
	case unclear[e.word], e.word == "" && e.written:
		if once {
			return fmt.Errorf("%w: %w", bot.ErrUnknown, err)
		}
		return err
	case passing[e.word], e.word == "" && (e.status == 0 || e.status >= 500), e.status == http.StatusRequestTimeout:
		return err
	}
	return fmt.Errorf("%w: %w", err, bot.ErrPermanent)
}

// channelWait is the longest wait that is taken for the limit of one channel.
const channelWait = 10 * time.Second

// What Slack's words mean for a reply. What is in no table is permanent: Slack
// refused the request as it is.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
var (
	limits = map[string]bool{"ratelimited": true, "rate_limited": true, "message_limit_exceeded": true}
	// "It's possible some aspect of the operation succeeded."
	unclear = map[string]bool{"internal_error": true, "fatal_error": true}
	passing = map[string]bool{"service_unavailable": true, "request_timeout": true, "team_added_to_org": true, "accesslimited": true,
		"org_login_required": true, "hash_conflict": true, "token_expired": true}
	// authWords say that the token is worth nothing any more. That an organisation's
	// token is not good for one workspace (team_access_not_granted) is none of them.
	authWords = map[string]bool{"token_revoked": true, "invalid_auth": true, "account_inactive": true, "not_authed": true, "app_uninstalled": true}
	// unreachable says that the bot cannot write into a channel, though perhaps to
	// the person.
	unreachable = map[string]bool{"not_in_channel": true, "channel_not_found": true, "is_archived": true, "user_not_in_channel": true,
		"restricted_action": true, "no_permission": true, "channel_type_not_supported": true, "restricted_action_thread_locked": true,
		"restricted_action_non_threadable_channel": true, "restricted_action_read_only_channel": true}
)
