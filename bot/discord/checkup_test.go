package discord

import (
	"net/http"
	"strings"
	"testing"

	"authfix/bot/bottest"
	"authfix/bot/discord/discordtest"
)

// up is the checkup of a fake Discord as lines, the wrong ones marked.
func up(t *testing.T, c Checkup) string { return bottest.Checkup(t, c.Run(t.Context())) }

// register has the bot's commands registered, of all guilds or of one.
func register(t *testing.T, s *discordtest.Server, guild string) {
	t.Helper()
	path := "/applications/" + discordtest.App + "/commands"
	if guild != "" {
		path = "/applications/" + discordtest.App + "/guilds/" + guild + "/commands"
	}
	body := []map[string]any{{"name": commandName, "type": 1, "description": "say what an error means"}, {"name": messageCommandName, "type": 3}}
	if err := asking(t, s, Deps{}).rest.call(t.Context(), call{method: http.MethodPut, route: "commands", path: path, body: body}); err != nil {
		t.Fatal(err)
	}
}

func TestCheckup(t *testing.T) {
	const poor, voice = "1100000000000000311", "1100000000000000312"
	channels := func(ids ...string) func(*Checkup) {
		return func(c *Checkup) {
			for _, id := range ids {
				c.Channels = append(c.Channels, TriageChannel{ID: id})
			}
		}
	}
	for name, c := range map[string]struct {
		options  discordtest.Options
		commands bool
		endpoint string
		change   func(*Checkup)
		want     []string
		no       string
	}{
		"well": {discordtest.Options{}, true, "", channels(discordtest.General, discordtest.Private, discordtest.Forum, discordtest.News),
			[]string{"ok DISCORD_TOKEN: it is of the application ", "ok gateway: Discord recommends 1 connections, and begins 1000 more sessions", "ok intent MESSAGE_CONTENT: it is switched on", "ok DISCORD_PUBLIC_KEY: it is not set, and commands come by the gateway",
				"ok commands: they are registered in all servers", "ok channel " + discordtest.General + ": the bot can read and answer in #general", "ok channel " + discordtest.Forum, "ok channel " + discordtest.News}, "WRONG"},
		"of a server": {discordtest.Options{}, true, "", func(c *Checkup) {
			c.Config.Guild = discordtest.Acme
			c.Channels = []TriageChannel{{Guild: discordtest.Acme, ID: discordtest.General}}
		}, []string{"they are registered in the server " + discordtest.Acme, "ok channel " + discordtest.General}, "WRONG"},
		"a wrong token":          {discordtest.Options{}, true, "", func(c *Checkup) { c.Config.Token = someToken }, []string{"WRONG DISCORD_TOKEN: Discord does not take it. copy the token anew"}, "commands"},
		"no token":               {discordtest.Options{}, true, "", func(c *Checkup) { c.Config.Token = "" }, []string{"WRONG DISCORD_TOKEN:"}, "commands"},
		"not there":              {discordtest.Options{}, true, "", func(c *Checkup) { c.Config.API = "http://127.0.0.1:1/" }, []string{"WRONG DISCORD_TOKEN: Discord does not answer", "DISCORD_API_URL"}, "commands"},
		"without the intent":     {discordtest.Options{NoMessageContent: true}, true, "", nil, []string{"WRONG intent MESSAGE_CONTENT: it is not switched on", "4014", "set DISCORD_MESSAGE_CONTENT=off"}, ""},
		"done without":           {discordtest.Options{NoMessageContent: true}, true, "", func(c *Checkup) { c.Config.NoMessageContent = true }, []string{"ok intent MESSAGE_CONTENT: it is neither"}, "WRONG"},
		"triage without":         {discordtest.Options{NoMessageContent: true}, true, "", func(c *Checkup) { c.Config.NoMessageContent = true; channels(discordtest.General)(c) }, []string{"WRONG intent MESSAGE_CONTENT", "so no channel is triaged"}, ""},
		"of a number of its own": {discordtest.Options{Shards: 4}, true, "", func(c *Checkup) { c.Config.Shards = 16 }, []string{"ok gateway: Discord recommends 4 connections", "DISCORD_SHARDS is 16"}, "WRONG"},
		"no commands":            {discordtest.Options{}, false, "", nil, []string{"WRONG commands: authfix and Diagnose this is not registered in all servers. run authfix serve"}, ""},
		"not in the server":      {discordtest.Options{}, true, "", func(c *Checkup) { c.Config.Guild = "1100000000000000998" }, []string{"WRONG DISCORD_GUILD: the bot is not in this server"}, "ok commands"},
		"an endpoint alone":      {discordtest.Options{}, true, "https://elsewhere.example.com/", nil, []string{"WRONG DISCORD_PUBLIC_KEY: it is not set, and Discord sends commands and buttons over HTTP to https://elsewhere.example.com/"}, ""},
		"a key alone":            {discordtest.Options{}, true, "", func(c *Checkup) { c.Config.PublicKey = "its"; c.PublicURL = "https://authfix.example.com" }, []string{"WRONG DISCORD_PUBLIC_KEY: it is set, and Discord sends commands and buttons by the gateway", "to https://authfix.example.com/discord/interactions"}, ""},
		"another's key":          {discordtest.Options{}, true, "https://authfix.example.com/discord/interactions", func(c *Checkup) { c.Config.PublicKey = strings.Repeat("0f", 32) }, []string{"WRONG DISCORD_PUBLIC_KEY: it is not that of the application"}, ""},
		"another address":        {discordtest.Options{}, true, "https://elsewhere.example.com/discord/interactions", func(c *Checkup) { c.Config.PublicKey = "its"; c.PublicURL = "https://authfix.example.com" }, []string{"WRONG DISCORD_PUBLIC_KEY: Discord sends commands and buttons to https://elsewhere.example.com/discord/interactions"}, ""},
		"the right address":      {discordtest.Options{}, true, "https://authfix.example.com/discord/interactions", func(c *Checkup) { c.Config.PublicKey = "its"; c.PublicURL = "https://authfix.example.com" }, []string{"ok DISCORD_PUBLIC_KEY: it is that of the application"}, "WRONG"},
		"no such channel":        {discordtest.Options{}, true, "", channels("1100000000000000399"), []string{"WRONG channel 1100000000000000399: there is no such channel"}, ""},
		"an unseen channel":      {discordtest.Options{}, true, "", channels(discordtest.Outside), []string{"WRONG channel " + discordtest.Outside + ": the bot cannot see it: VIEW_CHANNEL"}, ""},
		"a read-only channel":    {discordtest.Options{}, true, "", channels(discordtest.ReadOnly), []string{"WRONG channel " + discordtest.ReadOnly + ": in #read-only the bot lacks SEND_MESSAGES", "CREATE_PUBLIC_THREADS (it makes a thread", "SEND_MESSAGES_IN_THREADS", "ADD_REACTIONS"}, "EMBED_LINKS"},
		"a category":             {discordtest.Options{}, true, "", channels(discordtest.Category), []string{"WRONG channel " + discordtest.Category + ": #support is a category"}, ""},
		"another server's":       {discordtest.Options{}, true, "", func(c *Checkup) { c.Channels = []TriageChannel{{Guild: discordtest.Globex, ID: discordtest.General}} }, []string{"WRONG channel " + discordtest.General + ": #general is in the server " + discordtest.Acme}, ""},
		"tags": {discordtest.Options{Permissions: discordtest.DefaultPermissions | discordtest.ManageThreads}, true, "", func(c *Checkup) {
			c.Config.ForumTags = map[string]string{"answered": "open", "resolved": "solved"}
			channels(discordtest.Forum, discordtest.General)(c)
		}, []string{"ok channel " + discordtest.Forum}, "WRONG"},
		"no such tag": {discordtest.Options{Permissions: discordtest.DefaultPermissions | discordtest.ManageThreads}, true, "", func(c *Checkup) {
			c.Config.ForumTags = map[string]string{"answered": "Open"}
			channels(discordtest.Forum)(c)
		}, []string{"WRONG channel " + discordtest.Forum + ": #help has no tag Open"}, ""},
		"tags that it may not set": {discordtest.Options{}, true, "", func(c *Checkup) {
			c.Config.ForumTags = map[string]string{"answered": "open"}
			channels(discordtest.Forum)(c)
		}, []string{"WRONG channel " + discordtest.Forum + ": in #help the bot lacks MANAGE_THREADS"}, ""},
		"a poor channel":  {discordtest.Options{}, true, "", channels(poor), []string{"WRONG channel " + poor + ": in #poor the bot lacks READ_MESSAGE_HISTORY", "EMBED_LINKS"}, "SEND_MESSAGES"},
		"a voice channel": {discordtest.Options{Permissions: discordtest.DefaultPermissions}, true, "", channels(voice), []string{"WRONG channel " + voice + ": in #talk the bot lacks CONNECT"}, "THREADS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := discordtest.Start(t, c.options)
			s.AddChannel(discordtest.Channel{ID: poor, Guild: discordtest.Acme, Name: "poor", Overwrites: []discordtest.Overwrite{{ID: discordtest.Acme, Deny: discordtest.ReadMessageHistory | discordtest.EmbedLinks}, {ID: discordtest.BotRole, Deny: discordtest.ReadMessageHistory | discordtest.EmbedLinks}}})
			s.AddChannel(discordtest.Channel{ID: voice, Guild: discordtest.Acme, Name: "talk", Kind: discordtest.VoiceChannel, Overwrites: []discordtest.Overwrite{{ID: discordtest.Bot, Member: true, Deny: discordtest.Permissions(permConnect)}}})
			check := Checkup{Config: Config{Token: s.Token(), API: s.API()}}
			if c.change != nil {
				c.change(&check)
			}
			if check.Config.PublicKey == "its" {
				check.Config.PublicKey = s.PublicKey()
			}
			if c.commands && check.Config.Guild != "1100000000000000998" {
				register(t, s, check.Config.Guild)
			}
			if c.endpoint != "" {
				s.SetInteractionsEndpoint(c.endpoint)
			}
			before := len(s.Calls())
			got := up(t, check)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			if c.no != "" && strings.Contains(got, c.no) {
				t.Errorf("%q in\n%s", c.no, got)
			}
			if strings.Contains(got, s.Token()) || strings.Contains(got, someToken) {
				t.Errorf("a token is shown:\n%s", got)
			}
			for _, one := range s.Calls()[before:] {
				if !strings.HasPrefix(one.Route, http.MethodGet) {
					t.Errorf("a checkup calls %s", one.Route)
				}
			}
		})
	}
}

