package slack

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"authfix/bot"
)

const (
	installPath  = "/slack/install"
	callbackPath = "/slack/oauth/callback"

	// stateFor is how long an installation may take: as long as Slack's code works.
	stateFor = 10 * time.Minute
	// stateCookie holds the state in the browser that began an installation.
	stateCookie = "authfix_install"
	// maxStates bounds the states that are remembered as used.
	maxStates = 10000
	// maxCode bounds what comes back as a code.
	maxCode = 512
	// installWithin bounds what happens when somebody comes back.
	installWithin = 25 * time.Second
)

// An installer installs the app in workspaces by OAuth v2. The state of an
// installation is signed, so that any replica can check it, bound to the browser
// by a cookie, and works once.
// https://docs.slack.dev/authentication/installing-with-oauth
type installer struct {
	spaces    *workspaces
	publicURL string // without a slash at its end, or ""
	key       []byte // of the signatures

	mu   sync.Mutex
	used map[string]time.Time // states, until they expire
}

func newInstaller(w *workspaces, publicURL string) *installer {
	mac := hmac.New(sha256.New, []byte(w.clientSecret))
	mac.Write([]byte("authfix: state of an installation"))
	return &installer{spaces: w, publicURL: publicURL, key: mac.Sum(nil), used: make(map[string]time.Time)}
}

// register mounts the pages.
func (s *installer) register(mux *http.ServeMux) {
	mux.HandleFunc("GET "+installPath, s.begin)
	mux.HandleFunc("GET "+callbackPath, s.end)
}

