package slacktest

import "authfix/bot/fake"

// A Limit is one published limit. At At something is accepted; one over is
// refused with Error.
type Limit struct {
	Name  string
	What  string
	At    int
	Error string // Slack's error; "": what is over is cut off or dropped, without an error
}

// Limits are the limits that a [Server] enforces, one a row. Characters are
// counted as UTF-16 units, the strictest reading of the documentation.
var Limits = []Limit{
	{"message.blocks", "blocks of a message", 50, "invalid_blocks"},
	{"message.text", "characters of a message's text, above which it is truncated", 40000, ""},
	{"message.markdown_text", "characters of markdown_text", 12000, "msg_too_long"},
	{"message.total", "characters over all blocks of a message", 13200, "msg_blocks_too_long"},
	{"update.text", "characters of the text of chat.update", 4000, "msg_too_long"},
	{"modal.blocks", "blocks of a modal", 100, "invalid_arguments"},
	{"home.blocks", "blocks of a Home view", 100, "invalid_arguments"},
	{"block_id", "characters of a block_id", 255, "invalid_blocks"},
	{"action_id", "characters of an action_id", 255, "invalid_blocks"},

	{"section.text", "characters of a section", 3000, "invalid_blocks"},
	{"section.fields", "fields of a section", 10, "invalid_blocks"},
	{"section.field", "characters of a section's field", 2000, "invalid_blocks"},
	{"header.text", "characters of a header", 150, "invalid_blocks"},
	{"header.level", "level of a header", 4, "invalid_blocks"},
	{"context.elements", "elements of a context", 10, "invalid_blocks"},
	{"actions.elements", "elements of an actions block", 25, "invalid_blocks"},
	{"context_actions.elements", "elements of a context_actions block", 5, "invalid_blocks"},

	{"button.text", "characters on a button", 75, "invalid_blocks"},
	{"button.value", "characters of a button's value", 2000, "invalid_blocks"},
	{"button.url", "characters of a button's URL", 3000, "invalid_blocks"},
	{"button.accessibility_label", "characters of a button's accessibility_label", 75, "invalid_blocks"},
	{"confirm.title", "characters of a confirmation's title", 100, "invalid_blocks"},
	{"confirm.text", "characters of a confirmation's text", 300, "invalid_blocks"},
	{"confirm.confirm", "characters of a confirmation's yes", 30, "invalid_blocks"},
	{"confirm.deny", "characters of a confirmation's no", 30, "invalid_blocks"},

	{"select.options", "options of a select", 100, "invalid_blocks"},
	{"select.option_groups", "groups of options of a select", 100, "invalid_blocks"},
	{"option.text", "characters of an option", 75, "invalid_blocks"},
	{"option.value", "characters of an option's value", 75, "invalid_blocks"},
	{"option.description", "characters of an option's description", 75, "invalid_blocks"},
	{"overflow.options", "options of an overflow menu", 5, "invalid_blocks"},
	{"radio_buttons.options", "radio buttons of a group", 10, "invalid_blocks"},
	{"checkboxes.options", "checkboxes of a group", 10, "invalid_blocks"},
	{"options.response", "options of an answer to block_suggestion", 100, "invalid_options"},

	{"input.label", "characters of an input's label", 2000, "invalid_arguments"},
	{"input.hint", "characters of an input's hint", 2000, "invalid_arguments"},
	{"plain_text_input.min_length", "min_length of a plain_text_input", 3000, "invalid_arguments"},
	{"plain_text_input.max_length", "max_length of a plain_text_input", 3000, "invalid_arguments"},
	{"placeholder", "characters of a placeholder", 150, "invalid_arguments"},
	{"file_input.max_files", "files of a file_input", 10, "invalid_arguments"},

	{"image.image_url", "characters of an image's URL", 3000, "invalid_blocks"},
	{"image.alt_text", "characters of an image's alt_text", 2000, "invalid_blocks"},
	{"image.title", "characters of an image's title", 2000, "invalid_blocks"},
	{"markdown.text", "characters over all markdown blocks", 12000, "msg_blocks_too_long"},
	{"table.rows", "rows of a table", 100, "invalid_blocks"},
	{"table.cells", "cells of a row of a table", 20, "invalid_blocks"},
	{"table.text", "characters over all tables", 10000, "invalid_blocks"},
	{"card.title", "characters of a card's title", 150, "invalid_blocks"},
	{"card.subtitle", "characters of a card's subtitle", 150, "invalid_blocks"},
	{"card.body", "characters of a card's body", 200, "invalid_blocks"},
	{"carousel.cards", "cards of a carousel", 10, "invalid_blocks"},

	{"view.title", "characters of a modal's title", 24, "invalid_arguments"},
	{"view.submit", "characters of a modal's submit", 24, "invalid_arguments"},
	{"view.close", "characters of a modal's close", 24, "invalid_arguments"},
	{"view.private_metadata", "characters of a view's private_metadata", 3000, "invalid_arguments"},
	{"view.callback_id", "characters of a view's callback_id", 255, "invalid_arguments"},
	{"view.external_id", "characters of a view's external_id", 255, "invalid_arguments"},
	{"view.bytes", "bytes of a view", 250000, "view_too_large"},
	{"view.stack", "views on top of each other", 3, "push_limit_reached"},

	{"response_url.uses", "uses of a response_url", 5, "used_url"},
	{"history.limit", "messages of a page of history", 1000, "invalid_limit"},
	{"socket.connections", "connections of an app", 10, "too_many_websockets"},
	{"socket.response", "bytes of an answer over a socket, above which it is dropped", 20479, ""},
}

var limits = fake.NewTable(Limits, func(l Limit) string { return l.Name })

// at returns a limit.
func at(name string) int { return limits.Get(name).At }
