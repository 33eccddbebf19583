package discord

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// source is the package's own, without its tests.
func source(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "manifest.go" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

// Each permission is there for a route that the package calls, and each bit is the
// one that the computation knows.
func TestPermissionsAreUsed(t *testing.T) {
	text := source(t)
	seen := map[uint64]bool{}
	for _, p := range Permissions() {
		if p.For == "" || len(p.routes) == 0 || p.Bit == 0 || p.Bit&(p.Bit-1) != 0 || seen[p.Bit] {
			t.Errorf("%+v", p)
		}
		seen[p.Bit] = true
		for _, route := range p.routes {
			_, path, ok := strings.Cut(route, " ")
			if !ok || !strings.Contains(text, strconv.Quote(path)) {
				t.Errorf("%s is for %s, which nothing calls", p.Name, route)
			}
		}
	}
	if strings.Contains(text, "multipart/form-data") != seen[1<<15] {
		t.Error("ATTACH_FILES is asked for if and only if something is attached")
	}
}

func TestManifest(t *testing.T) {
	const id = "112233445566778899"
	tags := map[string]string{"answered": "Answered"}
	for name, c := range map[string]struct {
		m           Manifest
		permissions uint64
		intents     uint64
		want, no    []string
	}{
		"by token":                      {Manifest{Config: Config{Token: someToken}}, 309237730368, 37377, []string{"Message Content Intent", "leave it empty"}, []string{"MANAGE_THREADS", "/discord/interactions"}},
		"by id":                         {Manifest{Application: id}, 309237730368, 37377, nil, nil},
		"the id goes before the token":  {Manifest{Application: id, Config: Config{Token: "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.0123456789abcdef"}}, 309237730368, 37377, nil, nil},
		"tags":                          {Manifest{Application: id, Config: Config{ForumTags: tags}}, 309237730368 | 1<<34, 37377, []string{"MANAGE_THREADS"}, nil},
		"without the intent":            {Manifest{Application: id, Config: Config{NoMessageContent: true}}, 309237730368, 4609, []string{"is not asked for"}, []string{"Message Content Intent"}},
		"over http":                     {Manifest{Application: id, Config: Config{PublicKey: "k"}, PublicURL: "https://authfix.example.com/x/"}, 309237730368, 37377, []string{"\n    https://authfix.example.com/x/discord/interactions\n"}, []string{"leave it empty"}},
		"over http, nobody knows where": {Manifest{Application: id, Config: Config{PublicKey: "k"}}, 309237730368, 37377, []string{"AUTHFIX_PUBLIC_URL", "/discord/interactions"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			invite, err := c.m.Invite()
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(invite)
			if err != nil || u.Scheme != "https" || u.Host != "discord.com" || u.Path != "/oauth2/authorize" {
				t.Fatalf("%s, %v", invite, err)
			}
			q := u.Query()
			if q.Get("client_id") != id || q.Get("scope") != "bot applications.commands" || q.Get("permissions") != strconv.FormatUint(c.permissions, 10) || len(q) != 3 {
				t.Errorf("the link asks for %v", q)
			}
			if got := c.m.Config.intents(); got != c.intents {
				t.Errorf("intents %d, want %d", got, c.intents)
			}
			text, err := c.m.Text()
			if err != nil || !strings.Contains(text, "\n    "+invite+"\n") {
				t.Errorf("%s, %v", text, err)
			}
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			for _, no := range append(c.no, "Gabcde") {
				if strings.Contains(text, no) {
					t.Errorf("%q in\n%s", no, text)
				}
			}
		})
	}
	for _, m := range []Manifest{{}, {Application: "authfix"}, {Application: "1 2"}, {Config: Config{Token: "x.y.z"}}, {Application: "112233445566778899&scope=bot"},
		{Application: id, Config: Config{PublicKey: "k"}, PublicURL: "http://authfix.example.com"}} {
		if text, err := m.Text(); err == nil {
			t.Errorf("%+v: %s", m, text)
		}
	}
}
