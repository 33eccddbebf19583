package slacktest

import (
	"net/http"
	"time"
)

// A response is a response_url.
type response struct {
	url     string
	install *Installation
	channel *Channel
	user    string
	origin  *Message // whose button was pressed
	typed   string   // the command
	shown   bool     // the command was shown to the channel
	born    time.Time
	uses    int
	last    *Message // that it made
}

// newResponse makes a response_url. Kind is commands or actions.
func (s *Server) newResponse(kind string, in *Installation, ch *Channel, user string, origin *Message) *response {
	r := &response{install: in, channel: ch, user: user, origin: origin, born: s.Now()}
	r.url = s.URL + "/" + kind + "/" + ch.Team + "/" + s.id("") + "/" + random()
	s.responses[r.url] = r
	return r
}

// respond serves a response_url. It needs no token.
func (s *Server) respond(w http.ResponseWriter, r *http.Request) {
	args, err := readArgs(w, r)
	c := &call{Call: &Call{Method: "response_url", Args: args, At: time.Now()}, s: s}
	s.mu.Lock()
	resp := s.responses[s.URL+r.URL.Path]
	if resp != nil {
		c.Team = resp.install.Team
	}
	s.calls = append(s.calls, c.Call)
	f := s.faultFor(c.Call)
	s.core.Change()
	s.mu.Unlock()
	if err == nil && (f == nil || f.After) {
		s.prepare(c, method{shows: inMessage})
		s.mu.Lock()
		if err = s.report(c); err == nil {
			err = s.useURL(c, resp)
		}
		s.core.Change()
		s.mu.Unlock()
	}
	if f != nil && f.apply(s, w, r, c) {
		return
	}
	if err == nil {
		s.finish(c, http.StatusOK, "")
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("ok"))
		return
	}
	status, code := http.StatusBadRequest, err.Error()
	if code == "used_url" || code == "expired_url" || code == "no_such_url" {
		status = http.StatusNotFound
	}
	s.finish(c, status, code)
	writeJSON(w, status, map[string]any{"ok": false, "error": code})
}

// useURL counts a use.
func (s *Server) useURL(c *call, r *response) error {
	switch {
	case r == nil || r.install.Removed:
		return refuse("no_such_url")
	case s.Now().Sub(r.born) >= s.opts.ResponseLife:
		return refuse("expired_url")
	case r.uses >= at("response_url.uses"):
		return refuse("used_url")
	}
	err := s.use(c, r)
	if err == nil {
		r.uses++
	}
	return err
}

// use says something by a response_url, or as the direct answer to a command.
func (s *Server) use(c *call, r *response) error {
	target := r.origin
	if target == nil {
		target = r.last
	}
	if c.flag("delete_original") {
		if target == nil || target.Deleted {
			return refuse("message_not_found")
		}
		before := s.show(target, false)
		s.remove(target)
		if !target.Ephemeral {
			s.emitDeleted(r.channel, target, before)
		}
		return nil
	}
	m, err := c.content()
	if err != nil {
		return err
	}
	m.User, m.BotID = r.install.Bot, r.install.BotID
	if c.flag("replace_original") && target != nil && !target.Deleted {
		if target.BotID != r.install.BotID {
			return refuse("cant_update_message")
		}
		before := s.show(target, false)
		target.become(m.Text, m.Blocks, m.User, s.ts())
		c.TS = target.TS
		if !target.Ephemeral {
			s.emitChanged(r.channel, target, before)
		}
		return nil
	}
	if m.Thread, err = c.thread(r.channel); err != nil {
		return err
	}
	switch c.Args["response_type"] {
	case "", "ephemeral":
		m.Team, m.Channel, m.TS, m.Ephemeral, m.To = r.channel.Team, r.channel.ID, s.ts(), true, r.user
		s.add(m)
	case "in_channel":
		if r.typed != "" && !r.shown { // everyone sees the command too
			r.shown = true
			if s.core.Leaks(r.typed) {
				s.core.Violate(RuleSecret, "response_url", "in_channel shows a command that holds a planted secret")
			}
			s.add(&Message{Team: r.channel.Team, Channel: r.channel.ID, TS: s.ts(), User: r.user, Subtype: "slash_command", Text: r.typed})
		}
		s.post(r.channel, m)
	default:
		return refuse("invalid_response_type")
	}
	c.TS, r.last = m.TS, m
	return nil
}
