package slacktest

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A code is what an installer's consent is exchanged by.
type code struct {
	team, enterprise string
	orgWide          bool
	user             string
	scopes           []string
	redirect         string
	born             time.Time
	used             bool
}

// A refresh is a refresh token.
type refresh struct {
	install *Installation
	used    time.Time // zero: not yet
}

func random() string { return rand.Text() }

// A Consent says who installs the app, and how.
type Consent struct {
	Team       string // the workspace; default [Acme]
	Enterprise string // with Team "": an org-wide installation of this organisation
	User       string // who presses Allow; default [Owner]
	Scopes     []string
	Redirect   string // the redirect_uri of the request
}

// Code is an OAuth code, as the callback gets it after a consent. Without Scopes
// it is for those of the Options.
func (s *Server) Code(c Consent) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newCode(c)
}

func (s *Server) newCode(c Consent) string {
	org := c.Enterprise != "" && c.Team == ""
	if c.Team == "" && !org {
		c.Team = Acme
	}
	if c.User == "" {
		c.User = Owner
	}
	if c.Scopes == nil {
		c.Scopes = s.opts.Scopes
	}
	k := &code{team: c.Team, enterprise: c.Enterprise, orgWide: org, user: c.User, scopes: c.Scopes, redirect: c.Redirect, born: s.Now()}
	if t := s.teams[c.Team]; t != nil {
		k.enterprise = t.Enterprise
	}
	v := "111." + random()
	s.codes[v] = k
	return v
}

