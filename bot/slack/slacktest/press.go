package slacktest

import (
	"fmt"
	"slices"
)

// Click has user press a button of a message or view: of ts, or of a view by its
// id. What is its label or action_id.
func (s *Server) Click(user, ts, what string) Result {
	return s.act(user, ts, what, "")
}

// Choose has user choose, in a select, menu or group of radio buttons with this
// action_id, the option with a label or value.
func (s *Server) Choose(user, ts, actionID, option string) Result {
	return s.act(user, ts, actionID, option)
}

func (s *Server) act(user, where, what, option string) Result {
	s.mu.Lock()
	m, v := s.at(where)
	u, in := s.person(user, s.channelOf(m))
	var blocks []object
	switch {
	case v != nil && !v.Closed && v.User == user:
		blocks = v.Blocks
	case m != nil && !m.Deleted && (!m.Ephemeral || m.To == user) && s.channels[m.Channel].has(user):
		blocks = m.Blocks
	default:
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("%s sees no message or view %s", user, where)}
	}
	el, block := find(blocks, what)
	if el == nil {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("nothing to press is called %q", what)}
	}
	action := object{"action_id": el["action_id"], "block_id": block, "type": el["type"], "action_ts": s.ts()}
	for _, k := range []string{"text", "value", "style"} {
		if el[k] != nil {
			action[k] = el[k]
		}
	}
	if option != "" {
		o := pick(el, option)
		if o == nil {
			s.mu.Unlock()
			return Result{Err: fmt.Errorf("%s has no option %q", what, option)}
		}
		action["selected_option"] = o
	}
	channel := ""
	if m != nil {
		channel = m.Channel
	}
	p, id := s.frame("block_actions", u, in, channel)
	p["actions"] = []object{action}
	if m != nil {
		ch := s.channels[m.Channel]
		s.place(p, ch, m)
		p["response_url"] = s.newResponse("actions", in, ch, user, m).url
		p["state"] = object{"values": object{}}
	} else {
		p["container"] = object{"type": "view", "view_id": v.ID}
		p["view"] = s.viewObject(v, nil)
	}
	p = clone(p)
	s.mu.Unlock()
	return s.send(&Delivery{Kind: "interactive", Type: "block_actions", Team: u.Team, payload: p}, id)
}

// place says which message a payload is about.
func (s *Server) place(p object, ch *Channel, m *Message) {
	name := ch.Name
	if ch.Kind == DirectMessage {
		name = "directmessage"
	} else if ch.Kind == PrivateChannel {
		name = "privategroup"
	}
	p["channel"] = object{"id": ch.ID, "name": name}
	container := object{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": m.Ephemeral}
	if m.Thread != "" {
		container["thread_ts"] = m.Thread
	}
	p["container"] = container
	if !m.Ephemeral {
		p["message"] = s.show(m, false)
	}
}

func (s *Server) channelOf(m *Message) *Channel {
	if m == nil {
		return nil
	}
	return s.channels[m.Channel]
}

// at finds a message or a view.
func (s *Server) at(where string) (*Message, *View) {
	if v := s.views[where]; v != nil {
		return nil, v
	}
	for _, m := range slices.Backward(s.messages) {
		if m.TS == where {
			return m, nil
		}
	}
	return nil, nil
}

// find finds an interactive element by label or action_id, and its block.
func find(blocks []object, what string) (object, string) {
	for _, b := range buttons(blocks) {
		if b.ActionID != what && b.Label != what {
			continue
		}
		var el object
		var look func(x any)
		look = func(x any) {
			switch x := x.(type) {
			case []object:
				for _, e := range x {
					look(e)
				}
			case []any:
				for _, e := range x {
					look(e)
				}
			case object:
				if x["action_id"] == b.ActionID && el == nil {
					el = x
				}
				for _, e := range x {
					look(e)
				}
			}
		}
		look(blocks)
		return el, b.BlockID
	}
	return nil, ""
}

// pick finds an option of an element by label or value.
func pick(el object, want string) object {
	lists := []any{el["options"]}
	if groups, ok := el["option_groups"].([]any); ok {
		for _, g := range groups {
			lists = append(lists, g.(object)["options"])
		}
	}
	for _, l := range lists {
		all, _ := l.([]any)
		for _, o := range all {
			x, _ := o.(object)
			t, _ := x["text"].(object)
			if x["value"] == want || t["text"] == want {
				return x
			}
		}
	}
	if el["type"] == "external_select" { // its options are the app's
		return object{"text": object{"type": plain, "text": want}, "value": want}
	}
	return nil
}
