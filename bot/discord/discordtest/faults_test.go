package discordtest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const createRoute = "POST /channels/{channel}/messages"

func TestFaults(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	try := func() answer {
		return rest(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "t"}))
	}
	s.Fault(Fault{Route: createRoute, Status: 502, After: true})
	if got := try(); got.status != 502 || s.Posted() != 1 {
		t.Errorf("the post that succeeds but answers 502: %d, %d posts", got.status, s.Posted())
	}
	s.Fault(Fault{Route: createRoute, Status: 500})
	if got := try(); got.status != 500 || s.Posted() != 1 {
		t.Errorf("500 before the effect: %d, %d posts", got.status, s.Posted())
	}
	for i, after := range []bool{false, true} {
		s.Fault(Fault{Route: createRoute, Cut: true, After: after})
		r, _ := http.NewRequest(http.MethodPost, s.API()+"api/v10/channels/"+General+"/messages", strings.NewReader(`{"content":"t","allowed_mentions":{"parse":[]}}`))
		r.Header.Set("Authorization", "Bot "+s.Token())
		r.Header.Set("User-Agent", userAgent)
		r.Header.Set("Content-Type", "application/json")
		r.GetBody = nil
		if _, err := http.DefaultTransport.RoundTrip(r); err == nil {
			t.Error("the connection was not cut")
		}
		if s.Posted() != 1+i {
			t.Errorf("cut, effect %v: %d posts", after, s.Posted())
		}
	}
	s.Fault(Fault{RetryAfter: 1500 * time.Millisecond, Times: 2, Scope: "shared"})
	for range 2 {
		got := try()
		if got.status != 429 || got.obj["retry_after"] != 1.5 || got.obj["global"] != false || got.header.Get("Retry-After") != "2" || got.header.Get("X-RateLimit-Scope") != "shared" {
			t.Errorf("429: %d %s %v", got.status, got.raw, got.header)
		}
	}
	s.Fault(Fault{RetryAfter: time.Second, Global: true})
	if got := try(); got.obj["global"] != true || got.header.Get("X-RateLimit-Global") != "true" || got.header.Get("X-RateLimit-Scope") != "global" {
		t.Errorf("global 429: %s %v", got.raw, got.header)
	}
	s.Fault(Fault{Status: 403, Code: 50013})
	wantCode(t, try(), 403, 50013)
	s.Fault(Fault{Body: "not JSON"})
	if got := try(); got.status != 200 || string(got.raw) != "not JSON" {
		t.Errorf("another body: %d %s", got.status, got.raw)
	}
	s.Fault(Fault{Delay: 30 * time.Millisecond})
	start := time.Now()
	if got := try(); got.status != 200 || time.Since(start) < 30*time.Millisecond {
		t.Errorf("a slow answer: %d after %v", got.status, time.Since(start))
	}
	restore := s.Outage()
	if got := try(); got.status != 503 {
		t.Errorf("outage: %d", got.status)
	}
	restore()
	s.Fault(Fault{Match: func(c Call) bool { return strings.Contains(c.Path, Triage) }, Status: 500})
	if got := try(); got.status != 200 {
		t.Errorf("a fault of another channel: %d", got.status)
	}
	calls := s.CallsOf(createRoute)
	if c := calls[len(calls)-1]; c.Status != 200 || c.Message == "" || !c.Bot || c.Path != "/channels/"+General+"/messages" || !strings.Contains(string(c.Body), `"t"`) || c.Took <= 0 {
		t.Errorf("call = %+v", c)
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	s := Start(t, Options{Rates: map[string]Rate{createRoute: {Limit: 2, Per: 5 * time.Second}}, Now: func() time.Time { return now }})
	first := post(t, s, General, "1")
	for name, want := range map[string]string{"Limit": "2", "Remaining": "1", "Reset-After": "5.000", "Reset": "1800000005.000"} {
		if got := first.header.Get("X-RateLimit-" + name); got != want {
			t.Errorf("X-RateLimit-%s = %q, want %q", name, got, want)
		}
	}
	if first.header.Get("X-RateLimit-Bucket") == "" {
		t.Error("no bucket")
	}
	post(t, s, General, "2")
	quiet(t, s)
	over := rest(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "3"}))
	if over.status != 429 || over.obj["retry_after"] != 5.0 || over.header.Get("X-RateLimit-Scope") != "user" || s.Posted() != 2 {
		t.Errorf("over the limit: %d %s", over.status, over.raw)
	}
	wantRule(t, s, RuleRate)
	post(t, s, Triage, "another channel")
	s.Advance(5 * time.Second)
	post(t, s, General, "3")
}

