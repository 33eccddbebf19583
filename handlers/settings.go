package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// A policySetting is one thing that triage NAME VALUE sets.
type policySetting struct {
	name string
	form string // what to write
	says string // what it does
	// set changes a policy, and returns the value as the audit keeps it, or else
	// what is wrong.
	set func(p *Policy, value string) (set, wrong string)
}

// policySettings returns all settings, in the order in which they are shown.
func policySettings() []policySetting {
	return []policySetting{
		{"threshold", "triage threshold likely | certain", "how sure I must be to speak unasked", setThreshold},
		{"bots", "triage bots on | off", "whether other programs' messages are read as people's", func(p *Policy, v string) (string, string) { return setSwitch(&p.Bots, v) }},
		{"quiet", "triage quiet 22:00-07:00 Europe/Berlin | off", "when nothing is said unasked", setQuiet},
		{"escalate", "triage escalate @person #channel … | off", "whom cases and surges go to", setTargets},
		{"marks", "triage marks on | off", "whether a reaction on the message shows how its case stands", func(p *Policy, v string) (string, string) { return setSwitch(&p.Marks, v) }},
		{"excerpts", "triage excerpts on | off", "whether redacted excerpts of what I do not recognise are kept", func(p *Policy, v string) (string, string) { return setSwitch(&p.Excerpts, v) }},
	}
}

// triageCommand shows the channel's policy, or changes it.
func (t *turn) triageCommand(ctx context.Context, args string) error {
	if t.m.Place == bot.Direct || t.m.Channel == "" {
		return &UserError{Message: say.triageDirect, Hint: say.triageDirectHint}
	}
	name, value, _ := strings.Cut(args, " ")
	name, value = strings.ToLower(name), strings.TrimSpace(value)
	if name == "" || name == "status" && value == "" {
		return t.showPolicy(bot.Reply{Headline: t.policyHeadline(&t.policy)}, &t.policy)
	}
	if err := t.requireAdmin(ctx); err != nil {
		return err
	}
	next := t.policy
	detail, err := change(&next, name, value)
	if err != nil {
		return err
	}
	return t.setPolicy(&next, "triage."+name, detail)
}

// change does to a policy what was asked for.
func change(p *Policy, name, value string) (detail string, err error) {
	if name == "on" || name == "off" {
		if value != "" {
			return "", &UserError{Message: fmt.Sprintf(say.switchAlone, name), Hint: say.settingForms}
		}
		p.On = name == "on"
		return "", nil
	}
	for _, s := range policySettings() {
		if s.name != name {
			continue
		}
		if value == "" {
			return "", &UserError{Message: fmt.Sprintf(say.noValue, s.name), Hint: fmt.Sprintf(say.write, s.form)}
		}
		detail, wrong := s.set(p, value)
		if wrong != "" {
			return "", &UserError{Message: wrong, Hint: fmt.Sprintf(say.write, s.form)}
		}
		return detail, nil
	}
	return "", &UserError{Message: say.noSetting, Hint: say.settingForms}
}

// setPolicy records the policy that the channel has from now on. Where only the
// workspace has one, it becomes the channel's own.
func (t *turn) setPolicy(next *Policy, action, detail string) error {
	data, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("encode the policy of a channel: %w", err)
	}
	row := &storage.Setting{Channel: t.m.Channel, Data: data, By: t.m.Author.ID, At: t.m.Received}
	r := bot.Reply{Headline: t.policyHeadline(next), Tone: bot.Done}
	if next.On != t.policy.On { // whoever writes here should know that a program reads it
		r.Audience = bot.ToBoth
	}
	if known := t.mem.Policy; known != nil && known.Channel == t.m.Channel {
		row.Version = known.Version
		before, err := json.Marshal(t.policy)
		if err != nil {
			return fmt.Errorf("encode the policy of a channel: %w", err)
		}
		if bytes.Equal(before, data) {
			r.Headline, r.Tone = say.sameAsBefore, bot.Plain
			return t.showPolicy(r, next)
		}
	}
	t.rec.Setting = row
	t.rec.Audits = append(t.rec.Audits, storage.Audit{At: t.m.Received, Actor: t.m.Author.ID, Action: action, Subject: t.m.Channel, Detail: detail})
	return t.showPolicy(r, next)
}

// showPolicy says a policy. It names people: its row does not outlast the
// sending, or forgetting one of them would have to look into replies.
func (t *turn) showPolicy(r bot.Reply, p *Policy) error {
	r.Sections = t.policySections(p)
	if p.On {
		r.Sections = append(r.Sections, t.lacks()...)
	}
	before := len(t.rec.Outgoing)
	if err := t.respond(r); err != nil {
		return err
	}
	for i := range t.rec.Outgoing[before:] {
		t.rec.Outgoing[before+i].Fleeting = true
	}
	return nil
}

func (t *turn) policyHeadline(p *Policy) string {
	switch {
	case !p.On:
		return say.triageIsOff
	case p.quietAt(t.m.Received):
		return say.triageIsQuiet
	}
	return say.triageIsOn
}

// policySections says a policy in words.
func (t *turn) policySections(p *Policy) []bot.Section {
	choose := func(is bool, yes, no string) string {
		if is {
			return yes
		}
		return no
	}
	quiet := say.quietNever
	if q := p.Quiet; q != nil {
		quiet = q.String()
	}
	var targets []string
	for _, x := range p.Escalate {
		targets = append(targets, x.String())
	}
	return []bot.Section{{Fields: []bot.Field{
		{Name: say.policyOn, Value: choose(p.On, say.policyIsOn, say.policyIsOff)},
		{Name: "threshold", Value: choose(p.Threshold == knowledge.Certain, say.saysCertain, say.saysLikely)},
		{Name: "bots", Value: choose(p.Bots, say.botsRead, say.botsIgnored)},
		{Name: "quiet", Value: quiet},
		{Name: "escalate", Value: choose(targets != nil, strings.Join(targets, ", "), say.toNobody)},
		{Name: "marks", Value: choose(p.Marks, say.marksShown, say.marksHidden)},
		{Name: "excerpts", Value: choose(p.Excerpts, say.excerptsKept, say.excerptsDropped)},
	}}}
}

// String writes hours as they are set.
func (h *Hours) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d %s", h.From/60, h.From%60, h.To/60, h.To%60, h.Zone)
}

// String writes a target as it can be set on every platform.
func (x Target) String() string {
	if x.Channel != "" {
		return "channel:" + x.Channel
	}
	return "person:" + x.Person
}
