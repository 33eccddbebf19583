package slack

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"authfix/bot/outbound"
)

// DefaultAPI is where Slack's Web API is.
const DefaultAPI = "https://slack.com/api/"

// A Config is what is set of Slack. The zero Config is a program without Slack.
// Its fields are set by its methods, which check them.
type Config struct {
	BotToken      string // of one workspace; "": they are installed by OAuth
	AppToken      string // with it events come over Socket Mode
	SigningSecret string // with it events come over HTTP
	ClientID      string // of the app, to be installed by OAuth
	ClientSecret  string
	API           string // with a slash at its end; "": [DefaultAPI]
}

// SetBotToken checks and sets the token of the one workspace.
func (c *Config) SetBotToken(v string) error {
	if !tokenLike(v, "xoxb-") {
		return errors.New("this is no bot token: it begins with xoxb- and stands under OAuth & Permissions of the app")
	}
	c.BotToken = v
	return nil
}

// SetAppToken checks and sets the token for Socket Mode.
func (c *Config) SetAppToken(v string) error {
	if !tokenLike(v, "xapp-") {
		return errors.New("this is no app-level token: it begins with xapp- and stands under Basic Information of the app; it needs the scope connections:write")
	}
	c.AppToken = v
	return nil
}

// SetSigningSecret checks and sets the secret by which requests are signed, or
// while it changes the new and the old one, parted by a comma.
func (c *Config) SetSigningSecret(v string) error {
	now, before, two := strings.Cut(v, ",")
	if !secretLike(now) || two && !secretLike(before) {
		return errors.New("this is no signing secret: it has 32 letters and digits and stands under Basic Information of the app")
	}
	c.SigningSecret = v
	return nil
}

// SetClientID checks and sets the app's id for OAuth.
func (c *Config) SetClientID(v string) error {
	if !clientIDLike.MatchString(v) {
		return errors.New("this is no client id: it is two numbers with a dot between and stands under Basic Information of the app")
	}
	c.ClientID = v
	return nil
}

// SetClientSecret checks and sets the app's secret for OAuth.
func (c *Config) SetClientSecret(v string) error {
	if !secretLike(v) {
		return errors.New("this is no client secret: it has 32 letters and digits and stands under Basic Information of the app")
	}
	c.ClientSecret = v
	return nil
}

// SetAPI checks and sets the address of the Web API. Tokens are sent there, so
// plain HTTP is for this machine alone.
func (c *Config) SetAPI(v string) error {
	base, err := outbound.Base(v, DefaultAPI)
	if err != nil {
		return err
	}
	c.API = base
	return nil
}

// Enabled reports whether anything of Slack is set.
func (c Config) Enabled() bool {
	return c.BotToken != "" || c.AppToken != "" || c.SigningSecret != "" || c.ClientID != "" || c.ClientSecret != ""
}

// Validate says all that is missing for what is set to work.
func (c Config) Validate() error {
	var all []error
	if c.AppToken == "" && c.SigningSecret == "" {
		all = append(all, errors.New("SLACK_APP_TOKEN: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP: without either nothing is heard"))
	}
	if c.BotToken == "" && c.ClientID == "" {
		all = append(all, errors.New("SLACK_BOT_TOKEN: set it for one workspace, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET for many: without either nothing can be said"))
	}
	if (c.ClientID == "") != (c.ClientSecret == "") {
		all = append(all, errors.New("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: set both, or neither"))
	}
	return errors.Join(all...)
}

// SocketMode reports whether events come over Socket Mode. Slack sends them
// either so or over HTTP, and the app-level token is needed for nothing else.
func (c Config) SocketMode() bool { return c.AppToken != "" }

// String names what is set, without its secrets.
func (c Config) String() string {
	how := "http"
	if c.SocketMode() {
		how = "socket mode"
	}
	return fmt.Sprintf("slack (%s, oauth %t)", how, c.ClientID != "")
}

var (
	secretBody   = regexp.MustCompile(`^[0-9A-Za-z_-]{8,128}$`)
	clientIDLike = regexp.MustCompile(`^[0-9]{1,20}\.[0-9]{1,20}$`)
	tokenBody    = regexp.MustCompile(`^[0-9A-Za-z._-]{4,512}$`)
)

// tokenLike reports whether v is a token of a kind. One that rotates has xoxe.
// in front.
func tokenLike(v, kind string) bool {
	body, ok := strings.CutPrefix(strings.TrimPrefix(v, "xoxe."), kind)
	return ok && tokenBody.MatchString(body)
}

// secretLike reports whether v can be a secret that Slack made, and is none of
// the tokens that stand beside it.
func secretLike(v string) bool {
	return secretBody.MatchString(v) && !strings.HasPrefix(v, "xox") && !strings.HasPrefix(v, "xapp-")
}
