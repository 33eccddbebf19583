package discord

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
)

// A messageChecker holds what Discord publishes of its limits against a message
// as it goes over the wire, and reads its markdown as Discord's clients do. It
// knows nothing of how the message was drawn: the numbers are written out again,
// from the vendor's pages.
type messageChecker struct {
	t     *testing.T
	name  string
	shown strings.Builder
}

func (c *messageChecker) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("%s: %s", c.name, fmt.Sprintf(format, args...))
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// checkMessage checks a message and returns what it shows.
func checkMessage(t *testing.T, name string, p payload) string {
	t.Helper()
	data, err := encode(inert(written{payload: p}))
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	var m discordgo.Message
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatalf("%s: discordgo cannot read it: %v", name, err)
	}
	c := &messageChecker{t: t, name: name}
	if got := string(fields["allowed_mentions"]); got != `{"parse":[],"replied_user":false}` {
		c.errorf("allowed_mentions is %s", got)
	}
	for _, key := range []string{"content", "embeds", "components"} { // else a change would leave what was there
		if v, ok := fields[key]; !ok || string(v) == "null" {
			c.errorf("%s is %s", key, v)
		}
	}
	if len(data) > 1<<20 {
		c.errorf("%d bytes", len(data))
	}
	if n := units(m.Content); n > 2_000 {
		c.errorf("content of %d characters", n)
	}
	if m.Content == "" && len(m.Embeds) == 0 {
		c.errorf("an empty message")
	}
	c.markdown(m.Content)
	c.embeds(m.Embeds)
	c.components(m.Components)
	return c.shown.String()
}

func (c *messageChecker) embeds(all []*discordgo.MessageEmbed) {
	c.t.Helper()
	if len(all) > 10 {
		c.errorf("%d embeds", len(all))
	}
	total := 0
	for i, e := range all {
		total += units(e.Description) + units(e.Title)
		if n := units(e.Description); n > 4_096 {
			c.errorf("embed %d: a description of %d characters", i, n)
		}
		if e.Title != "" || len(e.Fields) > 0 || e.URL != "" || e.Image != nil {
			c.errorf("embed %d: it has parts that are not drawn", i)
		}
		if e.Description == "" && e.Footer == nil {
			c.errorf("embed %d is empty", i)
		}
		c.shown.WriteByte('\n')
		c.markdown(e.Description)
		if e.Footer != nil {
			total += units(e.Footer.Text)
			if n := units(e.Footer.Text); n == 0 || n > 2_048 {
				c.errorf("embed %d: a footer of %d characters", i, n)
			}
			c.safe(e.Footer.Text)
			c.shown.WriteString("\n" + e.Footer.Text)
		}
	}
	if total > 6_000 {
		c.errorf("%d characters over all embeds", total)
	}
}

func (c *messageChecker) components(rows []discordgo.MessageComponent) {
	c.t.Helper()
	if len(rows) > 5 {
		c.errorf("%d rows", len(rows))
	}
	ids := map[string]bool{}
	for _, r := range rows {
		row, ok := r.(*discordgo.ActionsRow)
		if !ok || len(row.Components) == 0 || len(row.Components) > 5 {
			c.errorf("the row %+v", r)
			continue
		}
		for _, b := range row.Components {
			b, ok := b.(*discordgo.Button)
			if !ok || b.CustomID == "" || units(b.CustomID) > 100 || ids[b.CustomID] || b.Style < 1 || b.Style > 4 || units(b.Label) == 0 || units(b.Label) > 80 {
				c.errorf("the button %+v", b)
				continue
			}
			ids[b.CustomID] = true
			c.safe(b.Label)
			c.shown.WriteString("\n" + b.Label)
		}
	}
}

// safe reports characters that nobody sees or that change how others look. The
// one that parts what would have a meaning is allowed.
func (c *messageChecker) safe(s string) {
	c.t.Helper()
	if !utf8.ValidString(s) {
		c.errorf("broken UTF-8")
	}
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r <= 0x9F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF {
			c.errorf("character %U", r)
			return
		}
	}
}

var (
	fenceStart = regexp.MustCompile("^```([a-z]*)\n")
	listStart  = regexp.MustCompile(`^(?:- |[0-9]+\. )`)
	partNote   = regexp.MustCompile(`^\*Part [0-9]+ of [0-9]+(?:: the rest follows)?\*`)
	maskedLink = regexp.MustCompile(`^\[((?:[^\[\]\\]|\\[^\[\]])+)\]\((https?://[^\s()<>]+)\)`)
	bareLink   = regexp.MustCompile(`^<(https?://[^\s<>]+)>`)
	channelRef = regexp.MustCompile(`^<#[0-9]+>`)
	emoji      = regexp.MustCompile(`^:[^\s:]+:`)
	invitation = regexp.MustCompile(`^(?i:discord(?:app)?\.(?:gg|com)/)`)
	lineMark   = regexp.MustCompile(`^[ \t]*(?:#{1,3}|-#|>|>>>|[-+*]|[0-9]+[.)])`)
)

