package slack

import (
	"context"
	"errors"
	"strings"
	"time"

	"authfix/bot"
)

// Bounds of a menu's options.
// https://docs.slack.dev/reference/block-kit/composition-objects/option-object
const (
	maxOptions     = 25 // Slack takes 100, but not over Socket Mode
	maxOptionText  = 75
	maxOptionValue = 75
	optionsWithin  = 2 * time.Second
)

// optionsAction is what the action_id of a menu begins with whose options are
// asked for here; the name of the command for which it completes follows.
const optionsAction = "suggest:"

// A menuOption is an entry of a menu.
type menuOption struct {
	Text  textObject `json:"text"`
	Value string     `json:"value"`
}

// isSuggestion reports whether an interaction asks for the options of a menu.
func isSuggestion(data []byte) bool {
	var b struct {
		Type string `json:"type"`
	}
	return bot.Decode(data, &b) == nil && b.Type == "block_suggestion"
}

// options completes what is typed into a menu. Nothing is recorded of it; where
// nothing can be told there are no options.
func (p *Platform) options(ctx context.Context, data []byte) any {
	all := []menuOption{} // never null
	choices, err := p.suggestions(ctx, data)
	if err != nil {
		p.log.Warn("no options for a menu", "err", err)
	}
	for _, c := range choices {
		if c.ID == "" || bot.Chars(c.ID) > maxOptionValue || len(all) == maxOptions {
			continue
		}
		label := bot.PlainLine(c.Label)
		if bot.Blank(label) {
			label = c.ID
		}
		all = append(all, menuOption{Text: plainText(bot.Brief(label, maxOptionText)), Value: c.ID})
	}
	return map[string]any{"options": all}
}

func (p *Platform) suggestions(ctx context.Context, data []byte) ([]bot.Choice, error) {
	var b interactionBody
	if err := bot.Decode(data, &b); err != nil {
		return nil, err
	}
	t, err := tenantOf(first(b.Enterprise.ID, b.Team.Enterprise), firstTeam(b.View.Team, b.Team.ID, b.User.Team))
	if err != nil {
		return nil, err
	}
	if p.suggest == nil {
		return nil, errors.New("nobody suggests")
	}
	ctx, cancel := context.WithTimeout(ctx, optionsWithin)
	defer cancel()
	command, _ := strings.CutPrefix(b.ActionID, optionsAction)
	return p.suggest(ctx, bot.Message{Tenant: t, Kind: bot.Commanded, Channel: b.Channel.ID, Author: bot.Author{ID: b.User.ID}, Asked: true, Command: command, Text: b.Value})
}
