package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"authfix/bot/discord"
	"authfix/bot/slack"
	"authfix/storage"
)

// config is everything that can be set, checked.
type config struct {
	Database       database
	Listen         string // host:port
	PublicURL      string // without a slash at its end, or ""
	FailureModes   string // a folder, or ""
	SecretKey      string // a key ring, or ""
	TriageChannels []string
	Admins         []string
	LogLevel       slog.Level
	LogFormat      string // text or json
	Keep           storage.Retention
	StopWithin     time.Duration
	PersonRate     int
	ChannelRate    int
	Senders        int
	Workers        int
	Slack          slack.Config
	Discord        discord.Config
}

// A database is one engine with where its data is.
type database struct {
	engine string // sqlite or postgres
	path   string // of a SQLite file
	url    string // of PostgreSQL, with its credentials
}

// String names the database without its credentials.
func (d database) String() string {
	if d.engine == "sqlite" {
		return "sqlite:" + d.path
	}
	return withoutPassword(d.url)
}

// withoutPassword replaces the password of a database's address.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(hidden)"
	}
	q := u.Query()
	for key := range q {
		if strings.Contains(strings.ToLower(key), "password") {
			q.Set(key, "xxxxx")
			u.RawQuery = q.Encode()
		}
	}
	return u.Redacted()
}

// A setting is one thing that can be set: its name is the variable of the
// environment and, in lower case, the key in the file that AUTHFIX_CONFIG names;
// NAME_FILE names a file that holds its value.
type setting struct {
	name   string
	value  string // by default
	doc    string // one line or more for the reference
	secret bool
	set    func(c *config, value string) error // says what to write instead
	show   func(value string) string           // what may be printed of a value; nil: all
}

