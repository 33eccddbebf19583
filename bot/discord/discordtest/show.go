package discordtest

import (
	"encoding/json"
	"maps"
	"slices"
)

// clone copies a JSON value, so that nobody changes what another holds.
func clone[T any](x T) T {
	raw, err := json.Marshal(x)
	if err != nil {
		panic("discordtest: " + err.Error())
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		panic("discordtest: " + err.Error())
	}
	return out
}

// messageObject is a message as the API shows it. The caller holds the lock.
func (s *Server) messageObject(m *Message) object {
	o := object{"id": m.ID, "channel_id": m.Channel, "author": userObject(s.users[m.User]), "content": m.Text, "timestamp": stamp(m.At),
		"edited_timestamp": nil, "tts": false, "mention_everyone": slices.Contains(m.Pings, "@everyone"), "mentions": []object{},
		"mention_roles": []string{}, "attachments": []object{}, "embeds": []object{}, "components": []object{}, "pinned": false,
		"type": m.Type, "flags": m.Flags}
	if !m.Edited.IsZero() {
		o["edited_timestamp"] = stamp(m.Edited)
	}
	if m.Nonce != "" {
		o["nonce"] = m.Nonce
	}
	mentions := []object{}
	for _, id := range m.Mentions {
		if u := s.users[id]; u != nil {
			mentions = append(mentions, userObject(u))
		}
	}
	o["mentions"] = mentions
	if len(m.Embeds) > 0 {
		o["embeds"] = m.Embeds
	}
	if len(m.Components) > 0 {
		o["components"] = m.Components
	}
	if len(m.Files) > 0 {
		var files []object
		for i := range m.Files {
			files = append(files, s.fileObject(&m.Files[i]))
		}
		o["attachments"] = files
	}
	if m.ReplyTo != "" {
		ref := object{"type": 0, "message_id": m.ReplyTo, "channel_id": m.Channel}
		if m.Type == 21 {
			ref["channel_id"] = m.Parent
		}
		if m.Guild != "" {
			ref["guild_id"] = m.Guild
		}
		o["message_reference"], o["referenced_message"] = ref, nil
		if r := s.byID[m.ReplyTo]; r != nil && !r.Deleted {
			short := *r
			short.ReplyTo = ""
			o["referenced_message"] = s.messageObject(&short)
		}
	}
	if t := s.channels[m.thread]; t != nil && !t.Deleted {
		o["thread"] = s.channelObject(t)
	}
	if m.User == Bot {
		o["application_id"] = App
	}
	if in := m.interaction; in != nil {
		o["webhook_id"] = App
		o["interaction_metadata"] = object{"id": in.id, "type": in.kind, "user": userObject(s.users[in.user]), "authorizing_integration_owners": object{}}
	}
	maps.Copy(o, m.Raw)
	return o
}

// bare takes away what an app without MESSAGE_CONTENT does not see.
// https://docs.discord.com/developers/events/gateway#message-content-intent
func (s *Server) bare(m *Message, o object) object {
	if m.User == Bot || m.Guild == "" || slices.Contains(m.Mentions, Bot) {
		return o
	}
	o = maps.Clone(o)
	if _, ok := o["content"]; ok {
		o["content"] = ""
	}
	for _, k := range []string{"embeds", "attachments", "components"} {
		if _, ok := o[k]; ok {
			o[k] = []object{}
		}
	}
	delete(o, "poll")
	if r, ok := o["referenced_message"].(object); ok {
		if rm := s.byID[text(r["id"])]; rm != nil {
			o["referenced_message"] = s.bare(rm, r)
		}
	}
	return o
}
