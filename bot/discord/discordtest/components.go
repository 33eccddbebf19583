package discordtest

import (
	"fmt"
	"strconv"
)

// The types of components.
// https://docs.discord.com/developers/components/reference#component-object-component-types
const (
	kindRow    = 1
	kindButton = 2
	kindSelect = 3
	kindInput  = 4
	kindLabel  = 18
	kindUpload = 19
)

// components checks the rows of a message.
func (f *form) components(rows []object) {
	f.over("components", "message.rows", len(rows))
	seen := map[string]bool{}
	for i, row := range rows {
		p := fmt.Sprintf("components.%d.", i)
		if integer(row["type"]) != kindRow {
			f.add(p+"type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
			continue
		}
		f.only(p, row, "type", "id", "components")
		inner := f.objects(p+"components", row["components"])
		if len(inner) == 0 {
			f.add(p+"components", badSize, "Must be between 1 and 5 in length.")
		}
		f.over(p+"components", "row.buttons", len(inner))
		for j, c := range inner {
			q := p + "components." + strconv.Itoa(j) + "."
			switch integer(c["type"]) {
			case kindButton:
				f.button(q, c, seen)
			case kindSelect, 5, 6, 7, 8:
				if len(inner) > 1 {
					f.add(p+"components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select fills its row.")
				}
				f.selectMenu(q, c, seen)
			default:
				f.add(q+"type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).")
			}
		}
	}
}

func (f *form) customID(path string, c object, seen map[string]bool) {
	id := f.text(path, c, "custom_id", "custom_id", true)
	if id != "" && seen[id] {
		f.add(path+"custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	seen[id] = true
}

func (f *form) button(path string, c object, seen map[string]bool) {
	f.only(path, c, "type", "id", "style", "label", "emoji", "custom_id", "sku_id", "url", "disabled")
	style := integer(c["style"])
	f.text(path, c, "label", "button.label", c["emoji"] == nil)
	switch style {
	case 1, 2, 3, 4:
		f.customID(path, c, seen)
		if c["url"] != nil {
			f.add(path+"url", "BASE_TYPE_BAD", "A URL belongs to a link button.")
		}
	case 5:
		f.text(path, c, "url", "button.url", true)
		if c["url"] != nil {
			f.link(path+"url", c["url"], false)
		}
		if c["custom_id"] != nil {
			f.add(path+"custom_id", "BASE_TYPE_BAD", "A custom id and url cannot both be specified")
		}
	default:
		f.add(path+"style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5).")
	}
	if d, ok := c["disabled"]; ok {
		if _, ok := d.(bool); !ok {
			f.add(path+"disabled", "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
		}
	}
}

func (f *form) selectMenu(path string, c object, seen map[string]bool) {
	f.only(path, c, "type", "id", "custom_id", "options", "placeholder", "min_values", "max_values", "disabled", "required", "channel_types", "default_values")
	f.customID(path, c, seen)
	f.text(path, c, "placeholder", "select.placeholder", false)
	if integer(c["type"]) != kindSelect {
		return
	}
	options := f.objects(path+"options", c["options"])
	if len(options) == 0 {
		f.add(path+"options", badSize, "Must be between 1 and 25 in length.")
	}
	f.over(path+"options", "select.options", len(options))
	values := map[string]bool{}
	for k, o := range options {
		q := path + "options." + strconv.Itoa(k) + "."
		f.only(q, o, "label", "value", "description", "emoji", "default")
		f.text(q, o, "label", "option.label", true)
		v := f.text(q, o, "value", "option.value", true)
		f.text(q, o, "description", "option.description", false)
		if v != "" && values[v] {
			f.add(q+"value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[v] = true
	}
}

// modal checks a modal.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
func (f *form) modal(d object) {
	f.only("", d, "custom_id", "title", "components")
	f.text("", d, "title", "modal.title", true)
	f.text("", d, "custom_id", "modal.custom_id", true)
	all := f.objects("components", d["components"])
	if len(all) == 0 {
		f.add("components", badSize, "Must be between 1 and 5 in length.")
	}
	f.over("components", "modal.components", len(all))
	seen := map[string]bool{}
	for i, c := range all {
		p := fmt.Sprintf("components.%d.", i)
		switch integer(c["type"]) {
		case kindRow: // deprecated, with one text input
			inner := f.objects(p+"components", c["components"])
			if len(inner) != 1 || integer(inner[0]["type"]) != kindInput {
				f.add(p+"components", badSize, "Must be one text input.")
				continue
			}
			f.text(p+"components.0.", inner[0], "label", "input.label", true)
			f.input(p+"components.0.", inner[0], seen)
		case kindLabel:
			f.only(p, c, "type", "id", "label", "description", "component")
			f.text(p, c, "label", "label.label", true)
			f.text(p, c, "description", "label.description", false)
			inner, _ := c["component"].(object)
			q := p + "component."
			switch integer(inner["type"]) {
			case kindInput:
				if inner["label"] != nil {
					f.add(q+"label", "BASE_TYPE_BAD", "A text input in a label has no label of its own.")
				}
				f.input(q, inner, seen)
			case kindSelect, 5, 6, 7, 8:
				f.selectMenu(q, inner, seen)
			case kindUpload:
				f.only(q, inner, "type", "id", "custom_id", "min_values", "max_values", "required", "file_types")
				f.customID(q, inner, seen)
				f.over(q+"max_values", "upload.max_values", integer(inner["max_values"]))
			default:
				f.add(q+"type", "UNION_TYPE_CHOICES", "Not a component of a label.")
			}
		case 10: // text alone
			f.only(p, c, "type", "id", "content")
			f.text(p, c, "content", "input.value", true)
		default:
			f.add(p+"type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18).")
		}
	}
}

func (f *form) input(path string, c object, seen map[string]bool) {
	f.only(path, c, "type", "id", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder")
	f.customID(path, c, seen)
	if st := integer(c["style"]); st != 1 && st != 2 {
		f.add(path+"style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
	}
	f.text(path, c, "value", "input.value", false)
	f.text(path, c, "placeholder", "input.placeholder", false)
	if c["max_length"] != nil {
		f.over(path+"max_length", "input.max_length", integer(c["max_length"]))
		if integer(c["max_length"]) < 1 {
			f.add(path+"max_length", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
		}
	}
}