// settings is the list of everything that can be set, in the order of the
// reference.
func settings() []setting {
	keep := func(name, value, doc string, least time.Duration, at func(*storage.Retention) *time.Duration) setting {
		return setting{name: name, value: value, doc: doc, set: func(c *config, v string) (err error) {
			d, err := parseDuration(v)
			if err == nil && d > 0 && d < least {
				err = fmt.Errorf("%s is too short: write %s or more, or 0 to keep it for ever", quoted(v), spell(least))
			}
			*at(&c.Keep) = d
			return err
		}}
	}
	number := func(name, value, doc string, least, most int, at func(*config) *int) setting {
		return setting{name: name, value: value, doc: doc, set: func(c *config, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil || n < least || n > most {
				return fmt.Errorf("%s is no whole number from %d to %d", quoted(v), least, most)
			}
			*at(c) = n
			return nil
		}}
	}
	const day = 24 * time.Hour
	return []setting{
		{name: "DATABASE_URL", value: "sqlite:authfix.db", set: setDatabase, show: withoutPassword,
			doc: "Where the desk remembers: sqlite:PATH, one file for one process, or postgres://USER:PASSWORD@HOST/NAME for several replicas."},
		{name: "AUTHFIX_LISTEN", value: "127.0.0.1:8080", set: setListen,
			doc: "Where serve answers HTTP: host:port. :8080 is every address of the machine."},
		{name: "AUTHFIX_PUBLIC_URL", set: setPublicURL,
			doc: "The address under which people reach serve, such as https://authfix.example.com."},
		{name: "AUTHFIX_FAILURE_MODES", set: func(c *config, v string) error { c.FailureModes = v; return nil },
			doc: "A folder of a team's own failure modes (YAML). They lie over the built-in ones; the same id replaces."},
		{name: "AUTHFIX_SECRET_KEY", secret: true, set: setSecretKey,
			doc: "The key ring that seals credentials in the database: ID:BASE64 of 32 bytes, more of them parted by commas; the first seals, all open.\n" +
				"Without it a key file is made beside the SQLite database; PostgreSQL requires it."},
		{name: "AUTHFIX_TRIAGE_CHANNELS", set: func(c *config, v string) (err error) { c.TriageChannels, err = setNames(v, "channel"); return err },
			doc: "Channels in which triage is on from the start: PLATFORM:CHANNEL or PLATFORM:WORKSPACE/CHANNEL, parted by commas. Chat can change it."},
		{name: "AUTHFIX_ADMINS", set: func(c *config, v string) (err error) { c.Admins, err = setNames(v, "person"); return err },
			doc: "People who may change what the desk does in a channel: PLATFORM:PERSON, parted by commas."},
		{name: "SLACK_BOT_TOKEN", secret: true, set: func(c *config, v string) error { return c.Slack.SetBotToken(v) },
			doc: "The bot token of the one Slack workspace that is served: xoxb-…"},
		{name: "SLACK_APP_TOKEN", secret: true, set: func(c *config, v string) error { return c.Slack.SetAppToken(v) },
			doc: "The app-level token for Socket Mode: xapp-… When it is set, Slack's events come over a connection that serve opens; else they come over HTTP."},
		{name: "SLACK_SIGNING_SECRET", secret: true, set: func(c *config, v string) error { return c.Slack.SetSigningSecret(v) },
			doc: "By which Slack's requests to /slack/… are known to be Slack's. Required for HTTP. While it changes: the new one and the old one, parted by a comma."},
		{name: "SLACK_CLIENT_ID", set: func(c *config, v string) error { return c.Slack.SetClientID(v) },
			doc: "The app's id for its installation into many workspaces by OAuth, at /slack/install. Needs SLACK_CLIENT_SECRET and AUTHFIX_PUBLIC_URL."},
		{name: "SLACK_CLIENT_SECRET", secret: true, set: func(c *config, v string) error { return c.Slack.SetClientSecret(v) },
			doc: "The app's secret for its installation by OAuth."},
		{name: "SLACK_API_URL", value: slack.DefaultAPI, set: func(c *config, v string) error { return c.Slack.SetAPI(v) },
			doc: "Where Slack's Web API is: another server is for tests and proxies."},
		{name: "DISCORD_TOKEN", secret: true, set: func(c *config, v string) error { return c.Discord.SetToken(v) },
			doc: "The bot token of the Discord application."},
		{name: "DISCORD_PUBLIC_KEY", set: func(c *config, v string) error { return c.Discord.SetPublicKey(v) },
			doc: "The public key of the Discord application. When it is set, commands and buttons come over HTTP to /discord/interactions, signed; else by the gateway, as messages always do."},
		{name: "DISCORD_MESSAGE_CONTENT", value: "on", set: func(c *config, v string) error { return c.Discord.SetMessageContent(v) },
			doc: "on: the privileged intent MESSAGE_CONTENT is switched on for the Discord application. off: it is not asked for, and messages that do not name the bot are not read."},
		{name: "DISCORD_FORUM_TAGS", set: func(c *config, v string) error { return c.Discord.SetForumTags(v) },
			doc: "Which tag a post in a Discord forum gets, STATE=NAME parted by commas: answered, resolved, unknown and escalated. Needs the permission to manage threads."},
		{name: "DISCORD_SHARDS", value: "0", set: func(c *config, v string) error { return c.Discord.SetShards(v) },
			doc: "How many connections to Discord's gateway there are over all replicas; 0: as many as Discord recommends."},
		{name: "DISCORD_RATE", value: "50", set: func(c *config, v string) error { return c.Discord.SetRate(v) },
			doc: "How many calls a second Discord takes of the bot: more than 50 when it has raised that for yours. Each replica makes nine tenths of it at most."},
		{name: "DISCORD_GUILD", set: func(c *config, v string) error { return c.Discord.SetGuild(v) },
			doc: "For development: the id of the one Discord server in which commands are registered; else they are in all."},
		{name: "DISCORD_API_URL", value: discord.DefaultAPI, set: func(c *config, v string) error { return c.Discord.SetAPI(v) },
			doc: "Where Discord is: another server is for tests and proxies."},
		{name: "LOG_LEVEL", value: "info", set: setLogLevel, doc: "debug, info, warn or error."},
		{name: "LOG_FORMAT", value: "text", set: setLogFormat, doc: "text or json; the log goes to standard error."},
		keep("AUTHFIX_KEEP_DELIVERIES", "7d", "How long a delivery is remembered, so that its repetition is known as one: 2d or more, for platforms repeat for a day.",
			2*day, func(r *storage.Retention) *time.Duration { return &r.Deliveries }),
		keep("AUTHFIX_KEEP_EXCERPTS", "30d", "How long after its last change a case keeps its redacted excerpt, observations, answers and replies.",
			time.Hour, func(r *storage.Retention) *time.Duration { return &r.Excerpts }),
		keep("AUTHFIX_KEEP_CASES", "400d", "How long after its last change the stub of a case is kept, with its votes: what figures are counted from.",
			time.Hour, func(r *storage.Retention) *time.Duration { return &r.Cases }),
		keep("AUTHFIX_KEEP_UNCATEGORISED", "90d", "How long the fingerprint of a failure that nobody knows is kept after it was last seen.",
			time.Hour, func(r *storage.Retention) *time.Duration { return &r.Unknown }),
		keep("AUTHFIX_KEEP_SIGHTINGS", "400d", "How long it is kept how often a fingerprint was seen; surges are told from it.",
			7*day, func(r *storage.Retention) *time.Duration { return &r.Sightings }),
		keep("AUTHFIX_KEEP_AUDIT", "400d", "How long the record of settings, escalations, deletions and key rotations is kept.",
			day, func(r *storage.Retention) *time.Duration { return &r.Audits }),
		keep("AUTHFIX_KEEP_DOCUMENTS", "0", "How long old versions of failure modes that a team wrote in chat are kept.",
			day, func(r *storage.Retention) *time.Duration { return &r.Documents }),
		keep("AUTHFIX_KEEP_REMOVED", "30d", "How long the data of a workspace is kept after the app was removed from it.",
			time.Hour, func(r *storage.Retention) *time.Duration { return &r.Removed }),
		number("AUTHFIX_PERSON_RATE", "20", "How many questions a minute one person may ask; further ones are declined once, politely.",
			1, 10000, func(c *config) *int { return &c.PersonRate }),
		number("AUTHFIX_CHANNEL_RATE", "30", "How many answers a minute one channel gets.",
			1, 10000, func(c *config) *int { return &c.ChannelRate }),
		number("AUTHFIX_SENDERS", "32", "How many replies of one platform are sent at the same time.",
			1, 256, func(c *config) *int { return &c.Senders }),
		number("AUTHFIX_WORKERS", "4", "How many jobs (files, retention, reminders) run at the same time.",
			1, 64, func(c *config) *int { return &c.Workers }),
		{name: "AUTHFIX_STOP_WITHIN", value: "20s", set: setStopWithin,
			doc: "How long serve may take to end what runs after SIGTERM, 1s to 10m. Keep it below what your process manager waits before it kills."},
	}
}

