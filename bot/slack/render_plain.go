package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainLines makes a text safe to show: line breaks become \n; other control
// characters, invisible ones and those that change the direction of writing are
// dropped, and broken UTF-8 is replaced.
func plainLines(s string) string {
	ok := true
	for i := 0; i < len(s) && ok; i++ {
		ok = s[i] >= ' ' && s[i] < 0x7F || s[i] == '\n' || s[i] == '\t'
	}
	if ok {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
			return '\n'
		case r == '\n', r == '\t', r == 0x200C, r == 0x200D: // joiners, which Persian, Hindi and emoji are spelt with
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// plainLine is plainLines on one line, without blanks around it.
func plainLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, plainLines(s)))
}

// blankText reports whether a safe text shows nothing.
func blankText(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == 0x200C || r == 0x200D }) == ""
}

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

// cutAt is where a text is best cut so that at most n characters come before: at
// the end of a line, of a sentence or of a word, unless that leaves little. It
// is at least one character, and len(s) when all of s has room.
func cutAt(s string, n int) int {
	room, used := len(s), 0
	for i, r := range s {
		if used += chars(string(r)); used > n {
			room = i
			break
		}
	}
	if room == len(s) {
		return room
	}
	least := room / 4
	if i := strings.LastIndexByte(s[:room], '\n'); i >= least {
		return i + 1
	}
	for i := room - 2; i > least; i-- {
		if s[i+1] == ' ' && strings.IndexByte(".?!", s[i]) >= 0 {
			return i + 2
		}
	}
	if i := strings.LastIndexByte(s[:room], ' '); i >= least && i > 0 {
		return i + 1
	}
	// Not between a character and what is joined to it.
	for end := room; end > least; {
		r, _ := utf8.DecodeRuneInString(s[end:])
		_, size := utf8.DecodeLastRuneInString(s[:end])
		if !unicode.In(r, unicode.M, unicode.Sk) && r != 0x200D && !strings.HasSuffix(s[:end], "\u200D") {
			return max(end, 1)
		}
		end -= size
	}
	if room == 0 {
		_, room = utf8.DecodeRuneInString(s)
	}
	return room
}

// piecesOf cuts a text into pieces of at most n characters. Put together they
// are the text again.
func piecesOf(s string, n int) []string {
	var all []string
	for len(s) > 0 {
		end := cutAt(s, n)
		all = append(all, s[:end])
		s = s[end:]
	}
	return all
}
