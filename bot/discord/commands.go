package discord

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"authfix/bot"
)

// Bounds of commands.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object
const (
	maxCommandName = 32
	maxSummary     = 100
	maxSubcommands = 25
	maxOptions     = 25
	maxChoices     = 25
	maxCommandSize = 8000 // characters of names, descriptions and values of one command
	maxOptionText  = 6000
)

// A command is one as Discord keeps it.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-structure
type command struct {
	Type        int             `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Options     []commandOption `json:"options,omitempty"`
	// Permissions is nil: everyone may use it. Discord knows it of a whole command
	// alone, and most of this one is for everyone; what is for administrators, the
	// desk guards.
	Permissions *string `json:"default_member_permissions"`
	// Contexts and Integrations are those of a command that is registered everywhere:
	// Discord has them there alone.
	Contexts     []int `json:"contexts,omitempty"`
	Integrations []int `json:"integration_types,omitempty"`
}

// A commandOption is a subcommand, or an option of one.
type commandOption struct {
	Type         int             `json:"type"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Required     bool            `json:"required,omitempty"`
	Choices      []suggestion    `json:"choices,omitempty"`
	Options      []commandOption `json:"options,omitempty"`
	Autocomplete bool            `json:"autocomplete,omitempty"`
	MaxLength    int             `json:"max_length,omitempty"`
}

// commandSet is what is registered: the one command with everything that can be
// asked for as a subcommand, and the one in the menu of a message. Everywhere it
// can be used in guilds, with the bot and between people, by guilds and people who
// have installed the application; in the one guild for development, there.
func commandSet(all []bot.Command, everywhere bool) []command {
	main := command{Type: commandChat, Name: commandName, Description: "Say what an integration's auth error means: cause, query, fix"}
	for _, c := range all {
		sub := commandOption{Type: optionSubcommand, Name: c.Name, Description: clipped(c.Summary, maxSummary)}
		for _, o := range c.Options {
			sub.Options = append(sub.Options, commandOptionOf(o))
		}
		// Discord has those first that must be filled in.
		slices.SortStableFunc(sub.Options, func(a, b commandOption) int { return cmp.Compare(optional(a), optional(b)) })
		main.Options = append(main.Options, sub)
	}
	set := []command{main, {Type: commandMessage, Name: messageCommandName}}
	if everywhere {
		for i := range set {
			set[i].Contexts = []int{contextGuild, contextBot, contextPrivate}
			set[i].Integrations = []int{0, 1} // guilds, people
		}
	}
	return set
}

func optional(o commandOption) int {
	if o.Required {
		return 0
	}
	return 1
}

func commandOptionOf(o bot.Option) commandOption {
	one := commandOption{Type: optionString, Name: o.Name, Description: clipped(o.Summary, maxSummary), Required: o.Required}
	switch {
	case o.File:
		one.Type = optionFile
	case o.Person:
		one.Type = optionUser
	case o.Channel:
		one.Type = optionChannel
	case o.Choices != nil:
		for _, c := range o.Choices {
			one.Choices = append(one.Choices, suggestion{Name: c, Value: c})
		}
	default:
		one.Autocomplete = o.Suggest
		one.MaxLength = maxOptionText
	}
	return one
}

// checkCommands says what Discord would refuse of commands.
func checkCommands(all []bot.Command) error {
	if len(all) == 0 || len(all) > maxSubcommands {
		return fmt.Errorf("there are %d commands: Discord takes 1 to %d", len(all), maxSubcommands)
	}
	for _, c := range all {
		if err := checkNamed(c.Name, c.Summary); err != nil {
			return err
		}
		if len(c.Options) > maxOptions {
			return fmt.Errorf("command %s has %d options: Discord takes %d", c.Name, len(c.Options), maxOptions)
		}
		named := map[string]bool{}
		for _, o := range c.Options {
			if err := checkNamed(o.Name, o.Summary); err != nil {
				return fmt.Errorf("command %s: %w", c.Name, err)
			}
			if named[o.Name] {
				return fmt.Errorf("command %s has two options %s", c.Name, o.Name)
			}
			named[o.Name] = true
			if len(o.Choices) > maxChoices {
				return fmt.Errorf("option %s of command %s has %d choices: Discord takes %d", o.Name, c.Name, len(o.Choices), maxChoices)
			}
			for _, v := range o.Choices {
				if v == "" || clipped(v, maxSuggestion) != v {
					return fmt.Errorf("option %s of command %s has a choice of no, or more than %d, characters", o.Name, c.Name, maxSuggestion)
				}
			}
		}
	}
	for _, c := range commandSet(all, true) {
		if n := c.size(); n > maxCommandSize {
			return fmt.Errorf("command %s has %d characters of names, descriptions and choices: Discord takes %d", c.Name, n, maxCommandSize)
		}
	}
	return nil
}

// checkNamed checks the name and the summary of a command or an option. Discord
// takes more characters in names than this.
func checkNamed(name, summary string) error {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return fmt.Errorf("the name %q has more than lower-case letters, digits, - and _", name)
		}
	}
	switch {
	case name == "" || len(name) > maxCommandName:
		return fmt.Errorf("the name %q has no, or more than %d, characters", name, maxCommandName)
	case summary == "" || clipped(summary, maxSummary) != summary:
		return fmt.Errorf("the summary of %s has no, or more than %d, characters", name, maxSummary)
	}
	return nil
}

// size is how many characters Discord counts of a command.
func (c *command) size() int {
	n := utf8.RuneCountInString(c.Name) + utf8.RuneCountInString(c.Description)
	for i := range c.Options {
		n += c.Options[i].size()
	}
	return n
}

func (o *commandOption) size() int {
	n := utf8.RuneCountInString(o.Name) + utf8.RuneCountInString(o.Description)
	for _, c := range o.Choices {
		n += utf8.RuneCountInString(c.Name) + utf8.RuneCountInString(c.Value)
	}
	for i := range o.Options {
		n += o.Options[i].size()
	}
	return n
}

// setHash tells sets of commands apart, and where they are registered. Discord
// adds to what was registered, and may turn its order: what it adds is not read
// into a command, and the order counts within commands alone.
func setHash(path string, set []command) string {
	set = slices.Clone(set)
	for i := range set {
		set[i].Contexts = slices.Sorted(slices.Values(set[i].Contexts))
		set[i].Integrations = slices.Sorted(slices.Values(set[i].Integrations))
	}
	slices.SortFunc(set, func(a, b command) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	data, err := json.Marshal(set)
	if err != nil { // it is made of texts and numbers
		panic(err)
	}
	sum := sha256.Sum256(append([]byte(path+"\n"), data...))
	return hex.EncodeToString(sum[:])
}
