package discord

import (
	"strings"

	"authfix/bot"
)

// links draws links, as a list when there are several.
func (d *drawing) links(label string, all []bot.Link) {
	var links, long []string
	for _, l := range all {
		name := bot.PlainLine(l.Label)
		if bot.Blank(name) {
			name = ""
		}
		if bot.Chars(name) > maxLinkLabel {
			long, name = append(long, name), ""
		}
		if l.URL == "" && l.Channel != "" && l.Message != "" && d.address != nil {
			l.URL = d.address(l.Channel, l.Message)
		}
		text, more := link(l, name)
		if more != "" {
			long = append(long, more)
		}
		if text != "" {
			links = append(links, text)
		}
	}
	if len(links) == 1 && len(long) == 0 && label != "" && bot.Chars(label) <= maxInline {
		d.add(unit{text: bold(label+":") + " " + links[0]})
		return
	}
	d.heading(label)
	for _, text := range long {
		d.prose("", text)
	}
	for _, text := range links {
		if len(links) > 1 {
			text = "- " + text
		}
		d.add(unit{text: text})
	}
}

// link is a link in markdown, "" when there is nothing to show. What is no
// address that can be followed is text, and more when it is long.
func link(l bot.Link, label string) (text, more string) {
	raw := bot.PlainLine(l.URL)
	address, ok := safeURL(raw)
	switch {
	case ok && label == "":
		return "<" + address + ">", ""
	case ok && !strings.ContainsAny(label, "[]\\") && !strings.Contains(label, "://"):
		// Discord takes no label with brackets in it, nor one that looks like an address.
		return "[" + escapeText(label) + "](" + address + ")", ""
	case ok:
		return escapeText(label+":") + " <" + address + ">", ""
	case raw != "" && label != "":
		raw = label + ": " + raw
		fallthrough
	case raw != "":
		if bot.Chars(raw) > maxLinkLabel {
			return "", raw
		}
		return escapeText(raw), ""
	}
	text = escapeText(label)
	if idLike(l.Channel) { // where it is, if not the message itself
		text = strings.TrimSpace(text + " <#" + l.Channel + ">")
	}
	return text, ""
}

// safeURL is the address of a page as it can stand in a link.
func safeURL(raw string) (string, bool) {
	address, ok := bot.WebAddress(raw, "<>\"'|\\^`{}()*~")
	return address, ok && bot.Chars(address) <= maxURL
}
