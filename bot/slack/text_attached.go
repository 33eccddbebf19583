package slack

import (
	"encoding/json"
	"errors"
	"strings"
)

// An attachedText is an attachment: a message that was forwarded, a preview of
// an address, or what older programs post.
// https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
type attachedText struct {
	From     string          `json:"from_url"`
	Original string          `json:"original_url"`
	Shared   bool            `json:"is_share"`
	Message  bool            `json:"is_msg_unfurl"`
	Pretext  string          `json:"pretext"`
	Title    string          `json:"title"`
	Text     string          `json:"text"`
	Fallback string          `json:"fallback"`
	Fields   json.RawMessage `json:"fields"`
	Blocks   json.RawMessage `json:"blocks"`
	Messages json.RawMessage `json:"message_blocks"`
}

// attachment reads an attachment to a message with that text. A preview of an
// address in the text is none: nobody typed or chose it, and it comes later, as
// if the message were edited.
func (r *textReader) attachment(data json.RawMessage, text string) string {
	var a attachedText
	if err := json.Unmarshal(data, &a); err != nil {
		if _, mistyped := errors.AsType[*json.UnmarshalTypeError](err); !mistyped {
			return ""
		}
	}
	forwarded := a.Shared || a.Message && !strings.Contains(unescapeText(text), a.From)
	if !forwarded && (a.From != "" || a.Original != "" || a.Message) {
		return ""
	}
	var parts []string
	add := func(s string) {
		if s = strings.Trim(s, "\n"); strings.TrimSpace(s) != "" {
			parts = append(parts, s)
		}
	}
	if forwarded {
		var inner string
		for _, m := range array(a.Messages) {
			var message struct {
				Message struct {
					Blocks json.RawMessage `json:"blocks"`
				} `json:"message"`
			}
			if json.Unmarshal(m, &message) == nil {
				inner = joinLines(inner, r.body("", message.Message.Blocks))
			}
		}
		if inner == "" || r.unread {
			if said := r.marked(a.Text); !strings.Contains(squeezed(said), squeezed(inner)) {
				said = joinLines(said, inner)
				inner = said
			} else {
				inner = said
			}
		}
		add(inner)
	} else {
		add(r.marked(a.Pretext))
		add(r.marked(a.Title))
		add(r.body(a.Text, a.Blocks))
	}
	for _, f := range array(a.Fields) {
		var field struct {
			Title string `json:"title"`
			Value string `json:"value"`
		}
		if json.Unmarshal(f, &field) == nil {
			add(strings.Trim(r.marked(field.Title)+": "+r.marked(field.Value), ": "))
		}
	}
	if len(parts) == 0 {
		add(r.marked(a.Fallback))
	}
	return strings.Join(parts, "\n")
}

func joinLines(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}