func TestGlobalRate(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	s := Start(t, Options{Global: 2, Now: func() time.Time { return now }})
	must(t, s, "GET", "/users/@me", nil)
	must(t, s, "GET", "/guilds/"+Acme, nil)
	if got := rest(t, s, "GET", "/users/@me", nil); got.status != 429 || got.obj["global"] != true {
		t.Errorf("the third call of a second = %d %s", got.status, got.raw)
	}
	wantCode(t, rest(t, s, "POST", "/webhooks/"+App+"/x", quietly(obj{"content": "x"})), 401, 50027) // not counted
	wantRule(t, s, RuleRate)
}

func TestRunOfRefusals(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	for i := range maxRefused + 1 {
		if i == maxRefused {
			quiet(t, s)
		}
		rest(t, s, "GET", "/channels/"+Outside, nil)
	}
	wantRule(t, s, RuleInvalid)
}

func TestMentionsAreWatched(t *testing.T) {
	t.Parallel()
	path := "/channels/" + General + "/messages"
	for name, c := range map[string]struct {
		body  obj
		pings int
		rule  bool
	}{
		"without allowed_mentions": {obj{"content": "@everyone and <@" + Alice + "> and <@&" + Admins + ">"}, 3, true},
		"users":                    {obj{"content": "@everyone and <@" + Alice + ">", "allowed_mentions": obj{"parse": arr{"users"}}}, 1, true},
		"a list":                   {obj{"content": "<@" + Alice + "> <@" + Bob + ">", "allowed_mentions": obj{"parse": arr{}, "users": arr{Bob}}}, 1, false},
		"nobody":                   {obj{"content": "@everyone and <@" + Alice + ">", "allowed_mentions": obj{"parse": arr{}}}, 0, false},
		"in code":                  {obj{"content": "```\n@everyone\n``` `<@" + Alice + ">`", "allowed_mentions": obj{"parse": arr{"users", "everyone"}}}, 0, true},
	} {
		s := Start(t, Options{})
		a := must(t, s, "POST", path, c.body)
		m, _ := s.MessageByID(a.id())
		if len(m.Pings) != c.pings {
			t.Errorf("%s: pings = %v, want %d", name, m.Pings, c.pings)
		}
		got := 0
		for _, v := range s.Violations() {
			if v.Rule == RuleMentions {
				got++
			}
		}
		if (got > 0) != c.rule {
			t.Errorf("%s: violations = %v, want one of %q: %v", name, s.Violations(), RuleMentions, c.rule)
		}
		must(t, s, "PATCH", path+"/"+a.id(), obj{"content": "edited"})
		wantRule(t, s, RuleMentions)
	}
	s := Start(t, Options{StrictMentions: true})
	wantCode(t, rest(t, s, "POST", path, obj{"content": "c"}), 400, 50035)
	must(t, s, "POST", path, quietly(obj{"content": "c"}))
	q := s.Message(Said{Channel: General, Text: "q"})
	a := must(t, s, "POST", path, obj{"content": "c", "message_reference": obj{"message_id": q}, "allowed_mentions": obj{"parse": arr{}, "replied_user": true}})
	if m, _ := s.MessageByID(a.id()); len(m.Pings) != 1 || m.Pings[0] != Alice || m.ReplyTo != q || m.Type != 19 {
		t.Errorf("a reply that notifies = %+v", m)
	}
	wantRule(t, s, RulePing)
}

func TestSecretsAreRefused(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	s.Plant("hunter2secret", "abc")
	path := "/channels/" + General + "/messages"
	for name, body := range map[string]obj{
		"content": {"content": "it is hunter2secret"}, "escaped": {"content": `hunter\2\secret`}, "a field": {"embeds": arr{obj{"fields": arr{obj{"name": "n", "value": "hunter2secret"}}}}},
		"split": {"content": "h\u200bunter2secret"}, "a label": {"components": arr{row(obj{"type": 2, "style": 1, "label": "hunter2secret", "custom_id": "a"})}},
	} {
		n := len(s.Violations())
		if a := rest(t, s, "POST", path, quietly(body)); a.status != 400 || len(s.Violations()) != n+1 {
			t.Errorf("%s: %d %s, violations %v", name, a.status, a.raw, s.Violations()[n:])
		}
	}
	if s.Posted() != 0 {
		t.Error("a secret was posted")
	}
	s.mu.Lock()
	in, _, err := s.newInteraction(interactionCommand, Alice, General, nil)
	s.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	for line, rule := range map[string]string{
		"a line with hunter2secret\n": RuleSecret, "token=" + s.Token(): RuleToken, `{"t":"` + in.token + `"}`: RuleToken, "https://cdn/x?ex=1&is=2&hm=3": RuleToken, "a plain line with abc": "",
	} {
		n := len(s.Violations())
		if got, err := s.CheckLog("log", strings.NewReader(line)); err != nil || string(got) != line {
			t.Errorf("CheckLog = %q, %v", got, err)
		}
		got := ""
		if v := s.Violations()[n:]; len(v) > 0 {
			got = v[0].Rule
		}
		if got != rule {
			t.Errorf("a log with %q: rule %q, want %q", line, got, rule)
		}
	}
}

