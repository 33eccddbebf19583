package slacktest

import (
	"fmt"

	"authfix/bot/fake"
)

// blocks validates a list of blocks.
func (v *validator) blocks(where string, blocks []object, most int) {
	if len(blocks) > most {
		v.wrong(where, "no more than %d items allowed", most)
	}
	for i, b := range blocks {
		v.block(fmt.Sprintf("%s/%d", where, i), b)
	}
	if v.tables > at("table.text") {
		v.wrong(where, "tables must be less than %d characters", at("table.text")+1)
	}
}

// block validates a block. Types that no limit is published for (data_table,
// plan, container …) and those that only Slack itself makes (file, alert) are
// refused.
func (v *validator) block(where string, b object) {
	kind, _ := b["type"].(string)
	if id := v.text(where, b, "block_id", "block_id"); id != "" && kind != "markdown" {
		if v.blockIDs[id] {
			v.wrong(where, "block_id already exists: %s", id)
		}
		v.blockIDs[id] = true
	}
	switch kind {
	case "section":
		v.section(where, b)
		return
	case "header":
		v.fields(where, b, "text", "block_id level")
		v.textObject(where, b, "text", "header.text", plain)
		v.whole(where, b, "level", 1, "header.level")
		return
	case "divider":
		v.fields(where, b, "", "block_id")
		return
	case "context":
		v.fields(where, b, "elements", "block_id")
		for i, e := range v.list(where, b, "elements", 1, "context.elements") {
			at := fmt.Sprintf("%s/elements/%d", where, i)
			if e["type"] == "image" {
				v.imageElement(at, e)
			} else {
				v.textValue(at, e, "section.text", plain, mrkdwn)
			}
		}
		return
	case "actions":
		v.fields(where, b, "elements", "block_id")
		for i, e := range v.list(where, b, "elements", 1, "actions.elements") {
			v.element(fmt.Sprintf("%s/elements/%d", where, i), e, inActions)
		}
		return
	case "image":
		v.image(where, b)
		return
	case "rich_text":
		v.richText(where, b)
		return
	case "video":
		v.fields(where, b, "alt_text title thumbnail_url video_url", "author_name block_id description provider_icon_url provider_name title_url")
		return
	case "input":
		v.input(where, b)
		return
	}
	if v.on == inMessage {
		switch kind {
		case "markdown":
			v.fields(where, b, "text", "block_id")
			v.markdown += fake.Length(v.text(where, b, "text", ""))
			return
		case "table":
			v.table(where, b)
			return
		case "card":
			v.card(where, b)
			return
		case "carousel":
			v.fields(where, b, "elements", "block_id")
			for i, e := range v.list(where, b, "elements", 1, "carousel.cards") {
				v.card(fmt.Sprintf("%s/elements/%d", where, i), e)
			}
			return
		case "context_actions":
			v.fields(where, b, "elements", "block_id")
			for i, e := range v.list(where, b, "elements", 1, "context_actions.elements") {
				v.element(fmt.Sprintf("%s/elements/%d", where, i), e, inContextActions)
			}
			return
		}
	}
	v.wrong(where+"/type", "unsupported type: %s", kind)
}

func (v *validator) section(where string, b object) {
	v.fields(where, b, "", "text fields accessory block_id expand")
	if b["text"] == nil && b["fields"] == nil {
		v.wrong(where, "must define either text or fields")
	}
	v.textObject(where, b, "text", "section.text", plain, mrkdwn)
	for i, f := range v.list(where, b, "fields", 1, "section.fields") {
		v.textValue(fmt.Sprintf("%s/fields/%d", where, i), f, "section.field", plain, mrkdwn)
	}
	v.flagged(where, b, "expand")
	if a, there := b["accessory"]; there {
		if e, ok := a.(object); ok && e["type"] == "image" {
			v.imageElement(where+"/accessory", e)
		} else if ok {
			v.element(where+"/accessory", e, inSection)
		} else {
			v.wrong(where+"/accessory", "must provide an object")
		}
	}
}

func (v *validator) image(where string, b object) {
	v.fields(where, b, "alt_text", "image_url slack_file title block_id")
	if (b["image_url"] == nil) == (b["slack_file"] == nil) {
		v.wrong(where, "must define either image_url or slack_file")
	}
	v.text(where, b, "image_url", "image.image_url")
	v.text(where, b, "alt_text", "image.alt_text")
	v.textObject(where, b, "title", "image.title", plain)
}

func (v *validator) imageElement(where string, e object) {
	v.fields(where, e, "alt_text", "image_url slack_file")
	if (e["image_url"] == nil) == (e["slack_file"] == nil) {
		v.wrong(where, "must define either image_url or slack_file")
	}
	v.text(where, e, "image_url", "image.image_url")
	v.text(where, e, "alt_text", "image.alt_text")
}

func (v *validator) input(where string, b object) {
	v.inputs++
	v.fields(where, b, "label element", "hint optional block_id dispatch_action")
	v.textObject(where, b, "label", "input.label", plain)
	v.textObject(where, b, "hint", "input.hint", plain)
	v.flagged(where, b, "optional", "dispatch_action")
	if e, ok := b["element"].(object); ok {
		v.element(where+"/element", e, inInput)
	} else if b["element"] != nil {
		v.wrong(where+"/element", "must provide an object")
	}
}

func (v *validator) table(where string, b object) {
	v.fields(where, b, "rows", "block_id column_settings")
	x, ok := b["rows"].([]any)
	if !ok {
		v.wrong(where+"/rows", "must provide an array")
		return
	}
	if len(x) == 0 || len(x) > at("table.rows") {
		v.wrong(where+"/rows", "must have between 1 and %d rows", at("table.rows"))
	}
	for i, row := range x {
		at2 := fmt.Sprintf("%s/rows/%d", where, i)
		cells, ok := row.([]any)
		if !ok {
			v.wrong(at2, "must provide an array")
			continue
		}
		if len(cells) == 0 || len(cells) > at("table.cells") {
			v.wrong(at2, "must have between 1 and %d cells", at("table.cells"))
		}
		for j, c := range cells {
			at3 := fmt.Sprintf("%s/%d", at2, j)
			cell, _ := c.(object)
			switch cell["type"] {
			case "raw_text":
				v.fields(at3, cell, "text", "")
				v.text(at3, cell, "text", "")
			case "raw_number":
				v.fields(at3, cell, "value", "text")
			case "rich_text":
				v.richText(at3, cell)
			default:
				v.wrong(at3, "unsupported type: %v", cell["type"])
			}
			v.tables += characters(c)
		}
	}
}

func (v *validator) card(where string, b object) {
	if b["type"] != "card" {
		v.wrong(where+"/type", "unsupported type: %v", b["type"])
		return
	}
	v.fields(where, b, "", "block_id hero_image icon title subtitle body actions")
	v.textObject(where, b, "title", "card.title", plain, mrkdwn)
	v.textObject(where, b, "subtitle", "card.subtitle", plain, mrkdwn)
	v.textObject(where, b, "body", "card.body", plain, mrkdwn)
	for i, e := range v.list(where, b, "actions", 1, "") {
		v.element(fmt.Sprintf("%s/actions/%d", where, i), e, inActions)
	}
}
