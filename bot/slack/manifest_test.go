package slack

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// A manifest as Slack reads it.
// https://docs.slack.dev/reference/app-manifest
type manifestYAML struct {
	Metadata struct {
		Major int `yaml:"major_version"`
	} `yaml:"_metadata"`
	Display struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
		Background  string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name   string `yaml:"display_name"`
			Online bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Shortcuts []struct {
			Name        string `yaml:"name"`
			Type        string `yaml:"type"`
			Callback    string `yaml:"callback_id"`
			Description string `yaml:"description"`
		} `yaml:"shortcuts"`
		Commands []struct {
			Command     string `yaml:"command"`
			Description string `yaml:"description"`
			Hint        string `yaml:"usage_hint"`
			Escape      *bool  `yaml:"should_escape"`
			URL         string `yaml:"url"`
		} `yaml:"slash_commands"`
	} `yaml:"features"`
	OAuth struct {
		Redirects []string `yaml:"redirect_urls"`
		Scopes    struct {
			Bot      []string `yaml:"bot"`
			Optional []string `yaml:"bot_optional"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `yaml:"request_url"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			On      bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
			Options string `yaml:"message_menu_options_url"`
		} `yaml:"interactivity"`
		Org      bool `yaml:"org_deploy_enabled"`
		Socket   bool `yaml:"socket_mode_enabled"`
		Rotation bool `yaml:"token_rotation_enabled"`
	} `yaml:"settings"`
}

func readManifest(t *testing.T, m Manifest) manifestYAML {
	t.Helper()
	text, err := m.YAML()
	if err != nil {
		t.Fatal(err)
	}
	var got manifestYAML
	if err := yaml.UnmarshalWithOptions([]byte(text), &got, yaml.Strict()); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return got
}

func TestManifest(t *testing.T) {
	const base = "https://authfix.example.com/chat"
	for name, m := range map[string]Manifest{
		"socket": {}, "http": {URL: base + "/"}, "http for one": {URL: base, OneWorkspace: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := readManifest(t, m)
			within := func(what, v string, most int) {
				t.Helper()
				if v == "" || len(v) > most {
					t.Errorf("%s has %d characters, of at most %d", what, len(v), most)
				}
			}
			within("the name", got.Display.Name, 35)
			within("the description", got.Display.Description, 140)
			within("the bot's name", got.Features.Bot.Name, 80)
			for _, s := range got.Features.Shortcuts {
				within("a shortcut's name", s.Name, 24)
				within("a shortcut's description", s.Description, 150)
				within("a shortcut's callback_id", s.Callback, 255)
			}
			if len(got.Features.Commands) != 1 || len(got.Features.Shortcuts) != 2 || got.Features.Shortcuts[0].Callback != callbackDiagnose {
				t.Errorf("commands %v, shortcuts %v", got.Features.Commands, got.Features.Shortcuts)
			}
			c := got.Features.Commands[0]
			within("the command", c.Command, 32)
			if c.Command != "/authfix" || c.Escape == nil || *c.Escape {
				t.Errorf("the command is %+v", c)
			}
			if got.Metadata.Major != 2 || !got.Features.Home.Home || !got.Features.Home.Messages || got.Features.Home.ReadOnly || !got.Settings.Interactivity.On {
				t.Errorf("%+v", got)
			}
			for _, s := range got.OAuth.Scopes.Optional {
				if !slices.Contains(got.OAuth.Scopes.Bot, s) {
					t.Errorf("the optional scope %s is not asked for", s)
				}
			}
			urls := []string{c.URL, got.Settings.Events.URL, got.Settings.Interactivity.URL, got.Settings.Interactivity.Options}
			want := []string{base + "/slack/commands", base + "/slack/events", base + "/slack/interactivity", base + "/slack/options"}
			if m.URL == "" {
				want = []string{"", "", "", ""}
			}
			if !slices.Equal(urls, want) {
				t.Errorf("addresses %q, want %q", urls, want)
			}
			many := m.URL != "" && !m.OneWorkspace
			if got.Settings.Socket != (m.URL == "") || got.Settings.Rotation != many || got.Settings.Org != many || (len(got.OAuth.Redirects) > 0) != many {
				t.Errorf("%+v, %v", got.Settings, got.OAuth.Redirects)
			}
			if many && got.OAuth.Redirects[0] != base+callbackPath {
				t.Errorf("leads back to %v", got.OAuth.Redirects)
			}
		})
	}
	for _, wrong := range []string{"http://authfix.example.com", "authfix.example.com", "https://", "https://u:p@x.example", "https://x.example/?a=b", "https://x.example/\nevil: true", "https://x.example/\"", "https://x.example #"} {
		if text, err := (Manifest{URL: wrong}).YAML(); err == nil {
			t.Errorf("a manifest for %q: %s", wrong, text)
		}
	}
}

// needed says which scopes a method or an event needs. Every method that is
// called and every event that is heard is in it.
// https://docs.slack.dev/reference/scopes
var needed = map[string][]string{
	"auth.test": nil, "oauth.v2.access": nil, "apps.connections.open": nil, "views.open": nil, "views.publish": nil,
	"chat.postMessage": {"chat:write"}, "chat.postEphemeral": {"chat:write"}, "chat.update": {"chat:write"}, "chat.delete": {"chat:write"},
	"conversations.info": {"channels:read", "groups:read"}, "conversations.members": {"channels:read", "groups:read"},
	"conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history", "metadata.message:read"},
	"conversations.replies": {"channels:history", "groups:history", "im:history", "mpim:history", "metadata.message:read"},
	"conversations.open":    {"im:write"}, "users.info": {"users:read"}, "reactions.add": {"reactions:write"}, "reactions.remove": {"reactions:write"}, "files.info": {"files:read"},

	"app_mention": {"app_mentions:read"}, "message.im": {"im:history"}, "message.channels": {"channels:history"},
	"message.groups": {"groups:history"}, "message.mpim": {"mpim:history"}, "app_home_opened": nil, "app_uninstalled": nil, "tokens_revoked": nil,
}

// The manifest asks for what is used, and for nothing else.
func TestScopesAreUsed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	method := regexp.MustCompile(`"((?:apps|auth|chat|conversations|files|oauth|reactions|team|users|views)\.[a-zA-Z0-9.]+)"`)
	used := events()
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range method.FindAllSubmatch(source, -1) {
			used = append(used, string(m[1]))
		}
	}
	var want []string
	want = append(want, "commands")
	for _, u := range used {
		scopes, ok := needed[u]
		if !ok {
			t.Errorf("%s is used, and it is not known which scopes it needs", u)
		}
		want = append(want, scopes...)
	}
	for n := range needed {
		if !slices.Contains(used, n) {
			t.Errorf("%s is not used", n)
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	var got []string
	for _, s := range Scopes() {
		got = append(got, s.Name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the manifest asks for %v, and %v are used", got, want)
	}
}
