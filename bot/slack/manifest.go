package slack

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A Scope is a right that the app asks a workspace for.
type Scope struct {
	Name     string
	For      string // what the bot does with it, as in: it hears direct messages
	Optional bool   // without it the rest works
}

// Scopes returns the scopes of the bot, in the order of the manifest.
func Scopes() []Scope {
	return []Scope{
		{"commands", "is called by the command /authfix and by its shortcuts", false},
		{"chat:write", "answers in the channels that it is in, in threads and in direct messages, and changes its answers", false},
		{"app_mentions:read", "hears when it is mentioned", false},
		{"im:history", "hears direct messages, and finds its own answers in them again", false},
		{"im:write", "opens a direct message with a person: private answers where it is no member, and escalation to a person", false},
		{"channels:history", "reads along in public channels that it is in, and finds its own answers there again", false},
		{"channels:read", "knows whether a public channel is public and who is in it, before it links to a message there", false},
		{"files:read", "reads attached log files and snippets", false},
		{"users:read", "knows who is an administrator of the workspace", false},
		{"metadata.message:read", "finds by their metadata answers whose sending broke off, so that they are not said twice", false},
		{"groups:history", "reads along in private channels that it was invited to", true},
		{"groups:read", "knows who is in a private channel, before it links to a message there", true},
		{"mpim:history", "reads along in group conversations that it was invited to", true},
		{"reactions:write", "marks a message with a file that it cannot read and, where a channel wants it, how a case stands", true},
	}
}

// events are what the app subscribes to.
func events() []string {
	return []string{"app_mention", "message.im", "message.channels", "message.groups", "message.mpim",
		"app_home_opened", "app_uninstalled", "tokens_revoked"}
}

// A Manifest says how an app is to be made.
type Manifest struct {
	// URL is where Slack reaches the program: https://authfix.example.com. "" is
	// Socket Mode.
	URL string
	// OneWorkspace leaves out what is needed to install the app in many workspaces:
	// OAuth and the rotation of tokens, which cannot be switched off again. With
	// Socket Mode it is always so.
	OneWorkspace bool
}

// YAML returns the manifest to be pasted at https://api.slack.com/apps. It fails
// when the URL is none that Slack can call.
func (m Manifest) YAML() (string, error) {
	base := strings.TrimRight(m.URL, "/")
	if base != "" {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(base, "\"'\\ \t\r\n") {
			return "", errors.New("the address must begin with https, which alone Slack calls: write https://authfix.example.com")
		}
	}
	many := base != "" && !m.OneWorkspace
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(`_metadata:`)
	line(`  major_version: 2`)
	line(`display_information:`)
	line(`  name: authfix`)
	line(`  description: Turns a pasted error into the known failure and its fix`)
	line(`  background_color: "#1f3a5f"`)
	line(`features:`)
	line(`  app_home:`)
	line(`    home_tab_enabled: true`)
	line(`    messages_tab_enabled: true`)
	line(`    messages_tab_read_only_enabled: false`)
	line(`  bot_user:`)
	line(`    display_name: authfix`)
	line(`    always_online: true`)
	line(`  shortcuts:`)
	line(`    - name: Diagnose this`)
	line(`      type: message`)
	line(`      callback_id: diagnose_message`)
	line(`      description: Find the known failure behind this message`)
	line(`    - name: Diagnose an error`)
	line(`      type: global`)
	line(`      callback_id: diagnose`)
	line(`      description: Paste an error and find the known failure behind it`)
	line(`  slash_commands:`)
	line(`    - command: /authfix`)
	line(`      description: Diagnose an error text`)
	line(`      usage_hint: "<error text> or help"`)
	line(`      should_escape: false`)
	if base != "" {
		line(`      url: %s/slack/commands`, base)
	}
	line(`oauth_config:`)
	if many {
		line(`  redirect_urls:`)
		line(`    - %s/slack/oauth/callback`, base)
	}
	line(`  scopes:`)
	line(`    bot:`)
	for _, s := range Scopes() {
		line(`      - %s`, s.Name)
	}
	line(`    bot_optional:`)
	for _, s := range Scopes() {
		if s.Optional {
			line(`      - %s`, s.Name)
		}
	}
	line(`settings:`)
	line(`  event_subscriptions:`)
	if base != "" {
		line(`    request_url: %s/slack/events`, base)
	}
	line(`    bot_events:`)
	for _, e := range events() {
		line(`      - %s`, e)
	}
	line(`  interactivity:`)
	line(`    is_enabled: true`)
	if base != "" {
		line(`    request_url: %s/slack/interactivity`, base)
		line(`    message_menu_options_url: %s/slack/options`, base)
	}
	line(`  org_deploy_enabled: %t`, many)
	line(`  socket_mode_enabled: %t`, base == "")
	line(`  token_rotation_enabled: %t`, many)
	return b.String(), nil
}
