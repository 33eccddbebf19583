package discord

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// someToken is a token of the application 112233445566778899.
const someToken = "MTEyMjMzNDQ1NTY2Nzc4ODk5.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz01"

func TestConfigSet(t *testing.T) {
	key := strings.Repeat("0F", 32)
	for _, c := range []struct {
		name  string
		set   func(*Config, string) error
		value string
		ok    bool
	}{
		{"token", (*Config).SetToken, someToken, true},
		{"token with its kind", (*Config).SetToken, "Bot " + someToken, false},
		{"token without its end", (*Config).SetToken, "MTEyMjMzNDQ1NTY2Nzc4ODk5.Gabcde", false},
		{"token that begins with no id", (*Config).SetToken, "YXV0aGZpeA.Gabcde.0123456789abcdefghijklmnop", false},
		{"Slack's token", (*Config).SetToken, "xoxb-1234567890-1234567890", false},
		{"client secret", (*Config).SetToken, "0123456789abcdefghijklmnopqrstuv", false},
		{"public key", (*Config).SetPublicKey, key, true},
		{"public key cut short", (*Config).SetPublicKey, key[2:], false},
		{"public key of other letters", (*Config).SetPublicKey, "zz" + key[2:], false},
		{"Discord's API", (*Config).SetAPI, "https://discord.com/", true},
		{"without a slash", (*Config).SetAPI, "https://discord.com", true},
		{"on this machine", (*Config).SetAPI, "http://127.0.0.1:8080/x/", true},
		{"on this machine by name", (*Config).SetAPI, "http://localhost:8080", true},
		{"on this machine, IPv6", (*Config).SetAPI, "http://[::1]:8080/", true},
		{"in the clear", (*Config).SetAPI, "http://discord.example.com/", false},
		{"with a password", (*Config).SetAPI, "https://u:p@discord.example.com/", false},
		{"with a query", (*Config).SetAPI, "https://discord.example.com/?x=y", false},
		{"no address", (*Config).SetAPI, "discord.example.com", false},
		{"server", (*Config).SetGuild, "112233445566778899", true},
		{"server by name", (*Config).SetGuild, "acme", false},
		{"server with a sign", (*Config).SetGuild, "+12233445566778899", false},
		{"server of more than 64 bits", (*Config).SetGuild, "99999999999999999999", false},
		{"shards", (*Config).SetShards, "16", true},
		{"rate", (*Config).SetRate, "500", true},
		{"no rate", (*Config).SetRate, "0", false},
		{"too high a rate", (*Config).SetRate, "10001", false},
		{"too many shards", (*Config).SetShards, "1001", false},
		{"a negative number of shards", (*Config).SetShards, "-2", false},
		{"half a shard", (*Config).SetShards, "1.5", false},
		{"tags", (*Config).SetForumTags, "answered=Answered, unknown=Needs a human", true},
		{"a tag with an equals sign", (*Config).SetForumTags, "resolved=a=b", true},
		{"tags twice", (*Config).SetForumTags, "answered=Yes,answered=No", false},
		{"tags of no state", (*Config).SetForumTags, "done=Solved", false},
		{"a tag without a name", (*Config).SetForumTags, "answered= ", false},
		{"a long tag", (*Config).SetForumTags, "answered=" + strings.Repeat("ä", 21), false},
		{"a tag of 20 letters", (*Config).SetForumTags, "answered=" + strings.Repeat("ä", 20), true},
		{"a name alone", (*Config).SetForumTags, "Solved", false},
		{"without the intent", (*Config).SetMessageContent, "off", true},
		{"perhaps the intent", (*Config).SetMessageContent, "true", false},
	} {
		var got Config
		err := c.set(&got, c.value)
		if (err == nil) != c.ok || cmp.Equal(got, Config{}) == c.ok {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
		if err != nil && len(c.value) > 5 && strings.Contains(err.Error(), c.value) {
			t.Errorf("%s: the complaint has the value: %v", c.name, err)
		}
		if got.API != "" && !strings.HasSuffix(got.API, "/") {
			t.Errorf("%s: %s", c.name, got.API)
		}
	}
	c := Config{NoMessageContent: true}
	if err := c.SetMessageContent("on"); err != nil || c.NoMessageContent {
		t.Errorf("on: %+v, %v", c, err)
	}
	if err := c.SetForumTags("answered=Answered, unknown = Needs a human"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]string{"answered": "Answered", "unknown": "Needs a human"}, c.ForumTags); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is set must be enough to hear and to speak.
func TestConfigValidate(t *testing.T) {
	for _, c := range []struct {
		config Config
		on, ok bool
	}{
		{Config{}, false, false},
		{Config{API: DefaultAPI, Shards: 2}, false, false},
		{Config{Token: someToken}, true, true},
		{Config{Token: someToken, PublicKey: "k"}, true, true},
		{Config{PublicKey: "k"}, true, false},
	} {
		err := c.config.Validate()
		if c.config.Enabled() != c.on || (err == nil) != c.ok || err != nil && !strings.HasPrefix(err.Error(), "DISCORD_TOKEN:") {
			t.Errorf("%v: enabled %t, %v", c.config, c.config.Enabled(), err)
		}
	}
	if shown := fmt.Sprintf("%v %+v %+v", Config{Token: "hunter2"}, Config{PublicKey: "hunter2"}, struct{ C Config }{Config{Token: "hunter2"}}); strings.Contains(shown, "hunter2") {
		t.Errorf("a configuration is printed as %s", shown)
	}
	for token, want := range map[string]string{someToken: "112233445566778899", "": "", "x.y.z": "", "YXV0aGZpeA.x.y": "", "MTEyMjMzNDQ1NTY2Nzc4ODk5": "112233445566778899"} {
		if got := (Config{Token: token}).Application(); got != want {
			t.Errorf("the application of %q is %q, want %q", token, got, want)
		}
	}
}
