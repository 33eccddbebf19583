package slack

import (
	"regexp"

	"authfix/bot"
)

// maxLinkLabel bounds what a link is shown by; a longer label comes before it.
const maxLinkLabel = 1_000

// links draws links, as a list when there are several.
func (d *drawing) links(label string, all []bot.Link) {
	type shown struct {
		runs []any
		text string
	}
	var links []shown
	var long []string
	for _, l := range all {
		label := bot.PlainLine(l.Label)
		if bot.Blank(label) {
			label = ""
		}
		if bot.Chars(label) > maxLinkLabel {
			long, label = append(long, label), ""
		}
		if l.URL == "" && l.Channel != "" && l.Message != "" && d.address != nil {
			l.URL = d.address(l.Channel, l.Message)
		}
		runs, text := linkRuns(l, label)
		switch {
		case bot.Chars(text) > maxLinkLabel+maxURL:
			long = append(long, text)
		case text != "":
			links = append(links, shown{runs, text})
		}
	}
	if len(links) == 1 && len(long) == 0 && label != "" && bot.Chars(label) <= maxHeader {
		d.add(unit{rich: paragraph(append([]any{boldRun(label + ": ")}, links[0].runs...)...), text: label + ": " + links[0].text})
		return
	}
	d.heading(label)
	for _, text := range long {
		d.prose("", text)
	}
	for _, l := range links {
		if len(links) == 1 {
			d.add(unit{rich: paragraph(l.runs...), text: l.text})
			continue
		}
		d.add(unit{rich: &richPart{Type: "rich_text_list", Style: "bullet", Elements: []any{*paragraph(l.runs...)}}, text: "• " + l.text})
	}
}

var channelID = regexp.MustCompile(`^[CDG][A-Z0-9]{1,30}$`)

// linkRuns is a link's runs under its label, and its text for screen readers: "" when
// there is nothing to show. What is no address that can be followed is shown as
// text.
func linkRuns(l bot.Link, label string) (runs []any, text string) {
	raw := bot.PlainLine(l.URL)
	address, ok := safeURL(raw)
	switch {
	case ok && label == "":
		return []any{richRun{Type: "link", URL: address}}, address
	case ok:
		return []any{richRun{Type: "link", URL: address, Text: label}}, label + ": " + address
	case raw != "" && label == "":
		return boundedRuns(raw), raw
	case raw != "":
		return boundedRuns(label + ": " + raw), label + ": " + raw
	}
	if label != "" {
		runs, text = []any{textRun(label)}, label
	}
	if channelID.MatchString(l.Channel) { // where it is, if not the message itself
		if label != "" {
			runs = append(runs, textRun(" "))
		} else {
			text = "a channel"
		}
		runs = append(runs, richRun{Type: "channel", Channel: l.Channel})
	}
	return runs, text
}

// boundedRuns is a text as runs of which none is too long.
func boundedRuns(s string) []any {
	var runs []any
	for _, piece := range bot.Pieces(s, maxTextObject, bot.RuneChars) {
		runs = append(runs, textRun(piece))
	}
	return runs
}

// safeURL is the address of a page as Slack takes it.
func safeURL(raw string) (string, bool) {
	address, ok := bot.WebAddress(raw, "<>\"|\\^`{}")
	return address, ok && bot.Chars(address) <= maxURL
}
