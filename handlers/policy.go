package handlers

import (
	"encoding/json"
	"fmt"
	"time"

	"authfix/knowledge"
	"authfix/storage"
)

// A Policy says how the bot behaves in a channel where nobody asked it.
type Policy struct {
	On        bool              `json:"on"`                 // messages are read and answered unasked
	Threshold knowledge.Verdict `json:"threshold"`          // the least verdict that is said: likely or certain
	Bots      bool              `json:"bots,omitempty"`     // other programs' messages are treated as people's
	Quiet     *Hours            `json:"quiet,omitempty"`    // when nothing is said unasked
	Escalate  []Target          `json:"escalate,omitempty"` // who is told when a case is escalated, and of surges
	Marks     bool              `json:"marks,omitempty"`    // how a case stands is shown on the message that began it
	Excerpts  bool              `json:"excerpts"`           // redacted excerpts of what was not recognised may be kept
}

// Hours are a span of each day in a time zone; it may reach over midnight.
type Hours struct {
	From int    `json:"from"` // minutes after midnight
	To   int    `json:"to"`   // minutes after midnight, exclusive
	Zone string `json:"zone"` // of the IANA database
}

// A Target is a person or a channel.
type Target struct {
	Person  string `json:"person,omitempty"`
	Channel string `json:"channel,omitempty"`
}

// defaultPolicy is that of a channel for which nothing was set.
var defaultPolicy = Policy{Threshold: knowledge.Likely, Excerpts: true}

// readPolicy reads a channel's policy; on is what the configuration says when
// chat has said nothing.
func readPolicy(s *storage.Setting, on bool) (Policy, error) {
	p := defaultPolicy
	p.On = on
	if s == nil {
		return p, nil
	}
	if err := json.Unmarshal(s.Data, &p); err != nil {
		return p, fmt.Errorf("policy of a channel: %w", err)
	}
	return p, nil
}

// quietAt reports whether t lies in the quiet hours.
func (p *Policy) quietAt(t time.Time) bool {
	if p.Quiet == nil {
		return false
	}
	zone, err := time.LoadLocation(p.Quiet.Zone)
	if err != nil { // it was valid when it was set
		zone = time.UTC
	}
	t = t.In(zone)
	minute := t.Hour()*60 + t.Minute()
	if p.Quiet.From <= p.Quiet.To {
		return p.Quiet.From <= minute && minute < p.Quiet.To
	}
	return minute >= p.Quiet.From || minute < p.Quiet.To
}
