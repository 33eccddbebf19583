package slacktest

import (
	"slices"
	"time"
)

// Options says how a [Server] behaves. The zero Options is one workspace with
// the app installed over HTTP, with Slack's own deadlines and no rate limits.
type Options struct {
	// SocketMode delivers over web sockets; else over HTTP to the [Endpoints]. An
	// app has one or the other.
	SocketMode bool
	// Endpoints are the app's request URLs; [Server.SetEndpoints] sets them later.
	Endpoints Endpoints

	SigningSecret string   // default "signing-secret"
	BotToken      string   // of the workspace [Acme]: default "xoxb-acme"
	AppToken      string   // for Socket Mode: default "xapp-1-acme"
	ClientID      string   // default "111.222"
	ClientSecret  string   // default "client-secret"
	RedirectURLs  []string // registered for OAuth; nil: any
	Scopes        []string // of the installation in [Acme], and offered to installers; nil: [DefaultScopes]
	Events        []string // what the app subscribes to; nil: [DefaultEvents]
	NoInstall     bool     // the app is not installed in [Acme]
	Rotation      bool     // tokens that OAuth gives expire and are refreshed

	// Scale is how many times faster than Slack's the schedule of retries runs:
	// with 60, a minute is a second. 0: 1.
	Scale float64
	// Now is the clock; nil: the system's. Timers follow it within 10 ms.
	Now func() time.Time

	// Fragments sends what is over 128 bytes on a web socket in several frames.
	Fragments bool
	PingEvery time.Duration // on web sockets: 5 s

	AckWithin    time.Duration // for every delivery: 3 s
	TriggerLife  time.Duration // of a trigger_id: 3 s
	ResponseLife time.Duration // of a response_url: 30 min
	TokenLife    time.Duration // of an access token that rotates: 12 h
	RefreshGrace time.Duration // for which a used refresh token still works: 1 min
	CodeLife     time.Duration // of an OAuth code: 10 min

	// Pace refuses, with 429, calls over the published rates: one message a second
	// a channel (in bursts of Burst), and each method's tier. Each refusal is a
	// violation.
	Pace  bool
	Burst int // messages to one channel at once: 3
	// StrictHistory limits conversations.history and .replies as it does for apps
	// that are sold outside the Marketplace: one call a minute, 15 objects.
	StrictHistory bool
	// HourlyEvents is how many deliveries a workspace gets in an hour before
	// app_rate_limited comes in their place; 0: any number. Slack's own is 30,000.
	HourlyEvents int
	// Delayed goes on after the retries, hourly for 24 hours.
	Delayed bool
	// NoEcho does not tell the app of its own messages and changes.
	NoEcho bool
	// AnswersDoNotUnfurl makes a message of the app a violation that does not set
	// unfurl_links and unfurl_media to false.
	AnswersDoNotUnfurl bool
	// GuideTriggerErrors names expired and used triggers as Slack's guide to
	// interactivity does (trigger_expired, trigger_exchanged), not as views.open
	// does (expired_trigger_id, exchanged_trigger_id).
	GuideTriggerErrors bool
}

// Endpoints are an app's request URLs.
type Endpoints struct {
	Events        string
	Commands      string
	Interactivity string
	Options       string // message_menu_options_url; "": Interactivity
}

// At are the endpoints of an app that serves them below base, as /slack/events,
// /slack/commands, /slack/interactivity and /slack/options.
func At(base string) Endpoints {
	return Endpoints{base + "/slack/events", base + "/slack/commands", base + "/slack/interactivity", base + "/slack/options"}
}

// DefaultScopes returns every scope that a method or event of this package asks
// for.
func DefaultScopes() []string {
	return []string{"commands", "chat:write", "app_mentions:read", "im:history", "im:read", "im:write",
		"channels:history", "channels:read", "groups:history", "groups:read", "mpim:history", "files:read",
		"files:write", "users:read", "reactions:write", "metadata.message:read", "team:read"}
}

// DefaultEvents returns every subscription that this package knows.
func DefaultEvents() []string {
	return []string{"app_mention", "message.im", "message.channels", "message.groups", "message.mpim",
		"app_home_opened", "file_shared", "member_joined_channel", "channel_left", "channel_archive",
		"channel_rename", "app_uninstalled", "tokens_revoked"}
}

func (o Options) withDefaults() Options {
	text := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	text(&o.SigningSecret, "signing-secret")
	text(&o.BotToken, "xoxb-acme")
	text(&o.AppToken, "xapp-1-acme")
	text(&o.ClientID, "111.222")
	text(&o.ClientSecret, "client-secret")
	span := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	span(&o.AckWithin, 3*time.Second)
	span(&o.PingEvery, 5*time.Second)
	span(&o.TriggerLife, 3*time.Second)
	span(&o.ResponseLife, 30*time.Minute)
	span(&o.TokenLife, 12*time.Hour)
	span(&o.RefreshGrace, time.Minute)
	span(&o.CodeLife, 10*time.Minute)
	if o.Scopes == nil {
		o.Scopes = DefaultScopes()
	}
	if o.Events == nil {
		o.Events = DefaultEvents()
	}
	o.Scopes, o.Events = slices.Clone(o.Scopes), slices.Clone(o.Events)
	if o.Scale <= 0 {
		o.Scale = 1
	}
	if o.Burst == 0 {
		o.Burst = 3
	}
	return o
}