func TestPastedMarkup(t *testing.T) {
	t.Parallel()
	const paste = "<@" + Alice + "> [click](https://evil.example/) @everyone ``` out of the fence <#123> <@&42>"
	for text, bad := range map[string]bool{
		"```\n" + "<@" + Alice + "> [click](https://evil.example/) @everyone ``\u200b` out of the fence" + "\n```": false,
		"<@" + Alice + ">":                         true,
		"\\<@" + Alice + ">":                       false,
		"a [click](https://evil.example/) b":       true,
		"a \\[click](https://evil.example/) b":     false,
		"`[click](https://evil.example/)`":         false,
		"ping @everyone":                           true,
		"ping @\u200beveryone":                     false,
		"```\n" + paste + "\n```":                  true, // its fence ends ours
		"```\nnever closed":                        true,
		"our own [docs](https://authfix.example/)": false,
		"<@&42>": true,
	} {
		for _, body := range []obj{{"content": text}, {"embeds": arr{obj{"description": text}}}, {"embeds": arr{obj{"fields": arr{obj{"name": "n", "value": text}}}}}} {
			s := Start(t, Options{})
			s.PlantPaste(paste)
			must(t, s, "POST", "/channels/"+General+"/messages", quietly(body))
			got := false
			for _, v := range s.Violations() {
				got = got || v.Rule == RuleMarkup
			}
			if got != bad {
				t.Errorf("%v: violations = %v, want one: %v", body, s.Violations(), bad)
			}
		}
	}
}

// TestBrokenFence checks that what a fence of a paste sets free is seen.
func TestBrokenFence(t *testing.T) {
	t.Parallel()
	const paste = "before the fence of it\n```\nbetween the fences of it\n```\nafter"
	for text, bad := range map[string]bool{
		"```\n" + paste + "\n```": true,
		"```\n" + strings.ReplaceAll(paste, "```", "``\u200b`") + "\n```": false,
		"```\nbetween the fences of it\n```":                              false,
	} {
		s := Start(t, Options{})
		s.PlantPaste(paste)
		post(t, s, General, text)
		if got := len(s.Violations()) > 0; got != bad {
			t.Errorf("%q: violations = %v, want one: %v", text, s.Violations(), bad)
		}
	}
}

func TestFilesAreServedAsAsked(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	id := s.Message(Said{Channel: General, Text: "t", Files: []File{{Name: "big.log", Content: []byte("head"), Fill: 1 << 20, Size: 5, Served: "text/html"}}})
	m, _ := s.MessageByID(id)
	at := list(must(t, s, "GET", "/channels/"+General+"/messages/"+id, nil).obj["attachments"])[0]
	a := get(t, s, text(at["url"]))
	if len(a.raw) != 4+1<<20 || a.header.Get("Content-Type") != "text/html" || integer(at["size"]) != 5 {
		t.Errorf("download = %d bytes of %s, claimed %v", len(a.raw), a.header.Get("Content-Type"), at["size"])
	}
	if f, _ := s.FileByID(m.Files[0].ID); f.Fetched != 1 {
		t.Errorf("fetched = %d", f.Fetched)
	}
	if a := get(t, s, text(at["url"])+"0"); a.status != 404 {
		t.Errorf("another signature = %d", a.status)
	}
	quiet(t, s)
	q, _ := http.NewRequest("GET", text(at["url"]), nil)
	q.Header.Set("Authorization", "Bot "+s.Token())
	do(t, q)
	wantRule(t, s, RuleToken)
	s.GoneFile(m.Files[0].ID)
	if a := get(t, s, text(at["url"])); a.status != 404 {
		t.Errorf("a file that is gone = %d", a.status)
	}
}
