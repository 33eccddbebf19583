package clean

import (
	"bytes"
	"strings"
	"time"
)

// chat undoes what Slack and Discord do to typed text: Slack's escapes and
// <links|labels>, mentions, code fences, and marks for bold and spoilers.
//
// Slack's escaping: https://docs.slack.dev/messaging/formatting-message-text
// Discord's: https://docs.discord.com/developers/reference#message-formatting
func (c *cleaner) chat(e *edit, text []byte) {
	has := classify(text)
	if has&tick != 0 {
		c.ticks(e, text)
		if e.changed {
			return // the other marks in the next round
		}
	}
	if has&(amp|angle) != 0 {
		for i := 0; i < len(text); {
			switch text[i] {
			case '&':
				if b, end := slackEntity(text, i); end > 0 {
					e.replace(i, end, b)
					i = end
					continue
				}
			case '<':
				if s, end := slackToken(text, i); end > 0 {
					replaceToken(e, text, i, end, s)
					i = end
					continue
				}
			}
			i++
		}
		if e.changed {
			return
		}
	}
	// One kind of mark a round, as they may be nested.
	for _, m := range [...]struct {
		class class
		mark  string
	}{{star, "**"}, {pipe, "||"}, {tilde, "~~"}, {underscore, "__"}} {
		if has&m.class != 0 && !e.changed {
			unmark(e, text, m.mark)
		}
	}
}

// mayChange reports whether scrub could change text, which has these classes.
// It errs on the side of yes.
func mayChange(text string, has class) bool {
	if has&(high|control) != 0 {
		return true
	}
	if has&angle != 0 {
		for i := strings.IndexByte(text, '<'); i >= 0 && i+1 < len(text); {
			switch b := text[i+1]; {
			case b == '@', b == '#', b == '!', b == ':', b == '/', b == 'h', b == 'm', b == 't', b == 'f', b == 's', b == 'a', b == 'H':
				return true
			}
			k := strings.IndexByte(text[i+1:], '<')
			if k < 0 {
				break
			}
			i += k + 1
		}
	}
	return has&amp != 0 && (strings.Contains(text, "&amp;") || strings.Contains(text, "&lt;") || strings.Contains(text, "&gt;")) ||
		has&tick != 0 && (strings.Contains(text, "```") || strings.HasPrefix(strings.TrimLeft(text, " >"), "`") || strings.HasSuffix(strings.TrimRight(text, " "), "`")) ||
		has&star != 0 && strings.Contains(text, "**") ||
		has&pipe != 0 && strings.Contains(text, "||") ||
		has&tilde != 0 && strings.Contains(text, "~~") ||
		has&underscore != 0 && strings.Contains(text, "__") ||
		has&bracket != 0 && (strings.Contains(text, "[0") || strings.Contains(text, "[m") || strings.Contains(text, "[39m") ||
			has&(backslash|hash|caret) != 0 && anyWritten(text))
}

func anyWritten(text string) bool {
	for _, w := range written {
		if k := strings.Index(text, w); k >= 0 && strings.Contains(text[k:], w+"[") {
			return true
		}
	}
	return false
}

// slackEntity reads &amp; &lt; or &gt; at text[i], however often it was
// escaped (&amp;amp;lt;).
func slackEntity(text []byte, i int) (string, int) {
	end := i + 1
	for bytes.HasPrefix(text[end:], []byte("amp;")) {
		end += 4
	}
	switch {
	case bytes.HasPrefix(text[end:], []byte("lt;")):
		return "<", end + 3
	case bytes.HasPrefix(text[end:], []byte("gt;")):
		return ">", end + 3
	case end > i+1:
		return "&", end
	}
	return "", 0
}

// maxToken is how long a link may be that is recognised; Slack's own limit for
// a message is 40,000 characters, URLs in logs stay below 8 KiB.
const maxToken = 8 << 10

