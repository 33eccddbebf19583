package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"authfix/bot/fake"
)

// A Call is a call of the REST API, or the download of a file.
type Call struct {
	Route   string // the method and path with names for ids: "POST /channels/{channel}/messages"
	Path    string // what was asked for, below /api/v10, with its query; tokens of interactions as "…"
	Body    []byte // the JSON, also that of a multipart body
	Bot     bool   // it bore the bot's token
	At      time.Time
	Status  int    // of the answer; 0 while there is none or when the connection was cut
	Code    int    // Discord's, of an error
	Message string // the id of the message that it made or changed
	Took    time.Duration
}

// A call is a Call that is being served.
type call struct {
	*Call
	s     *Server
	r     *http.Request
	body  object
	array []any // the body, when it is one
	files map[int]File
	ok    int // the status of success; 0: 200, or 204 without an answer
	leaks bool
}

// An apiError is an answer that refuses.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
type apiError struct {
	status  int
	code    int
	message string
	errors  object
	body    string // instead of JSON
	retry   time.Duration
	global  bool
	scope   string
}

func (e *apiError) Error() string { return fmt.Sprintf("%d: %s", e.code, e.message) }

func refuse(status, code int, message string) error {
	return &apiError{status: status, code: code, message: message}
}

// A route is one of the REST API.
type route struct {
	pattern string // method and path
	auth    bool   // the bot's token is needed
	run     func(*call) (any, error)
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range restRoutes {
		method, path, _ := strings.Cut(r.pattern, " ")
		mux.HandleFunc(method+" /api/{version}"+path, func(w http.ResponseWriter, q *http.Request) { s.serveRoute(w, q, r) })
	}
	cdn := route{pattern: "GET /attachments/{channel}/{attachment}/{name}", run: (*call).download}
	mux.HandleFunc(cdn.pattern, func(w http.ResponseWriter, q *http.Request) { s.serveRoute(w, q, cdn) })
	for _, path := range []string{"/gateway", "/gateway/{$}", "/resume", "/resume/{$}"} {
		mux.HandleFunc("GET "+path, s.serveGateway)
	}
	lost := route{pattern: "unknown", run: func(*call) (any, error) { return nil, refuse(http.StatusNotFound, 0, "404: Not Found") }}
	mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) { s.serveRoute(w, q, lost) })
	return mux
}

func (c *call) download() (any, error) { return c.s.download(c) }

var agent = regexp.MustCompile(`^DiscordBot \(\S+, \S+\)`)

// serveRoute serves one call.
func (s *Server) serveRoute(w http.ResponseWriter, r *http.Request, rt route) {
	start := time.Now()
	c := &call{Call: &Call{Route: rt.pattern, Path: s.pathOf(r), At: start}, s: s, r: r}
	err := c.read(w)
	c.Bot = r.Header.Get("Authorization") == "Bot "+s.opts.Token
	c.leaks = s.core.Leaks(string(c.Body))
	for _, f := range c.files {
		c.leaks = c.leaks || s.core.Leaks(string(f.Content)) || s.core.Leaks(f.Name)
	}

	s.mu.Lock()
	s.calls = append(s.calls, c.Call)
	f := s.faultFor(c.Call)
	s.core.Change()
	var answer any
	limited := s.limit(c, rt) // also sets headers, below
	if f == nil || f.After {
		if err == nil {
			err = limited.err
		}
		if err == nil {
			answer, err = s.run(c, rt)
		}
	}
	s.mu.Unlock()
	if f != nil && f.apply(s, w, r, c) {
		return
	}
	limited.write(w.Header())
	s.reply(w, c, answer, err)
}

// pathOf is the path of a request without the tokens in it.
func (s *Server) pathOf(r *http.Request) string {
	p := r.URL.Path
	if rest, ok := strings.CutPrefix(p, "/api/"); ok {
		if _, after, ok := strings.Cut(rest, "/"); ok {
			p = "/" + after
		}
	}
	if t := r.PathValue("token"); t != "" {
		p = strings.Replace(p, t, "…", 1)
	}
	if r.URL.RawQuery != "" && !strings.HasPrefix(p, "/attachments/") {
		p += "?" + r.URL.RawQuery
	}
	return p
}

