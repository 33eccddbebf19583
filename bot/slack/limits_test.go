package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// A blockChecker holds what Slack publishes of its limits against a message or a
// view as it goes over the wire. It knows nothing of how they were drawn: the
// numbers are written out again, from the vendor's pages.
type blockChecker struct {
	t     *testing.T
	name  string
	total int             // characters of all blocks
	ids   map[string]bool // action_ids
	shown strings.Builder
}

func (c *blockChecker) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("%s: %s", c.name, fmt.Sprintf(format, args...))
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// checkMessage checks a message and returns the text that its blocks show.
func checkMessage(t *testing.T, name string, p *payload) string {
	t.Helper()
	m := wire(t, p)
	c := &blockChecker{t: t, name: name, ids: map[string]bool{}}
	text, _ := m["text"].(string)
	if n := units(text); n == 0 || n > 40_000 {
		c.errorf("text of %d characters", n)
	}
	c.inert(text)
	for key, want := range map[string]any{"mrkdwn": false, "unfurl_links": false, "unfurl_media": false, "parse": "none"} {
		if m[key] != want {
			c.errorf("%s is %v", key, m[key])
		}
	}
	if _, ok := m["link_names"]; ok {
		c.errorf("link_names is set")
	}
	blocks, _ := m["blocks"].([]any)
	c.blocks(blocks, 50)
	if c.total > 13_200 {
		c.errorf("%d characters in all blocks", c.total)
	}
	return c.shown.String()
}

// checkView checks a modal or a home tab and returns what it shows.
func checkView(t *testing.T, name string, v *viewPayload) string {
	t.Helper()
	m := wire(t, v)
	c := &blockChecker{t: t, name: name, ids: map[string]bool{}}
	data, _ := json.Marshal(v)
	if len(data) > 250_000 {
		c.errorf("a view of %d bytes", len(data))
	}
	blocks, _ := m["blocks"].([]any)
	c.blocks(blocks, 100)
	for _, key := range []string{"title", "submit", "close"} {
		if m[key] != nil {
			c.text(m[key], 24)
		}
	}
	if s, _ := m["callback_id"].(string); units(s) > 255 {
		c.errorf("callback_id of %d characters", units(s))
	}
	if s, _ := m["private_metadata"].(string); units(s) > 3_000 {
		c.errorf("private_metadata of %d characters", units(s))
	}
	if m["type"] == "modal" && (m["title"] == nil || m["submit"] == nil) {
		c.errorf("a modal with an input lacks its title or submit")
	}
	return c.shown.String()
}

func wire(t *testing.T, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// inert reports what the field text of a message would be read as.
func (c *blockChecker) inert(s string) {
	c.t.Helper()
	if strings.ContainsAny(s, "<>") {
		c.errorf("text has an angle bracket")
	}
	plain := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(s)
	if strings.Contains(plain, "&") {
		c.errorf("text has an unescaped ampersand")
	}
	for _, emoji := range []string{":tada:", ":smile:", ":100:", ":+1:"} {
		if strings.Contains(s, emoji) {
			c.errorf("text has the emoji %s", emoji)
		}
	}
	c.safe(s)
}

// safe reports characters that nobody sees or that change how others look.
func (c *blockChecker) safe(s string) {
	c.t.Helper()
	if !utf8.ValidString(s) {
		c.errorf("broken UTF-8")
	}
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r <= 0x9F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200B || r == 0xFEFF {
			c.errorf("character %U", r)
			return
		}
	}
}

func (c *blockChecker) blocks(all []any, most int) {
	c.t.Helper()
	if len(all) == 0 || len(all) > most {
		c.errorf("%d blocks", len(all))
	}
	for i, b := range all {
		m, _ := b.(map[string]any)
		c.block(i, m)
		c.shown.WriteByte('\n')
	}
}

