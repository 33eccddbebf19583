package discord

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"authfix/bot/outbound"
)

// DefaultAPI is where Discord is; the REST API is below api/v10 of it.
const DefaultAPI = "https://discord.com/"

// A Config is what is set of Discord. The zero Config is a program without
// Discord. Its fields are set by its methods, which check them.
type Config struct {
	Token     string // of the bot
	PublicKey string // 64 hexadecimal digits: interactions come over HTTP, signed; "": they come by the gateway
	API       string // with a slash at its end; "": [DefaultAPI]
	Guild     string // where commands are registered, for development; "": everywhere
	Rate      int    // calls a second that Discord takes; 0: 50
	Shards    int    // connections to the gateway over all replicas; 0: as many as Discord recommends
	// ForumTags are the names of the tags that a forum post gets, by what became of
	// it: one of [ForumStates]. nil: none.
	ForumTags map[string]string
	// NoMessageContent says that the application has no privileged intent
	// MESSAGE_CONTENT: it is not asked for, and what needs it is not done.
	NoMessageContent bool
}

// ForumStates returns what can become of a forum post, for [Config.ForumTags].
func ForumStates() []string { return []string{"answered", "resolved", "unknown", "escalated"} }

const (
	maxShards  = 1000
	maxRate    = 10_000
	maxTagName = 20 // characters; https://docs.discord.com/developers/resources/channel#forum-tag-object
)

// SetToken checks and sets the token of the bot.
func (c *Config) SetToken(v string) error {
	if !tokenLike.MatchString(v) || applicationOf(v) == "" {
		return errors.New("this is no bot token: it has three parts with dots between and stands under Bot of the application; write it without the word Bot")
	}
	c.Token = v
	return nil
}

// SetPublicKey checks and sets the key by which interactions that come over HTTP
// are known to be Discord's.
func (c *Config) SetPublicKey(v string) error {
	if key, err := hex.DecodeString(v); err != nil || len(key) != 32 {
		return errors.New("this is no public key: it has 64 hexadecimal digits and stands under General Information of the application")
	}
	c.PublicKey = strings.ToLower(v)
	return nil
}

// SetAPI checks and sets the address of Discord. The token is sent there, so plain
// HTTP is for this machine alone.
func (c *Config) SetAPI(v string) error {
	base, err := outbound.Base(v, DefaultAPI)
	if err != nil {
		return err
	}
	c.API = base
	return nil
}

// SetGuild checks and sets the guild in which alone commands are registered.
func (c *Config) SetGuild(v string) error {
	if !idLike(v) {
		return errors.New("this is no id of a server: it has 17 to 20 digits; Discord copies it from the server's menu once Developer Mode is on")
	}
	c.Guild = v
	return nil
}

// SetShards checks and sets how many connections there are over all replicas; 0
// is as many as Discord recommends.
func (c *Config) SetShards(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxShards {
		return fmt.Errorf("this is no whole number from 0 to %d; 0 is as many as Discord recommends", maxShards)
	}
	c.Shards = n
	return nil
}

// SetRate checks and sets how many calls a second Discord takes of the bot: it
// raises its 50 for large ones, on request.
// https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
func (c *Config) SetRate(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > maxRate {
		return fmt.Errorf("this is no whole number from 1 to %d", maxRate)
	}
	c.Rate = n
	return nil
}

// SetForumTags checks and sets which tag a forum post gets: STATE=NAME, parted by
// commas.
func (c *Config) SetForumTags(v string) error {
	tags := map[string]string{}
	for part := range strings.SplitSeq(v, ",") {
		state, name, ok := strings.Cut(part, "=")
		state, name = strings.TrimSpace(state), strings.TrimSpace(name)
		if _, twice := tags[state]; !ok || twice || !slices.Contains(ForumStates(), state) || name == "" || utf8.RuneCountInString(name) > maxTagName {
			return fmt.Errorf("these are no tags: write such as answered=Answered,unknown=Needs a human; the states are %s, each once, and a name has at most %d characters",
				strings.Join(ForumStates(), ", "), maxTagName)
		}
		tags[state] = name
	}
	c.ForumTags = tags
	return nil
}

// SetMessageContent checks and sets whether the application has the privileged
// intent MESSAGE_CONTENT: on or off.
func (c *Config) SetMessageContent(v string) error {
	if v != "on" && v != "off" {
		return errors.New("this is neither on nor off")
	}
	c.NoMessageContent = v == "off"
	return nil
}

// Enabled reports whether anything of Discord is set.
func (c Config) Enabled() bool { return c.Token != "" || c.PublicKey != "" }

// Validate says all that is missing for what is set to work.
func (c Config) Validate() error {
	if c.Token == "" {
		return errors.New("DISCORD_TOKEN: set the token of the bot: without it nothing can be said")
	}
	return nil
}

// HTTPInteractions reports whether interactions come over HTTP. Discord sends
// them either so or by the gateway.
func (c Config) HTTPInteractions() bool { return c.PublicKey != "" }

// Application returns the id of the application, which the token begins with, or
// "" when there is none in it.
func (c Config) Application() string { return applicationOf(c.Token) }

// String names what is set, without its secrets.
func (c Config) String() string {
	how := "gateway"
	if c.HTTPInteractions() {
		how = "http"
	}
	return fmt.Sprintf("discord (interactions by %s, message content %t)", how, !c.NoMessageContent)
}

// api is the address of Discord, with a slash at its end.
func (c Config) api() string {
	if c.API == "" {
		return DefaultAPI
	}
	return strings.TrimRight(c.API, "/") + "/"
}

var tokenLike = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}\.[0-9A-Za-z_-]{4,64}\.[0-9A-Za-z_-]{8,256}$`)

// applicationOf is the id that a token begins with, or "".
func applicationOf(token string) string {
	head, _, _ := strings.Cut(token, ".")
	id, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(head, "="))
	if err != nil || !idLike(string(id)) {
		return ""
	}
	return string(id)
}