// run checks what all calls have in common and does what the route does. The
// caller holds the lock.
func (s *Server) run(c *call, rt route) (any, error) {
	defer s.core.Change()
	if rt.pattern != "unknown" && !strings.HasPrefix(rt.pattern, "GET /attachments/") {
		if v := c.r.PathValue("version"); v != "v10" && !s.opts.OldVersions {
			s.core.Violate(RuleVersion, c.Route, "version "+v+" of the API")
			return nil, refuse(http.StatusBadRequest, 50041, "Invalid API version")
		}
		if !agent.MatchString(c.r.UserAgent()) {
			s.core.Violate(RuleAgent, c.Route, fmt.Sprintf("the User-Agent is %q", fake.Cut(c.r.UserAgent(), 80)))
		}
	}
	if rt.auth && !c.Bot {
		return nil, refuse(http.StatusUnauthorized, 0, "401: Unauthorized")
	}
	if c.leaks {
		s.core.Violate(RuleSecret, c.Route, "the body holds a planted secret")
		return nil, refuse(http.StatusBadRequest, 50035, "planted_secret")
	}
	return rt.run(c)
}

// reply writes an answer as Discord does.
func (s *Server) reply(w http.ResponseWriter, c *call, answer any, err error) {
	status := c.ok
	if status == 0 {
		if status = http.StatusOK; answer == nil {
			status = http.StatusNoContent
		}
	}
	var e *apiError
	out, isRaw := answer.(raw)
	if errors.As(err, &e) {
		status = e.status
		switch {
		case e.body != "":
			out, isRaw = raw{kind: "text/html", body: []byte(e.body)}, true
		case status == http.StatusTooManyRequests:
			wait := float64(e.retry.Milliseconds()) / 1000
			w.Header().Set("Retry-After", strconv.Itoa(max(1, int(wait+0.999))))
			w.Header().Set("X-RateLimit-Scope", e.scope)
			if e.global {
				w.Header().Set("X-RateLimit-Global", "true")
			}
			answer = object{"message": "You are being rate limited.", "retry_after": wait, "global": e.global}
		default:
			o := object{"code": e.code, "message": e.message}
			if e.errors != nil {
				o["errors"] = e.errors
			}
			answer = o
		}
	}
	s.mu.Lock()
	if e != nil {
		c.Code = e.code
	}
	s.answered(c, status)
	s.mu.Unlock()
	switch {
	case isRaw:
		w.Header().Set("Content-Type", out.kind)
		w.WriteHeader(status)
		_, _ = w.Write(out.body)
		for fill := out.fill; fill > 0; {
			n := min(fill, 64<<10)
			if _, err := w.Write(bytes.Repeat([]byte("x"), n)); err != nil {
				return
			}
			fill -= n
		}
	case answer == nil:
		w.WriteHeader(status)
	default:
		writeJSON(w, status, answer)
	}
}

// answered notes how a call was answered, and runs of refused ones. The caller
// holds the lock.
func (s *Server) answered(c *call, status int) {
	c.Status, c.Took = status, time.Since(c.At)
	gone := status == http.StatusNotFound && strings.Contains(c.Route, "/webhooks/") // not to be tried again, as documented
	if status == http.StatusUnauthorized || status == http.StatusForbidden || gone {
		if s.refused[c.Route]++; s.refused[c.Route] == maxRefused+1 {
			s.core.Violate(RuleInvalid, c.Route, fmt.Sprintf("refused more than %d times in a run", maxRefused))
		}
	} else if status/100 == 2 {
		s.refused[c.Route] = 0
	}
	s.core.Change()
}

// maxRefused is how many times in a run one route may be refused with 401 or 403,
// far below the 10,000 in 10 minutes at which Discord bans an address.
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
const maxRefused = 50

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// need checks what the bot may in a channel: without VIEW_CHANNEL it has no access
// at all.
func (c *call) need(ch *Channel, p Permissions) error {
	have := c.s.may(Bot, ch)
	switch {
	case !have.has(ViewChannel):
		return refuse(http.StatusForbidden, 50001, "Missing Access")
	case !have.has(p):
		return refuse(http.StatusForbidden, 50013, "Missing Permissions")
	}
	return nil
}

// channel finds the channel of the path, in which the bot may view and do p.
func (c *call) channel(p Permissions) (*Channel, error) {
	ch := c.s.channels[c.r.PathValue("channel")]
	if ch == nil || ch.Deleted {
		return nil, refuse(http.StatusNotFound, 10003, "Unknown Channel")
	}
	return ch, c.need(ch, p)
}

// message finds the message of the path.
func (c *call) message(ch *Channel) (*Message, error) {
	m := c.s.byID[c.r.PathValue("message")]
	if m == nil || m.Deleted || m.Ephemeral || m.Channel != ch.ID {
		return nil, refuse(http.StatusNotFound, 10008, "Unknown Message")
	}
	return m, nil
}
