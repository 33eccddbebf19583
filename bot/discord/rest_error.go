package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"authfix/bot"
)

// A callError is why a call failed. It holds no token, no address and nothing
// of what was said.
type callError struct {
	method  string
	route   string
	status  int           // of HTTP, 0 when there was no answer
	code    int           // Discord's own, 0 when it said none
	fields  []string      // of an invalid form: where, and what is wrong there
	limited bool          // a limit is met; the request was not carried out
	after   time.Duration // of a limit: when to come again
	global  bool          // of a limit: it is that of the bot, not of a bucket
	shared  bool          // of a limit: others met it
	refused bool          // it was not sent, and never can be
	written bool          // the request may have been carried out
	cause   error         // of a connection that broke
}

func (e *callError) Error() string {
	var b strings.Builder
	b.WriteString(e.method + " " + e.route + ":")
	if e.limited {
		b.WriteString(" limited for " + e.after.Round(time.Millisecond).String())
		return b.String()
	}
	if e.status != 0 {
		fmt.Fprintf(&b, " status %d", e.status)
	}
	if e.code != 0 {
		fmt.Fprintf(&b, " code %d", e.code)
		if words := codeWords[e.code]; words != "" {
			b.WriteString(" " + words)
		}
	}
	if len(e.fields) > 0 {
		b.WriteString(" at " + strings.Join(e.fields, ", "))
	}
	if e.cause != nil {
		b.WriteString(" " + e.cause.Error())
	}
	return b.String()
}

func (e *callError) Unwrap() error { return e.cause }

// codeOf is Discord's own code in an error of a call, or 0.
func codeOf(err error) int {
	var e *callError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}

// statusOf is the status of HTTP in an error of a call, or 0.
func statusOf(err error) int {
	var e *callError
	if errors.As(err, &e) {
		return e.status
	}
	return 0
}

// Discord's codes that something is decided by.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
const (
	codeUnknownChannel     = 10003
	codeUnknownGuild       = 10004
	codeUnknownMessage     = 10008
	codeUnknownUser        = 10013
	codeUnknownWebhook     = 10015
	codeUnknownInteraction = 10062
	codeSlowmode           = 20016
	codeChannelWriteLimit  = 20028
	codeServerWriteLimit   = 20029
	codeMaxReactions       = 30010
	codeMaxThreads         = 30033
	codeAcknowledged       = 40060
	codeMaxFollowUps       = 40094
	codeBusyResource       = 40062
	codeMissingAccess      = 50001
	codeNotOurs            = 50005
	codeCannotDirect       = 50007
	codeMissingPermission  = 50013
	codeWrongChannelType   = 50024
	codeWebhookToken       = 50027
	codeInvalidForm        = 50035
	codeArchived           = 50083
	codeReactionBlocked    = 90001
	codeOverloaded         = 130000
	codeThreadExists       = 160004
	codeThreadLocked       = 160005
	codeMaxActiveThreads   = 160006
	codeMaxAnnouncements   = 160007
	codeBlockedByAutomod   = 200000
	codeTitleBlocked       = 200001
)

// codeWords are what codes mean. Discord's own message may repeat what was said,
// so it is not used.
var codeWords = map[int]string{
	codeUnknownChannel: "unknown channel", codeUnknownGuild: "unknown guild", codeUnknownMessage: "unknown message", codeUnknownUser: "unknown user",
	codeUnknownWebhook: "unknown webhook", codeUnknownInteraction: "unknown interaction", codeSlowmode: "slowmode", codeChannelWriteLimit: "too many writes in the channel",
	codeServerWriteLimit: "too many writes in the guild", codeMaxReactions: "too many reactions", codeMaxThreads: "too many threads", codeAcknowledged: "already acknowledged",
	codeMaxFollowUps: "too many follow-ups", codeBusyResource: "busy", codeMissingAccess: "missing access", codeNotOurs: "message of another author", codeCannotDirect: "takes no direct messages",
	codeMissingPermission: "missing permissions", codeWrongChannelType: "not on this type of channel", codeWebhookToken: "invalid interaction token",
	codeInvalidForm: "invalid form", codeArchived: "archived thread", codeReactionBlocked: "reaction blocked", codeOverloaded: "overloaded",
	codeThreadExists: "thread exists", codeThreadLocked: "thread is locked", codeMaxActiveThreads: "too many active threads",
	codeMaxAnnouncements: "too many announcement threads", codeBlockedByAutomod: "blocked by automod", codeTitleBlocked: "title blocked by automod",
	40001: "unauthorized", 40058: "cannot message this thread until its starter does", 50006: "empty message", 50109: "invalid JSON",
}

