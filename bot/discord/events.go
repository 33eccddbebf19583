package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"authfix/bot"
)

const (
	// maxPayload bounds an event of a message. Discord's own are far shorter.
	maxPayload = 1 << 20
	// hearWithin bounds one attempt to have an event decided.
	hearWithin = 30 * time.Second
	// maxBulk bounds the messages that one event tells to be deleted; Discord's own
	// bound is 100.
	maxBulk = 200
)

// An event is one that the gateway dispatched.
// https://docs.discord.com/developers/events/gateway-events#receive-events
type event struct {
	kind     string // such as MESSAGE_CREATE
	data     json.RawMessage
	received time.Time // by the machine's clock
	at       time.Time // the same by the platform's
	size     int       // of the frame
	guild    string    // of a message that was read back, which does not name it
	broken   error     // why it cannot be read
}

// heard are the kinds of events that are decided about. Others only tell how the
// world is.
func (e *event) heard() bool {
	switch e.kind {
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "INTERACTION_CREATE", "GUILD_DELETE", "THREAD_DELETE":
		return true
	}
	return e.broken != nil
}

// hear has an event decided, and reports whether it is: else it is to be tried
// again. It runs while the caller holds the ear.
func (p *Platform) hear(ctx context.Context, accept bot.Accepter, e event) (acked bool) {
	if e.kind == "INTERACTION_CREATE" && e.broken == nil {
		// Who used it is told what became of it, and Discord does not deliver it again.
		if err := p.interacted(ctx, accept, e.data, e.received); err != nil {
			p.log.Warn("an interaction was not decided", "err", err)
		}
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, hearWithin)
	defer cancel()
	if e.kind == "GUILD_DELETE" && e.broken == nil {
		return p.guildGone(ctx, e)
	}
	all, err := p.safelyReadEvent(ctx, e)
	if err != nil {
		var later *laterError
		if errors.As(err, &later) {
			p.log.Warn("where a message stands cannot be told yet", "type", e.kind, "err", later.cause)
			return false
		}
		return p.broken(ctx, accept, e, err)
	}
	for _, m := range all {
		if _, err := accept(ctx, m); err != nil {
			p.log.Warn("a message is not decided", "type", e.kind, "delivery", m.Delivery, "err", err)
			return false
		}
	}
	return true
}

// A laterError says that Discord could not be asked for what is needed to read an
// event.
type laterError struct{ cause error }

func (e *laterError) Error() string { return e.cause.Error() }
func (e *laterError) Unwrap() error { return e.cause }

// safelyReadEvent reads an event. What cannot be read must not end the program,
// whatever it is.
func (p *Platform) safelyReadEvent(ctx context.Context, e event) (all []bot.Message, err error) {
	defer func() {
		if recover() != nil {
			all, err = nil, errors.New("it cannot be read")
			p.log.Error("panic while reading an event", "type", e.kind, "stack", string(debug.Stack()))
		}
	}()
	if e.broken != nil {
		return nil, e.broken
	}
	return p.readEvent(ctx, e)
}

