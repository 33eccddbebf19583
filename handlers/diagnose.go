package handlers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// conversationGap is how long after its last message a direct conversation's
// case takes further evidence: later messages bring a new problem.
const conversationGap = 24 * time.Hour

// A reading is a message's diagnosis within its case.
type reading struct {
	c       *storage.Case // as it will be recorded
	fresh   bool          // the case begins with this message
	d       knowledge.Diagnosis
	news    bool               // the message holds a fact or a hit that the case did not have
	answers []knowledge.Answer // those of the case, with one read from this message
	replied bool               // the message answered the open question
}

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

// read diagnoses text. In a direct conversation it first finds out whether text
// brings a new problem.
func (t *turn) read(text string) (*reading, error) {
	if c := t.mem.Case; c != nil && t.m.Kind != bot.Commanded {
		if t.m.Thread == "" && t.m.Place == bot.Direct && t.mem.Message == nil {
			if c.Private || c.State == storage.Resolved || t.m.Received.Sub(c.Updated) > conversationGap {
				return t.readIn(text, nil)
			}
			return t.readDirect(text, c)
		}
		return t.readIn(text, c)
	}
	return t.readIn(text, nil)
}

// readDirect diagnoses the next message of a direct conversation: it brings a
// new problem when, beside the case, it is an answer of its own.
func (t *turn) readDirect(text string, c *storage.Case) (*reading, error) {
	within, err := t.readIn(text, c)
	if err != nil || within.replied {
		return within, err
	}
	alone, err := t.readIn(text, nil)
	if err != nil || !alone.d.Verdict.Spoken() || alone.d.Candidates[0].ID == c.FailureMode {
		return within, nil
	}
	for _, x := range within.d.Candidates {
		if x.ID == alone.d.Candidates[0].ID && x.Role == knowledge.AnswerRole {
			return alone, nil
		}
	}
	return within, nil
}

// readIn diagnoses text as a message of a case, or of a new one.
func (t *turn) readIn(text string, in *storage.Case) (*reading, error) {
	r := &reading{fresh: in == nil}
	if in != nil {
		c := *in
		r.c = &c
	} else {
		r.c = &storage.Case{Tenant: t.tenant, ID: newID(), Channel: t.m.Channel, Thread: t.m.Thread, Author: t.m.Author.ID,
			Private: t.m.Kind == bot.Commanded && t.m.Place != bot.Direct, State: storage.Open, Received: t.m.Received, Decided: t.now}
		if r.c.Thread == "" && t.m.Place != bot.Direct && !r.c.Private {
			r.c.Thread = t.m.Key
		}
	}
	r.c.Updated = t.now
	var prior []knowledge.Observation
	if in != nil {
		var err error
		if prior, err = decoded(t.others()); err != nil {
			return nil, err
		}
	}
	input := knowledge.Input{Text: []byte(text), Source: knowledge.Source{Name: "message"}, Now: t.m.Received, Prior: prior, Answers: known(t.base, r.c.Answers),
		Key: t.key.of("case " + r.c.ID), Mark: t.key.of("secrets"), Observe: knowledge.Observed}
	if r.fresh && !t.asked() { // what is not said is not kept
		input.Observe = knowledge.IfSpoken
	}
	if in != nil && len(prior) > 0 {
		if a := t.pastedAnswer(input); a != nil {
			input.Answers, r.replied = append(withoutFact(input.Answers, a.Fact), *a), true
		}
	}
	var err error
	if r.d, err = t.base.Diagnose(input); err != nil {
		return nil, err
	}
	// What a later message shows stands above an earlier answer.
	if later := corrected(t.base, input.Answers, &r.d.Observation); later != nil && !r.replied {
		input.Answers = later
		if r.d, err = t.base.Diagnose(input); err != nil {
			return nil, err
		}
	}
	r.answers = input.Answers
	r.news = r.fresh || news(&r.d.Observation, prior)
	return r, nil
}

// pastedAnswer reads a message as the answer to the case's open question: a
// choice's name, or the pasted output of the query.
func (t *turn) pastedAnswer(in knowledge.Input) *knowledge.Answer {
	text := string(in.Text)
	in.Text, in.Observe = nil, knowledge.NotObserved
	before, err := t.base.Diagnose(in)
	if err != nil || before.Question == nil {
		return nil
	}
	fact := before.Question.ID
	in.Answers = append(slices.Clip(in.Answers), knowledge.Answer{Fact: fact, Value: text})
	after, err := t.base.Diagnose(in)
	if err != nil { // it is no answer
		return nil
	}
	for _, f := range after.Facts {
		if f.Name == fact && f.Line == 0 {
			return &knowledge.Answer{Fact: fact, Value: string(f.Value)}
		}
	}
	return nil
}

// corrected are the answers with the values that an observation has for their
// facts, or nil when it has no other.
func corrected(b *knowledge.Base, all []knowledge.Answer, o *knowledge.Observation) []knowledge.Answer {
	var out []knowledge.Answer
	for i, a := range all {
		for _, f := range o.Facts {
			if q, ok := b.Question(a.Fact); f.Name == a.Fact && string(f.Value) != a.Value && ok && q.Takes(string(f.Value)) {
				if out == nil {
					out = slices.Clone(all)
				}
				out[i].Value = string(f.Value)
			}
		}
	}
	return out
}

func withoutFact(all []knowledge.Answer, fact string) []knowledge.Answer {
	return slices.DeleteFunc(slices.Clone(all), func(a knowledge.Answer) bool { return a.Fact == fact })
}

func decoded(all []storage.Observation) ([]knowledge.Observation, error) {
	var out []knowledge.Observation
	for _, o := range all {
		var k knowledge.Observation
		if err := json.Unmarshal(o.Data, &k); err != nil {
			return nil, fmt.Errorf("read an observation: %w", err)
		}
		out = append(out, k)
	}
	return out, nil
}

// news reports whether an observation has a fact or a clause hit that none of
// the earlier ones has.
func news(o *knowledge.Observation, prior []knowledge.Observation) bool {
	facts, hits := map[string]bool{}, map[uint64]bool{}
	for i := range prior {
		for _, f := range prior[i].Facts {
			facts[f.Name+"\x00"+string(f.Value)] = true
		}
		for _, h := range prior[i].Hits {
			hits[h.Clause] = true
		}
	}
	return slices.ContainsFunc(o.Facts, func(f knowledge.ObservedFact) bool { return !facts[f.Name+"\x00"+string(f.Value)] }) ||
		slices.ContainsFunc(o.Hits, func(h knowledge.ObservedHit) bool { return !hits[h.Clause] })
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
		return t.keep(r)
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
func (t *turn) keep(r *reading) error {
	t.decide(silent)
	if !r.fresh {
		t.decide(evidence)
		return t.into(r)
	}
	t.unrecognised(&r.d)
	return nil
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
	if err := t.warn(ctx, &r.d, &reply, r.c); err != nil {
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
		return t.keep(r)
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
