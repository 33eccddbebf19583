package slack

import (
	"strings"
	"unicode"
)

// escapeText makes a safe text inert in the field text of a message, which has a
// markup for mentions and links even where mrkdwn is switched off, and emojis.
// https://docs.slack.dev/messaging/formatting-message-text
func escapeText(s string) string {
	if strings.Contains(s, ":") {
		s = apartEmojis(s)
	}
	return textEscaper.Replace(s)
}

// apartEmojis parts what Slack would show as emojis (:smile:) by a character
// without width.
func apartEmojis(s string) string {
	var b strings.Builder
	for {
		colon := strings.IndexByte(s, ':')
		if colon < 0 {
			break
		}
		b.WriteString(s[:colon+1])
		s = s[colon+1:]
		if name, _, ok := strings.Cut(s, ":"); ok && emojiName(name) {
			b.WriteRune('\u2060') // word joiner
		}
	}
	b.WriteString(s)
	return b.String()
}

// emojiName reports whether a word between colons may name an emoji. Digits do
// twice only; elsewhere they are the time of day.
func emojiName(s string) bool {
	digits := true
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && !strings.ContainsRune("_+'-", r) {
			return false
		}
		digits = digits && '0' <= r && r <= '9'
	}
	return s != "" && len(s) <= maxEmojiName && (!digits || s == "100" || s == "1234")
}

// maxEmojiName is more bytes than a custom emoji's name has.
const maxEmojiName = 400

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
