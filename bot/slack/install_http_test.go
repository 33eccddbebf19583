package slack

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/slack/slacktest"
)

// A visitor is a browser that does not follow redirects by itself and keeps its
// cookies whether the connection is secure or not.
type visitor struct {
	t       *testing.T
	cookies map[string]*http.Cookie
	web     *http.Client
}

func newVisitor(t *testing.T) *visitor {
	return &visitor{t: t, cookies: map[string]*http.Cookie{}, web: &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// visit returns the status, where it leads, and the page.
func (v *visitor) visit(address string) (int, string, string) {
	v.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range v.cookies {
		if strings.HasPrefix(r.URL.Path, c.Path) {
			r.AddCookie(c)
		}
	}
	w, err := v.web.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer w.Body.Close()
	page, err := io.ReadAll(w.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range w.Cookies() {
		v.cookies[c.Name] = c
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	return w.StatusCode, w.Header.Get("Location"), string(page)
}

// oauth is authfix, to be installed from a fake Slack by a visitor.
func oauth(t *testing.T, o slacktest.Options) (*slacktest.Server, *shelf, *bottest.Clock, *httptest.Server, *Platform) {
	t.Helper()
	clock := bottest.NewClock(time.Now())
	o.Now, o.Rotation, o.NoInstall = clock.Now, true, true
	s := slacktest.Start(t, o)
	shelf := newShelf()
	var p *Platform
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.Handler().ServeHTTP(w, r) }))
	t.Cleanup(h.Close)
	p, _ = speakTo(t, s, byOAuth, Deps{Now: clock.Now, Installs: shelf, PublicURL: h.URL})
	return s, shelf, clock, h, p
}

// consent goes from our page to Slack's, and returns where Slack leads back to.
func (v *visitor) consent(h *httptest.Server, with string) string {
	v.t.Helper()
	status, to, _ := v.visit(h.URL + installPath)
	if status != http.StatusFound {
		v.t.Fatalf("install answers %d", status)
	}
	status, back, page := v.visit(to + with)
	if status != http.StatusFound {
		v.t.Fatalf("Slack answers %d: %s", status, page)
	}
	return back
}

func TestInstall(t *testing.T) {
	s, shelf, clock, h, p := oauth(t, slacktest.Options{})
	s.AddTeam(slacktest.Team{ID: slacktest.Acme, Name: `<b>Acme</b> & Söhne`, Domain: "acme"})
	v := newVisitor(t)
	back := v.consent(h, "")
	cookie := v.cookies[stateCookie]
	if cookie == nil || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 600 {
		t.Errorf("the cookie is %+v", cookie)
	}
	u, err := url.Parse(back)
	if err != nil || len(u.Query().Get("state")) < 22 || u.Query().Get("state") != cookie.Value {
		t.Errorf("led back to with state %q", u.Query().Get("state"))
	}
	status, _, page := v.visit(back)
	if status != http.StatusOK || !strings.Contains(page, "authfix is installed") || !strings.Contains(page, "&lt;b&gt;Acme&lt;/b&gt;") || strings.Contains(page, "<b>") {
		t.Errorf("the page: %d %s", status, page)
	}
	if v.cookies[stateCookie] != nil {
		t.Error("the cookie is kept")
	}
	i, err := shelf.Get(t.Context(), acmeTenant)
	if err != nil || i.Bot == "" || i.BotUser == "" || i.Refresh == "" || !i.has("chat:write") || i.Expires.Sub(clock.Now()) != 12*time.Hour {
		t.Errorf("install: %v, %q %q, ends %v, scopes %q", err, i.Bot, i.BotUser, i.Expires, i.Scopes)
	}
	if strings.Contains(page, i.Token) || strings.Contains(page, i.Refresh) {
		t.Error("the page shows a token")
	}
	s.Join(slacktest.General, i.BotUser)
	if _, err := p.Send(t.Context(), into(slacktest.General, "k"), answerOf("x")); err != nil {
		t.Errorf("Send = %v", err)
	}
	// Once more, over it.
	v = newVisitor(t)
	if status, _, page := v.visit(v.consent(h, "")); status != http.StatusOK {
		t.Errorf("installed again: %d %s", status, page)
	}
}

// What did not begin here, in this browser, a moment ago, ends with nothing
// installed.
func TestInstallRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(v *visitor, clock *bottest.Clock, h *httptest.Server, back string) string // where to go in place of back
		status int
		says   string
	}{
		"another browser": {func(v *visitor, _ *bottest.Clock, _ *httptest.Server, back string) string {
			clear(v.cookies)
			return back
		}, 400, "another browser"},
		"another state": {func(v *visitor, _ *bottest.Clock, h *httptest.Server, back string) string {
			own := v.cookies[stateCookie].Value
			w := newVisitor(v.t)
			w.visit(h.URL + installPath)
			return strings.Replace(back, own, w.cookies[stateCookie].Value, 1)
		}, 400, "cannot go on"},
		"a made state": {func(v *visitor, _ *bottest.Clock, _ *httptest.Server, back string) string {
			own := v.cookies[stateCookie].Value
			made := strings.Repeat("A", len(own))
			v.cookies[stateCookie].Value = made
			return strings.Replace(back, own, made, 1)
		}, 400, "cannot go on"},
		"a forged state": {func(v *visitor, _ *bottest.Clock, _ *httptest.Server, back string) string {
			own := v.cookies[stateCookie].Value
			b, err := base64.RawURLEncoding.DecodeString(own)
			if err != nil {
				v.t.Fatal(err)
			}
			b[0] ^= 1 // another number, as long valid
			forged := base64.RawURLEncoding.EncodeToString(b)
			v.cookies[stateCookie].Value = forged
			return strings.Replace(back, own, forged, 1)
		}, 400, "cannot go on"},
		"no state": {func(v *visitor, _ *bottest.Clock, h *httptest.Server, _ string) string {
			v.cookies[stateCookie].Value = ""
			return h.URL + callbackPath + "?code=111.x&state="
		}, 400, "cannot go on"},
		"too late": {func(_ *visitor, clock *bottest.Clock, _ *httptest.Server, back string) string {
			clock.Turn(stateFor + time.Second)
			return back
		}, 400, "ten minutes"},
		"no code": {func(v *visitor, _ *bottest.Clock, h *httptest.Server, _ string) string {
			return h.URL + callbackPath + "?state=" + v.cookies[stateCookie].Value
		}, 400, "no code"},
		"a code of nobody": {func(v *visitor, _ *bottest.Clock, h *httptest.Server, _ string) string {
			return h.URL + callbackPath + "?code=111.nobody&state=" + v.cookies[stateCookie].Value
		}, 400, "has expired or was used"},
		"a long code": {func(v *visitor, _ *bottest.Clock, h *httptest.Server, _ string) string {
			return h.URL + callbackPath + "?code=" + strings.Repeat("1", maxCode+1) + "&state=" + v.cookies[stateCookie].Value
		}, 400, "no code"},
	} {
		t.Run(name, func(t *testing.T) {
			_, shelf, clock, h, _ := oauth(t, slacktest.Options{})
			v := newVisitor(t)
			status, _, page := v.visit(c.spoil(v, clock, h, v.consent(h, "")))
			if status != c.status || !strings.Contains(page, c.says) {
				t.Errorf("%d %s", status, page)
			}
			if _, err := shelf.Get(t.Context(), acmeTenant); !errors.Is(err, ErrNoInstall) {
				t.Errorf("Get = %v", err)
			}
		})
	}
}

