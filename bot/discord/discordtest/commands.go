package discordtest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"authfix/bot/fake"
)

// The types of commands, and of their options.
// https://docs.discord.com/developers/interactions/application-commands
const (
	chatCommand    = 1
	userCommand    = 2
	messageCommand = 3

	optionSubcommand = 1
	optionGroup      = 2
	optionString     = 3
	optionInteger    = 4
	optionBool       = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
	optionAny        = 9
	optionNumber     = 10
	optionFile       = 11
)

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// Commands returns the commands that are registered in a guild, or everywhere with
// "", as Discord keeps them.
func (s *Server) Commands(guild string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return clone(s.commands[guild])
}

func (c *call) scope() (string, error) {
	if c.r.PathValue("app") != App {
		return "", refuse(http.StatusNotFound, 10002, "Unknown Application")
	}
	if c.r.PathValue("guild") == "" {
		return "", nil
	}
	g, err := c.guild()
	if err != nil {
		return "", err
	}
	return g.ID, nil
}

func (c *call) getCommands() (any, error) {
	guild, err := c.scope()
	if err != nil {
		return nil, err
	}
	return append([]object{}, c.s.commands[guild]...), nil
}

// putCommands is the bulk overwrite, which replaces the commands of every type.
func (c *call) putCommands() (any, error) {
	guild, err := c.scope()
	if err != nil {
		return nil, err
	}
	if c.array == nil {
		return nil, refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	f := &form{}
	count, names := map[int]int{}, map[string]bool{}
	kept := []object{}
	for i, x := range c.array {
		o, _ := clone(x).(object)
		if o == nil {
			o = object{}
		}
		kind := chatCommand
		if o["type"] != nil {
			kind = integer(o["type"])
		}
		p := fmt.Sprintf("%d.", i)
		f.command(p, o, kind)
		count[kind]++
		key := fmt.Sprintf("%d %s", kind, text(o["name"]))
		if names[key] {
			f.add(p+"name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		names[key] = true
		o["id"], o["application_id"], o["type"], o["version"] = c.s.id(), App, kind, c.s.id()
		for _, old := range c.s.commands[guild] { // one with the same name and type keeps its id
			if old["name"] == o["name"] && integer(old["type"]) == kind {
				o["id"] = old["id"]
			}
		}
		if guild != "" {
			o["guild_id"] = guild
		}
		kept = append(kept, o)
	}
	for kind, name := range map[int]string{chatCommand: "commands.chat", userCommand: "commands.user", messageCommand: "commands.message"} {
		if l := limit(name); count[kind] > l.At {
			f.add("0", l.Error, fmt.Sprintf("Maximum number of application commands reached (%d).", l.At))
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	c.s.commands[guild] = clone(kept)
	return kept, nil
}

// command checks one command.
func (f *form) command(p string, o object, kind int) {
	f.only(p, o, "id", "type", "name", "name_localizations", "description", "description_localizations", "options", "default_member_permissions",
		"dm_permission", "default_permission", "integration_types", "contexts", "nsfw", "handler")
	name := f.text(p, o, "name", "command.name", true)
	switch kind {
	case chatCommand:
		f.commandName(p, name)
		f.text(p, o, "description", "command.description", true)
	case userCommand, messageCommand:
		if text(o["description"]) != "" {
			f.add(p+"description", "APPLICATION_COMMAND_INVALID_DESCRIPTION", "Context menu commands cannot have description")
		}
		if len(list(o["options"])) > 0 {
			f.add(p+"options", "CONTEXT_MENU_COMMAND_CANNOT_HAVE_OPTIONS", "Context menu commands cannot have options")
		}
	default:
		f.add(p+"type", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3).")
	}
	if x := o["default_member_permissions"]; x != nil {
		if t, ok := x.(string); !ok || strings.Trim(t, "0123456789") != "" {
			f.add(p+"default_member_permissions", "NUMBER_TYPE_COERCE", "Must be a string of digits.")
		}
	}
	options := f.objects(p+"options", o["options"])
	f.options(p+"options", options, 0)
	if l := limit("command.total"); weigh(o) > l.At {
		f.add(p+"name", l.Error, fmt.Sprintf("Command exceeds maximum size (%d)", l.At))
	}
}

func (f *form) commandName(p, name string) {
	if name != "" && (!commandName.MatchString(name) || name != strings.ToLower(name)) {
		f.add(p+"name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// options checks the options of a command (depth 0), group or subcommand.
func (f *form) options(p string, all []object, depth int) {
	name := "command.options"
	subs := slices.ContainsFunc(all, func(o object) bool { k := integer(o["type"]); return k == optionSubcommand || k == optionGroup })
	if subs {
		name = "command.subcommands"
	}
	f.over(p, name, len(all))
	names, optional := map[string]bool{}, false
	for i, o := range all {
		q := fmt.Sprintf("%s.%d.", p, i)
		kind := integer(o["type"])
		f.only(q, o, "type", "name", "name_localizations", "description", "description_localizations", "required", "choices", "options",
			"channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete", "file_types")
		n := f.text(q, o, "name", "command.name", true)
		f.commandName(q, n)
		f.text(q, o, "description", "command.description", true)
		if names[n] {
			f.add(q+"name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[n] = true
		inner := f.objects(q+"options", o["options"])
		switch {
		case kind == optionSubcommand && depth < 2, kind == optionGroup && depth == 0:
			if kind == optionGroup && slices.ContainsFunc(inner, func(x object) bool { return integer(x["type"]) != optionSubcommand }) {
				f.add(q+"options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command group may only contain sub-commands")
			}
			f.options(q+"options", inner, depth+1)
			continue
		case kind < optionString || kind > optionFile:
			f.add(q+"type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
			continue
		case subs:
			f.add(q+"type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
		case len(inner) > 0:
			f.add(q+"options", "BASE_TYPE_BAD", "Only a subcommand has options.")
		}
		required, _ := o["required"].(bool)
		if required && optional {
			f.add(q+"required", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !required
		f.choices(q, o, kind)
		for _, k := range []string{"min_length", "max_length"} {
			if o[k] != nil {
				f.over(q+k, "command.max_length", integer(o[k]))
				if kind != optionString {
					f.add(q+k, "BASE_TYPE_BAD", "Only a string has a length.")
				}
			}
		}
		if o["file_types"] != nil && kind != optionFile {
			f.add(q+"file_types", "BASE_TYPE_BAD", "Only an attachment has file types.")
		}
	}
}

func (f *form) choices(q string, o object, kind int) {
	choices := f.objects(q+"choices", o["choices"])
	auto, _ := o["autocomplete"].(bool)
	typed := kind == optionString || kind == optionInteger || kind == optionNumber
	if auto && (len(choices) > 0 || !typed) {
		f.add(q+"autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID", "Autocomplete and choices exclude each other, and need a string or number.")
	}
	if len(choices) > 0 && !typed {
		f.add(q+"choices", "BASE_TYPE_BAD", "Only strings and numbers have choices.")
	}
	f.over(q+"choices", "command.choices", len(choices))
	for j, x := range choices {
		r := fmt.Sprintf("%schoices.%d.", q, j)
		f.only(r, x, "name", "name_localizations", "value")
		f.text(r, x, "name", "command.choice.name", true)
		if kind == optionString {
			f.text(r, x, "value", "command.choice.value", true)
		} else if _, ok := x["value"].(float64); !ok {
			f.add(r+"value", "NUMBER_TYPE_COERCE", "Value is not a number.")
		}
	}
}

// weigh counts the characters of names, descriptions and values.
func weigh(o object) int {
	n := fake.Length(text(o["name"])) + fake.Length(text(o["description"]))
	for _, x := range list(o["options"]) {
		n += weigh(x)
	}
	for _, x := range list(o["choices"]) {
		n += fake.Length(text(x["name"])) + fake.Length(text(x["value"]))
	}
	return n
}

// registered finds a command, in a guild or everywhere; known is false when none
// was ever registered. The caller holds the lock.
func (s *Server) registered(guild, name string, kind int) (o object, known bool) {
	for _, scope := range []string{guild, ""} {
		for _, c := range s.commands[scope] {
			known = true
			if c["name"] == name && integer(c["type"]) == kind {
				return c, true
			}
		}
	}
	return nil, known || len(s.commands) > 0
}
