package discord

import (
	"strings"

	"authfix/bot"
)

// zeroWidth parts what would be read as one thing by a character that nobody
// sees.
const zeroWidth = "\u200b"

// inText are the characters that are escaped wherever they stand.
const inText = "\\*_~`|<[]"

// escapeText makes a plain text inert in Discord's markdown: nothing in it
// formats, mentions, links, begins a list, a heading or a quote, or becomes an
// emoji or a date. A backslash before a mark takes its meaning from it and is
// not shown.
//
// That no address in it is a link is on purpose: in the text of a message
// Discord would fetch the page and show it, and an invitation too.
func escapeText(s string) string {
	var b strings.Builder
	start := true   // nothing but blanks came before in this line
	number := false // nothing but digits did
	for i, r := range s {
		switch {
		case strings.ContainsRune(inText, r),
			start && strings.ContainsRune("#->+", r),
			number && (r == '.' || r == ')'),
			r == ':' && (strings.HasPrefix(s[i+1:], "//") || emojiAt(s[i+1:])),
			r == '.' && invites(s[:i]):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '@':
			b.WriteString(`\@`)
			if rest := strings.ToLower(s[i+1 : min(len(s), i+9)]); strings.HasPrefix(rest, "everyone") || strings.HasPrefix(rest, "here") {
				b.WriteString(zeroWidth)
			}
		default:
			b.WriteRune(r)
		}
		switch {
		case r == '\n':
			start, number = true, false
		case r == ' ' || r == '\t':
			number = false
		case r >= '0' && r <= '9':
			start, number = false, start || number
		default:
			start, number = false, false
		}
	}
	return b.String()
}

// emojiAt reports whether a name and a colon follow a colon: :tada: is shown as
// an emoji, and so is what a guild has of its own.
func emojiAt(s string) bool {
	for i, r := range s {
		if r == ':' {
			return i > 0
		}
		if r == ' ' || r == '\n' || r == '\t' {
			break
		}
	}
	return false
}

// invites reports whether a dot after s may belong to an invitation, such as
// discord.gg/name, which needs no scheme.
func invites(s string) bool {
	s = strings.ToLower(s[max(0, len(s)-10):])
	return strings.HasSuffix(s, "discord") || strings.HasSuffix(s, "discordapp") || strings.HasSuffix(s, "dis")
}

// textSize is the most that a character of a plain text takes, escaped.
func textSize(r rune) int {
	switch {
	case r == '@':
		return 3
	case strings.ContainsRune(inText, r), strings.ContainsRune("#->+.):", r):
		return 2
	}
	return bot.RuneChars(r)
}

// breakFences keeps code from ending the fence that it stands in: no three
// backticks of it follow one another.
func breakFences(s string) string {
	for strings.Contains(s, "```") {
		s = strings.ReplaceAll(s, "```", "`"+zeroWidth+"`"+zeroWidth+"`")
	}
	return s
}

// codeSize is the most that a character of code takes with its fences broken.
func codeSize(r rune) int {
	if r == '`' {
		return 2
	}
	return bot.RuneChars(r)
}

// languages are what Discord colours code by, for each syntax.
var languages = map[string]string{"sql": "sql", "shell": "bash", "http": "http"}

// fence is code between fences. The line break after the first keeps the code's
// first word from being taken for a language.
func fence(code, language string) string {
	return "```" + language + "\n" + code + "\n```"
}

// fenceChars is the most that a fence takes beside the code.
const fenceChars = 20

// textPieces are the pieces of a plain text of which each takes at most n,
// escaped.
func textPieces(s string, n int) []string { return bot.Pieces(s, n, textSize) }
