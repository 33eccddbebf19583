package handlers

import (
	"context"
	"strings"

	"authfix/bot"
)

// helpCommand lists the commands, or shows one.
func (t *turn) helpCommand(_ context.Context, args string) error {
	name := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(args)), "/")
	if name == "" {
		r := bot.Reply{Headline: say.helpHeadline}
		var list []bot.Field
		for _, c := range t.desk.commands {
			list = append(list, bot.Field{Name: usage(&c), Value: c.Summary})
		}
		r.Sections = []bot.Section{{Fields: list}, {Prose: say.helpHint}}
		return t.respond(r)
	}
	c := t.desk.command(name)
	if c == nil {
		var known []string
		for _, c := range t.desk.commands {
			known = append(known, c.Name)
		}
		return &UserError{Message: say.noCommand, Hint: "There is: " + strings.Join(known, ", ") + "."}
	}
	r := bot.Reply{Headline: c.Name + ": " + c.Summary, Sections: []bot.Section{{Label: say.usage, Code: usage(c), Syntax: "text"}}}
	if forms := formsOf(c.Name); forms != nil {
		r.Sections = append(r.Sections, bot.Section{Fields: forms})
	}
	if c.Admin {
		r.Sections = append(r.Sections, bot.Section{Prose: say.partlyAdmin})
	}
	return t.respond(r)
}

// usage is how a command is written.
func usage(c *Command) string { return strings.TrimSpace(c.Name + " " + c.Usage) }

// formsOf are the forms of a command that takes several.
func formsOf(name string) []bot.Field {
	switch name {
	case "triage":
		all := []bot.Field{{Name: "triage on | off", Value: say.formTriage}, {Name: "triage status", Value: say.formStatus}}
		for _, s := range policySettings() {
			all = append(all, bot.Field{Name: s.form, Value: s.says})
		}
		return all
	case "forget":
		return []bot.Field{
			{Name: "forget this", Value: say.formForgetThis},
			{Name: "forget message KEY", Value: say.formForgetMessage},
			{Name: "forget me", Value: say.formForgetMe},
			{Name: "forget person ID", Value: say.formForgetPerson},
		}
	case "stats":
		return []bot.Field{{Name: "stats", Value: say.formWeek}, {Name: "stats month", Value: say.formMonth}}
	}
	return nil
}
