package discordtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The types of interactions and of the answers to them.
// https://docs.discord.com/developers/interactions/receiving-and-responding
const (
	interactionPing         = 1
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModal        = 5

	answerPong        = 1
	answerMessage     = 4
	answerDefer       = 5
	answerDeferUpdate = 6
	answerUpdate      = 7
	answerChoices     = 8
	answerModal       = 9
)

// A Result is what came of an interaction.
type Result struct {
	Acked   bool          // the app answered in time; else the person sees an error
	Type    int           // of the first answer
	Status  int           // over HTTP: of the response
	Took    time.Duration // until the answer
	Err     error         // why it could not be done, or was not answered
	ID      string        // of the interaction
	Message string        // of the message that the answer made or is about
	Modal   *Modal        // that the answer opened
	Choices []Option      // of an autocompletion
}

// An interaction is one that the app was told of.
type interaction struct {
	id, token, user string
	guild, channel  string
	kind, command   int
	born            time.Time // by the system's clock
	expires         time.Time // by the server's
	private         bool      // of a user installation: the bot is not in the guild
	message         *Message  // of a component
	acked           bool
	answer          int
	original        *Message
	followUps       int
	modal           *Modal
	choices         []Option
	done            chan struct{}
}

// SetInteractionsEndpoint has interactions come to an address, signed, and no
// longer by the gateway; "" undoes it.
func (s *Server) SetInteractionsEndpoint(to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint = to
}

// newInteraction makes an interaction and its payload. The caller holds the lock.
func (s *Server) newInteraction(kind int, user, channel string, m *Message) (*interaction, object, error) {
	u, ch := s.users[user], s.channels[channel]
	if u == nil {
		panic("discordtest: no user " + user)
	}
	if ch == nil || ch.Deleted {
		return nil, nil, fmt.Errorf("no channel %q", channel)
	}
	if !s.may(user, ch).has(ViewChannel) {
		return nil, nil, fmt.Errorf("%s does not see the channel %s", user, channel)
	}
	in := &interaction{id: s.id(), token: "aW50ZXJhY3Rpb24" + randomHex(48), user: user, guild: ch.Guild, channel: channel, kind: kind, message: m,
		born: time.Now(), expires: s.Now().Add(s.opts.TokenLife), done: make(chan struct{})}
	p := object{"id": in.id, "application_id": App, "type": kind, "token": in.token, "version": 1, "channel_id": channel,
		"channel": s.channelObject(ch), "locale": "en-US", "entitlements": []object{}, "attachment_size_limit": 10 << 20, "context": 0,
		"app_permissions": s.may(Bot, ch).String()}
	owners := object{}
	if ch.Guild != "" {
		g := s.guilds[ch.Guild]
		in.private = g.NoBot
		mem := s.memberObject(s.members[pair{ch.Guild, user}], true)
		mem["permissions"] = s.may(user, ch).String()
		p["guild_id"], p["member"], p["guild_locale"] = ch.Guild, mem, "en-US"
		p["guild"] = object{"id": ch.Guild, "locale": "en-US", "features": []string{}}
		if in.private {
			owners["1"] = user
			p["app_permissions"] = (everyone &^ CreatePrivateThread).String()
		} else {
			owners["0"] = ch.Guild
		}
	} else {
		p["user"], p["context"] = userObject(u), 1
		owners["0"] = "0"
	}
	p["authorizing_integration_owners"] = owners
	if m != nil && kind != interactionCommand {
		p["message"] = s.messageObject(m)
	}
	s.interactions[in.id], s.byToken[in.token] = in, in
	return in, p, nil
}

// send delivers an interaction, and waits for its first answer.
func (s *Server) send(in *interaction, p object) Result {
	s.mu.Lock()
	in.born = time.Now()
	p = clone(p)
	to := s.endpoint
	if to == "" {
		if !s.emitInteraction(in, p) {
			s.mu.Unlock()
			return Result{ID: in.id, Err: errors.New("no session of the gateway is for this interaction")}
		}
		s.core.Change()
	}
	s.mu.Unlock()
	r := Result{ID: in.id}
	if to != "" {
		r.Status, r.Err = s.sendHTTP(in, to, p)
	}
	if r.Err == nil {
		t := time.NewTimer(time.Until(in.born.Add(s.opts.AckWithin)))
		select {
		case <-in.done:
		case <-t.C:
			r.Err = fmt.Errorf("the app did not answer within %v", s.opts.AckWithin)
		case <-s.core.Context().Done():
			r.Err = context.Cause(s.core.Context())
		}
		t.Stop()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Took = time.Since(in.born)
	if in.acked && r.Err == nil {
		r.Acked, r.Type, r.Modal, r.Choices = true, in.answer, in.modal, slices.Clone(in.choices)
		if in.original != nil {
			r.Message = in.original.ID
		}
	}
	return r
}

// emitInteraction tells the session that serves the guild. The caller holds the
// lock.
func (s *Server) emitInteraction(in *interaction, p object) bool {
	guild := in.guild
	sent := false
	for _, se := range s.gateway.sessions {
		if se.dead || se.conn == nil || shardOf(guild, se.n) != se.shard {
			continue
		}
		s.dispatch(se, "INTERACTION_CREATE", guild, in.id, p)
		sent = true
	}
	return sent
}
