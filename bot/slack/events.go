package slack

import (
	"errors"
	"regexp"
	"slices"
	"time"

	"authfix/bot"
)

// A received is what a delivery turned out to be: a message for the desk, the
// end of an installation, or nothing that matters here.
type received struct {
	message *bot.Message
	removed *removal
	ignored string // why there is neither, in a word

	trigger string // with which a view can be opened, for three seconds
	form    bool   // what was filled in: its answer may hold errors
}

// A removal tells that the app was removed from a tenant.
type removal struct {
	tenant bot.Tenant
	at     time.Time
}

// Why a delivery is ignored.
const (
	ignoreOwn       = "own"       // what the bot itself said
	ignoreSubtype   = "subtype"   // joins, topics and the like
	ignoreUnchanged = "unchanged" // a change of something other than the text and the files
	ignoreType      = "type"      // an event that is not used, or not known
	ignoreLimited   = "limited"   // Slack tells that it drops events
)

// readEvent reads an event. who is asked for the bot in a tenant when the event
// does not name it.
func readEvent(data []byte, who func(bot.Tenant) Install) (received, error) {
	var b eventBody
	if err := bot.Decode(data, &b); err != nil {
		return received{}, err
	}
	switch b.Type {
	case "event_callback":
	case "app_rate_limited":
		return received{ignored: ignoreLimited}, nil
	case "":
		return received{}, errors.New("it has no type")
	default:
		return received{ignored: ignoreType}, nil
	}
	var other otherEvent
	if b.ID == "" || len(b.Event) == 0 || bot.Decode(b.Event, &other) != nil || other.Type == "" {
		return received{}, errors.New("it has no event_id or no event with a type")
	}
	switch other.Type {
	case "message", "app_mention", "app_home_opened", "app_uninstalled", "tokens_revoked":
	default:
		// Among others file_shared, of which the message with the file tells as well.
		return received{ignored: ignoreType}, nil
	}
	t, err := b.tenant()
	if err != nil {
		return received{}, err
	}
	at := timeOf(other.TS)
	if at.IsZero() && b.Time > 0 {
		at = time.Unix(b.Time, 0)
	}
	switch other.Type {
	case "app_uninstalled":
		return received{removed: &removal{t, at}}, nil
	case "tokens_revoked":
		if len(other.Tokens.Bot) == 0 {
			return received{ignored: ignoreType}, nil
		}
		return received{removed: &removal{t, at}}, nil
	case "app_home_opened":
		if other.Tab != "home" {
			return received{ignored: ignoreType}, nil
		}
		if !idLike(other.User) {
			return received{}, errors.New("it names no user")
		}
		return received{message: &bot.Message{Tenant: t, Delivery: deliveryKey(b.ID), Kind: bot.Opened, Place: bot.Direct, Asked: true, Author: bot.Author{ID: other.User}, Sent: at}}, nil
	}
	var m wireMessage
	if err := bot.Decode(b.Event, &m); err != nil {
		return received{}, err
	}
	self := b.self()
	if self == "" && who != nil {
		self = who(t).BotUser
	}
	r, err := m.received(self, b.App)
	if r.message != nil {
		r.message.Tenant, r.message.Delivery = t, deliveryKey(b.ID)
	}
	return r, err
}

// tenant is whose event it is. In a channel that is shared with another
// organisation team_id may be the other one's: the authorization counts.
func (b *eventBody) tenant() (bot.Tenant, error) {
	var a authorization
	if len(b.Authorizations) > 0 {
		a = b.Authorizations[0]
	}
	switch {
	case idLike(a.Team) && a.Team[0] != 'E':
		return tenantOf(a.Enterprise, a.Team)
	case idLike(a.Enterprise): // installed in all of an Enterprise Grid
		return tenantOf(a.Enterprise, firstTeam(b.ContextTeam, b.Team))
	case idLike(b.ContextTeam) || idLike(b.ContextEnterprise):
		return tenantOf(b.ContextEnterprise, firstTeam(b.ContextTeam))
	}
	return tenantOf(b.Enterprise, firstTeam(b.Team))
}

// self is the bot's own user as the event names it, or "".
func (b *eventBody) self() string {
	for _, a := range b.Authorizations {
		if a.Bot && idLike(a.User) {
			return a.User
		}
	}
	return ""
}

// tenantOf is the tenant of an Enterprise Grid, or "", and a workspace, or "".
func tenantOf(enterprise, team string) (bot.Tenant, error) {
	if !idLike(enterprise) {
		enterprise = ""
	}
	if !idLike(team) {
		team = ""
	}
	if enterprise == "" && team == "" {
		return bot.Tenant{}, errors.New("it names no workspace")
	}
	return bot.Tenant{Platform: Name, Enterprise: enterprise, Workspace: team}, nil
}

// firstTeam is the first that is a workspace: an installation in all of an
// Enterprise Grid may name that in its place.
func firstTeam(ids ...string) string {
	for _, id := range ids {
		if idLike(id) && id[0] != 'E' {
			return id
		}
	}
	return ""
}

// idShape is what Slack's ids look like.
var idShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func idLike(id string) bool { return idShape.MatchString(id) }

// received is what a message event says; tenant and delivery are missing from
// its message. self is the bot's user and app the app, "" when unknown.
func (m *wireMessage) received(self, app string) (received, error) {
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message":
		if m.Hidden {
			return received{ignored: ignoreSubtype}, nil
		}
		return m.said(self, app)
	case "message_changed":
		return m.changed(self, app)
	case "message_deleted":
		old := m.Previous
		if old == nil {
			old = &wireMessage{}
		}
		key := m.DeletedTS
		if key == "" {
			key = old.TS
		}
		return m.deleted(old, key, self, app)
	}
	return received{ignored: ignoreSubtype}, nil
}

