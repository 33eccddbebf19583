package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"authfix/bot"
)

// A Checkup tries whether what is configured works with Discord. It changes
// nothing.
type Checkup struct {
	Config Config
	// Channels are those that are triaged. One without guild is of whichever it is
	// in.
	Channels  []TriageChannel
	PublicURL string           // without a slash at its end, or ""
	Now       func() time.Time // nil: [time.Now]
}

// A TriageChannel is a channel that is triaged.
type TriageChannel struct {
	Guild string
	ID    string
}

// An application is what Discord says of the bot's own.
// https://docs.discord.com/developers/resources/application#application-object
type application struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Flags    uint64 `json:"flags"`
	Key      string `json:"verify_key"`
	Endpoint string `json:"interactions_endpoint_url"`
	Guilds   *int   `json:"approximate_guild_count"`
}

// The flags of an application that may read what is said: one with less than
// 10,000 users has the second.
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const flagContent, flagContentLimited = 1 << 18, 1 << 19

// Run tries everything, one after another.
func (c Checkup) Run(ctx context.Context) []bot.Symptom {
	const of = "DISCORD_TOKEN"
	p, err := New(c.Config, Deps{Now: c.Now})
	if err != nil {
		return []bot.Symptom{{Of: of, Says: err.Error(), Wrong: true, Do: "see docs/discord.md"}}
	}
	defer p.rest.close()
	var app application
	if err := p.get(ctx, "/applications/@me", "/applications/@me", &app); err != nil {
		return []bot.Symptom{refusedCheckup(of, err, "copy the token anew, or reset it, under Bot of the application")}
	}
	var me wireUser
	if err := p.get(ctx, "/users/@me", "/users/@me", &me); err != nil {
		return []bot.Symptom{refusedCheckup(of, err, "copy the token anew, or reset it, under Bot of the application")}
	}
	all := []bot.Symptom{{Of: of, Says: fmt.Sprintf("it is of the application %s (%s)", shortName(app.Name), app.ID)}}
	if app.Guilds != nil {
		all[0].Says += fmt.Sprintf(", in about %d servers", *app.Guilds)
		if *app.Guilds == 0 {
			all[0].Do = "add the bot to a server with the link that authfix manifest discord prints"
		}
	}
	all = append(all, c.connections(ctx, p), c.content(&app), c.endpoint(&app))
	all = append(all, c.commands(ctx, p, app.ID)...)
	for _, ch := range c.Channels {
		all = append(all, c.channel(ctx, p, me.ID, ch))
	}
	return all
}

// get asks for something.
func (p *Platform) get(ctx context.Context, route, path string, into any) error {
	return p.rest.call(ctx, call{method: http.MethodGet, route: route, path: path, into: into, wait: true})
}

// refusedCheckup says that Discord refuses something, or does not answer.
func refusedCheckup(of string, err error, do string) bot.Symptom {
	s := bot.Symptom{Of: of, Wrong: true, Do: do}
	switch status := statusOf(err); {
	case status == http.StatusUnauthorized:
		s.Says = "Discord does not take it"
	case status == http.StatusTooManyRequests:
		s.Says, s.Do = "Discord asks to wait", "try again in a minute"
	case status == 0 || status >= 500:
		s.Says, s.Do = "Discord does not answer: "+err.Error(), "see that this machine reaches the address in DISCORD_API_URL"
	default:
		s.Says = "Discord refuses: " + err.Error()
	}
	return s
}

// connections tries whether the gateway can be connected to, which is not done.
// https://docs.discord.com/developers/events/gateway#get-gateway-bot
func (c Checkup) connections(ctx context.Context, p *Platform) bot.Symptom {
	s := bot.Symptom{Of: "gateway"}
	got, err := p.gatewayInfo(ctx)
	if err != nil {
		return refusedCheckup(s.Of, err, "see what is wrong with the token above")
	}
	s.Says = fmt.Sprintf("Discord recommends %d connections, and begins %d more sessions within a day", got.Shards, got.Limit.Remaining)
	if c.Config.Shards != 0 {
		s.Says += fmt.Sprintf("; DISCORD_SHARDS is %d", c.Config.Shards)
	}
	if got.Limit.Remaining == 0 && got.Limit.Total > 0 {
		s.Wrong = true
		s.Do = "wait " + (time.Duration(got.Limit.ResetAfter) * time.Millisecond).Round(time.Minute).String() + ": serve begins none before; its log says why it began so many"
	}
	return s
}

