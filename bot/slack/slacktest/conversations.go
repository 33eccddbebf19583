package slacktest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// scopePrefix is what the scopes for a kind of channel begin with.
func (k Kind) scopePrefix() string {
	switch k {
	case PublicChannel:
		return "channels"
	case PrivateChannel:
		return "groups"
	}
	return string(k)
}

func (s *Server) channelObject(ch *Channel, in *Installation) object {
	o := object{"id": ch.ID, "created": 1700000000, "is_archived": ch.Archived, "context_team_id": ch.Team,
		"is_channel": ch.Kind == PublicChannel, "is_group": ch.Kind == PrivateChannel, "is_im": ch.Kind == DirectMessage,
		"is_mpim": ch.Kind == GroupMessage, "is_private": ch.Kind != PublicChannel, "is_ext_shared": ch.Connect,
		"is_shared": ch.Connect, "is_org_shared": false}
	if ch.Kind == DirectMessage {
		o["user"] = ch.partner(in.Bot)
		return o
	}
	return merge(o, object{"name": ch.Name, "name_normalized": ch.Name, "is_member": ch.has(in.Bot), "num_members": len(ch.Members),
		"topic": object{"value": ""}, "purpose": object{"value": ""}})
}

func (c *call) conversationsInfo() (map[string]any, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if err := c.need(ch.Kind.scopePrefix() + ":read"); err != nil {
		return nil, err
	}
	return map[string]any{"channel": c.s.channelObject(ch, c.tok.install)}, nil
}

func (c *call) conversationsList() (map[string]any, error) {
	kinds := map[Kind]bool{}
	for k := range strings.SplitSeq(cmp.Or(c.Args["types"], "public_channel"), ",") {
		kind, ok := map[string]Kind{"public_channel": PublicChannel, "private_channel": PrivateChannel, "im": DirectMessage, "mpim": GroupMessage}[k]
		if !ok {
			return nil, refuse("invalid_types")
		}
		if err := c.need(kind.scopePrefix() + ":read"); err != nil {
			return nil, err
		}
		kinds[kind] = true
	}
	team, err := c.team()
	if err != nil {
		return nil, err
	}
	var all []object
	for _, id := range slices.Sorted(maps.Keys(c.s.channels)) {
		ch := c.s.channels[id]
		if kinds[ch.Kind] && (ch.Team == team || ch.Connect && ch.has(c.tok.install.Bot)) && !(ch.Archived && c.flag("exclude_archived")) &&
			(ch.Kind == PublicChannel || ch.has(c.tok.install.Bot)) {
			all = append(all, c.s.channelObject(ch, c.tok.install))
		}
	}
	page, next, err := paged(c, all, 100, 1000)
	return map[string]any{"channels": page, "response_metadata": object{"next_cursor": next}}, err
}

// team is the workspace that the call is about; an org-wide token must say so.
func (c *call) team() (string, error) {
	in := c.tok.install
	if !in.OrgWide {
		return in.Team, nil
	}
	team := c.Args["team_id"]
	switch {
	case team == "":
		return "", refuse("missing_argument")
	case !c.s.covers(in, team):
		return "", refuse("team_access_not_granted")
	}
	return team, nil
}

// paged is the part of all that limit and cursor ask for.
func paged[T any](c *call, all []T, usual, most int) ([]T, string, error) {
	limit, err := c.number("limit", usual, 1, most)
	if err != nil {
		return nil, "", err
	}
	from := 0
	if cur := c.Args["cursor"]; cur != "" {
		n, ok := strings.CutPrefix(cur, "next:")
		if from, err = strconv.Atoi(n); err != nil || !ok || from < 0 || from > len(all) {
			return nil, "", refuse("invalid_cursor")
		}
	}
	to, next := min(len(all), from+limit), ""
	if to < len(all) {
		next = "next:" + strconv.Itoa(to)
	}
	return append([]T{}, all[from:to]...), next, nil
}

func (c *call) conversationsMembers() (map[string]any, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	page, next, err := paged(c, ch.Members, 100, 1000)
	return map[string]any{"members": page, "response_metadata": object{"next_cursor": next}}, err
}

