package slack

import (
	"fmt"
	"io"

	"authfix/bot"
)

// Where a form's text is found when it is filled in: the ids of its block and of
// its input. Errors of a form are keyed by the block.
const (
	formBlock  = "text"
	formAction = "text"
)

// renderHome draws a reply as a person's home tab. What has no room there is
// counted at its end.
func renderHome(r *bot.Reply, address permalinker) viewPayload {
	d := newDrawing(r, address)
	size, _ := sizeOf(d.tail)
	kept, left := d.body, 0
	room := viewChars - noteChars - min(size, viewChars/2)
	for i, u := range kept {
		if room -= u.size + objectChars; room < 0 {
			kept, left = kept[:i:i], len(kept)-i
			break
		}
	}
	tail := d.tail
	if room = viewChars / 2; size > room {
		for i, u := range tail {
			if room -= u.size + objectChars; room < 0 {
				tail, left = tail[:i:i], left+len(tail)-i
				break
			}
		}
	}
	all := kept[:len(kept):len(kept)]
	if left > 0 {
		all = append(all, noteUnit(fmt.Sprintf("%d more entries have no room here.", left)))
	}
	return viewPayload{Type: "home", Blocks: blocksOf(append(all, tail...), maxViewBlocks)}
}

// renderForm draws a form as a modal. What is private comes back with what is
// filled in; it must have at most maxPrivateMetadata characters.
func renderForm(f bot.Form, private string) viewPayload {
	bounded := func(s string, n int) string { return bot.Brief(bot.PlainLine(s), n) }
	title, label := bot.PlainLine(f.Title), bounded(f.Label, maxInputLabel)
	if bot.Blank(label) {
		label = "Text"
	}
	hint := fmt.Sprintf("%d characters have room here. Attach a longer text as a file to a message instead.", maxTextInput)
	if own := bounded(f.Hint, maxInputHint-bot.Chars(hint)-1); !bot.Blank(own) {
		hint = own + " " + hint
	}
	v := viewPayload{Type: "modal", CallbackID: bounded(f.ID, maxCallbackID), Private: private}
	if bot.Chars(title) > maxViewTitle || bot.Blank(title) {
		d := drawing{}
		d.prose("", title)
		v.Blocks = blocksOf(d.body[:min(len(d.body), 10)], maxViewBlocks)
		title = "authfix"
	}
	shown, small, send, leave := plainText(title), plainText(hint), plainText("Diagnose"), plainText("Cancel")
	v.Title, v.Submit, v.Close = &shown, &send, &leave
	v.Blocks = append(v.Blocks, inputBlock{Type: "input", BlockID: formBlock, Label: plainText(label), Hint: &small,
		Element: textInput{Type: "plain_text_input", ActionID: formAction, Multiline: true, MaxLength: maxTextInput, Focus: true}})
	return v
}

// Reply writes what Slack would get for r: each of its messages as indented
// JSON.
func Reply(w io.Writer, r *bot.Reply) error {
	for _, p := range render(r, "", nil) {
		text, err := indentJSON(p)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
