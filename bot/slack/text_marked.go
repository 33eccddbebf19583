package slack

import (
	"net/url"
	"strings"
)

// marked reads the field text of a message: &, < and > are escaped in it, and
// what stands in angle brackets is a mention, a link or a command.
// https://docs.slack.dev/messaging/formatting-message-text
func (r *textReader) marked(s string) string {
	before := r.out.String()
	r.out.Reset()
	for s != "" {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], '>')
		if end < 0 {
			break
		}
		r.write(unescapeText(s[:open]))
		r.entity(s[open+1 : open+end])
		s = s[open+end+1:]
	}
	r.write(unescapeText(s))
	read := r.take()
	r.out.WriteString(before)
	return read
}

// entity reads what stands in angle brackets. What is no entity is text: Slack
// escapes those, others may not.
func (r *textReader) entity(s string) {
	name, label, labelled := strings.Cut(s, "|")
	label = unescapeText(label)
	switch {
	case strings.Contains(s, "\n"):
	case strings.HasPrefix(s, "@") && isID(name[1:]):
		r.mention(name[1:])
		return
	case strings.HasPrefix(s, "#") && isID(name[1:]):
		r.write("<" + name + ">")
		return
	case strings.HasPrefix(s, "!"):
		switch {
		case name == "!here", name == "!channel", name == "!everyone":
			r.write("@" + name[1:])
		case labelled: // <!date^…|fallback>, <!subteam^S…|@name>
			r.write(label)
		case strings.HasPrefix(name, "!subteam^"):
			r.write("<" + name + ">")
		default:
			r.write("<" + unescapeText(s) + ">")
		}
		return
	case isAddress(name):
		address := unescapeText(name)
		if labelled {
			r.write(typedLink(address, label))
		} else {
			r.write(bareLink(address))
		}
		return
	}
	r.write("<" + unescapeText(s) + ">")
}

// isID reports whether s is an id of a user or a channel.
func isID(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) >= 2
}

// isAddress reports whether s begins like an address that Slack makes a link of.
// The tag of an XML document, in a text that was not escaped, is none.
func isAddress(s string) bool {
	if strings.HasPrefix(s, "mailto:") || strings.HasPrefix(s, "tel:") {
		return true
	}
	scheme, _, ok := strings.Cut(s, "://")
	return ok && scheme != "" && strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// bareLink is what was typed for a link without a label.
func bareLink(address string) string {
	for _, scheme := range []string{"mailto:", "tel:"} {
		if rest, ok := strings.CutPrefix(address, scheme); ok {
			return rest
		}
	}
	return address
}

// typedLink is what was typed for a link with a label. When Slack made the link,
// which it does of every host and mail address in a pasted log, that is the
// label. When a person gave it a label, the address follows: that may be what
// matters.
func typedLink(address, label string) string {
	if strings.TrimSpace(label) == "" {
		return bareLink(address)
	}
	if linkCore(address) == linkCore(label) {
		return label
	}
	return label + " (" + bareLink(address) + ")"
}

// linkCore is what an address and the text that it was made from have in common.
func linkCore(s string) string {
	s = strings.TrimSpace(s)
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		if len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			s = s[len(scheme):]
			break
		}
	}
	return strings.ToLower(strings.TrimSuffix(s, "/"))
}

// unescapeText undoes what Slack escapes, once.
func unescapeText(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return textUnescaper.Replace(s)
}

var textUnescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
