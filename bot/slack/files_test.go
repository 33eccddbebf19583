package slack

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

func TestOpen(t *testing.T) {
	s, p, _ := speak(t, slacktest.Options{})
	big := strings.Repeat("oauth_problem=timestamp_refused\n", 1<<15)
	for name, f := range map[string]slacktest.File{
		"a log":          {Name: "jira.log", Content: []byte(big)},
		"Slack Connect":  {Name: "jira.log", Content: []byte("x"), Access: "check_file_info"},
		"a lying size":   {Name: "a.txt", Content: []byte(big), Size: 3},
		"packed":         {Name: "a.gz", Type: "application/gzip", Content: []byte("\x1f\x8b\x08\x00not really")},
		"empty":          {Name: "a.txt"},
		"a page":         {Name: "a.html", Type: "text/html", Content: []byte("<html>ours</html>")},
		"an odd name":    {Name: "../%2e%2e/ä?&#.log", Content: []byte("x")},
		"a snippet":      {Name: "s", Mode: "snippet", Content: []byte("x")},
		"in no channel ": {Name: "s.txt", Content: []byte("x"), Channels: []string{slacktest.General}},
	} {
		id := s.AddFile(f)
		body, err := p.Open(t.Context(), acmeTenant, bot.File{ID: id})
		bottest.SameFile(t, name, body, err, f.Content)
	}
}

// A token goes to Slack and to where the API is set to be, and nowhere else.
func TestOpenRefused(t *testing.T) {
	asked := 0
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer thief.Close()
	s, p, _ := speak(t, slacktest.Options{})
	for name, f := range map[string]slacktest.File{
		"external":  {Name: "x", Mode: "external", URL: thief.URL + "/x"},
		"gone":      {Name: "x", Gone: true, Content: []byte("x")},
		"deleted":   {Name: "x", Deleted: true, Content: []byte("x")},
		"access":    {Name: "x", Access: "access_denied", Content: []byte("x")},
		"elsewhere": {Name: "x", Team: "T0ELSEWHERE", Content: []byte("x")},
	} {
		id := s.AddFile(f)
		body, err := p.Open(t.Context(), acmeTenant, bot.File{ID: id})
		if err == nil {
			body.Close()
		}
		if !errors.Is(err, bot.ErrPermanent) {
			t.Errorf("%s: Open = %v", name, err)
		}
		quiet(t, s, err)
	}
	if _, err := p.Open(t.Context(), acmeTenant, bot.File{ID: "F0NOSUCH1"}); !errors.Is(err, bot.ErrPermanent) {
		t.Errorf("Open of no file = %v", err)
	}
	for _, one := range []fileInfo{
		{Private: thief.URL + "/x"}, {Private: "https://files.slack.com.evil.example/x"}, {Private: "http://files.slack.com/x"},
		{Private: "https://user@files.slack.com/x"}, {Private: "file:///etc/passwd"}, {}, {Private: "https://files.slack.com/x", External: true},
		{Private: "https://files.slack.com/x", Mode: "tombstone"}, {Private: "https://slack.com@evil.example/x"}, {Private: "//files.slack.com/x"},
	} {
		if u, err := p.fileAddress(&one); err == nil {
			t.Errorf("fileAddress(%+v) = %v", one, u)
		}
	}
	for _, one := range []fileInfo{
		{Private: "https://files.slack.com/files-pri/T1-F1/x"}, {Private: "https://files.slack-gov.com/x"}, {Download: s.URL + "/files-pri/x"},
		{Private: "https://evil.example/x", Download: "https://files.slack.com/x"},
	} {
		if u, err := p.fileAddress(&one); err != nil {
			t.Errorf("fileAddress(%+v) = %v, %v", one, u, err)
		}
	}
	if asked > 0 {
		t.Errorf("another server was asked %d times", asked)
	}
}

// What may work later is no refusal; a page for signing in is one.
func TestOpenFails(t *testing.T) {
	for name, c := range map[string]struct {
		fault slacktest.Fault
		want  func(error) bool
	}{
		"503": {slacktest.Fault{Status: 503}, func(err error) bool { return err != nil && !errors.Is(err, bot.ErrPermanent) }},
		"cut": {slacktest.Fault{Cut: true, Times: -1}, func(err error) bool { return err != nil && !errors.Is(err, bot.ErrPermanent) }},
		"429": {slacktest.Fault{Status: 429, RetryAfter: 3e9}, isLimit},
		"sign in": {slacktest.Fault{Status: 302}, func(err error) bool {
			return errors.Is(err, bot.ErrPermanent) && strings.Contains(err.Error(), "sign_in_page")
		}},
		"a page": {slacktest.Fault{Body: "<!DOCTYPE html><title>Sign in</title>"}, func(err error) bool { return errors.Is(err, bot.ErrPermanent) }},
		"403":    {slacktest.Fault{Status: 403}, func(err error) bool { return errors.Is(err, bot.ErrPermanent) }},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, _ := speak(t, slacktest.Options{})
			id := s.AddFile(slacktest.File{Name: "a.log", Content: []byte("x")})
			c.fault.Method = "file.download"
			s.Fault(c.fault)
			body, err := p.Open(t.Context(), acmeTenant, bot.File{ID: id})
			if err == nil {
				body.Close()
			}
			if !c.want(err) {
				t.Errorf("Open = %v", err)
			}
			quiet(t, s, err)
		})
	}
}

// A file of any length is read to a bound and no further.
func TestOpenBounded(t *testing.T) { badly(t, bottest.Endless(t, nil), bottest.Bounded) }

// A file that is cut off is no file.
func TestOpenCutOff(t *testing.T) { badly(t, bottest.Half(t), bottest.CutOff) }

// badly opens a file that is served badly.
func badly(t *testing.T, address string, check func(testing.TB, io.ReadCloser, error)) {
	t.Helper()
	a := newAPI(address + "/api/")
	defer a.close()
	body, err := a.download(t.Context(), "xoxb-acme", mustURL(t, address+"/f"), "text/plain")
	check(t, body, err)
}