// Each permission of the link that the bot is denied in a channel is named, and no
// other.
func TestCheckupNamesEachPermission(t *testing.T) {
	var asked discordtest.Permissions
	for _, p := range Permissions() {
		asked |= discordtest.Permissions(p.Bit)
	}
	for _, p := range Permissions() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			s := discordtest.Start(t, discordtest.Options{Permissions: asked})
			channel := discordtest.General
			if p.Tags {
				channel = discordtest.Forum
			}
			c := Checkup{Config: Config{Token: s.Token(), API: s.API(), ForumTags: map[string]string{"answered": "open"}}, Channels: []TriageChannel{{ID: channel}}}
			if got := up(t, c); !strings.Contains(got, "ok channel "+channel) {
				t.Fatalf("with all of them:\n%s", got)
			}
			s.AddChannel(discordtest.Channel{ID: channel, Guild: discordtest.Acme, Name: "denied", Kind: map[bool]discordtest.Kind{true: discordtest.ForumChannel}[p.Tags],
				Overwrites: []discordtest.Overwrite{{ID: discordtest.Bot, Member: true, Deny: discordtest.Permissions(p.Bit)}}})
			got := up(t, c)
			_, wrong, _ := strings.Cut(got, "WRONG channel "+channel)
			wrong, _, _ = strings.Cut(wrong, "\n")
			for _, other := range Permissions() {
				// A name may begin another.
				named := strings.Contains(wrong, " "+other.Name+" ")
				if named != (other.Name == p.Name) {
					t.Errorf("%s is named: %t, in %q", other.Name, named, wrong)
				}
			}
		})
	}
}