func setDatabase(c *config, v string) error {
	scheme, rest, _ := strings.Cut(v, ":")
	switch scheme {
	case "sqlite":
		if path, ok := strings.CutPrefix(rest, "//"); ok {
			return fmt.Errorf("behind sqlite: stands the path alone: write sqlite:%s", filepath.Clean(path))
		}
		if rest == "" || strings.Contains(rest, ":memory:") || strings.ContainsAny(rest, "?#\x00") {
			return errors.New("sqlite: wants the path of a file, without parameters: write sqlite:authfix.db")
		}
		c.Database = database{engine: "sqlite", path: rest}
		return nil
	case "postgres", "postgresql":
		u, err := url.Parse(v)
		if err != nil || u.Opaque != "" || u.Host == "" && u.Query().Get("host") == "" {
			return errors.New("this is no address of a database: write postgres://USER:PASSWORD@HOST/NAME, with % escapes in the password")
		}
		c.Database = database{engine: "postgres", url: v}
		return nil
	}
	return errors.New("it begins neither with sqlite: nor with postgres://: write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")
}

func setListen(c *config, v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("%s is no host:port: write 127.0.0.1:8080, or :8080 for every address of the machine", quoted(v))
	}
	c.Listen = v
	return nil
}

func setPublicURL(c *config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("this is no address of a site: write https://authfix.example.com")
	}
	c.PublicURL = strings.TrimRight(v, "/")
	return nil
}

func setSecretKey(c *config, v string) error {
	if _, err := storage.ParseKeyring(v); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	c.SecretKey = v
	return nil
}

func setLogLevel(c *config, v string) error {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(v, l.String()) {
			c.LogLevel = l
			return nil
		}
	}
	return fmt.Errorf("%s is no level: write debug, info, warn or error", quoted(v))
}

func setLogFormat(c *config, v string) error {
	if v != "text" && v != "json" {
		return fmt.Errorf("%s is no format: write text or json", quoted(v))
	}
	c.LogFormat = v
	return nil
}

func setStopWithin(c *config, v string) (err error) {
	c.StopWithin, err = parseDuration(v)
	if err == nil && (c.StopWithin < time.Second || c.StopWithin > 10*time.Minute) {
		err = fmt.Errorf("%s is not within 1s and 10m", quoted(v))
	}
	return err
}

// setNames reads a list of names of a platform's things.
func setNames(v, thing string) ([]string, error) {
	var all []string
	for name := range strings.SplitSeq(v, ",") {
		name = strings.TrimSpace(name)
		platform, id, ok := strings.Cut(name, ":")
		if !ok || platform == "" || id == "" || platform != strings.ToLower(platform) || strings.ContainsAny(name, " \t@#") {
			return nil, fmt.Errorf("%s names no %s: write it as platform:id, such as slack:C024BE91L", quoted(name), thing)
		}
		all = append(all, name)
	}
	return all, nil
}

// parseDuration reads 12h, 30d, 1d12h and 0.
func parseDuration(v string) (time.Duration, error) {
	wrong := fmt.Errorf("%s is no duration: write such as 90m, 12h or 30d", quoted(v))
	rest, days := v, time.Duration(0)
	if n, after, ok := strings.Cut(v, "d"); ok {
		whole, err := strconv.ParseUint(n, 10, 16)
		if err != nil {
			return 0, wrong
		}
		days, rest = time.Duration(whole)*24*time.Hour, after
		if rest == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > 100000*time.Hour {
		return 0, wrong
	}
	return days + d, nil
}

// spell is a duration as parseDuration reads it.
func spell(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	s := d.String()
	s = strings.TrimSuffix(s, "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "" {
		return "0"
	}
	return s
}

// quoted is a value in a complaint, bounded.
func quoted(v string) string {
	if len(v) > 60 {
		v = v[:57] + "…"
	}
	return strconv.Quote(v)
}
