package slacktest

import (
	"maps"
	"slices"
)

func userObject(u *User, t *Team) object {
	o := object{"id": u.ID, "team_id": u.Team, "name": u.Name, "real_name": u.Name, "deleted": u.Deleted,
		"is_admin": u.Admin, "is_owner": u.Owner, "is_primary_owner": u.Owner, "is_bot": u.Bot, "is_app_user": false, "tz": "Europe/London",
		"profile": object{"real_name": u.Name, "display_name": u.Name, "bot_id": u.BotID}}
	if t != nil && t.Enterprise != "" {
		o["enterprise_user"] = object{"id": u.ID, "enterprise_id": t.Enterprise, "is_admin": u.Admin, "is_owner": u.Owner}
	}
	return o
}

func (c *call) usersInfo() (map[string]any, error) {
	u := c.s.users[c.Args["user"]]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	if !c.s.covers(c.tok.install, u.Team) && !c.s.meets(c.tok.install, u.ID) {
		return nil, refuse("user_not_visible")
	}
	return map[string]any{"user": userObject(u, c.s.teams[u.Team])}, nil
}

// meets reports whether the bot shares a Slack Connect channel with a stranger.
func (s *Server) meets(in *Installation, user string) bool {
	for _, ch := range s.channels {
		if ch.Connect && ch.has(user) && ch.has(in.Bot) {
			return true
		}
	}
	return false
}

func (c *call) usersList() (map[string]any, error) {
	team, err := c.team()
	if err != nil {
		return nil, err
	}
	var all []object
	for _, id := range slices.Sorted(maps.Keys(c.s.users)) {
		if u := c.s.users[id]; u.Team == team {
			all = append(all, userObject(u, c.s.teams[team]))
		}
	}
	page, next, err := paged(c, all, 200, 1000)
	return map[string]any{"members": page, "response_metadata": object{"next_cursor": next}}, err
}

func (c *call) botsInfo() (map[string]any, error) {
	for _, u := range c.s.users {
		if u.Bot && u.BotID != "" && u.BotID == c.Args["bot"] {
			return map[string]any{"bot": object{"id": u.BotID, "user_id": u.ID, "app_id": App, "name": u.Name, "deleted": u.Deleted}}, nil
		}
	}
	return nil, refuse("bot_not_found")
}

func (c *call) teamInfo() (map[string]any, error) {
	id := c.Args["team"]
	if id == "" {
		id = c.tok.install.Team
	}
	t := c.s.teams[id]
	if t == nil || !c.s.covers(c.tok.install, id) {
		return nil, refuse("team_not_found")
	}
	o := object{"id": t.ID, "name": t.Name, "domain": t.Domain, "email_domain": "", "icon": object{}}
	if t.Enterprise != "" {
		o["enterprise_id"], o["enterprise_name"], o["enterprise_domain"] = t.Enterprise, t.Enterprise, t.Enterprise
	}
	return map[string]any{"team": o}, nil
}
