package discordtest

import (
	"fmt"

	"authfix/bot/fake"
)

// A Modal is one that a person has open.
type Modal struct {
	ID    string // custom_id
	Title string
	JSON  map[string]any
	User  string

	channel string
	message *Message // of the component that opened it
}

// Shown is what one reads in the modal.
func (m Modal) Shown() string {
	out := m.Title + "\n"
	walkComponents(list(m.JSON["components"]), func(c object) {
		for _, k := range []string{"label", "description", "content", "placeholder", "value"} {
			if t := text(c[k]); t != "" {
				out += t + "\n"
			}
		}
	})
	return out
}

func walkComponents(all []object, f func(object)) {
	for _, c := range all {
		f(c)
		if inner, ok := c["component"].(object); ok {
			f(inner)
		}
		walkComponents(list(c["components"]), f)
	}
}

// Modal returns the modal that user has open.
func (s *Server) Modal(user string) (Modal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.modals[user]; m != nil {
		return *m, true
	}
	return Modal{}, false
}

// Submit has user fill in and submit the modal that is open. Values go by
// custom_id; that of a select or upload may be a list of strings or of [File].
func (s *Server) Submit(user string, values map[string]any) Result {
	s.mu.Lock()
	m := s.modals[user]
	if m == nil {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("%s has no modal open", user)}
	}
	resolved := object{}
	components, err := s.fillIn(list(m.JSON["components"]), values, resolved)
	if err == nil {
		for name := range values {
			if !hasID(list(m.JSON["components"]), name) {
				err = fmt.Errorf("the modal has no input %q", name)
			}
		}
	}
	var in *interaction
	var p object
	if err == nil {
		in, p, err = s.newInteraction(interactionModal, user, m.channel, m.message)
	}
	if err == nil {
		data := object{"custom_id": m.ID, "components": components}
		if len(resolved) > 0 {
			data["resolved"] = object{"attachments": resolved}
		}
		p["data"] = data
		delete(s.modals, user)
	}
	s.mu.Unlock()
	if err != nil {
		return Result{Err: err}
	}
	return s.send(in, p)
}

func hasID(all []object, id string) bool {
	found := false
	walkComponents(all, func(c object) { found = found || c["custom_id"] == id })
	return found
}

// fillIn makes the components of a submission.
func (s *Server) fillIn(all []object, values map[string]any, resolved object) ([]object, error) {
	out := []object{}
	for i, c := range all {
		o := object{"type": integer(c["type"]), "id": i + 1}
		if inner, ok := c["component"].(object); ok {
			v, err := s.fillOne(inner, values, resolved)
			if err != nil {
				return nil, err
			}
			o["component"] = v
		}
		if rows := list(c["components"]); rows != nil {
			v, err := s.fillOne(rows[0], values, resolved)
			if err != nil {
				return nil, err
			}
			o["components"] = []object{v}
		}
		out = append(out, o)
	}
	return out, nil
}

func (s *Server) fillOne(c object, values map[string]any, resolved object) (object, error) {
	id, kind := text(c["custom_id"]), integer(c["type"])
	required, said := c["required"].(bool)
	required = required || !said
	o := object{"type": kind, "custom_id": id, "id": 100}
	v, given := values[id]
	if kind == kindInput {
		t, _ := v.(string)
		if !given {
			t = text(c["value"])
		}
		longest := 4000
		if c["max_length"] != nil {
			longest = integer(c["max_length"])
		}
		switch n := fake.Length(t); {
		case required && t == "":
			return nil, fmt.Errorf("the input %q is required", id)
		case n > longest || t != "" && n < integer(c["min_length"]):
			return nil, fmt.Errorf("the input %q does not take %d characters", id, n)
		}
		o["value"] = t
		return o, nil
	}
	chosen := []string{}
	switch v := v.(type) {
	case string:
		chosen = append(chosen, v)
	case []string:
		chosen = append(chosen, v...)
	case File:
		chosen = append(chosen, s.upload(v, resolved))
	case []File:
		for _, f := range v {
			chosen = append(chosen, s.upload(f, resolved))
		}
	}
	if required && len(chosen) == 0 {
		return nil, fmt.Errorf("the input %q is required", id)
	}
	o["values"] = chosen
	return o, nil
}

func (s *Server) upload(f File, resolved object) string {
	f = s.addFile(f)
	resolved[f.ID] = s.fileObject(s.files[f.ID])
	return f.ID
}