// content tries whether the privileged intent is as it is configured.
func (c Checkup) content(app *application) bot.Symptom {
	s := bot.Symptom{Of: "intent MESSAGE_CONTENT"}
	on := app.Flags&(flagContent|flagContentLimited) != 0
	switch {
	case !on && !c.Config.NoMessageContent:
		s.Wrong, s.Says = true, "it is not switched on for the application: Discord refuses it with code 4014, and messages that do not name the bot are not read"
		s.Do = "switch Message Content Intent on under Bot of the application, or set DISCORD_MESSAGE_CONTENT=off"
	case on && c.Config.NoMessageContent:
		s.Says = "it is switched on for the application, and DISCORD_MESSAGE_CONTENT is off: messages that do not name the bot are not read"
	case on:
		s.Says = "it is switched on"
	default:
		s.Says = "it is neither switched on nor asked for: messages that do not name the bot are not read"
	}
	if c.Config.NoMessageContent && len(c.Channels) > 0 {
		s.Wrong = true
		s.Says += ", so no channel is triaged"
		s.Do = "switch Message Content Intent on under Bot of the application and remove DISCORD_MESSAGE_CONTENT=off, or switch triage off"
	}
	return s
}

// endpoint tries whether interactions come where they are taken.
func (c Checkup) endpoint(app *application) bot.Symptom {
	s := bot.Symptom{Of: "DISCORD_PUBLIC_KEY", Wrong: true}
	const where = "the Interactions Endpoint URL under General Information of the application"
	ours := "the address of serve with " + interactionsPath + " behind it"
	if c.PublicURL != "" {
		ours = c.PublicURL + interactionsPath
	}
	switch {
	case !c.Config.HTTPInteractions() && app.Endpoint == "":
		s.Wrong, s.Says = false, "it is not set, and commands come by the gateway"
	case !c.Config.HTTPInteractions():
		s.Says = "it is not set, and Discord sends commands and buttons over HTTP to " + bounded(app.Endpoint)
		s.Do = "set it to the Public Key under General Information of the application, or empty " + where
	case !strings.EqualFold(c.Config.PublicKey, app.Key):
		s.Says = "it is not that of the application of DISCORD_TOKEN: what Discord signs is refused"
		s.Do = "copy the Public Key from General Information of the application"
	case app.Endpoint == "":
		s.Says = "it is set, and Discord sends commands and buttons by the gateway, for it knows no address"
		s.Do = "start serve and set " + where + " to " + ours
	case c.PublicURL != "" && app.Endpoint != ours:
		s.Says = "Discord sends commands and buttons to " + bounded(app.Endpoint) + ", and AUTHFIX_PUBLIC_URL is another"
		s.Do = "set " + where + " to " + ours
	default:
		s.Wrong, s.Says = false, "it is that of the application, and Discord sends commands and buttons to "+bounded(app.Endpoint)
	}
	return s
}

// bounded is an address as it is shown.
func bounded(address string) string {
	if len(address) > 200 {
		return address[:200] + "…"
	}
	return address
}

// commands tries whether the bot's commands are registered.
func (c Checkup) commands(ctx context.Context, p *Platform, app string) []bot.Symptom {
	route, path, where := "/applications/{}/commands", "/applications/"+app+"/commands", "in all servers"
	if c.Config.Guild != "" {
		route, path, where = "/applications/{}/guilds/{}/commands", "/applications/"+app+"/guilds/"+c.Config.Guild+"/commands", "in the server "+c.Config.Guild
	}
	s := bot.Symptom{Of: "commands"}
	var got []struct {
		Name string `json:"name"`
	}
	if err := p.get(ctx, route, path, &got); err != nil {
		if absent(err) && c.Config.Guild != "" {
			return []bot.Symptom{{Of: "DISCORD_GUILD", Wrong: true, Says: "the bot is not in this server", Do: "add it with the link that authfix manifest discord prints, or correct the id"}}
		}
		return []bot.Symptom{refusedCheckup(s.Of, err, "see what is wrong with the token above")}
	}
	var missing []string
	for _, name := range []string{commandName, messageCommandName} {
		if !slices.ContainsFunc(got, func(one struct {
			Name string `json:"name"`
		}) bool {
			return one.Name == name
		}) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		s.Wrong, s.Says, s.Do = true, strings.Join(missing, " and ")+" is not registered "+where, "run authfix serve, which registers them when it starts; its log says why when it cannot"
	} else {
		s.Says = "they are registered " + where
	}
	return []bot.Symptom{s}
}
