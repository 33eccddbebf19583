package handlers

import (
	"encoding/json"
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
