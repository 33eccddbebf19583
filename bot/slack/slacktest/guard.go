package slacktest

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"authfix/bot/fake"
)

// A Violation is something that an app should not have done.
type Violation = fake.Violation

// The rules.
const (
	RuleSecret    = fake.RuleSecret // a planted secret was said, shown or logged
	RuleMarkup    = "markup"        // pasted text became a mention or link
	RuleUnfurl    = "unfurl"        // an answer that unfurls
	RuleLinkNames = "linknames"     // link_names was set
	RuleRate      = "rate"          // called over a published rate
	RuleThread    = "thread"        // thread_ts is that of a reply
	RuleSocket    = "socket"        // an answer over a socket that Slack drops, or that is of no known form
	RuleAnswer    = "answer"        // an answer to an interaction that Slack cannot use
	RuleToken     = fake.RuleToken  // a token was shown where none belongs
)

// guard knows what must not work. It has a lock of its own.
type guard struct {
	mu     sync.Mutex
	tokens []string // entities, links, hosts and mentions of planted pastes
	bare   []string // what Slack links by itself where text is not verbatim
}

var (
	entities = regexp.MustCompile(`<[^<>\s][^<>]*>`)
	links    = regexp.MustCompile(`(?:https?://|mailto:)[^\s<>|"'` + "`" + `]+`)
	loud     = regexp.MustCompile(`@(?:channel|here|everyone)\b`)
	markdown = regexp.MustCompile(`!?\[[^\]]*\]\([^)]*\)`)
)

// PlantPaste takes note of a paste that holds mentions, entities or links: an
// outgoing text in which one of them works is a violation (not refused, since
// Slack would not).
func (s *Server) PlantPaste(pastes ...string) {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	for _, p := range pastes {
		s.guard.tokens = append(s.guard.tokens, entities.FindAllString(p, -1)...)
		s.guard.tokens = append(s.guard.tokens, markdown.FindAllString(p, -1)...)
		s.guard.bare = append(s.guard.bare, links.FindAllString(p, -1)...)
		s.guard.bare = append(s.guard.bare, loud.FindAllString(p, -1)...)
	}
}

// report records what a call should not hold, and refuses it for a secret. The
// caller holds the lock.
func (s *Server) report(c *call) error {
	var refused error
	for _, name := range c.leaks {
		s.core.Violate(RuleSecret, c.Method, "the argument "+name+" holds a planted secret")
		refused = refuse("planted_secret")
	}
	if c.Args["link_names"] != "" && !c.off("link_names") {
		s.core.Violate(RuleLinkNames, c.Method, "link_names is set")
	}
	switch c.Method {
	case "chat.postMessage", "chat.postEphemeral", "chat.update", "response_url":
	default:
		return refused
	}
	text := c.Args["text"]
	if !c.off("mrkdwn") {
		if e := s.guard.markup(text, len(c.blocks) > 0 || c.Args["parse"] == "none"); e != "" {
			s.core.Violate(RuleMarkup, c.Method, fmt.Sprintf("the text holds %q of a paste", e))
		}
	}
	s.markupOf(c.Method, "", c.blocks)
	if s.opts.AnswersDoNotUnfurl && (c.Method == "chat.postMessage" || c.Method == "response_url") &&
		!c.flag("delete_original") && !(c.off("unfurl_links") && c.off("unfurl_media")) {
		s.core.Violate(RuleUnfurl, c.Method, "unfurl_links and unfurl_media are not both false")
	}
	return refused
}

// markup finds a piece of a paste that works in mrkdwn. Where literal, links and
// mentions need their brackets.
func (g *guard) markup(text string, literal bool) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.tokens {
		if strings.Contains(text, t) {
			return t
		}
	}
	for _, t := range g.bare {
		if !literal && strings.Contains(text, t) || strings.Contains(text, "<"+t+">") || strings.Contains(text, "<"+t+"|") {
			return t
		}
	}
	return ""
}

// markupOf looks through blocks for text that works.
func (s *Server) markupOf(where, key string, x any) {
	switch x := x.(type) {
	case []object:
		for _, e := range x {
			s.markupOf(where, key, e)
		}
	case []any:
		for _, e := range x {
			s.markupOf(where, key, e)
		}
	case object:
		found := ""
		text, _ := x["text"].(string)
		switch x["type"] {
		case mrkdwn:
			verbatim, _ := x["verbatim"].(bool)
			found = s.guard.markup(text, verbatim)
		case "markdown":
			found = s.guard.markup(text, false)
		case "link":
			u, _ := x["url"].(string)
			found = s.guard.markup("<"+u+">", true)
		case "user", "usergroup", "broadcast", "channel":
			for _, k := range []string{"user_id", "usergroup_id", "range", "channel_id"} {
				id, _ := x[k].(string)
				for _, sign := range []string{"@", "#", "!", "!subteam^"} {
					if id != "" && found == "" {
						found = s.guard.markup("<"+sign+id+">", true)
					}
				}
			}
		}
		if found != "" {
			s.core.Violate(RuleMarkup, where, fmt.Sprintf("%v holds %q of a paste", x["type"], found))
		}
		for k, e := range x {
			s.markupOf(where, k, e)
		}
	}
}

// shows says which credential that this server gave out a line holds.
func (s *Server) shows(line string) string {
	const what = "a token or response_url"
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.tokens {
		if strings.Contains(line, t) {
			return what
		}
	}
	for t := range s.refreshes {
		if strings.Contains(line, t) {
			return what
		}
	}
	for t := range s.responses {
		if strings.Contains(line, t) {
			return what
		}
	}
	if strings.Contains(line, s.opts.AppToken) || strings.Contains(line, s.opts.SigningSecret) || strings.Contains(line, s.opts.ClientSecret) {
		return what
	}
	return ""
}
