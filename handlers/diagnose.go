package handlers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// diagnose reads the message's text, in the light of its case, and does what
// triage decides.
func (t *turn) diagnose(ctx context.Context, asked bool) error {
	r, err := t.read(t.m.Text)
	if err != nil {
		return t.unreadable(err, asked)
	}
	return t.act(ctx, r, asked)
}

// unreadable tells someone who asked why there is no diagnosis: the paste is
// empty or no text.
func (t *turn) unreadable(err error, asked bool) error {
	if !asked {
		t.decide(silent)
		return nil
	}
	return &UserError{Message: say.unreadable, Hint: sentence(err.Error())}
}

// act does what triage decides about a reading.
func (t *turn) act(ctx context.Context, r *reading, asked bool) error {
	said, err := t.said(ctx, r)
	if err != nil {
		return err
	}
	s := Situation{Asked: asked, FollowUp: !r.fresh, Now: t.m.Received,
		Talk: !r.replied && !(r.news && (len(r.d.Observation.Facts) > 0 || len(r.d.Observation.Hits) > 0)) && talk(t.m.Text)}
	if r.replied { // whoever answers the question is answered
		s.Asked = true
	}
	edit := t.mem.Message != nil && t.mem.Message.Case != "" && !r.fresh
	if edit {
		return t.amend(ctx, r, s, said)
	}
	if s.FollowUp && !r.news && !r.replied {
		return t.chatter(s)
	}
	action := Triage(t.policy, s, &r.d, said)
	if action == Speak && !asked && t.crowded() {
		action = Silence
	}
	switch t.out.Verdict = string(r.d.Verdict); action {
	case Silence:
		return t.keep(ctx, r)
	case Help:
		t.decide(replied)
		return t.helpCommand(ctx, "")
	}
	_, err = t.pronounce(ctx, r, action, nil)
	return err
}

// said is what was said in this case before.
func (t *turn) said(ctx context.Context, r *reading) (Said, error) {
	if r.fresh {
		return Said{}, nil
	}
	s := Said{Verdict: knowledge.Verdict(r.c.Verdict), FailureMode: r.c.FailureMode, Fingerprint: r.c.Fingerprint}
	if len(t.policy.Escalate) > 0 {
		votes, err := t.desk.store.CaseVotes(ctx, t.tenant, r.c.ID)
		if err != nil {
			return s, fmt.Errorf("votes of a case: %w", err)
		}
		for _, v := range votes {
			if v.Value == pressUnhelped || v.Value == pressWrong {
				s.Unhelped++
			}
		}
	}
	return s, nil
}

// chatter decides about a follow-up that holds nothing new.
func (t *turn) chatter(s Situation) error {
	t.rec.Message.Case = t.mem.Case.ID
	if !s.Asked || s.Talk || t.m.Kind == bot.Edited {
		t.decide(silent)
		return nil
	}
	t.decide(replied)
	t.rec.Message.Spoken = true
	_, err := t.sayOrTell(bot.Reply{Headline: say.nothingNew, Sections: []bot.Section{{Prose: say.nothingNewHint}}}, t.mem.Case.ID)
	return err
}

// keep records a reading about which nothing is said: evidence in its case, or a
// failure that nobody knows yet.
func (t *turn) keep(ctx context.Context, r *reading) error {
	t.decide(silent)
	caseID := ""
	if !r.fresh {
		t.decide(evidence)
		caseID = r.c.ID
		if err := t.into(r); err != nil {
			return err
		}
	} else {
		t.unrecognised(&r.d)
	}
	return t.warn(ctx, &r.d, nil, caseID) // a secret is one whether its message means something or not
}

// unrecognised keeps the template's fingerprint of an error that is not known.
func (t *turn) unrecognised(d *knowledge.Diagnosis) {
	if d.Verdict != knowledge.Unknown || d.Fingerprint == "" {
		return
	}
	u := &storage.Unrecognised{Fingerprint: d.Fingerprint, Channel: t.m.Channel, First: t.m.Received, Last: t.m.Received}
	if t.policy.Excerpts && t.m.Place != bot.Direct {
		u.Excerpt = clip(d.Template, maxExcerpt)
	}
	t.rec.Unrecognised = u
	t.rec.Sighting = &storage.Sighting{Fingerprint: d.Fingerprint, At: t.m.Received}
}

// into puts a reading into its case: the observation, the answers, and what was
// concluded.
func (t *turn) into(r *reading) error {
	c := r.c
	if t.rec.Case != nil { // what this turn noted of the case already
		c.FirstHuman = t.rec.Case.FirstHuman
	}
	c.Answers = stored(r.answers)
	t.rec.Case = c
	if row := t.message(); row != nil {
		row.Case = c.ID
	}
	o := r.d.Observation
	if len(o.Facts) == 0 && len(o.Hits) == 0 && !r.fresh {
		if t.mem.Message != nil && t.mem.Message.Case == c.ID { // an edit took away what it contributed
			t.rec.Retracted = t.m.Key
		}
		return nil
	}
	data, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encode an observation: %w", err)
	}
	key := t.m.Key
	if key == "" || t.m.Kind == bot.Commanded {
		key = "command " + t.m.Delivery
		if len(key) > maxKey {
			sum := sha256.Sum256([]byte(key))
			key = "command " + hex.EncodeToString(sum[:])
		}
	}
	t.rec.Observation = &storage.Observation{Message: key, Author: t.m.Author.ID, Revision: t.m.Revision, At: t.m.Received, Data: data}
	return nil
}