// slackToken reads a link, mention or emoji in angle brackets at text[i] and
// returns what was typed for it.
func slackToken(text []byte, i int) (string, int) {
	window := text[i+1 : min(len(text), i+maxToken)]
	if len(window) < 3 {
		return "", 0
	}
	switch window[0] {
	case '@', '#', '!', ':', '/', 'h', 'm', 't', 'f', 's', 'a', 'H':
	default:
		return "", 0
	}
	// A long text of '<' must not be searched to its end from each of them.
	n := bytes.IndexAny(window[:min(len(window), 64)], "<> ")
	if n < 0 && scheme(window) > 0 {
		n = bytes.IndexAny(window, "<>")
	} else if n >= 0 && window[n] == ' ' {
		n = bytes.IndexAny(window[:min(len(window), 1024)], "<>")
	}
	if n <= 0 || window[n] != '>' {
		return "", 0
	}
	inner, label, labelled := strings.Cut(string(window[:n]), "|")
	typed, ok := typedFor(inner, label, labelled)
	if !ok {
		return "", 0
	}
	return typed, i + 1 + n + 1
}

// replaceToken writes what was typed for the token text[i:end), as the bytes
// of the token wherever they are the same, so that they keep their places.
func replaceToken(e *edit, text []byte, i, end int, typed string) {
	e.replace(i, i, "")
	token := text[i:end]
	if k := bytes.LastIndex(token, []byte(typed)); k >= 0 {
		e.keep(i+k, i+k+len(typed))
	} else if k := bytes.IndexByte(token, '|'); k >= 0 && strings.HasSuffix(typed, ")") && scheme(token[1:]) > 0 {
		e.keep(i+k+1, end-1)
		e.put(" (", i+k, i+k+1)
		e.keep(i+1, i+k)
		e.put(")", end-1, end-1)
	} else {
		e.put(typed, i, end)
	}
	e.done = end
}

// scheme returns the length of a URL's scheme with its colon at the start of
// text, or 0.
func scheme[T string | []byte](text T) int {
	for _, s := range [...]string{"https://", "http://", "mailto:", "tel:", "ftp://", "sftp://", "ssh://", "HTTP://", "HTTPS://"} {
		if len(text) > len(s) && string(text[:len(s)]) == s {
			return len(s)
		}
	}
	return 0
}

// typedFor returns what was typed for the token <inner|label>.
func typedFor(inner, label string, labelled bool) (string, bool) {
	if k := scheme(inner); k > 0 {
		if strings.ContainsAny(inner, " \"'") {
			return "", false
		}
		if !labelled || label == "" {
			if strings.HasPrefix(inner, "mailto:") || strings.HasPrefix(inner, "tel:") {
				return inner[k:], true
			}
			return inner, true
		}
		if strings.Trim(inner[k:], "/") == strings.Trim(label, "/") {
			return label, true // linked by Slack itself: the label is what stood there
		}
		if scheme(label) > 0 {
			return inner, true // the label is the URL, perhaps shortened
		}
		return label + " (" + inner + ")", true
	}
	if strings.ContainsAny(inner, " =\"<") {
		return "", false
	}
	switch inner[0] {
	case '@', '#':
		if id := strings.TrimLeft(inner[1:], "!&"); !isID(id) {
			return "", false
		}
		if label != "" {
			return inner[:1] + strings.TrimLeft(label, "@#"), true
		}
		return inner, true
	case '!':
		return special(inner[1:], label)
	case ':', 'a':
		// Discord's own emoji: <:name:id>, <a:name:id>.
		name, id, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(inner, "a"), ":"), ":")
		if ok && name != "" && isDigits(id) && len(id) >= 15 && !labelled {
			return ":" + name + ":", true
		}
	case '/':
		// Discord's command mention: </name:id>.
		name, id, ok := strings.Cut(inner, ":")
		if ok && isDigits(id) && len(id) >= 15 && !labelled {
			return name, true
		}
	case 't':
		return discordTime(inner)
	}
	return "", false
}

// special returns what was typed for <!…>.
func special(name, label string) (string, bool) {
	command, _, _ := strings.Cut(name, "^")
	switch command {
	case "here", "channel", "everyone":
		return "@" + command, true
	case "subteam", "date":
		if label != "" {
			return label, true
		}
		return "@" + name, true
	}
	return "", false
}

// discordTime returns the time of <t:seconds:style>.
func discordTime(inner string) (string, bool) {
	rest, ok := strings.CutPrefix(inner, "t:")
	seconds, _, _ := strings.Cut(rest, ":")
	if !ok || len(seconds) > 11 || !isDigits(seconds) {
		return "", false
	}
	var n int64
	for _, b := range []byte(seconds) {
		n = n*10 + int64(b-'0')
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339), true
}

func isID(s string) bool {
	if len(s) < 8 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if b := s[i]; !(b >= '0' && b <= '9' || b >= 'A' && b <= 'Z') {
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