// refusal is the error of an answer that says no.
func refusal(status int, data []byte) *callError {
	e := &callError{status: status}
	var got struct {
		Code   int             `json:"code"`
		Errors json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(data, &got) == nil {
		e.code = got.Code
		e.fields = fieldsOf(got.Errors)
	}
	return e
}

// maxFields bounds the places of an invalid form that an error names.
const maxFields = 10

// fieldsOf are the places of an invalid form, with Discord's word for what is
// wrong: embeds.0.description BASE_TYPE_MAX_LENGTH. What was in the form is not
// in it.
// https://docs.discord.com/developers/reference#error-messages
func fieldsOf(data json.RawMessage) []string {
	var tree any
	if len(data) == 0 || json.Unmarshal(data, &tree) != nil {
		return nil
	}
	var all []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		m, ok := v.(map[string]any)
		if !ok || len(all) >= maxFields || len(path) > 200 {
			return
		}
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if key != "_errors" {
				if plainWord(key) {
					walk(strings.TrimPrefix(path+"."+key, "."), m[key])
				}
				continue
			}
			list, _ := m[key].([]any)
			for _, one := range list {
				o, _ := one.(map[string]any)
				if word, _ := o["code"].(string); plainWord(word) && len(all) < maxFields {
					all = append(all, path+" "+word)
				}
			}
		}
	}
	walk("", tree)
	return all
}

// plainWord reports whether s is a name of a field or of an error.
func plainWord(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 80
}

// unsaidWait is how long to wait when Discord limits a call and does not say
// for how long.
const unsaidWait = 5 * time.Second

// limitOf is the error of an answer with status 429.
// https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit
func limitOf(h http.Header, data []byte) *callError {
	e := &callError{status: http.StatusTooManyRequests, limited: true}
	var got struct {
		After  float64 `json:"retry_after"`
		Global bool    `json:"global"`
		Code   int     `json:"code"`
	}
	scope := h.Get("X-RateLimit-Scope")
	spoken := json.Unmarshal(data, &got) == nil
	if spoken && got.After > 0 {
		e.after = time.Duration(min(got.After, 24*3600) * float64(time.Second))
	} else {
		e.after = seconds(h.Get("Retry-After"))
	}
	if e.after == 0 {
		e.after = unsaidWait
	}
	e.code, e.shared = got.Code, scope == "shared"
	// Without a scope it is what stands before Discord that refuses the address.
	e.global = got.Global || scope == "global" || strings.EqualFold(h.Get("X-RateLimit-Global"), "true") || !spoken && scope == ""
	return e
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
	switch {
	case e.limited:
		return &bot.RetryAfter{After: e.after, Channel: !e.global}
	case e.code == codeSlowmode || e.code == codeChannelWriteLimit || e.code == codeServerWriteLimit || e.code == codeBusyResource || e.code == codeOverloaded:
		return &bot.RetryAfter{After: max(e.after, unsaidWait), Channel: e.code != codeServerWriteLimit}
	case e.refused:
		return fmt.Errorf("%w: %w", err, bot.ErrPermanent)
	case e.written:
		if once {
			return fmt.Errorf("%w: %w", bot.ErrUnknown, err)
		}
		return err
	case e.status == 0, e.status == http.StatusRequestTimeout:
		return err
	}
	return fmt.Errorf("%w: %w", err, bot.ErrPermanent)
}