// conclude writes into the case what is said of it.
func conclude(c *storage.Case, d *knowledge.Diagnosis) {
	c.Verdict, c.Base, c.Fingerprint = string(d.Verdict), d.Base, d.Fingerprint
	c.FailureMode, c.ModeVersion, c.Title = "", 0, ""
	if len(d.Candidates) == 0 {
		c.Excerpt = ""
	} else {
		top := &d.Candidates[0]
		c.FailureMode, c.ModeVersion, c.Title = top.ID, top.Version, top.Title
		if line := seen(top); line != "" { // else that of an earlier message stands
			c.Excerpt = clip(line, maxExcerpt)
		}
	}
	if c.State == storage.Withdrawn {
		c.State = storage.Open
	}
}

// pronounce says a reading: it records the case and adds the reply, in the place
// of an earlier one if there is one. It returns the id of the reply's row.
func (t *turn) pronounce(ctx context.Context, r *reading, action Action, earlier *storage.Outgoing) (string, error) {
	changed := r.fresh || r.c.Fingerprint != r.d.Fingerprint
	conclude(r.c, &r.d)
	r.c.Asked = r.c.Asked || t.m.Asked
	if err := t.into(r); err != nil {
		return "", err
	}
	if row := t.rec.Message; row != nil {
		row.Spoken = true
	}
	reply := t.present(&r.d, r.c, action)
	if changed && r.d.Fingerprint != "" {
		if err := t.again(ctx, r, &reply); err != nil {
			return "", err
		}
	}
	t.out.Verdict, t.out.Mode = string(r.d.Verdict), r.c.FailureMode
	switch action {
	case Speak, Escalate:
		t.decide(answered)
	case Ask:
		t.decide(asked)
	case Admit:
		t.decide(unknown)
		t.unrecognised(&r.d)
	}
	if err := t.warn(ctx, &r.d, &reply, r.c.ID); err != nil {
		return "", err
	}
	var id string
	var err error
	if earlier != nil {
		err = t.replace(earlier, reply)
	} else {
		id, err = t.sayOrTell(reply, r.c.ID)
	}
	if err == nil && action == Escalate {
		err = t.escalate(ctx, r.c, &r.d)
	}
	return id, err
}

// sayOrTell answers a message in its thread, and a command privately.
func (t *turn) sayOrTell(r bot.Reply, caseID string) (string, error) {
	if t.m.Kind == bot.Commanded || t.m.Kind == bot.Clicked {
		return t.tellAbout(r, caseID)
	}
	return t.say(r, caseID)
}

// amend decides about an edit of a message that belongs to a case: an answer
// that no longer holds is changed or taken back.
func (t *turn) amend(ctx context.Context, r *reading, s Situation, said Said) error {
	earlier, err := t.earlierReply(ctx, r.c.ID)
	if err != nil {
		return err
	}
	if earlier == nil { // it was evidence until now
		if action := Triage(t.policy, s, &r.d, said); action != Silence && !s.Talk {
			_, err := t.pronounce(ctx, r, action, nil)
			return err
		}
		return t.keep(ctx, r)
	}
	action := direct(&r.d)
	if !s.Asked && (action == Admit || action == Ask || action == Speak && t.policy.Threshold == knowledge.Certain && r.d.Verdict != knowledge.Certain) {
		conclude(r.c, &r.d)
		if len(t.others()) == 0 {
			r.c.State = storage.Withdrawn
		}
		if err := t.into(r); err != nil {
			return err
		}
		t.rec.Message.Spoken = true
		t.decide(withdrawn)
		return t.replace(earlier, bot.Reply{Headline: say.withdrawn, Tone: bot.Plain})
	}
	if _, err := t.pronounce(ctx, r, action, earlier); err != nil {
		return err
	}
	t.decide(amended)
	n := len(t.rec.Outgoing) - 1
	if last := &t.rec.Outgoing[n]; sameReply(last.Reply, earlier.Reply) { // nothing changed that shows
		t.rec.Outgoing = t.rec.Outgoing[:n]
		t.decide(evidence)
	}
	return nil
}

// sameReply compares encoded replies but for what they replace.
func sameReply(a, b []byte) bool {
	var x, y bot.Reply
	if errors.Join(json.Unmarshal(a, &x), json.Unmarshal(b, &y)) != nil {
		return false
	}
	x.Replaces, y.Replaces = "", ""
	p, err1 := json.Marshal(x)
	q, err2 := json.Marshal(y)
	return errors.Join(err1, err2) == nil && bytes.Equal(p, q)
}
