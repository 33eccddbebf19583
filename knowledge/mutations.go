package knowledge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// A Mutation is something that happens to a text on its way into a chat.
type Mutation struct {
	Name  string
	Apply func(string) string
}

const halved = "half cut away"

// Mutations are the damages that every example must survive.
var Mutations = []Mutation{
	{"time stripped", func(s string) string { return times().ReplaceAllString(s, "") }},
	{"Slack-escaped", slackEscaped},
	{"smart-quoted", smartQuoted},
	{"wrapped at 80", func(s string) string { return wrapped(s, 80) }},
	{"JSON-escaped", jsonEscaped},
	{halved, half},
	{"30 unrelated lines around", surrounded},
}

var times = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]? ?`)
})

func slackEscaped(s string) string {
	s = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
	return links().ReplaceAllString(s, "<$0>")
}

var links = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`https?://[A-Za-z0-9.:/_-]+[A-Za-z0-9/]`) })

func smartQuoted(s string) string {
	var b strings.Builder
	open := true
	before := ' '
	for _, r := range s {
		switch {
		case r == '"' && open:
			b.WriteRune('“')
			open = false
		case r == '"':
			b.WriteRune('”')
			open = true
		case r == '\'' && (before == ' ' || before == '\n' || before == '('):
			b.WriteRune('‘')
		case r == '\'':
			b.WriteRune('’')
		default:
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// wrapped breaks lines as a terminal of that many columns does.
func wrapped(s string, columns int) string {
	var out []string
	for _, line := range strings.Split(s, "\n") {
		runes := []rune(line)
		for len(runes) > columns {
			out = append(out, string(runes[:columns]))
			runes = runes[columns:]
		}
		out = append(out, string(runes))
	}
	return strings.Join(out, "\n")
}

func jsonEscaped(s string) string {
	text, err := json.Marshal(map[string]string{"level": "ERROR", "message": s})
	if err != nil {
		panic("knowledge: a string cannot be JSON: " + err.Error())
	}
	return string(text)
}

// half keeps the second half of the lines, or of the words of a single line.
func half(s string) string {
	if lines := strings.Split(strings.TrimRight(s, "\n"), "\n"); len(lines) > 1 {
		return strings.Join(lines[len(lines)/2:], "\n")
	}
	words := strings.Fields(s)
	return strings.Join(words[len(words)/2:], " ")
}

func surrounded(s string) string {
	var b strings.Builder
	line := func(i int) {
		fmt.Fprintf(&b, "2026-02-03 04:05:%02d,%03d+0000 INFO [pool-3-thread-%d] org.example.stock.Counter - counted %d shelves in %d ms\n", i%60, i*37%1000, i%4+1, i*3+1, i*11+5)
	}
	for i := range 15 {
		line(i)
	}
	b.WriteString(strings.TrimRight(s, "\n") + "\n")
	for i := range 15 {
		line(i + 15)
	}
	return b.String()
}