func TestInstallDenied(t *testing.T) {
	_, shelf, _, h, _ := oauth(t, slacktest.Options{})
	v := newVisitor(t)
	status, _, page := v.visit(v.consent(h, "&slacktest_deny=1"))
	if status != http.StatusForbidden || !strings.Contains(page, "declined") {
		t.Errorf("%d %s", status, page)
	}
	if _, err := shelf.Get(t.Context(), acmeTenant); !errors.Is(err, ErrNoInstall) {
		t.Errorf("Get = %v", err)
	}
}

// The way back works once, with the same cookie too.
func TestInstallReplayed(t *testing.T) {
	_, shelf, _, h, _ := oauth(t, slacktest.Options{})
	v := newVisitor(t)
	back := v.consent(h, "")
	cookie := *v.cookies[stateCookie]
	if status, _, page := v.visit(back); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	before, _ := shelf.Get(t.Context(), acmeTenant)
	v.cookies[stateCookie] = &cookie
	if status, _, page := v.visit(back); status != http.StatusBadRequest || !strings.Contains(page, "finished already") {
		t.Errorf("again: %d %s", status, page)
	}
	if after, _ := shelf.Get(t.Context(), acmeTenant); after != before {
		t.Error("it was installed again")
	}
}

// What fails elsewhere is said, and can be begun again.
func TestInstallFails(t *testing.T) {
	for name, c := range map[string]struct {
		fault  slacktest.Fault
		db     string
		status int
	}{
		"Slack is down":                {fault: slacktest.Fault{Method: "oauth.v2.access", Status: 503}, status: 502},
		"the secret is wrong":          {fault: slacktest.Fault{Method: "oauth.v2.access", Error: "bad_client_secret"}, status: 500},
		"the token is good for naught": {fault: slacktest.Fault{Method: "auth.test", Error: "invalid_auth"}, status: 500},
		"the database is down":         {db: "put", status: 503},
	} {
		t.Run(name, func(t *testing.T) {
			s, shelf, _, h, _ := oauth(t, slacktest.Options{})
			if c.fault.Method != "" {
				s.Fault(c.fault)
			}
			shelf.fails = func(op string) error {
				if op == c.db {
					return errors.New("the disk is full")
				}
				return nil
			}
			v := newVisitor(t)
			status, _, page := v.visit(v.consent(h, ""))
			if status != c.status || !strings.Contains(page, "Not installed") {
				t.Errorf("%d %s", status, page)
			}
			if _, err := shelf.Get(t.Context(), acmeTenant); !errors.Is(err, ErrNoInstall) {
				t.Errorf("Get = %v", err)
			}
		})
	}
}

// An organisation installs the app for all of its workspaces.
func TestInstallOrganisation(t *testing.T) {
	s, shelf, _, h, _ := oauth(t, slacktest.Options{})
	s.AddTeam(slacktest.Team{ID: "T0GRIDONE", Name: "One", Domain: "one", Enterprise: "E0GRID001"})
	v := newVisitor(t)
	if status, _, page := v.visit(v.consent(h, "&slacktest_enterprise=E0GRID001")); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	if _, err := shelf.Get(t.Context(), bot.Tenant{Platform: Name, Enterprise: "E0GRID001"}); err != nil {
		t.Errorf("Get = %v", err)
	}
}

// Without OAuth there is nothing to install.
func TestNoInstall(t *testing.T) {
	s := slacktest.Start(t, slacktest.Options{})
	p, _ := speakTo(t, s, Config{BotToken: "xoxb-acme"}, Deps{Installs: newShelf()})
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, installPath, nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("%s answers %d", installPath, w.Code)
	}
}
