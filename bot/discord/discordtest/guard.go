package discordtest

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
	RuleSecret   = fake.RuleSecret // a planted secret was said, shown or logged
	RuleMarkup   = "markup"        // pasted text became a mention or link, or broke out of its fence
	RuleMentions = "mentions"      // allowed_mentions do not have an empty parse
	RulePing     = "ping"          // somebody is notified by a message of the app
	RuleRate     = "rate"          // called over a limit
	RuleInvalid  = "invalid"       // a route that refuses is called on and on
	RuleAgent    = "agent"         // a User-Agent of another form than Discord's
	RuleVersion  = "version"       // another version of the API than 10
	RuleGateway  = "gateway"       // something that the gateway closes the connection for
	RuleResume   = "resume"        // a resume at another address than resume_gateway_url
	RuleAnswer   = "answer"        // an answer to an interaction that Discord cannot use
	RuleToken    = fake.RuleToken  // a token was shown where none belongs
)

// guard knows what must not work. It has a lock of its own.
type guard struct {
	mu     sync.Mutex
	live   []string // what must not work outside code: mentions, links
	fences []string // fences of pastes with what stands beside them
	broken []string // lines of pastes that are outside code when a fence of theirs works
}

var (
	entities = regexp.MustCompile(`<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|/[^:<>\n]+:\d+|id:\w+|t:-?\d+(?::\w)?)>`)
	masked   = regexp.MustCompile(`\[[^\]\n]+\]\(<?(?:https?|discord|mailto):[^)\n]*\)`)
	fence    = regexp.MustCompile("[^\n]{0,16}```[^\n]{0,16}")
)

// PlantPaste takes note of a paste: an outgoing text in which one of its mentions
// or masked links works, or that holds a fence of it, or in which a line between
// its fences stands outside code, is a violation (not refused, since Discord would
// not).
func (s *Server) PlantPaste(pastes ...string) {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	for _, p := range pastes {
		for _, re := range []*regexp.Regexp{entities, masked, loudMention} {
			s.guard.live = append(s.guard.live, re.FindAllString(p, -1)...)
		}
		for _, f := range fence.FindAllString(p, -1) {
			if len(strings.Trim(f, "`")) >= 3 {
				s.guard.fences = append(s.guard.fences, f)
			}
		}
		for i, part := range strings.Split(p, "```") {
			for line := range strings.Lines(part) {
				if line = strings.TrimSpace(line); i%2 == 1 && fake.Length(line) >= 16 {
					s.guard.broken = append(s.guard.broken, line)
				}
			}
		}
	}
}

// plainText is what one reads of Markdown: without its escapes and the characters
// that only keep it from working.
func plainText(t string) string {
	return strings.NewReplacer("\\", "", "\u200b", "", "\u2060", "").Replace(t)
}

// outside is a Markdown text without its code, in which nothing works.
func outside(t string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(t, '`')
		if i < 0 {
			b.WriteString(t)
			return b.String()
		}
		n := 1
		for i+n < len(t) && t[i+n] == '`' {
			n++
		}
		if i > 0 && t[i-1] == '\\' {
			b.WriteString(t[:i+n])
			t = t[i+n:]
			continue
		}
		mark := t[i : i+n]
		if n > 3 {
			mark = "```"
		}
		end := strings.Index(t[i+len(mark):], mark)
		b.WriteString(t[:i])
		if end < 0 {
			b.WriteString(t[i : i+n])
			t = t[i+n:]
			continue
		}
		b.WriteByte(' ')
		t = t[i+len(mark)+end+len(mark):]
	}
}

// markup records pasted text that works in an outgoing one. The caller holds the
// lock.
func (s *Server) markup(where, t string) {
	if t == "" {
		return
	}
	live := outside(t)
	s.guard.mu.Lock()
	found := ""
	for _, x := range s.guard.live {
		// An escaped one does not work.
		if i := strings.Index(live, x); found == "" && i >= 0 && (i == 0 || live[i-1] != '\\') {
			found = fmt.Sprintf("%q of a paste works", x)
		}
	}
	for _, x := range s.guard.fences {
		if found == "" && strings.Contains(t, x) {
			found = "a fence of a paste works"
		}
	}
	for _, x := range s.guard.broken {
		if found == "" && strings.Contains(live, x) {
			found = "a line of a paste stands outside code"
		}
	}
	if found == "" && len(s.guard.live)+len(s.guard.fences) > 0 && strings.Contains(live, "```") && !strings.Contains(live, "\\```") {
		found = "a fence is not closed"
	}
	s.guard.mu.Unlock()
	if found != "" {
		s.core.Violate(RuleMarkup, where, found)
	}
}

// markupOf looks through the texts of a message in which Markdown works.
func (s *Server) markupOf(where string, m *Message) {
	s.markup(where, m.Text)
	for _, e := range m.Embeds {
		s.markup(where, text(e["title"]))
		s.markup(where, text(e["description"]))
		for _, f := range list(e["fields"]) {
			s.markup(where, text(f["name"]))
			s.markup(where, text(f["value"]))
		}
	}
}

// shows says which credential that this server gave out a line holds.
func (s *Server) shows(line string) string {
	const what = "a token or the signed address of a file"
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.byToken {
		if strings.Contains(line, t) {
			return what
		}
	}
	if strings.Contains(line, s.opts.Token) || strings.Contains(line, "&hm=") || strings.Contains(line, `\u0026hm=`) {
		return what
	}
	return ""
}
