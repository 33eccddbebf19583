package handlers

import (
	"strings"

	"authfix/bot"
)

// A press is what a choice's id says: v1:<case>:<choice>, and for the choices of
// a question v1:<case>:a:<fact>=<value>. Slack and Discord give it back as it
// was, also from a message that is years old.
type press struct {
	Case   string // or "", for a choice of no case
	Choice string
	Fact   string // of a question's choice
	Value  string
}

// The choices of an answer.
const (
	pressHelped   = "helped"
	pressUnhelped = "unhelped"
	pressWrong    = "wrong"
	pressMore     = "more"
	pressQuery    = "query"
	pressShare    = "share"
	pressResolve  = "resolve"
	pressEscalate = "escalate"
	pressAnswer   = "a"
)

// maxPress bounds a choice's id: Discord's custom_id has 100 characters.
// https://discord.com/developers/docs/components/reference
const maxPress = 100

// parsePress reads a choice's id; ok is false when it is none of ours.
func parsePress(id string) (p press, ok bool) {
	if len(id) > maxPress {
		return p, false
	}
	parts := strings.SplitN(id, ":", 4)
	if len(parts) < 3 || parts[0] != "v1" {
		return p, false
	}
	p.Case, p.Choice = parts[1], parts[2]
	if p.Choice != pressAnswer {
		return p, len(parts) == 3
	}
	if len(parts) != 4 {
		return p, false
	}
	p.Fact, p.Value, ok = strings.Cut(parts[3], "=")
	return p, ok
}

func choiceID(caseID, choice string) string { return "v1:" + caseID + ":" + choice }

// answerChoice is the choice of a question's answer; ok is false when its id
// would be too long for a platform.
func answerChoice(caseID, fact, value, label string) (c bot.Choice, ok bool) {
	id := choiceID(caseID, pressAnswer) + ":" + fact + "=" + value
	return bot.Choice{ID: id, Label: clip(label, maxLabel)}, len(id) <= maxPress
}
