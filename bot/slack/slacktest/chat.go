package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"authfix/bot/fake"
)

// channel finds the channel that the call names, as far as its token may see it.
func (c *call) channel(arg string) (*Channel, error) {
	s, in := c.s, c.tok.install
	id := c.Args[arg]
	if id == "" {
		return nil, refuse("channel_not_found")
	}
	if u := s.users[id]; u != nil && !u.Bot && s.covers(in, u.Team) && strings.HasPrefix(c.Method, "chat.") { // a person: their direct message
		if u.Deleted {
			return nil, refuse("channel_not_found")
		}
		return s.direct(in, u), nil
	}
	ch := s.channels[id]
	switch {
	case ch == nil, !s.covers(in, ch.Team) && !(ch.Connect && ch.has(in.Bot)),
		ch.Kind != PublicChannel && !ch.has(in.Bot):
		return nil, refuse("channel_not_found")
	}
	return ch, nil
}

// writable is channel, where the bot may post.
func (c *call) writable() (*Channel, error) {
	ch, err := c.channel("channel")
	switch {
	case err != nil:
		return nil, err
	case ch.Archived:
		return nil, refuse("is_archived")
	case !ch.has(c.tok.install.Bot) && !slices.Contains(c.tok.install.Scopes, "chat:write.public"):
		return nil, refuse("not_in_channel")
	case ch.Kind == DirectMessage:
		if u := c.s.users[ch.partner(c.tok.install.Bot)]; u != nil && u.Deleted {
			return nil, refuse("channel_not_found")
		}
	}
	return ch, nil
}

// content makes a message of the call's arguments.
func (c *call) content() (*Message, error) {
	if c.invalid != nil {
		return nil, c.invalid
	}
	if md := c.Args["markdown_text"]; md != "" {
		switch {
		case c.Args["text"] != "" || len(c.blocks) > 0:
			return nil, refuse("markdown_text_conflict")
		case fake.Length(md) > at("message.markdown_text"):
			return nil, refuse("msg_too_long")
		}
		c.Args["text"] = md
	}
	if c.Args["text"] == "" && len(c.blocks) == 0 && c.Args["attachments"] == "" {
		return nil, refuse("no_text")
	}
	m := &Message{Text: fake.Cut(c.Args["text"], at("message.text")), Blocks: c.s.name(c.blocks), Via: c.Method,
		Unfurls: !(c.off("unfurl_links") && c.off("unfurl_media"))}
	if c.tok != nil {
		m.User, m.BotID = c.tok.install.Bot, c.tok.install.BotID
	}
	if c.Args["metadata"] != "" {
		if c.decode("metadata", &m.Metadata) != nil || m.Metadata.EventType == "" || len(m.Metadata.Payload) == 0 || m.Metadata.Payload[0] != '{' {
			return nil, refuse("invalid_metadata_format")
		}
	}
	return m, nil
}

// name gives blocks and elements the ids that they lack.
func (s *Server) name(blocks []object) []object {
	for _, b := range blocks {
		if id, _ := b["block_id"].(string); id == "" || b["type"] == "markdown" {
			b["block_id"] = s.id("")
		}
	}
	return blocks
}

// thread checks thread_ts: it names a parent.
func (c *call) thread(ch *Channel) (string, error) {
	ts := c.Args["thread_ts"]
	if ts == "" {
		return "", nil
	}
	if whole, part, ok := strings.Cut(ts, "."); !ok || len(part) != 6 || strings.Trim(whole+part, "0123456789") != "" {
		return "", refuse("invalid_thread_ts")
	}
	if parent := c.s.byTS[place{ch.ID, ts}]; parent != nil && parent.Thread != "" {
		c.s.core.Violate(RuleThread, c.Method, "thread_ts "+ts+" is that of a reply in "+parent.Thread)
		return parent.Thread, nil
	}
	return ts, nil
}

func (c *call) postMessage() (map[string]any, error) {
	ch, err := c.writable()
	if err != nil {
		return nil, err
	}
	m, err := c.content()
	if err != nil {
		return nil, err
	}
	if err := c.s.paceChannel(ch); err != nil {
		return nil, err
	}
	if m.Thread, err = c.thread(ch); err != nil {
		return nil, err
	}
	if c.flag("reply_broadcast") && m.Thread != "" {
		m.Subtype = "thread_broadcast"
	}
	c.s.post(ch, m)
	c.TS = m.TS
	return map[string]any{"channel": ch.ID, "ts": m.TS, "message": c.s.show(m, true)}, nil
}

// post puts a message into a channel and tells the app of it.
func (s *Server) post(ch *Channel, m *Message) {
	m.Team, m.Channel, m.TS = ch.Team, ch.ID, s.ts()
	if m.Via != "" {
		s.posted++
	}
	s.add(m)
	s.emitMessage(ch, m)
}

