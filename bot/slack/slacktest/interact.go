package slacktest

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// A Result is what came of an interaction.
type Result struct {
	Acked    bool          // the app answered in time; else the person sees an error
	Status   int           // over HTTP
	Body     []byte        // the answer
	Took     time.Duration // until the answer
	Err      error         // why it could not be done, or was not acknowledged
	Delivery string        // trigger_id, which names it in [Server.Calls] and payloads

	Errors  map[string]string // of a submission: what is wrong with each block
	Action  string            // of a submission: its response_action; "" closes the view
	Options []Option          // of a suggestion
	TS      string            // of the message that the answer to a command made
}

// An Option is one of a select.
type Option struct{ Label, Value string }

// A trigger opens a view.
type trigger struct {
	install             *Installation
	team, user, channel string
	expires             time.Time
	used                bool
}

// person describes who does something, and the installation that is told of it:
// that of the channel for a stranger in Slack Connect, else that of their
// workspace.
func (s *Server) person(user string, ch *Channel) (*User, *Installation) {
	u := s.users[user]
	if u == nil {
		panic("slacktest: no user " + user)
	}
	in := s.serving(u.Team)
	if in == nil && ch != nil && ch.Connect {
		if hearing := s.hearing(ch); len(hearing) > 0 {
			in = hearing[0]
		}
	}
	if in == nil {
		panic("slacktest: the app is not installed for " + user)
	}
	return u, in
}

// frame makes what all interactive payloads have.
func (s *Server) frame(kind string, u *User, in *Installation, channel string) (object, string) {
	id := fmt.Sprintf("%d.%d.%s", s.core.Wall().UnixMilli(), len(s.triggers), random())
	s.triggers[id] = &trigger{install: in, team: u.Team, user: u.ID, channel: channel, expires: s.Now().Add(s.opts.TriggerLife)}
	p := object{"type": kind, "token": "legacy", "api_app_id": App, "trigger_id": id, "is_enterprise_install": in.OrgWide,
		"user": object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team}, "enterprise": nil,
		"team": object{"id": u.Team, "domain": s.domain(u.Team)}}
	if t := s.teams[u.Team]; t != nil && t.Enterprise != "" {
		p["enterprise"] = object{"id": t.Enterprise, "name": t.Enterprise}
		p["team"].(object)["enterprise_id"] = t.Enterprise
	}
	return p, id
}

// send delivers an interaction once, and waits for the answer.
func (s *Server) send(d *Delivery, id string) Result {
	s.mu.Lock()
	d.At = s.Now()
	s.deliveries = append(s.deliveries, d)
	s.core.Change()
	s.mu.Unlock()
	a := s.attempt(d, 0, "")
	s.mu.Lock()
	defer s.mu.Unlock()
	d.Attempts, d.Acked, d.GaveUp = append(d.Attempts, a), a.Failed == "", a.Failed != ""
	s.core.Change()
	r := Result{Acked: d.Acked, Status: a.Status, Body: a.answer, Took: a.Took, Delivery: id}
	if !r.Acked {
		r.Err = errors.New(a.Failed)
	}
	return r
}

// Command has user run a slash command in a channel. It cannot be in a thread.
func (s *Server) Command(user, channel, command, text string) Result {
	s.mu.Lock()
	ch := s.mustChannel(channel)
	u, in := s.person(user, ch)
	p, id := s.frame("", u, in, channel)
	resp := s.newResponse("commands", in, ch, user, nil)
	resp.typed = strings.TrimSpace(command + " " + text)
	form := url.Values{"token": {"legacy"}, "team_id": {u.Team}, "team_domain": {s.domain(u.Team)}, "channel_id": {ch.ID}, "channel_name": {ch.Name},
		"user_id": {user}, "user_name": {u.Name}, "command": {command}, "text": {escaper.Replace(text)}, "api_app_id": {App},
		"is_enterprise_install": {fmt.Sprint(in.OrgWide)}, "response_url": {resp.url}, "trigger_id": {id}}
	if ch.Kind == DirectMessage {
		form.Set("channel_name", "directmessage")
	} else if ch.Kind == PrivateChannel {
		form.Set("channel_name", "privategroup")
	}
	if e, ok := p["enterprise"].(object); ok {
		form.Set("enterprise_id", e["id"].(string))
		form.Set("enterprise_name", e["name"].(string))
	}
	payload := object{}
	for k := range form {
		payload[k] = form.Get(k)
	}
	s.mu.Unlock()
	r := s.send(&Delivery{Kind: "slash_commands", Type: command, Team: u.Team, payload: payload, form: form}, id)
	if r.Acked && len(strings.TrimSpace(string(r.Body))) > 0 && string(r.Body) != "{}" && string(r.Body) != "null" {
		s.mu.Lock()
		defer s.mu.Unlock()
		r.TS, r.Err = s.answered(resp, r.Body)
	}
	return r
}

// answered shows what a command was answered at once.
func (s *Server) answered(resp *response, body []byte) (string, error) {
	args := map[string]string{"text": string(body)}
	if trimmed := strings.TrimSpace(string(body)); strings.HasPrefix(trimmed, "{") {
		args = map[string]string{}
		if err := jsonArgs(args, []byte(trimmed)); err != nil {
			return "", err
		}
	}
	c := &call{Call: &Call{Method: "response_url", Args: args, Team: resp.install.Team, At: time.Now()}, s: s}
	s.prepare(c, method{shows: inMessage})
	if err := s.report(c); err != nil {
		return "", err
	}
	err := s.use(c, resp)
	if err != nil {
		s.core.Violate(RuleAnswer, "slash_commands", "the answer is refused: "+err.Error())
	}
	return c.TS, err
}

// MessageShortcut has user use a message shortcut on a message that they see; the
// bot need not be in the channel.
func (s *Server) MessageShortcut(user, channel, ts, callbackID string) Result {
	s.mu.Lock()
	ch := s.mustChannel(channel)
	u, in := s.person(user, ch)
	m := s.byTS[place{channel, ts}]
	if m == nil || m.Deleted || m.Ephemeral || !ch.has(user) {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("%s sees no message %s", user, ts)}
	}
	p, id := s.frame("message_action", u, in, channel)
	s.place(p, ch, m)
	delete(p, "container")
	p["callback_id"], p["message_ts"], p["action_ts"] = callbackID, ts, s.ts()
	p["response_url"] = s.newResponse("actions", in, ch, user, nil).url
	p = clone(p)
	s.mu.Unlock()
	return s.send(&Delivery{Kind: "interactive", Type: "message_action", Team: u.Team, payload: p}, id)
}

// Shortcut has user use a global shortcut.
func (s *Server) Shortcut(user, callbackID string) Result {
	s.mu.Lock()
	u, in := s.person(user, nil)
	p, id := s.frame("shortcut", u, in, "")
	p["callback_id"], p["action_ts"] = callbackID, s.ts()
	s.mu.Unlock()
	return s.send(&Delivery{Kind: "interactive", Type: "shortcut", Team: u.Team, payload: p}, id)
}
