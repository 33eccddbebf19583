package redact

import "unicode/utf8"

// Line returns at most the first most bytes of s without any secret that the
// rules find in it by itself, for texts that are no part of a case, such as a
// line of a log. Placeholders are numbered from 1 in each text. What is cut off
// is shown as "…". It is safe for concurrent use, and its time is linear in most.
func Line(s string, most int) Text {
	const ahead = 512 // what is looked at beyond the cut, so that a secret across it is seen whole
	const rest = 64   // the end of what is looked at may be too short a part of a secret to be known
	cut, keep := len(s) > most, most
	if len(s) > most+ahead {
		s = s[:most+ahead]
	}
	full := len(s)
	s = string(New(State{}).Text(s))
	if full == most+ahead {
		keep = min(most, max(0, len(s)-rest))
	}
	if len(s) > keep {
		end := keep
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s, cut = s[:end], true
	}
	if cut {
		s += "…"
	}
	return Text(s)
}
