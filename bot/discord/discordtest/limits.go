package discordtest

import (
	"authfix/bot/fake"
)

// A Limit is one published limit. At At something is accepted; one over is refused
// with the code 50035 and, among its errors, Error.
type Limit struct {
	Name  string
	What  string
	At    int
	Error string // "": it is not refused by a form: see What
}

const (
	tooLong = "BASE_TYPE_MAX_LENGTH"
	badSize = "BASE_TYPE_BAD_LENGTH"
)

// Limits are the limits that a [Server] enforces, one a row. Characters are
// counted as UTF-16 units, the strictest reading of the documentation:
// https://docs.discord.com/developers/resources/message,
// …/components/reference, …/interactions/application-commands.
var Limits = []Limit{
	{"message.content", "characters of a message", 2000, tooLong},
	{"message.embeds", "embeds of a message", 10, tooLong},
	{"message.nonce", "characters of a nonce", 25, tooLong},
	{"message.attachments", "files of a message", 10, tooLong},
	{"message.rows", "rows of components of a message", 5, badSize},

	{"embed.title", "characters of an embed's title", 256, tooLong},
	{"embed.description", "characters of an embed's description", 4096, tooLong},
	{"embed.fields", "fields of an embed", 25, tooLong},
	{"embed.field.name", "characters of a field's name", 256, tooLong},
	{"embed.field.value", "characters of a field's value", 1024, tooLong},
	{"embed.footer", "characters of an embed's footer", 2048, tooLong},
	{"embed.author", "characters of an embed's author", 256, tooLong},
	{"embed.total", "characters over all embeds of a message", 6000, "MAX_EMBED_SIZE_EXCEEDED"},

	{"row.buttons", "buttons of a row", 5, badSize},
	{"button.label", "characters of a button's label", 80, tooLong},
	{"button.url", "characters of a button's URL", 512, tooLong},
	{"custom_id", "characters of a custom_id", 100, badSize},
	{"select.options", "options of a select", 25, badSize},
	{"select.placeholder", "characters of a select's placeholder", 150, tooLong},
	{"option.label", "characters of an option's label", 100, badSize},
	{"option.value", "characters of an option's value", 100, badSize},
	{"option.description", "characters of an option's description", 100, tooLong},

	{"modal.title", "characters of a modal's title", 45, badSize},
	{"modal.custom_id", "characters of a modal's custom_id", 100, badSize},
	{"modal.components", "components of a modal", 5, badSize},
	{"label.label", "characters of a label in a modal", 45, badSize},
	{"label.description", "characters of a label's description", 100, tooLong},
	{"input.label", "characters of a text input's own label", 45, badSize},
	{"input.max_length", "max_length of a text input", 4000, "NUMBER_TYPE_MAX"},
	{"input.value", "characters of a text input's value", 4000, tooLong},
	{"input.placeholder", "characters of a text input's placeholder", 100, tooLong},
	{"upload.max_values", "files of a file upload", 10, "NUMBER_TYPE_MAX"},

	{"autocomplete.choices", "choices of an autocompletion", 25, badSize},
	{"autocomplete.name", "characters of a choice's name", 100, badSize},
	{"autocomplete.value", "characters of a choice's value", 100, badSize},

	{"thread.name", "characters of a thread's name", 100, badSize},
	{"thread.tags", "applied tags of a post", 5, tooLong},

	{"commands.chat", "slash commands of a scope", 100, "APPLICATION_COMMANDS_EXCEEDED"},
	{"commands.user", "user commands of a scope", 15, "APPLICATION_COMMANDS_EXCEEDED"},
	{"commands.message", "message commands of a scope", 15, "APPLICATION_COMMANDS_EXCEEDED"},
	{"command.name", "characters of a command's name", 32, badSize},
	{"command.description", "characters of a command's description", 100, badSize},
	{"command.options", "options of a command", 25, tooLong},
	{"command.subcommands", "subcommands of a command", 25, tooLong},
	{"command.choices", "choices of an option", 25, tooLong},
	{"command.choice.name", "characters of a choice's name", 100, badSize},
	{"command.choice.value", "characters of a choice's value", 100, badSize},
	{"command.max_length", "max_length of a string option", 6000, "NUMBER_TYPE_MAX"},
	{"command.total", "characters of a command's names, descriptions and values", 8000, "APPLICATION_COMMAND_TOO_LARGE"},

	{"history.limit", "messages of a page of history", 100, "NUMBER_TYPE_MAX"},
	{"followups.user_install", "follow-ups of an interaction where the app is not in the guild; over it: 40094", 5, ""},
	{"gateway.payload", "bytes that a client sends to the gateway at once; over it: closed with 4002", 4096, ""},
	{"gateway.sends", "payloads that a client sends in 60 s; over it: closed with 4008", 120, ""},
}

var limits = fake.NewTable(Limits, func(l Limit) string { return l.Name })

// limit returns a row of Limits.
func limit(name string) Limit { return limits.Get(name) }
