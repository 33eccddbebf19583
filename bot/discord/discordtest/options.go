package discordtest

import "time"

// Options says how a [Server] behaves. The zero Options is one guild with the bot
// in it, every intent allowed, Discord's own deadlines and no rate limits.
type Options struct {
	Token string // the bot's; "": "MTEwMDAw.discordtest.bot-token"

	// Permissions are those of the bot's own role; 0: [DefaultPermissions].
	Permissions Permissions
	// NoMessageContent is an app without the privileged intent MESSAGE_CONTENT.
	NoMessageContent bool
	// NoMembers is an app without the privileged intent GUILD_MEMBERS.
	NoMembers bool

	// Shards is how many shards gateway/bot recommends; 0: 1. MustShard refuses
	// fewer, with 4011.
	Shards    int
	MustShard bool
	// MaxConcurrency is how many shards may identify within IdentifyEvery; 0: 1.
	MaxConcurrency int
	IdentifyEvery  time.Duration // 0: 5 s
	Identifies     int           // session starts within a day; 0: 1000

	Heartbeat  time.Duration // heartbeat_interval; 0: 41.25 s
	ResumeFor  time.Duration // how long a session outlives its connection; 0: 3 min
	Replay     int           // events that a session keeps for a resume; 0: 1000
	LateGuilds bool          // GUILD_CREATE comes only when [Server.SendGuilds] is called
	// StrictResume answers a resume at another address than resume_gateway_url with
	// an invalid session; else it is a violation.
	StrictResume bool
	// OldVersions accepts every version of the API, not 10 alone.
	OldVersions bool

	AckWithin time.Duration // for the first answer to an interaction, in real time; 0: 3 s
	TokenLife time.Duration // of an interaction's token; 0: 15 min
	NonceFor  time.Duration // how long a nonce makes a message once; 0: 3 min
	URLLife   time.Duration // of an attachment's address; 0: 24 h

	// StrictMentions refuses, with 50035, a message or edit whose allowed_mentions do
	// not have an empty parse; it is a violation in any case.
	StrictMentions bool
	// Pace limits calls as Discord does by experience: 5 messages in 5 s a channel,
	// and others; Rates sets the limit of routes ("POST /channels/{channel}/messages").
	Pace  bool
	Rates map[string]Rate
	// Global is how many calls a second are served, interactions apart; 0: any
	// number. Discord's own is 50.
	Global int

	// Now is the clock; nil: the system's.
	Now func() time.Time
}

// A Rate is how many calls of a route with one main id (channel, guild or webhook)
// are served within a time.
type Rate struct {
	Limit int
	Per   time.Duration
}

func (o Options) withDefaults() Options {
	if o.Token == "" {
		o.Token = "MTEwMDAw.discordtest.bot-token"
	}
	if o.Permissions == 0 {
		o.Permissions = DefaultPermissions
	}
	number := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	number(&o.Shards, 1)
	number(&o.MaxConcurrency, 1)
	number(&o.Identifies, 1000)
	number(&o.Replay, 1000)
	span := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	span(&o.IdentifyEvery, 5*time.Second)
	span(&o.Heartbeat, 41250*time.Millisecond)
	span(&o.ResumeFor, 3*time.Minute)
	span(&o.AckWithin, 3*time.Second)
	span(&o.TokenLife, 15*time.Minute)
	span(&o.NonceFor, 3*time.Minute)
	span(&o.URLLife, 24*time.Hour)
	return o
}
