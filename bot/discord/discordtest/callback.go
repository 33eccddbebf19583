package discordtest

import (
	"fmt"
	"net/http"
	"time"
)

// callback is POST /interactions/{interaction}/{token}/callback.
func (c *call) callback() (any, error) {
	s := c.s
	in := s.interactions[c.r.PathValue("interaction")]
	if in == nil || in.token != c.r.PathValue("token") {
		return nil, refuse(http.StatusNotFound, 10062, "Unknown interaction")
	}
	if err := s.respond(in, c.Route, c.body, c.files); err != nil {
		return nil, err
	}
	if in.original != nil {
		c.Message = in.original.ID
	}
	if c.r.URL.Query().Get("with_response") == "true" {
		o := object{"interaction": object{"id": in.id, "type": in.kind, "activity_instance_id": nil}}
		if in.original != nil {
			o["resource"] = object{"type": in.answer, "message": s.messageObject(in.original)}
		}
		return o, nil
	}
	return nil, nil
}

// respond takes the first answer to an interaction. The caller holds the lock.
func (s *Server) respond(in *interaction, where string, p object, files map[int]File) error {
	if in.acked {
		return refuse(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	}
	if time.Since(in.born) > s.opts.AckWithin {
		return refuse(http.StatusNotFound, 10062, "Unknown interaction")
	}
	f := &form{}
	f.only("", p, "type", "data")
	kind := integer(p["type"])
	data, _ := p["data"].(object)
	if data == nil {
		data = object{}
	}
	bad := func() error {
		f.add("type", "BASE_TYPE_CHOICES", fmt.Sprintf("The type %d does not answer an interaction of type %d.", kind, in.kind))
		s.core.Violate(RuleAnswer, where, fmt.Sprintf("the type %d to an interaction of type %d", kind, in.kind))
		return f.err()
	}
	auto := in.kind == interactionAutocomplete
	switch kind {
	case answerMessage, answerDefer:
		if auto {
			return bad()
		}
	case answerDeferUpdate, answerUpdate:
		if in.message == nil || auto || in.kind == interactionCommand {
			return bad()
		}
	case answerChoices:
		if !auto {
			return bad()
		}
	case answerModal:
		if in.kind != interactionCommand && in.kind != interactionComponent {
			return bad()
		}
	default:
		return bad()
	}
	if err := f.err(); err != nil {
		return err
	}
	if err := s.answerWith(in, where, kind, data, files); err != nil {
		return err
	}
	in.acked, in.answer = true, kind
	close(in.done)
	s.core.Change()
	return nil
}

func (s *Server) answerWith(in *interaction, where string, kind int, data object, files map[int]File) error {
	switch kind {
	case answerMessage:
		d, err := s.draft(where, data, files, true)
		if err != nil {
			return err
		}
		if d.empty() {
			return refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
		}
		in.original = s.sayAnswer(in, where, d)
	case answerDefer:
		flags := integer(data["flags"])
		if flags&^flagEphemeral != 0 {
			f := &form{}
			f.add("data.flags", "BASE_TYPE_BAD", "Only EPHEMERAL is valid in a deferred answer.")
			return f.err()
		}
		m := s.newAnswer(in, where, flags|flagLoading)
		m.Loading = true
		s.put(m)
		in.original = m
		if !m.Ephemeral {
			s.messageEvent("MESSAGE_CREATE", m, s.messageObject(m))
		}
	case answerDeferUpdate:
		in.original = in.message
	case answerUpdate:
		d, err := s.draft(where, data, files, true)
		if err != nil {
			return err
		}
		if err := s.amend(where, in.message, d); err != nil {
			return err
		}
		in.original = in.message
		s.updated(in.message)
	case answerChoices:
		f := &form{}
		choices := f.objects("data.choices", data["choices"])
		f.over("data.choices", "autocomplete.choices", len(choices))
		in.choices = nil
		for i, c := range choices {
			p := fmt.Sprintf("data.choices.%d.", i)
			f.only(p, c, "name", "name_localizations", "value")
			n := f.text(p, c, "name", "autocomplete.name", true)
			v := toText(c["value"])
			if _, ok := c["value"].(string); ok {
				f.text(p, c, "value", "autocomplete.value", true)
			}
			in.choices = append(in.choices, Option{n, v})
		}
		if err := f.err(); err != nil {
			in.choices = nil
			return err
		}
	case answerModal:
		f := &form{}
		f.modal(data)
		if err := f.err(); err != nil {
			return err
		}
		in.modal = &Modal{ID: text(data["custom_id"]), Title: text(data["title"]), JSON: clone(data), User: in.user, channel: in.channel, message: in.message}
		s.modals[in.user] = in.modal
	}
	return nil
}

// newAnswer makes an empty message that answers an interaction.
func (s *Server) newAnswer(in *interaction, where string, flags int) *Message {
	ch := s.channels[in.channel]
	m := &Message{ID: s.id(), Guild: in.guild, Channel: in.channel, User: Bot, Flags: flags, Via: where, At: s.core.Wall(), interaction: in}
	if ch.isThread() {
		m.Parent = ch.Parent
	}
	switch {
	case in.kind == interactionCommand && in.command == chatCommand:
		m.Type = 20
	case in.kind == interactionCommand:
		m.Type = 23
	}
	if flags&flagEphemeral != 0 {
		m.Ephemeral, m.To = true, in.user
	}
	return m
}

// sayAnswer makes a message of a draft that answers an interaction.
func (s *Server) sayAnswer(in *interaction, where string, d *draft) *Message {
	m := s.newAnswer(in, where, d.flags)
	s.fill(where, m, d)
	s.put(m)
	if !m.Ephemeral {
		s.messageEvent("MESSAGE_CREATE", m, s.messageObject(m))
	}
	return m
}

// updated tells of a change, of what everyone sees.
func (s *Server) updated(m *Message) {
	if !m.Ephemeral {
		s.messageEvent("MESSAGE_UPDATE", m, s.messageObject(m))
	}
}
