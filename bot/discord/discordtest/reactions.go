package discordtest

import (
	"net/http"
	"net/url"
	"slices"
	"unicode"
)

func (c *call) addReaction() (any, error) {
	ch, err := c.channel(ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	m, err := c.message(ch)
	if err != nil {
		return nil, err
	}
	name, err := url.PathUnescape(c.r.PathValue("emoji"))
	if err != nil || name == "" || unicode.IsLetter([]rune(name)[0]) {
		return nil, refuse(http.StatusBadRequest, 10014, "Unknown Emoji")
	}
	if ch.Archived {
		return nil, refuse(http.StatusBadRequest, 50083, "Thread is archived")
	}
	there := slices.ContainsFunc(m.Reactions, func(r Reaction) bool { return r.Name == name })
	if !there && ch.Kind != DirectMessage {
		if err := c.need(ch, AddReactions); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(m.Reactions, Reaction{name, Bot}) {
		c.s.react(Bot, m, name)
	}
	c.Message = m.ID
	return nil, nil
}

func (c *call) removeReaction() (any, error) {
	ch, err := c.channel(ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	m, err := c.message(ch)
	if err != nil {
		return nil, err
	}
	name, err := url.PathUnescape(c.r.PathValue("emoji"))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, 10014, "Unknown Emoji")
	}
	m.Reactions = slices.DeleteFunc(m.Reactions, func(r Reaction) bool { return r == Reaction{name, Bot} })
	c.Message = m.ID
	return nil, nil
}
