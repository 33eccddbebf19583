package discordtest

import (
	"net/http"
	"time"
)

// restRoutes are the routes of the REST API, below /api/v10.
var restRoutes = []route{
	{"GET /gateway", false, (*call).getGateway},
	{"GET /gateway/bot", true, (*call).getGatewayBot},
	{"GET /users/@me", true, func(c *call) (any, error) { return userObject(c.s.users[Bot]), nil }},
	{"GET /users/@me/guilds", true, (*call).myGuilds},
	{"POST /users/@me/channels", true, (*call).createDM},
	{"GET /users/{user}", true, (*call).getUser},
	{"GET /applications/@me", true, (*call).getApp},
	{"GET /oauth2/applications/@me", true, (*call).getApp},

	{"GET /guilds/{guild}", true, (*call).getGuild},
	{"GET /guilds/{guild}/channels", true, (*call).getChannels},
	{"GET /guilds/{guild}/roles", true, (*call).getRoles},
	{"GET /guilds/{guild}/members/{user}", true, (*call).getMember},
	{"GET /guilds/{guild}/threads/active", true, (*call).activeThreads},
	{"DELETE /users/@me/guilds/{guild}", true, (*call).leaveGuild},

	{"GET /channels/{channel}", true, (*call).getChannel},
	{"PATCH /channels/{channel}", true, (*call).editChannel},
	{"POST /channels/{channel}/typing", true, (*call).typing},
	{"GET /channels/{channel}/messages", true, (*call).getMessages},
	{"POST /channels/{channel}/messages", true, (*call).createMessage},
	{"GET /channels/{channel}/messages/{message}", true, (*call).getMessage},
	{"PATCH /channels/{channel}/messages/{message}", true, (*call).editMessage},
	{"DELETE /channels/{channel}/messages/{message}", true, (*call).deleteMessage},
	{"PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me", true, (*call).addReaction},
	{"DELETE /channels/{channel}/messages/{message}/reactions/{emoji}/@me", true, (*call).removeReaction},
	{"POST /channels/{channel}/messages/{message}/threads", true, (*call).startFromMessage},
	{"POST /channels/{channel}/threads", true, (*call).startThread},
	{"GET /channels/{channel}/threads/archived/public", true, (*call).archivedThreads},
	{"GET /channels/{channel}/threads/archived/private", true, (*call).archivedThreads},
	{"PUT /channels/{channel}/thread-members/{user}", true, (*call).joinThread},
	{"DELETE /channels/{channel}/thread-members/{user}", true, (*call).leaveThread},

	{"GET /applications/{app}/commands", true, (*call).getCommands},
	{"PUT /applications/{app}/commands", true, (*call).putCommands},
	{"GET /applications/{app}/guilds/{guild}/commands", true, (*call).getCommands},
	{"PUT /applications/{app}/guilds/{guild}/commands", true, (*call).putCommands},

	{"POST /interactions/{interaction}/{token}/callback", false, (*call).callback},
	{"POST /webhooks/{app}/{token}", false, (*call).followUp},
	{"GET /webhooks/{app}/{token}/messages/{message}", false, (*call).getAnswer},
	{"PATCH /webhooks/{app}/{token}/messages/{message}", false, (*call).editAnswer},
	{"DELETE /webhooks/{app}/{token}/messages/{message}", false, (*call).deleteAnswer},
}

func (c *call) getGateway() (any, error) {
	return object{"url": c.s.socketURL("/gateway/")}, nil
}

// getGatewayBot is GET /gateway/bot.
// https://docs.discord.com/developers/events/gateway#get-gateway-bot
func (c *call) getGatewayBot() (any, error) {
	s, g := c.s, &c.s.gateway
	left, after := s.opts.Identifies, time.Duration(0)
	if now := s.Now(); !g.day.IsZero() && now.Sub(g.day) < 24*time.Hour {
		left, after = max(0, g.left-1), g.day.Add(24*time.Hour).Sub(now)
	}
	return object{"url": s.socketURL("/gateway/"), "shards": s.opts.Shards, "session_start_limit": object{
		"total": s.opts.Identifies, "remaining": left, "reset_after": after.Milliseconds(), "max_concurrency": s.opts.MaxConcurrency}}, nil
}