func (c *blockChecker) block(i int, b map[string]any) {
	c.t.Helper()
	elements, _ := b["elements"].([]any)
	if id, _ := b["block_id"].(string); units(id) > 255 {
		c.errorf("block_id of %d characters", units(id))
	}
	switch b["type"] {
	case "header":
		c.text(b["text"], 150)
	case "context":
		if len(elements) == 0 || len(elements) > 10 {
			c.errorf("block %d: %d elements of a context", i, len(elements))
		}
		for _, e := range elements {
			c.text(e, 3_000)
		}
	case "actions":
		if len(elements) == 0 || len(elements) > 25 {
			c.errorf("block %d: %d actions", i, len(elements))
		}
		for _, e := range elements {
			c.button(e.(map[string]any))
		}
	case "rich_text":
		if len(elements) == 0 {
			c.errorf("block %d: a rich text without parts", i)
		}
		for _, e := range elements {
			c.part(e.(map[string]any))
			c.shown.WriteByte('\n')
		}
	case "input":
		c.text(b["label"], 2_000)
		if b["hint"] != nil {
			c.text(b["hint"], 2_000)
		}
		e := b["element"].(map[string]any)
		if e["type"] != "plain_text_input" || e["max_length"].(float64) > 3_000 || e["multiline"] != true || e["action_id"] == "" {
			c.errorf("block %d: the input %v", i, e)
		}
	default:
		c.errorf("block %d: type %v", i, b["type"])
	}
}

// text checks a text object, which must be plain: nothing in it is markup.
func (c *blockChecker) text(v any, most int) {
	c.t.Helper()
	m, _ := v.(map[string]any)
	s, _ := m["text"].(string)
	if n := units(s); n == 0 || n > most || n > 3_000 {
		c.errorf("a text object of %d characters, and %d at most", n, most)
	}
	if m["type"] != "plain_text" || m["emoji"] != false {
		c.errorf("a text object of type %v with emoji %v", m["type"], m["emoji"])
	}
	c.add(s)
}

func (c *blockChecker) add(s string) {
	c.t.Helper()
	c.safe(s)
	c.total += units(s)
	c.shown.WriteString(s)
}

func (c *blockChecker) button(b map[string]any) {
	c.t.Helper()
	id, _ := b["action_id"].(string)
	value, _ := b["value"].(string)
	if b["type"] != "button" || id == "" || units(id) > 255 || c.ids[id] || units(value) > 2_000 {
		c.errorf("the button %v", b)
	}
	c.ids[id] = true
	if style, ok := b["style"]; ok && style != "primary" && style != "danger" {
		c.errorf("a button in style %v", style)
	}
	c.text(b["text"], 75)
	c.shown.WriteByte('\n')
}

// part checks a part of a rich text.
func (c *blockChecker) part(p map[string]any) {
	c.t.Helper()
	elements, _ := p["elements"].([]any)
	if len(elements) == 0 {
		c.errorf("a %v without elements", p["type"])
	}
	for _, e := range elements {
		m := e.(map[string]any)
		switch p["type"] {
		case "rich_text_list":
			if m["type"] != "rich_text_section" || p["style"] != "bullet" && p["style"] != "ordered" {
				c.errorf("a list in style %v holds a %v", p["style"], m["type"])
			}
			c.part(m)
			c.shown.WriteByte('\n')
		case "rich_text_preformatted":
			if m["type"] != "text" && m["type"] != "link" {
				c.errorf("code holds a %v", m["type"])
			}
			c.run(m)
		case "rich_text_section":
			c.run(m)
		default:
			c.errorf("a part of type %v", p["type"])
		}
	}
}

func (c *blockChecker) run(m map[string]any) {
	c.t.Helper()
	text, _ := m["text"].(string)
	switch m["type"] {
	case "text":
		if n := units(text); n == 0 || n > 3_000 {
			c.errorf("a text of %d characters", n)
		}
		c.add(text)
	case "link":
		address, _ := m["url"].(string)
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || units(address) > 3_000 || strings.ContainsAny(address, " <>|\"`") {
			c.errorf("a link to %q", address)
		}
		c.total += units(address)
		if text != "" {
			c.add(text)
			c.shown.WriteByte(' ')
		}
		c.shown.WriteString(address)
	case "channel":
		id, _ := m["channel_id"].(string)
		if !channelID.MatchString(id) {
			c.errorf("the channel %q", id)
		}
		c.shown.WriteString(id)
	default:
		c.errorf("a run of type %v", m["type"])
	}
}
