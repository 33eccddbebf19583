package slack

import (
	"fmt"

	"authfix/bot"
)

// choices draws choices as buttons. A label that is too long for one is shown
// before them in full. Screen readers find buttons by themselves; when there is
// nothing else in the message (alone), its text has them too.
func (d *drawing) choices(all []bot.Choice, alone bool) {
	var buttons []unit
	known := map[string]bool{}
	for i, c := range all {
		label := bot.PlainLine(c.Label)
		if bot.Blank(label) {
			label = fmt.Sprintf("Choice %d", i+1)
		}
		if bot.Chars(c.ID) > maxButtonValue { // a press could not say what was chosen
			d.group++
			d.prose("", label)
			continue
		}
		if bot.Chars(label) > maxButtonText {
			d.group++
			d.prose("", label)
			label = bot.Brief(label, maxButtonText)
		}
		// The value says what was chosen; an action_id must be unique in a message.
		action := c.ID
		if action == "" || bot.Chars(action) > maxActionID || known[action] {
			action = fmt.Sprintf("choice-%d", i)
		}
		known[action] = true
		b := &buttonElement{Type: "button", Text: plainText(label), ActionID: action, Value: c.ID}
		switch c.Style {
		case bot.Primary, bot.Danger:
			b.Style = string(c.Style)
		}
		u := unit{button: b}
		if alone {
			u.text = "• " + label
		}
		buttons = append(buttons, u)
	}
	d.group++
	for _, u := range buttons {
		d.add(u)
	}
}
