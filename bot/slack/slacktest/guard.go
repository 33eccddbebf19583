package slacktest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Violation is something that an app should not have done.
type Violation struct {
	Rule   string // see the Rule constants
	Where  string // the method, or what else carried it
	Detail string // without the secret itself
	At     time.Time
}

func (v Violation) String() string { return v.Rule + ": " + v.Where + ": " + v.Detail }

// The rules.
const (
	RuleSecret    = "secret"    // a planted secret was said, shown or logged
	RuleMarkup    = "markup"    // pasted text became a mention or link
	RuleUnfurl    = "unfurl"    // an answer that unfurls
	RuleLinkNames = "linknames" // link_names was set
	RuleRate      = "rate"      // called over a published rate
	RuleThread    = "thread"    // thread_ts is that of a reply
	RuleSocket    = "socket"    // an answer over a socket that Slack drops, or that is of no known form
	RuleAnswer    = "answer"    // an answer to an interaction that Slack cannot use
	RuleToken     = "token"     // a token was shown where none belongs
)

// guard knows what must not come out. It has a lock of its own: logs are read
// while calls are served.
type guard struct {
	mu      sync.Mutex
	secrets []string
	tokens  []string // entities, links, hosts and mentions of planted pastes
	bare    []string // what Slack links by itself where text is not verbatim
}

// Plant makes each text a secret: a call, a view, an answer or a log that holds
// it, be it escaped or divided among the pieces of a rich text, is a violation
// and is refused with the error planted_secret. Texts of fewer than four bytes
// are ignored.
func (s *Server) Plant(secrets ...string) {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	for _, p := range secrets {
		if len(p) >= 4 && !slices.Contains(s.guard.secrets, p) {
			s.guard.secrets = append(s.guard.secrets, p)
		}
	}
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

// leak finds a planted secret in a text, plain or encoded.
func (g *guard) leak(text string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.secrets) == 0 {
		return false
	}
	forms := []string{text, html.UnescapeString(text)}
	if u, err := url.QueryUnescape(text); err == nil {
		forms = append(forms, u)
	}
	var decoded any
	if json.Unmarshal([]byte(text), &decoded) == nil {
		var all strings.Builder
		walk(decoded, func(_, t string) {
			forms = append(forms, t, html.UnescapeString(t))
			all.WriteString(t)
		})
		forms = append(forms, all.String(), textOf(decoded))
	}
	for _, f := range forms {
		for _, secret := range g.secrets {
			if strings.Contains(f, secret) {
				return true
			}
		}
	}
	return false
}

// textOf is what one reads: the text pieces of a JSON value, joined.
func textOf(x any) string {
	var b strings.Builder
	walk(x, func(key, t string) {
		if key == "text" {
			b.WriteString(t)
		}
	})
	return b.String()
}

// report records what a call should not hold, and refuses it for a secret. The
// caller holds the lock.
func (s *Server) report(c *call) error {
	var refused error
	for _, name := range c.leaks {
		s.violate(RuleSecret, c.Method, "the argument "+name+" holds a planted secret")
		refused = refuse("planted_secret")
	}
	if c.Args["link_names"] != "" && !c.off("link_names") {
		s.violate(RuleLinkNames, c.Method, "link_names is set")
	}
	switch c.Method {
	case "chat.postMessage", "chat.postEphemeral", "chat.update", "response_url":
	default:
		return refused
	}
	text := c.Args["text"]
	if !c.off("mrkdwn") {
		if e := s.guard.markup(text, len(c.blocks) > 0 || c.Args["parse"] == "none"); e != "" {
			s.violate(RuleMarkup, c.Method, fmt.Sprintf("the text holds %q of a paste", e))
		}
	}
	s.markupOf(c.Method, "", c.blocks)
	if s.opts.AnswersDoNotUnfurl && (c.Method == "chat.postMessage" || c.Method == "response_url") &&
		!c.flag("delete_original") && !(c.off("unfurl_links") && c.off("unfurl_media")) {
		s.violate(RuleUnfurl, c.Method, "unfurl_links and unfurl_media are not both false")
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
			s.violate(RuleMarkup, where, fmt.Sprintf("%v holds %q of a paste", x["type"], found))
		}
		for k, e := range x {
			s.markupOf(where, k, e)
		}
	}
}

// violate records a violation. The caller holds the lock.
func (s *Server) violate(rule, where, detail string) {
	s.violations = append(s.violations, Violation{rule, where, detail, time.Now()})
	s.change()
}

// CheckLog reads an app's log, or any other output of it, to its end, and records
// the lines that hold a planted secret or a token of this server as violations.
// It returns what it read. where says what it is.
func (s *Server) CheckLog(where string, r io.Reader) ([]byte, error) {
	var all bytes.Buffer
	lines := bufio.NewReader(io.TeeReader(r, &all))
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if s.guard.leak(strings.TrimRight(line, "\r\n")) {
			s.mu.Lock()
			s.violate(RuleSecret, where, fmt.Sprintf("line %d holds a planted secret", n))
			s.mu.Unlock()
		}
		if s.showsToken(line) {
			s.mu.Lock()
			s.violate(RuleToken, where, fmt.Sprintf("line %d holds a token or response_url", n))
			s.mu.Unlock()
		}
		if err == io.EOF {
			return all.Bytes(), nil
		}
		if err != nil {
			return all.Bytes(), err
		}
	}
}

// showsToken reports whether line holds a credential that this server gave out.
func (s *Server) showsToken(line string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.tokens {
		if strings.Contains(line, t) {
			return true
		}
	}
	for t := range s.refreshes {
		if strings.Contains(line, t) {
			return true
		}
	}
	for t := range s.responses {
		if strings.Contains(line, t) {
			return true
		}
	}
	return strings.Contains(line, s.opts.AppToken) || strings.Contains(line, s.opts.SigningSecret) || strings.Contains(line, s.opts.ClientSecret)
}

// Violations returns what an app should not have done, in order.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}
