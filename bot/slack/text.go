package slack

import (
	"encoding/json"
	"strings"
)

// typedText is what a person typed of a message, as well as Slack tells: its
// text and blocks, and what was forwarded with it; and whether the bot, whose
// user id is self, is mentioned in it. Mentions of the bot are left out; others
// stay as Slack writes them (<@U…>, <#C…>).
//
// A message that was composed in Slack has its text as a rich_text block, where
// it is raw. Blocks are read one by one: one that is unknown or broken loses
// nothing, for then the field text is read as well, in which the text is marked
// up.
func typedText(text string, blocks, attachments json.RawMessage, self string) (typed string, mentioned bool) {
	r := &textReader{self: self}
	typed = r.body(text, blocks)
	mentioned = r.mentioned
	for _, a := range array(attachments) {
		r := &textReader{self: self} // whoever mentions the bot in what is forwarded does not ask now
		if more := strings.Trim(r.attachment(a, text), "\n"); more != "" {
			if typed != "" {
				typed += "\n"
			}
			typed += more
		}
	}
	return strings.TrimSpace(typed), mentioned
}

// slashText is the text of a slash command as it was typed.
// https://docs.slack.dev/interactivity/implementing-slash-commands
func slashText(s string) string { return strings.TrimSpace(unescapeText(s)) }

// A textReader collects the text of one message.
type textReader struct {
	self      string
	mentioned bool
	dropped   bool // the last thing read was a mention of the bot, which was left out
	unread    bool // something was not understood
	out       strings.Builder
	depth     int
}

// maxNesting bounds how deep blocks are read; Slack's own nest four deep.
const maxNesting = 12

// body reads a message's blocks, and its text where they do not hold all of it.
func (r *textReader) body(text string, blocks json.RawMessage) string {
	all := array(blocks)
	for _, b := range all {
		r.newLine()
		r.block(b)
	}
	read := r.take()
	switch {
	case len(all) == 0 && isNull(blocks), strings.TrimSpace(read) == "":
		return strings.Trim(r.marked(text), "\n")
	case len(all) > 0 && !r.unread:
		return read
	}
	// What of the blocks is not in the text, which for messages of programs is a
	// summary only, follows it.
	said := strings.Trim(r.marked(text), "\n")
	known := squeezed(said)
	for line := range strings.Lines(read) {
		if s := squeezed(line); s != "" && !strings.Contains(known, s) {
			said += "\n" + strings.TrimRight(line, "\n")
		}
	}
	return strings.Trim(said, "\n")
}

// squeezed is a text without blanks and without the marks that the fields text
// and blocks write differently.
func squeezed(s string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune(" \n\t\r`*_~>•-", c) {
			return -1
		}
		return c
	}, s)
}

// take returns what was read and begins anew.
func (r *textReader) take() string {
	s := strings.Trim(r.out.String(), "\n")
	r.out.Reset()
	r.dropped = false
	return s
}

// write adds text. Behind a mention that was left out, the blank or the colon
// that set it off goes too.
func (r *textReader) write(s string) {
	if s == "" {
		return
	}
	if r.dropped {
		r.dropped = false
		if so := r.out.String(); so == "" || strings.HasSuffix(so, "\n") {
			s = strings.TrimLeft(strings.TrimLeft(s, ",:"), " \u00a0")
		} else if strings.HasSuffix(so, " ") {
			s = strings.TrimPrefix(s, " ")
		}
	}
	r.out.WriteString(s)
}

// newLine begins a new line unless that was done.
func (r *textReader) newLine() {
	if so := r.out.String(); so != "" && !strings.HasSuffix(so, "\n") {
		r.out.WriteByte('\n')
	}
	r.dropped = false
}

// mention reads a mention of a user.
func (r *textReader) mention(user string) {
	if user != "" && user == r.self {
		r.mentioned, r.dropped = true, true
		return
	}
	r.write("<@" + user + ">")
}

// array is a list, element by element, nil when it is none.
func array(data json.RawMessage) []json.RawMessage {
	var all []json.RawMessage
	if json.Unmarshal(data, &all) != nil {
		return nil
	}
	return all
}

func isNull(data json.RawMessage) bool {
	s := strings.TrimSpace(string(data))
	return s == "" || s == "null" || s == "[]"
}