// readEvent returns the messages that an event is.
func (p *Platform) readEvent(ctx context.Context, e event) ([]bot.Message, error) {
	if len(e.data) > maxPayload {
		return nil, errors.New("it has more than 1 MiB")
	}
	var m wireMessage
	switch e.kind {
	case "MESSAGE_CREATE":
		if err := bot.Decode(e.data, &m); err != nil {
			return nil, err
		}
		m.inGuild(e.guild)
		return one(p.said(ctx, &m))
	case "MESSAGE_UPDATE":
		if err := bot.Decode(e.data, &m); err != nil {
			return nil, err
		}
		m.inGuild(e.guild)
		return one(p.edited(ctx, &m))
	case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		var d struct {
			ID      string   `json:"id"`
			IDs     []string `json:"ids"`
			Channel string   `json:"channel_id"`
			Guild   string   `json:"guild_id"`
		}
		if err := bot.Decode(e.data, &d); err != nil {
			return nil, err
		}
		ids := d.IDs
		if d.ID != "" {
			ids = append(ids, d.ID)
		}
		var all []bot.Message
		for _, id := range ids[:min(len(ids), maxBulk)] {
			m, err := p.deleted(ctx, d.Guild, d.Channel, id, e.at)
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
		return all, nil
	case "THREAD_DELETE":
		return p.threadDeleted(e)
	}
	return nil, nil
}

// inGuild says in which guild a message is that does not say it.
func (m *wireMessage) inGuild(guild string) {
	if m.Guild == "" {
		m.Guild = guild
	}
}

func one(m *bot.Message, err error) ([]bot.Message, error) {
	if m == nil || err != nil {
		return nil, err
	}
	return []bot.Message{*m}, nil
}

// The types of messages that someone wrote; all others are the system's.
// https://docs.discord.com/developers/resources/message#message-object-message-types
const (
	messageDefault     = 0
	messageReply       = 19
	messageCommand     = 20 // the answer to a command
	messageContextMenu = 23 // the answer to a command in the menu of a message or person
)

// said is a new message, nil when it is none for the desk.
func (p *Platform) said(ctx context.Context, m *wireMessage) (*bot.Message, error) {
	r, err := p.message(ctx, m)
	if r == nil || err != nil {
		return nil, err
	}
	r.Kind, r.Delivery, r.Sent = bot.Said, m.ID, timeOf(m.ID)
	return r, nil
}

// edited is a change of a message. Discord also tells of changes that nobody
// made, as when the preview of a link is there: those have no time of an edit.
func (p *Platform) edited(ctx context.Context, m *wireMessage) (*bot.Message, error) {
	if !idLike(m.ID) || !idLike(m.Channel) {
		return nil, errors.New("it names no channel or no message")
	}
	at := micros(m.Edited)
	if at > 0 && m.Author.ID == "" { // only what has changed was told
		whole, err := p.fetchMessage(ctx, m)
		if whole == nil || err != nil {
			return nil, err
		}
		m, at = whole, micros(whole.Edited)
	}
	if at == 0 {
		return nil, nil
	}
	r, err := p.message(ctx, m)
	if r == nil || err != nil {
		return nil, err
	}
	r.Kind, r.Revision, r.Sent = bot.Edited, at, time.UnixMicro(at)
	r.Delivery = m.ID + ":" + strconv.FormatInt(at, 10)
	return r, nil
}

// fetchMessage asks for all of a message of which a part is known. It is nil when
// Discord does not show it.
func (p *Platform) fetchMessage(ctx context.Context, part *wireMessage) (*wireMessage, error) {
	var data json.RawMessage
	err := p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}/messages/{}", path: "/channels/" + part.Channel + "/messages/" + part.ID, into: &data, wait: true})
	if status := statusOf(err); status == http.StatusForbidden || status == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, &laterError{err}
	}
	var m wireMessage
	if err := bot.Decode(data, &m); err != nil {
		return nil, err
	}
	m.inGuild(part.Guild)
	return &m, nil
}

// deleted is that a message was taken back. Whose it was Discord does not say.
func (p *Platform) deleted(ctx context.Context, guild, channel, id string, at time.Time) (bot.Message, error) {
	if !idLike(channel) || !idLike(id) || guild != "" && !idLike(guild) {
		return bot.Message{}, errors.New("it names no channel or no message")
	}
	s, err := p.spotOf(ctx, guild, channel, id)
	if err != nil {
		return bot.Message{}, &laterError{err}
	}
	return bot.Message{Tenant: bot.Tenant{Platform: Name, Workspace: guild}, Delivery: id + ":deleted", Kind: bot.Deleted, Channel: s.channel, Place: s.place,
		Thread: s.thread, Key: id, Revision: max(at.UnixMicro(), 1), Asked: s.place == bot.Direct, Sent: at}, nil
}

// threadDeleted is that a thread is gone with all that was said in it: with that
// of a forum its opening post. The message that another thread began with stays.
func (p *Platform) threadDeleted(e event) ([]bot.Message, error) {
	var c wireChannel
	if err := bot.Decode(e.data, &c); err != nil {
		return nil, err
	}
	if !idLike(c.ID) || !idLike(c.Guild) || !idLike(c.Parent) {
		return nil, errors.New("it names no thread, no channel or no guild")
	}
	parent, _, _ := p.world.place(c.Parent)
	if parent.Type != channelForum && parent.Type != channelMedia {
		return nil, nil
	}
	return []bot.Message{{Tenant: bot.Tenant{Platform: Name, Workspace: c.Guild}, Delivery: c.ID + ":deleted", Kind: bot.Deleted, Channel: c.Parent, Place: bot.Private,
		Key: c.ID, Revision: max(e.at.UnixMicro(), 1), Sent: e.at}}, nil
}

