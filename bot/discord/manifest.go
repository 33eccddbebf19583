package discord

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// A Permission is a right that the bot asks a guild for.
// https://docs.discord.com/developers/topics/permissions
type Permission struct {
	Name string
	Bit  uint64
	For  string // what the bot does with it, as in: it hears direct messages
	Tags bool   // only with [Config.ForumTags]

	routes []string // what is called that needs it
}

// Permissions returns all that the bot can ask for.
func Permissions() []Permission {
	const (
		create = "POST /channels/{}/messages"
		read   = "GET /channels/{}/messages"
	)
	return []Permission{
		{"VIEW_CHANNEL", uint64(permViewChannel), "hears what is said in a channel", false, []string{read, create}},
		{"READ_MESSAGE_HISTORY", uint64(permReadHistory), "reads back what was said while it was not running, and answers a message by a reply", false, []string{read}},
		{"SEND_MESSAGES", uint64(permSendMessages), "answers in a channel where it can make no thread", false, []string{create}},
		{"CREATE_PUBLIC_THREADS", uint64(permPublicThreads), "makes a thread for each problem in a channel", false, []string{"POST /channels/{}/messages/{}/threads"}},
		{"SEND_MESSAGES_IN_THREADS", uint64(permSendInThreads), "answers in threads and in posts of a forum", false, []string{create}},
		{"EMBED_LINKS", uint64(permEmbedLinks), "shows an answer with its headline and sections", false, []string{create}},
		{"ADD_REACTIONS", uint64(permAddReactions), "shows on a message how its case stands, where that is switched on, and that it cannot read a file", false, []string{"PUT /channels/{}/messages/{}/reactions/{}/@me"}},
		{"MANAGE_THREADS", uint64(permManageThreads), "puts the tags of DISCORD_FORUM_TAGS on posts of a forum", true, []string{"PATCH /channels/{}"}},
	}
}

// asked are the permissions that a configuration asks for, and their bits.
func (c Config) asked() (all []Permission, bits uint64) {
	for _, p := range Permissions() {
		if p.Tags && len(c.ForumTags) == 0 {
			continue
		}
		all, bits = append(all, p), bits|p.Bit
	}
	return all, bits
}

// An Intent is a group of events that the bot hears by the gateway.
// https://docs.discord.com/developers/events/gateway#gateway-intents
type Intent struct {
	Name       string
	Bit        uint64
	For        string // what the bot does with it
	Privileged bool   // it is switched on by hand, under Bot of the application
}

// Intents returns all that the bot can ask for. The privileged one it asks for
// unless [Config.NoMessageContent] is set.
func Intents() []Intent {
	return []Intent{
		{"GUILDS", intentGuilds, "knows the servers that it is in, their channels, threads and roles", false},
		{"GUILD_MESSAGES", intentMessages, "hears messages in channels, their edits and deletions", false},
		{"DIRECT_MESSAGES", intentDirectMessages, "hears direct messages", false},
		{"MESSAGE_CONTENT", intentContent, "reads messages that do not name it: triage, further messages in a thread it answered, and edits", true},
	}
}

// intents are the bits of those that a configuration asks for.
func (c Config) intents() (bits uint64) {
	for _, i := range Intents() {
		if !i.Privileged || !c.NoMessageContent {
			bits |= i.Bit
		}
	}
	return bits
}

// interactionsPath is where interactions come over HTTP.
const interactionsPath = "/discord/interactions"

// A Manifest says how an application is set up and added to a server.
type Manifest struct {
	Application string // id; "": that of the configuration's token
	Config      Config
	PublicURL   string // under which Discord reaches the program, or ""
}

// Invite returns the address at which someone who manages a server adds the bot to
// it, with the permissions that it needs.
func (m Manifest) Invite() (string, error) {
	id := m.Application
	if id == "" {
		id = m.Config.Application()
	}
	switch {
	case id == "":
		return "", errors.New("the id of the application is missing: set DISCORD_TOKEN, or give --client-id the Application ID under General Information of the application")
	case !idLike(id):
		return "", errors.New("--client-id: this is no id of an application: it has 17 to 20 digits and stands under General Information of the application")
	}
	_, bits := m.Config.asked()
	q := url.Values{"client_id": {id}, "scope": {"bot applications.commands"}, "permissions": {strconv.FormatUint(bits, 10)}}
	return DefaultAPI + "oauth2/authorize?" + q.Encode(), nil
}

// Text returns all that is to be set and done at
// https://discord.com/developers/applications, for a person.
func (m Manifest) Text() (string, error) {
	invite, err := m.Invite()
	if err != nil {
		return "", err
	}
	if m.Config.HTTPInteractions() && m.PublicURL != "" && !strings.HasPrefix(m.PublicURL, "https://") {
		return "", errors.New("AUTHFIX_PUBLIC_URL: it must begin with https, which alone Discord calls: write https://authfix.example.com")
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Add the bot to a server: open")
	line("")
	line("    %s", invite)
	line("")
	asked, bits := m.Config.asked()
	line("Permissions (%d), with which the bot", bits)
	line("")
	for _, p := range asked {
		line("    %-25s %s", p.Name, p.For)
	}
	line("")
	line("Intents (%d), with which it", m.Config.intents())
	line("")
	for _, i := range Intents() {
		switch {
		case i.Privileged && m.Config.NoMessageContent:
			line("    %-25s is not asked for: DISCORD_MESSAGE_CONTENT is off", i.Name)
		case i.Privileged:
			line("    %-25s %s", i.Name, i.For)
			line("    %-25s privileged: switch Message Content Intent on under Bot of the application", "")
		default:
			line("    %-25s %s", i.Name, i.For)
		}
	}
	line("")
	switch {
	case m.Config.HTTPInteractions() && m.PublicURL != "":
		line("Interactions Endpoint URL, under General Information of the application, while authfix serve runs:")
		line("")
		line("    %s", strings.TrimRight(m.PublicURL, "/")+interactionsPath)
	case m.Config.HTTPInteractions():
		line("Interactions Endpoint URL, under General Information of the application, while authfix serve runs: the address")
		line("under which people reach serve (AUTHFIX_PUBLIC_URL), with %s behind it.", interactionsPath)
	default:
		line("Interactions Endpoint URL, under General Information of the application: leave it empty, for commands come by the gateway.")
	}
	return b.String(), nil
}