// authorize is the page that asks for consent. It is given at once, by the owner
// of [Acme]; the further query parameters slacktest_team, slacktest_enterprise
// and slacktest_user say another, and slacktest_deny refuses.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect := q.Get("redirect_uri")
	to, err := url.Parse(redirect)
	switch {
	case q.Get("client_id") != s.opts.ClientID:
		http.Error(w, "invalid_client_id", http.StatusBadRequest)
		return
	case err != nil || redirect == "" || !s.registered(redirect):
		http.Error(w, "bad_redirect_uri", http.StatusBadRequest)
		return
	}
	back := to.Query()
	back.Set("state", q.Get("state"))
	if q.Has("slacktest_deny") {
		back.Set("error", "access_denied")
	} else {
		var scopes []string
		for _, part := range strings.FieldsFunc(q.Get("scope"), func(r rune) bool { return r == ',' || r == ' ' }) {
			if !slices.Contains(s.opts.Scopes, part) {
				http.Error(w, "invalid_scope: "+part, http.StatusBadRequest)
				return
			}
			scopes = append(scopes, part)
		}
		back.Set("code", s.Code(Consent{q.Get("slacktest_team"), q.Get("slacktest_enterprise"), q.Get("slacktest_user"), scopes, redirect}))
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// registered reports whether a redirect URI is one of the app's, or below one.
func (s *Server) registered(uri string) bool {
	for _, r := range s.opts.RedirectURLs {
		if uri == r || strings.HasPrefix(uri, strings.TrimSuffix(r, "/")+"/") || strings.HasPrefix(uri, r+"?") {
			return true
		}
	}
	return s.opts.RedirectURLs == nil
}

func (c *call) oauthAccess() (map[string]any, error) {
	id, secret := c.Args["client_id"], c.Args["client_secret"]
	if c.basic[0] != "" {
		id, secret = c.basic[0], c.basic[1]
	}
	switch {
	case id != c.s.opts.ClientID:
		return nil, refuse("invalid_client_id")
	case secret != c.s.opts.ClientSecret:
		return nil, refuse("bad_client_secret")
	}
	switch c.Args["grant_type"] {
	case "refresh_token":
		return c.refresh()
	case "", "authorization_code":
		return c.exchangeCode()
	}
	return nil, refuse("invalid_grant_type")
}

func (c *call) exchangeCode() (map[string]any, error) {
	s := c.s
	k := s.codes[c.Args["code"]]
	switch {
	case k == nil:
		return nil, refuse("invalid_code")
	case k.used:
		return nil, refuse("code_already_used")
	case s.Now().Sub(k.born) >= s.opts.CodeLife:
		return nil, refuse("code_expired")
	case k.redirect != c.Args["redirect_uri"]:
		return nil, refuse("bad_redirect_uri")
	}
	k.used = true
	t := s.install(Installation{Team: k.team, Enterprise: k.enterprise, OrgWide: k.orgWide, Scopes: k.scopes, Installer: k.user}, s.newToken())
	c.Team = t.install.Team
	return c.grant(t, k.user), nil
}

func (s *Server) newToken() string {
	if s.opts.Rotation {
		return "xoxe.xoxb-1-" + random()
	}
	return "xoxb-" + random()
}

// grant is the answer that gives a token, with a refresh token where tokens
// rotate.
func (c *call) grant(t *token, user string) map[string]any {
	s, in := c.s, t.install
	out := map[string]any{"app_id": App, "access_token": t.value, "token_type": "bot", "scope": strings.Join(in.Scopes, ","),
		"bot_user_id": in.Bot, "is_enterprise_install": in.OrgWide, "team": nil, "enterprise": nil}
	if user != "" {
		out["authed_user"] = object{"id": user}
	}
	if w := s.teams[in.Team]; w != nil {
		out["team"] = object{"id": w.ID, "name": w.Name}
	}
	if in.Enterprise != "" {
		out["enterprise"] = object{"id": in.Enterprise, "name": in.Enterprise}
	}
	if s.opts.Rotation {
		t.expires = s.Now().Add(s.opts.TokenLife)
		r := "xoxe-1-" + random()
		s.refreshes[r] = &refresh{install: in}
		out["refresh_token"], out["expires_in"] = r, int(s.opts.TokenLife/time.Second)
	}
	return out
}

// refresh gives the next pair. A refresh token is good once, but for a grace in
// which its answer may have been lost; and at most two access tokens are active.
func (c *call) refresh() (map[string]any, error) {
	s, now := c.s, c.s.Now()
	r := s.refreshes[c.Args["refresh_token"]]
	if r == nil || r.install.Removed || !r.used.IsZero() && now.Sub(r.used) >= s.opts.RefreshGrace {
		return nil, refuse("invalid_refresh_token")
	}
	if r.used.IsZero() {
		r.used = now
	}
	t := &token{value: s.newToken(), install: r.install, born: now}
	c.Team = r.install.Team
	out := c.grant(t, "")
	s.tokens[t.value] = t
	s.lapse(r.install)
	return out, nil
}

// lapse revokes the oldest active tokens of an installation, so that two are
// left.
func (s *Server) lapse(in *Installation) {
	var active []*token
	for _, t := range s.tokens {
		if t.install == in && !t.revoked && !t.expires.IsZero() && s.Now().Before(t.expires) {
			active = append(active, t)
		}
	}
	slices.SortFunc(active, func(a, b *token) int { return a.expires.Compare(b.expires) })
	for len(active) > 2 {
		active[0].revoked = true
		active = active[1:]
	}
}

// ActiveTokens returns the tokens that work in a workspace, or for an
// organisation when it begins with E.
func (s *Server) ActiveTokens(team string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for v, t := range s.tokens {
		if (t.install.Team == team || t.install.Team == "" && t.install.Enterprise == team) && !t.revoked && !t.install.Removed &&
			(t.expires.IsZero() || s.Now().Before(t.expires)) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

func (c *call) authRevoke() (map[string]any, error) {
	if !c.flag("test") {
		c.tok.revoked = true
		c.s.emitRevoked(c.tok.install)
	}
	return map[string]any{"revoked": !c.flag("test")}, nil
}

func (c *call) appsUninstall() (map[string]any, error) {
	if c.Args["client_id"] != c.s.opts.ClientID || c.Args["client_secret"] != c.s.opts.ClientSecret {
		return nil, refuse("client_id_token_mismatch")
	}
	c.s.uninstall(c.tok.install, false)
	return nil, nil
}
