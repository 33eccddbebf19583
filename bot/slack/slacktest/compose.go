package slacktest

import (
	"net/url"
	"regexp"
	"strings"
)

// Compose is what Slack's client makes of a typed message: text, with &, < and >
// escaped, code in its back-ticks and hosts, URLs and e-mail addresses linked;
// and one rich_text block, with the text as it is and the links as elements.
// Lines between ``` are preformatted, lines that begin with "> " a quotation,
// `code` is code. <@ID>, with the id of a user of this server, is a mention as
// the client's completion makes it; everything else is as typed.
func (s *Server) Compose(typed string) (text string, blocks []map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.compose(typed)
}

// linked are the things that are linked without being asked: URLs, addresses, and
// names that look like a host.
var linked = regexp.MustCompile(`https?://[^\s<>"` + "`" + `]+[^\s<>"` + "`" + `.,;:!?)\]}']|` +
	`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b|` +
	`\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|io|dev|app|internal|local|example|test|co|eu|de|uk)\b(?:/[^\s<>"` + "`" + `]*)?|` +
	`<@[UW][A-Z0-9]+>`)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (s *Server) compose(typed string) (string, []object) {
	var text strings.Builder
	var elements []any
	for i, part := range strings.Split(typed, "```") {
		if i%2 == 1 && strings.Count(typed, "```")%2 == 0 {
			code := strings.TrimPrefix(part, "\n")
			code = strings.TrimSuffix(code, "\n")
			t, pieces := s.pieces(code, nil)
			text.WriteString("```" + t + "```")
			elements = append(elements, object{"type": "rich_text_preformatted", "elements": pieces, "border": 0})
			continue
		}
		if i%2 == 1 {
			part = "```" + part
		}
		if len(elements) > 0 && strings.HasPrefix(part, "\n") {
			text.WriteByte('\n')
			part = part[1:]
		}
		if part == "" {
			continue
		}
		t, more := s.prose(part)
		text.WriteString(t)
		elements = append(elements, more...)
	}
	if len(elements) == 0 {
		return text.String(), nil
	}
	return text.String(), []object{{"type": "rich_text", "block_id": s.id(""), "elements": elements}}
}

// prose composes what is not preformatted.
func (s *Server) prose(typed string) (string, []any) {
	var text strings.Builder
	var elements []any
	lines := strings.SplitAfter(typed, "\n")
	for i := 0; i < len(lines); {
		quoted := strings.HasPrefix(lines[i], "> ")
		j := i
		for j < len(lines) && strings.HasPrefix(lines[j], "> ") == quoted && (j == i || lines[j] != "") {
			j++
		}
		j = max(j, i+1)
		run := strings.Join(lines[i:j], "")
		i = j
		if run == "" {
			continue
		}
		if quoted {
			run = strings.ReplaceAll(strings.TrimPrefix(run, "> "), "\n> ", "\n")
			t, pieces := s.pieces(run, nil)
			text.WriteString("&gt; " + strings.ReplaceAll(strings.TrimSuffix(t, "\n"), "\n", "\n&gt; "))
			if strings.HasSuffix(t, "\n") {
				text.WriteByte('\n')
			}
			elements = append(elements, object{"type": "rich_text_quote", "elements": pieces})
			continue
		}
		var all []any
		for k, part := range strings.Split(run, "`") {
			code := k%2 == 1 && strings.Count(run, "`")%2 == 0 && part != "" && !strings.Contains(part, "\n")
			if k%2 == 1 && !code {
				part = "`" + part
				if strings.Count(run, "`")%2 == 0 {
					part += "`"
				}
			} else if k > 0 && k%2 == 0 && strings.Count(run, "`")%2 == 1 {
				part = "`" + part
			}
			if part == "" {
				continue
			}
			var style object
			if code {
				style = object{"code": true}
			}
			t, pieces := s.pieces(part, style)
			if code {
				t = "`" + t + "`"
			}
			text.WriteString(t)
			all = append(all, pieces...)
		}
		elements = append(elements, object{"type": "rich_text_section", "elements": all})
	}
	return text.String(), elements
}

// pieces links what is in a run of text, in both forms.
func (s *Server) pieces(run string, style object) (string, []any) {
	var text strings.Builder
	out := []any{}
	say := func(t string) {
		if t == "" {
			return
		}
		text.WriteString(escaper.Replace(t))
		e := object{"type": "text", "text": t}
		if style != nil {
			e["style"] = style
		}
		out = append(out, e)
	}
	last := 0
	for _, at := range linked.FindAllStringIndex(run, -1) {
		hit := run[at[0]:at[1]]
		var e object
		var t string
		switch {
		case strings.HasPrefix(hit, "<@"):
			id := hit[2 : len(hit)-1]
			if s.users[id] == nil {
				continue
			}
			e, t = object{"type": "user", "user_id": id}, hit
		case strings.HasPrefix(hit, "http"):
			if _, err := url.Parse(hit); err != nil {
				continue
			}
			e, t = object{"type": "link", "url": hit}, "<"+escaper.Replace(hit)+">"
		case strings.Contains(hit, "@"):
			e, t = object{"type": "link", "url": "mailto:" + hit, "text": hit}, "<mailto:"+hit+"|"+hit+">"
		default:
			e, t = object{"type": "link", "url": "http://" + hit, "text": hit}, "<http://"+escaper.Replace(hit)+"|"+escaper.Replace(hit)+">"
		}
		say(run[last:at[0]])
		if style != nil {
			e["style"] = style
		}
		out = append(out, e)
		text.WriteString(t)
		last = at[1]
	}
	say(run[last:])
	return text.String(), out
}

// Smart is text as a Mac's keyboard makes it: curly quotes, dashes and an
// ellipsis.
func Smart(text string) string {
	var b strings.Builder
	before := ' '
	for _, r := range strings.NewReplacer("...", "…", "--", "—").Replace(text) {
		opening := strings.ContainsRune(" \n\t([{=:", before)
		switch {
		case r == '"' && opening:
			r = '“'
		case r == '"':
			r = '”'
		case r == '\'' && opening:
			r = '‘'
		case r == '\'':
			r = '’'
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}
