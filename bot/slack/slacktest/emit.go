package slacktest

import (
	"slices"
	"strings"
	"time"
)

func (s *Server) emitRevoked(in *Installation) {
	s.emit(in, in.Team, "tokens_revoked", object{"type": "tokens_revoked", "event_ts": s.ts(),
		"tokens": object{"oauth": []string{}, "bot": []string{in.Bot}}}, nil)
}

// emitMessage tells the app of a new message. The caller holds the lock.
func (s *Server) emitMessage(ch *Channel, m *Message) {
	own := m.Via != ""
	if own && s.opts.NoEcho {
		return
	}
	e := merge(s.show(m, false), object{"channel": ch.ID, "channel_type": string(ch.Kind), "event_ts": m.TS})
	if m.Thread == "" {
		delete(e, "thread_ts")
	}
	if m.BotID == "" {
		e["client_msg_id"] = random()
	}
	for _, in := range s.hearing(ch) {
		s.emit(in, ch.Team, subscription(ch.Kind), clone(e), ch)
		if ch.Kind != DirectMessage && m.User != in.Bot && (strings.Contains(m.Text, "<@"+in.Bot+">") || strings.Contains(m.Text, "<@"+in.Bot+"|")) {
			mention := clone(e)
			mention["type"] = "app_mention"
			for _, k := range []string{"channel_type", "subtype"} {
				delete(mention, k)
			}
			s.emit(in, ch.Team, "app_mention", mention, ch)
		}
		if m.Subtype == "file_share" && !own {
			for _, id := range m.Files {
				s.emit(in, ch.Team, "file_shared", fileShared(ch.ID, m.User, id, m.TS), ch)
			}
		}
	}
}

func (s *Server) emitChanged(ch *Channel, m *Message, before object) {
	s.emitHidden(ch, m, "message_changed", object{"message": s.show(m, false), "previous_message": before})
}

func (s *Server) emitDeleted(ch *Channel, m *Message, before object) {
	s.emitHidden(ch, m, "message_deleted", object{"deleted_ts": m.TS, "previous_message": before})
}

// emitHidden tells of a change. Such events carry hidden: true, and a ts of their
// own.
func (s *Server) emitHidden(ch *Channel, m *Message, subtype string, more object) {
	if m.Via != "" && s.opts.NoEcho {
		return
	}
	ts := s.ts()
	e := merge(object{"type": "message", "subtype": subtype, "hidden": true, "channel": ch.ID, "channel_type": string(ch.Kind),
		"ts": ts, "event_ts": ts}, more)
	for _, in := range s.hearing(ch) {
		s.emit(in, ch.Team, subscription(ch.Kind), clone(e), ch)
	}
	s.core.Change()
}

// announce tells every installation whose bot is in the channel.
func (s *Server) announce(ch *Channel, subscribed string, e object) {
	if e["event_ts"] == nil {
		e["event_ts"] = s.ts()
	}
	for _, in := range s.hearing(ch) {
		s.emit(in, ch.Team, subscribed, clone(e), ch)
	}
}

// hearing are the installations whose bot is in the channel.
func (s *Server) hearing(ch *Channel) []*Installation {
	var out []*Installation
	for _, in := range s.installs {
		if !in.Removed && ch.has(in.Bot) {
			out = append(out, in)
		}
	}
	return out
}

func subscription(k Kind) string {
	switch k {
	case PrivateChannel:
		return "message.groups"
	case DirectMessage:
		return "message.im"
	case GroupMessage:
		return "message.mpim"
	}
	return "message.channels"
}

// emit wraps an event and delivers it, when it is subscribed, and returns its id.
// The caller holds the lock.
func (s *Server) emit(in *Installation, team, subscribed string, event object, ch *Channel) string {
	if subscribed != "" && !slices.Contains(s.opts.Events, subscribed) {
		return ""
	}
	id := s.id("Ev")
	now := s.core.Wall()
	env := s.envelope(in, team, ch)
	env["event"], env["event_id"], env["event_time"] = event, id, now.Unix()
	switch over, tell := s.tooMany(team); {
	case tell:
		s.deliver(&Delivery{Kind: "events_api", Type: "app_rate_limited", payload: object{"token": "legacy", "type": "app_rate_limited",
			"team_id": team, "minute_rate_limited": now.Truncate(time.Minute).Unix(), "api_app_id": App}})
		return ""
	case over:
		return ""
	}
	kind, _ := event["type"].(string)
	s.deliver(&Delivery{ID: id, Kind: "events_api", Type: kind, Team: team, payload: env})
	return id
}

func (s *Server) envelope(in *Installation, team string, ch *Channel) object {
	auth := object{"enterprise_id": nil, "team_id": in.Team, "user_id": in.Bot, "is_bot": true, "is_enterprise_install": in.OrgWide}
	env := object{"token": "legacy", "team_id": team, "context_team_id": defaulted(in.Team, team), "context_enterprise_id": nil,
		"api_app_id": App, "type": "event_callback", "is_ext_shared_channel": ch != nil && ch.Connect, "event_context": "4-" + random()}
	if in.Enterprise != "" {
		auth["enterprise_id"], env["context_enterprise_id"], env["enterprise_id"] = in.Enterprise, in.Enterprise, in.Enterprise
	}
	if in.OrgWide {
		auth["team_id"] = team
	}
	env["authorizations"] = []object{auth}
	return env
}