// said is a new message, or a mention that an edit has brought into one.
func (m *wireMessage) said(self, app string) (received, error) {
	if m.own(self, app) {
		return received{ignored: ignoreOwn}, nil
	}
	r, err := m.message(m, m.TS, self, app)
	if err != nil {
		return received{}, err
	}
	r.Kind, r.Sent = bot.Said, timeOf(m.TS)
	if m.Edited != nil && micros(m.Edited.TS) > 0 {
		r.Kind, r.Revision, r.Sent = bot.Edited, micros(m.Edited.TS), timeOf(m.Edited.TS)
	}
	r.fill(m, self)
	return received{message: &r.Message}, nil
}

// changed is a change of a message. Slack also tells of changes that nobody
// made, as when a link is unfurled.
func (m *wireMessage) changed(self, app string) (received, error) {
	now, old := m.Message, m.Previous
	if now == nil {
		return received{}, errors.New("a change without the message")
	}
	if now.own(self, app) {
		return received{ignored: ignoreOwn}, nil
	}
	switch now.Subtype {
	case "", "file_share", "thread_broadcast", "me_message":
	case "tombstone": // deleted, while its thread stays
		if old == nil {
			old = now
		}
		return m.deleted(old, now.TS, self, app)
	default:
		return received{ignored: ignoreSubtype}, nil
	}
	sameText := old != nil && old.Text == now.Text
	if sameText && slices.Equal(fileIDs(old.Files), fileIDs(now.Files)) || old == nil && now.Edited == nil {
		return received{ignored: ignoreUnchanged}, nil
	}
	r, err := m.message(now, now.TS, self, app)
	if err != nil {
		return received{}, err
	}
	r.Kind, r.Revision = bot.Edited, m.revision(now, sameText)
	r.Sent = time.UnixMicro(r.Revision)
	r.fill(now, self)
	return received{message: &r.Message}, nil
}

// revision is the time of a change in microseconds. Slack writes edited.ts in
// whole seconds; event_ts tells two edits of one second apart. A file that was
// taken away is no edit to Slack.
func (m *wireMessage) revision(now *wireMessage, sameText bool) int64 {
	event := max(micros(m.EventTS), 1)
	if now.Edited == nil || sameText {
		return event
	}
	edited := micros(now.Edited.TS)
	if edited == 0 || edited%1e6 == 0 && event > edited && event < edited+2e6 {
		return event
	}
	return edited
}

// deleted is that a message was taken back.
func (m *wireMessage) deleted(old *wireMessage, key, self, app string) (received, error) {
	if old.own(self, app) {
		return received{ignored: ignoreOwn}, nil
	}
	r, err := m.message(old, key, self, app)
	if err != nil {
		return received{}, err
	}
	r.Kind, r.Revision = bot.Deleted, max(micros(m.EventTS), 1)
	r.Sent = time.UnixMicro(r.Revision)
	return received{message: &r.Message}, nil
}

// own reports whether the bot itself wrote a message.
func (m *wireMessage) own(self, app string) bool {
	return self != "" && m.User == self || app != "" && m.App == app
}

// A draft is a message while it is filled in.
type draft struct{ bot.Message }

// message begins a message: that of key in the channel of the event m, whose
// author and thread body tells.
func (m *wireMessage) message(body *wireMessage, key, self, app string) (draft, error) {
	if !idLike(m.Channel) || micros(key) == 0 {
		return draft{}, errors.New("it names no channel or no message")
	}
	d := draft{bot.Message{Channel: m.Channel, Key: key, Place: channelPlace(m.ChannelType, m.Channel)}}
	if micros(body.ThreadTS) > 0 && body.ThreadTS != key {
		d.Thread = body.ThreadTS
	}
	d.Author = bot.Author{ID: body.User, Bot: body.Bot != "" || body.User == slackbot}
	if d.Author.ID == "" {
		d.Author.ID = body.Bot
	}
	if d.Author.ID == "" {
		d.Author.ID = m.User
	}
	d.Asked = m.Type == "app_mention" || d.Place == bot.Direct
	return d, nil
}

// fill sets what was written.
func (d *draft) fill(body *wireMessage, self string) {
	var mentioned bool
	d.Text, mentioned = typedText(body.Text, body.Blocks, body.Attachments, self)
	d.Files = body.files()
	d.Asked = d.Asked || mentioned
}

// slackbot is Slack's own helper, which has no bot_id.
const slackbot = "USLACKBOT"

// channelPlace is the kind of a channel by the channel_type of an event. Mentions
// have none: they come from channels, which may be private.
func channelPlace(channelType, channel string) bot.Place {
	switch {
	case channelType == "im", channelType == "app_home", channelType == "" && channel[0] == 'D':
		return bot.Direct
	case channelType == "channel":
		return bot.Public
	}
	return bot.Private
}

// maxFiles bounds the files of a message; Slack's own bound is 10.
const maxFiles = 20

// files are what is attached. One that is deleted, or hidden in a workspace that
// does not pay, has nothing to be fetched.
func (m *wireMessage) files() []bot.File {
	var all []bot.File
	for _, f := range m.Files {
		if !idLike(f.ID) || f.Mode == "tombstone" || f.Mode == "hidden_by_limit" || len(all) == maxFiles {
			continue
		}
		all = append(all, bot.File{ID: f.ID, Name: f.Name, Size: f.Size, Type: f.Type})
	}
	return all
}

func fileIDs(all []wireFile) []string {
	var ids []string
	for _, f := range all {
		if f.Mode != "tombstone" {
			ids = append(ids, f.ID)
		}
	}
	return ids
}
