package slacktest

import (
	"fmt"
	"slices"
)

// richText validates a rich_text block.
func (v *validator) richText(where string, b object) {
	v.fields(where, b, "elements", "block_id")
	for i, e := range v.list(where, b, "elements", 1, "") {
		v.richTextPart(fmt.Sprintf("%s/elements/%d", where, i), e)
	}
}

func (v *validator) richTextPart(where string, e object) {
	var inline []string // nil: all
	switch e["type"] {
	case "rich_text_section":
		v.fields(where, e, "elements", "")
	case "rich_text_preformatted":
		v.fields(where, e, "elements", "border language")
		v.whole(where, e, "border", 0, "")
		inline = []string{"text", "link"}
	case "rich_text_quote":
		v.fields(where, e, "elements", "border")
		v.whole(where, e, "border", 0, "")
	case "rich_text_list":
		v.fields(where, e, "style elements", "indent offset border")
		v.oneOf(where, e, "style", "bullet", "ordered")
		v.whole(where, e, "indent", 0, "")
		v.whole(where, e, "offset", 0, "")
		for i, s := range v.list(where, e, "elements", 1, "") {
			at := fmt.Sprintf("%s/elements/%d", where, i)
			if s["type"] != "rich_text_section" {
				v.wrong(at+"/type", "unsupported type: %v", s["type"])
				continue
			}
			v.richTextPart(at, s)
		}
		return
	default:
		v.wrong(where+"/type", "unsupported type: %v", e["type"])
		return
	}
	for i, x := range v.list(where, e, "elements", 0, "") {
		v.inline(fmt.Sprintf("%s/elements/%d", where, i), x, inline)
	}
}

// inline validates a piece of a rich text.
func (v *validator) inline(where string, e object, allowed []string) {
	kind, _ := e["type"].(string)
	if allowed != nil && !slices.Contains(allowed, kind) {
		v.wrong(where+"/type", "unsupported type: %s", kind)
		return
	}
	switch kind {
	case "text":
		v.fields(where, e, "text", "style")
		v.text(where, e, "text", "")
	case "link":
		v.fields(where, e, "url", "text style unsafe")
		v.text(where, e, "url", "")
	case "user":
		v.fields(where, e, "user_id", "style")
	case "usergroup":
		v.fields(where, e, "usergroup_id", "style")
	case "channel":
		v.fields(where, e, "channel_id", "style")
	case "team":
		v.fields(where, e, "team_id", "style")
	case "emoji":
		v.fields(where, e, "name", "unicode skin_tone style url display_url")
	case "broadcast":
		v.fields(where, e, "range", "style")
		v.oneOf(where, e, "range", "here", "channel", "everyone")
	case "date":
		v.fields(where, e, "timestamp format", "url fallback style")
	case "color":
		v.fields(where, e, "value", "style")
	default:
		v.wrong(where+"/type", "unsupported type: %s", kind)
		return
	}
	if style, there := e["style"]; there && style != nil {
		s, ok := style.(object)
		if !ok {
			v.wrong(where+"/style", "must provide an object")
			return
		}
		v.fields(where+"/style", s, "", "bold italic strike code underline highlight client_highlight unlink")
		v.flagged(where+"/style", s, "bold", "italic", "strike", "code", "underline")
	}
}
