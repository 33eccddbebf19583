package discord

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/discord/discordtest"
)

// sealing are Deps whose seal is no secret.
func sealing() Deps {
	return Deps{
		Seal: func(s string) (string, error) { return "sealed " + s, nil },
		Unseal: func(s string) (string, error) {
			plain, ok := strings.CutPrefix(s, "sealed ")
			if !ok {
				return "", errors.New("it was altered")
			}
			return plain, nil
		},
	}
}

// attached has Alice attach a file, and returns it as the bot knows it.
func attached(s *discordtest.Server, f discordtest.File) (bot.File, discordtest.File) {
	f = s.AddFile(f)
	m := s.Message(discordtest.Said{Channel: discordtest.General, Text: "a log", Files: []discordtest.File{f}})
	return bot.File{ID: fileOf(discordtest.General, m, f.ID)}, f
}

// silent reports a token or a signed address in an error.
func silent(t *testing.T, s *discordtest.Server, err error) {
	t.Helper()
	if err != nil && (strings.Contains(err.Error(), s.Token()) || strings.Contains(err.Error(), "hm=") || strings.Contains(err.Error(), "/attachments/")) {
		t.Errorf("an error shows a credential: %v", err)
	}
}

func TestOpen(t *testing.T) {
	s := discordtest.Start(t, discordtest.Options{})
	p := asking(t, s, sealing())
	big := strings.Repeat("oauth_problem=timestamp_refused\n", 1<<15)
	for name, f := range map[string]discordtest.File{
		"a log":        {Name: "jira.log", Content: []byte(big)},
		"a lying size": {Name: "a.txt", Content: []byte(big), Size: 3},
		"packed":       {Name: "a.gz", Type: "application/gzip", Content: []byte("\x1f\x8b\x08\x00not really")},
		"empty":        {Name: "a.txt"},
		"a page":       {Name: "a.html", Type: "text/html", Content: []byte("<html>theirs</html>")},
		"an odd name":  {Name: "../%2e%2e/ä?&#.log", Content: []byte("x")},
	} {
		as, f := attached(s, f)
		body, err := p.Open(t.Context(), acme, as)
		bottest.SameFile(t, name, body, err, f.Content)
	}
	for _, v := range s.Violations() {
		t.Errorf("violation: %v", v)
	}
}

// The address that came with a message has ended by the time the file is read: it
// is asked for anew. That of a sealed one cannot be.
func TestOpenLater(t *testing.T) {
	s := discordtest.Start(t, discordtest.Options{})
	p := asking(t, s, sealing())
	as, _ := attached(s, discordtest.File{Name: "jira.log", Content: []byte("x")})
	var m fileMessage
	parts := strings.Split(as.ID, "/")
	if err := p.get(t.Context(), "/channels/{}/messages/{}", "/channels/"+parts[1]+"/messages/"+parts[2], &m); err != nil || len(m.all()) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	sealed := bot.File{ID: fileSealed + "sealed " + m.all()[0].URL}
	for _, f := range []bot.File{as, sealed} {
		body, err := p.Open(t.Context(), acme, f)
		if err != nil {
			t.Fatal(err)
		}
		body.Close()
	}
	s.Advance(48 * 3600e9)
	body, err := p.Open(t.Context(), acme, as)
	if err != nil {
		t.Fatalf("two days later: %v", err)
	}
	body.Close()
	if _, err := p.Open(t.Context(), acme, sealed); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("a sealed one two days later: %v", err)
	} else {
		silent(t, s, err)
	}
}

