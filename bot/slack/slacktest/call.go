package slacktest

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Call is a call of the Web API, or of a response_url (Method "response_url").
type Call struct {
	Method string
	Args   map[string]string // objects as JSON
	Team   string            // of the installation whose token it bears
	Token  string
	At     time.Time // by the system's clock, when it had arrived
	Status int       // of the answer; 0 while there is none or when the connection was cut
	Error  string    // Slack's error, or ""
	TS     string    // of the message that it made or changed
}

// A call is a Call that is being served.
type call struct {
	*Call
	s       *Server
	tok     *token
	app     bool // the app's own token
	blocks  []map[string]any
	view    map[string]any
	invalid error    // what is wrong with blocks or view
	leaks   []string // arguments that hold a planted secret
	bearer  string
	basic   [2]string
}

// An apiError is an answer with "ok": false.
type apiError struct {
	code             string
	needed, provided string
	messages         []string
	wait             time.Duration // of ratelimited
}

func (e *apiError) Error() string { return e.code }

func refuse(code string) error { return &apiError{code: code} }

const maxBody = 4 << 20

// api serves /api/METHOD.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	args, err := readArgs(w, r)
	c := &call{Call: &Call{Method: name, Args: args, At: time.Now()}, s: s}
	if err == nil {
		c.authorization(r)
	}
	s.mu.Lock()
	if t := s.tokens[c.bearer]; t != nil {
		c.Team, c.Token = t.install.Team, t.value
	}
	s.calls = append(s.calls, c.Call)
	f := s.faultFor(c.Call)
	s.core.Change()
	s.mu.Unlock()

	var answer map[string]any
	if f == nil || f.After {
		if err == nil {
			answer, err = s.run(c, name)
		}
	}
	if f != nil && f.apply(s, w, r, c) {
		return
	}
	s.reply(w, c, answer, err)
}

// run does what the method does.
func (s *Server) run(c *call, name string) (map[string]any, error) {
	m, ok := methods[name]
	if !ok {
		return nil, refuse("unknown_method")
	}
	s.prepare(c, m)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.core.Change()
	leaked := s.report(c)
	if err := s.admit(c, m); err != nil {
		return nil, err
	}
	if leaked != nil {
		return nil, leaked
	}
	if err := s.pace(c, name, m); err != nil {
		return nil, err
	}
	return m.run(c)
}

// admit checks the token and its scopes.
func (s *Server) admit(c *call, m method) error {
	switch {
	case m.token == noToken:
		return nil
	case c.bearer == "":
		return refuse("not_authed")
	case m.token == appToken:
		if c.bearer != s.opts.AppToken {
			if s.tokens[c.bearer] != nil {
				return refuse("not_allowed_token_type")
			}
			return refuse("invalid_auth")
		}
		c.app = true
		return nil
	}
	t := s.tokens[c.bearer]
	switch {
	case t == nil && c.bearer == s.opts.AppToken:
		return refuse("not_allowed_token_type")
	case t == nil:
		return refuse("invalid_auth")
	case t.revoked:
		return refuse("token_revoked")
	case t.install.Removed:
		return refuse("account_inactive")
	case !t.expires.IsZero() && !s.Now().Before(t.expires):
		return refuse("token_expired")
	}
	c.tok, c.Team, c.Token = t, t.install.Team, t.value
	return c.need(m.scopes...)
}

// need checks that the token has one of scopes.
func (c *call) need(scopes ...string) error {
	if len(scopes) == 0 {
		return nil
	}
	for _, s := range scopes {
		if slices.Contains(c.tok.install.Scopes, s) {
			return nil
		}
	}
	return &apiError{code: "missing_scope", needed: strings.Join(scopes, ","), provided: strings.Join(c.tok.install.Scopes, ",")}
}

// reply writes an answer as Slack does.
func (s *Server) reply(w http.ResponseWriter, c *call, answer map[string]any, err error) {
	status := http.StatusOK
	out := map[string]any{"ok": err == nil}
	maps.Copy(out, answer)
	var e *apiError
	if errors.As(err, &e) {
		out["error"] = e.code
		if e.needed != "" {
			out["needed"], out["provided"] = e.needed, e.provided
		}
		if len(e.messages) > 0 {
			out["response_metadata"] = map[string]any{"messages": e.messages}
			if e.code == "invalid_blocks" {
				out["errors"] = e.messages
			}
		}
		if e.code == "ratelimited" {
			status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", seconds(e.wait))
		}
	}
	if c.tok != nil {
		w.Header().Set("X-OAuth-Scopes", strings.Join(c.tok.install.Scopes, ","))
	}
	s.mu.Lock()
	c.Status = status
	if e != nil {
		c.Error = e.code
	}
	s.core.Change()
	s.mu.Unlock()
	writeJSON(w, status, out)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// seconds is d in whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}
