package slack

import (
	"encoding/json"
	"net/url"
	"strings"

	"authfix/bot"
)

// The blocks that replies are drawn with, as they go over the wire. All text is
// plain_text or rich text: neither has a markup that something pasted could
// break out of. mrkdwn is not used at all.
//
// https://docs.slack.dev/reference/block-kit/blocks

// A payload is one message, for chat.postMessage, chat.postEphemeral,
// chat.update and a response_url alike.
type payload struct {
	Text     string         `json:"text"` // all of it, for screen readers and notifications
	Blocks   []any          `json:"blocks"`
	Metadata *replyMetadata `json:"metadata,omitempty"`

	Mrkdwn      bool   `json:"mrkdwn"`       // false: Text is no markup
	Parse       string `json:"parse"`        // none: no names or addresses in Text become links
	UnfurlLinks bool   `json:"unfurl_links"` // false
	UnfurlMedia bool   `json:"unfurl_media"` // false

	plain string // Text before it was escaped
}

// A replyMetadata is what a message is found again by. Everyone in the workspace can
// read it.
// https://docs.slack.dev/messaging/message-metadata
type replyMetadata struct {
	Type    string            `json:"event_type"`
	Payload replyMetadataBody `json:"event_payload"`
}

// metaType is the type of our messages' metadata.
const metaType = "authfix_reply"

type replyMetadataBody struct {
	Key   string `json:"key"`   // of the destination
	Part  int    `json:"part"`  // from 1
	Parts int    `json:"parts"` // how many messages the reply has
}

// values are the arguments of a method of the Web API. Those that a method does
// not know it ignores.
func (p *payload) values() (url.Values, error) {
	v := url.Values{"text": {p.Text}, "mrkdwn": {"false"}, "parse": {p.Parse}, "unfurl_links": {"false"}, "unfurl_media": {"false"}}
	blocks, err := compactJSON(p.Blocks)
	if err != nil {
		return nil, err
	}
	v.Set("blocks", blocks)
	if p.Metadata != nil {
		meta, err := compactJSON(p.Metadata)
		if err != nil {
			return nil, err
		}
		v.Set("metadata", meta)
	}
	return v, nil
}

// compactJSON encodes without the escapes that are meant for HTML: they make an
// angle bracket six characters.
func compactJSON(v any) (string, error) {
	text, err := encodeJSON(v, "")
	return strings.TrimSuffix(text, "\n"), err
}

// indentJSON is compactJSON for people.
func indentJSON(v any) (string, error) { return encodeJSON(v, "  ") }

func encodeJSON(v any, indent string) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return b.String(), err
}

// forUpdate is p with a text that chat.update takes. What it leaves out stands
// in the blocks, and it says so.
func (p payload) forUpdate() payload {
	if bot.Chars(p.Text) <= maxUpdateText {
		return p
	}
	const rest = "\nThe rest stands in the message itself."
	room := maxUpdateText - bot.Chars(rest)
	for n := room; ; n = n * 3 / 4 { // escaping may make it longer
		if text := escapeText(p.plain[:bot.CutAt(p.plain, n, bot.RuneChars)]); bot.Chars(text) <= room {
			p.Text = text + rest
			return p
		}
	}
}

// A textObject is plain text.
type textObject struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji bool   `json:"emoji"` // false: :smile: stays what it is
}

func plainText(s string) textObject { return textObject{Type: "plain_text", Text: s} }

type headerBlock struct {
	Type string     `json:"type"`
	Text textObject `json:"text"`
}

type contextBlock struct {
	Type     string       `json:"type"`
	Elements []textObject `json:"elements"`
}

type actionsBlock struct {
	Type     string          `json:"type"`
	Elements []buttonElement `json:"elements"`
}

type buttonElement struct {
	Type     string     `json:"type"`
	Text     textObject `json:"text"`
	ActionID string     `json:"action_id"`
	Value    string     `json:"value"`
	Style    string     `json:"style,omitempty"`
}

// A richBlock holds paragraphs, lists and code.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
type richBlock struct {
	Type     string     `json:"type"`
	Elements []richPart `json:"elements"`
}

// A richPart is a rich_text_section or rich_text_preformatted, whose elements
// are inline, or a rich_text_list, whose elements are sections.
type richPart struct {
	Type     string `json:"type"`
	Elements []any  `json:"elements"`
	Style    string `json:"style,omitempty"`  // of a list: bullet, ordered
	Offset   int    `json:"offset,omitempty"` // of an ordered list: how many items came before
}

// A richRun is a text, a link or a channel's name within a richPart.
type richRun struct {
	Type    string    `json:"type"`
	Text    string    `json:"text,omitempty"`
	URL     string    `json:"url,omitempty"`
	Channel string    `json:"channel_id,omitempty"`
	Style   *runStyle `json:"style,omitempty"`
}

type runStyle struct {
	Bold bool `json:"bold,omitempty"`
}

func textRun(s string) richRun { return richRun{Type: "text", Text: s} }

func boldRun(s string) richRun { return richRun{Type: "text", Text: s, Style: &runStyle{Bold: true}} }

type inputBlock struct {
	Type    string      `json:"type"`
	BlockID string      `json:"block_id"`
	Label   textObject  `json:"label"`
	Element textInput   `json:"element"`
	Hint    *textObject `json:"hint,omitempty"`
}

type textInput struct {
	Type      string `json:"type"`
	ActionID  string `json:"action_id"`
	Multiline bool   `json:"multiline"`
	MaxLength int    `json:"max_length"`
	Focus     bool   `json:"focus_on_load"`
}

// A viewPayload is a modal or a home tab.
type viewPayload struct {
	Type       string      `json:"type"`
	Title      *textObject `json:"title,omitempty"`
	Blocks     []any       `json:"blocks"`
	Submit     *textObject `json:"submit,omitempty"`
	Close      *textObject `json:"close,omitempty"`
	CallbackID string      `json:"callback_id,omitempty"`
	Private    string      `json:"private_metadata,omitempty"`
}
