package slacktest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Where an element stands.
const (
	inSection        = "section"
	inActions        = "actions"
	inInput          = "input"
	inContextActions = "context_actions"
)

// elementPlaces says where each type of element may stand.
var elementPlaces = map[string][]string{
	"button":           {inSection, inActions},
	"overflow":         {inSection, inActions},
	"checkboxes":       {inSection, inActions, inInput},
	"radio_buttons":    {inSection, inActions, inInput},
	"datepicker":       {inSection, inActions, inInput},
	"timepicker":       {inSection, inActions, inInput},
	"datetimepicker":   {inActions, inInput},
	"feedback_buttons": {inContextActions}, "icon_button": {inContextActions},
	"plain_text_input": {inInput}, "email_text_input": {inInput}, "url_text_input": {inInput},
	"number_input": {inInput}, "rich_text_input": {inInput}, "file_input": {inInput},
}

var selects = []string{"static_select", "external_select", "users_select", "conversations_select", "channels_select"}

// isSelect reports whether kind is a select, and whether of several.
func isSelect(kind string) (one string, multi, ok bool) {
	one, multi = strings.CutPrefix(kind, "multi_")
	return one, multi, slices.Contains(selects, one)
}

// element validates an interactive element.
func (v *validator) element(where string, e object, place string) {
	kind, _ := e["type"].(string)
	one, multi, selecting := isSelect(kind)
	allowed := slices.Contains(elementPlaces[kind], place) ||
		selecting && (place == inSection || place == inInput || place == inActions && !multi)
	if !allowed {
		v.wrong(where+"/type", "unsupported type: %s", kind)
		return
	}
	if id := v.text(where, e, "action_id", "action_id"); id != "" {
		if v.actionIDs[id] {
			v.wrong(where, "action_id already exists: %s", id)
		}
		v.actionIDs[id] = true
	}
	if c, there := e["confirm"]; there {
		v.confirm(where+"/confirm", c)
	}
	v.textObject(where, e, "placeholder", "placeholder", plain)
	v.flagged(where, e, "focus_on_load", "multiline")
	if selecting {
		v.selectElement(where, e, one, multi)
		return
	}
	const common = "action_id confirm focus_on_load "
	switch kind {
	case "button":
		v.fields(where, e, "text", "action_id confirm url value style accessibility_label")
		v.textObject(where, e, "text", "button.text", plain)
		v.button(where, e)
	case "icon_button":
		v.fields(where, e, "icon text", "action_id confirm value accessibility_label visible_to_user_ids")
		v.textObject(where, e, "text", "button.text", plain)
		v.button(where, e)
	case "feedback_buttons":
		v.fields(where, e, "positive_button negative_button", "action_id")
		for _, k := range []string{"positive_button", "negative_button"} {
			if b, ok := e[k].(object); ok {
				v.fields(where+"/"+k, b, "text value", "accessibility_label")
				v.textObject(where+"/"+k, b, "text", "button.text", plain)
				v.button(where+"/"+k, b)
			}
		}
	case "overflow":
		v.fields(where, e, "options", "action_id confirm")
		v.options(where, e, "options", "overflow.options")
	case "checkboxes":
		v.fields(where, e, "options", common+"initial_options")
		v.options(where, e, "options", "checkboxes.options")
	case "radio_buttons":
		v.fields(where, e, "options", common+"initial_option")
		v.options(where, e, "options", "radio_buttons.options")
	case "datepicker":
		v.fields(where, e, "", common+"initial_date placeholder")
	case "timepicker":
		v.fields(where, e, "", common+"initial_time placeholder timezone")
	case "datetimepicker":
		v.fields(where, e, "", common+"initial_date_time")
	case "plain_text_input":
		v.fields(where, e, "", common+"initial_value multiline min_length max_length dispatch_action_config placeholder")
		v.whole(where, e, "min_length", 0, "plain_text_input.min_length")
		v.whole(where, e, "max_length", 1, "plain_text_input.max_length")
	case "email_text_input", "url_text_input", "rich_text_input":
		v.fields(where, e, "", common+"initial_value dispatch_action_config placeholder")
	case "number_input":
		v.fields(where, e, "is_decimal_allowed", common+"initial_value min_value max_value dispatch_action_config placeholder")
	case "file_input":
		v.fields(where, e, "", "action_id filetypes max_files")
		v.whole(where, e, "max_files", 1, "file_input.max_files")
	}
}

// button checks what all buttons have.
func (v *validator) button(where string, e object) {
	v.text(where, e, "value", "button.value")
	v.text(where, e, "accessibility_label", "button.accessibility_label")
	v.oneOf(where, e, "style", "primary", "danger")
	if u := v.text(where, e, "url", "button.url"); u != "" {
		if p, err := url.Parse(u); err != nil || p.Scheme == "" {
			v.wrong(where+"/url", "must be a valid URL")
		}
	}
}

func (v *validator) selectElement(where string, e object, one string, multi bool) {
	optional := "action_id confirm focus_on_load placeholder "
	if multi {
		optional += "max_selected_items "
	}
	switch one {
	case "static_select":
		v.fields(where, e, "", optional+"options option_groups initial_option initial_options")
		if (e["options"] == nil) == (e["option_groups"] == nil) {
			v.wrong(where, "must define either options or option_groups")
		}
		v.options(where, e, "options", "select.options")
		v.groups(where, e)
	case "external_select":
		v.fields(where, e, "", optional+"initial_option initial_options min_query_length")
		v.whole(where, e, "min_query_length", 0, "")
	case "users_select":
		v.fields(where, e, "", optional+"initial_user initial_users")
	case "channels_select":
		v.fields(where, e, "", optional+"initial_channel initial_channels response_url_enabled")
	default:
		v.fields(where, e, "", optional+"initial_conversation initial_conversations default_to_current_conversation response_url_enabled filter")
	}
}

func (v *validator) groups(where string, e object) {
	for i, g := range v.list(where, e, "option_groups", 1, "select.option_groups") {
		at := fmt.Sprintf("%s/option_groups/%d", where, i)
		v.fields(at, g, "label options", "")
		v.textObject(at, g, "label", "option.text", plain)
		v.options(at, g, "options", "select.options")
	}
}

func (v *validator) options(where string, e object, key, limit string) {
	for i, o := range v.list(where, e, key, 1, limit) {
		at := fmt.Sprintf("%s/%s/%d", where, key, i)
		v.fields(at, o, "text value", "description url")
		v.textObject(at, o, "text", "option.text", plain, mrkdwn)
		v.text(at, o, "value", "option.value")
		v.textObject(at, o, "description", "option.description", plain, mrkdwn)
	}
}

func (v *validator) confirm(where string, x any) {
	c, ok := x.(object)
	if !ok {
		v.wrong(where, "must provide an object")
		return
	}
	v.fields(where, c, "title text confirm deny", "style")
	v.textObject(where, c, "title", "confirm.title", plain)
	v.textObject(where, c, "text", "confirm.text", plain, mrkdwn)
	v.textObject(where, c, "confirm", "confirm.confirm", plain)
	v.textObject(where, c, "deny", "confirm.deny", plain)
	v.oneOf(where, c, "style", "primary", "danger")
}