func (c *call) postEphemeral() (map[string]any, error) {
	ch, err := c.writable()
	if err != nil {
		return nil, err
	}
	u := c.s.users[c.Args["user"]]
	switch {
	case u == nil || u.Deleted:
		return nil, refuse("user_not_found")
	case !ch.has(u.ID):
		return nil, refuse("user_not_in_channel")
	}
	m, err := c.content()
	if err != nil {
		return nil, err
	}
	if m.Thread, err = c.thread(ch); err != nil {
		return nil, err
	}
	m.Team, m.Channel, m.TS, m.Ephemeral, m.To = ch.Team, ch.ID, c.s.ts(), true, u.ID
	c.s.add(m)
	c.TS = m.TS
	return map[string]any{"message_ts": m.TS}, nil
}

// mine finds a message of this app that the call names.
func (c *call) mine(refusal string) (*Channel, *Message, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, nil, err
	}
	m := c.s.byTS[place{ch.ID, c.Args["ts"]}]
	switch {
	case m == nil || m.Deleted || m.Ephemeral:
		return nil, nil, refuse("message_not_found")
	case m.BotID != c.tok.install.BotID:
		return nil, nil, refuse(refusal)
	case ch.Archived:
		return nil, nil, refuse("is_archived")
	}
	return ch, m, nil
}

func (c *call) chatUpdate() (map[string]any, error) {
	ch, m, err := c.mine("cant_update_message")
	if err != nil {
		return nil, err
	}
	if fake.Length(c.Args["text"]) > at("update.text") {
		return nil, refuse("msg_too_long")
	}
	n, err := c.content()
	if err != nil {
		return nil, err
	}
	before := c.s.show(m, false)
	m.become(n.Text, n.Blocks, m.User, c.s.ts())
	if n.Metadata != nil {
		m.Metadata = n.Metadata
	}
	c.TS = m.TS
	c.s.emitChanged(ch, m, before)
	return map[string]any{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": c.s.show(m, true)}, nil
}

func (c *call) chatDelete() (map[string]any, error) {
	ch, m, err := c.mine("cant_delete_message")
	if err != nil {
		return nil, err
	}
	before := c.s.show(m, false)
	c.s.remove(m)
	c.TS = m.TS
	c.s.emitDeleted(ch, m, before)
	return map[string]any{"channel": ch.ID, "ts": m.TS}, nil
}

func (c *call) permalink() (map[string]any, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	m := c.s.byTS[place{ch.ID, c.Args["message_ts"]}]
	if m == nil || m.Deleted || m.Ephemeral {
		return nil, refuse("message_not_found")
	}
	link := fmt.Sprintf("https://%s.slack.com/archives/%s/p%s", c.s.domain(ch.Team), ch.ID, strings.Replace(m.TS, ".", "", 1))
	if m.Thread != "" {
		link += "?" + url.Values{"thread_ts": {m.Thread}, "cid": {ch.ID}}.Encode()
	}
	return map[string]any{"channel": ch.ID, "permalink": link}, nil
}

func (s *Server) domain(team string) string {
	if t := s.teams[team]; t != nil {
		return t.Domain
	}
	return ""
}

func (c *call) reactionsAdd() (map[string]any, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if err := c.required("name", "timestamp"); err != nil {
		return nil, err
	}
	m := c.s.byTS[place{ch.ID, c.Args["timestamp"]}]
	r := Reaction{strings.Trim(c.Args["name"], ":"), c.tok.install.Bot}
	switch {
	case m == nil || m.Deleted || m.Ephemeral:
		return nil, refuse("message_not_found")
	case !ch.has(r.User):
		return nil, refuse("not_in_channel")
	case strings.Trim(r.Name, "abcdefghijklmnopqrstuvwxyz0123456789_+-'") != "":
		return nil, refuse("invalid_name")
	case slices.Contains(m.Reactions, r):
		return nil, refuse("already_reacted")
	}
	m.Reactions = append(m.Reactions, r)
	return nil, nil
}

func (c *call) reactionsRemove() (map[string]any, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if err := c.required("name", "timestamp"); err != nil {
		return nil, err
	}
	m := c.s.byTS[place{ch.ID, c.Args["timestamp"]}]
	r := Reaction{strings.Trim(c.Args["name"], ":"), c.tok.install.Bot}
	switch {
	case m == nil || m.Deleted || m.Ephemeral:
		return nil, refuse("message_not_found")
	case !slices.Contains(m.Reactions, r):
		return nil, refuse("no_reaction")
	}
	m.Reactions = slices.DeleteFunc(m.Reactions, func(one Reaction) bool { return one == r })
	return nil, nil
}

// clone copies a JSON value.
func clone(v any) object {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("slacktest: " + err.Error())
	}
	var out object
	_ = json.Unmarshal(raw, &out)
	return out
}

// merge adds fields to an object.
func merge(o object, more object) object {
	maps.Copy(o, more)
	return o
}