func (s *Server) appFlags() int {
	flags := 0 // the limited intents, as of apps that are not reviewed
	if !s.opts.NoMessageContent {
		flags |= 1 << 19
	}
	if !s.opts.NoMembers {
		flags |= 1 << 15
	}
	return flags
}

func (c *call) getApp() (any, error) {
	return object{"id": App, "name": "authfix", "description": "", "icon": nil, "bot_public": true, "bot_require_code_grant": false,
		"verify_key": c.s.PublicKey(), "flags": c.s.appFlags(), "bot": userObject(c.s.users[Bot]), "interactions_endpoint_url": orNil(c.s.endpoint)}, nil
}

func orNil(t string) any {
	if t == "" {
		return nil
	}
	return t
}

func (c *call) myGuilds() (any, error) {
	out := []object{}
	for _, g := range c.s.guildsOf(&session{n: 1}) {
		out = append(out, object{"id": g.ID, "name": g.Name, "owner": false, "permissions": c.s.base(Bot, g.ID).String()})
	}
	return out, nil
}

func (c *call) createDM() (any, error) {
	id := toText(c.body["recipient_id"])
	if c.s.users[id] == nil {
		return nil, refuse(http.StatusBadRequest, 10013, "Unknown User")
	}
	if id == Bot || c.s.users[id].Bot {
		return nil, refuse(http.StatusForbidden, 50007, "Cannot send messages to this user")
	}
	return c.s.channelObject(c.s.direct(id)), nil
}

func (c *call) getUser() (any, error) {
	u := c.s.users[c.r.PathValue("user")]
	if u == nil {
		return nil, refuse(http.StatusNotFound, 10013, "Unknown User")
	}
	return userObject(u), nil
}

// guild finds the guild of the path, which the bot is in.
func (c *call) guild() (*Guild, error) {
	g := c.s.guilds[c.r.PathValue("guild")]
	switch {
	case g == nil:
		return nil, refuse(http.StatusNotFound, 10004, "Unknown Guild")
	case g.NoBot:
		return nil, refuse(http.StatusForbidden, 50001, "Missing Access")
	}
	return g, nil
}

func (c *call) getGuild() (any, error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	return c.s.guildObject(g, false), nil
}

func (c *call) getChannels() (any, error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	out := []object{}
	for _, ch := range c.s.channelsOf(g.ID) {
		if !ch.isThread() {
			out = append(out, c.s.channelObject(ch))
		}
	}
	return out, nil
}

func (c *call) getRoles() (any, error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	out := []object{}
	for _, r := range c.s.sorted(g.ID) {
		out = append(out, roleObject(r))
	}
	return out, nil
}

func (c *call) getMember() (any, error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("user")
	m := c.s.members[pair{g.ID, id}]
	switch {
	case c.s.users[id] == nil:
		return nil, refuse(http.StatusNotFound, 10013, "Unknown User")
	case m == nil:
		return nil, refuse(http.StatusNotFound, 10007, "Unknown Member")
	}
	return c.s.memberObject(m, true), nil
}

func (c *call) leaveGuild() (any, error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	c.s.emit("GUILD_DELETE", g.ID, intentGuilds, object{"id": g.ID})
	g.NoBot = true
	delete(c.s.members, pair{g.ID, Bot})
	return nil, nil
}

func (c *call) getChannel() (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	return c.s.channelObject(ch), nil
}

func (c *call) typing() (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	if ch.Kind == DirectMessage {
		return nil, nil
	}
	return nil, c.need(ch, SendMessages)
}
