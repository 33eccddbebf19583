package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A blockText holds what blocks, and elements within them, have of text. Fields
// that have different types in different blocks stay raw.
type blockText struct {
	Type     string          `json:"type"`
	Text     json.RawMessage `json:"text"` // a string or a text object
	Elements json.RawMessage `json:"elements"`
	Fields   json.RawMessage `json:"fields"`
	Style    json.RawMessage `json:"style"`
	Indent   json.RawMessage `json:"indent"`
	Offset   json.RawMessage `json:"offset"`
	URL      string          `json:"url"`
	User     string          `json:"user_id"`
	Channel  string          `json:"channel_id"`
	Group    string          `json:"usergroup_id"`
	Range    string          `json:"range"`
	Name     string          `json:"name"`
	Skin     json.RawMessage `json:"skin_tone"`
	Value    json.RawMessage `json:"value"`
	Fallback string          `json:"fallback"`
	Time     json.RawMessage `json:"timestamp"`
	Alt      string          `json:"alt_text"`
	Title    json.RawMessage `json:"title"`
	Rows     json.RawMessage `json:"rows"`
}

// decodeBlock decodes what it can: a field of an unexpected type is as if it
// were not there.
func decodeBlock(data json.RawMessage) (b blockText, ok bool) {
	err := json.Unmarshal(data, &b)
	if err != nil {
		if _, mistyped := err.(*json.UnmarshalTypeError); !mistyped {
			return b, false
		}
	}
	return b, b.Type != ""
}

// block reads one block of a message.
func (r *textReader) block(data json.RawMessage) {
	b, ok := decodeBlock(data)
	if !ok {
		r.unread = true
		return
	}
	switch b.Type {
	case "rich_text":
		r.parts(b.Elements)
	case "section", "header":
		r.object(b.Text)
		for _, f := range array(b.Fields) {
			r.newLine()
			r.object(f)
		}
	case "context":
		for i, e := range array(b.Elements) {
			if i > 0 {
				r.write(" ")
			}
			if e, ok := decodeBlock(e); ok && e.Type == "image" {
				r.write(e.Alt)
				continue
			}
			r.object(e)
		}
	case "markdown":
		r.write(asString(b.Text))
	case "image", "video":
		r.object(b.Title)
		r.newLine()
		r.write(b.Alt)
	case "table":
		r.rows(b.Rows)
	case "divider", "actions", "context_actions", "input", "file", "call":
	default:
		r.unread = true
	}
}

// object reads a text object: plain text, or text that is marked up.
func (r *textReader) object(data json.RawMessage) {
	if isNull(data) {
		return
	}
	b, ok := decodeBlock(data)
	if !ok {
		r.unread = true
		return
	}
	if b.Type == "mrkdwn" {
		r.write(r.marked(asString(b.Text)))
		return
	}
	r.write(asString(b.Text))
}

// rows reads a table: a line for a row.
func (r *textReader) rows(data json.RawMessage) {
	for _, row := range array(data) {
		r.newLine()
		for i, cell := range array(row) {
			if i > 0 {
				r.write(" | ")
			}
			c, ok := decodeBlock(cell)
			switch {
			case !ok:
				r.unread = true
			case c.Type == "rich_text":
				inner := &textReader{self: r.self, depth: r.depth + 1}
				inner.parts(c.Elements)
				r.mentioned, r.unread = r.mentioned || inner.mentioned, r.unread || inner.unread
				r.write(strings.ReplaceAll(inner.take(), "\n", " "))
			default:
				if text := asString(c.Text); text != "" {
					r.write(text)
				} else {
					r.write(asString(c.Value))
				}
			}
		}
	}
}

// parts reads the paragraphs, lists, quotes and code of a rich_text block.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
func (r *textReader) parts(data json.RawMessage) {
	if r.depth++; r.depth > maxNesting {
		r.unread = true
		return
	}
	defer func() { r.depth-- }()
	if isNull(data) {
		return
	}
	all := array(data)
	if all == nil {
		r.unread = true
	}
	for _, e := range all {
		b, ok := decodeBlock(e)
		if !ok {
			r.unread = true
			continue
		}
		r.newLine()
		switch b.Type {
		case "rich_text_section", "rich_text_preformatted":
			r.runs(b.Elements)
		case "rich_text_quote":
			inner := &textReader{self: r.self, depth: r.depth}
			inner.runs(b.Elements)
			r.mentioned, r.unread = r.mentioned || inner.mentioned, r.unread || inner.unread
			for line := range strings.SplitSeq(inner.take(), "\n") {
				r.newLine()
				r.write("> " + line)
			}
		case "rich_text_list":
			r.items(&b)
		default:
			r.unread = true
			r.runs(b.Elements)
		}
	}
}

// items reads a list, with the marks that it is typed with.
func (r *textReader) items(b *blockText) {
	indent, n := asInt(b.Indent), asInt(b.Offset)
	lead := strings.Repeat("    ", min(max(indent, 0), maxNesting))
	for _, item := range array(b.Elements) {
		e, ok := decodeBlock(item)
		if !ok {
			r.unread = true
			continue
		}
		r.newLine()
		n++
		if asString(b.Style) == "ordered" {
			r.write(fmt.Sprintf("%s%d. ", lead, n))
		} else {
			r.write(lead + "- ")
		}
		if e.Type != "rich_text_section" {
			r.unread = true
		}
		r.runs(e.Elements)
	}
}

// runs reads what stands within a paragraph.
func (r *textReader) runs(data json.RawMessage) {
	all := array(data)
	if all == nil && !isNull(data) {
		r.unread = true
	}
	for _, e := range all {
		b, ok := decodeBlock(e)
		if !ok {
			r.unread = true
			continue
		}
		text := asString(b.Text)
		switch b.Type {
		case "text", "tag":
			r.write(text)
		case "link":
			if text == "" {
				r.write(bareLink(b.URL))
			} else {
				r.write(typedLink(b.URL, text))
			}
		case "user":
			r.mention(b.User)
		case "channel":
			r.write("<#" + b.Channel + ">")
		case "usergroup":
			r.write("<!subteam^" + b.Group + ">")
		case "broadcast":
			r.write("@" + b.Range)
		case "emoji":
			r.write(":" + b.Name + ":")
			if tone := asInt(b.Skin); tone > 0 {
				r.write(fmt.Sprintf(":skin-tone-%d:", tone))
			}
		case "color":
			r.write(asString(b.Value))
		case "date":
			if b.Fallback != "" {
				r.write(b.Fallback)
			} else {
				r.write(time.Unix(int64(asInt(b.Time)), 0).UTC().Format(time.RFC3339))
			}
		default: // mentions of canvases, workflows and what is to come
			r.unread = true
			switch {
			case text != "":
				r.write(text)
			case b.Fallback != "":
				r.write(b.Fallback)
			default:
				r.write(b.URL)
			}
		}
	}
}

// asString is a JSON string, "" for anything else.
func asString(data json.RawMessage) string {
	var s string
	if json.Unmarshal(data, &s) != nil {
		return ""
	}
	return s
}

// asInt is a JSON number, 0 for anything else.
func asInt(data json.RawMessage) int {
	var n int
	if json.Unmarshal(data, &n) != nil {
		return 0
	}
	return n
}
