package slack

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What Slack sends, with the fields that are read here. See
// https://docs.slack.dev/apis/events-api and
// https://docs.slack.dev/reference/events/message

// An eventBody is the outside of an event.
type eventBody struct {
	Type              string          `json:"type"`
	Challenge         string          `json:"challenge"` // of url_verification
	Team              string          `json:"team_id"`
	App               string          `json:"api_app_id"`
	ID                string          `json:"event_id"`
	Time              int64           `json:"event_time"` // in seconds
	ContextTeam       string          `json:"context_team_id"`
	ContextEnterprise string          `json:"context_enterprise_id"`
	Enterprise        string          `json:"enterprise_id"`
	Authorizations    []authorization `json:"authorizations"`
	Event             json.RawMessage `json:"event"`
}

// An authorization is an installation to which an event is visible.
type authorization struct {
	Enterprise string `json:"enterprise_id"`
	Team       string `json:"team_id"`
	User       string `json:"user_id"`
	Bot        bool   `json:"is_bot"`
	Org        bool   `json:"is_enterprise_install"`
}

// A wireMessage is a message as Slack tells it, in an event or with a shortcut.
// A change holds the message as it is now and as it was.
type wireMessage struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	Hidden      bool            `json:"hidden"`
	Channel     string          `json:"channel"`
	ChannelType string          `json:"channel_type"`
	User        string          `json:"user"`
	Bot         string          `json:"bot_id"`
	App         string          `json:"app_id"`
	Team        string          `json:"team"`
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
	Files       []wireFile      `json:"files"`
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts"`
	EventTS     string          `json:"event_ts"`
	DeletedTS   string          `json:"deleted_ts"`
	Edited      *wireEdit       `json:"edited"`
	Message     *wireMessage    `json:"message"`
	Previous    *wireMessage    `json:"previous_message"`
}

// A wireEdit tells when a message was edited.
type wireEdit struct {
	TS string `json:"ts"`
}

// A wireFile is what is said of a file. In a shared channel it may be the id
// alone.
type wireFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Mode string `json:"mode"`
	Type string `json:"mimetype"`
	Size int64  `json:"size"`
}

// An otherEvent is any event that is no message.
type otherEvent struct {
	Type   string `json:"type"`
	User   string `json:"user"`
	Tab    string `json:"tab"`      // of app_home_opened
	TS     string `json:"event_ts"` // of all
	Tokens struct {
		Bot []string `json:"bot"`
	} `json:"tokens"` // of tokens_revoked
}

// tsLike is how Slack writes times that name messages.
var tsLike = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{1,6}$`)

// micros is a time that names a message in microseconds; 0 when it is none.
func micros(ts string) int64 {
	if !tsLike.MatchString(ts) {
		return 0
	}
	whole, fraction, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(whole+fraction+"000000"[len(fraction):], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// timeOf is a time that names a message, or the zero time.
func timeOf(ts string) time.Time {
	if n := micros(ts); n > 0 {
		return time.UnixMicro(n)
	}
	return time.Time{}
}
