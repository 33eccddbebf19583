package redact

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"authfix/knowledge/match"
)

// A surrounding is a place where people paste secrets.
type surrounding struct {
	name string
	wrap func(s, other sample) string
	cut  int // how many bytes of the drawn part are left, 0: all
}

var surroundings = []surrounding{
	{"bare", func(s, _ sample) string { return s.text() }, 0},
	{"json", func(s, _ sample) string { return `{"level":"error","message":` + quote(s.text()) + `}` }, 0},
	{"json in json", func(s, _ sample) string { return `{"log":` + quote(`{"message":`+quote(s.text())+`}`) + `}` }, 0},
	{"header", func(s, _ sample) string {
		return "Host: jira.example.com\r\nX-Debug: " + s.text() + "\r\nAccept: */*\r\n"
	}, 0},
	{"url-encoded", func(s, _ sample) string {
		return "GET https://jira.example.com/x?q=" + url.QueryEscape(s.text()) + "&z=1 HTTP/1.1"
	}, 0},
	{"log line", func(s, _ sample) string {
		return "2026-03-01 10:11:12,345+0000 http-nio-8080-exec-7 ERROR anonymous 611x1x1 [c.a.o.Filter] refused: " + s.text()
	}, 0},
	{"slack", func(s, _ sample) string {
		return "> " + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s.text())
	}, 0},
	{"stack trace", func(s, _ sample) string {
		return "java.lang.IllegalStateException: " + s.text() + "\n\tat com.example.auth.Client.call(Client.java:42)\n\tat java.base/java.lang.Thread.run(Thread.java:829)"
	}, 0},
	{"cut", func(s, _ sample) string { return s.before + s.secret() }, 20},
	{"upper case", func(s, _ sample) string {
		if strings.Contains(s.before, "\\n") {
			return s.text()
		}
		return strings.ToUpper(s.before) + s.secret() + strings.ToUpper(s.after)
	}, 0},
	{"twice", func(s, _ sample) string { return s.text() + "\nand again\n" + s.text() }, 0},
	{"adjacent", func(s, o sample) string { return s.text() + " " + o.text() + "\n" + o.text() + " " + s.text() }, 0},
	{"cjk", func(s, _ sample) string { return "请帮忙看一下这个错误，" + s.text() + "\u3002谢谢大家" }, 0},
	{"crlf", func(s, _ sample) string { return strings.ReplaceAll(s.text(), "\n", "\r\n") + "\r\n" }, 0},
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// leaked returns a part of the secret that out shows, or "".
func leaked(out string, s sample) string {
	const window = 12
	for _, body := range []string{s.body, plainForm(s.body)} {
		if len(body) < window {
			if strings.Contains(out, body) {
				return body
			}
			continue
		}
		for i := 0; i+window <= len(body); i++ {
			if strings.Contains(out, body[i:i+window]) {
				return body[i : i+window]
			}
		}
	}
	return ""
}

// TestNothingLeaks plants every kind of secret in every surrounding.
func TestNothingLeaks(t *testing.T) {
	planted := map[string]int{}
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		all := samples(r)
		for i, s := range all {
			planted[s.kind]++
			for _, around := range surroundings {
				s := s
				if around.cut > 0 && s.kind == "url-token" || around.name == "upper case" && s.kind == "command-password" {
					continue // the rest is a host; -U, -W and -P mean something else
				}
				if around.cut > 0 && s.kind == "discord-bot-token" {
					s.body = s.body[:40] // its first part is the bot's public id
				} else if around.cut > 0 && len(s.body) > around.cut {
					if strings.Contains(s.body, "\n") || strings.Contains(s.body, "@") {
						continue // a cut line of base64 or address says nothing
					}
					s.body = s.body[:around.cut]
				}
				in := around.wrap(s, all[(i*31+7)%len(all)])
				out := string(New(State{Key: []byte("test")}).Text(in))
				if part := leaked(out, s); part != "" {
					t.Errorf("seed %d: %s in %q: Text(%q) = %q shows %q", seed, s.kind, around.name, in, out, part)
				}
			}
		}
	}
	for _, r := range Rules() {
		if planted[r.Kind] < 2 {
			t.Errorf("kind %s: %d texts planted, want at least 2", r.Kind, planted[r.Kind])
		}
	}
}

// TestKinds checks that a secret that stands alone is called what it is.
func TestKinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range samples(r) {
		out := string(New(State{Key: []byte("test")}).Text(s.text()))
		if want := "‹" + s.kind + "#1›"; !strings.Contains(out, want) {
			t.Errorf("Text(%q) = %q, want %s", s.text(), out, want)
		}
	}
}

// TestSharedPass checks that Find over the caller's pass finds what Text's own
// finds, with the patterns in the midst of the caller's.
func TestSharedPass(t *testing.T) {
	const base = 1
	ps := append([]match.Pattern{{Literal: "Unauthorized"}}, Patterns()...)
	ps = append(ps, match.Pattern{Literal: "rejected"})
	set, err := match.Compile(ps)
	if err != nil {
		t.Fatal(err)
	}
	var sc match.Scratch
	r := rand.New(rand.NewPCG(2, 2))
	for i, s := range samples(r) {
		text := []byte(surroundings[i%len(surroundings)].wrap(s, s))
		got, want := Find(text, set.Scan(text, &sc), base), find(text, 0)
		if len(got) != len(want) {
			t.Errorf("Find(%q) = %v, want %v", text, got, want)
			continue
		}
		for k := range got {
			if got[k] != want[k] {
				t.Errorf("Find(%q)[%d] = %v, want %v", text, k, got[k], want[k])
			}
		}
	}
}
