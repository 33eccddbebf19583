package discord

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"
	"time"

	"authfix/bot"
)

// Bounds of suggestions.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-choice-structure
const (
	maxSuggestions = 25
	maxSuggestion  = 100 // characters of a name, and of a value
)

const (
	// suggestWithin is how long suggestions are waited for: Discord asks at every
	// letter, and late ones are of no use.
	suggestWithin = 50 * time.Millisecond
	// maxSuggesting is how many questions are answered at once.
	maxSuggesting = 64
)

// A suggestion is one entry of the list below an option.
type suggestion struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// options completes what is typed into an option. Nothing is recorded of it;
// where nothing can be told in time there is an empty list.
func (p *Platform) options(ctx context.Context, m *bot.Message) any {
	all := []suggestion{} // never null
	for _, c := range p.suggestions(ctx, m) {
		if c.ID == "" || clipped(c.ID, maxSuggestion) != c.ID || len(all) == maxSuggestions {
			continue
		}
		name := clipped(strings.Join(strings.Fields(c.Label), " "), maxSuggestion)
		if name == "" {
			name = c.ID
		}
		all = append(all, suggestion{Name: name, Value: c.ID})
	}
	return map[string]any{"choices": all}
}

func (p *Platform) suggestions(ctx context.Context, m *bot.Message) []bot.Choice {
	if p.deps.Suggest == nil || m == nil || m.Command == "" {
		return nil
	}
	if !p.suggesting.enter(maxSuggesting) {
		p.log.Warn("no suggestions: too many are asked for at once")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, suggestWithin)
	defer cancel()
	found := make(chan []bot.Choice, 1)
	asked := *m
	asked.ReplyTo = ""
	p.ear.Go(func() {
		defer p.suggesting.leave()
		choices, err := p.suggest(ctx, asked)
		if err != nil && ctx.Err() == nil {
			p.log.Warn("no suggestions", "command", asked.Command, "err", err)
		}
		found <- choices
	})
	select {
	case choices := <-found:
		return choices
	case <-ctx.Done():
		p.log.Debug("no suggestions in time", "command", asked.Command)
		return nil
	}
}

// suggest asks for suggestions. Whatever is typed, it must not end the program.
func (p *Platform) suggest(ctx context.Context, m bot.Message) (all []bot.Choice, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("a panic while suggesting")
			p.log.Error("panic while suggesting", "stack", string(debug.Stack()))
		}
	}()
	return p.deps.Suggest(ctx, m)
}