// Nothing but Discord's own hosts is asked, and none gets the token.
func TestOpenRefused(t *testing.T) {
	asked := 0
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer thief.Close()
	s := discordtest.Start(t, discordtest.Options{})
	p := asking(t, s, sealing())
	gone, f := attached(s, discordtest.File{Name: "x", Content: []byte("x")})
	s.GoneFile(f.ID)
	deleted, f := attached(s, discordtest.File{Name: "x", Content: []byte("x")})
	s.Delete(strings.Split(deleted.ID, "/")[2])
	other, _ := attached(s, discordtest.File{Name: "x", Content: []byte("x")})
	other.ID = other.ID[:strings.LastIndex(other.ID, "/")+1] + f.ID
	for name, f := range map[string]bot.File{
		"gone": gone, "of a deleted message": deleted, "of another message": other,
		"no id": {}, "of no kind": {ID: "x/1/2/3"}, "two parts": {ID: "m/1/2"}, "a path": {ID: "m/1/2/../../users/@me"}, "a query": {ID: "m/1/2?x=y/3"},
		"altered": {ID: "s/altered"}, "no address": {ID: "s/sealed "}, "elsewhere": {ID: "s/sealed " + thief.URL + "/x"},
		"of a channel that the bot does not see": {ID: fileOf(discordtest.Outside, "1100000000000000901", "1100000000000000902")},
	} {
		body, err := p.Open(t.Context(), acme, f)
		if err == nil {
			body.Close()
		}
		if !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("%s: Open = %v", name, err)
		}
		silent(t, s, err)
	}
	if _, err := asking(t, s, Deps{}).Open(t.Context(), acme, bot.File{ID: "s/sealed " + s.URL}); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("without a seal: %v", err)
	}
	real, err := New(Config{Token: someToken}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	abroad, err := New(Config{Token: someToken, API: "https://proxy.example.com/"}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		"", thief.URL + "/x", "https://cdn.discordapp.com.evil.example/x", "http://cdn.discordapp.com/x", "https://user@cdn.discordapp.com/x", "file:///etc/passwd",
		"https://cdn.discordapp.com@evil.example/x", "//cdn.discordapp.com/x", "https://discord.com/x", "https://cdn.discordapp.com:8443/x", "https://proxy.example.com/x", "http://127.0.0.1/x", "http://[::1]:80/x", ":",
	} {
		for _, p := range []*Platform{real, abroad} {
			if u, err := p.fileAddress(address); err == nil {
				t.Errorf("fileAddress(%q) = %v", address, u)
			}
		}
	}
	for _, address := range []string{"https://cdn.discordapp.com/attachments/1/2/x?ex=1", "https://media.discordapp.net/attachments/1/2/x", "https://CDN.discordapp.com/x", "https://cdn.discordapp.com:443/x"} {
		if u, err := real.fileAddress(address); err != nil {
			t.Errorf("fileAddress(%q) = %v, %v", address, u, err)
		}
	}
	if _, err := p.fileAddress(s.URL + "/attachments/1/2/x"); err != nil {
		t.Errorf("a fake on this machine: %v", err)
	}
	if asked > 0 {
		t.Errorf("another server was asked %d times", asked)
	}
	for _, v := range s.Violations() {
		t.Errorf("violation: %v", v)
	}
}

// What may work later is no refusal.
func TestOpenFails(t *testing.T) {
	later := func(err error) bool { return err != nil && !errors.Is(err, bot.ErrPermanent) }
	limited := func(err error) bool {
		var wait *bot.RetryAfter
		return errors.As(err, &wait) && wait.After > 0
	}
	never := func(err error) bool { return errors.Is(err, bot.ErrPermanent) }
	for name, c := range map[string]struct {
		fault discordtest.Fault
		want  func(error) bool
	}{
		"503":        {discordtest.Fault{Status: 503}, later},
		"cut":        {discordtest.Fault{Cut: true, Times: -1}, later},
		"429":        {discordtest.Fault{Status: 429, RetryAfter: 3e9}, limited},
		"a redirect": {discordtest.Fault{Status: 302, Body: "elsewhere"}, never},
		"403":        {discordtest.Fault{Status: 403, Body: "no"}, never},
	} {
		for _, route := range []string{"GET /attachments/", "GET /channels/{channel}/messages/{message}"} {
			t.Run(name+" "+route, func(t *testing.T) {
				s := discordtest.Start(t, discordtest.Options{})
				p := asking(t, s, sealing())
				f, _ := attached(s, discordtest.File{Name: "a.log", Content: []byte("x")})
				c.fault.Route = route
				s.Fault(c.fault)
				body, err := p.Open(t.Context(), acme, f)
				if err == nil {
					body.Close()
				}
				if !c.want(err) {
					t.Errorf("Open = %v", err)
				}
				silent(t, s, err)
			})
		}
	}
}

// A file of any length is read to a bound and no further.
func TestOpenBounded(t *testing.T) {
	badly(t, bottest.Endless(t, func(r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the token went along")
		}
	}), bottest.Bounded)
}

// A file that is cut off is no file.
func TestOpenCutOff(t *testing.T) { badly(t, bottest.Half(t), bottest.CutOff) }

// badly opens a file that is served badly.
func badly(t *testing.T, address string, check func(testing.TB, io.ReadCloser, error)) {
	t.Helper()
	p, err := New(Config{Token: someToken, API: address + "/"}, sealing())
	if err != nil {
		t.Fatal(err)
	}
	defer p.rest.close()
	body, err := p.Open(t.Context(), acme, bot.File{ID: "s/sealed " + address + "/f"})
	check(t, body, err)
}

// A message that was forwarded has its files in what it was forwarded from.
func TestForwardedFile(t *testing.T) {
	var m fileMessage
	if err := json.Unmarshal([]byte(`{"attachments":[{"id":"1"}],"message_snapshots":[{"message":{"attachments":[{"id":"2"},{"id":"3"}]}}]}`), &m); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, a := range m.all() {
		ids = append(ids, a.ID)
	}
	if got := strings.Join(ids, " "); got != "1 2 3" {
		t.Errorf("files %s", got)
	}
}