// message is what a person or another program wrote. It is nil for what the bot
// itself wrote, what the system did, and what the bot may not read.
func (p *Platform) message(ctx context.Context, m *wireMessage) (*bot.Message, error) {
	if !idLike(m.ID) || !idLike(m.Channel) || m.Guild != "" && !idLike(m.Guild) {
		return nil, errors.New("it names no channel or no message")
	}
	if !idLike(m.Author.ID) {
		return nil, errors.New("it names no author")
	}
	switch m.Type {
	case messageDefault, messageReply, messageCommand, messageContextMenu:
	default:
		return nil, nil
	}
	self := p.gate.self()
	if m.Author.ID == self || m.Application != "" && m.Application == p.config.Application() {
		return nil, nil
	}
	r := &bot.Message{Tenant: bot.Tenant{Platform: Name, Workspace: m.Guild}, Key: m.ID, Author: bot.Author{ID: m.Author.ID, Bot: m.byProgram()}}
	text, mentioned := p.messageText(m)
	r.Text, r.Files = text, p.messageFiles(m)
	r.Asked = mentioned || m.Guild == ""
	if r.Text == "" && len(r.Files) == 0 && !r.Asked && p.gate.contentless.Load() {
		return nil, nil // without the intent everything is empty that is not for the bot
	}
	s, err := p.spotOf(ctx, m.Guild, m.Channel, m.ID)
	if err != nil {
		return nil, &laterError{err}
	}
	r.Channel, r.Thread, r.Place = s.channel, s.thread, s.place
	r.Text = titled(s.title, r.Text)
	if r.Thread == "" && !s.forum && s.place != bot.Direct {
		r.Thread = m.answered(self)
	}
	return r, nil
}

// titled is the text of an opening post under its title, in which people put the
// error as often as in the text.
func titled(title, text string) string {
	if title == "" || strings.HasPrefix(text, title) {
		return text
	}
	return strings.TrimSpace(title + "\n" + text)
}

// answered is the message which the bot has answered with the one that m replies
// to, or "": where no thread can be made, replies stand for it.
func (m *wireMessage) answered(self string) string {
	if m.Type != messageReply || m.Referenced == nil || self == "" || m.Referenced.Author.ID != self || m.Referenced.Channel != m.Channel {
		return ""
	}
	if to := m.Referenced.Reference; to != nil && to.Type == 0 && idLike(to.Message) && (to.Channel == "" || to.Channel == m.Channel) {
		return to.Message
	}
	return ""
}

// guildGone is that the bot was removed from a guild, unless the guild is only
// out of reach.
func (p *Platform) guildGone(ctx context.Context, e event) bool {
	var g wireGuild
	if bot.Decode(e.data, &g) != nil || !idLike(g.ID) {
		p.log.Error("an event cannot be read", "type", e.kind, "size", e.size)
		return true
	}
	if g.Unavailable {
		return true
	}
	return p.removed(ctx, bot.Tenant{Platform: Name, Workspace: g.ID})
}

// removed tells that the bot is no longer in a guild.
func (p *Platform) removed(ctx context.Context, t bot.Tenant) bool {
	p.guilds.Drop(t.Workspace)
	if p.deps.Removed == nil {
		return true
	}
	if err := p.deps.Removed(ctx, t); err != nil {
		p.log.Warn("that the bot was removed from a guild is not written down", "workspace", t.Workspace, "err", err)
		return false
	}
	p.log.Info("the bot was removed from a guild", "workspace", t.Workspace)
	return true
}

// broken has an event recorded that cannot be read: nothing of its content is
// kept.
func (p *Platform) broken(ctx context.Context, accept bot.Accepter, e event, why error) bool {
	m := bot.Message{Kind: bot.Broken, Tenant: bot.Tenant{Platform: Name}, Delivery: brokenID(e.data), Type: shortName(e.kind), Size: int64(max(e.size, len(e.data))), Error: why.Error()}
	p.log.Error("an event cannot be read", "type", m.Type, "size", m.Size, "delivery", m.Delivery, "err", why)
	_, err := accept(ctx, m)
	return err == nil
}

// idAtHead finds the id of a message in what may be no JSON.
var idAtHead = regexp.MustCompile(`^\s*\{\s*"id"\s*:\s*"([0-9]{1,20})"`)

// brokenID is a key of an event that cannot be read; it is not that of the
// message, which may be delivered whole later.
func brokenID(data []byte) string {
	if found := idAtHead.FindSubmatch(data); found != nil {
		return "broken:" + string(found[1])
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