// markdown reads a text as Discord does and adds what it shows. It knows what is
// drawn on purpose: bold text, lists, code in fences, links and names of
// channels. Whatever else would have a meaning is an error.
// https://docs.discord.com/developers/reference#message-formatting
func (c *messageChecker) markdown(s string) {
	c.t.Helper()
	c.safe(s)
	bold, start, all := false, true, s
	show := func(text string) { c.shown.WriteString(text) }
	for len(s) > 0 {
		if start && !strings.HasPrefix(s, "*") && !strings.HasPrefix(s, "```") {
			if m := listStart.FindString(s); m != "" {
				show(m)
				s, start = s[len(m):], false
				continue
			}
			if m := lineMark.FindString(s); m != "" {
				c.errorf("a line begins with %q", m)
			}
		}
		start = false
		switch {
		case strings.HasPrefix(s, "```"):
			m := fenceStart.FindString(s)
			code, rest, ok := strings.Cut(s[len(m):], "\n```")
			if m == "" || !ok || strings.Contains(code, "```") || rest != "" && rest[0] != '\n' {
				c.errorf("a fence that code breaks out of: %.200q", s)
				return
			}
			show(code)
			s = rest
			continue
		case strings.HasPrefix(s, "**"):
			bold = !bold
			s = s[2:]
			continue
		case s[0] == '*' && partNote.MatchString(s):
			m := partNote.FindString(s)
			show(m)
			s = s[len(m):]
			continue
		case s[0] == '[' && maskedLink.MatchString(s):
			m := maskedLink.FindStringSubmatch(s)
			c.address(m[2])
			sub := &messageChecker{t: c.t, name: c.name + ": label"}
			sub.markdown(m[1])
			if text := sub.shown.String(); strings.Contains(text, "://") || strings.ContainsAny(text, "[]") {
				c.errorf("the label %q of a link", text)
			}
			show(sub.shown.String() + " " + m[2])
			s = s[len(m[0]):]
			continue
		case s[0] == '<' && bareLink.MatchString(s):
			m := bareLink.FindStringSubmatch(s)
			c.address(m[1])
			show(m[1])
			s = s[len(m[0]):]
			continue
		case s[0] == '<' && channelRef.MatchString(s):
			m := channelRef.FindString(s)
			show(m)
			s = s[len(m):]
			continue
		case s[0] == '\\':
			r, n := utf8.DecodeRuneInString(s[1:])
			if n == 0 || r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r <= ' ') {
				c.errorf("a backslash before %q", s[1:1+n])
			}
			show(s[1 : 1+n])
			s = s[1+n:]
			if r == '@' && (strings.HasPrefix(s, "everyone") || strings.HasPrefix(s, "here")) {
				c.errorf("a mention of all")
			}
			continue
		case strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || invitation.MatchString(s):
			c.errorf("an address that becomes a link: %.100q", s)
		case s[0] == ':' && emoji.MatchString(s):
			c.errorf("the emoji %q", emoji.FindString(s))
		case strings.IndexByte("*_~`|<[@]", s[0]) >= 0:
			c.errorf("an unescaped %q in %.300q", s[:1], all)
			return
		}
		_, n := utf8.DecodeRuneInString(s)
		start = s[0] == '\n'
		show(s[:n])
		s = s[n:]
		if start {
			s = strings.TrimPrefix(s, "  ") // an item of a list goes on
		}
	}
	if bold {
		c.errorf("bold text does not end: %.300q", all)
	}
}

// address checks where a link leads.
func (c *messageChecker) address(s string) {
	c.t.Helper()
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || units(s) > 3_000 {
		c.errorf("a link to %q", s)
	}
}

// TestChecker checks that the checker finds what breaks out.
func TestChecker(t *testing.T) {
	for _, bad := range []string{
		"*bold*", "_it_", "~~no~~", "||x||", "`x`", "# head", "-# small", "> quote", "+ item", "1) item", "@everyone", "<@1>", "<t:0:R>", ":tada:", "[a](javascript:x)",
		"https://evil.example", "discord.gg/x", "```sql\nx\n```y\n```", "```x", "**open", "a\n## head", `\@everyone`, "<#C1>",
	} {
		failed := false
		t.Run("", func(t *testing.T) {
			var probe testing.T
			c := &messageChecker{t: &probe}
			c.markdown(bad)
			failed = probe.Failed()
		})
		if !failed {
			t.Errorf("%q is found to be inert", bad)
		}
	}
}
