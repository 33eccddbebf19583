package handlers

import (
	"context"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// escalate hands a case to the channel's people: what it is, the redacted
// evidence, what was tried and whom the knowledge base names.
func (t *turn) escalate(_ context.Context, c *storage.Case, d *knowledge.Diagnosis) error {
	if len(t.policy.Escalate) == 0 {
		return &UserError{Message: say.noTarget, Hint: say.noTargetHint}
	}
	row := t.rec.Case
	if row == nil || row.ID != c.ID {
		row = t.caseRow()
	}
	if row.State != storage.Resolved {
		row.State = storage.Escalated
	}
	r := summary(c, d)
	for _, target := range t.policy.Escalate {
		if _, err := t.add(r, storage.Outgoing{Case: c.ID, Channel: target.Channel, Person: target.Person, Once: "escalate " + c.ID + " " + target.Channel + target.Person}); err != nil {
			return err
		}
	}
	t.rec.Audits = append(t.rec.Audits, storage.Audit{At: t.m.Received, Actor: t.m.Author.ID, Action: "escalate", Subject: c.ID, Detail: c.FailureMode})
	return nil
}

// summary is what the channel's people are told of a case.
func summary(c *storage.Case, d *knowledge.Diagnosis) bot.Reply {
	r := bot.Reply{Headline: say.escalation + c.Title, Tone: bot.Warning}
	if c.FailureMode == "" {
		r.Headline = say.escalation + say.unknownHeadline
	}
	var lines string
	if len(d.Candidates) > 0 {
		top := &d.Candidates[0]
		r.Footnote = footnote(top)
		known := map[string]bool{}
		for _, e := range top.Evidence {
			text := clip(string(e.Around), maxLine)
			if e.Line > 0 && text != "" && !known[text] && len(known) < maxEvidence {
				known[text] = true
				lines += text + "\n"
			}
		}
	}
	if lines == "" {
		lines = c.Excerpt
	}
	if lines != "" {
		r.Sections = append(r.Sections, bot.Section{Label: say.seen, Code: lines, Syntax: "text"})
	}
	if len(d.Candidates) > 0 {
		top := &d.Candidates[0]
		r.Sections = append(r.Sections, bot.Section{Label: say.cause, Prose: clip(cause(top), maxLine)})
		for _, m := range top.Remedies {
			if m.Kind == knowledge.Escalation {
				r.Sections = appendList(r.Sections, say.handTo, m.Steps, false)
			}
		}
	}
	var facts []bot.Field
	for _, f := range d.Facts[:min(len(d.Facts), maxFields)] {
		facts = append(facts, bot.Field{Name: f.Name, Value: clip(string(f.Value), maxLine)})
	}
	if facts != nil {
		r.Sections = append(r.Sections, bot.Section{Label: say.facts, Fields: facts})
	}
	if !c.Private && c.Thread != "" {
		r.Sections = append(r.Sections, bot.Section{Links: []bot.Link{{Label: say.thread, Channel: c.Channel, Message: c.Thread}}})
	}
	return r
}

const (
	maxEvidence = 5  // lines of evidence in a summary
	maxFields   = 10 // facts in a summary
)
