package discord

import "authfix/bot"

// Bounds of a form.
// https://docs.discord.com/developers/components/reference#label and
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
const (
	maxFormTitle       = 45
	maxFormLabel       = 45
	maxFormDescription = 100
	maxFormText        = 4000
	textParagraph      = 2 // the style of an input of several lines
)

// The parts of a form: a long text goes into it as a file.
const (
	formText  = "text"
	formFile  = "file"
	fileLabel = "Or a file"
	fileHint  = "A log file, when the text has more than 4,000 characters."
)

// formAnswer is the answer that opens a form: one text of many lines, or a file.
// Neither is required by itself; the desk says so when there is none.
func formAnswer(f bot.Form) *interactionAnswer {
	label := func(label, description string, component map[string]any) map[string]any {
		part := map[string]any{"type": componentLabel, "label": clipped(label, maxFormLabel), "component": component}
		if description != "" {
			part["description"] = clipped(description, maxFormDescription)
		}
		return part
	}
	return &interactionAnswer{Type: answerForm, Data: map[string]any{
		"custom_id": f.ID, "title": clipped(f.Title, maxFormTitle),
		"components": []any{
			label(f.Label, f.Hint, map[string]any{"type": componentTextInput, "custom_id": formText, "style": textParagraph, "max_length": maxFormText, "required": false}),
			label(fileLabel, fileHint, map[string]any{"type": componentUpload, "custom_id": formFile, "min_values": 0, "max_values": 1, "required": false}),
		},
	}}
}

// clipped cuts a text to n characters, and shows that it did.
func clipped(text string, n int) string {
	if len(text) <= n || bot.Chars(text) <= n { // no more characters than bytes
		return text
	}
	left := n - 1
	for i, r := range text {
		if left -= bot.RuneChars(r); left < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
