package slack

import (
	"fmt"
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	hex := strings.Repeat("0f", 16)
	for _, c := range []struct {
		name  string
		set   func(*Config, string) error
		value string
		ok    bool
	}{
		{"bot token", (*Config).SetBotToken, "xoxb-1-2-abcDEF", true},
		{"bot token that rotates", (*Config).SetBotToken, "xoxe.xoxb-1-abcDEF", true},
		{"user token", (*Config).SetBotToken, "xoxp-1-2-abcDEF", false},
		{"app token as bot token", (*Config).SetBotToken, "xapp-1-A1-abcDEF", false},
		{"token with a blank", (*Config).SetBotToken, "xoxb-1-2 abc", false},
		{"app token", (*Config).SetAppToken, "xapp-1-A1-2-abcDEF", true},
		{"bot token as app token", (*Config).SetAppToken, "xoxb-1-2-abcDEF", false},
		{"signing secret", (*Config).SetSigningSecret, hex, true},
		{"two signing secrets", (*Config).SetSigningSecret, hex + "," + hex, true},
		{"three signing secrets", (*Config).SetSigningSecret, hex + "," + hex + "," + hex, false},
		{"half a list", (*Config).SetSigningSecret, hex + ",", false},
		{"token as signing secret", (*Config).SetSigningSecret, "xoxb-1-2-abcDEF", false},
		{"client id", (*Config).SetClientID, "12345.67890", true},
		{"app id", (*Config).SetClientID, "A12345", false},
		{"client secret", (*Config).SetClientSecret, hex, true},
		{"short client secret", (*Config).SetClientSecret, "abc", false},
		{"Slack's API", (*Config).SetAPI, "https://slack.com/api/", true},
		{"without a slash", (*Config).SetAPI, "https://slack.com/api", true},
		{"on this machine", (*Config).SetAPI, "http://127.0.0.1:8080/api/", true},
		{"on this machine by name", (*Config).SetAPI, "http://localhost:8080", true},
		{"on this machine, IPv6", (*Config).SetAPI, "http://[::1]:8080/api/", true},
		{"in the clear", (*Config).SetAPI, "http://slack.example.com/api/", false},
		{"with a password", (*Config).SetAPI, "https://u:p@slack.example.com/api/", false},
		{"with a query", (*Config).SetAPI, "https://slack.example.com/api/?x=y", false},
		{"no address", (*Config).SetAPI, "slack.example.com", false},
	} {
		var got Config
		err := c.set(&got, c.value)
		if (err == nil) != c.ok || (got == Config{}) == c.ok {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), c.value) {
			t.Errorf("%s: the complaint has the value: %v", c.name, err)
		}
		if got.API != "" && !strings.HasSuffix(got.API, "/") {
			t.Errorf("%s: %s", c.name, got.API)
		}
	}
}

// What is set must be enough to hear and to speak.
func TestConfigValidate(t *testing.T) {
	for _, c := range []struct {
		config Config
		on     bool
		want   []string // of the complaints
	}{
		{Config{}, false, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}},
		{Config{API: "https://slack.com/api/"}, false, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}},
		{Config{BotToken: "b", AppToken: "a"}, true, nil},
		{Config{BotToken: "b", SigningSecret: "s"}, true, nil},
		{Config{ClientID: "c", ClientSecret: "d", SigningSecret: "s"}, true, nil},
		{Config{BotToken: "b"}, true, []string{"SLACK_APP_TOKEN"}},
		{Config{SigningSecret: "s"}, true, []string{"SLACK_BOT_TOKEN"}},
		{Config{ClientID: "c", SigningSecret: "s"}, true, []string{"SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"}},
		{Config{ClientSecret: "c"}, true, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"}},
	} {
		err := c.config.Validate()
		var lines []string
		if err != nil {
			lines = strings.Split(err.Error(), "\n")
		}
		if c.config.Enabled() != c.on || len(lines) != len(c.want) {
			t.Errorf("%v: enabled %t, %v", c.config, c.config.Enabled(), err)
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(lines[i], want+":") {
				t.Errorf("%v: %s, want %s", c.config, lines[i], want)
			}
		}
	}
	if shown := fmt.Sprintf("%v %+v", Config{BotToken: "hunter2", AppToken: "hunter2"}, Config{SigningSecret: "hunter2", ClientSecret: "hunter2"}); strings.Contains(shown, "hunter2") {
		t.Errorf("a configuration is printed as %s", shown)
	}
}
