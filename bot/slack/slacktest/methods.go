package slacktest

import (
	"maps"
	"slices"
)

// Which token a method takes.
const (
	botToken = iota
	appToken
	noToken
)

// A method of the Web API.
type method struct {
	tier   int      // 1..4; 0: special
	scopes []string // one of them is needed; nil: none
	token  int
	shows  surface // of its argument blocks
	run    func(*call) (map[string]any, error)
}

func scope(s ...string) []string { return s }

// methods are the methods that a Server knows.
var methods = map[string]method{
	"api.test":              {tier: 4, token: noToken, run: (*call).apiTest},
	"auth.test":             {run: (*call).authTest},
	"auth.revoke":           {tier: 3, run: (*call).authRevoke},
	"apps.uninstall":        {tier: 1, run: (*call).appsUninstall},
	"apps.connections.open": {tier: 3, token: appToken, run: (*call).connectionsOpen},
	"oauth.v2.access":       {tier: 4, token: noToken, run: (*call).oauthAccess},

	"chat.postMessage":   {scopes: scope("chat:write"), shows: inMessage, run: (*call).postMessage},
	"chat.postEphemeral": {tier: 4, scopes: scope("chat:write"), shows: inMessage, run: (*call).postEphemeral},
	"chat.update":        {tier: 3, scopes: scope("chat:write"), shows: inMessage, run: (*call).chatUpdate},
	"chat.delete":        {tier: 3, scopes: scope("chat:write"), run: (*call).chatDelete},
	"chat.getPermalink":  {tier: 4, run: (*call).permalink},

	"conversations.info":    {tier: 3, scopes: readScopes, run: (*call).conversationsInfo},
	"conversations.list":    {tier: 2, scopes: readScopes, run: (*call).conversationsList},
	"conversations.members": {tier: 4, scopes: readScopes, run: (*call).conversationsMembers},
	"conversations.history": {tier: 3, scopes: historyScopes, run: (*call).history},
	"conversations.replies": {tier: 3, scopes: historyScopes, run: (*call).replies},
	"conversations.open":    {tier: 3, scopes: scope("im:write", "mpim:write"), run: (*call).conversationsOpen},

	"users.info":       {tier: 4, scopes: scope("users:read"), run: (*call).usersInfo},
	"users.list":       {tier: 2, scopes: scope("users:read"), run: (*call).usersList},
	"bots.info":        {tier: 3, scopes: scope("users:read"), run: (*call).botsInfo},
	"team.info":        {tier: 3, scopes: scope("team:read"), run: (*call).teamInfo},
	"reactions.remove": {tier: 2, scopes: scope("reactions:write"), run: (*call).reactionsRemove},
	"reactions.add":    {tier: 3, scopes: scope("reactions:write"), run: (*call).reactionsAdd},

	"views.open":    {tier: 4, run: (*call).viewsOpen},
	"views.push":    {tier: 4, run: (*call).viewsPush},
	"views.update":  {tier: 4, run: (*call).viewsUpdate},
	"views.publish": {tier: 4, run: (*call).viewsPublish},

	"files.info":                   {tier: 4, scopes: scope("files:read"), run: (*call).filesInfo},
	"files.getUploadURLExternal":   {tier: 4, scopes: scope("files:write"), run: (*call).uploadURL},
	"files.completeUploadExternal": {tier: 4, scopes: scope("files:write"), run: (*call).completeUpload},
}

var (
	readScopes    = scope("channels:read", "groups:read", "im:read", "mpim:read")
	historyScopes = scope("channels:history", "groups:history", "im:history", "mpim:history")
)

// prepare reads blocks and views, and looks for secrets, before the lock is taken;
// what is wrong with them is answered where the method gets to it.
func (s *Server) prepare(c *call, m method) {
	for _, name := range slices.Sorted(maps.Keys(c.Args)) {
		if s.core.Leaks(c.Args[name]) {
			c.leaks = append(c.leaks, name)
		}
	}
	if raw := c.Args["blocks"]; raw != "" && m.shows != "" {
		if c.blocks, c.invalid = parseBlocks(raw); c.invalid == nil {
			c.invalid = checkMessage(c.blocks)
		}
	}
	if raw := c.Args["view"]; raw != "" {
		want := inModal
		if c.Method == "views.publish" {
			want = inHome
		}
		c.view, c.invalid = checkView([]byte(raw), want, c.Method == "views.update")
	}
}

func (c *call) apiTest() (map[string]any, error) {
	if e := c.Args["error"]; e != "" {
		return nil, refuse(e)
	}
	return map[string]any{"args": c.Args}, nil
}

func (c *call) authTest() (map[string]any, error) {
	in := c.tok.install
	out := map[string]any{"url": c.s.URL + "/", "user": "authfix", "user_id": in.Bot, "bot_id": in.BotID,
		"is_enterprise_install": in.OrgWide, "team": "", "team_id": in.Team}
	if t := c.s.teams[in.Team]; t != nil {
		out["team"], out["url"] = t.Name, "https://"+t.Domain+".slack.com/"
	}
	if in.Enterprise != "" {
		out["enterprise_id"] = in.Enterprise
		if in.OrgWide {
			out["team_id"] = in.Enterprise
		}
	}
	return out, nil
}