// begin leads to Slack's page.
func (s *installer) begin(w http.ResponseWriter, r *http.Request) {
	state := s.newState()
	http.SetCookie(w, &http.Cookie{Name: stateCookie, Value: state, Path: callbackPath, MaxAge: int(stateFor.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	q := url.Values{"client_id": {s.spaces.clientID}, "scope": {scopeNames()}, "state": {state}}
	if s.publicURL != "" {
		q.Set("redirect_uri", s.publicURL+callbackPath)
	}
	if team := r.URL.Query().Get("team"); idLike(team) {
		q.Set("team", team)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, strings.TrimSuffix(s.spaces.api.base, "api/")+"oauth/v2/authorize?"+q.Encode(), http.StatusFound)
}

func scopeNames() string {
	var all []string
	for _, s := range Scopes() {
		all = append(all, s.Name)
	}
	return strings.Join(all, ",")
}

// A page is what somebody sees who comes back from Slack.
type page struct {
	status int
	Title  string
	Text   string
	Again  bool // with the way to begin again
}

// end is where Slack leads back to.
func (s *installer) end(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: stateCookie, Path: callbackPath, MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	ctx, cancel := context.WithTimeout(r.Context(), installWithin)
	defer cancel()
	p := s.finish(ctx, r)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(p.status)
	_ = pageTemplate.Execute(w, p) // whoever asked may have gone
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{if .Again}}<p><a href="/slack/install">Begin again</a></p>
{{end}}</html>
`))

// finish installs the app, or says why it did not.
func (s *installer) finish(ctx context.Context, r *http.Request) page {
	q := r.URL.Query()
	cookie, err := r.Cookie(stateCookie)
	if err != nil || !s.spend(q.Get("state"), cookie.Value) {
		s.spaces.log.Warn("installation refused", "reason", "state")
		return page{http.StatusBadRequest, "This installation cannot go on", "It was begun in another browser or more than ten minutes ago, or it is finished already. Nothing was installed.", true}
	}
	if word := plainWord(q.Get("error")); word != "" {
		s.spaces.log.Info("installation refused", "reason", word)
		return page{http.StatusForbidden, "Not installed", "Slack says that the installation was declined. Nothing was installed.", true}
	}
	code := q.Get("code")
	if code == "" || len(code) > maxCode {
		return page{http.StatusBadRequest, "This installation cannot go on", "Slack sent no code along. Nothing was installed.", true}
	}
	i, err := s.redeem(ctx, code)
	if err != nil {
		return s.unredeemed(err)
	}
	if err := s.spaces.put(ctx, i); err != nil {
		s.spaces.log.Error("install not written", "workspace", i.Tenant.Workspace, "enterprise", i.Tenant.Enterprise, "err", err)
		return page{http.StatusServiceUnavailable, "Not installed", "The database of authfix does not answer. Begin again in a few minutes.", true}
	}
	s.spaces.log.Info("app installed", "workspace", i.Tenant.Workspace, "enterprise", i.Tenant.Enterprise)
	return page{http.StatusOK, "authfix is installed", "It is ready in " + i.Name + ". In Slack, type /authfix and paste an error, or invite it to a channel: /invite @authfix.", false}
}

// redeem exchanges a code for an install.
func (s *installer) redeem(ctx context.Context, code string) (Install, error) {
	args := url.Values{"client_id": {s.spaces.clientID}, "client_secret": {s.spaces.clientSecret}, "code": {code}}
	if s.publicURL != "" {
		args.Set("redirect_uri", s.publicURL+callbackPath)
	}
	var got granted
	if _, err := s.spaces.api.call(ctx, "", "oauth.v2.access", args, &got); err != nil {
		return Install{}, err
	}
	if got.Token == "" {
		return Install{}, errors.New("oauth.v2.access: it gave no token")
	}
	// Only this tells the id that the bot's own messages have.
	who, err := s.spaces.whose(ctx, got.Token)
	if err != nil {
		return Install{}, err
	}
	i := Install{Tenant: bot.Tenant{Platform: Name, Enterprise: got.Enterprise.ID, Workspace: got.Team.ID}, Name: clip(got.Team.Name, maxName),
		BotUser: got.BotUser, Bot: who.Bot, Scopes: got.scopes(), Token: got.Token, Refresh: got.Refresh, Updated: s.spaces.now()}
	if got.Org {
		i.Tenant.Workspace, i.Name = "", clip(got.Enterprise.Name, maxName)
	}
	if i.Tenant.Workspace == "" && i.Tenant.Enterprise == "" {
		return Install{}, errors.New("oauth.v2.access: it names no workspace")
	}
	if i.BotUser == "" {
		i.BotUser = who.BotUser
	}
	if got.Refresh != "" || got.Lasts > 0 {
		i.Expires = i.Updated.Add(got.lasts())
	}
	return i, nil
}

// unredeemed says why a code was not exchanged.
func (s *installer) unredeemed(err error) page {
	s.spaces.log.Error("installation failed", "err", err)
	switch wordOf(err) {
	case "invalid_code", "code_already_used", "code_expired":
		return page{http.StatusBadRequest, "This installation cannot go on", "Slack's code has expired or was used. Nothing was installed.", true}
	case "":
		return page{http.StatusBadGateway, "Not installed", "Slack does not answer as it should. Begin again in a few minutes.", true}
	}
	return page{http.StatusInternalServerError, "Not installed", "Slack refused to finish the installation. The log of authfix says why; authfix doctor and docs/slack.md say what to do.", false}
}

// put stores an install over an earlier one.
func (w *workspaces) put(ctx context.Context, i Install) error {
	var err error
	for range 5 {
		var old Install
		old, err = w.store.Get(ctx, i.Tenant)
		if err != nil && !errors.Is(err, ErrNoInstall) {
			return err
		}
		i.Version = old.Version
		if err = w.store.Put(ctx, i); !errors.Is(err, ErrChanged) {
			break // a token was exchanged meanwhile: the new ones are newer
		}
	}
	if err == nil {
		w.settled(i.Tenant)
		w.overlook(i.Tenant)
	}
	return err
}

// newState returns a fresh state: 256 random bits, when it expires, and the
// signature of both.
func (s *installer) newState() string {
	b := make([]byte, 32, 32+8+sha256.Size)
	rand.Read(b) // never fails: see crypto/rand
	b = binary.BigEndian.AppendUint64(b, uint64(s.spaces.now().Add(stateFor).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...))
}

func (s *installer) sign(b []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(b)
	return mac.Sum(nil)
}

// spend reports whether a state is good: signed here, not expired, that of the
// browser, and not used before.
func (s *installer) spend(state, cookie string) bool {
	const size = 32 + 8
	if state == "" || len(state) > 256 || !hmac.Equal([]byte(state), []byte(cookie)) {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(b) != size+sha256.Size || !hmac.Equal(b[size:], s.sign(b[:size])) {
		return false
	}
	now, until := s.spaces.now(), time.Unix(int64(binary.BigEndian.Uint64(b[32:size])), 0)
	if !now.Before(until) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for used, end := range s.used {
		if !now.Before(end) {
			delete(s.used, used)
		}
	}
	// The same bytes can be written in several ways.
	if _, ok := s.used[string(b)]; ok || len(s.used) >= maxStates {
		return false
	}
	s.used[string(b)] = until
	return true
}