// readable is the channel of a call for history.
func (c *call) readable() (*Channel, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if err := c.need(ch.Kind.scopePrefix() + ":history"); err != nil {
		return nil, err
	}
	if !ch.has(c.tok.install.Bot) {
		return nil, refuse("not_in_channel")
	}
	return ch, nil
}

// within keeps the messages between oldest and latest.
func (c *call) within(m *Message) bool {
	oldest, latest, inclusive := c.Args["oldest"], c.Args["latest"], c.flag("inclusive")
	if oldest != "" && oldest != "0" && (m.TS < oldest || m.TS == oldest && !inclusive) {
		return false
	}
	return latest == "" || m.TS < latest || m.TS == latest && inclusive
}

func (c *call) messagesPage(all []*Message) (map[string]any, error) {
	most := at("history.limit")
	if c.s.opts.StrictHistory {
		most = 15
		if n, err := strconv.Atoi(c.Args["limit"]); err == nil && n > most { // Slack gives fewer, without an error
			c.Args["limit"] = "15"
		}
	}
	page, next, err := paged(c, all, min(100, most), most)
	if err != nil {
		return nil, err
	}
	metadata := c.flag("include_all_metadata") && c.need("metadata.message:read") == nil
	out := []object{}
	for _, m := range page {
		out = append(out, c.s.show(m, metadata))
	}
	return map[string]any{"messages": out, "has_more": next != "", "response_metadata": object{"next_cursor": next}}, nil
}

func (c *call) history() (map[string]any, error) {
	ch, err := c.readable()
	if err != nil {
		return nil, err
	}
	var all []*Message
	for _, m := range slices.Backward(c.s.messages) {
		if m.Channel == ch.ID && !m.Deleted && !m.Ephemeral && (m.Thread == "" || m.Subtype == "thread_broadcast") && c.within(m) {
			all = append(all, m)
		}
	}
	return c.messagesPage(all)
}

func (c *call) replies() (map[string]any, error) {
	ch, err := c.readable()
	if err != nil {
		return nil, err
	}
	root := c.s.byTS[place{ch.ID, c.Args["ts"]}]
	if root != nil && root.Thread != "" {
		root = c.s.byTS[place{ch.ID, root.Thread}]
	}
	if root == nil || root.Ephemeral || root.Deleted && c.s.replies[place{ch.ID, root.TS}] == 0 {
		return nil, refuse("thread_not_found")
	}
	var all []*Message
	for _, m := range c.s.messages {
		if m.Channel == ch.ID && !m.Deleted && !m.Ephemeral && (m == root || m.Thread == root.TS && c.within(m)) {
			all = append(all, m)
		}
	}
	return c.messagesPage(all)
}

func (c *call) conversationsOpen() (map[string]any, error) {
	if id := c.Args["channel"]; id != "" {
		ch, err := c.channel("channel")
		if err != nil {
			return nil, err
		}
		return map[string]any{"channel": object{"id": ch.ID}}, nil
	}
	ids := strings.Split(c.Args["users"], ",")
	if ids[0] == "" {
		return nil, refuse("users_list_not_supplied")
	}
	for _, id := range ids {
		u := c.s.users[id]
		switch {
		case u == nil || !c.s.covers(c.tok.install, u.Team):
			return nil, refuse("user_not_found")
		case u.Deleted:
			return nil, refuse("user_disabled")
		case u.Bot:
			return nil, refuse("cannot_dm_bot")
		}
	}
	if len(ids) == 1 {
		return map[string]any{"channel": object{"id": c.s.direct(c.tok.install, c.s.users[ids[0]]).ID}}, nil
	}
	ch := &Channel{ID: c.s.id("G"), Team: c.s.users[ids[0]].Team, Kind: GroupMessage, Name: "mpdm", Members: append(ids, c.tok.install.Bot)}
	c.s.channels[ch.ID] = ch
	return map[string]any{"channel": object{"id": ch.ID}}, nil
}
