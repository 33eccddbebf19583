package discordtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
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
	Where  string // the route, or what else carried it
	Detail string // without the secret itself
	At     time.Time
}

func (v Violation) String() string { return v.Rule + ": " + v.Where + ": " + v.Detail }

// The rules.
const (
	RuleSecret   = "secret"   // a planted secret was said, shown or logged
	RuleMarkup   = "markup"   // pasted text became a mention or link, or broke out of its fence
	RuleMentions = "mentions" // allowed_mentions do not have an empty parse
	RulePing     = "ping"     // somebody is notified by a message of the app
	RuleRate     = "rate"     // called over a limit
	RuleInvalid  = "invalid"  // a route that refuses is called on and on
	RuleAgent    = "agent"    // a User-Agent of another form than Discord's
	RuleVersion  = "version"  // another version of the API than 10
	RuleGateway  = "gateway"  // something that the gateway closes the connection for
	RuleResume   = "resume"   // a resume at another address than resume_gateway_url
	RuleAnswer   = "answer"   // an answer to an interaction that Discord cannot use
	RuleToken    = "token"    // a token was shown where none belongs
)

// guard knows what must not come out. It has a lock of its own: logs are read
// while calls are served.
type guard struct {
	mu      sync.Mutex
	secrets []string
	live    []string // what must not work outside code: mentions, links
	fences  []string // fences of pastes with what stands beside them
	broken  []string // lines of pastes that are outside code when a fence of theirs works
}

// Plant makes each text a secret: a call, an answer or a log that holds it is a
// violation, and is refused. Texts of fewer than four bytes are ignored.
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
				if line = strings.TrimSpace(line); i%2 == 1 && length(line) >= 16 {
					s.guard.broken = append(s.guard.broken, line)
				}
			}
		}
	}
}

// leak finds a planted secret in a text, plain or encoded.
func (g *guard) leak(t string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.secrets) == 0 {
		return false
	}
	forms := []string{t}
	if u, err := url.QueryUnescape(t); err == nil {
		forms = append(forms, u)
	}
	var decoded any
	if json.Unmarshal([]byte(t), &decoded) == nil {
		var all strings.Builder
		walk(decoded, func(x string) {
			forms = append(forms, x, plainText(x))
			all.WriteString(x)
		})
		forms = append(forms, all.String())
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

// plainText is what one reads of Markdown: without its escapes and the characters
// that only keep it from working.
func plainText(t string) string {
	return strings.NewReplacer("\\", "", "\u200b", "", "\u2060", "").Replace(t)
}

// walk visits every text of a JSON value.
func walk(x any, f func(string)) {
	switch x := x.(type) {
	case string:
		f(x)
	case []any:
		for _, e := range x {
			walk(e, f)
		}
	case object:
		keys := make([]string, 0, len(x))
		for k := range x {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			walk(x[k], f)
		}
	}
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
		s.violate(RuleMarkup, where, found)
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
			s.violate(RuleToken, where, fmt.Sprintf("line %d holds a token or the signed address of a file", n))
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
	for t := range s.byToken {
		if strings.Contains(line, t) {
			return true
		}
	}
	return strings.Contains(line, s.opts.Token) || strings.Contains(line, "&hm=") || strings.Contains(line, `\u0026hm=`)
}

// Violations returns what an app should not have done, in order.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}
