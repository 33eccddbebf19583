package discordtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"authfix/bot/fake"
)

// Command has user run a slash command in a channel or thread. The command is its
// name with those of its subcommands: "authfix diagnose". The type of an option is
// what is registered; when no command was ever registered, it follows from the
// value: string, int, bool, float64 or [File].
func (s *Server) Command(user, channel, command string, options map[string]any) Result {
	s.mu.Lock()
	in, p, err := s.newInteraction(interactionCommand, user, channel, nil)
	if err == nil {
		in.command = chatCommand
		p["data"], err = s.commandData(in, command, options, "")
	}
	s.mu.Unlock()
	if err != nil {
		return Result{Err: err}
	}
	return s.send(in, p)
}

// Autocomplete has user type into an option of a command. options are the values of
// the others.
func (s *Server) Autocomplete(user, channel, command, option, typed string, options map[string]any) Result {
	s.mu.Lock()
	in, p, err := s.newInteraction(interactionAutocomplete, user, channel, nil)
	if err == nil {
		in.command = chatCommand
		all := object{}
		maps.Copy(all, options)
		all[option] = typed
		p["data"], err = s.commandData(in, command, all, option)
	}
	s.mu.Unlock()
	if err != nil {
		return Result{Err: err}
	}
	return s.send(in, p)
}

// MessageCommand has user apply a command of a message's menu.
func (s *Server) MessageCommand(user, message, name string) Result {
	s.mu.Lock()
	m := s.byID[message]
	if m == nil || m.Deleted {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("no message %q", message)}
	}
	in, p, err := s.newInteraction(interactionCommand, user, m.Channel, m)
	if err == nil {
		in.command, in.message = messageCommand, nil
		id := s.id()
		if o, known := s.registered(in.guild, name, messageCommand); o != nil {
			id = text(o["id"])
		} else if known {
			err = fmt.Errorf("no command %q is registered", name)
		}
		// It is complete, whatever the intents.
		p["data"] = object{"id": id, "name": name, "type": messageCommand, "target_id": message,
			"resolved": object{"messages": object{message: s.messageObject(m)}}}
	}
	s.mu.Unlock()
	if err != nil {
		return Result{Err: err}
	}
	return s.send(in, p)
}

// commandData makes the data of a slash command. The caller holds the lock.
func (s *Server) commandData(in *interaction, command string, options map[string]any, focused string) (object, error) {
	words := strings.Fields(command)
	if len(words) == 0 || len(words) > 3 {
		return nil, fmt.Errorf("not a command: %q", command)
	}
	o, known := s.registered(in.guild, words[0], chatCommand)
	id := s.id()
	switch {
	case o != nil:
		id = text(o["id"])
		if err := s.mayCommand(in, o); err != nil {
			return nil, err
		}
	case known:
		return nil, fmt.Errorf("no command %q is registered", words[0])
	}
	spec := o
	for _, w := range words[1:] {
		if o == nil {
			break
		}
		next := named(spec, w)
		if next == nil {
			return nil, fmt.Errorf("the command %q has no %q", command, w)
		}
		spec = next
	}
	resolved := object{}
	values, err := s.values(spec, o != nil, options, focused, resolved)
	if err != nil {
		return nil, err
	}
	for i := len(words) - 1; i >= 1; i-- {
		kind := optionSubcommand
		if i == 1 && len(words) == 3 {
			kind = optionGroup
		}
		values = []object{{"name": words[i], "type": kind, "options": values}}
	}
	data := object{"id": id, "name": words[0], "type": chatCommand, "options": values}
	if len(resolved) > 0 {
		data["resolved"] = object{"attachments": resolved}
	}
	if o["guild_id"] != nil {
		data["guild_id"] = o["guild_id"]
	}
	return data, nil
}

// mayCommand checks what keeps a person from using a command.
func (s *Server) mayCommand(in *interaction, o object) error {
	if t := text(o["default_member_permissions"]); t != "" && in.guild != "" {
		var need Permissions
		if _, err := fmt.Sscan(t, &need); err != nil {
			return err
		}
		have := s.base(in.user, in.guild)
		if need == 0 && have != allPermissions || !have.has(need) {
			return fmt.Errorf("%s may not use the command", in.user)
		}
	}
	if contexts, ok := o["contexts"].([]any); ok {
		want := any(float64(0))
		if in.guild == "" {
			want = float64(1)
		}
		if !slices.Contains(contexts, want) {
			return fmt.Errorf("the command is not offered here")
		}
	}
	return nil
}

func named(o object, name string) object {
	for _, x := range list(o["options"]) {
		if x["name"] == name {
			return x
		}
	}
	return nil
}

// values are the options of a command as they are sent.
func (s *Server) values(spec object, registered bool, options map[string]any, focused string, resolved object) ([]object, error) {
	names := slices.Sorted(maps.Keys(options))
	if registered {
		names = nil
		for _, x := range list(spec["options"]) {
			name := text(x["name"])
			if _, ok := options[name]; ok {
				names = append(names, name)
			} else if required, _ := x["required"].(bool); required && focused == "" {
				return nil, fmt.Errorf("the option %q is required", name)
			}
		}
		for name := range options {
			if !slices.Contains(names, name) {
				return nil, fmt.Errorf("there is no option %q", name)
			}
		}
	}
	out := []object{}
	for _, name := range names {
		v, kind := options[name], 0
		switch v.(type) {
		case string:
			kind = optionString
		case int:
			kind = optionInteger
		case bool:
			kind = optionBool
		case float64:
			kind = optionNumber
		case File:
			kind = optionFile
		default:
			return nil, fmt.Errorf("the option %q has a value of another type: %T", name, v)
		}
		if registered {
			x := named(spec, name)
			want := integer(x["type"])
			if want != kind && !(kind == optionString && want >= optionUser && want <= optionAny) && name != focused {
				return nil, fmt.Errorf("the option %q is of another type: %d", name, want)
			}
			kind = want
			if err := checkValue(name, x, v, name == focused); err != nil {
				return nil, err
			}
		}
		if t, ok := v.(string); ok { // a string option has one line
			v = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(t)
		}
		if f, ok := v.(File); ok {
			if kept := s.files[f.ID]; kept != nil {
				f = *kept
			} else {
				f = s.addFile(f)
			}
			resolved[f.ID] = s.fileObject(s.files[f.ID])
			v = f.ID
		}
		o := object{"name": name, "type": kind, "value": v}
		if name == focused {
			o["focused"] = true
		}
		out = append(out, o)
	}
	return out, nil
}

// checkValue checks what the client checks.
func checkValue(name string, x object, v any, focused bool) error {
	if focused {
		if auto, _ := x["autocomplete"].(bool); !auto {
			return fmt.Errorf("the option %q does not autocomplete", name)
		}
		return nil
	}
	choices := list(x["choices"])
	if len(choices) > 0 && !slices.ContainsFunc(choices, func(c object) bool { return fmt.Sprint(c["value"]) == fmt.Sprint(v) }) {
		return fmt.Errorf("the option %q has no choice %v", name, v)
	}
	longest := 6000
	if x["max_length"] != nil {
		longest = integer(x["max_length"])
	}
	if t, ok := v.(string); ok && fake.Length(t) > longest {
		return fmt.Errorf("the option %q takes %d characters", name, longest)
	}
	return nil
}
