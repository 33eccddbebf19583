package discordtest

import (
	"net/http"
	"slices"
	"strings"
)

var archiveMinutes = []int{60, 1440, 4320, 10080}

// threadForm checks the name and time of a new thread.
func (c *call) threadForm(f *form) (name string, minutes int) {
	name = f.text("", c.body, "name", "thread.name", true)
	if m, ok := c.body["auto_archive_duration"]; ok {
		if minutes = integer(m); !slices.Contains(archiveMinutes, minutes) {
			f.add("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
		}
	}
	return name, minutes
}

// startFromMessage is POST /channels/{channel}/messages/{message}/threads. The
// thread has the message's id.
// https://docs.discord.com/developers/resources/channel#start-thread-from-message
func (c *call) startFromMessage() (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	if ch.Kind != TextChannel && ch.Kind != NewsChannel {
		return nil, refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	}
	if err := c.need(ch, CreatePublicThreads|ReadMessageHistory); err != nil {
		return nil, err
	}
	m, err := c.message(ch)
	if err != nil {
		return nil, err
	}
	f := &form{}
	name, minutes := c.threadForm(f)
	if err := f.err(); err != nil {
		return nil, err
	}
	if t := c.s.channels[m.ID]; t != nil {
		return nil, refuse(http.StatusBadRequest, 160004, "A thread has already been created for this message")
	}
	if m.Type != 0 && m.Type != 19 && m.Type != 20 && m.Type != 23 {
		return nil, refuse(http.StatusBadRequest, 50068, "Invalid message type")
	}
	t := c.s.threadFrom(m, name, Bot, minutes)
	c.s.markup(c.Route, name)
	c.ok, c.Message = http.StatusCreated, m.ID
	return c.s.channelObject(t), nil
}

// startThread is POST /channels/{channel}/threads: a thread without a message, or
// a post in a forum.
// https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
func (c *call) startThread() (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	f := &form{}
	name, minutes := c.threadForm(f)
	c.ok = http.StatusCreated
	if ch.isForum() {
		return c.startPost(f, ch, name, minutes)
	}
	kind := Kind(integer(c.body["type"]))
	if c.body["type"] == nil {
		kind = PrivateThread // the default, as documented
	}
	p := CreatePublicThreads
	if kind == PrivateThread {
		p = CreatePrivateThread
	}
	if ch.Kind != TextChannel && ch.Kind != NewsChannel {
		return nil, refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	}
	if err := c.need(ch, p); err != nil {
		return nil, err
	}
	if kind != PublicThread && kind != PrivateThread && kind != NewsThread {
		f.add("type", "BASE_TYPE_CHOICES", "Value must be one of (10, 11, 12).")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return c.s.channelObject(c.s.newThread(ch, c.s.id(), name, kind, Bot, nil, minutes)), nil
}

func (c *call) startPost(f *form, ch *Channel, name string, minutes int) (any, error) {
	s := c.s
	if err := c.need(ch, SendMessages); err != nil {
		return nil, err
	}
	tags, err := s.tags(f, ch, c.body["applied_tags"])
	if err != nil {
		return nil, err
	}
	p, _ := c.body["message"].(object)
	d, err := s.draft(c.Route, p, c.files, false)
	if err != nil {
		return nil, err
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if d.empty() {
		return nil, refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
	}
	id := s.id()
	t := s.newThread(ch, id, name, PublicThread, Bot, tags, minutes)
	m := &Message{ID: id, Guild: t.Guild, Channel: t.ID, Parent: t.Parent, User: Bot, Via: c.Route, Flags: d.flags, At: s.core.Wall()}
	s.fill(c.Route, m, d)
	s.put(m)
	s.messageEvent("MESSAGE_CREATE", m, s.messageObject(m))
	o := s.channelObject(t)
	o["message"] = s.messageObject(m)
	c.Message = id
	return o, nil
}

// tags checks the tags of a post.
func (s *Server) tags(f *form, forum *Channel, x any) ([]string, error) {
	all, _ := x.([]any)
	f.over("applied_tags", "thread.tags", len(all))
	var out []string
	for _, e := range all {
		id := toText(e)
		i := slices.IndexFunc(forum.Tags, func(t Tag) bool { return t.ID == id })
		switch {
		case i < 0:
			f.add("applied_tags", "CHANNEL_INVALID_TAG", "Invalid tag")
		case forum.Tags[i].Moderated && !s.may(Bot, forum).has(ManageThreads):
			return nil, refuse(http.StatusForbidden, 50013, "Missing Permissions")
		case !slices.Contains(out, id):
			out = append(out, id)
		}
	}
	if forum.RequireTag && len(out) == 0 {
		return nil, refuse(http.StatusBadRequest, 40067, "A tag is required to create a forum post in this channel")
	}
	return out, nil
}

// editChannel is PATCH /channels/{channel}, for threads.
// https://docs.discord.com/developers/resources/channel#modify-channel
func (c *call) editChannel() (any, error) {
	s := c.s
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	if !ch.isThread() {
		if err := c.need(ch, ManageChannels); err != nil {
			return nil, err
		}
		return nil, refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	}
	f := &form{}
	f.only("", c.body, "name", "archived", "auto_archive_duration", "locked", "invitable", "rate_limit_per_user", "flags", "applied_tags")
	manages, own := s.may(Bot, ch).has(ManageThreads), ch.Creator == Bot
	_, lock := c.body["locked"]
	archived, archive := c.body["archived"].(bool)
	onlyOpens := archive && !archived && len(c.body) == 1 && s.may(Bot, ch)&(SendMessages|SendInThreads) != 0
	switch {
	case manages:
	case lock, ch.Locked, !own && !onlyOpens:
		return nil, refuse(http.StatusForbidden, 50013, "Missing Permissions")
	}
	if ch.Archived && !(archive && !archived) {
		return nil, refuse(http.StatusBadRequest, 50083, "Thread is archived")
	}
	name := ch.Name
	if c.body["name"] != nil {
		name = f.text("", c.body, "name", "thread.name", true)
	}
	applied := ch.Applied
	if x, ok := c.body["applied_tags"]; ok {
		parent := s.channels[ch.Parent]
		if !parent.isForum() {
			return nil, refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
		}
		if applied, err = s.tags(f, parent, x); err != nil {
			return nil, err
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	ch.Name, ch.Applied = name, applied
	if archive {
		ch.Archived = archived
	}
	if lock {
		ch.Locked, _ = c.body["locked"].(bool)
	}
	s.threadUpdate(ch)
	return s.channelObject(ch), nil
}

// joinThread and leaveThread are PUT and DELETE of thread-members.
func (c *call) joinThread() (any, error) { return c.member(true) }

func (c *call) leaveThread() (any, error) { return c.member(false) }

func (c *call) member(in bool) (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	user := c.r.PathValue("user")
	if user == "@me" || user == "" {
		user = Bot
	}
	switch {
	case !ch.isThread():
		return nil, refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case ch.Archived:
		return nil, refuse(http.StatusBadRequest, 50083, "Thread is archived")
	}
	ch.Joined = slices.DeleteFunc(ch.Joined, func(u string) bool { return u == user })
	if in {
		ch.Joined = append(ch.Joined, user)
		if user == Bot { // a thread is told of again to who joins it
			c.s.emit("THREAD_CREATE", ch.Guild, intentGuilds, c.s.channelObject(ch))
		}
	}
	return nil, nil
}

// activeThreads is GET /guilds/{guild}/threads/active.
func (c *call) activeThreads() (any, error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	threads, members := []object{}, []object{}
	for _, t := range slices.Backward(c.s.channelsOf(g.ID)) { // the newest first
		if t.isThread() && !t.Archived && c.s.may(Bot, t).has(ViewChannel) {
			threads = append(threads, c.s.channelObject(t))
			if t.joined(Bot) {
				members = append(members, object{"id": t.ID, "user_id": Bot, "join_timestamp": stamp(t.created), "flags": 0})
			}
		}
	}
	return object{"threads": threads, "members": members}, nil
}

// syncThreads tells of the active threads of a channel that the bot may view now.
// https://docs.discord.com/developers/events/gateway-events#thread-list-sync
func (s *Server) syncThreads(ch *Channel) {
	threads := []object{}
	for _, t := range s.channelsOf(ch.Guild) {
		if t.isThread() && t.Parent == ch.ID && !t.Archived && s.may(Bot, t).has(ViewChannel) {
			threads = append(threads, s.channelObject(t))
		}
	}
	s.emit("THREAD_LIST_SYNC", ch.Guild, intentGuilds, object{"guild_id": ch.Guild, "channel_ids": []string{ch.ID}, "threads": threads, "members": []object{}})
}

// archivedThreads is GET /channels/{channel}/threads/archived/public.
func (c *call) archivedThreads() (any, error) {
	private, need := strings.HasSuffix(c.Route, "private"), ReadMessageHistory
	if private {
		need |= ManageThreads
	}
	ch, err := c.channel(need)
	if err != nil {
		return nil, err
	}
	threads := []object{}
	for _, t := range slices.Backward(c.s.channelsOf(ch.Guild)) {
		if t.isThread() && t.Archived && t.Parent == ch.ID && (t.Kind == PrivateThread) == private {
			threads = append(threads, c.s.channelObject(t))
		}
	}
	return object{"threads": threads, "members": []object{}, "has_more": false}, nil
}
