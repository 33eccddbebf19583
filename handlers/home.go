package handlers

import (
	"context"
	"fmt"

	"authfix/bot"
	"authfix/storage"
)

const (
	maxRecent   = 10 // cases on a person's page
	maxChannels = 40 // channels on an administrator's
)

// home draws a person's own page of the bot: their recent cases, how to ask, and
// for an administrator the settings of the channels.
func (t *turn) home(ctx context.Context) error {
	t.decide(replied)
	recent, err := t.desk.store.Recent(ctx, t.tenant, t.m.Author.ID, maxRecent)
	if err != nil {
		return fmt.Errorf("recent cases: %w", err)
	}
	r := bot.Reply{Audience: bot.ToHome, Headline: say.homeHeadline, Sections: []bot.Section{{List: say.homeUse}},
		Footnote: fmt.Sprintf(say.homeKnows, len(t.base.List("")))}
	for i := range recent {
		r.Sections = append(r.Sections, recentSection(&recent[i], i == 0))
	}
	if len(recent) == 0 {
		r.Sections = append(r.Sections, bot.Section{Label: say.homeRecent, Prose: say.homeNone})
	}
	if t.desk.role(ctx, t.m) >= bot.Admin {
		more, err := t.channelSections(ctx)
		if err != nil {
			return err
		}
		r.Sections = append(r.Sections, more...)
	}
	r.Choices = []bot.Choice{{ID: choiceID("", "help"), Label: say.helpChoice}, {ID: choiceID("", "show"), Label: say.modesChoice}, {ID: choiceID("", "stats"), Label: say.statsChoice}}
	_, err = t.add(r, storage.Outgoing{Person: t.m.Author.ID})
	return err
}

// recentSection is a line about a case, with the way to its thread.
func recentSection(c *storage.Case, first bool) bot.Section {
	title := c.Title
	if title == "" {
		title = say.unknownHeadline
	}
	s, line := bot.Section{}, c.Received.UTC().Format("2 January 15:04")+" · "+title+" · "+string(c.State)
	if first {
		s.Label = say.homeRecent
	}
	if !c.Private && c.Thread != "" {
		s.Links = []bot.Link{{Label: line, Channel: c.Channel, Message: c.Thread}}
	} else {
		s.Prose = line
	}
	return s
}

// channelSections are how the channels are set.
func (t *turn) channelSections(ctx context.Context) ([]bot.Section, error) {
	all, err := t.desk.store.Policies(ctx, t.tenant)
	if err != nil {
		return nil, fmt.Errorf("settings of all channels: %w", err)
	}
	var on, off []bot.Link
	for i := range all {
		if all[i].Channel == "" || len(on)+len(off) == maxChannels {
			continue
		}
		p, err := readPolicy(&all[i], false)
		if err != nil {
			return nil, err
		}
		if l := (bot.Link{Label: all[i].Channel, Channel: all[i].Channel}); p.On {
			on = append(on, l)
		} else {
			off = append(off, l)
		}
	}
	if on == nil && off == nil {
		return []bot.Section{{Label: say.homeChannels, Prose: say.homeNoChannels}}, nil
	}
	var out []bot.Section
	if on != nil {
		out = append(out, bot.Section{Label: say.homeOn, Links: on})
	}
	if off != nil {
		out = append(out, bot.Section{Label: say.homeOff, Links: off})
	}
	return out, nil
}
