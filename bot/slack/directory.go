package slack

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"authfix/bot"
)

var (
	_ bot.Directory = (*Platform)(nil)
	_ bot.Viewpoint = (*Platform)(nil)
)

// For how long what Slack said of people and channels is believed, and how much
// of it is remembered of each kind.
const (
	believeRole    = 5 * time.Minute
	believeChannel = 5 * time.Minute
	believeDirect  = 24 * time.Hour // it is for ever
	believeAddress = 24 * time.Hour
	maxBelieved    = 10000
)

// membersPages bounds how often the members of a channel are asked for, a
// thousand at a time: someone who is not among the first ten thousand counts as
// no member.
const membersPages = 10

// Role implements [bot.Directory]: administrators and owners of a workspace, or
// of its Enterprise Grid, are [bot.Admin].
func (p *Platform) Role(ctx context.Context, t bot.Tenant, who bot.Author) (bot.Role, error) {
	if who.ID == "" || who.Bot {
		return bot.Viewer, nil
	}
	one, err := p.person(ctx, t, who.ID)
	if err != nil {
		return bot.Viewer, fmt.Errorf("role of a person: %w", repeatableError(err))
	}
	if one.admin {
		return bot.Admin, nil
	}
	return bot.Viewer, nil
}

// A personInfo is what is believed of a person.
type personInfo struct {
	admin bool // of the workspace or its Enterprise Grid
	guest bool // who sees only the channels that they are in
}

// person asks who somebody is. One whom Slack does not show is a guest.
func (p *Platform) person(ctx context.Context, t bot.Tenant, id string) (personInfo, error) {
	key := t.String() + " " + id
	if one, ok := p.people.Get(key, p.now()); ok {
		return one, nil
	}
	var got struct {
		User struct {
			Team       string `json:"team_id"`
			Deleted    bool   `json:"deleted"`
			Admin      bool   `json:"is_admin"`
			Owner      bool   `json:"is_owner"`
			Restricted bool   `json:"is_restricted"`
			Single     bool   `json:"is_ultra_restricted"`
			Stranger   bool   `json:"is_stranger"`
			Enterprise struct {
				Admin bool     `json:"is_admin"`
				Owner bool     `json:"is_owner"`
				Teams []string `json:"teams"`
			} `json:"enterprise_user"`
		} `json:"user"`
	}
	err := p.spaces.call(ctx, t, "users.info", url.Values{"user": {id}}, &got)
	switch wordOf(err) {
	case "":
		if err != nil {
			return personInfo{}, err
		}
	case "user_not_found", "user_not_visible", "missing_scope":
		got.User.Stranger = true
	default:
		return personInfo{}, err
	}
	u := got.User
	// In a shared channel, someone else's administrator is none here.
	ours := !u.Stranger && (u.Team == "" || u.Team == t.Workspace || t.Workspace == "" || slices.Contains(u.Enterprise.Teams, t.Workspace))
	one := personInfo{
		admin: ours && !u.Deleted && (u.Admin || u.Owner || u.Enterprise.Admin || u.Enterprise.Owner),
		guest: !ours || u.Deleted || u.Restricted || u.Single,
	}
	p.people.Put(key, one, p.now())
	return one, nil
}

// A channelInfo is what is believed of a channel.
type channelInfo struct {
	public bool
	known  bool // the bot can see that there is such a channel
}

// channelInfo asks what a channel is.
func (p *Platform) channelInfo(ctx context.Context, t bot.Tenant, channel string) (channelInfo, error) {
	key := t.String() + " " + channel
	if c, ok := p.channels.Get(key, p.now()); ok {
		return c, nil
	}
	var got struct {
		Channel struct {
			IsChannel bool `json:"is_channel"`
			IsPrivate bool `json:"is_private"`
			IsDirect  bool `json:"is_im"`
			IsGroup   bool `json:"is_mpim"`
		} `json:"channel"`
	}
	err := p.spaces.call(ctx, t, "conversations.info", url.Values{"channel": {channel}}, &got)
	var c channelInfo
	switch word := wordOf(err); {
	case err == nil:
		g := got.Channel
		c = channelInfo{known: true, public: g.IsChannel && !g.IsPrivate && !g.IsDirect && !g.IsGroup}
	case word == "channel_not_found" || word == "missing_scope" || word == "method_not_supported_for_channel_type":
	default:
		return c, err
	}
	p.channels.Put(key, c, p.now())
	return c, nil
}

// IsPublic implements [bot.Viewpoint].
func (p *Platform) IsPublic(ctx context.Context, t bot.Tenant, channel string) bool {
	c, err := p.channelInfo(ctx, t, channel)
	return err == nil && c.public
}

// CanSee implements [bot.Viewpoint]: everyone who is no guest can see a public
// channel, its members a private one.
func (p *Platform) CanSee(ctx context.Context, t bot.Tenant, who bot.Author, channel string) (bool, error) {
	c, err := p.channelInfo(ctx, t, channel)
	if err != nil || !c.known || who.ID == "" {
		return false, wrapSee(err)
	}
	if c.public {
		one, err := p.person(ctx, t, who.ID)
		if err != nil || !one.guest {
			return err == nil, wrapSee(err)
		}
	}
	key := t.String() + " " + channel + " " + who.ID
	if in, ok := p.members.Get(key, p.now()); ok {
		return in, nil
	}
	in, err := p.member(ctx, t, channel, who.ID)
	switch wordOf(err) {
	case "":
	case "channel_not_found", "missing_scope", "fetch_members_failed", "not_in_channel":
		in, err = false, nil
	}
	if err != nil {
		return false, wrapSee(err)
	}
	p.members.Put(key, in, p.now())
	return in, nil
}

func wrapSee(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("who can see a channel: %w", repeatableError(err))
}

// member reports whether a person is among the members of a channel.
func (p *Platform) member(ctx context.Context, t bot.Tenant, channel, person string) (bool, error) {
	args := url.Values{"channel": {channel}, "limit": {strconv.Itoa(1000)}}
	for range membersPages {
		var got struct {
			Members  []string `json:"members"`
			Metadata struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := p.spaces.call(ctx, t, "conversations.members", args, &got); err != nil {
			return false, err
		}
		if slices.Contains(got.Members, person) {
			return true, nil
		}
		if got.Metadata.Cursor == "" {
			return false, nil
		}
		args.Set("cursor", got.Metadata.Cursor)
	}
	return false, nil
}

// permalinks gives the addresses of messages in a tenant; nil when r links to
// none, or they are not known.
func (p *Platform) permalinks(ctx context.Context, t bot.Tenant, r *bot.Reply) permalinker {
	wanted := func(l bot.Link) bool { return l.URL == "" && l.Channel != "" && l.Message != "" }
	if !slices.ContainsFunc(r.Sections, func(s bot.Section) bool { return slices.ContainsFunc(s.Links, wanted) }) && (r.Link == nil || !wanted(*r.Link)) {
		return nil
	}
	base, ok := p.addresses.Get(t.String(), p.now())
	if !ok {
		var got struct {
			URL string `json:"url"`
		}
		if err := p.spaces.call(ctx, t, "auth.test", nil, &got); err != nil {
			return nil // the reply is of use without
		}
		u, err := url.Parse(got.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil
		}
		base = strings.TrimRight(got.URL, "/")
		p.addresses.Put(t.String(), base, p.now())
	}
	return func(channel, message string) string {
		if !idLike(channel) || micros(message) == 0 {
			return ""
		}
		return base + "/archives/" + channel + "/p" + strings.ReplaceAll(message, ".", "")
	}
}
