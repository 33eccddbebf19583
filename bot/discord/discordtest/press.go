package discordtest

import (
	"fmt"
	"slices"
)

// Click has user press a button of a message: what is its label or custom_id.
func (s *Server) Click(user, message, what string) Result {
	return s.press(user, message, what, nil)
}

// Choose has user choose values in a select of a message, which is named by its
// custom_id or placeholder.
func (s *Server) Choose(user, message, what string, values ...string) Result {
	return s.press(user, message, what, append([]string{}, values...))
}

func (s *Server) press(user, message, what string, values []string) Result {
	s.mu.Lock()
	m := s.byID[message]
	if m == nil || m.Deleted || m.Ephemeral && m.To != user {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("%s sees no message %q", user, message)}
	}
	var b *Button
	for _, x := range m.Buttons() {
		if x.ID == what || x.Label == what {
			b = &x
			break
		}
	}
	switch {
	case b == nil:
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("nothing to press is called %q", what)}
	case b.Disabled || b.ID == "":
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("%q is disabled, or a link", what)}
	}
	data := object{"custom_id": b.ID, "component_type": b.Type}
	if values != nil {
		for i, v := range values {
			j := slices.IndexFunc(b.Options, func(o Option) bool { return o.Value == v || o.Label == v })
			if b.Type == kindSelect && j < 0 {
				s.mu.Unlock()
				return Result{Err: fmt.Errorf("%q has no option %q", what, v)}
			}
			if j >= 0 {
				values[i] = b.Options[j].Value
			}
		}
		data["values"] = values
	}
	in, p, err := s.newInteraction(interactionComponent, user, m.Channel, m)
	if err == nil {
		p["data"] = data
	}
	s.mu.Unlock()
	if err != nil {
		return Result{Err: err}
	}
	return s.send(in, p)
}

// Press has user press a component with any custom_id on a message, also one that
// is not there, as old clients and old messages do.
func (s *Server) Press(user, message, customID string) Result {
	s.mu.Lock()
	m := s.byID[message]
	in, p, err := s.newInteraction(interactionComponent, user, m.Channel, m)
	if err == nil {
		p["data"] = object{"custom_id": customID, "component_type": kindButton}
	}
	s.mu.Unlock()
	if err != nil {
		return Result{Err: err}
	}
	return s.send(in, p)
}
