package handlers

import (
	"context"
	"fmt"

	"authfix/bot"
	"authfix/storage"
)

// maxRecent bounds the cases on a person's page.
const maxRecent = 10

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
		s, err := t.channelsSection(ctx)
		if err != nil {
			return err
		}
		r.Sections = append(r.Sections, s)
	}
	r.Choices = []bot.Choice{{ID: choiceID("", "help"), Label: say.helpChoice}, {ID: choiceID("", "stats"), Label: say.statsChoice}}
	_, err = t.add(r, storage.Outgoing{Person: t.m.Author.ID})
	return err
}

// recentSection is a line about a case, with the way to its thread.
func recentSection(c *storage.Case, first bool) bot.Section {
	title := c.Title
	if title == "" {
		title = say.unknownHeadline
	}
	s := bot.Section{Prose: c.Received.UTC().Format("2 January 15:04") + " · " + title + " · " + string(c.State)}
	if first {
		s.Label = say.homeRecent
	}
	if !c.Private && c.Thread != "" {
		s.Links = []bot.Link{{Label: say.thread, Channel: c.Channel, Message: c.Thread}}
	}
	return s
}

// channelsSection is how the channels are set.
func (t *turn) channelsSection(ctx context.Context) (bot.Section, error) {
	all, err := t.desk.store.Policies(ctx, t.tenant)
	if err != nil {
		return bot.Section{}, fmt.Errorf("settings of all channels: %w", err)
	}
	s := bot.Section{Label: say.homeChannels, Prose: say.homeNoChannels}
	for i := range all {
		if len(s.Fields) == maxFields || all[i].Channel == "" {
			continue
		}
		p, err := readPolicy(&all[i], false)
		if err != nil {
			return s, err
		}
		state := "off"
		if p.On {
			state = "on, " + string(p.Threshold)
		}
		s.Fields = append(s.Fields, bot.Field{Name: "<#" + all[i].Channel + ">", Value: "triage " + state})
	}
	if s.Fields != nil {
		s.Prose = ""
	}
	return s, nil
}
